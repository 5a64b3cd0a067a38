"""A country held back: paused or observing without loss, quiet on some days, by both sides or a steward."""

from __future__ import annotations

from datetime import timedelta

import pytest

from network import approvals, dispatch, outbox, practices, questions, regimes
from network.dispatch import Limits, Outcome
from network.outbox import Post, Stage
from network.rates import Limit
from network.regimes import Standing
from tests.handlers.grouping import coordinators
from tests.network.people import handed_in

RIGHTS = ("/privacy", "/stop", "/delete", "/help", "/return", "/language")
READING = ("/find", "/groups", "/topics", "/mine", "/asked")
CONTRIBUTING = ("/share", "/ask", "/answer", "/adapt x", "/across")
PAUSED, OBSERVING = "Jisr is paused in your country", "Your country only observes"
FREE = Limit(1_000_000, 1.0, 1_000_000)
FREELY = Limits(account=FREE, chat=FREE)


async def hold(phone, standing: Standing, country: str = "NE") -> None:
    """Hold a country back, or let it go on, as a steward does."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        await regimes.put(tx, country=country, to=standing)


@pytest.mark.parametrize(
    ("standing", "said", "refused", "allowed"),
    [
        (Standing.PAUSED, PAUSED, READING + CONTRIBUTING + ("/menu", "hello"), RIGHTS),
        (Standing.OBSERVING, OBSERVING, CONTRIBUTING, (*READING, *RIGHTS, "/menu")),
        (Standing.OPEN, PAUSED, (), READING + CONTRIBUTING),
    ],
)
async def test_what_a_country_may_do(open_phone, standing, said, refused, allowed):
    """In a paused country only one's own data and the ways out are open; one that observes reads and adds nothing."""
    phone = open_phone(language="en")
    await phone.is_member(country="NE")
    for commands, is_refused in ((refused, True), (allowed, False)):
        for command in commands:
            await hold(phone, standing)
            await phone.says(command)
            (phone.hears if is_refused else phone.does_not_hear)(said)
            await hold(phone, Standing.OPEN)
            await phone.says("/return" if command == "/stop" else "cancel")


async def test_a_draft_waits_through_a_pause(open_phone):
    """What somebody was writing is kept while their country is paused, and goes on at the same question."""
    phone, other = open_phone(language="en"), open_phone(language="en")
    await phone.is_member(country="NE")
    await other.is_member(country="TN")
    await phone.says("/share")
    await phone.taps("A practice")
    await hold(phone, Standing.PAUSED)
    await phone.says("A tea in the police station")
    phone.hears(PAUSED)
    await other.says("/share")
    other.does_not_hear(PAUSED)
    await hold(phone, Standing.OPEN)
    await phone.says("A tea in the police station")
    phone.hears("What was the problem?")


async def test_nothing_goes_out_to_a_paused_country_but_answers(open_phone):
    """News waits in the outbox while a country is paused, and goes when it is over; others get theirs."""
    phone, other = open_phone(language="en"), open_phone(language="en")
    await phone.is_member(country="NE")
    await other.is_member(country="TN")

    async def goes() -> list[str]:
        async with phone.world.store.transaction(phone.world.now) as tx:
            found = await dispatch.claim(tx, channel="telegram", account="main", limits=FREELY, limit=10)
            sent = [Outcome(call, Stage.SENT) for call in found.calls]
            await dispatch.record(tx, channel="telegram", outcomes=sent)
            return [call.body for call in found.calls]

    await hold(phone, Standing.PAUSED)
    async with phone.world.store.transaction(phone.world.now) as tx:
        here = {"channel": "telegram", "account": "main"}
        posts = [Post(phone.address, body="news", urgency=2, **here), Post(phone.address, body="answer", **here)]
        await outbox.put(tx, posts=[*posts, Post(other.address, body="theirs", urgency=2, **here)])
    assert await goes() == ["answer", "theirs"]
    phone.world.now += timedelta(days=20)
    assert await goes() == []
    await hold(phone, Standing.OPEN)
    assert await goes() == ["news"]


