"""News of actions: what was agreed, in one message, and reminders of each until somebody says what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Any

from handlers import people
from handlers.language import OFFERED, Text, Translator, Voice, _, n_
from handlers.messages import write
from handlers.questions import Option
from handlers.series import action_cards
from network import actions, contents, costs, mailings, series
from network.costs import OverBudget
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
REMINDER, BROADCAST = 2, 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages
HOUR = time(9)  # of reminders, by the clock of each


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for actions, by the kind of its due row."""

    async def news(tx: Tx, which: str) -> None:
        """Tell those in a series what was agreed."""
        await tell_agreed(tx, which, translator)

    async def remind(tx: Tx, action: str) -> None:
        """Remind of an action."""
        await tell_due(tx, action, translator)

    return {actions.NEWS: news, actions.REMIND: remind}


async def tell_agreed(tx: Tx, which: str, translator: Translator) -> None:
    """Tell those in a series of its new actions in one message; nobody, where that costs more than is left."""
    fresh = await actions.untold(tx, series=which)
    found = await series.find(tx, series=which)
    if found is None or not fresh:
        return
    meant = series.members_of(which, hearing_at=tx.now)
    try:
        await costs.check(tx, people=meant)
    except OverBudget:
        return
    text = n_(
        "In “{title}” {count} action was agreed: what will be done, by whom, until when.",
        "In “{title}” {count} actions were agreed: what will be done, by whom, until when.",
        len(fresh),
        title=found.title,
    )
    # Translators: button, max:20. What will be done in a dialogue series.
    option = Option(f"actions:{which}", _("See the actions"))
    mailing = hashlib.sha256(f"agreed|{which}|{fresh[0].id}".encode()).hexdigest()[:32]
    await _mail(tx, mailing, translator, text, option=option, meant=meant, urgency=BROADCAST)


async def tell_due(tx: Tx, action: str, translator: Translator) -> None:
    """Remind the hosts, and whoever took it on, at nine by the clock of each, or after their quiet hours."""
    given = await actions.reminded(tx, action=action)
    if given is None:
        return
    found, day = given
    title = (await series.get(tx, series=found.series)).title
    await _mail(
        tx,
        actions.mailing(found.id, day),
        translator,
        action_cards.reminder(found, title, day),
        # Translators: button, max:20. Of an action that is due.
        option=Option(f"actions:{found.id}", _("Say how it stands")),
        meant=await actions.concerned(tx, action=found, hearing_at=tx.now),
        urgency=REMINDER,
        at=datetime.combine(day, HOUR),
        expires_at=datetime.combine(actions.next_day(found), time(), UTC),
    )


async def _mail(
    tx: Tx,
    mailing: str,
    translator: Translator,
    text: Text,
    *,
    option: Option,
    meant: Any,
    urgency: int,
    at: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Queue one mailing, to each in their language."""
    kept: dict[str, str] = {}
    for language in OFFERED:
        body = write(people.notice(Voice(translator, language), text, [option]))
        kept[language] = await contents.keep(tx, body)
    await mailings.send(
        tx,
        mailing=mailing,
        people=meant,
        contents=kept,
        fallback=FALLBACK,
        urgency=urgency,
        at=at,
        expires_at=expires_at,
    )
