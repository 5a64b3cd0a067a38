"""Evidence packs: what goes into one, in which order, and what never leaves the network; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from network import ballots, jobs, marks, packs, polls, practices, rounds, starter
from network.attribution import ORGANISATION, PERSON, ROLE, Attribution
from network.errors import Invalid
from network.packs import choose
from network.starter import practice_id
from network.store import Store, Tx
from tests.network import polling
from tests.network.people import enrolled, published

TOPIC = "com.dialogue"


async def shown(tx: Tx, title: str, side: str = "civil", **fields: Any) -> str:
    """Publish a practice that may be passed on to anybody; return its id."""
    service = {"civil": "association", "official": "police"}[side]
    author = await enrolled(tx, side=side, service=service)
    return await published(tx, author, title=title, **({"reuse": "public"} | fields))


async def titles(tx: Tx, country: str = "NE", topic: str = TOPIC, language: str = "fr") -> list[str]:
    """Return the titles of a pack."""
    found = await packs.gather(tx, topic=topic, country=country, language=language)
    return [each.practice.title for each in found.evidence]


async def test_only_what_its_author_lets_anybody_have_goes_in(store: Store, now: datetime) -> None:
    """The starter collection and public practices; none for the network only, failed, stopped or withdrawn."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        await shown(tx, "Inside", reuse="network", evidence="evaluated")
        await shown(tx, "Failed", kind="lesson", evidence="evaluated")
        await shown(tx, "Stopped", stage="stopped", evidence="evaluated")
        gone = await shown(tx, "Withdrawn", evidence="evaluated")
        author = (await practices.get(tx, practice=gone)).author or ""
        await practices.withdraw(tx, person=author, practice=gone)
        await shown(tx, "Public", evidence="evaluated")
        found = await packs.gather(tx, topic=TOPIC, country="NE", language="fr")
    assert found.evidence[0].practice.title == "Public"
    rest = found.evidence[1:]
    assert rest
    assert all(each.practice.editorial and each.attribution.editorial for each in rest)


async def test_the_nearest_and_best_evidenced_come_first(store: Store, now: datetime) -> None:
    """On the topic before its field; own country and neighbours before others; there by evidence, then the own."""
    async with store.transaction(now) as tx:
        await shown(tx, "far, evaluated", country="TN", evidence="evaluated")
        await shown(tx, "neighbour, official", "official", country="ML", evidence="official")
        await shown(tx, "own, told", country="NE", evidence="told")
        assert await titles(tx) == ["neighbour, official", "own, told", "far, evaluated"]
        await shown(tx, "own, official", "official", country="NE", evidence="official")
        await shown(tx, "field, evaluated", country="NE", evidence="evaluated", topics=["com.policing"])
        assert await titles(tx) == ["own, official", "neighbour, official", "own, told"]
        assert await titles(tx, topic="com.policing") == ["field, evaluated", "own, official", "neighbour, official"]
        assert (await titles(tx, topic="com"))[0] == "field, evaluated"
        assert (await titles(tx, country=""))[0] == "far, evaluated"
        assert await titles(tx, topic="tru.media") == []


async def test_both_sides_are_heard(store: Store, now: datetime) -> None:
    """Where the best three are of one side, the third gives way to the best of the other."""
    async with store.transaction(now) as tx:
        for number in range(4):
            await shown(tx, f"civil {number}", evidence="evaluated")
        await shown(tx, "official", "official", country="SN", evidence="told")
        found = await packs.gather(tx, topic=TOPIC, country="NE", language="fr")
    assert [each.attribution.side for each in found.evidence] == ["civil", "civil", "official"]


async def test_a_side_that_is_not_shown_chooses_nothing(store: Store, now: datetime) -> None:
    """An author who shows nothing of themselves is not known by being chosen for their side."""
    async with store.transaction(now) as tx:
        known = [await shown(tx, f"civil {number}", evidence="evaluated") for number in range(3)]
        hidden = await shown(tx, "nothing", "official", level=0, evidence="told")
        found = await practices.published(tx, [*known, hidden])
        said = {each.id: Attribution(each.id, side="civil" if each.id in known else "") for each in found}
        assert [each.id for each in choose(found, said)] == known


