"""News: who hears at once of what was published, and who of it in a digest; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import news, topics
from network.digests import Pace
from network.members import State
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in, published


async def follower(tx: Tx, *codes: str, pace: str = Pace.INSTANT, **fields: str) -> str:
    """Make a member who follows these topics at this pace; return their id."""
    person = await enrolled(tx, **fields)
    await topics.follow(tx, person=person, topics=codes)
    await topics.set_pace(tx, person=person, pace=pace)
    return person


FOLLOWED = [  # what is followed, how in general, that topic's own pace, the state; whether news comes at once
    ("com.dialogue", "instant", "", "active", True),
    ("com", "instant", "", "active", True),
    ("com.policing", "instant", "", "active", False),
    ("com.dialogue", "weekly", "", "active", False),
    ("com.dialogue", "silent", "", "active", False),
    ("com.dialogue", "weekly", "instant", "active", True),
    ("com.dialogue", "instant", "silent", "active", False),
    ("com.dialogue", "instant", "weekly", "active", False),
    ("com.dialogue", "instant", "", "stopped", False),
    ("com.dialogue", "instant", "", "waiting", False),
]


@pytest.mark.parametrize(("topic", "pace", "own", "state", "hears"), FOLLOWED)
async def test_who_hears_at_once(
    store: Store, now: datetime, *, topic: str, pace: str, own: str, state: str, hears: bool
) -> None:
    """Active members who follow one of its topics, or its field, at once; a topic's own pace goes before."""
    async with store.transaction(now) as tx:
        person = await follower(tx, topic, pace=pace, state=State(state))
        await topics.set_pace(tx, person=person, pace=own, topic=topic)
        practice = await published(tx, await enrolled(tx), topics=["com.dialogue", "gov.strategy"])
        assert await news.announce(tx, practice=practice) == ({"fr": [person]} if hears else {})


async def test_each_hears_once_and_the_author_not_at_all(store: Store, now: datetime) -> None:
    """News of one practice comes once, in the language of each, and never to its author, nor before it is published."""
    async with store.transaction(now) as tx:
        author = await follower(tx, "com.dialogue")
        one, other = await follower(tx, "com.dialogue", "com"), await follower(tx, "com.dialogue", language="ar")
        practice = await handed_in(tx, author)
        assert await news.announce(tx, practice=practice) == {}
    async with store.transaction(now) as tx:
        practice = await published(tx, author)
        assert await news.announce(tx, practice=practice) == {"fr": [one], "ar": [other]}
        assert await news.announce(tx, practice=practice) == {}


async def test_three_a_day_are_enough(store: Store, now: datetime) -> None:
    """The fourth within a day waits for the digest; a day later news comes at once again."""
    async with store.transaction(now) as tx:
        author, person = await enrolled(tx), await follower(tx, "com.dialogue")
        heard = [await news.announce(tx, practice=await published(tx, author)) for _ in range(4)]
        assert heard == [{"fr": [person]}] * 3 + [{}]
    async with store.transaction(now + timedelta(days=1, seconds=1)) as tx:
        assert await news.announce(tx, practice=await published(tx, author)) == {"fr": [person]}
