"""Adaptations: the tree of what came from what; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from network import adaptations, practices, starter
from network.adaptations import Node
from network.errors import Missing
from network.ids import new_id
from network.store import Store, Tx
from tests.network.people import enrolled, handed_in, published


async def a_tree(tx: Tx, author: str) -> dict[str, str]:
    """Publish a practice of Niger, two adaptations of it, and one of the first of these; return their ids by name."""
    root = await published(tx, author, stage="national")
    mali = await published(tx, author, country="ML", stage="pilot", origin=root)
    chad = await published(tx, author, country="TD", origin=root)
    tunisia = await published(tx, author, country="TN", stage="idea", origin=mali)
    return {"root": root, "mali": mali, "chad": chad, "tunisia": tunisia}


async def test_a_tree_is_the_same_from_each_of_its_practices(store: Store, now: datetime) -> None:
    """From root, branch or leaf one sees the same tree: each below its source, with country, stage and year."""
    async with store.transaction(now) as tx:
        made = await a_tree(tx, await enrolled(tx))
        trees = [await adaptations.tree(tx, practice=each) for each in made.values()]
        assert all(tree == trees[0] for tree in trees)
        year = now.year
        assert set(trees[0]) == {
            Node(made["root"], 0, "NE", "national", year),
            Node(made["mali"], 1, "ML", "pilot", year),
            Node(made["tunisia"], 2, "TN", "idea", year),
            Node(made["chad"], 1, "TD", "", year),
        }
        order = [node.id for node in trees[0]]
        assert order[0] == made["root"]
        assert order.index(made["tunisia"]) == order.index(made["mali"]) + 1
        assert await adaptations.count(tx, practice=made["root"]) == 2


async def test_the_oldest_adaptation_comes_first(store: Store, now: datetime) -> None:
    """Below one source adaptations stand in the order in which they were published."""
    async with store.transaction(now) as tx:
        root = await published(tx, await enrolled(tx))
    made = []
    for days in (3, 1, 2):
        async with store.transaction(now + timedelta(days=days)) as tx:
            made.append(await published(tx, await enrolled(tx), origin=root))
    async with store.reading(now) as tx:
        order = [node.id for node in await adaptations.tree(tx, practice=root)]
        assert order == [root, made[1], made[2], made[0]]


async def test_what_is_withdrawn_says_no_more_than_that(store: Store, now: datetime) -> None:
    """A withdrawn practice stays in its place without country, stage or year; so does an erased one."""
    async with store.transaction(now) as tx:
        author, other = await enrolled(tx), await enrolled(tx)
        made = await a_tree(tx, author)
        leaf = await published(tx, other, country="SN", origin=made["chad"])
        await practices.withdraw(tx, person=author, practice=made["mali"])
        nodes = {node.id: node for node in await adaptations.tree(tx, practice=leaf)}
        assert nodes[made["mali"]] == Node(made["mali"], 1, withdrawn=True)
        assert nodes[made["tunisia"]].depth == 2
        await practices.forget_author(tx, author=author, keep=False)
        assert await adaptations.tree(tx, practice=leaf) == [
            Node(made["chad"], 0, withdrawn=True),
            Node(leaf, 1, "SN", "", now.year),
        ]


async def test_drafts_are_in_no_tree(store: Store, now: datetime) -> None:
    """What was handed in and not published is not seen by others, nor are its neighbours from it."""
    async with store.transaction(now) as tx:
        root = await published(tx, await enrolled(tx))
        draft = await handed_in(tx, await enrolled(tx), country="ML", origin=root)
        assert [node.id for node in await adaptations.tree(tx, practice=root)] == [root]
        assert await adaptations.count(tx, practice=root) == 0
        for unknown in (draft, new_id()):
            with pytest.raises(Missing):
                await adaptations.tree(tx, practice=unknown)


async def test_a_circle_has_an_end(store: Store, now: datetime) -> None:
    """A copy that was written by hand into a circle is walked once."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        first = await published(tx, author)
        second = await published(tx, author, origin=first)
        table = practices.practices
        await tx.run(table.update().where(table.c.id == first).values(origin=second))
        assert {node.id for node in await adaptations.tree(tx, practice=first)} == {first, second}


async def test_a_large_tree_is_cut(store: Store, now: datetime) -> None:
    """No more than two hundred practices of a tree are read."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx)
        root = await published(tx, author)
        for _ in range(adaptations.MOST + 5):
            await published(tx, author, origin=root)
        assert len(await adaptations.tree(tx, practice=root)) == adaptations.MOST


async def test_who_hears_of_an_adaptation(store: Store, now: datetime) -> None:
    """The author of the source hears; nobody does of an editorial source, one's own, or where the author left."""
    async with store.transaction(now) as tx:
        await starter.load(tx)
        author, adapter = await enrolled(tx), await enrolled(tx)
        source = await published(tx, author)
        adapted = await published(tx, adapter, origin=source)
        own = await published(tx, author, origin=source)
        editorial = await published(tx, adapter, origin=starter.practice_id("ne-radio"))
        assert await adaptations.author_to_tell(tx, practice=adapted) == (author, source)
        for each in (own, editorial, source, new_id()):
            assert await adaptations.author_to_tell(tx, practice=each) == ("", "")
        await practices.forget_author(tx, author=author, keep=True)
        assert await adaptations.author_to_tell(tx, practice=adapted) == ("", "")
