"""News of a call-in: that one can still ask, and that there are answers, to whoever asked and to all who were invited.

Times come by due rows, for the network and not for one person, so each is one mailing in every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from handlers import people
from handlers.audience_choice import below
from handlers.exchanges import exchange_cards, exchange_news
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

    def written(voice: Voice, country: str) -> str:
        """Return the message in a language, by the clock of a country."""
        text = _("Soon there is a call-in, “{title}”: what would you like to ask?", title=found.title)
        if found.starts_at is not None:
            text = below(text, exchange_cards.when(found.starts_at, country))
        return write(people.notice(voice, text, [exchange_cards.attend(found.id)]))

    meant = callins.silent(found, hearing_at=tx.now)
    if await _is_within(tx, meant):
        bodies = await exchange_news.in_their_time(tx, meant, translator, written)
        await _mail(tx, found, f"remind{found.sequence}", bodies, meant, REMINDER, expires_at=found.starts_at)


async def tell(tx: Tx, *, exchange: str, translator: Translator) -> None:
    """Tell those whose question was answered, and then whoever else was invited, each once and in their language."""
    found = await exchanges.get(tx, exchange=exchange)
    # Translators: button, max:20
    options = [Option(f"callin:{exchange}", _("Read the answers"))]
    text = _("You asked a question of “{title}”. The answers are there to be read.", title=found.title)
    await _mail(tx, found, "", _bodies(translator, text, options), callins.askers(exchange), BROADCAST)
    text = _("What was asked of the call-in “{title}” is answered. You can read it here.", title=found.title)
    meant = callins.listeners(found, hearing_at=tx.now)
    if await _is_within(tx, meant):
        await _mail(tx, found, "all", _bodies(translator, text, options), meant, BROADCAST)


def _bodies(translator: Translator, text: Text, options: list[Option]) -> dict[str, str]:
    return {each: write(people.notice(Voice(translator, each), text, options)) for each in OFFERED}


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
    bodies: Mapping[str, str],
    meant: Any,
    urgency: int,
    expires_at: datetime | None = None,
) -> None:
    kept = {variant: await contents.keep(tx, body) for variant, body in bodies.items()}
    await mailings.send(
        tx,
        mailing=hashlib.sha256(f"callin|{found.id}{what}".encode()).hexdigest()[:32],
        people=meant,
        contents=kept,
        fallback=FALLBACK,
        urgency=urgency,
        expires_at=expires_at,
    )
