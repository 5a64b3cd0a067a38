"""Broadcasts: as fast as a provider allows and never faster, each once, with replies in between."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channels import Channel
from bot.courier import Courier
from bot.envelopes import RANK, posts
from bot.sandbox.phones import App
from bot.sandbox.standins import ACCOUNT, TOKEN, StandIns
from handlers.messages import Letter, Outgoing, Urgency, write
from network import addresses, audiences, contents, mailings, outbox
from network.audiences import Audience
from network.mailings import Progress
from network.store import Store
from tests.bot.stopped_clock import StoppedClock
from tests.network.people import enrolled

ALLOWED = {"telegram": 30, "whatsapp": 80}  # calls in any second, as each provider publishes
LATE_S = 0.02  # by which a courier wakes late, at most
TEXT = "Rencontre mardi à 10 h."


def open_account(app: App, stand_ins: StandIns, clock: StoppedClock) -> Channel:
    """Open the program's side of a stand-in."""
    if app == "telegram":
        from bot.channels.telegram import TelegramChannel  # noqa: PLC0415 - only what is tested is loaded

        return TelegramChannel("main", TOKEN, stand_ins.url, "secret", clock=clock.now)
    from bot.channels.whatsapp import WhatsAppChannel  # noqa: PLC0415

    keys = (ACCOUNT.token, ACCOUNT.phone_id, ACCOUNT.app_secret, ACCOUNT.verify_token)
    return WhatsAppChannel("main", *keys, stand_ins.url)


@dataclass
class Stage:
    """One account of the program before its stand-in, on a clock that only moves by hand."""

    app: App
    store: Store
    clock: StoppedClock
    stand_ins: StandIns
    channel: Channel
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    homes: list[str] = field(default_factory=list)  # addresses, by person
    asked: dict[str, datetime] = field(default_factory=dict)  # replies by their text

    def __post_init__(self) -> None:
        """Begin with a courier that sent nothing yet."""
        self.courier = self.anew()

    def anew(self) -> Courier:
        """Return a courier that knows nothing but what the store holds."""
        return Courier(self.store, self.clock, {(self.app, "main"): self.channel})

    async def fill(self, count: int) -> None:
        """Make members who wrote a moment ago, each with a phone."""
        async with self.store.transaction(self.clock.now()) as tx:
            for _ in range(count):
                phone = self.stand_ins.phone(app=self.app, country="NE", language="fr")
                phone.started, phone.reads = True, False
                if self.app == "whatsapp":
                    self.stand_ins.whatsapp.heard_at[phone.id] = self.clock.now()
                met = await addresses.meet(tx, channel=self.app, account="main", external=phone.number)
                person = await enrolled(tx, quiet_from="", quiet_until="")
                await addresses.set_person(tx, person=met.person, to=person)
                self.homes.append(met.id)

    async def broadcast(self) -> int:
        """Queue a broadcast to everybody; return to how many."""
        async with self.store.transaction(self.clock.now()) as tx:
            made = {"fr": await contents.keep(tx, write(Outgoing(TEXT)))}
            everybody = audiences.query(Audience())
            given: dict[str, Any] = {"contents": made, "fallback": "fr", "urgency": RANK[Urgency.BROADCAST]}
            return await mailings.send(tx, mailing="m", people=everybody, **given)

    async def reply(self) -> None:
        """Queue an answer to one person, who is also among those meant."""
        text = f"Réponse {len(self.asked)}"
        letter = Letter(self.chance.choice(self.homes), Outgoing(text))
        async with self.store.transaction(self.clock.now()) as tx:
            await outbox.put(tx, posts=posts(letter, [letter.message], channel=self.app, account="main"))
        self.asked[text] = self.clock.now()

    async def turn(self) -> bool:
        """Send what may go now, and let time pass until more may; return whether anything still waits."""
        self.courier.wake()
        while not self.courier.is_idle:
            await self.courier.step()
            await self.courier.settle()
        at = min(self.courier._more_at.values(), default=None)
        if at is not None:
            late = timedelta(seconds=self.chance.uniform(0, LATE_S))
            self.clock.advance((max(at, self.clock.now()) - self.clock.now() + late).total_seconds())
        async with self.store.reading(self.clock.now()) as tx:
            return (await mailings.progress(tx, mailing="m")).waiting > 0

    def calls(self) -> list[tuple[datetime, str, str]]:
        """Return when each message arrived, for whom, and its text."""
        found = []
        for call in self.stand_ins.recorder.calls:
            given = call.parameters.get("text") or ""
            text = given.get("body", "") if isinstance(given, dict) else given
            found.append((call.at, call.to, text))
        return found


