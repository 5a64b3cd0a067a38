"""Series in conversation: proposed, agreed to by both sides, taken part in, led through its phases, summed up."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from handlers.language import FSI, PDI, Text, Translator
from handlers.series import series_cards, series_news
from network import due, series
from network.costs import OverBudget
from network.series import Phase, State
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued

PURPOSE = "Que la brigade et les habitants décident ensemble de ce qui change le soir."
PLAN = (
    "/newseries", "[A dialogue series]", "Les soirées du quartier", PURPOSE, "2", "1", "[No, that is all]",
    "[It lasts 12 months.]",
    "[Not at a border]", "1", "1 2", "Done", "[Rounds]", "[Yes, propose it]",
)  # fmt: skip
HOST = ("/series", "1", "[Lead it]")
SUMMARY = "On se parle plus souvent, et un numéro de la brigade est affiché au marché."


async def acts(phone):
    """Let the clock do what is due for the network now."""
    world = phone.world
    table = series_news.acts(world.desk.translator)
    async with world.store.transaction(world.now) as tx:
        for row in await due.take(tx):
            if row.person is None and row.kind in table:
                await table[row.kind](tx, row.subject)


async def found_by(phone):
    """Return the series of which somebody hears."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return (await series.mine(tx, person=phone.person))[0]


async def opens(phone, *, language="en"):
    """Open a series in Niger; return the phones of its hosts."""
    awa, issa = await coordinators(phone, language)
    async with awa.world.store.transaction(awa.world.now) as tx:
        group = next(each.id for each in await series.groups.of(tx, person=awa.person))
        how = {"title": "Les soirées du quartier", "purpose": PURPOSE, "rules": "Chacun à son tour."}
        asked = await series.open_one(tx, by=awa.person, group=group, places=["NE"], services=["courts"], **how)
    await goes_through(issa, f"/decide {asked['approval']}", "1")
    return awa, issa


async def test_a_dialogue_goes_from_the_proposal_to_its_phases(open_phone):
    """Both coordinators agree, members take part, and hosts lead it on, warned of who is missing."""
    awa, issa = await coordinators(open_phone, "en")
    first, second = await joins(open_phone()), await joins(open_phone(channel="whatsapp"), side="official")
    await goes_through(awa, *PLAN[:6], "[Add a topic]", "3", "1", *PLAN[6:-1])
    named = "Topics: Everyday crime · Trust & perceptions"
    awa.hears("A dialogue series: “Les soirées du quartier”", named, "It lasts 12 months.")
    awa.hears("To be there: Ministry · Police")
    await goes_through(awa, PLAN[-1])
    awa.hears("nobody is invited before")
    await acts(awa)
    assert await queued(first) == []
    await goes_through(issa, "[Read and decide]")
    issa.hears(
        "Les soirées du quartier", PURPOSE, "Ground rules: We speak in rounds", "you lead it with the other side"
    )
    await issa.taps("I agree")
    awa.hears("“Les soirées du quartier” begins")
    await acts(awa)
    for phone in (first, second):
        assert len(await queued(phone)) == 1
        phone.hears("You are invited to a dialogue of both sides", PURPOSE, "It lasts 12 months.")
    assert await queued(awa) == [], "its hosts are not invited"
    await goes_through(first, "[Open the dialogue]")
    first.hears(named, "Phase 1 of 6: Gather ●○○○○○", "never your name")
    await first.taps("I take part")
    first.hears("from both sides, and agree on the ground rules", "61 days are left of this phase.")
    await goes_through(second, "[Open the dialogue]", "[Not for me]")
    second.hears("You can take part later all the same")
    await goes_through(awa, *HOST, "[The next phase]")
    awa.hears("Nobody but the hosts yet of this side: Official", "Nobody yet who shows to be of: Ministry")
    awa.hears("Shall the phase “Understand” begin?", "You can go on all the same.")
    await awa.taps("Yes, go on")
    awa.hears("It has begun.", "Phase 2 of 6: Understand ●●○○○○")
    await acts(awa)
    await queued(first)
    first.hears("a new phase begins", "Each names problems, without a name")
    assert await queued(second) == [], "who does not take part hears no more of it"


