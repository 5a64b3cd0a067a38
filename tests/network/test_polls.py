"""Polls: made, asked for, opened, answered, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from network import (
    addresses,
    approvals,
    ballots,
    due,
    erasure,
    groups,
    links,
    poll_options,
    poll_outcomes,
    polls,
    results,
    rounds,
    secrecy,
)
from network.audiences import Audience
from network.darkness import darknesses
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.polls import Kind, Shown, State
from tests.network import polling
from tests.network.people import enrolled, seated


async def test_one_person_has_one_vote_that_can_change(store, now):
    """A vote given again takes the place of the first, and the counts follow."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx, shown=Shown.AT_ONCE)
        people = [await polling.voter(tx, side) for side in ("civil", "official", "civil")]
        for person, choice in zip(people, ("1", "2", "1"), strict=True):
            assert not (await ballots.cast(tx, poll=poll, person=person, choice=[choice])).changed
        assert (await ballots.cast(tx, poll=poll, person=people[0], choice=["3"])).changed
        found = await results.of(tx, poll=poll, person=people[0])
        assert [line.votes for line in found.lines] == [1, 1, 1]
        assert (found.voters, found.answered, found.declined, found.final) == (3, 3, 0, False)
        assert (found.turnout, found.quorum, found.sides, found.countries) == ({}, (), (), ())
        await ballots.cast(tx, poll=poll, person=people[1], choice=[ballots.PREFER_NOT])
        found = await results.of(tx, poll=poll, person=people[0])
        assert (found.voters, found.answered, found.declined) == (3, 2, 1)
        assert await results.counts(tx, poll=poll) == await results.recount(tx, poll=poll)


async def test_a_poll_opens_and_closes_by_the_clock(store, now):
    """It takes votes from its opening to its end, and its results stay as they were published."""
    async with store.transaction(now) as tx:
        poll = await polling.asked(tx, opens_at=now + timedelta(hours=1))
        person = await polling.voter(tx)
        await rounds.schedule(tx, poll=poll)
        with pytest.raises(ballots.Closed):
            await ballots.cast(tx, poll=poll, person=person, choice=["1"])
        assert not await rounds.open(tx, poll=poll)
    async with store.transaction(now + timedelta(hours=1)) as tx:
        (row,) = [each for each in await due.take(tx) if each.kind == rounds.OPEN]
        assert await rounds.open(tx, poll=row.subject)
        await ballots.cast(tx, poll=poll, person=person, choice=["2"])
        with pytest.raises(Forbidden):
            await results.of(tx, poll=poll, person=person)
    async with store.transaction(now + timedelta(days=7)) as tx:
        assert await rounds.close(tx, poll=poll)
        assert not await rounds.close(tx, poll=poll)
        found = await results.of(tx, poll=poll, person=person)
        assert found.final
        assert [line.votes for line in found.lines] == [0, 1, 0]
        with pytest.raises(ballots.Closed):
            await ballots.cast(tx, poll=poll, person=person, choice=["1"])


KINDS = [
    # kind, most, choice, words, what the ballot holds (None: refused)
    (Kind.ONE, 0, ["2"], "", "2"),
    (Kind.ONE, 0, [2], "", "2"),
    (Kind.ONE, 0, ["1", "2"], "", None),
    (Kind.ONE, 0, ["4"], "", None),
    (Kind.ONE, 0, [], "", None),
    (Kind.ONE, 0, ["1"], "words", None),
    (Kind.SEVERAL, 2, ["3", "1"], "", "1,3"),
    (Kind.SEVERAL, 2, ["3", "1", "2"], "", None),
    (Kind.SEVERAL, 2, ["1", "1"], "", None),
    (Kind.SEVERAL, 0, ["3", "1", "2"], "", "1,2,3"),
    (Kind.SEVERAL, 0, ["1", "-"], "", None),
    (Kind.RANKING, 2, ["3", "1"], "", "3,1"),
    (Kind.RANKING, 2, ["3"], "", "3"),
    (Kind.RANKING, 2, ["3", "1", "2"], "", None),
    (Kind.SCALE, 0, ["3"], "", "3"),
    (Kind.YES_NO, 0, ["3"], "", "3"),
    (Kind.TEXT, 0, [], "More light", "w"),
    (Kind.TEXT, 0, [], " ", None),
    (Kind.TEXT, 0, [], "x" * 201, None),
    (Kind.TEXT, 0, ["1"], "", None),
    *((kind, 0, ["-"], "", "-") for kind in Kind),
]


