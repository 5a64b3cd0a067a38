"""Actions in conversation: recorded by a host, told in one message, taken on, reminded of, and marked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.language import Text, Voice
from handlers.me.export import write_copy
from handlers.series import action_news
from network import actions, conversations, due, erasure, groups, problems, requests, series
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued

WHAT = "Une patrouille à pied le soir du marché, avec une association"
ROLE = "Le commissariat central"
OTHER = "Afficher les horaires du poste sur le marché"


async def clock(phone, at=None, **span):
    """Let the clock do what is due for actions at an instant, or after a span of time."""
    world = phone.world
    world.now = at or world.now + timedelta(**span)
    table = action_news.acts(world.desk.translator)
    async with world.store.transaction(world.now) as tx:
        for row in await due.take(tx):
            if row.kind in table:
                await table[row.kind](tx, row.subject)


async def copied(phone):
    """Return the copy of what is kept about a person, in English."""
    world = phone.world
    async with world.store.reading(world.now) as tx:
        kept = await erasure.export(tx, person=phone.person)
    return write_copy(kept, Voice(world.desk.translator, "en"), world.now, titles={})


async def led(open_phone, language="en", channel="telegram"):
    """Open a series of both coordinators in Niger, in which a member takes part; return it and their phones."""
    awa, issa = await coordinators(open_phone, language)
    member = await joins(open_phone(language=language, channel=channel), quiet_from="", quiet_until="")
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        group = (await groups.by_country(tx, country="NE")).id
        words = {"title": "Le marché du soir", "purpose": "Décider ensemble de ce qui change."}
        asked = await series.open_one(tx, by=awa.person, group=group, **words)
        await requests.settle(tx, approval=asked["approval"], by=issa.person, agree=True)
        await series.take_part(tx, series=asked["id"], person=member.person)
    return asked["id"], awa, issa, member


async def recorded(awa, found):
    """Record two actions, due on the 20th of January and the 1st of March 2027."""
    await goes_through(awa, f"/action {found}", WHAT, ROLE, "20/1/2027", Text("Another one"))
    await goes_through(awa, OTHER, ROLE, "1/3/2027", Text("That is all"))


async def test_actions_are_recorded_told_once_and_followed(open_phone):
    """Two actions make one message; who takes one on is reminded as the hosts are, and says what became of it."""
    found, awa, issa, member = await led(open_phone)
    await awa.says(f"/action {found}")
    await awa.says("Une patrouille conduite par le capitaine Moussa Ibrahim")
    awa.hears("What will be done?")
    await recorded(awa, found)
    awa.hears("Those in the series hear of it in one message, within the hour.")
    await clock(awa, minutes=31)
    [message] = await queued(member)
    assert "2 actions were agreed" in message.text
    await member.taps("See the actions")
    member.hears("0 of 2 actions done.")
    member.sees_no_choice("Record an action")
    await member.says("1")
    member.hears(WHAT, f"{ROLE}, until 20 January 2027", "under way")
    member.sees_choices("I take it on", "Back to the list")
    await goes_through(member, "1", "[No, without]")
    member.hears("You are reminded of it")
    assert f"An action that you took on: {WHAT}" in await copied(member)
    for phone in (awa, issa):
        await queued(phone)
    await clock(awa, datetime(2027, 1, 13, tzinfo=UTC))
    for phone in (awa, issa, member):
        [message] = await queued(phone)
        assert "An action of “Le marché du soir” falls due." in message.text
    await member.taps("Say how it stands")
    member.hears("You have taken it on.")
    await goes_through(member, "[It changes]", "Deux soirs par semaine", "[The same day]")
    member.hears("those in the series can read it")
    await clock(awa, datetime(2027, 1, 20, tzinfo=UTC))
    await clock(awa, datetime(2027, 2, 20, tzinfo=UTC))
    heard = [message.text for message in await queued(awa)]
    assert ["has passed" in text for text in heard] == [False, True]
    await goes_through(awa, f"/actions {found}", "1")
    awa.hears("A member has taken it on.", "late", "“Deux soirs par semaine”")
    await goes_through(awa, "[It is done]", "[Nothing]")
    awa.hears("1 of 2 actions done.")


async def test_only_those_in_the_series_read_its_actions(open_phone):
    """A stranger to the series reads nothing and records nothing; a member of it does not record either."""
    found, awa, _issa, member = await led(open_phone)
    await recorded(awa, found)
    outside = await joins(open_phone())
    async with awa.world.store.reading(awa.world.now) as tx:
        [first, _second] = await actions.of(tx, series=found)
    for typed in (f"/actions {found}", f"/actions {first.id}", f"/action {found}"):
        await outside.says(typed)
        outside.hears("That is not possible any more, or not for you.")
    await member.says(f"/action {found}")
    member.hears("That is not possible any more, or not for you.")
    await outside.says("/actions")
    outside.hears("You take part in no dialogue series yet.")


async def test_a_name_stands_with_an_action_only_if_wished(open_phone):
    """Whoever takes it on and wishes so is named to those in the series; handed back, the name is gone."""
    found, awa, issa, member = await led(open_phone)
    await recorded(awa, found)
    await goes_through(issa, "/actions", "[Le marché du soir]", "1", "[I take it on]", "[Yes, my name]")
    await goes_through(member, "/actions", "1", "1")
    member.hears("Taken on by: Issa")
    member.sees_choices("Back to the list")
    await goes_through(issa, "1")
    issa.hears("You have taken it on.")
    await goes_through(issa, "[I hand it back]")
    await goes_through(member, "1", "1")
    member.does_not_hear("Issa")
    member.sees_choices("I take it on", "Back to the list")


async def test_an_action_answers_a_problem_that_was_named(open_phone):
    """A host says which one, and those in the series read it with the action."""
    found, awa, _issa, member = await led(open_phone)
    text = "La nuit, personne ne vient quand on appelle"
    async with awa.world.store.transaction(awa.world.now) as tx:
        await problems.name(tx, person=member.person, topic="com.dialogue", text=text, series=found)
    await goes_through(awa, f"/action {found}", WHAT, ROLE, "20/1/2027")
    awa.hears("Which problem does it answer?")
    await goes_through(awa, "1", "[Another one]", OTHER, ROLE, "1/3/2027", "[From none of them]", "[That is all]")
    await goes_through(member, f"/actions {found}", "1")
    member.hears(f"It answers the problem “{text}”")
    await goes_through(awa, f"/action {found}", WHAT, ROLE, "20/1/2027")
    awa.hears(text)
    async with awa.world.store.transaction(awa.world.now) as tx:
        await erasure.erase(tx, person=member.person)
        assert await tx.all(conversations.conversations.select()) == []
    await goes_through(awa, f"/actions {found}", "1")
    awa.hears(WHAT)
    awa.does_not_hear(text)


@pytest.mark.parametrize("language", ["fr", "ar"])
async def test_it_speaks_the_language_of_each(open_phone, language):
    """Recorded, told, listed and marked by typed numbers, in French and in Arabic, on WhatsApp too."""
    found, awa, _issa, member = await led(open_phone, language, "whatsapp")
    await recorded(awa, found)
    awa.hears("Those in the series hear of it in one message, within the hour.")
    await clock(awa, minutes=31)
    await queued(member)
    await goes_through(member, Text("See the actions"), "1", "1", "2")
    member.hears("Thank you. You are reminded of it, and can say here what became of it.")
    await clock(awa, datetime(2027, 1, 13, tzinfo=UTC))
    await queued(member)
    await goes_through(member, Text("Say how it stands"), "2", "Le budget manque pour cette année.")
    member.hears("It is kept, and those in the series can read it.")
    await goes_through(member, "2")
    member.hears("You have taken it on.", "Le budget manque pour cette année.")
