"""A radio call-in: planned as an exchange, asked beforehand, answered by its hosts, read by whoever asked."""

from __future__ import annotations

from network import callins
from network.errors import Forbidden, Missing
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import PLAN, acts

QUESTION = "Comment la brigade sera-t-elle présente le soir ?"
ANSWER = "Une patrouille passe chaque soir de marché, à pied."


async def asked(open_phone):
    """Plan a call-in in Niger; a member asks. Return the phones of the hosts and of the member."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await goes_through(awa, PLAN[0], "[A radio call-in]", *PLAN[2:])
    await goes_through(awa, "[Set the time]", "7/12/2026", "10:00")
    await acts(awa)
    await queued(guest)
    await goes_through(guest, "[See and answer]", "[Ask beforehand]", QUESTION, "[No, nothing]")
    return awa, issa, guest


async def test_a_question_is_answered_and_read_by_whoever_asked(open_phone):
    """A host answers by typed numbers and publishes; the one who asked hears of it, and nobody reads who it was."""
    awa, _issa, guest = await asked(open_phone)
    await goes_through(awa, "/callin", "1")
    awa.sees_choices("Comment la brigade sera-", "That is all")
    await goes_through(awa, "1", ANSWER, "2")
    awa.hears("It is kept.")
    await goes_through(awa, "[Publish the answers]")
    awa.hears("whoever asked hears of it")
    await queued(guest)
    guest.hears("The answers are there to be read.")
    await guest.taps("Read the answers")
    guest.hears(QUESTION, ANSWER)


async def test_a_sensitive_answer_needs_the_other_host(open_phone):
    """It is not published before the other side's host agrees; others read nothing."""
    awa, issa, guest = await asked(open_phone)
    await goes_through(awa, "/callin", "[Le thé du marché]", "1", ANSWER, "[Yes]")
    awa.sees_no_choice("Publish the answers")
    exchange = (await _hosted(awa))[0].id
    async with awa.world.store.transaction(awa.world.now) as tx:
        [question] = await callins.questions(tx, exchange=exchange, by=awa.person)
        for person, error in ((awa.person, Forbidden), (guest.person, Missing)):
            try:
                await callins.agree(tx, exchange=exchange, by=person, question=question.id)
            except error:
                continue
            raise AssertionError(person)
    await guest.says(f"/callin {exchange}")
    guest.hears("No answer is published yet.")
    await goes_through(issa, "/callin", "[Le thé du marché]", "1")
    issa.hears(f"The other host would answer: “{ANSWER}”")
    await goes_through(issa, "[Yes]", "[Publish the answers]")
    await guest.says(f"/callin {exchange}")
    guest.hears(QUESTION, ANSWER)


async def _hosted(phone):
    async with phone.world.store.reading(phone.world.now) as tx:
        return await callins.hosted(tx, person=phone.person)