def busiest(instants: list[datetime], seconds: float) -> int:
    """Return the most that any window of so many seconds holds, wherever it begins."""
    most, first = 0, 0
    for last, at in enumerate(instants):
        while (at - instants[first]).total_seconds() >= seconds - 1e-6:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("app", ["telegram", "whatsapp"])
async def test_as_fast_as_allowed(store: Store, now: datetime, app: App, *, long: bool) -> None:
    """240 people (long: 10,000), a restart in the middle: 95% of the allowed rate, none missed or doubled.

    No second holds more calls than allowed, and the stand-in refuses none. A reply waits a second at most, at
    the 95th percentile.
    """
    count = 10_000 if long else 240
    clock = StoppedClock(now)
    async with StandIns(clock) as stand_ins:
        stage = Stage(app, store, clock, stand_ins, open_account(app, stand_ins, clock))
        await stage.fill(count)
        assert await stage.broadcast() == count
        asked_at = restart_at = now
        has_restarted = False
        while await stage.turn():
            if clock.now() - asked_at >= timedelta(seconds=0.5):
                asked_at = clock.now()
                await stage.reply()
            restart_at = now + timedelta(seconds=count / ALLOWED[app] / 2)
            if not has_restarted and clock.now() > restart_at:
                has_restarted = True
                await stage.courier.close()
                stage.courier = stage.anew()
                await stage.courier.start()
        await stage.channel.close()
        calls = stage.calls()
        assert stand_ins.recorder.refused() == []
    instants = [at for at, _, _ in calls]
    told = Counter(to for _, to, text in calls if text == TEXT)
    assert (len(told), max(told.values())) == (count, 1)
    assert busiest(instants, 1.0) <= ALLOWED[app]
    assert len(calls) / (instants[-1] - instants[0]).total_seconds() >= 0.95 * ALLOWED[app]
    waits = sorted((at - stage.asked[text]).total_seconds() for at, _, text in calls if text in stage.asked)
    assert len(waits) >= count / ALLOWED[app]
    assert waits[int(len(waits) * 0.95)] <= 1.0
    assert has_restarted


@pytest.mark.parametrize("app", ["telegram", "whatsapp"])
async def test_stopped_in_mid_flight(sqlite_store: Store, now: datetime, app: App) -> None:
    """After a stop nothing more leaves, whatever was queued; correct and withdraw reach those who got it."""
    clock = StoppedClock(now)
    async with StandIns(clock) as stand_ins:
        stage = Stage(app, sqlite_store, clock, stand_ins, open_account(app, stand_ins, clock))
        await stage.fill(60)
        await stage.broadcast()
        while len(stage.calls()) < 20:
            await stage.turn()
        sent = len(stage.calls())
        async with sqlite_store.transaction(clock.now()) as tx:
            assert await mailings.stop(tx, mailing="m") == 60 - sent
        for _ in range(20):
            await stage.turn()
            clock.advance(1)
        assert len(stage.calls()) == sent
        for text, act in (("Rencontre mercredi.", mailings.replace), ("Annulé.", mailings.withdraw)):
            async with sqlite_store.transaction(clock.now()) as tx:
                made = {"fr": await contents.keep(tx, write(Outgoing(text)))}
                assert await act(tx, mailing="m", contents=made) == sent
            for _ in range(sent):
                await stage.turn()
                clock.advance(1)
        phones = [phone for phone in stand_ins.shelf.all.values() if phone.messages]
        async with sqlite_store.reading(clock.now()) as tx:
            assert await mailings.progress(tx, mailing="m") == Progress(sent=sent, stopped=60 - sent)
        await stage.channel.close()
        assert stand_ins.recorder.refused() == []
    seen = Counter(tuple(bubble.text for bubble in phone.messages) for phone in phones)
    if app == "telegram":
        assert seen == {}
    else:
        assert seen == {(TEXT, "Rencontre mercredi.", "Annulé."): sent}
