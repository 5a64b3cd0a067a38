"""Requests, rolls and attribution: what coordinators decide, and what members may see; on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest

from network import approvals, attribution, groups, joining, leaving, members, practices, requests, rolls, search
from network.attribution import Attribution
from network.errors import Conflict, Forbidden
from network.facts import Facts
from network.members import State
from network.search import Wish
from network.store import Store
from tests.network.people import enrolled, seated

PRACTICE = {
    "language": "fr",
    "facts": Facts(country="NE"),
    "topics": ["com.policing"],
    "title": "Titre",
    "parts": {"problem": "Problème", "done": "Réponse"},
}


async def test_a_yes_lets_an_applicant_into_the_group(store: Store, now: datetime) -> None:
    """An agreed wish to join makes an active member of the country's group, and names whom to tell."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "civil")
        applicant = await enrolled(tx, state=State.JOINING, side="civil", country="NE")
        asked = await joining.ask(tx, person=applicant)
        waiting = await requests.pending(tx, person=judge, language="fr")
        assert [(one.id, one.what.id) for one in waiting] == [(asked, applicant)]
        settled = await requests.settle(tx, approval=asked, by=judge, agree=True)
        assert settled == {"state": "approved", "fresh": True, "tell": applicant}
        assert (await members.get(tx, person=applicant)).state is State.ACTIVE
        assert [group.country for group in await groups.of(tx, person=applicant)] == ["NE"]
        assert not await requests.pending(tx, person=judge, language="fr")


@pytest.mark.parametrize("agree", [True, False])
async def test_a_word_on_a_locked_person_unlocks_nothing(store: Store, now: datetime, agree: bool) -> None:
    """Between the secret word and the erasure nobody can bring a person back, or has them told anything."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "civil")
        applicant = await enrolled(tx, state=State.JOINING, side="civil", country="NE")
        asked = await joining.ask(tx, person=applicant)
        await leaving.vanish(tx, person=applicant)
        assert not await requests.pending(tx, person=judge, language="fr")
        settled = await requests.settle(tx, approval=asked, by=judge, agree=agree, reason="Non")
        assert settled == {"state": "gone", "fresh": True, "tell": ""}
        assert (await members.get(tx, person=applicant)).state is State.LOCKED


@pytest.mark.parametrize(("agree", "then"), [(True, State.ACTIVE), (False, State.JOINING)])
async def test_a_word_on_somebody_who_stopped_ends_no_silence(
    store: Store, now: datetime, agree: bool, then: State
) -> None:
    """Whoever stopped while waiting still gets no messages; the decision counts when they come back."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "civil")
        applicant = await enrolled(tx, state=State.JOINING, side="civil", country="NE")
        asked = await joining.ask(tx, person=applicant)
        await leaving.stop(tx, person=applicant)
        await requests.settle(tx, approval=asked, by=judge, agree=agree, reason="Non")
        assert (await members.get(tx, person=applicant)).state is State.STOPPED
        assert await leaving.come_back(tx, person=applicant) == then


async def test_a_later_word_changes_nothing(store: Store, now: datetime) -> None:
    """After a decision another coordinator's word is not fresh and has no effect."""
    async with store.transaction(now) as tx:
        first, second = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        applicant = await enrolled(tx, state=State.JOINING, side="civil", country="NE")
        asked = await joining.ask(tx, person=applicant)
        await requests.settle(tx, approval=asked, by=first, agree=False, reason="Non")
        assert (await members.get(tx, person=applicant)).state is State.JOINING
        settled = await requests.settle(tx, approval=asked, by=second, agree=True)
        assert settled == {"state": "refused", "fresh": False, "tell": ""}
        assert (await members.get(tx, person=applicant)).state is State.JOINING


async def test_a_practice_is_handed_in_and_published(store: Store, now: datetime) -> None:
    """Handing in opens one approval and names who decides; a yes publishes it and names the author."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "civil")
        author = await enrolled(tx, side="official", country="NE")
        handed = await requests.share(tx, author=author, **PRACTICE)
        assert handed["deciders"] == [judge]
        waiting = await requests.pending(tx, person=judge, language="fr")
        assert [one.what.attribution for one in waiting] == [
            Attribution(handed["practice"], side="official", region=attribution.SAHEL)
        ]
        settled = await requests.settle(tx, approval=handed["approval"], by=judge, agree=True)
        assert settled["tell"] == author
        assert "Titre" in [one.title for one in await search.find(tx, wish=Wish())]


async def test_a_sensitive_practice_needs_both_sides(store: Store, now: datetime) -> None:
    """One side’s yes leaves it pending and tells the author so; the other side’s yes publishes it."""
    async with store.transaction(now) as tx:
        civil, official = await seated(tx, "NE", "civil"), await seated(tx, "NE", "official")
        author = await enrolled(tx, side="civil", country="NE")
        handed = await requests.share(tx, author=author, **{**PRACTICE, "topics": ["com.selfdefence"]})
        first = await requests.settle(tx, approval=handed["approval"], by=civil, agree=True)
        assert first == {"state": "pending", "fresh": True, "tell": author}
        second = await requests.settle(tx, approval=handed["approval"], by=official, agree=True)
        assert (second["state"], second["tell"]) == ("approved", author)


async def test_a_request_taken_back_is_gone(store: Store, now: datetime) -> None:
    """A decision on what was withdrawn says so; somebody without a seat is refused."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "civil")
        applicant = await enrolled(tx, state=State.JOINING, side="civil", country="NE")
        asked = await joining.ask(tx, person=applicant)
        stranger = await enrolled(tx, side="civil", country="NE")
        with pytest.raises(Forbidden):
            await requests.settle(tx, approval=asked, by=stranger, agree=True)
        await approvals.withdraw(tx, subject=applicant)
        assert (await requests.settle(tx, approval=asked, by=judge, agree=True))["state"] == requests.GONE


async def test_an_author_who_left_is_only_a_former_member(store: Store, now: datetime) -> None:
    """Without an author neither side nor region is said; an editorial practice says that it is one."""
    async with store.transaction(now) as tx:
        await seated(tx, "NE", "civil")
        author = await enrolled(tx, side="official", country="TN")
        handed = await requests.share(tx, author=author, **PRACTICE)
        assert (await attribution.of(tx, practice=handed["practice"])).region == attribution.MAGHREB
        await practices.publish(tx, practice=handed["practice"])
        await practices.forget_author(tx, author=author, keep=True)
        assert await attribution.of(tx, practice=handed["practice"]) == Attribution(handed["practice"])
        with pytest.raises(Conflict):
            await practices.refuse(tx, practice=handed["practice"], reason="")


@pytest.mark.parametrize(("number", "counts"), [(9, {}), (10, {"civil": 10})])
async def test_a_roll_hides_small_numbers_and_private_names(
    store: Store, now: datetime, number: int, counts: dict[str, int]
) -> None:
    """A side is counted from ten members on; a coordinator in private mode keeps the name."""
    async with store.transaction(now) as tx:
        judge = await seated(tx, "NE", "official")
        group = await groups.by_country(tx, country="NE")
        await members.change(tx, person=judge, name="Salma", visibility="private")
        for _ in range(number):
            await groups.join(tx, group=group.id, person=await enrolled(tx, side="civil", country="NE"))
        (roll,) = await rolls.of(tx, person=judge)
        assert roll.counts == counts
        assert [(one.side, one.rank, one.name) for one in roll.coordinators] == [("official", "coordinator", "")]
