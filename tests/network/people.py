"""Makes members for the tests of the network."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from network import addresses, groups, members, practices, starter
from network.facts import Facts
from network.ids import new_id
from network.members import State
from network.store import Tx
from network.texts import PARTS

FACTS = tuple(each.name for each in fields(Facts))


async def enrolled(tx: Tx, *, state: State = State.ACTIVE, **fields: str) -> str:
    """Make a member and return their id; an association in Niger unless ``fields`` say otherwise."""
    person = new_id()
    await members.enrol(tx, person=person, language="fr", consent_version="1")
    usual = {"side": "civil", "country": "NE", "service": "association", "name": "Awa"}
    await members.change(tx, person=person, **(usual | fields))
    await members.set_state(tx, person=person, state=state)
    return person


async def reached(tx: Tx, *apps: str, **fields: str) -> str:
    """Make a member with an address on each of these apps (Telegram), the first one used last; return their id.

    An app is ``telegram``, or with its account ``whatsapp/second``. They have no quiet hours.
    """
    person = await enrolled(tx, **({"quiet_from": "", "quiet_until": ""} | fields))
    for late, app in enumerate(apps or ("telegram",)):
        channel, _, account = app.partition("/")
        met = await addresses.meet(tx, channel=channel, account=account or "main", external=new_id())
        await addresses.set_person(tx, person=met.person, to=person)
        used = update(addresses.addresses).where(addresses.addresses.c.id == met.id)
        await tx.run(used.values(last_inbound_at=tx.now - timedelta(minutes=late)))
    return person


async def seated(tx: Tx, country: str, side: str, rank: str = "coordinator") -> str:
    """Make a member with a seat in the group of a country and return their id."""
    await starter.load(tx)
    person = await enrolled(tx, side=side, country=country)
    group = await groups.by_country(tx, country=country)
    await groups.seat(tx, group=group.id, person=person, rank=rank)
    return person


async def handed_in(tx: Tx, author: str, **given: Any) -> str:
    """Hand in a practice on community dialogue in Niger, in French, unless ``given`` says otherwise; return its id.

    ``country``, ``kind`` and the other facts, ``problem``, ``done`` and the other parts are given by name.
    """
    usual = {"problem": "Les jeunes évitaient la brigade.", "done": "Un thé partagé chaque vendredi."} | given
    parts = {part: usual.pop(part) for part in PARTS if part in usual}
    facts = Facts(**{"country": "NE"} | {name: usual.pop(name) for name in FACTS if name in usual})
    rest = {"language": "fr", "topics": ["com.dialogue"], "title": "Café de la paix"} | usual
    return await practices.submit(tx, author=author, facts=facts, parts=parts, **rest)


async def published(tx: Tx, author: str, **fields: Any) -> str:
    """Hand in a practice and publish it; return its id."""
    practice = await handed_in(tx, author, **fields)
    await practices.publish(tx, practice=practice)
    return practice
