"""Call-ins: answers to questions asked beforehand, published once they may be, and gone with whoever asked."""

from __future__ import annotations

from datetime import datetime

import pytest

from network import callins, erasure, exchanges, preparations
from network.errors import Conflict, Missing
from network.exchanges import Kind
from network.store import Store
from tests.network.test_attendance import guests, planned


async def test_answers_are_published_once_and_go_with_whoever_asked(store: Store, now: datetime) -> None:
    """What is sensitive waits, what is published stays as it is, and only whoever asked is told."""
    async with store.transaction(now) as tx:
        exchange, host = await planned(tx, kind=Kind.CALL_IN)
        other = (await exchanges.get(tx, exchange=exchange)).partner_by
        asker, silent = await guests(tx, 2)
        for text in ("Et le soir ?", "Et le marché ?"):
            await preparations.ask(tx, exchange=exchange, person=asker, text=text, with_side=False)
        first, second = await callins.questions(tx, exchange=exchange, by=host)
        given = {"exchange": exchange, "by": host, "text": "Une patrouille à pied."}
        with pytest.raises(Missing):
            await callins.answer(tx, **{**given, "by": silent}, question=first.id, sensitive=False)
        await callins.answer(tx, **given, question=first.id, sensitive=True)
        with pytest.raises(Conflict):
            await callins.publish(tx, exchange=exchange, by=host)
        await callins.agree(tx, exchange=exchange, by=other or "", question=first.id)
        assert await callins.publish(tx, exchange=exchange, by=host) == 1
        with pytest.raises(Conflict):
            await callins.answer(tx, **given, question=first.id, sensitive=False)
        [said] = await callins.published(tx, exchange=exchange, person=silent)
        assert (said.id, said.answer) == (first.id, given["text"])
        assert [row.id for row in await tx.all(callins.askers(exchange))] == [asker]
        await callins.answer(tx, **given, question=second.id, sensitive=False)
        await erasure.erase(tx, person=asker)
        assert await tx.all(callins.callin_answers.select()) == []
