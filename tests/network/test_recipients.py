"""Recipients: what waits for its hour goes only to those who are meant then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from network import broadcasts, entries, groups, recipients, removals
from network.addresses import addresses
from network.audiences import Audience
from network.broadcasts import Bodies
from network.groups import Mode
from network.outbox import outbox
from network.store import Store, Tx
from tests.network.people import reached

BODIES = Bodies(texts={"fr": "{}"}, instead={"fr": "{}"}, fallback="fr")


async def waits_for(tx: Tx, broadcast: str) -> set[str]:
    """Return for whom a message to many still waits."""
    query = select(addresses.c.person).join(outbox, outbox.c.address == addresses.c.id)
    rows = await tx.all(query.where(outbox.c.mailing == broadcast, outbox.c.error == ""))
    return {row.person for row in rows}


@pytest.mark.parametrize("how", ["leaves", "is taken out", "silences it", "hears of it daily"])
async def test_what_waits_is_not_sent_to_who_is_meant_no_more(store: Store, now: datetime, how: str) -> None:
    """Whoever leaves the group, is taken out of it or silences it does not get what was planned for it before."""
    async with store.transaction(now) as tx:
        lead, other, member = await reached(tx), await reached(tx, side="official"), await reached(tx, "whatsapp")
        group = await groups.create(tx, code="LAC")
        for person in (lead, other):
            await groups.seat(tx, group=group, person=person, rank="coordinator")
        await groups.join(tx, group=group, person=member)
        tomorrow = now.replace(tzinfo=None) + timedelta(days=1)
        what = {"notice": {}, "audience": Audience(groups=(group,)), "confirmed": 3}
        broadcast = await broadcasts.draft(tx, by=lead, group=group, at=tomorrow, **what)
        await broadcasts.hand_in(tx, broadcast=broadcast, bodies=BODIES)
        assert await waits_for(tx, broadcast) == {lead, other, member}
        if how == "leaves":
            await entries.leave(tx, group=group, person=member)
        elif how == "is taken out":
            await removals.remove(tx, group=group, person=member, by=lead, reason="Hors sujet.")
        else:
            mode = Mode.SILENT if how == "silences it" else Mode.DAILY
            await recipients.hear(tx, group=group, person=member, mode=mode)
        assert (member in await waits_for(tx, broadcast)) == (how == "hears of it daily")
        assert {lead, other} <= await waits_for(tx, broadcast)
