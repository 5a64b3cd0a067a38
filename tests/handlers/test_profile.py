"""The profile, quiet hours, language, menu and help, as the chat would read."""

from __future__ import annotations

import pytest

from handlers.messages import MediaKind
from network import groups
from network.members import State
from tests.handlers.people import member


@pytest.mark.parametrize(
    ("button", "answers", "field", "value"),
    [
        ("Name", ["Nour"], "name", "Nour"),
        ("Country", ["Mali"], "country", "ML"),
        ("Service", ["Police", "I serve in a unit"], "service", "police"),
        ("What members see", ["Private mode"], "visibility", "private"),
        ("Organisation", ["Médiateur"], "organisation", "Médiateur"),
        ("Town or district", ["Sfax"], "locality", "Sfax"),
        ("Town or district", ["Skip"], "locality", ""),
        ("Digits", ["Arabic (١ ٢ ٣)"], "digits", "arab"),
    ],
)
async def test_each_thing_can_be_changed(open_phone, button, answers, field, value):
    """One choice, its answer, and the card is shown again as it now stands."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member(side="official", service="ministry", locality="Tunis")
    await phone.says("profile")
    phone.hears("Your profile", "Name: Amel", "Country: Tunisia", "Side: Official", "Service: Ministry")
    for answer in (button, *answers):
        await phone.says(answer)
    assert getattr(await member(phone), field) == value
    phone.hears("Your profile")
    await phone.taps("All is well")
    phone.hears("Your profile is up to date.")


async def test_several_things_are_changed_in_one_go(open_phone):
    """The card comes back after each change, and every change is kept."""
    phone = open_phone()
    await phone.is_member()
    await phone.says("/profile")
    for answer in ("Name", "Nour", "Digits", "1", "Name", "Noura", "All is well"):
        await phone.says(answer)
    assert (await member(phone)).name == "Noura"
    await phone.says("/profile")
    phone.hears("Name: Noura", "Topics: –")
    await phone.taps("Topics")
    phone.hears("You follow no topic yet.")


async def test_whoever_changes_country_changes_group(open_phone):
    """The group of the former country is left for that of the new one."""
    phone = open_phone()
    await phone.is_member(country="TN")
    async with phone.world.store.transaction(phone.world.now) as tx:
        await groups.join(tx, group=(await groups.by_country(tx, country="TN")).id, person=phone.person)
    for answer in ("/profile", "Country", "Niger"):
        await phone.says(answer)
    async with phone.world.store.reading(phone.world.now) as tx:
        assert [group.code for group in await groups.of(tx, person=phone.person)] == ["NE"]


async def test_a_new_side_is_decided_again(open_phone):
    """The member is told, chooses a service there, and stays who they were until a coordinator agrees."""
    head = open_phone()
    await head.is_member(country="TN", coordinator=True, name="Salma")
    phone = open_phone()
    await phone.is_member()
    for answer in ("/profile", "Side"):
        await phone.says(answer)
    phone.hears("Your new side would be: Official. Coordinators decide on it; until then nothing changes.")
    for answer in ("Yes, ask them", "Courts", "I am allowed"):
        await phone.says(answer)
    phone.hears("nothing changes for you")
    head.hears("Amel asks to change sides: Official, Courts.")
    me = await member(phone)
    assert (me.state, me.side, me.service) == (State.ACTIVE, "civil", "association")
    await head.taps("Decide")
    head.hears("Amel asks to change sides. It would be:\nOfficial, Courts\nTunisia")
    await head.taps("I agree")
    phone.hears("your side is changed")
    me = await member(phone)
    assert (me.state, me.side, me.service) == (State.ACTIVE, "official", "courts")


async def test_whoever_may_not_change_sides_stays_who_they_were(open_phone):
    """A refusal is told with its reason, and costs neither the membership nor the former side."""
    head = open_phone()
    await head.is_member(country="TN", coordinator=True, name="Salma")
    phone = open_phone()
    await phone.is_member(organisation="Voix")
    for answer in ("/profile", "Side", "Yes, ask them", "Police", "I serve in a unit", "Private mode"):
        await phone.says(answer)
    for answer in ("Decide", "I refuse"):
        await head.taps(answer)
    await head.says("Please ask your service first.")
    phone.hears("you stay as you were", "Please ask your service first.")
    me = await member(phone)
    assert (me.state, me.side, me.service, me.role, me.visibility) == (
        State.ACTIVE, "civil", "association", "", "open",
    )  # fmt: skip
    await phone.says("find")
    phone.hears("How do you want to look for practices?")


async def test_a_side_is_not_changed_without_a_yes(open_phone):
    """Leaving it changes nothing, and a seat must be handed over first."""
    phone = open_phone()
    await phone.is_member()
    for answer in ("/profile", "Side", "No, leave it"):
        await phone.says(answer)
    phone.hears("Nothing has changed.")
    head = open_phone()
    await head.is_member(coordinator=True)
    for answer in ("/profile", "Side"):
        await head.says(answer)
    head.hears("Please hand it over first")
    assert (await member(head)).side == (await member(phone)).side == "civil"


@pytest.mark.parametrize(
    ("answers", "hours"),
    [
        (["22:00 to 06:00"], ("22:00", "06:00")),
        (["3"], ("23:00", "08:00")),
        (["Other hours", "٢٠", "5"], ("20:00", "05:00")),
        (["Other hours", "7", "7"], ("", "")),
        (["No quiet hours"], ("", "")),
    ],
)
async def test_quiet_hours_are_chosen(open_phone, answers, hours):
    """Usual hours by one tap, others by two numbers in any digits, the same twice for none."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member()
    await phone.says("quiet hours")
    phone.hears("Hours are those of your country.", "Quiet hours: from 21:00 to 07:00.")
    for answer in answers:
        await phone.says(answer)
    me = await member(phone)
    assert (me.quiet_from, me.quiet_until) == hours
    phone.hears("no quiet hours" if hours == ("", "") else f"from {hours[0]} to {hours[1]}")


