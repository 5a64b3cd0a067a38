"""News of series: one begins, a phase begins, it is over; and its hosts are reminded of a phase that takes long.

The clock brings them, for the network and not for one person, so each is one mailing in every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from handlers import people
from handlers.audience_choice import below
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import Letter, write
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from handlers.series import series_cards
from network import contents, costs, due, invitees, leads, mailings, members, series
from network.costs import OverBudget
from network.series import Phase, Series, State
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
REMINDER, BROADCAST = 2, 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages
AGAIN = timedelta(days=30)  # between two reminders that a phase takes long


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for series, by the kind of its due row."""

    async def news(tx: Tx, subject: str) -> None:
        """Tell those whom it concerns what became of a series; nothing where it has gone on since."""
        name, _colon, what = subject.partition(":")
        found = await series.find(tx, series=name)
        if found is None:
            return
        if what == State.OVER and found.state is State.OVER:
            await tell_over(tx, found, translator)
        elif found.state is State.OPEN and what == found.phase:
            await (tell_begun if found.phase is Phase.GATHER else tell_phase)(tx, found, translator)

    async def stands(tx: Tx, name: str) -> None:
        """Remind the hosts of a phase that takes long, and again each month."""
        found = await series.find(tx, series=name)
        if found is None or found.state is not State.OPEN or found.phase_until is None:
            return
        late = found.phase_until <= tx.now
        await due.at(tx, kind=series.STANDS, subject=name, instant=tx.now + AGAIN if late else found.phase_until)
        if late:
            await tell_stands(tx, found, translator)

    return {series.NEWS: news, series.STANDS: stands}


async def named(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell somebody that they lead a series now, where they still do."""
    found = await series.find(tx, series=occasion.subject)
    if found is None or occasion.who.id not in found.hosts or found.state is not State.OPEN:
        return []
    text = _("You lead the dialogue “{title}” for your side now: it was passed on to you.", title=found.title)
    return await people.letters(tx, [occasion.who.id], text, [_button(found)], occasion.who.voice.translator)


async def tell_begun(tx: Tx, found: Series, translator: Translator) -> None:
    """Invite everybody of the groups that are meant, or tell only the hosts where that costs more than is left."""
    meant = series.invited(found.id, hearing_at=tx.now).where(members.members.c.id.not_in(found.hosts))
    text = _(
        "You are invited to a dialogue of both sides, in six phases: “{title}”\n{purpose}",
        title=found.title,
        purpose=found.purpose,
    )
    text = below(text, series_cards.lasts(found.months))
    try:
        await costs.check(tx, people=meant)
    except OverBudget:
        meant = invitees.these(found.hosts)
        text = _(
            "The news of “{title}” costs more than is left of this month’s money, so it went to nobody.",
            title=found.title,
        )
    await _mail(tx, found, "begun", translator, text, meant=meant, urgency=BROADCAST)


async def tell_phase(tx: Tx, found: Series, translator: Translator) -> None:
    """Tell those who are in it that a phase begins, and what it asks for."""
    text = _("“{title}”: a new phase begins.\n{progress}", title=found.title, progress=series_cards.progress(found))
    text = below(text, series_cards.asks(found))
    meant = series.members_of(found.id, hearing_at=tx.now)
    await _mail(tx, found, found.phase.value, translator, text, meant=meant, urgency=BROADCAST)


async def tell_over(tx: Tx, found: Series, translator: Translator) -> None:
    """Tell those who were in it that it is over."""
    text = _("“{title}” is over. Thank you for what you gave to it. Its texts stay for you to read.", title=found.title)
    meant = series.members_of(found.id, hearing_at=tx.now)
    await _mail(tx, found, "over", translator, text, meant=meant, urgency=BROADCAST)


async def tell_stands(tx: Tx, found: Series, translator: Translator) -> None:
    """Tell the hosts that a phase takes longer than planned."""
    text = _("A phase of “{title}” takes longer than planned.", title=found.title)
    text = below(below(text, series_cards.progress(found)), series_cards.asks(found))
    text = below(text, _("When it has what it needs, let the next one begin."))
    what = f"stands|{found.phase}|{tx.now.date()}"
    await _mail(tx, found, what, translator, text, meant=invitees.these(found.hosts), urgency=REMINDER)


async def _mail(
    tx: Tx, found: Series, what: str, translator: Translator, text: Text, *, meant: Any, urgency: int
) -> None:
    """Queue one mailing, to each in their language."""
    kept: dict[str, str] = {}
    for language in OFFERED:
        said = people.notice(Voice(translator, language), text, [_button(found)])
        kept[language] = await contents.keep(tx, write(said))
    await mailings.send(
        tx,
        mailing=hashlib.sha256(f"series|{found.id}|{what}".encode()).hexdigest()[:32],
        people=meant,
        contents=kept,
        fallback=FALLBACK,
        urgency=urgency,
    )


def _button(found: Series) -> Option:
    # Translators: button, max:20. It opens a dialogue of a year.
    return Option(f"series:{found.id}", _("Open the dialogue"))


errands: dict[str, Errand] = {leads.NAMED: named}
