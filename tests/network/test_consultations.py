"""Consultations: cut into sections, opened by both sides, answered until they close, renewed, and what was promised."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from network import (
    approvals,
    commitments,
    consultations,
    due,
    erasure,
    groups,
    remarks,
    requests,
    sections,
)
from network.audiences import Audience
from network.commitments import Outcome
from network.consultations import State
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.remarks import Stance
from network.store import Store, Tx
from tests.network.people import enrolled, reached, seated

PARTS = [["1. Aim", "Police and residents meet every month."], ["2. Means", "A room and two hours."]]
WORDS = "Every two weeks, and in the evening."


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ("1. Aim\nMeet.\n2. Means\nA room.", [("1. Aim", "Meet."), ("2. Means", "A room.")]),
        ("Article 1\nMeet.\n\nArticle 2\nA room.\nTwo hours.", [("Article 1", "Meet."), ("Article 2", None)]),
        ("المادة ١\nنلتقي.\nالمادة ٢\nقاعة.", [("المادة ١", "نلتقي."), ("المادة ٢", "قاعة.")]),
        ("# Aim\nMeet.\n# Means\nA room.", [("Aim", "Meet."), ("Means", "A room.")]),
        ("We meet.\n\nWe have a room.", [("", "We meet."), ("", "We have a room.")]),
        ("1. We meet every month.\n2. We have a room.", [("", "1. We meet every month."), ("", "2. We have a room.")]),
        ("Preamble.\n1. Aim\nMeet.\n2. Means\nA room.", [("", "Preamble."), ("1. Aim", None), ("2. Means", None)]),
    ],
)
def test_a_draft_is_cut_by_its_headings_and_numbers(draft: str, found: list[tuple[str, str | None]]) -> None:
    """Headings and numbers begin a section, in Latin and Arabic letters; else every paragraph does."""
    cut = sections.split(draft)
    assert [part.heading for part in cut] == [heading for heading, _text in found]
    assert all(text is None or part.text == text for part, (_heading, text) in zip(cut, found, strict=True))


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("1. Aim", "Aim"),
        ("12) Aim", "Aim"),
        ("(3) Aim", "Aim"),
        ("٢- الوسائل", "الوسائل"),
        ("2.1. Aim", "2.1. Aim"),
        ("Article 1", "Article 1"),
        ("3. 12 agents", "3. 12 agents"),
        ("30 agents", "30 agents"),
    ],
)
def test_a_list_numbers_a_section_once(line: str, bare: str) -> None:
    """The number that an author put before a heading is left out where its place is said; every other word stays."""
    assert sections.unnumbered(line) == bare


@pytest.mark.parametrize("word", ["mot ", "x", "Une phrase entière. ", "جملة كاملة. "])
def test_no_section_is_too_long_and_no_word_is_lost(word: str) -> None:
    """A long text is cut between sentences where it can be, and holds every letter of the draft in their order."""
    draft = f"1. Premier\n{word * 500}\n2. Second\n{word * 300}"
    cut = sections.split(draft)
    assert max(len(part.text) for part in cut) <= sections.LONGEST
    kept = "".join(part.heading + part.text for part in cut)
    assert "".join(kept.split()) == "".join(draft.split())


async def proposed(tx: Tx) -> tuple[dict[str, object], str, str]:
    """Put a draft before the group of Niger; return it and the coordinators, civil society's first."""
    civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
    group = (await groups.by_country(tx, country="NE")).id
    how = {"title": "A charter", "why": "Both sides wrote it.", "parts": PARTS, "days": 14}
    asked = await consultations.propose(tx, by=civil, group=group, audience=Audience(groups=(group,)), **how)
    return asked, civil, official


async def opened(tx: Tx) -> tuple[str, str, str]:
    """Put a draft before both sides; return it and its hosts."""
    asked, civil, official = await proposed(tx)
    await requests.settle(tx, approval=str(asked["approval"]), by=official, agree=True)
    return str(asked["id"]), civil, official


async def member(tx: Tx, side: str = "civil") -> str:
    """Make a member of the group of Niger."""
    service = {"civil": "association", "official": "police"}[side]
    person = await enrolled(tx, side=side, service=service)
    await groups.join(tx, group=(await groups.by_country(tx, country="NE")).id, person=person)
    return person