async def test_a_dialogue_is_summed_up(open_phone):
    """At the last phase a host writes what came of it, the other side agrees, and who took part reads it afterwards."""
    awa, issa = await opens(open_phone)
    first = await joins(open_phone())
    await goes_through(first, "/series", "1", "[I take part]")
    for _phase in range(5):
        await goes_through(issa, *HOST, "[The next phase]", "[Yes, go on]")
    issa.hears("Phase 6 of 6: Review ●●●●●●")
    await goes_through(issa, "[Lead it]", "[Who is missing]")
    issa.hears("Not published yet: The summary")
    await goes_through(
        issa,
        "/series",
        "1",
        "[Lead it]",
        "[Write the text]",
        SUMMARY,
        "/series",
        "1",
        "[Lead it]",
        "[Publish the text]",
    )
    awa.hears("A text of “Les soirées du quartier” waits for your side’s word.")
    await awa.taps("Read and decide")
    awa.hears("The summary of “Les soirées du quartier”:", SUMMARY)
    await awa.taps("I agree")
    issa.hears("is published")
    await goes_through(awa, *HOST, "[End the dialogue]", "[Yes, end it]")
    awa.hears("It is over. Thank you for leading it")
    await acts(awa)
    await queued(first)
    first.hears("“Les soirées du quartier” is over.")
    await goes_through(first, "[Open the dialogue]")
    first.hears("How it stands: over")
    await first.taps("The texts so far")
    first.hears(SUMMARY)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_every_step_can_be_typed(open_phone, language):
    """By numbers alone, on WhatsApp, in every offered language: proposed, agreed to, taken part in, led on, left."""
    awa, issa = await coordinators(open_phone, language)
    guest = await joins(open_phone(language=language, channel="whatsapp"))
    typed = ("/newseries", "1", "Les soirées du quartier", PURPOSE, *"212111", "1 2", Text("Done"), *"11")
    await goes_through(awa, *typed)
    await goes_through(issa, "/decide", "1", "1")
    found = await found_by(guest)
    assert (found.state, found.zone != "", found.services) == (State.OPEN, True, ("ministry", "police"))
    await goes_through(guest, "/series", "1", "1")
    guest.hears(Text("The ground rules"))
    await goes_through(awa, "/series", "1", Text("Lead it"), Text("The next phase"), "1")
    assert (await found_by(guest)).phase is Phase.UNDERSTAND
    await goes_through(guest, "/series", "1", Text("Leave it"), "1")
    async with guest.world.store.reading(guest.world.now) as tx:
        assert await series.answer_of(tx, series=found.id, person=guest.person) is False


async def test_a_member_proposes_and_both_sides_agree(open_phone):
    """A member's proposal needs a yes of each side; then they lead it."""
    awa, issa = await coordinators(open_phone, "en")
    author = await joins(open_phone())
    await goes_through(author, "/series", "[Begin a dialogue]", *PLAN[2:9], *PLAN[10:])
    author.hears("Coordinators read it now")
    await goes_through(awa, "/decide", "1", "[I agree]", "[No word]")
    await goes_through(issa, "/decide", "1", "[I agree]")
    author.hears("begins, and those who are invited hear of it")
    await goes_through(author, "[Open the dialogue]")
    author.sees_choice("Lead it")


async def test_nobody_else_sees_it(open_phone):
    """A stranger with the button, a member of another country and one before their yes read no more than they may."""
    awa, _issa = await opens(open_phone)
    found = await found_by(awa)
    stranger, guest = open_phone(), await joins(open_phone())
    await stranger.is_member(country="ML")
    await stranger.says(f"/series {found.id}")
    stranger.hears("This dialogue is not there for you, or is over.")
    await stranger.says(f"/session {found.id}")
    stranger.hears("That is not possible any more, or not for you.")
    await guest.says(f"/series {found.id}")
    guest.hears(PURPOSE, "Chacun à son tour.")
    guest.sees_choices("I take part", "Not for me")
    await goes_through(guest, "[I take part]")
    guest.sees_no_choice("Lead it")
    await guest.says(f"/session {found.id}")
    guest.hears("That is not possible any more, or not for you.")


async def test_a_host_plans_a_session_for_those_who_are_in_it(open_phone):
    """Warned of who is missing, with all but the meeting itself filled in; those who take part read when it is."""
    awa, issa = await opens(open_phone)
    guest = await joins(open_phone(), side="official", service="police")
    await goes_through(guest, "/series", "1", "[I take part]")
    await goes_through(awa, *HOST, "[Plan a session]")
    awa.hears("Nobody but the hosts yet of this side: Civil society", "Nobody yet who shows to be of: Courts")
    await goes_through(awa, "[A dialogue]", "[Like that]", "1", "La maison des jeunes", "[Nothing]")
    awa.hears("a time is to be agreed on", "Les soirées du quartier")
    await goes_through(awa, "[Set the time]", "7/12/2026", "10:00")
    await goes_through(guest, "/series", "1")
    guest.hears("The next meeting: “Les soirées du quartier”", "When: 7 December 2026, 10:00 (Niger)")
    await goes_through(guest, "[Les soirées du quartier]")
    guest.sees_choice("Yes, I come")
    await goes_through(issa, "/hosting")
    issa.sees_choice("Les soirées du quartier")


