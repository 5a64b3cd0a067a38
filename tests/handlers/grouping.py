"""Makes regional groups for the tests of conversations."""

from __future__ import annotations

from network import groups, requests
from network.charters import propose
from network.ids import new_id
from tests.handlers.transcript import Transcript

TERMS = {
    "name.fr": "Lac Tchad",
    "purpose.fr": "Parler des marchés au bord du lac.",
    "name.en": "Lake Chad",
    "purpose.en": "To talk about the markets around the lake.",
    "country": "NE",
    "policy": "request",
    "composition": "both",
    "vouched": "",
}


async def begun(civil: Transcript, official: Transcript, **terms: str) -> str:
    """Begin a group by two coordinators, who take its seats; return its id."""
    async with civil.world.store.transaction(civil.world.now) as tx:
        asked = await propose(tx, by=civil.person, terms={**TERMS, **terms})
        await requests.settle(tx, approval=asked["approval"], by=official.person, agree=True)
        return next(group.id for group in await groups.coordinated_by(tx, person=civil.person) if not group.is_home)


async def coordinators(open_phone, *, language: str = "en") -> tuple[Transcript, Transcript]:
    """Return the coordinators of Niger, of civil society and of the official side."""
    civil, official = open_phone(language=language), open_phone(language=language, channel="whatsapp")
    await civil.is_member(country="NE", name="Hadiza", coordinator=True)
    await official.is_member(country="NE", name="Ibrahim", side="official", service="police", coordinator=True)
    return civil, official


async def fellow(phone: Transcript, group: str, **profile: str) -> None:
    """Make the person behind a phone a member of the network and of a group."""
    await phone.is_member(**{"country": "NE", **profile})
    async with phone.world.store.transaction(phone.world.now) as tx:
        await groups.join(tx, group=group, person=phone.person)


async def is_in(phone: Transcript, group: str) -> bool:
    """Whether the person behind a phone is in a group."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return await groups.membership(tx, group=group, person=phone.person) is not None


async def seats(phone: Transcript, group: str) -> dict[tuple[str, str], str]:
    """Return who holds which seat of a group."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return {(seat.side, seat.rank): seat.person for seat in await groups.seated(tx, group=group)}


NOBODY = new_id()
