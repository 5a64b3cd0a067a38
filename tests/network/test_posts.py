"""Posts: who may say what in a group, who reads it, and what becomes of it; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from network import approvals, erasure, groups, members, posts, reactions, regimes, requests
from network.attribution import PERSON, REGION
from network.errors import Conflict, Forbidden, Missing
from network.groups import Talk
from network.posts import PACE, State, TooMany
from network.store import Store, Tx
from tests.network.people import enrolled, seated

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
TEXT = "Nous commençons toujours par un thé partagé."


async def talking(tx: Tx, talk: Talk = Talk.OPEN) -> tuple[str, str, str, str]:
    """Make the group of Niger, in which a coordinator, Awa and Moussa are; return the ids."""
    lead = await seated(tx, "NE", "official")
    group = (await groups.by_country(tx, country="NE")).id
    await posts.set_talk(tx, group=group, by=lead, talk=talk)
    awa, moussa = await enrolled(tx), await enrolled(tx, side="official", service="police", name="Moussa")
    for person in (awa, moussa):
        await groups.join(tx, group=group, person=person)
    return group, lead, awa, moussa


async def said(tx: Tx, group: str, person: str, text: str = TEXT, **how: Any) -> str:
    """Post something and return its id."""
    return str((await posts.write(tx, group=group, person=person, text=text, language="fr", **how))["post"])


SPEAKERS = [
    (Talk.OPEN, "lead", True),
    (Talk.OPEN, "awa", True),
    (Talk.MODERATED, "lead", True),
    (Talk.MODERATED, "awa", False),
    (Talk.NEWS, "lead", True),
    (Talk.NEWS, "awa", None),
    (Talk.OPEN, "stranger", None),
]


@pytest.mark.parametrize(("talk", "who", "up"), SPEAKERS)
async def test_who_is_heard(store: Store, talk: Talk, who: str, up: bool | None) -> None:
    """News come from seats, a moderated post waits for a word, an open one is up; outsiders say nothing."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, _moussa = await talking(tx, talk)
        person = {"lead": lead, "awa": awa}.get(who) or await enrolled(tx)
        if up is None:
            with pytest.raises(Forbidden):
                await said(tx, group, person)
            return
        made = await posts.write(tx, group=group, person=person, text=TEXT, language="fr")
        assert made["up"] is up
        assert made["deciders"] == ([] if up else [lead])
        found = await posts.find(tx, post=made["post"])
        assert found is not None
        assert (found.text, found.state) == (TEXT, State.UP if up else State.WAITING)


async def test_quiet_days_ask_for_a_word_of_both_sides(store: Store) -> None:
    """In an open group a member of a country with quiet days is read first, by both sides; a coordinator is not."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, _moussa = await talking(tx)
        await regimes.quieten(tx, country="NE", begins=date(2026, 11, 17), ends=date(2026, 11, 19))
        made = await posts.write(tx, group=group, person=awa, text=TEXT, language="fr")
        assert not made["up"]
        assert (await approvals.get(tx, approval=made["approval"])).both_sides
        assert (await posts.write(tx, group=group, person=lead, text=TEXT, language="fr"))["up"]
        await regimes.put(tx, country="NE", to="observing")
        with pytest.raises(Forbidden):
            await said(tx, group, awa)


@pytest.mark.parametrize("agree", [True, False])
async def test_a_word_lets_a_post_out_or_takes_it_away(store: Store, agree: bool) -> None:
    """The coordinator sees the post under its line; a yes lets it be read, a no leaves nothing of it."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, moussa = await talking(tx, Talk.MODERATED)
        made = await posts.write(tx, group=group, person=awa, text=TEXT, language="fr")
        [request] = await requests.pending(tx, person=lead, language="fr")
        assert (request.kind, request.what.post.text, request.what.line.name) == ("post", TEXT, "Awa")
        assert await posts.readable(tx, post=made["post"], person=moussa) is None
        told = await requests.settle(tx, approval=made["approval"], by=lead, agree=agree, reason="Plus court.")
        assert told["tell"] == awa
        found = await posts.readable(tx, post=made["post"], person=moussa)
        assert (found is not None) is agree
        kept = await posts.find(tx, post=made["post"])
        assert kept is not None
        assert kept.text == (TEXT if agree else "")


