"""Ten days without a network in one country: nothing floods it, nothing is late in it, and nobody else notices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from handlers.messages import Outgoing, write
from network import addresses, audit, contents, darkness, due, mailings, members, outbox
from network.ids import new_id
from network.members import State
from network.outbox import Stage
from network.store import Tx
from tests.scenarios.acts import drained

MANY = 11  # phones in each country
DAYS = 10
BROADCAST = 3  # urgency


async def settled(sandbox: Sandbox, country: str) -> list[Phone]:
    """Give members in a country phones with WhatsApp, whose windows are open; they have no quiet hours."""
    phones = [sandbox.phone(app="whatsapp", country=country, language="fr") for _ in range(MANY)]
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        for phone in phones:
            here = {"channel": "whatsapp", "account": "main", "external": phone.user_id, "alias": phone.number}
            at = await addresses.meet(tx, language="fr", **here)
            await members.enrol(tx, person=at.person, language="fr", consent_version="1")
            said = {"side": "civil", "service": "association", "name": phone.name, "language": "fr"}
            await members.change(tx, person=at.person, country=country, quiet_from="", quiet_until="", **said)
            await members.set_state(tx, person=at.person, state=State.ACTIVE)
            await due.at(tx, kind="test", subject=at.person, instant=tx.now + timedelta(days=2), person=at.person)
            sandbox.standins.whatsapp.heard_at[phone.id] = sandbox.clock.now()
    return phones


async def tell(sandbox: Sandbox, text: str, *, expires: timedelta | None = None) -> None:
    """Send a message to everybody."""
    everybody = select(members.members.c.id).where(members.members.c.state == State.ACTIVE.value)
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        content = await contents.keep(tx, write(Outgoing(text)))
        until = None if expires is None else tx.now + expires
        given = {"people": everybody, "contents": {"fr": content}, "fallback": "fr", "urgency": BROADCAST}
        await mailings.send(tx, mailing=new_id(), expires_at=until, **given)


async def go_on(sandbox: Sandbox, phones: Sequence[Phone], **span: float) -> None:
    """Let time pass, in which these people write once a day, so that their windows stay open."""
    await drained(sandbox)
    await sandbox.passes(**span)
    if not phones:
        return
    for phone in phones:
        sandbox.standins.whatsapp.heard_at[phone.id] = sandbox.clock.now()
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        numbers = [addresses.index(tx, "whatsapp", phone.user_id) for phone in phones]
        table = addresses.addresses
        wrote = table.update().where(table.c.external_index.in_(numbers))
        await tx.run(wrote.values(last_inbound_at=tx.now))


async def known(sandbox: Sandbox, *, cut_off: str) -> None:
    """Wait until the program has noted of all messages that they were sent, and arrived but in one country.

    That a message arrived may be known before it is noted as sent, with the instant.
    """
    sent, at, who = outbox.outbox.c, addresses.addresses.c, members.members.c
    is_open = or_(sent.ref.is_(None), and_(who.country != cut_off, sent.stage < Stage.DELIVERED))
    readers = addresses.addresses.join(members.members, at.person == who.id)
    query = select(sent.id).join(readers, at.id == sent.address).where(is_open)
    while True:
        async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
            if await tx.first(query) is None:
                return
        await sandbox.clock.wait(asyncio.Event(), 0.05)


async def deadlines(tx: Tx, country: str) -> set[datetime]:
    """Return the instants of what is due to the people of a country."""
    theirs = select(members.members.c.id).where(members.members.c.country == country)
    return {row.at for row in await tx.all(select(due.due.c.at).where(due.due.c.person.in_(theirs)))}


def sent_to(sandbox: Sandbox, phones: Sequence[Phone]) -> int:
    """Return how many calls were made to these phones."""
    theirs = {number for phone in phones for number in (phone.number, phone.user_id)}
    return sum(call.to in theirs for call in sandbox.recorder.of("messages"))


async def test_ten_days_in_the_dark(sandbox: Sandbox) -> None:
    """The country is seen to be cut off; what is sent meanwhile waits or expires, and comes back as one digest."""
    niger, senegal = await settled(sandbox, "NE"), await settled(sandbox, "SN")
    await go_on(sandbox, [], hours=2)
    begun = sandbox.clock.now()
    for phone in niger:
        phone.offline = True
    await tell(sandbox, "Nouvelle du premier jour.")
    await known(sandbox, cut_off="NE")
    await go_on(sandbox, [], minutes=20)
    await sandbox.app.housekeeping.step()
    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        assert [each.country for each in await darkness.standing(tx)] == ["NE"]
    before = sent_to(sandbox, niger)
    assert before == MANY  # the messages by which it was seen

    for day in range(1, 5):
        await go_on(sandbox, senegal, days=1)
        await tell(sandbox, f"Nouvelle du jour {day}.\nLa suite est longue.")
        await tell(sandbox, f"Ce soir seulement, jour {day}.", expires=timedelta(hours=8))
        for phone in senegal:
            await phone.hears(f"Nouvelle du jour {day}.")
            await phone.hears(f"Ce soir seulement, jour {day}.")
    await go_on(sandbox, senegal, days=DAYS - 4)
    assert sent_to(sandbox, niger) == before
    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        assert await deadlines(tx, "SN") == set()
        assert len(await deadlines(tx, "NE")) > 0

    for phone in niger:
        phone.offline = False
    sandbox.standins.whatsapp.sends.catch_up()
    issa, *others = niger
    await issa.says("Bonjour")
    digest = await issa.hears("4 messages vous attendaient")
    assert "• Nouvelle du jour 1." in digest.text
    assert "Ce soir seulement" not in digest.text
    assert "La suite est longue" not in digest.text
    for phone in others:
        opener = await phone.hears("Messages en attente : 5.")  # the four, and the digest
        assert opener.markup == "template"
    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        assert await darkness.standing(tx) == []
        assert (await audit.counts(tx))["country_light"] == 1
        assert min(await deadlines(tx, "NE")) >= begun + timedelta(days=DAYS + 1)
    assert sent_to(sandbox, others) == before - 1 + len(others)  # one opener each, and no flood

    await others[0].says("Bonjour")
    await others[0].hears("4 messages vous attendaient")
    await others[0].taps("Les lire")
    for day in range(1, 5):
        await others[0].hears(f"Nouvelle du jour {day}.")