async def test_what_is_due_waits_for_the_end_of_a_pause(open_phone):
    """A deadline that passes while a country is paused comes when it is over."""
    civil, official = await coordinators(open_phone)
    phone = open_phone(language="en")
    await phone.is_member(country="NE", name="Zara")
    async with phone.world.store.transaction(phone.world.now) as tx:
        await handed_in(tx, phone.person)
    await hold(phone, Standing.PAUSED)
    await phone.waits(days=4)
    civil.hears_nothing()
    await hold(phone, Standing.OPEN)
    await phone.waits(minutes=1)
    for one in (civil, official):
        one.hears("A request has waited for your side’s word")


async def test_both_sides_pause_a_country_and_resume_it(open_phone):
    """One side's coordinator asks, the other agrees; while it is paused both still find the way back."""
    civil, official = await coordinators(open_phone)
    await civil.says("/country")
    civil.hears("Niger: It takes part in everything.")
    await civil.taps("Pause")
    civil.hears("It is asked.")
    official.hears("A coordinator of the other side asks you to decide on your country: Niger.")
    await civil.says("/country")
    civil.hears("Something is asked already")
    await official.taps("Read and decide")
    official.hears("Niger, so it would be: It is paused")
    await official.taps("I agree")
    civil.hears("The other side agrees on your country: Niger.")
    await official.says("/decide")
    official.hears(PAUSED)
    await official.says("/country")
    await official.taps("Take part again")
    await civil.says("/country")
    await civil.taps("I agree")
    await civil.says("/groups")
    civil.hears("Group: Niger")


async def test_a_no_leaves_a_country_as_it_is(open_phone):
    """Refused with a reason in the list of requests, nothing changes, and who asked is told."""
    civil, official = await coordinators(open_phone)
    await civil.says("/country")
    await civil.taps("Only observe")
    await official.says("/decide")
    official.hears("a wish for your country")
    await official.says("1")
    await official.taps("I refuse")
    await official.says("Pas maintenant, merci.")
    civil.hears("The other side does not agree on your country for now: Niger.")
    async with civil.world.store.reading(civil.world.now) as tx:
        assert (await regimes.of(tx, "NE")).may_contribute


async def test_quiet_days_tighten_what_is_shared(open_phone):
    """On quiet days a practice and a question wait for both sides, and whoever shares is told so kindly."""
    civil, official = await coordinators(open_phone)
    phone = open_phone(language="en")
    await phone.is_member(country="NE", name="Zara")
    await civil.says("/country")
    await civil.taps("Quiet days")
    await civil.says("tomorrow")
    await civil.says("tomorrow")
    await official.taps("Read and decide")
    official.hears("All that is shared there is then read by one from each side first")
    await official.taps("I agree")
    await phone.says("/share")
    phone.does_not_hear("These are quiet days")
    await phone.says("cancel")
    await phone.waits(days=1)
    await phone.says("/share")
    phone.hears("These are quiet days in your country, until", "What would you like to share?")
    async with phone.world.store.transaction(phone.world.now) as tx:
        practice = await handed_in(tx, phone.person)
        asked = await approvals.pending_about(tx, subject=practice, kind="practice")
        assert asked is not None
        assert asked.both_sides
        question = await questions.ask(
            tx, person=phone.person, topic="com.dialogue", text="Qui a essayé une ligne ouverte ?", language="fr"
        )
        assert question["approval"]
        assert (await practices.get(tx, practice=practice)).state == practices.State.SUBMITTED
    await civil.says("/country")
    civil.hears("Quiet days: from")
    await civil.taps("No more quiet days")
    await official.taps("Read and decide")
    await official.taps("I agree")
    await phone.says("cancel")
    await phone.says("/share")
    phone.does_not_hear("These are quiet days")
