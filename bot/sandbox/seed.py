"""The three people that the demo begins with, already members on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.phones import App, Phone
from network import addresses, groups, members, topics
from network.members import State
from network.store import Tx

CONSENT = "demo"
SEATED_IN = ("NE", "TN", "SN")  # the two coordinators share these groups, so that both sides hold each


@dataclass(frozen=True)
class Person:
    """Someone who is there from the beginning. ``role`` is a word of the page's table."""

    app: App
    country: str
    language: str
    name: str
    role: str
    side: Literal["official", "civil"]
    service: str
    organisation: str
    locality: str
    follows: tuple[str, ...]
    coordinates: bool


PEOPLE = (
    Person(
        app="whatsapp",
        country="NE",
        language="fr",
        name="Issa Moussa",
        role="officer",
        side="official",
        service="gendarmerie",
        organisation="Gendarmerie nationale",
        locality="Niamey",
        follows=("tru", "pol"),
        coordinates=True,
    ),
    Person(
        app="telegram",
        country="TN",
        language="ar",
        name="أمل بن صالح",
        role="association",
        side="civil",
        service="association",
        organisation="جمعية جسور",
        locality="تونس",
        follows=("tru",),
        coordinates=False,
    ),
    Person(
        app="telegram",
        country="SN",
        language="fr",
        name="Fatou Diop",
        role="coordinator",
        side="civil",
        service="association",
        organisation="Réseau des passerelles",
        locality="Dakar",
        follows=("tru",),
        coordinates=True,
    ),
)


async def settle(tx: Tx, phones: Sequence[Phone]) -> None:
    """Make members of the holders of ``phones``, which stand in the order of ``PEOPLE``."""
    for person, phone in zip(PEOPLE, phones, strict=True):
        await _settle(tx, person, phone)


async def _settle(tx: Tx, person: Person, phone: Phone) -> None:
    whatsapp = phone.app == "whatsapp"
    address = await addresses.meet(
        tx,
        channel=phone.app,
        account="main",
        external=phone.user_id if whatsapp else phone.number,
        alias=phone.number if whatsapp else None,
        language=person.language,
    )
    who = address.person
    await addresses.set_language(tx, address=address.id, language=person.language)
    await members.enrol(tx, person=who, language=person.language, consent_version=CONSENT)
    await members.change(
        tx,
        person=who,
        side=person.side,
        service=person.service,
        country=person.country,
        name=person.name,
        organisation=person.organisation,
        locality=person.locality,
        language=person.language,
    )
    await members.set_state(tx, person=who, state=State.ACTIVE)
    home = await groups.by_country(tx, country=person.country)
    await groups.join(tx, group=home.id, person=who)
    known = [root.code for root in topics.roots() if root.code in person.follows]
    await topics.follow(tx, person=who, topics=known)
    if person.coordinates:
        for country in SEATED_IN:
            group = await groups.by_country(tx, country=country)
            await groups.seat(tx, group=group.id, person=who, rank="coordinator")
