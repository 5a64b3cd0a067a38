"""Moderation: changes, appeals within 72 hours, and people who leave meanwhile; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from network import appeals, approvals, audit, due, erasure, groups, links, members, practices, requests
from network.addresses import meet
from network.approvals import Decision
from network.errors import Conflict, Forbidden, Missing
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in, seated

SENSITIVE = ["com.selfdefence"]
HOURS = timedelta(hours=1)


async def asked(tx: Tx, practice: str, kind: str = "practice") -> str:
    """Return the approval that waits for a practice."""
    found = await approvals.pending_about(tx, subject=practice, kind=kind)
    assert found is not None
    return found.id


async def reminders(tx: Tx) -> Sequence[Row[Any]]:
    """Return the reminders that are set for those who decide."""
    return await tx.all(select(due.due).where(due.due.c.kind == approvals.REMINDER))


async def refused(tx: Tx, author: str, judge: str, reason: str = "Trop court") -> str:
    """Hand in a practice and refuse it; return its id."""
    practice = await handed_in(tx, author)
    await requests.settle(tx, approval=await asked(tx, practice), by=judge, agree=False, reason=reason)
    return practice


@pytest.mark.parametrize(
    ("later", "state"),
    [
        (timedelta(0), appeals.ASKED),
        (72 * HOURS - timedelta(seconds=1), appeals.ASKED),
        (72 * HOURS, appeals.ASKED),
        (72 * HOURS + timedelta(seconds=1), appeals.LATE),
        (timedelta(days=30), appeals.LATE),
    ],
)
async def test_an_appeal_is_taken_until_the_last_instant(
    store: Store, now: datetime, later: timedelta, state: str
) -> None:
    """Within 72 hours of the refusal, its last instant included, and not a second longer."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "civil"), await enrolled(tx, country="NE")
        practice = await refused(tx, author, judge)
        assert await appeals.until(tx, practice=practice) == now + 72 * HOURS
    async with store.transaction(now + later) as tx:
        made = await appeals.ask(tx, practice=practice, by=author, why="Il y a une source")
        assert made["state"] == state
        standing = await requests.standing(tx, practice=practice)
        assert standing.state == ("appealed" if state == appeals.ASKED else "refused")
        assert standing.until is None


async def test_the_hour_is_told_in_the_authors_country(store: Store, now: datetime) -> None:
    """Until when is said in the wall time of the country of the one who wrote it."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "civil")
        practice = await refused(tx, await enrolled(tx, country="NE"), judge)
        local = await appeals.until_local(tx, practice=practice)
        assert local is not None
        assert (local.hour, local.day) == (10, 26)  # 9:00 UTC on the 23rd, Niamey is an hour ahead


async def test_others_hear_it_one_from_each_side(store: Store, now: datetime) -> None:
    """Who refused does not hear the appeal while somebody else on that side can; both sides must agree."""
    async with store.transaction(now) as tx:
        judge, deputy = await seated(tx, "NE", "civil"), await seated(tx, "NE", "civil", "deputy")
        official = await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        practice = await refused(tx, author, judge)
        made = await appeals.ask(tx, practice=practice, by=author, why="Il y a une source")
        assert made["deciders"] == [official, deputy]
        approval = str(made["approval"])
        with pytest.raises(Forbidden):
            await requests.settle(tx, approval=approval, by=judge, agree=False)
        (seen,) = await requests.pending(tx, person=deputy, language="fr")
        assert (seen.what.why, seen.what.refused) == ("Il y a une source", ("Trop court",))
        first = await requests.settle(tx, approval=approval, by=deputy, agree=True)
        assert first == {"state": "pending", "fresh": True, "tell": author}
        assert (await practices.get(tx, practice=practice)).state == "refused"
        second = await requests.settle(tx, approval=approval, by=official, agree=True)
        assert second == {"state": "approved", "fresh": True, "tell": author}
        assert (await practices.get(tx, practice=practice)).state == "published"
        assert (await requests.standing(tx, practice=practice)).state == "published"
        counts = await audit.counts(tx)
        assert (counts["refuse_practice"], counts["ask_appeal"], counts["agree_appeal"]) == (1, 1, 2)


async def test_who_refused_hears_it_where_there_is_nobody_else(store: Store, now: datetime) -> None:
    """With one seat on a side, its holder decides again rather than nobody; another country's seat goes first."""
    async with store.transaction(now) as tx:
        judge, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        practice = await refused(tx, author, judge)
        made = await appeals.ask(tx, practice=practice, by=author, why="Il y a une source")
        assert made["deciders"] == [official, judge]
        far = await seated(tx, "SN", "civil")
        assert await approvals.deciders(tx, approval=str(made["approval"])) == [official, far]


