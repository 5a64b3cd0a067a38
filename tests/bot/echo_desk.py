"""A desk that answers with what it heard, and counts what it did in the store."""

from __future__ import annotations

from sqlalchemy import text

from handlers.messages import Incoming, Letter, Outgoing
from network import addresses
from network.store import Store, Tx


class Poison(Exception):
    """A message that breaks its handler."""


class EchoDesk:
    """Each message leaves one row in ``effects``, its domain effect, and is echoed."""

    def __init__(self) -> None:
        self.notes_effects = True
        self.seen: list[tuple[str, str]] = []  # (kind, text) of what was handled, undone or not

    async def handle(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """Note the effect, then fail if the text says so, else echo it."""
        self.seen.append((incoming.kind.value, incoming.text))
        found = await addresses.meet(tx, channel=incoming.channel, account=incoming.account, external=incoming.external)
        if self.notes_effects:
            await self._note(tx, incoming.text, found.person)
        if incoming.text.startswith("poison"):
            raise Poison
        return [Letter(found.id, Outgoing(text=incoming.text))]

    async def _note(self, tx: Tx, what: str, person: str) -> None:
        await tx.run(
            text("INSERT INTO effects (what, person) VALUES (:what, :person)"), {"what": what, "person": person}
        )

    async def apologise(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """Say sorry."""
        found = await addresses.meet(tx, channel=incoming.channel, account=incoming.account, external=incoming.external)
        return [Letter(found.id, Outgoing(text="sorry"))]


async def prepare(store: Store) -> None:
    """Make the table of effects."""
    async with store.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS effects (what VARCHAR(200), person VARCHAR(32))"))


async def effects(store: Store) -> list[str]:
    """Return every effect that was committed, sorted."""
    async with store.engine.connect() as connection:
        return sorted(row[0] for row in await connection.execute(text("SELECT what FROM effects")))
