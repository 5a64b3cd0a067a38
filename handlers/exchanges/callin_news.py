"""News of a call-in: that one can still ask, and that there are answers, to whoever asked and to all who were invited.

Times come by due rows, for the network and not for one person, so each is one mailing in every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from handlers import people
from handlers.audience_choice import below
from handlers.exchanges import exchange_cards
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import write
from handlers.questions import Option
from network import callins, contents, costs, exchanges, mailings
from network.costs import OverBudget
from network.exchanges import Exchange
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
REMINDER, BROADCAST = 2, 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for call-ins, by the kind of its due row."""

    async def remind(tx: Tx, exchange: str) -> None:
        """Remind those who were invited and asked nothing that they still can."""
        found = await exchanges.find(tx, exchange=exchange)
        if found is not None and found.takes_place and found.starts_at and found.starts_at > tx.now:
            await tell_reminder(tx, found, translator)

    return {callins.REMIND: remind}


async def tell_reminder(tx: Tx, found: Exchange, translator: Translator) -> None:
    """Tell those who asked nothing that a question can still be asked."""
    text = _("Soon there is a call-in, “{title}”: what would you like to ask?", title=found.title)
    if found.starts_at is not None:
        text = below(text, exchange_cards.utc(found.starts_at))
    meant = callins.silent(found, hearing_at=tx.now)
    if await _is_within(tx, meant):
        options = [exchange_cards.attend(found.id)]
        known = f"remind{found.sequence}"
        await _mail(tx, found, known, translator, text, options, meant, REMINDER, expires_at=found.starts_at)


async def tell(tx: Tx, *, exchange: str, translator: Translator) -> None:
    """Tell those whose question was answered, and then whoever else was invited, each once and in their language."""
    found = await exchanges.get(tx, exchange=exchange)
    # Translators: button, max:20
    options = [Option(f"callin:{exchange}", _("Read the answers"))]
    text = _("You asked a question of “{title}”. The answers are there to be read.", title=found.title)
    await _mail(tx, found, "", translator, text, options, callins.askers(exchange), BROADCAST)
    text = _("What was asked of the call-in “{title}” is answered. You can read it here.", title=found.title)
    meant = callins.listeners(found, hearing_at=tx.now)
    if await _is_within(tx, meant):
        await _mail(tx, found, "all", translator, text, options, meant, BROADCAST)


async def _is_within(tx: Tx, meant: Any) -> bool:
    """Whether there is money to write to so many."""
    try:
        await costs.check(tx, people=meant)
    except OverBudget:
        return False
    return True


async def _mail(  # noqa: PLR0917 - what is sent, to whom, how
    tx: Tx,
    found: Exchange,
    what: str,
    translator: Translator,
    text: Text,
    options: list[Option],
    meant: Any,
    urgency: int,
    expires_at: datetime | None = None,
) -> None:
    kept: dict[str, str] = {}
    for language in OFFERED:
        kept[language] = await contents.keep(tx, write(people.notice(Voice(translator, language), text, options)))
    await mailings.send(
        tx,
        mailing=hashlib.sha256(f"callin|{found.id}{what}".encode()).hexdigest()[:32],
        people=meant,
        contents=kept,
        fallback=FALLBACK,
        urgency=urgency,
        expires_at=expires_at,
    )