async def test_the_outcome_of_an_appeal_is_final(store: Store, now: datetime) -> None:
    """One no is enough; its reason is the author's, and there is no second appeal."""
    async with store.transaction(now) as tx:
        judge, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        practice = await refused(tx, author, judge)
        made = await appeals.ask(tx, practice=practice, by=author, why="Il y a une source")
        again = await appeals.ask(tx, practice=practice, by=author, why="Encore une fois")
        assert again["state"] == appeals.LATE
        heard = await requests.settle(
            tx, approval=str(made["approval"]), by=official, agree=False, reason="La source manque"
        )
        assert heard == {"state": "refused", "fresh": True, "tell": author}
        standing = await requests.standing(tx, practice=practice)
        assert (standing.state, standing.reason, standing.until) == ("final", "La source manque", None)
        assert (await appeals.ask(tx, practice=practice, by=author, why="Encore"))["state"] == appeals.LATE


async def test_only_the_author_appeals(store: Store, now: datetime) -> None:
    """Nobody else can ask for a second look, and what is published or was never there has none."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "civil"), await enrolled(tx, country="NE")
        practice = await refused(tx, author, judge)
        with pytest.raises(Missing):
            await appeals.ask(tx, practice=practice, by=judge, why="Je l’ai refusée")
        waiting = await handed_in(tx, author)
        assert (await appeals.ask(tx, practice=waiting, by=author, why="Pas encore"))["state"] == appeals.LATE
        assert await appeals.until(tx, practice="nowhere") is None


async def test_a_change_is_asked_for_and_read_anew(store: Store, now: datetime) -> None:
    """A wish for a change gives it back; handed in again, both sides read it from the beginning."""
    async with store.transaction(now) as tx:
        civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        practice = await handed_in(tx, author, topics=SENSITIVE)
        first = await asked(tx, practice)
        await requests.settle(tx, approval=first, by=civil, agree=True, reason="Solide")
        assert (await requests.standing(tx, practice=practice)).state == "agreed"
        (seen,) = await requests.pending(tx, person=official, language="fr")
        assert seen.what.words == ("Solide",)
        given = await requests.settle(tx, approval=first, by=official, agree=False, change=True, reason="Sans date")
        assert given == {"state": "change", "fresh": True, "tell": author}
        standing = await requests.standing(tx, practice=practice)
        assert (standing.state, standing.reason) == ("change", "Sans date")
        assert (await audit.counts(tx))["change_practice"] == 1
        found = await practices.get(tx, practice=practice)
        changed = {"facts": found.facts, "topics": found.topics, "title": "Café de la paix 2", "parts": found.parts}
        handed = await requests.again(tx, author=author, practice=practice, **changed)
        assert handed["approval"] != first
        assert set(handed["deciders"]) == {civil, official}
        assert (await requests.standing(tx, practice=practice)).state == "waiting"


async def test_handing_in_again_takes_the_appeal_back(store: Store, now: datetime) -> None:
    """An author who changes a refused text has it read as a new one: the appeal is no more."""
    async with store.transaction(now) as tx:
        judge, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        practice = await refused(tx, author, judge)
        made = await appeals.ask(tx, practice=practice, by=author, why="Il y a une source")
        found = await practices.get(tx, practice=practice)
        changed = {"facts": found.facts, "topics": found.topics, "title": found.title, "parts": found.parts}
        await requests.again(tx, author=author, practice=practice, **changed)
        gone = await requests.settle(tx, approval=str(made["approval"]), by=official, agree=True)
        assert gone["state"] == requests.GONE
        assert [one.kind for one in await requests.pending(tx, person=official, language="fr")] == ["practice"]


async def test_a_word_after_the_withdrawal_publishes_nothing(store: Store, now: datetime) -> None:
    """What its author took back is gone for those who decide, and stays unpublished."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "civil"), await enrolled(tx, country="NE")
        practice = await handed_in(tx, author)
        approval = await asked(tx, practice)
        await practices.withdraw(tx, person=author, practice=practice)
        assert await requests.pending(tx, person=judge, language="fr") == []
        settled = await requests.settle(tx, approval=approval, by=judge, agree=True)
        assert settled == {"state": requests.GONE, "fresh": False, "tell": ""}
        assert (await requests.standing(tx, practice=practice)).state == "withdrawn"
        with pytest.raises(Conflict):
            await practices.publish(tx, practice=practice)