@pytest.mark.parametrize("secret", [False, True])
async def test_each_kind_takes_its_answers_and_no_others(sqlite_store, now, secret):
    """One, several, up to so many, in order, in words; what does not fit is refused; to say nothing always fits."""
    async with sqlite_store.transaction(now) as tx:
        maker = await polling.coordinators(tx)
        person = await polling.voter(tx)
        for kind, most, choice, words, held in KINDS:
            poll = await polls.get(tx, poll=await polling.opened(tx, by=maker, kind=kind, most=most, secret=secret))
            given = {"poll": poll.id, "person": person, "choice": choice, "words": words}
            if held is None:
                with pytest.raises(Invalid):
                    await ballots.cast(tx, **given)
                continue
            assert bool((await ballots.cast(tx, **given)).receipt) is secret
            assert ballots.written(poll, choice, words) == held
            mine = await ballots.vote_of(tx, poll=poll, person=person)
            assert mine is None if secret else (",".join(mine.choice), mine.words) == (held, words)


BAD = [
    {"options": 1},
    {"options": 13},
    {"question": {"en": " "}},
    {"kind": Kind.TEXT},
    {"kind": Kind.YES_NO, "options": 2},
    {"opens_at": timedelta(days=8)},
    {"remind_at": timedelta(days=8)},
    {"secret": True, "shown": Shown.AT_ONCE},
    {"quorum": {"army": 3}},
    {"months": -1},
]


@pytest.mark.parametrize("bad", BAD)
async def test_what_cannot_be_asked_is_refused(sqlite_store, now, bad):
    """A poll without a choice, that ends before it opens, or shows secret votes early, is not kept."""
    async with sqlite_store.transaction(now) as tx:
        maker = await polling.coordinators(tx)
        words = [{"en": str(number)} for number in range(bad.get("options", 3))]
        given = {name: now + at if isinstance(at, timedelta) else at for name, at in bad.items()}
        question = given.pop("question", {"en": "What first?"})
        given.pop("options", None)
        plan = polls.Plan(closes_at=now + timedelta(days=7), **given)
        with pytest.raises(Invalid):
            await polls.draft(tx, by=maker, question=question, options=words, plan=plan)


async def test_who_may_ask_whom(store, now):
    """One's own group at once, more only when both sides agree; a member proposes, a coordinator takes it up."""
    async with store.transaction(now) as tx:
        maker, member = await polling.coordinators(tx), await polling.voter(tx)
        within = await polling.asked(tx, by=maker)
        assert await polls.is_within_own(tx, await polls.get(tx, poll=within))
        await rounds.schedule(tx, poll=within)
        given = {"question": {"en": "Q"}, "options": [{"en": "a"}, {"en": "b"}]}
        plan = polls.Plan(closes_at=now + timedelta(days=2))
        with pytest.raises(Forbidden):
            await polls.draft(tx, by=member, plan=plan, **given)
        proposal = await polls.draft(tx, by=member, plan=plan, proposed=True, **given)
        assert [poll.id for poll in await polls.proposed(tx)] == [proposal]
        with pytest.raises(Forbidden):
            await polls.take_up(tx, poll=proposal, by=member)
        await polls.take_up(tx, poll=proposal, by=maker)
        with pytest.raises(Missing):
            await polls.change(tx, poll=proposal, by=member, plan=plan)
        await polls.change(tx, poll=proposal, by=maker, plan=replace(plan, most=1), question={"en": "Better"})
        asked = await polls.ask(tx, poll=proposal, by=maker)
        assert asked["approval"]
        assert await approvals.is_pending(tx, kind=polls.APPROVAL, subject=proposal)
        assert not await rounds.open(tx, poll=proposal)
        await polls.refuse(tx, poll=proposal)
        with pytest.raises(Conflict):
            await rounds.schedule(tx, poll=proposal)


async def test_a_group_of_one_side_is_not_polled(sqlite_store, now):
    """Until both sides hold a seat in a group nobody polls it, nor does who speaks for it poll the network."""
    async with sqlite_store.transaction(now) as tx:
        maker = await seated(tx, "NE", "civil")
        for audience in (None, Audience()):
            with pytest.raises(polls.OneSided):
                await polling.asked(tx, by=maker, **({} if audience is None else {"audience": audience}))


