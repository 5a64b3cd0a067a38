"""Hearing: who gets a post at once, who with others in a digest, and what counts as new; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from network import addresses, contents, due, groups, hearing, mailings, members, outbox, posts, reactions, regimes
from network.groups import Mode, Talk
from network.members import State
from network.posts import Post
from network.store import Store, Tx
from tests.network.people import enrolled, seated

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday, 13:00 in Niger
NIGHT = datetime(2026, 11, 18, 22, 0, tzinfo=UTC)  # 23:00 in Niger
MORNING = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)  # 8:00 in Niger
WAKING = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)  # 7:00 in Niger
MARK = "0" * 32


async def member(tx: Tx, group: str, *, channel: str = "telegram", mode: Mode = Mode.INSTANT, **profile: str) -> str:
    """Make a member of a group who has just written from an app; return their id."""
    person = await enrolled(tx, **profile)
    await groups.join(tx, group=group, person=person)
    await groups.set_mode(tx, group=group, person=person, mode=mode)
    home = await addresses.meet(tx, channel=channel, account="main", external=f"{channel} {person}")
    await tx.run(update(addresses.addresses).where(addresses.addresses.c.id == home.id).values(person=person))
    return person


async def open_group(tx: Tx) -> tuple[str, str]:
    """Make the group of Niger open to all; return its id and that of its coordinator."""
    lead = await seated(tx, "NE", "official")
    group = (await groups.by_country(tx, country="NE")).id
    await posts.set_talk(tx, group=group, by=lead, talk=Talk.OPEN)
    return group, lead


async def post(tx: Tx, group: str, person: str, *, named: bool = True) -> Post:
    """Post something, and let it go out; return it."""
    made = await posts.write(tx, group=group, person=person, text="Bonjour.", language="fr", named=named)
    found = await posts.find(tx, post=made["post"])
    assert found is not None
    return found


async def at_once(tx: Tx, found: Post) -> set[str]:
    """Return who gets a post at once."""
    return {row[0] for row in await tx.all(await hearing.at_once(tx, post=found))}


async def digests(tx: Tx) -> dict[str, datetime]:
    """Return to whom a digest comes, and when."""
    query = select(due.due.c.person, due.due.c.at).where(due.due.c.kind == hearing.KIND)
    return {row.person: row.at for row in await tx.all(query)}


WAYS = [
    ("at once", {}, NOON, timedelta(0), True),
    ("at once, on WhatsApp within a day", {"channel": "whatsapp"}, NOON, timedelta(hours=23), True),
    ("away from WhatsApp for a day", {"channel": "whatsapp"}, NOON, timedelta(hours=25), MORNING),
    ("away from Telegram for a day", {}, NOON, timedelta(hours=25), True),
    ("away from Telegram for a week", {}, NOON, timedelta(days=8), MORNING),
    ("daily", {"mode": Mode.DAILY}, NOON, timedelta(0), MORNING),
    ("silent", {"mode": Mode.SILENT}, NOON, timedelta(0), False),
    ("asleep", {}, NIGHT, timedelta(0), WAKING),
    ("daily, asleep", {"mode": Mode.DAILY}, NIGHT, timedelta(0), MORNING),
    ("awake at night by choice", {"quiet_from": "", "quiet_until": ""}, NIGHT, timedelta(0), True),
]


@pytest.mark.parametrize(("how", "now", "ago", "gets"), [case[1:] for case in WAYS], ids=[case[0] for case in WAYS])
async def test_each_hears_in_their_way(
    store: Store, how: dict[str, str], now: datetime, ago: timedelta, gets: datetime | bool
) -> None:
    """At once, in the morning, when they wake or not at all: never at once and later as well."""
    async with store.transaction(now - ago) as tx:
        group, lead = await open_group(tx)
        person = await member(tx, group, **how)  # type: ignore[arg-type]
    async with store.transaction(now) as tx:
        found = await post(tx, group, lead)
        assert (await at_once(tx, found)) == ({person} if gets is True else set())
        await hearing.with_others(tx, post=found)
        await hearing.with_others(tx, post=found)
        assert await digests(tx) == ({person: gets} if isinstance(gets, datetime) else {})


async def test_some_hear_nothing(store: Store) -> None:
    """The author, whoever muted them as they wrote, stopped, or is of a paused country; a pause waits for its end."""
    async with store.transaction(NOON) as tx:
        group, lead = await open_group(tx)
        author, muter = await member(tx, group), await member(tx, group)
        stopped, held, pausing = await member(tx, group), await member(tx, group, country="ML"), await member(tx, group)
        await members.set_state(tx, person=stopped, state=State.STOPPED)
        await regimes.put(tx, country="ML", to="paused")
        until = NOON + timedelta(days=9)
        await groups.pause(tx, group=group, person=pausing, until=until)
        named, unnamed = await post(tx, group, author), await post(tx, group, author, named=False)
        await reactions.mute(tx, post=unnamed.id, person=muter)
        assert await at_once(tx, named) == {muter}
        assert await at_once(tx, unnamed) == set()
        await hearing.with_others(tx, post=named)
        assert await digests(tx) == {pausing: until, lead: MORNING}  # who never wrote is away
        assert held not in await digests(tx)


async def test_what_came_at_once_is_not_new_again(store: Store) -> None:
    """A digest tells only of what did not come before; what a member posted or muted themselves is not new."""
    async with store.transaction(NOON) as tx:
        group, lead = await open_group(tx)
        person = await member(tx, group)
    async with store.transaction(NOON + timedelta(minutes=1)) as tx:
        first = await post(tx, group, lead)
        content = await contents.keep(tx, "{}")
        sent = {"mailing": first.id, "contents": {"fr": content}, "fallback": "fr", "urgency": 3}
        assert await mailings.send(tx, people=await hearing.at_once(tx, post=first), **sent) == 1
        await post(tx, group, person)
        assert await hearing.unread(tx, person=person) == []
        second = await post(tx, group, lead)
        [news] = await hearing.unread(tx, person=person)
        assert ([each.id for each in news.posts], news.many) == ([second.id], 1)
        await groups.set_mode(tx, group=group, person=person, mode=Mode.SILENT)
        assert await hearing.unread(tx, person=person) == []
        assert len(await hearing.unread(tx, person=person, group=group)) == 1
    async with store.transaction(NOON + timedelta(minutes=2)) as tx:
        await hearing.read(tx, group=group, person=person)
        assert await hearing.unread(tx, person=person, group=group) == []


async def test_an_absence_ends_in_one_digest(store: Store) -> None:
    """Ten days of posts are one digest: while it is not sent, each new one takes its place and tells it all."""
    async with store.transaction(NOON) as tx:
        group, lead = await open_group(tx)
        person = await member(tx, group, channel="whatsapp", mode=Mode.DAILY)
        home = (await addresses.of(tx, person=person))[0]
    letter = {"channel": "whatsapp", "account": "main", "body": "{}", "about": MARK}
    for day in range(1, 11):
        async with store.transaction(NOON + timedelta(days=day)) as tx:
            await post(tx, group, lead)
            [news] = await hearing.edition(tx, person=person, mark=MARK)
            assert (news.many, len(news.posts)) == (day, min(day, hearing.SHOWN))
            await outbox.put(tx, posts=[outbox.Post(address=home.id, **letter)])
            waiting = await tx.all(select(outbox.outbox.c.id).where(outbox.outbox.c.about == MARK))
            assert len(waiting) == 1
    async with store.transaction(NOON + timedelta(days=11)) as tx:
        await tx.run(update(outbox.outbox).values(stage=outbox.Stage.SENT))
        assert await hearing.edition(tx, person=person, mark=MARK) == []
        await post(tx, group, lead)
        [news] = await hearing.edition(tx, person=person, mark=MARK)
        assert news.many == 1


async def test_two_memberships_become_one(store: Store) -> None:
    """What one has read, posted, muted and said is theirs in the other membership as well."""
    async with store.transaction(NOON) as tx:
        group, lead = await open_group(tx)
        old, new = await member(tx, group), await member(tx, group)
        theirs = await post(tx, group, lead)
        mine = await post(tx, group, old)
        await reactions.react(tx, post=theirs.id, person=old, kind="useful")
        await reactions.mute(tx, post=theirs.id, person=old)
        await reactions.mute(tx, post=mine.id, person=new)
        await hearing.read(tx, group=group, person=old)
        for noun in (posts, reactions, hearing):
            await noun.hand_over(tx, person=old, to=new)
        kept = await posts.find(tx, post=mine.id)
        assert kept is not None
        assert kept.person == new
        assert await reactions.mine(tx, post=theirs.id, person=new) == "useful"
        assert await reactions.muted(tx, person=new) == 1
        assert await hearing.unread(tx, person=new, group=group) == []