async def test_a_thread_is_one_level_deep(store: Store) -> None:
    """A reply to a reply stands below what began the thread; one to a post of elsewhere, or one gone, is refused."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, moussa = await talking(tx)
        first = await said(tx, group, awa)
        second = await said(tx, group, moussa, "Et chez nous aussi.", to=first)
        third = await said(tx, group, awa, "Merci !", to=second)
        assert {each.id for each in await posts.below(tx, post=first)} == {second, third}
        assert [each.id for each in await posts.latest(tx, group=group)] == [first]
        elsewhere = await groups.create(tx, code="border", country="ML")
        await groups.join(tx, group=elsewhere, person=lead)
        await groups.seat(tx, group=elsewhere, person=lead, rank="coordinator")
        with pytest.raises(Missing):
            await said(tx, elsewhere, lead, to=first)
        await posts.take_back(tx, post=first, person=awa)
        with pytest.raises(Missing):
            await said(tx, group, moussa, to=first)


async def test_nobody_posts_faster_than_others_read(store: Store) -> None:
    """Three posts in ten minutes, ten in a day; taking one back gives nothing back."""
    (few, _minutes), (many, _day) = PACE
    async with store.transaction(NOON) as tx:
        group, _lead, awa, _moussa = await talking(tx)
        mine = [await said(tx, group, awa) for _ in range(few)]
        await posts.take_back(tx, post=mine[0], person=awa)
        with pytest.raises(TooMany):
            await said(tx, group, awa)
    for turn in range(1, many - few + 1):
        async with store.transaction(NOON + turn * timedelta(minutes=11)) as tx:
            await said(tx, group, awa)
    async with store.transaction(NOON + timedelta(hours=5)) as tx:
        with pytest.raises(TooMany):
            await said(tx, group, awa)
    async with store.transaction(NOON + timedelta(days=1, minutes=1)) as tx:
        await said(tx, group, awa)


LINES: list[tuple[dict[str, str], bool, tuple[int, str]]] = [
    ({}, True, (PERSON, "Awa")),
    ({}, False, (REGION, "")),
    ({"visibility": "private"}, True, (REGION, "")),
    ({"name": ""}, True, (REGION, "")),
    ({"organisation": "Femmes du marché"}, True, (PERSON, "Awa")),
]


@pytest.mark.parametrize(("profile", "named", "said_of"), LINES)
async def test_a_line_says_the_name_or_less(
    store: Store, profile: dict[str, str], named: bool, said_of: tuple[int, str]
) -> None:
    """A post stands under name and country at most; in private mode, or without a name, under side and region."""
    async with store.transaction(NOON) as tx:
        group, _lead, awa, _moussa = await talking(tx)
        post = await said(tx, group, awa, named=named)
        await members.change(tx, person=awa, **profile)
        found = await posts.find(tx, post=post)
        assert found is not None
        [shown] = await posts.shown(tx, found=[found])
        assert (shown.line.level, shown.line.name, shown.line.organisation) == (*said_of, "")


async def test_only_the_author_corrects_and_only_where_nobody_had_to_agree(store: Store) -> None:
    """New words take the place of the old ones; in a moderated group a post can only be taken back."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, moussa = await talking(tx)
        post = await said(tx, group, awa)
        with pytest.raises(Missing):
            await posts.correct(tx, post=post, person=moussa, text="Autre chose.")
        await posts.correct(tx, post=post, person=awa, text="Nous commençons par un café.")
        found = await posts.find(tx, post=post)
        assert found is not None
        assert (found.text, found.corrected_at) == ("Nous commençons par un café.", NOON)
        await posts.set_talk(tx, group=group, by=lead, talk=Talk.MODERATED)
        assert not await posts.may_correct(tx, post=found, person=awa)
        with pytest.raises(Conflict):
            await posts.correct(tx, post=post, person=awa, text="Encore autre chose.")
        with pytest.raises(Missing):
            await posts.take_back(tx, post=post, person=moussa)
        with pytest.raises(Forbidden):
            await posts.set_talk(tx, group=group, by=awa, talk=Talk.OPEN)


