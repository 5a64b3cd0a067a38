"""News on its way: quiet hours, a stop, and the erasure of whom it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot import envelopes
from bot.courier import limits
from handlers import people
from handlers.language import Translator
from handlers.messages import Letter, Outgoing
from network import addresses, dispatch, leaving, members, outbox
from network.members import State
from network.outbox import Stage
from network.store import Store, Tx
from tests.bot.fake_channel import FakeChannel

NIGHT = timedelta(hours=13)  # after the beginning of a test: 23:00 in Tunis


@pytest.fixture(scope="module")
def translator() -> Translator:
    """Return the catalogues."""
    return Translator.load()


@pytest.mark.parametrize(("hours", "delay"), [(("21:00", "07:00"), timedelta(hours=8)), (("", ""), timedelta())])
async def test_news_waits_until_morning(
    store: Store, now: datetime, translator: Translator, hours: tuple[str, str], delay: timedelta
) -> None:
    """At night a notice is queued for the end of the reader's quiet hours; an answer written meanwhile is not kept."""
    night = now + NIGHT
    async with store.transaction(night) as tx:
        reader = await _member(tx, "1", quiet_from=hours[0], quiet_until=hours[1])
        [letter] = await people.letters(tx, [reader], "news", [], translator)
        await _post(tx, letter)
        await _post(tx, Letter(letter.address_id, Outgoing("answer")))
    assert await _sent(store, night) == (["answer"] if delay else ["answer", "news"])
    if delay:
        assert await _sent(store, night + delay - timedelta(seconds=1)) == []
        assert await _sent(store, night + delay) == ["news"]


async def test_a_stop_takes_back_the_news_on_its_way(store: Store, now: datetime, translator: Translator) -> None:
    """What was queued or held as news is not sent after a stop; the answer to it is."""
    async with store.transaction(now) as tx:
        reader = await _member(tx, "1")
        [letter] = await people.letters(tx, [reader], "news", [], translator)
        await _post(tx, letter)
        await _post(tx, Letter(letter.address_id, Outgoing("answer")))
        await leaving.stop(tx, person=reader)
        assert await people.letters(tx, [reader], "later news", [], translator) == []
    assert await _sent(store, now) == ["answer"]


@pytest.mark.parametrize(
    "leave", [leaving.vanish, lambda tx, person: leaving.leave(tx, person=person, keep_practices=True)]
)
async def test_news_of_somebody_who_left_is_taken_back(
    store: Store, now: datetime, translator: Translator, leave: Callable[..., object]
) -> None:
    """What speaks of a person and waits, in quiet hours or before a closed window, reaches nobody once they left."""
    async with store.transaction(now) as tx:
        reader, applicant = await _member(tx, "1"), await _member(tx, "2")
        for text, about in (("Awa asks to join", applicant), ("something else", "")):
            [letter] = await people.letters(tx, [reader], text, [], translator, about=about)
            await _post(tx, letter)
        await leave(tx, person=applicant)  # type: ignore[misc]
        rows = await tx.all(select(outbox.outbox.c.stage, outbox.outbox.c.about))
        assert [tuple(row) for row in rows] == [(Stage.QUEUED, None)]
    assert await _sent(store, now) == ["something else"]


async def _member(tx: Tx, external: str, **fields: str) -> str:
    home = await addresses.meet(tx, channel="telegram", account="main", external=external)
    await members.enrol(tx, person=home.person, language="en", consent_version="1")
    about = {"side": "civil", "service": "association", "country": "TN", "name": "Amel"}
    await members.change(tx, person=home.person, **about, **fields)
    await members.set_state(tx, person=home.person, state=State.ACTIVE)
    return home.person


async def _post(tx: Tx, letter: Letter) -> None:
    await outbox.put(tx, posts=envelopes.posts(letter, [letter.message], channel="telegram", account="main"))


async def _sent(store: Store, now: datetime) -> list[str]:
    """Return the texts of what may go at an instant, and mark them sent."""
    async with store.transaction(now) as tx:
        found = await dispatch.claim(tx, channel="telegram", account="main", limits=limits(FakeChannel.rates), limit=9)
        outcomes = [dispatch.Outcome(call, Stage.SENT) for call in found.calls]
        await dispatch.record(tx, channel="telegram", outcomes=outcomes)
    return [envelopes.read(call.body).text for call in found.calls]
