"""Two accounts on each app: everybody is reached once, and when one is stopped the others carry on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import status
from bot.accounts import key_of
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import App, Phone
from bot.sandbox.standins import ACCOUNT, TOKEN, StandIns
from handlers.messages import Outgoing, write
from network import addresses, contents, mailings, members, outbox, stops
from network.ids import new_id
from network.members import State
from network.outbox import Stage
from network.store import Tx

BOTS = """
[telegram.second]
token = "{token}"
api_url = "{url}"
[whatsapp.second]
token = "{whatsapp.token}"
phone_id = "{whatsapp.phone_id}"
app_secret = "{whatsapp.app_secret}"
verify_token = "{whatsapp.verify_token}"
api_url = "{url}"
"""


class Pair:
    """The program with a main and a second account on each app; the second ones are at stand-ins of their own."""

    def __init__(self, sandbox: Sandbox, second: StandIns) -> None:
        self.sandbox, self.second = sandbox, second

    def phone(self, account: str, app: App, number: str) -> Phone:
        """Give a person's number a chat with an account."""
        lines = self.sandbox if account == "main" else self.second
        return lines.phone(app=app, country="SN", language="fr", number=number, shows_number=True)

    async def joined(self, *phones: Phone) -> str:
        """Make one member of whoever holds these phones, who has just written on each; return their id."""
        for phone in phones:
            await phone.says("Bonjour")
            await phone.hears()
        async with self.sandbox.app.store.transaction(self.sandbox.clock.now()) as tx:
            found = [await self._address(tx, phone) for phone in phones]
            person = found[0].person
            for each in found[1:]:
                await addresses.set_person(tx, person=each.person, to=person)
            await members.enrol(tx, person=person, language="fr", consent_version="1")
            said = {"side": "civil", "service": "association", "country": "SN", "quiet_from": "", "quiet_until": ""}
            await members.change(tx, person=person, **said)
            await members.set_state(tx, person=person, state=State.ACTIVE)
        return person

    async def _address(self, tx: Tx, phone: Phone) -> addresses.Address:
        account = "main" if phone.home is self.sandbox.shelf else "second"
        given = [phone.number] if phone.app == "telegram" else [phone.user_id, phone.number]
        for external in given:
            found = await addresses.find(tx, channel=phone.app, account=account, external=external)
            if found is not None:
                return found
        raise AssertionError(phone.id)

    async def tell(self, text: str) -> None:
        """Send a message to everybody, and wait until it went to whom it can."""
        everybody = select(members.members.c.id).where(members.members.c.state == State.ACTIVE.value)
        async with self.sandbox.app.store.transaction(self.sandbox.clock.now()) as tx:
            content = await contents.keep(tx, write(Outgoing(text)))
            given = {"people": everybody, "contents": {"fr": content}, "fallback": "fr", "urgency": 3}
            await mailings.send(tx, mailing=new_id(), **given)
        await self.drained()

    async def drained(self) -> None:
        """Wait until nothing is to be sent now on an account that works."""
        table = outbox.outbox.c
        while True:
            async with self.sandbox.app.store.reading(self.sandbox.clock.now()) as tx:
                ready = (table.stage.in_((Stage.QUEUED, Stage.SENDING)), table.ready_at <= tx.now)
                waits = select(table.id).where(*ready, ~stops.of(table.channel, table.account))
                if await tx.first(waits) is None:
                    return
            await self.sandbox.clock.wait(asyncio.Event(), 0.05)

    async def status(self) -> str:
        """Return what `jisr status` prints."""
        accounts = [key_of(account) for account in self.sandbox.settings.accounts()]
        async with self.sandbox.app.store.reading(self.sandbox.clock.now()) as tx:
            return "\n".join(status.lines(await status.report(tx, accounts), tx.now))


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    """The program between two stand-ins."""
    config = tmp_path / "jisr.toml"
    sandbox = Sandbox(tmp_path / "home", more={"config": config})
    async with StandIns(sandbox.clock) as second:
        config.write_text(BOTS.format(token=TOKEN, url=second.url, whatsapp=ACCOUNT))
        async with sandbox:
            second.whatsapp.webhook.url = f"http://127.0.0.1:{sandbox.app.port}/whatsapp/second"
            second.whatsapp.webhook.look()
            yield Pair(sandbox, second)
            second.whatsapp.webhook.url = ""


def count(phone: Phone, text: str) -> int:
    """Return how often a text stands in a chat."""
    return sum(text in bubble.text for bubble in phone.messages if not bubble.mine)


async def test_one_account_is_stopped(pair: Pair) -> None:
    """Each is reached once where they wrote last; of the stopped number those elsewhere get all, and hear why, once."""
    number, other = pair.phone("main", "whatsapp", "221000000001"), pair.phone("second", "whatsapp", "221000000001")
    awa_number, awa_bot = pair.phone("main", "whatsapp", "221000000002"), pair.phone("second", "telegram", "7000000009")
    fatou, moussa = pair.phone("main", "whatsapp", "221000000003"), pair.phone("main", "telegram", "7000000010")
    await pair.joined(other, number)
    await pair.joined(awa_bot, awa_number)
    await pair.joined(fatou)
    await pair.joined(moussa)
    chats = {"number": number, "other": other, "awa": awa_number, "bot": awa_bot, "fatou": fatou, "moussa": moussa}

    def got(text: str) -> dict[str, int]:
        return {name: many for name, phone in chats.items() if (many := count(phone, text))}

    await pair.tell("Première nouvelle.")
    for phone in (number, awa_number, fatou, moussa):
        await phone.sees("Première nouvelle.")
    assert got("Première nouvelle.") == {"number": 1, "awa": 1, "fatou": 1, "moussa": 1}

    pair.sandbox.standins.whatsapp.account = type(ACCOUNT)(**{**vars(ACCOUNT), "token": "withdrawn"})
    await pair.tell("Deuxième nouvelle.")
    await pair.sandbox.passes(minutes=1)
    await awa_bot.sees("Deuxième nouvelle.")
    await other.sees("Deuxième nouvelle.")
    await pair.drained()  # else the jump of the clock ends the lease of a call that is under way
    await pair.sandbox.passes(minutes=15)
    await awa_bot.sees("ne fonctionne pas sur WhatsApp en ce moment")
    await other.sees("ne fonctionne pas sur WhatsApp en ce moment")
    await pair.drained()
    await pair.tell("Troisième nouvelle.")
    await pair.sandbox.passes(minutes=15)
    await pair.drained()
    assert got("Deuxième nouvelle.") == {"other": 1, "bot": 1, "moussa": 1}
    assert got("Troisième nouvelle.") == {"other": 1, "bot": 1, "moussa": 1}
    assert got("ne fonctionne pas sur WhatsApp en ce moment") == {"other": 1, "bot": 1}
    said = await pair.status()
    assert "whatsapp/main: STOPPED by its provider" in said
    assert "2 are written to elsewhere meanwhile; 1 have no other app here" in said
    assert "whatsapp/second: sending" in said

    pair.sandbox.standins.whatsapp.account = ACCOUNT
    async with pair.sandbox.app.store.transaction(pair.sandbox.clock.now()) as tx:
        assert await stops.resume(tx, channel="whatsapp", account="main")
    pair.sandbox.app.courier.wake()
    await fatou.sees("Deuxième nouvelle.")
    await pair.drained()
    assert got("Deuxième nouvelle.") == {"other": 1, "bot": 1, "moussa": 1, "fatou": 1}
    assert [call.method for call in pair.second.recorder.refused()] == []
