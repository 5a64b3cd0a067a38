"""Standings: dated stages, and official acts for a practice; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from network import approvals, erasure, links, practices, standings
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.ids import new_id
from network.store import Store
from tests.network.people import enrolled, handed_in, published, seated

ACT: dict[str, Any] = {"act": "decree", "institution": "ministry", "country": "NE"}


async def test_stages_are_dated(store: Store, now: datetime) -> None:
    """Each change is kept with its day, after the stage it had when it was published; the same again is none."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author, stage="pilot")
        assert await standings.history(tx, practice=practice) == []
        assert await standings.change(tx, practice=practice, person=author, stage="pilot") is False
    later = now + timedelta(days=400)
    async with store.transaction(later) as tx:
        assert await standings.change(tx, practice=practice, person=author, stage="expanded") is True
        assert [(one.stage, one.at) for one in await standings.history(tx, practice=practice)] == [
            ("pilot", now),
            ("expanded", later),
        ]
        assert (await practices.get(tx, practice=practice)).facts.stage == "expanded"


async def test_a_first_stage_has_no_past(store: Store, now: datetime) -> None:
    """Where no stage was said before, the first one said begins the history."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        practice = await published(tx, author)
        await standings.change(tx, practice=practice, person=author, stage="idea")
        assert [one.stage for one in await standings.history(tx, practice=practice)] == ["idea"]


async def test_only_its_author_changes_a_published_stage(store: Store, now: datetime) -> None:
    """Others, unknown stages and what is not published are refused."""
    async with store.transaction(now) as tx:
        author, other = await enrolled(tx), await enrolled(tx)
        practice, draft = await published(tx, author), await handed_in(tx, author)
        for person, subject, stage, error in (
            (other, practice, "pilot", Forbidden),
            (author, practice, "finished", Invalid),
            (author, draft, "pilot", Missing),
            (author, new_id(), "pilot", Missing),
        ):
            with pytest.raises(error):
                await standings.change(tx, practice=subject, person=person, stage=stage)


async def test_the_coordinators_of_the_country_may_announce(store: Store, now: datetime) -> None:
    """They hear of it, of both sides, but not the author; for a practice of the whole region nobody does."""
    async with store.transaction(now) as tx:
        author, other = await seated(tx, "NE", "official"), await seated(tx, "NE", "civil")
        await seated(tx, "ML", "civil")
        practice, everywhere = await published(tx, author), await published(tx, author, country="")
        assert await standings.to_announce(tx, practice=practice) == [other]
        assert await standings.to_announce(tx, practice=everywhere) == []


async def test_an_author_enters_an_official_act_and_another_approves(store: Store, now: datetime) -> None:
    """It is shown once somebody seated has said yes; the author's own seat does not count."""
    async with store.transaction(now) as tx:
        author, decider = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        practice = await published(tx, author)
        entered = await standings.endorse(tx, practice=practice, person=author, on=now.date(), **ACT)
        assert entered["deciders"] == [decider]
        assert await standings.endorsements_of(tx, practice=practice) == []
        (waiting,) = await standings.endorsements_of(tx, practice=practice, pending=True)
        assert (await standings.endorsement(tx, endorsement=waiting.id)) == (waiting, author)
        await standings.approve(tx, endorsement=waiting.id)
        (shown,) = await standings.endorsements_of(tx, practice=practice)
        assert (shown.act, shown.institution, shown.country, shown.on) == ("decree", "ministry", "NE", now.date())
        with pytest.raises(Conflict):
            await standings.endorse(tx, practice=practice, person=author, on=now.date(), **ACT)


async def test_the_official_side_enters_what_holds_at_once(store: Store, now: datetime) -> None:
    """Somebody seated for the official side enters it for a practice of another; their own goes to the queue."""
    async with store.transaction(now) as tx:
        official = await seated(tx, "NE", "official")
        practice, own = await published(tx, await enrolled(tx)), await published(tx, official)
        entered = await standings.endorse(tx, practice=practice, person=official, on=now.date(), **ACT)
        assert entered == {"approval": "", "deciders": []}
        assert len(await standings.endorsements_of(tx, practice=practice)) == 1
        entered = await standings.endorse(tx, practice=own, person=official, on=now.date(), **ACT)
        assert entered["approval"]
        assert await standings.endorsements_of(tx, practice=own) == []


async def test_what_is_no_official_act(store: Store, now: datetime) -> None:
    """Strangers, the civil side's seats, the future, unknown words and drafts are refused."""
    async with store.transaction(now) as tx:
        author, civil = await enrolled(tx), await seated(tx, "NE", "civil")
        practice, draft = await published(tx, author), await handed_in(tx, author)
        good: dict[str, Any] = {"practice": practice, "person": author, "on": now.date(), **ACT}
        for change, error in (
            ({"person": civil}, Forbidden),
            ({"on": now.date() + timedelta(days=1)}, Invalid),
            ({"act": "rumour"}, Invalid),
            ({"institution": "association"}, Invalid),
            ({"country": "FR"}, Invalid),
            ({"practice": draft}, Missing),
            ({"practice": new_id()}, Missing),
        ):
            with pytest.raises(error):
                await standings.endorse(tx, **{**good, **change})


async def test_who_entered_it_is_forgotten_with_them(store: Store, now: datetime) -> None:
    """What was approved stays without them, what waits goes; a linked membership takes both over."""
    async with store.transaction(now) as tx:
        await seated(tx, "NE", "official")
        old, new = await enrolled(tx), await enrolled(tx)
        practice = await published(tx, old)
        await standings.endorse(tx, practice=practice, person=old, on=now.date(), **ACT)
        (first,) = await standings.endorsements_of(tx, practice=practice, pending=True)
        await standings.approve(tx, endorsement=first.id)
        law = await standings.endorse(tx, practice=practice, person=old, on=now.date(), **{**ACT, "act": "law"})
        asked = law["approval"]
        await links._hand_over(tx, old, new)
        await erasure.erase(tx, person=old)
        assert len(await standings.endorsements_of(tx, practice=practice, pending=True)) == 2
        assert {one["act"] for one in await standings.entered_by(tx, person=new)} == {"decree", "law"}
        assert (await approvals.get(tx, approval=asked)).by == new
        await erasure.erase(tx, person=new)
        assert [one.act for one in await standings.endorsements_of(tx, practice=practice, pending=True)] == ["decree"]
        assert await standings.endorsement(tx, endorsement=first.id) == (
            (await standings.endorsements_of(tx, practice=practice))[0],
            "",
        )
        with pytest.raises(Missing):
            await approvals.get(tx, approval=asked)
