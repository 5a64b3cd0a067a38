"""Makes members for the tests of the network."""

from __future__ import annotations

from network import groups, members, starter
from network.ids import new_id
from network.members import State
from network.store import Tx


async def enrolled(tx: Tx, *, state: State = State.ACTIVE, **fields: str) -> str:
    """Make a member and return their id; an association in Niger unless ``fields`` say otherwise."""
    person = new_id()
    await members.enrol(tx, person=person, language="fr", consent_version="1")
    usual = {"side": "civil", "country": "NE", "service": "association", "name": "Awa"}
    await members.change(tx, person=person, **(usual | fields))
    await members.set_state(tx, person=person, state=state)
    return person


async def seated(tx: Tx, country: str, side: str, rank: str = "coordinator") -> str:
    """Make a member with a seat in the group of a country and return their id."""
    await starter.load(tx)
    person = await enrolled(tx, side=side, country=country)
    group = await groups.by_country(tx, country=country)
    await groups.seat(tx, group=group.id, person=person, rank=rank)
    return person
