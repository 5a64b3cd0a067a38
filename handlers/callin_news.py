"""News of a call-in: whoever asked hears that their question was answered."""

from __future__ import annotations

import hashlib

from handlers import people
from handlers.language import OFFERED, Translator, Voice, _
from handlers.messages import write
from handlers.questions import Option
from network import callins, contents, exchanges, mailings
from network.store import Tx

BROADCAST = 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages


async def tell(tx: Tx, *, exchange: str, translator: Translator) -> None:
    """Tell those whose question was answered, each once and in their language."""
    found = await exchanges.get(tx, exchange=exchange)
    text = _("You asked a question of “{title}”. The answers are there to be read.", title=found.title)
    # Translators: button, max:20
    options = [Option(f"callin:{exchange}", _("Read the answers"))]
    kept: dict[str, str] = {}
    for language in OFFERED:
        kept[language] = await contents.keep(tx, write(people.notice(Voice(translator, language), text, options)))
    await mailings.send(
        tx,
        mailing=hashlib.sha256(f"callin|{exchange}".encode()).hexdigest()[:32],
        people=callins.askers(exchange),
        contents=kept,
        fallback=FALLBACK,
        urgency=BROADCAST,
    )