async def test_the_language_is_chosen_by_its_own_name(open_phone):
    """From then on the bot speaks it, in each app."""
    phone = open_phone(language="fr")
    await phone.is_member()
    await phone.says("/language")
    phone.sees_choices("العربية", "Français", "English")
    await phone.says("english")
    phone.hears("From now on we speak English.")
    assert (await member(phone)).language == "en"


async def test_the_menu_starts_what_is_chosen(open_phone):
    """A number starts a capability, and coordinators see more than members."""
    phone = open_phone()
    await phone.is_member()
    await phone.says("menu")
    phone.hears("What would you like to do, Amel?")
    phone.sees_no_choice("Invite")
    await phone.taps("My space")
    await phone.taps("More")
    await phone.taps("Quiet hours")
    phone.hears("Which hours shall be quiet?")


async def test_the_menu_says_where_one_stands(open_phone):
    """Somebody who waits is asked for patience, somebody who stopped is shown the way back."""
    phone = open_phone()
    await phone.is_member(state="waiting")
    await phone.says("menu")
    phone.hears("Kindly wait")
    phone.sees_no_choice("Share a practice")


async def test_help_says_what_each_word_does_and_what_jisr_is_not_for(open_phone):
    """Also before consent, and without losing the place in a talk."""
    phone = open_phone()
    await phone.says("/start")
    await phone.taps("English")
    await phone.says("help")
    phone.hears("menu: what you can do", "not for emergencies, complaints or intelligence", "1 of 3")


@pytest.mark.parametrize(
    ("kind", "words"),
    [(MediaKind.VOICE, "Thank you for your voice message."), (MediaKind.DOCUMENT, "Thank you for your file.")],
)
async def test_a_file_that_nobody_asked_for_gets_a_kind_word(open_phone, kind, words):
    """At the menu, with nothing under way, and where words are wanted; then it goes on as before."""
    phone = open_phone()
    await phone.is_member()
    await phone.sends(kind)
    phone.hears(words, "What would you like to do, Amel?")
    await phone.sends(kind)
    phone.hears(words, "What would you like to do, Amel?")
    await phone.taps("My space")
    await phone.taps("My profile")
    await phone.taps("Name")
    await phone.sends(kind)
    phone.hears(words, "Which name shall we use for you?")


async def test_whoever_stopped_is_offered_only_what_answers_them(open_phone):
    """The menu leads to their profile, which takes their answers; what waits for them to come back is not in it."""
    phone = open_phone()
    await phone.is_member(state="stopped")
    await phone.says("menu")
    phone.hears("Write “return” to come back.")
    phone.sees_no_choice("Link my other app")
    await phone.taps("My profile")
    await phone.taps("Name")
    await phone.says("Amina")
    phone.hears("Name: Amina")