@pytest.mark.parametrize("lost", ["seat", "side", "stopped"])
async def test_a_seat_lost_between_reading_and_deciding_counts_no_more(store: Store, now: datetime, lost: str) -> None:
    """Whoever lost the seat, changed sides or stopped while they read has no word any more."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "civil"), await enrolled(tx, country="NE")
        await seated(tx, "NE", "official")
        practice = await handed_in(tx, author)
        approval = await asked(tx, practice)
        assert await requests.pending(tx, person=judge, language="fr")
        if lost == "seat":
            group = await groups.by_country(tx, country="NE")
            await groups.unseat(tx, group=group.id, person=judge)
        elif lost == "side":
            await members.change(tx, person=judge, side="official", service="police")
        else:
            await members.set_state(tx, person=judge, state=members.State.STOPPED)
        with pytest.raises(Forbidden):
            await requests.settle(tx, approval=approval, by=judge, agree=True)
        assert (await practices.get(tx, practice=practice)).state == "submitted"


async def test_an_erased_author_leaves_nothing_to_decide(store: Store, now: datetime) -> None:
    """The practice, the appeal and its words go with the person; a word given meanwhile finds nothing."""
    async with store.transaction(now) as tx:
        judge, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        practice = await refused(tx, author, judge)
        made = await appeals.ask(tx, practice=practice, by=author, why="Il y a une source")
        assert await appeals.made_by(tx, person=author) == ["Il y a une source"]
        assert (await erasure.export(tx, person=author))["appeals"] == ["Il y a une source"]
        await erasure.erase(tx, person=author)
        gone = await requests.settle(tx, approval=str(made["approval"]), by=official, agree=True)
        assert gone["state"] == requests.GONE
        assert await tx.first(select(approvals.approvals).where(approvals.approvals.c.subject == practice)) is None


async def test_two_apps_of_one_author_keep_the_appeal(store: Store, now: datetime) -> None:
    """After linking, the one membership has the other's practices, appeals and reminders, and decides on none."""
    async with store.transaction(now) as tx:
        judge, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        deputy = await seated(tx, "NE", "civil", "deputy")
        here = await meet(tx, channel="telegram", account="main", external="1")
        await members.enrol(tx, person=here.person, language="fr", consent_version="1")
        await members.change(tx, person=here.person, side="civil", country="NE", service="association", name="A")
        await members.set_state(tx, person=here.person, state=members.State.ACTIVE)
        practice = await refused(tx, here.person, judge)
        made = await appeals.ask(tx, practice=practice, by=here.person, why="Il y a une source")
        code = await links.offer(tx, person=deputy)
        assert await links.accept(tx, code=code, address=here.id) == deputy
        assert await appeals.made_by(tx, person=deputy) == ["Il y a une source"]
        assert await approvals.deciders(tx, approval=str(made["approval"])) == [official, judge]
        assert {row.person for row in await reminders(tx)} == {deputy}