async def test_it_opens_by_both_sides(store: Store, now: datetime) -> None:
    """Only the other side's coordinator opens it; then its times are set, and both host it."""
    async with store.transaction(now) as tx:
        asked, civil, official = await proposed(tx)
        assert asked["deciders"] == [official]
        [first, *_rest] = await consultations.sections(tx, consultation=str(asked["id"]))
        with pytest.raises(Conflict):
            await remarks.say(tx, section=first.id, person=civil, stance=Stance.AGREE)
        await requests.settle(tx, approval=str(asked["approval"]), by=official, agree=True)
        found = await consultations.get(tx, consultation=str(asked["id"]))
        assert (found.state, found.hosts, found.closes_at) == (
            State.OPEN,
            (civil, official),
            now + timedelta(days=14),
        )
    async with store.transaction(now + timedelta(days=14)) as tx:
        kinds = [row.kind for row in await due.take(tx) if row.person is None]
        assert kinds == [consultations.OPENED, consultations.REMIND, consultations.CLOSE]


async def test_a_refused_one_never_opens_and_members_cannot_propose(store: Store, now: datetime) -> None:
    """The other side's no is final for that draft; whoever holds no seat cannot put one before others."""
    async with store.transaction(now) as tx:
        asked, _civil, official = await proposed(tx)
        await requests.settle(tx, approval=str(asked["approval"]), by=official, agree=False, reason="Later.")
        assert (await consultations.get(tx, consultation=str(asked["id"]))).state is State.REFUSED
        group = (await groups.by_country(tx, country="NE")).id
        how = {"title": "A charter", "why": "w", "parts": PARTS, "days": 14, "audience": Audience()}
        with pytest.raises(Forbidden):
            await consultations.propose(tx, by=await member(tx), group=group, **how)
        with pytest.raises(Invalid):
            await consultations.propose(tx, by=official, group=group, **{**how, "parts": [["", "x" * 701]]})


async def test_answers_change_until_it_closes_and_say_only_the_side(store: Store, now: datetime) -> None:
    """The last word counts; members read others' words once it is closed, hosts before."""
    async with store.transaction(now) as tx:
        draft, civil, official = await opened(tx)
        aim, means = await consultations.sections(tx, consultation=draft)
        person, other = await member(tx), await member(tx, "official")
        assert await remarks.left(tx, consultation=draft, person=person) == [aim.id, means.id]
        await remarks.say(tx, section=aim.id, person=person, stance=Stance.AGREE)
        await remarks.say(tx, section=aim.id, person=person, stance=Stance.AMEND, text=WORDS)
        await remarks.say(tx, section=aim.id, person=other, stance=Stance.COMMENT, text="Yes, monthly.")
        assert await remarks.left(tx, consultation=draft, person=person) == [means.id]
        assert (await remarks.mine(tx, consultation=draft, person=person))[aim.id].text == WORDS
        for words, stance in ((WORDS, Stance.AGREE), ("", Stance.AMEND), ("x" * 501, Stance.COMMENT)):
            with pytest.raises(Invalid):
                await remarks.say(tx, section=aim.id, person=person, stance=stance, text=words)
        with pytest.raises(Forbidden):
            await remarks.of(tx, consultation=draft, person=person)
        assert len(await remarks.of(tx, consultation=draft, person=official)) == 2
        with pytest.raises(Forbidden):
            await remarks.say(tx, section=aim.id, person=await enrolled(tx), stance=Stance.AGREE)
        with pytest.raises(Missing):
            await consultations.close(tx, consultation=draft, by=person)
        assert await consultations.close(tx, consultation=draft, by=civil)
        assert not await consultations.close(tx, consultation=draft)
        said = await remarks.of(tx, consultation=draft, person=person)
        assert {(each.side, each.text) for each in said} == {("civil", WORDS), ("official", "Yes, monthly.")}
        with pytest.raises(Conflict):
            await remarks.say(tx, section=aim.id, person=person, stance=Stance.AGREE)


@pytest.mark.parametrize(("civil", "official", "shown"), [(9, 0, 0), (10, 0, 10), (10, 9, 19), (10, 10, 20)])
async def test_figures_point_at_nobody(store: Store, now: datetime, civil: int, official: int, shown: int) -> None:
    """Of fewer than ten nothing is said; a side is shown only where both have ten; nothing while it is open."""
    async with store.transaction(now) as tx:
        draft, host, _partner = await opened(tx)
        [aim, _means] = await consultations.sections(tx, consultation=draft)
        for side in ["civil"] * civil + ["official"] * official:
            await remarks.say(tx, section=aim.id, person=await member(tx, side), stance=Stance.AGREE)
        assert await remarks.figures(tx, consultation=draft) == {}
        await consultations.close(tx, consultation=draft, by=host)
        found = (await remarks.figures(tx, consultation=draft))[aim.id]
        assert found.answered == shown
        assert set(found.by_side) == ({"civil", "official"} if min(civil, official) >= 10 else set())