@pytest.mark.parametrize("level", [ORGANISATION, PERSON])
async def test_nobody_is_named_outside(store: Store, now: datetime, level: int) -> None:
    """Who agreed to be named did so for the network: a pack says at most the role, and that only of one among ten."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx, name="Canary", organisation="Canary", role="")
        await published(tx, author, reuse="public", level=level, consent=True)
        found = await packs.gather(tx, topic=TOPIC, country="NE", language="fr")
        assert found.evidence[0].attribution.level == 1
        for _ in range(9):
            await enrolled(tx)
        found = await packs.gather(tx, topic=TOPIC, country="NE", language="fr")
    said = found.evidence[0].attribution
    assert (said.level, said.name, said.organisation) == (ROLE, "", "")


async def test_small_numbers_are_not_told(store: Store, now: datetime) -> None:
    """How many share and try is said from ten on; which other countries do it, of what may be passed on only."""
    async with store.transaction(now) as tx:
        shared = [await shown(tx, f"P{number}", country="NE", evidence="evaluated") for number in range(3)]
        for country, reuse in (("SN", "public"), ("TN", "public"), ("MA", "network")):
            await shown(tx, country, country=country, reuse=reuse)
        for _ in range(9):
            await marks.put(tx, person=await enrolled(tx), practice=shared[0], kind=marks.TRYING)
        few = await packs.gather(tx, topic=TOPIC, country="NE", language="fr")
        assert (few.elsewhere, few.shared, few.trying) == (("TN", "SN"), 0, 0)
        last = await enrolled(tx)
        for practice in shared:
            await marks.put(tx, person=last, practice=practice, kind=marks.TRYING)
        for number in range(4):
            await shown(tx, f"Q{number}", reuse="network")
        many = await packs.gather(tx, topic=TOPIC, country="NE", language="fr")
        assert (many.shared, many.trying, many.figures) == (10, 10, ())


async def test_what_is_no_topic_or_country_is_refused(store: Store, now: datetime) -> None:
    """An unknown topic or country raises; the whole region does not."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        for topic, country in (("nothing", "NE"), (TOPIC, "XX")):
            with pytest.raises(Invalid):
                await packs.gather(tx, topic=topic, country=country, language="fr")
        found = await packs.gather(tx, topic="tru.media", country="", language="ar")
        [radio] = [each.practice for each in found.evidence if each.practice.id == practice_id("ne-radio")]
        assert radio.language == "ar"


async def test_the_drawing_is_a_job_of_its_person(store: Store, now: datetime) -> None:
    """Words and sheet wait sealed, for the one who asked."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        await packs.draw(tx, person=person, text="canary text", sheet={"title": "canary title"})
        [row] = await tx.all(select(jobs.jobs))
        assert (row.kind, row.person) == (packs.DRAW, person)
        assert b"canary" not in row.argument


async def test_a_poll_stands_in_the_pack_of_its_topic(store: Store, now: datetime) -> None:
    """What most chose is said once ten have answered; a poll on another topic, open, or of fewer says nothing."""
    async with store.transaction(now) as tx:
        poll = await polling.opened(tx, topic=TOPIC)
        few = await polling.opened(tx, topic="ppl.recruit", by=(await polls.get(tx, poll=poll)).by or "")
        people = [await polling.voter(tx, "civil") for _ in range(packs.FEWEST)]
        for number, person in enumerate(people):
            await ballots.cast(tx, poll=poll, person=person, choice=["2" if number else "1"])
        await ballots.cast(tx, poll=few, person=people[0], choice=["1"])
        assert not (await packs.gather(tx, topic=TOPIC, country="NE", language="fr")).figures
    async with store.transaction(now + timedelta(days=8)) as tx:
        for each in (poll, few):
            assert await rounds.close(tx, poll=each)
        (figure,) = (await packs.gather(tx, topic=TOPIC, country="NE", language="fr")).figures
        assert (figure.answer["fr"], figure.share, figure.answered) == ("Radios", 0.9, 10)
        assert not (await packs.gather(tx, topic="ppl.recruit", country="NE", language="fr")).figures
