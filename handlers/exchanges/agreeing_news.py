"""News of times: whoever is invited hears that they can say which suit."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from handlers import people
from handlers.audience_choice import below
from handlers.exchanges import exchange_cards, exchange_news
from handlers.language import Translator, Voice, _
from handlers.messages import write
from handlers.questions import Option
from network import attendance, costs, exchanges, slots
from network.costs import OverBudget
from network.exchanges import Exchange, State
from network.slots import Slot
from network.store import Tx


def acts(translator: Translator) -> dict[str, Callable[[Tx, str], Awaitable[None]]]:
    """Return what the clock does when times were proposed: whoever is invited hears that they can answer."""

    async def news(tx: Tx, exchange: str) -> None:
        """Tell what became of the times of an exchange."""
        found = await exchanges.find(tx, exchange=exchange)
        rows = await slots.grid(tx, exchange=exchange)
        if found is None or found.state is not State.AGREEING or not rows:
            return
        meant = attendance.concerned(found, hearing_at=tx.now)
        try:
            await costs.check(tx, people=meant)
        except OverBudget:
            return  # the hosts still see the times; the money of this month is for what is set

        def written(voice: Voice, country: str) -> str:
            """Return the message in a language, by the clock of a country."""
            return _asked(found, rows, voice, country)

        bodies = await exchange_news.in_their_time(tx, meant, translator, written)
        known = hashlib.sha256(f"slots|{exchange}|{','.join(row.id for row in rows)}".encode()).hexdigest()[:32]
        await exchange_news.send(tx, found, known, meant, bodies=bodies, urgency=exchange_news.BROADCAST)

    return {slots.NEWS: news}


def _asked(found: Exchange, rows: list[Slot], voice: Voice, country: str) -> str:
    said = _("A time is looked for. Which one suits you?\n\n“{title}”", title=found.title)
    for row in rows:
        said = below(said, exchange_cards.when(row.at, country))
    # Translators: button, max:20. It opens the times of a meeting, to say which suit.
    return write(people.notice(voice, said, [Option(f"agree:{found.id}", _("Say what suits me"))]))