async def test_a_new_version_says_what_changed(store: Store, now: datetime) -> None:
    """Hosts change sections of a closed draft, with a reason, and publish it once."""
    async with store.transaction(now) as tx:
        draft, civil, official = await opened(tx)
        aim, _means = await consultations.sections(tx, consultation=draft)
        change = {"consultation": draft, "section": aim.id, "text": WORDS, "why": "Both sides asked for it."}
        with pytest.raises(Conflict):
            await consultations.renew(tx, by=civil, **change)
        await consultations.close(tx, consultation=draft, by=civil)
        await consultations.renew(tx, by=official, **change)
        with pytest.raises(Missing):
            await consultations.renew(tx, by=civil, **{**change, "section": "0" * 32})
        await consultations.publish(tx, consultation=draft, by=civil)
        with pytest.raises(Conflict):
            await consultations.publish(tx, consultation=draft, by=civil)
        new, old = await consultations.sections(tx, consultation=draft)
        assert (new.renewed, new.why, old.renewed) == (WORDS, change["why"], None)


async def test_commitments_are_reminded_and_marked(store: Store, now: datetime) -> None:
    """The hosts hear of one a week before its day and on it, unless it was marked."""
    day = (now + timedelta(days=30)).date()
    async with store.transaction(now) as tx:
        draft, civil, official = await opened(tx)
        how = {"consultation": draft, "what": "Print it in three languages.", "who": "The municipality"}
        with pytest.raises(Conflict):
            await commitments.add(tx, by=civil, due_on=day.isoformat(), **how)
        await consultations.close(tx, consultation=draft, by=civil)
        with pytest.raises(Invalid):
            await commitments.add(tx, by=civil, due_on=now.date().isoformat(), **how)
        promised = await commitments.add(tx, by=civil, due_on=day.isoformat(), **how)
        marked = await commitments.add(tx, by=official, due_on=day.isoformat(), **how)
        await commitments.mark(tx, commitment=marked, by=civil, outcome=Outcome.DONE)
        with pytest.raises(Missing):
            await commitments.mark(tx, commitment=promised, by=await member(tx), outcome=Outcome.DONE)
    heard = []
    for days in (22, 23, 29, 30):
        async with store.transaction(now + timedelta(days=days)) as tx:
            due_now = [row.subject for row in await due.take(tx) if row.kind == commitments.DUE]
            heard += [(days, each) for each in due_now if await commitments.reminded(tx, commitment=each)]
    assert heard == [(23, promised), (30, promised)]


async def test_what_somebody_said_goes_with_them_and_is_read_to_them(store: Store, now: datetime) -> None:
    """Erased, nothing of their words stays, and what both sides opened stays with the other host."""
    async with store.transaction(now) as tx:
        draft, civil, official = await opened(tx)
        [aim, _means] = await consultations.sections(tx, consultation=draft)
        await remarks.say(tx, section=aim.id, person=civil, stance=Stance.COMMENT, text=WORDS)
        kept = await erasure.export(tx, person=civil)
        assert kept["consultations"] == ["A charter"]
        assert json.loads(json.dumps(kept["remarks"])) == [{"title": "A charter", "stance": "comment", "text": WORDS}]
        await erasure.erase(tx, person=civil)
        assert (await consultations.get(tx, consultation=draft)).hosts == (official,)
        assert await remarks.of(tx, consultation=draft, person=official) == []
        await erasure.erase(tx, person=official)
        assert await consultations.find(tx, consultation=draft) is None


async def test_an_asked_one_goes_with_its_author(store: Store, now: datetime) -> None:
    """What the other side has not opened yet is gone, and so is what waits for their word."""
    async with store.transaction(now) as tx:
        asked, civil, official = await proposed(tx)
        await erasure.erase(tx, person=civil)
        assert await consultations.find(tx, consultation=str(asked["id"])) is None
        assert await approvals.pending_for(tx, person=official) == []


async def test_two_memberships_have_one_word(store: Store, now: datetime) -> None:
    """Linked, what one membership said goes to the other, whose own word on a section stays."""
    async with store.transaction(now) as tx:
        draft, civil, _official = await opened(tx)
        aim, means = await consultations.sections(tx, consultation=draft)
        old = await member(tx)
        for section in (aim, means):
            await remarks.say(tx, section=section.id, person=old, stance=Stance.COMMENT, text="Old words.")
        new = await reached(tx)
        await groups.join(tx, group=(await groups.by_country(tx, country="NE")).id, person=new)
        await remarks.say(tx, section=aim.id, person=new, stance=Stance.COMMENT, text=WORDS)
        await remarks.hand_over(tx, person=old, to=new)
        await erasure.erase(tx, person=old)
        said = await remarks.of(tx, consultation=draft, person=civil)
        assert sorted(each.text for each in said) == sorted([WORDS, "Old words."])