async def test_results_of_ones_own_groups_are_found_behind_those_of_others(sqlite_store, now):
    """The latest polls of other groups take no place in one's list; what was done about a poll is said by its own."""
    async with sqlite_store.transaction(now) as tx:
        maker, member = await polling.coordinators(tx), await polling.voter(tx)
        mine = await polling.opened(tx, by=maker)
        await rounds.close_early(tx, poll=mine, by=maker)
        stranger = await polling.coordinators(tx, "ML")
        elsewhere = await groups.by_country(tx, country="ML")
    async with sqlite_store.transaction(now + timedelta(hours=1)) as tx:
        for _each in range(3):
            theirs = await polling.opened(tx, by=stranger, audience=Audience(groups=(elsewhere.id,)))
            await rounds.close_early(tx, poll=theirs, by=stranger)
        assert [poll.id for poll in await polls.closed_for(tx, person=member, limit=2)] == [mine]
        with pytest.raises(Forbidden):
            await poll_outcomes.tell(tx, poll=theirs, by=maker, words={"en": "Not ours to say."})


async def test_a_round_that_was_missed_does_not_end_its_series(sqlite_store, now):
    """Where nothing ran while a round should have been open it is left out, and the next one comes at its time."""
    async with sqlite_store.transaction(now) as tx:
        maker = await polling.coordinators(tx)
        await polling.opened(tx, by=maker, options=2, months=6)
    async with sqlite_store.transaction(now + timedelta(days=7)) as tx:
        for row in await due.take(tx):
            await rounds.close(tx, poll=row.subject)
    async with sqlite_store.transaction(now + timedelta(days=300)) as tx:
        (second,) = [each for each in await polls.mine(tx, by=maker) if each.round == 2]
        assert not await rounds.open(tx, poll=second.id)
        found = {each.round: each for each in await polls.mine(tx, by=maker)}
        assert [found[number].state for number in (1, 2, 3)] == [State.CLOSED, State.WITHDRAWN, State.SCHEDULED]
        assert found[3].plan.opens_at == now.replace(year=now.year + 1)


async def test_members_add_options_where_they_may(sqlite_store, now):
    """An added option can be chosen by all; strangers add none, each member one new one, and there is an end to it."""
    async with sqlite_store.transaction(now) as tx:
        poll = await polling.opened(tx, adding=True, shown=Shown.AT_ONCE)
        person, stranger = await polling.voter(tx), await enrolled(tx)
        with pytest.raises(Forbidden):
            await polls.add_option(tx, poll=poll, by=stranger, words={"en": "New"})
        number = await polls.add_option(tx, poll=poll, by=person, words={"en": "New"})
        await ballots.cast(tx, poll=poll, person=person, choice=[number])
        assert (await results.of(tx, poll=poll, person=person)).lines[-1].votes == 1
        with pytest.raises(poll_options.Added):
            await polls.add_option(tx, poll=poll, by=person, words={"en": "Another"})
        others = [await polling.voter(tx) for _each in range(poll_options.MOST_OPTIONS - number + 1)]
        with pytest.raises(Invalid):
            await polls.add_option(tx, poll=poll, by=others[0], words={"en": "NEW"})
        for at, other in enumerate(others[1:]):
            await polls.add_option(tx, poll=poll, by=other, words={"en": f"More {at}"})
        with pytest.raises(poll_options.Full):
            await polls.add_option(tx, poll=poll, by=others[0], words={"en": "One too many"})


SEEN = [
    # when it is shown, whether it is open, whether one has voted, whether one sees
    (Shown.AT_ONCE, True, False, True),
    (Shown.TO_VOTERS, True, False, False),
    (Shown.TO_VOTERS, True, True, True),
    (Shown.AT_CLOSE, True, True, False),
    (Shown.AT_CLOSE, False, False, True),
]


@pytest.mark.parametrize("case", SEEN)
async def test_who_sees_results_when(sqlite_store, now, case):
    """At once, after one’s own vote, or at the close; those who are not asked never."""
    shown, is_open, voted, sees = case
    async with sqlite_store.transaction(now) as tx:
        poll = await polling.opened(tx, shown=shown)
        person, stranger = await polling.voter(tx), await enrolled(tx)
        if voted:
            await ballots.cast(tx, poll=poll, person=person, choice=["1"])
    async with sqlite_store.transaction(now if is_open else now + timedelta(days=7)) as tx:
        await rounds.close(tx, poll=poll)
        found = await polls.get(tx, poll=poll)
        assert await results.may_see(tx, poll=found, person=person) is sees
        assert not await results.may_see(tx, poll=found, person=stranger)


