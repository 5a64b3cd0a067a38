"""News of feedback: those who came are asked a day later, the hosts hear when there is something to read."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from handlers import people
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import write
from handlers.questions import Option
from network import contents, costs, feedback, invitees, mailings
from network.costs import OverBudget
from network.feedback import Round
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
REMINDER = 2  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for feedback, by the kind of its due row."""

    async def ask(tx: Tx, subject: str) -> None:
        """Ask those who came to an exchange."""
        found = await feedback.open(tx, subject=subject)
        if found is not None:
            await tell_asked(tx, found, translator)

    async def close(tx: Tx, subject: str) -> None:
        """Tell the hosts that nobody can say more, and they can read it."""
        found = await feedback.close(tx, subject=subject)
        if found is not None:
            await tell_closed(tx, found, translator)

    return {feedback.ASK: ask, feedback.CLOSE: close}


async def tell_asked(tx: Tx, found: Round, translator: Translator) -> None:
    """Ask each of those who came; nobody, where that costs more than is left of the month's money."""
    meant = await feedback.asked(tx, found=found, hearing_at=tx.now)
    try:
        await costs.check(tx, people=meant)
    except OverBudget:
        return
    text = _(
        "You came to “{title}”. Three short questions for the hosts, in half a minute. Nobody reads your name.",
        title=found.exchange.title,
    )
    # Translators: button, max:20. Of an exchange that is over: what people say of it.
    option = Option(f"feedback:{found.subject}", _("Say how it was"))
    await _mail(tx, found, "ask", translator, text, option=option, meant=meant, expires_at=tx.now + feedback.OPEN)


async def tell_closed(tx: Tx, found: Round, translator: Translator) -> None:
    """Tell both hosts."""
    text = _(
        "Those who came to “{title}” have said how it was. You and the other host can read it.",
        title=found.exchange.title,
    )
    # Translators: button, max:20. What people said of an exchange.
    option = Option(f"feedback:{found.subject}", _("Read what they said"))
    await _mail(tx, found, "close", translator, text, option=option, meant=invitees.these(found.exchange.hosts))


async def _mail(
    tx: Tx,
    found: Round,
    what: str,
    translator: Translator,
    text: Text,
    *,
    option: Option,
    meant: Any,
    expires_at: datetime | None = None,
) -> None:
    """Queue one mailing, to each in their language and out of their quiet hours."""
    kept: dict[str, str] = {}
    for language in OFFERED:
        body = write(people.notice(Voice(translator, language), text, [option]))
        kept[language] = await contents.keep(tx, body, about=found.exchange.by)
    await mailings.send(
        tx,
        mailing=hashlib.sha256(f"feedback|{found.subject}|{what}".encode()).hexdigest()[:32],
        people=meant,
        contents=kept,
        fallback=FALLBACK,
        urgency=REMINDER,
        expires_at=expires_at,
        about=found.exchange.by,
    )