async def test_hosts_are_reminded_when_a_phase_takes_long(open_phone):
    """When two months of twelve are over both hosts hear of it, once a month, and nobody else does."""
    awa, issa = await opens(open_phone)
    guest = await joins(open_phone())
    await goes_through(guest, "/series", "1", "[I take part]")
    await acts(awa)
    for phone in (awa, issa, guest):
        await queued(phone)
    heard = []
    for _week in range(15):
        awa.world.now += timedelta(days=7)
        await acts(awa)
        heard.append(len(await queued(awa)))
        assert len(await queued(issa)) == heard[-1]
        assert await queued(guest) == []
    assert heard == [0] * 8 + [1] + [0] * 4 + [1] + [0]
    await awa.says("/series")
    await awa.says("1")
    awa.hears("44 days longer than planned.")


async def test_a_local_dialogue_is_linked_to_a_national_one(open_phone):
    """A host asks, both national sides agree, and those in either read where the other stands."""
    awa, issa = await opens(open_phone)
    fati, omar = open_phone(), open_phone(channel="whatsapp")
    await fati.is_member(country="ML", coordinator=True)
    await omar.is_member(country="ML", side="official", service="police", coordinator=True)
    async with awa.world.store.transaction(awa.world.now) as tx:
        group = (await series.groups.by_country(tx, country="ML")).id
        how = {"title": "La police de demain", "purpose": PURPOSE, "level": "national", "places": ["NE", "ML"]}
        asked = await series.open_one(tx, by=fati.person, group=group, **how)
    await goes_through(omar, f"/decide {asked['approval']}", "1")
    await goes_through(issa, *HOST, "[Link to a national one]", "[La police de demain]")
    issa.hears("Both sides of the national series are asked now")
    await goes_through(fati, "[Read and decide]")
    fati.hears("A local dialogue asks to be linked to “La police de demain”:", "Les soirées du quartier")
    await goes_through(fati, "[I agree]", "[No word]")
    await goes_through(omar, "/decide", "1", "[I agree]")
    issa.hears("Both sides agree: your dialogue is linked to “La police de demain”.")
    await goes_through(awa, "/series", "1")
    awa.hears("Linked to the national series “La police de demain”. Phase 1 of 6: Gather ●○○○○○")
    await goes_through(fati, "/series", "1", "[The phases]")
    fati.hears("1. Gather (The opening): began on", "5. Act (The recommendation): is to come")
    await goes_through(fati, "/series", "1")
    fati.hears("The opening workshop", "A local series is linked: “Les soirées du quartier”. Phase 1 of 6")
    await goes_through(fati, "[Lead it]", "[Write the text]", SUMMARY, *HOST, "[Publish the text]")
    await goes_through(omar, "[Read and decide]", "[I agree]")
    await goes_through(awa, "/series", "1", "[The national texts]")
    awa.hears("The opening", SUMMARY)
    await goes_through(awa, *HOST, "[Undo the link]")
    awa.hears("The link is undone.")