async def test_reactions_are_counted_from_three_on(store: Store) -> None:
    """One for each member, changed or taken back; fewer than three of a kind are not shown."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, moussa = await talking(tx)
        post = await said(tx, group, awa)
        fourth = await enrolled(tx)
        await groups.join(tx, group=group, person=fourth)
        await reactions.react(tx, post=post, person=lead, kind="useful")
        await reactions.react(tx, post=post, person=moussa, kind="same")
        await reactions.react(tx, post=post, person=moussa, kind="useful")
        assert await reactions.counts(tx, post=post) == {}
        await reactions.react(tx, post=post, person=fourth, kind="useful")
        assert await reactions.counts(tx, post=post) == {"useful": 3}
        await reactions.react(tx, post=post, person=fourth, kind="")
        assert await reactions.counts(tx, post=post) == {}
        with pytest.raises(Missing):
            await reactions.react(tx, post=post, person=await enrolled(tx), kind="useful")


@pytest.mark.parametrize("keep", [True, False])
async def test_three_reports_hide_a_post_until_somebody_decides(store: Store, keep: bool) -> None:
    """Seats hear of the first, the third hides it; kept, it stays for good, refused, nothing is left of it."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, moussa = await talking(tx)
        other = await seated(tx, "NE", "civil")
        post = await said(tx, group, awa)
        first = await reactions.report(tx, post=post, by=moussa)
        assert set(first["deciders"]) == {lead, other}
        assert (await reactions.report(tx, post=post, by=moussa))["deciders"] == []
        with pytest.raises(Missing):
            await reactions.report(tx, post=post, by=awa)
        people = [await enrolled(tx) for _ in range(3)]
        for person in people:
            await groups.join(tx, group=group, person=person)
        await reactions.report(tx, post=post, by=people[0])
        assert await posts.readable(tx, post=post, person=lead) is not None
        await reactions.report(tx, post=post, by=people[1])
        assert await posts.readable(tx, post=post, person=lead) is None
        assert await posts.readable(tx, post=post, person=awa) is not None
        told = await requests.settle(tx, approval=first["approval"], by=lead, agree=keep, reason="Trop précis.")
        assert told["tell"] == (moussa if keep else awa)
        assert (await posts.readable(tx, post=post, person=lead) is not None) is keep
        if keep:
            assert (await reactions.report(tx, post=post, by=people[2]))["approval"] == ""
            assert await posts.readable(tx, post=post, person=lead) is not None


async def test_erased_means_erased(store: Store) -> None:
    """Whoever leaves takes their posts, reactions, mutes and reports along; others no longer mute them."""
    async with store.transaction(NOON) as tx:
        group, lead, awa, moussa = await talking(tx)
        post = await said(tx, group, awa)
        other = await said(tx, group, moussa)
        await reactions.mute(tx, post=post, person=moussa)
        await reactions.react(tx, post=other, person=awa, kind="thanks")
        await reactions.report(tx, post=other, by=awa)
        await reactions.report(tx, post=post, by=lead)
        assert (await erasure.export(tx, person=awa))["posts"][0]["text"] == TEXT
        assert (await erasure.export(tx, person=awa))["post_reactions"] == {"reactions": 1, "mutes": 0, "reports": 1}
        await erasure.erase(tx, person=awa)
        for table in (reactions.reactions, reactions.mutes, reactions.reports):
            assert await tx.scalar(select(func.count()).select_from(table)) == 0
        assert [each.id for each in await posts.latest(tx, group=group)] == [other]
        assert await requests.pending(tx, person=lead, language="fr") == []


async def test_old_posts_are_forgotten(store: Store) -> None:
    """After three months nothing is left of a post."""
    async with store.transaction(NOON) as tx:
        group, _lead, awa, _moussa = await talking(tx)
        post = await said(tx, group, awa)
    async with store.transaction(NOON + posts.KEEP - timedelta(hours=1)) as tx:
        assert await posts.sweep(tx) == 0
    async with store.transaction(NOON + posts.KEEP + timedelta(hours=1)) as tx:
        assert await posts.sweep(tx) == 1
        assert await posts.find(tx, post=post) is None
