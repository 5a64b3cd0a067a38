"""Identifiers: whatever anybody asks for, in whatever state they are, nothing tells them who another is (D7, D9).

Every command of the registry is tried, so a new one is covered by itself; so is what is reached by the id of anything
that any table holds. Each payload that goes out, to whomever, is held against what belongs to all the others.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

import handlers
from bot import envelopes
from handlers.desk import Desk
from handlers.groups import spreading
from handlers.messages import Letter
from network import (
    addresses,
    allies,
    approvals,
    groups,
    introductions,
    members,
    migrations,
    polls,
    posts,
    relayed,
    relays,
    reports,
    rounds,
    swaps,
)
from network.audiences import Audience
from network.contents import contents
from network.folding import latin_digits
from network.polls import Plan, Shown
from network.relays import End
from network.store import Store, Tx
from tests.handlers.crowd import Who, fill, long_text
from tests.handlers.transcript import ISOLATES, Transcript, World

TOPIC = "com.dialogue"
PEOPLE = [
    Who("22790100001", "whatsapp", "fr", "civil"),
    Who("7790100002", "telegram", "en", "official", seated=True),
    Who("22790100003", "whatsapp", "ar", "civil", seated=True),
]
ROLES = ("civil", "official coordinator", "civil coordinator", "official", "stopped", "waiting", "joining", "stranger")
PARTING = ("delete", "stop", "link", "panic", "privacy")  # tried last: some of them end what a person may do
PREFIXES = ("", "", "about:", "of:", "again:", "id:", "later:", "find:", "swap ", "how ", "report ")
SHORT, LONG = 60, 4000  # things asked for by the id of something
WAYS = 2  # answers given to what a command asks


@dataclass
class Watched(World):
    """A world in which every payload is held against what belongs to others than who gets it.

    ``canaries`` are what tells of somebody, by the person; ``homes`` the person of each address; ``shared`` pairs
    of a canary and a person to whom it was given.
    """

    canaries: dict[str, str] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    shared: set[tuple[str, str]] = field(default_factory=set)
    asked: str = ""
    sent: int = 0
    pattern: re.Pattern[str] = re.compile("(?!)")

    def deliver(self, letters: Sequence[Letter]) -> None:
        """Look at every letter, and hand it on."""
        for letter in letters:
            self.sent += 1
            written = json.dumps(json.loads(envelopes.write(letter.message)), ensure_ascii=False)
            body = latin_digits(written.translate(ISOLATES))
            reader = self.homes.get(letter.address_id, "")
            for found in self.pattern.findall(body):
                allowed = self.canaries[found] == reader or (found, reader) in self.shared
                assert allowed, f"{self.asked}: {found!r} goes to somebody else:\n{body}"
        super().deliver(letters)

    async def mailed(self) -> int:
        """Look at every body that goes to many, to whomever it goes; return how many there are."""
        async with self.store.reading(self.now) as tx:
            rows = await tx.all(select(contents))
            for row in rows:
                body = latin_digits(tx.seal.open("contents.body", row.id, row.body).translate(ISOLATES))
                assert not self.pattern.findall(body), f"to many:\n{body}"
        return len(rows)

    async def learn(self) -> None:
        """Note what tells of each person now."""
        async with self.store.reading(self.now) as tx:
            for row in await tx.all(select(addresses.addresses)):
                home = await addresses.get(tx, address=row.id)
                self.homes[home.id] = home.person
                for value in (home.id, home.person, home.external, home.alias):
                    self.canaries |= {value: home.person} if value else {}
            for row in await tx.all(select(members.members.c.id)):
                member = await members.get(tx, person=row.id)
                for value in (member.id, member.name, member.organisation, member.locality):
                    self.canaries |= {value: member.id} if value else {}
        self.pattern = re.compile("|".join(sorted(map(re.escape, self.canaries), key=len, reverse=True)))


async def populate(tx: Tx) -> None:
    """Fill the network, give everybody what tells of them, and let some be proposed to each other and talk."""
    await fill(tx, PEOPLE)
    rows = await tx.all(select(members.members.c.id).order_by(members.members.c.id))
    for number, row in enumerate(rows):
        named = {
            "name": f"Canarina{number:03}",
            "organisation": f"Maisonel{number:03}",
            "locality": f"Vilaren{number:03}",
        }
        await members.change(tx, person=row.id, visibility="private", **named)
    known = {who.external: await _person(tx, who) for who in PEOPLE}
    others = [row.id for row in rows if row.id not in known.values()]
    await _talk_in_groups(tx, known[PEOPLE[1].external], others)
    for person in known.values():
        await _introduce(tx, person, others)


async def _person(tx: Tx, who: Who) -> str:
    found = await addresses.find(tx, channel=who.channel, account="main", external=who.external)
    assert found is not None
    return found.person


async def _talk_in_groups(tx: Tx, lead: str, others: list[str]) -> None:
    """Let some write in the group that a coordinator leads, who opens polls there; in another one a name is shown."""
    group = (await groups.by_country(tx, country="BF")).id
    await posts.set_talk(tx, group=group, by=lead, talk="open")
    for _turn in range(3):
        author = others.pop()
        await groups.join(tx, group=group, person=author)
        made = await posts.write(tx, group=group, person=author, text=long_text("fr", 200), language="fr")
        await posts.write(tx, group=group, person=lead, text=long_text("fr", 100), language="fr", to=made["post"])
    await members.change(tx, person=others[-1], visibility="open")
    await groups.join(tx, group=(await groups.by_country(tx, country="SN")).id, person=others.pop())
    plan = Plan(closes_at=tx.now + timedelta(days=7), audience=Audience(groups=(group,)), shown=Shown.AT_ONCE)
    words = {"question": {"fr": long_text("fr", 100)}, "options": [{"fr": "Oui"}, {"fr": "Non"}], "plan": plan}
    for close in (False, True):
        poll = await polls.draft(tx, by=lead, **words)
        await polls.ask(tx, poll=poll, by=lead)
        await rounds.schedule(tx, poll=poll)
        await rounds.open(tx, poll=poll)
        if close:
            await rounds.close_early(tx, poll=poll, by=lead)


async def _introduce(tx: Tx, person: str, others: list[str]) -> None:
    """Let somebody be found, propose, be proposed to, talk with two, offer a contact and report one."""
    for each in (person, *others[:4]):
        for kind in allies.Kind:
            await allies.offer_only(tx, person=each, kind=kind, topics=[TOPIC], level=allies.LEVELS[-1])
    for seeker, peer in ((person, others.pop()), (others.pop(), person)):
        await allies.offer_only(tx, person=peer, kind="ally", topics=[TOPIC])
        offer = await tx.scalar(select(allies.offers.c.id).where(allies.offers.c.person == peer))
        kind = await tx.scalar(select(allies.offers.c.kind).where(allies.offers.c.id == offer))
        how = {"kind": kind, "months": 2 if kind == "mentor" else 0, "name": "=dune", "why": long_text("fr", 300)}
        await introductions.propose(tx, person=seeker, offer=offer, level=2, **how)
    for number in range(2):
        other = others.pop()
        ends = (End(person, "=baobab", 2), End(other, "=dune", 2))
        mine, theirs = await relays.open_up(tx, kind="mentor", topic=TOPIC, ends=ends, goal=long_text("fr", 200))
        for place in (mine, theirs):
            message = await relayed.pass_on(tx, end=place.end, person=place.person, text=long_text("fr", 300))
            await relayed.take(tx, message=message, reachable=True)
        await swaps.offer(tx, end=theirs.end, person=other, contact=f"Contactel{number}{other[:6]}")
        if number:
            await reports.report(tx, end=mine.end, by=person, why=long_text("fr", 100), shown=[message])


async def phones(first: Transcript) -> dict[str, Transcript]:
    """Return a phone for each role."""
    found = {}
    for role, who in zip(ROLES, PEOPLE, strict=False):
        phone = Transcript(beside=first, channel=who.channel, language=who.language, external=who.external)
        await phone.says("/help")
        found[role] = phone
    for number, role in enumerate(ROLES[len(PEOPLE) :]):
        phone = Transcript(beside=first, channel="telegram", language="fr", external=f"77902000{number:02}")
        found[role] = phone
        await phone.says("/help")
        if role != "stranger":
            state = role if role in {"stopped", "waiting", "joining"} else "active"
            side = {"side": "official", "service": "police"} if role == "official" else {}
            named = {"name": f"Canarolo{number}", "organisation": f"Maisolo{number}", "visibility": "private"}
            await phone.is_member(state=state, country="BF", **named, **side)
    async with first.world.store.transaction(first.world.now) as tx:
        group = await groups.by_country(tx, country="BF")
        await groups.join(tx, group=group.id, person=found["official"].person)
        await approvals.ask(tx, kind="join", subject=found["waiting"].person, by=found["waiting"].person, country="BF")
    return found


async def things(tx: Tx) -> list[str]:
    """Return ids of what the tables hold, two of each at most."""
    found = []
    for table in migrations.tables().sorted_tables:
        if "id" in table.c:
            found += [str(row.id) for row in await tx.all(select(table.c.id).order_by(table.c.id.desc()).limit(2))]
    return found


async def tries(phone: Transcript, role: str, said: str) -> None:
    """Ask for something, and take the first of what is offered, and so on."""
    phone.world.asked = f"{role}: {said}"
    await phone.says(said)
    for _way in range(WAYS):
        if not phone.choices:
            return
        phone.world.asked += ", 1"
        await phone.says("1")


async def test_nobody_receives_what_tells_who_another_is(store: Store, translator, now, long) -> None:
    """Names, organisations, places, numbers and ids of others are in no payload, whatever is asked for by whomever.

    Coordinators read the name of those who ask them to be let in, and nobody else does.
    """
    async with store.transaction(now) as tx:
        await populate(tx)
        for post in await tx.all(select(posts.posts.c.id)):
            await spreading.spread(tx, post=post.id, translator=translator)
    first = Transcript(store, Desk(handlers.capabilities(), translator), now, external="first")
    world = first.world = Watched(store, first.world.desk, now)
    found = await phones(first)
    await world.learn()
    for role in ("official coordinator", "civil coordinator"):
        world.shared.add(("Canarolo2", found[role].person))  # of whoever waits to be let in
    commands = [each.command for each in handlers.capabilities()]
    for turn, command in enumerate(sorted(commands, key=lambda each: each in PARTING)):
        some = [*ROLES[:2], ROLES[2 + turn % len(ROLES[2:])]]
        for role in ROLES if long else some:
            await tries(found[role], role, f"/{command}")
    await first.waits(days=1)
    await first.waits(days=40)
    async with store.reading(now) as tx:
        ids = [*await things(tx), "1", "2"]
    dice = random.Random(1)
    for _number in range(LONG if long else SHORT):
        role = dice.choice(ROLES)
        await tries(found[role], role, f"/{dice.choice(commands)} {dice.choice(PREFIXES)}{dice.choice(ids)}")
    assert world.sent > 2 * len(commands)
    assert await world.mailed() > len(PEOPLE)


@pytest.mark.parametrize("where", ["text", "label", "note", "token"])
async def test_the_watch_sees_what_goes_to_another(sqlite_store: Store, translator, now, where) -> None:
    """A canary of another anywhere in a payload is found; one's own is not in the way."""
    from handlers.messages import Choice, Outgoing  # noqa: PLC0415 - beside what it tries

    first = Transcript(sqlite_store, Desk(handlers.capabilities(), translator), now)
    world = first.world = Watched(sqlite_store, first.world.desk, now)
    one = Transcript(beside=first, external="22790100009")
    await first.is_member(name="Canarina001")
    await one.is_member(name="Canarina002")
    await world.learn()
    for name in ("Canarina002", "22790100009", one.person):
        part = {"label": "a", "note": "", "token": "/menu"} | ({where: name} if where != "text" else {})
        message = Outgoing(name if where == "text" else "a", (Choice(part["token"], part["label"], part["note"]),))
        world.deliver([Letter(one.address, message)])
        with pytest.raises(AssertionError, match="goes to somebody else"):
            world.deliver([Letter(first.address, message)])