async def test_a_refusal_says_why(open_phone):
    """The author reads the reason, and nobody is invited."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await goes_through(awa, *PLAN)
    await goes_through(issa, "[Read and decide]", "[I refuse]", "Attendons la fin du Ramadan.")
    awa.hears("does not begin", "Attendons la fin du Ramadan.")
    await acts(awa)
    assert await queued(guest) == []


async def test_no_text_leads_to_a_person(open_phone):
    """What hosts write holds no number."""
    awa, _issa = await coordinators(open_phone, "en")
    await goes_through(awa, "/newseries", "[A dialogue series]", "Les soirées du quartier")
    await awa.says("Appelez Awa au +227 90 12 34 56, elle sait tout.")
    awa.hears("For everybody’s safety")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("phase", Phase)
def test_the_bar_runs_with_the_sentence(language, phase):
    """Its marks are neither isolated nor after a Latin letter, so that in Arabic they fill from the right (UAX 9)."""
    found = _at(phase)
    said = Translator.load().render(series_cards.progress(found), language)
    [marks] = re.findall("[●○]+", said)
    assert (marks.count("●"), len(marks)) == (phase.number, 6)
    assert marks == "●" * phase.number + "○" * (6 - phase.number)
    before = said[: said.index(marks)]
    assert before.count(FSI) == before.count(PDI), "the marks stand outside every isolate"
    if language == "ar":
        assert not re.search("[A-Za-z]", said)
        assert re.search("[\u0621-\u064a]", before), "the line begins from the right"


def _at(phase):
    ids = {"id": "1", "by": "2", "partner_by": None, "group": "3", "parent": None}
    where = {"level": series.Level.LOCAL, "state": State.OPEN, "phase": phase, "began": {}, "begins_at": None}
    listed = {"topics": (), "countries": (), "services": ()}
    return series.Series(**ids, **where, **listed, zone="", months=12, title="", purpose="", rules="")


async def test_an_arabic_card_reads_from_the_right(open_phone):
    """Its title is isolated where it is Latin, and every line is Arabic."""
    awa, _issa = await opens(open_phone, language="ar")
    await goes_through(awa, "/series", "1")
    message = next(each for each in reversed(awa.log) if "●" in each.text)
    assert message.rtl
    assert f"{FSI}Les soirées du quartier{PDI}" in message.text


async def test_the_lead_is_passed_on_and_taken_up(open_phone):
    """A host passes it to the deputy, who hears of it; a lead that nobody has is taken up by a coordinator."""
    awa, issa = await opens(open_phone)
    deputy = await joins(open_phone(), side="official", service="police", quiet_from="", quiet_until="")
    await goes_through(awa, *HOST, "[Pass the lead on]", "[Yes, pass it on]")
    awa.hears("Your side has nobody else in this group who could lead it.")
    async with awa.world.store.transaction(awa.world.now) as tx:
        group = (await series.groups.by_country(tx, country="NE")).id
        await series.groups.seat(tx, group=group, person=deputy.person, rank="deputy")
    await goes_through(issa, *HOST, "[Pass the lead on]", "[Yes, pass it on]")
    issa.hears("It is passed on, and they hear of it.")
    await deputy.waits(minutes=1)
    deputy.hears("You lead the dialogue “Les soirées du quartier” for your side now")
    await goes_through(deputy, "[Open the dialogue]", "[Lead it]")
    deputy.sees_choice("The next phase")
    await goes_through(issa, "/series", "1")
    issa.sees_choice("Leave it")
    async with awa.world.store.transaction(awa.world.now) as tx:
        await series.set_(tx, (await series.mine(tx, person=awa.person))[0].id, partner_by=None)
    await goes_through(issa, "/series", "1", "[Lead it for your side]", "[Lead it]")
    issa.sees_choice("The next phase")


async def test_the_phases_stand_with_their_days(open_phone):
    """Those that began with the day, the others to come."""
    awa, issa = await opens(open_phone)
    await goes_through(issa, *HOST, "[The next phase]", "[Yes, go on]", "[The phases]")
    issa.hears("1. Gather: began on 23 November 2026", "2. Understand: began on", "3. Prioritise: is to come")
    await goes_through(awa, "/series", "1", "[The ground rules]")
    awa.hears("Ground rules: Chacun à son tour.", "never who said it")


async def test_what_costs_too_much_goes_to_nobody(open_phone, monkeypatch):
    """Where the money of the month does not do, the hosts hear it and nobody is invited by a message."""

    async def too_dear(_tx, **_people):
        raise OverBudget

    monkeypatch.setattr(series_news.costs, "check", too_dear)
    awa, issa = await opens(open_phone)
    guest = await joins(open_phone())
    await acts(awa)
    assert [len(await queued(phone)) for phone in (awa, issa, guest)] == [1, 1, 0]
    issa.hears("costs more than is left of this month’s money")


async def test_a_reminder_that_comes_early_waits(open_phone):
    """Where a phase began anew meanwhile, nothing is said before its own end, and the reminder stands for then."""
    awa, _issa = await opens(open_phone)
    await acts(awa)
    await queued(awa)
    found, world = await found_by(awa), awa.world
    async with world.store.transaction(world.now) as tx:
        await series_news.acts(world.desk.translator)[series.STANDS](tx, found.id)
        rows = await tx.all(due.due.select().where(due.due.c.kind == series.STANDS))
        assert [(row.subject, row.at) for row in rows] == [(found.id, found.phase_until)]
    assert await queued(awa) == []