async def test_two_moderators_at_once_publish_once(store: Store, now: datetime) -> None:
    """Of two words given at the same instant one is fresh: the author is told once, of what really came of it."""
    async with store.transaction(now) as tx:
        civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, country="NE")
        practice = await handed_in(tx, author)
        approval = await asked(tx, practice)

    async def word(by: str, *, agree: bool) -> dict[str, str | bool]:
        async with store.transaction(now) as tx:
            return await requests.settle(tx, approval=approval, by=by, agree=agree, reason="" if agree else "Non")

    words = await asyncio.gather(word(civil, agree=True), word(official, agree=False))
    assert sorted(bool(each["fresh"]) for each in words) == [False, True]
    assert [each["tell"] for each in words if each["fresh"]] == [author]
    assert words[0]["state"] == words[1]["state"]
    async with store.reading(now) as tx:
        state = (await practices.get(tx, practice=practice)).state
    assert {state} == ({"published"} if words[0]["state"] == Decision.APPROVED else {"refused"})


async def test_what_waits_a_week_is_every_seats(store: Store, now: datetime) -> None:
    """For seven days the country's seats decide, then every seat of a side that is needed, and not before."""
    async with store.transaction(now) as tx:
        near, far = await seated(tx, "NE", "civil"), await seated(tx, "SN", "civil")
        practice = await handed_in(tx, await enrolled(tx, country="NE"))
        approval = await asked(tx, practice)
        assert await approvals.deciders(tx, approval=approval) == [near]
    async with store.transaction(now + timedelta(days=7) - timedelta(seconds=1)) as tx:
        assert await approvals.deciders(tx, approval=approval) == [near]
    async with store.transaction(now + timedelta(days=7)) as tx:
        assert set(await approvals.deciders(tx, approval=approval)) == {near, far}
        assert (await requests.settle(tx, approval=approval, by=far, agree=True))["state"] == "approved"


async def test_reminders_end_with_the_decision(store: Store, now: datetime) -> None:
    """One is set after three days, then one after seven; a decision or a withdrawal takes it away."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "civil"), await enrolled(tx, country="NE")
        one, two = [await asked(tx, await handed_in(tx, author)) for _ in range(2)]
        rows = await reminders(tx)
        assert {(row.subject, row.at, row.person) for row in rows} == {
            (each, now + timedelta(days=3), author) for each in (one, two)
        }
    async with store.transaction(now + timedelta(days=3)) as tx:
        await due.take(tx)
        assert await approvals.remind(tx, approval=one) is not None
        (row,) = await reminders(tx)
        assert row.at == now + timedelta(days=7)
        await requests.settle(tx, approval=one, by=judge, agree=True)
        assert await reminders(tx) == []
        assert await approvals.remind(tx, approval=one) is None
    async with store.transaction(now + timedelta(days=7)) as tx:
        assert await approvals.remind(tx, approval=two) is not None
        assert await reminders(tx) == []


async def test_those_who_decide_learn_no_author(store: Store, now: datetime) -> None:
    """Nothing that a moderator is shown or chooses from holds the author's id or name, even of the only colleague."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "official")
        author = await enrolled(tx, side="official", country="NE", service="police", name="Secret Maïga")
        practice = await handed_in(tx, author)
        (seen,) = await requests.pending(tx, person=judge, language="fr")
        shown = seen.what
        without = replace(shown, practice=replace(shown.practice, author=None))
        assert author not in repr(without)
        assert "Secret" not in repr(shown.attribution)
        assert seen.id not in {author, practice}


async def test_a_word_and_a_withdrawal_at_once_agree(store: Store, now: datetime) -> None:
    """When an author takes a practice back while a moderator agrees, it ends withdrawn, whoever came first."""
    async with store.transaction(now) as tx:
        judge, author = await seated(tx, "NE", "civil"), await enrolled(tx, country="NE")
        waiting = [await handed_in(tx, author) for _ in range(8)]
        open_ = [(practice, await asked(tx, practice)) for practice in waiting]

    async def agree(approval: str) -> None:
        async with store.transaction(now) as tx:
            await requests.settle(tx, approval=approval, by=judge, agree=True)

    async def take_back(practice: str) -> None:
        async with store.transaction(now) as tx:
            await practices.withdraw(tx, person=author, practice=practice)

    for practice, approval in open_:
        await asyncio.gather(agree(approval), take_back(practice))
    async with store.reading(now) as tx:
        found = await practices.read(tx, waiting, "fr")
    assert {each.state for each in found.values()} == {"withdrawn"}