async def test_receipts_show_that_a_ballot_counts(store, now):
    """The receipt of the last vote is in the published list, an earlier one is not; the digest is of that list."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx, secret=True)
        people = [await polling.voter(tx) for _each in range(3)]
        early = (await ballots.cast(tx, poll=poll, person=people[0], choice=["1"])).receipt
        last = [(await ballots.cast(tx, poll=poll, person=person, choice=["2"])).receipt for person in people]
        assert not await secrecy.is_counted(tx, poll=poll, receipt=last[0])
    async with store.transaction(now + timedelta(days=7)) as tx:
        await rounds.close(tx, poll=poll)
        assert [await secrecy.is_counted(tx, poll=poll, receipt=each.lower()) for each in last] == [True] * 3
        assert not await secrecy.is_counted(tx, poll=poll, receipt=early)
        assert not await secrecy.is_counted(tx, poll=poll, receipt="nothing")
        published = await secrecy.hashes(tx, poll=poll)
        assert (await polls.get(tx, poll=poll)).digest == secrecy.digested(published)
        assert secrecy.digested(published[1:]) != secrecy.digested(published)


async def test_parts_are_shown_where_they_are_large(store, now):
    """Sides and countries of ten and more for each answer are shown; a small country is not, nor kept on ballots."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx, secret=True, options=2, quorum={"civil": 20, "official": 90})
        for country, many in (("NE", 10), ("ML", 11), ("TD", 2)):
            for side in ("civil", "official"):
                for choice in ("1", "2"):
                    for _each in range(many):
                        person = await polling.voter(tx, side, country)
                        await ballots.cast(tx, poll=poll, person=person, choice=[choice])
    async with store.transaction(now + timedelta(days=7)) as tx:
        await rounds.close(tx, poll=poll)
        found = await results.published(tx, poll=poll)
        assert [(part.side, part.votes) for part in found.sides] == [
            (side, {1: 23, 2: 23}) for side in ("civil", "official")
        ]
        assert {part.country: part.answered for part in found.countries} == {"ML": 44, "": 48}
        assert [(part.country, part.side) for part in found.cells] == [("ML", "civil"), ("ML", "official")]
        assert [(each.side, each.reached) for each in found.quorum] == [("civil", True), ("official", False)]
        assert (found.turnout, found.has_quorum) == ({"official": 40, "civil": 40}, False)
        kept = await results.recount(tx, poll=poll)
        assert {country for _side, country in kept} == {"ML", ""}
        assert sum(sum(choices.values()) for choices in kept.values()) == found.voters


async def test_a_series_comes_again_and_shows_its_trend(store, now):
    """Half a year later it is asked again at the same wall time; a part in which few came or went is not shown."""
    async with store.transaction(now) as tx:
        maker = await polling.coordinators(tx)
        poll = await polling.opened(tx, by=maker, options=2, months=6, zone="Africa/Casablanca", kind=Kind.SCALE)
        people = [await polling.voter(tx, side) for side in ("civil", "official") for _each in range(20)]
        for at, person in enumerate(people):
            await ballots.cast(tx, poll=poll, person=person, choice=[str(at % 2 + 1)])
    async with store.transaction(now + timedelta(days=7)) as tx:
        await rounds.close(tx, poll=poll)
        assert len((await results.published(tx, poll=poll)).sides) == 2
        (second,) = [each for each in await polls.mine(tx, by=maker) if each.round == 2]
        assert (second.state, second.question) == (State.SCHEDULED, {"en": "What first?"})
        assert second.plan.opens_at == now.replace(year=2027, month=5)
    later = second.plan.opens_at
    async with store.transaction(later) as tx:
        assert await rounds.open(tx, poll=second.id)
        newcomer = await polling.voter(tx)
        for at, person in enumerate([*people, newcomer]):
            await ballots.cast(tx, poll=second.id, person=person, choice=[str(at % 2 + 1)])
    async with store.transaction(later + timedelta(days=7)) as tx:
        await rounds.close(tx, poll=second.id)
        both = [await results.published(tx, poll=each.id) for each in await polls.closed_rounds(tx, series=poll)]
        assert [found.voters for found in both] == [40, 41]
        assert [found.mean for found in both] == [1.5, pytest.approx(61 / 41)]
        assert both[1].sides == (), "one newcomer: the difference of the rounds would tell what they said"
        await rounds.end_series(tx, poll=second.id, by=maker)
        assert [each.state for each in await polls.mine(tx, by=maker)] == [State.WITHDRAWN, State.CLOSED, State.CLOSED]


async def test_a_dark_country_has_its_time(store, now):
    """Who was cut off votes that much longer, when the others cannot any more; then it closes, once."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx)
        here, there = await polling.voter(tx, country="TD"), await polling.voter(tx, country="NE")
        await tx.run(
            darknesses.insert(), {"country": "TD", "since": now + timedelta(days=6), "until": now + timedelta(days=8)}
        )
    async with store.transaction(now + timedelta(days=7, hours=1)) as tx:
        assert not await rounds.close(tx, poll=poll)
        assert [len(await polls.open_for(tx, person=person)) for person in (here, there)] == [1, 0]
        with pytest.raises(ballots.Closed):
            await ballots.cast(tx, poll=poll, person=there, choice=["1"])
    async with store.transaction(now + timedelta(days=8, hours=23)) as tx:
        await ballots.cast(tx, poll=poll, person=here, choice=["1"])
    async with store.transaction(now + timedelta(days=9)) as tx:
        assert [row.kind for row in await due.take(tx) if row.subject == poll and row.kind == rounds.CLOSE] == [
            rounds.CLOSE
        ]
        assert await rounds.close(tx, poll=poll)
        assert (await results.published(tx, poll=poll)).voters == 1


@pytest.mark.parametrize("secret", [False, True])
async def test_a_voter_who_is_erased_or_joined(store, now, secret):
    """Erased, one’s open ballot goes; two memberships of one person keep one vote; a copy holds what can be found."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx, secret=secret)
        gone, old, new, alone = [await polling.voter(tx) for _each in range(4)]
        for at, person in enumerate((gone, old, new, alone)):
            await ballots.cast(tx, poll=poll, person=person, choice=[at % 3 + 1])
        (copy,) = (await erasure.export(tx, person=gone))["votes"]
        assert (copy["secret"], copy["chosen"]) == (secret, [] if secret else [{"en": "Roads", "fr": "Roads"}])
        await erasure.erase(tx, person=gone)
        await _join(tx, old, new)
        other = await polling.voter(tx)
        await _join(tx, alone, other)
        assert [await ballots.has_voted(tx, poll=poll, person=each) for each in (gone, old, new, alone, other)] == [
            *(False, False, True, False, True)
        ]
        assert (await ballots.cast(tx, poll=poll, person=other, choice=["2"])).changed
        if not secret:
            assert await results.counts(tx, poll=poll) == await results.recount(tx, poll=poll)
    async with store.transaction(now + timedelta(days=7)) as tx:
        await rounds.close(tx, poll=poll)
        assert [line.votes for line in (await results.published(tx, poll=poll)).lines] == [0, 1, 1]
        await erasure.erase(tx, person=new)
        assert (await results.published(tx, poll=poll)).voters == 2, "what was published stays"
        assert await tx.scalar(select(func.count()).select_from(ballots.ballots)) == (2 if secret else 1)
        assert new not in repr([tuple(row) for row in await tx.all(select(ballots.participations))])


async def _join(tx, old, new):
    """Join two memberships of one human being, as a linking code does."""
    home = await addresses.meet(tx, channel="telegram", account="main", external=old)
    await addresses.set_person(tx, person=home.person, to=old)
    assert await links.accept(tx, code=await links.offer(tx, person=new), address=home.id) == new


async def test_a_poll_taken_back_keeps_no_vote(store, now):
    """Withdrawn, it takes no votes, and none is kept; what was done about a closed one is told once it is written."""
    async with store.transaction(now) as tx:
        maker = await polling.coordinators(tx)
        poll, other = [await polling.opened(tx, by=maker, secret=True) for _each in range(2)]
        person = await polling.voter(tx)
        for each in (poll, other):
            await ballots.cast(tx, poll=each, person=person, choice=["1"])
        await rounds.withdraw(tx, poll=poll, by=maker)
        with pytest.raises(ballots.Closed):
            await ballots.cast(tx, poll=poll, person=person, choice=["1"])
        for table in (ballots.ballots, ballots.participations, ballots.receipts, ballots.ballot_keys):
            assert [row.poll for row in await tx.all(select(table))] == [other]
        with pytest.raises(Conflict):
            await poll_outcomes.tell(tx, poll=other, by=maker, words={"en": "We built it."})
        await rounds.close_early(tx, poll=other, by=maker)
        await poll_outcomes.tell(tx, poll=other, by=maker, words={"en": "We built it."})
        assert (await polls.get(tx, poll=other)).outcome == {"en": "We built it."}
