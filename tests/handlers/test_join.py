"""Joining, as the chat would read: by invitation, by asking, refused, and with every wrong turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from handlers.me import join
from network import addresses, approvals, erasure, groups
from network.keeper import Keeper
from network.members import State
from tests.handlers.people import erases, filled, invited, member

BEFORE_CONSENT = {"addresses", "conversations", "code_tries"}  # besides what the runtime queues
TAPS_AT_MOST = 12


class Counted:
    """A phone whose taps and typed answers are counted."""

    def __init__(self, phone):
        self.phone = phone
        self.taps = 0

    async def does(self, *answers):
        """Give answers in turn: the label of a button where there is one, else typed words."""
        for answer in answers:
            self.taps += 1
            try:
                token = self.phone.button(answer)
            except AssertionError:
                await self.phone.says(answer)
            else:
                await self.phone.presses(token)


async def agrees(phone, language="English"):
    """Lead a newcomer through language and consent."""
    await phone.taps(language)
    await phone.taps("Next")
    await phone.taps("Next")
    await phone.taps("I agree")


@pytest.mark.parametrize(
    ("channel", "language", "name"),
    [("telegram", "fr", "Moussa"), ("whatsapp", "ar", "سعاد"), ("whatsapp", "en", "Ada")],
)
async def test_an_invited_person_joins_within_twelve_taps(open_phone, channel, language, name):
    """Language, three cards, service, part, rules and name: at most 12 answers, then the menu, in each language."""
    phone = open_phone(channel=channel, language=language)
    code = await invited(phone, country="NE", side="official")
    await phone.says(f"/start {code}" if channel == "telegram" else f"JISR {code}")
    phone.hears("اختاروا لغتكم", "Choisissez votre langue", "Choose your language")
    hand = Counted(phone)
    own = {"fr": "Français", "ar": "العربية", "en": "English"}[language]
    await hand.does(own, "Next", "Next", "I agree", "Police", "I command a unit", "I am allowed", name)
    phone.hears(name)
    await hand.does("Later")
    assert hand.taps <= TAPS_AT_MOST
    me = await member(phone)
    assert (me.state, me.country, me.side, me.service, me.role) == (State.ACTIVE, "NE", "official", "police", "command")
    assert (me.name, me.language, me.visibility) == (name, language, "open")
    phone.sees_choice("Share a practice")
    async with phone.world.store.reading(phone.world.now) as tx:
        assert [group.country for group in await groups.of(tx, person=phone.person)] == ["NE"]


async def test_somebody_without_invitation_waits_kindly_and_is_welcomed(open_phone):
    """A coordinator of the country is told, decides with a button, and the person is in."""
    head = open_phone(language="fr")
    await head.is_member(country="TN", coordinator=True, name="Salma")
    phone = open_phone(channel="whatsapp")
    await phone.says("hello")
    await agrees(phone)
    await phone.says("tunisia")
    await phone.taps("Tunisia")
    await phone.taps("Civil society")
    await phone.taps("Association")
    await phone.says("Amel")
    phone.hears("Thank you, Amel! The coordinators have your request. Kindly wait")
    head.hears("Amel")
    assert (await member(phone)).state is State.WAITING
    await phone.says("menu")
    phone.hears("Kindly wait")
    await head.taps("Decide")
    await head.taps("I agree")
    phone.hears("welcome you in Jisr")
    assert (await member(phone)).state is State.ACTIVE


async def test_a_waiting_person_may_still_use_an_invitation(open_phone):
    """A code pasted later makes the member active, and takes the request off the coordinators' list."""
    phone = open_phone(channel="whatsapp")
    await phone.says("hello")
    await agrees(phone)
    for answer in ("niger", "Civil society", "Lawyer", "Awa"):
        await Counted(phone).does(answer)
    code = await invited(phone)
    await phone.says(f"Jisr {code}")
    phone.hears("Welcome to Jisr, Awa!")
    async with phone.world.store.reading(phone.world.now) as tx:
        assert await tx.scalar(select(func.count()).select_from(approvals.approvals)) == 0


@pytest.mark.parametrize("code", ["JISR ABCDE-FGHJK", "JISR what", "ABCDEFGHJK"])
async def test_a_wrong_code_is_said_and_the_person_goes_on(open_phone, code):
    """The message is clear, and consent follows all the same."""
    phone = open_phone(channel="whatsapp")
    await phone.says(code)
    await phone.taps("English")
    phone.hears("This invitation is not valid, or no longer.", "1 of 3")


async def test_an_expired_code_is_a_wrong_code(open_phone):
    """An invitation of two weeks ago no longer holds."""
    phone = open_phone()
    code = await invited(phone)
    await phone.waits(days=15)
    await phone.says(f"/start {code}")
    await phone.taps("English")
    phone.hears("This invitation is not valid, or no longer.")


async def test_a_greeting_is_no_wrong_code(open_phone):
    """Whoever just says hello hears nothing of invitations."""
    phone = open_phone(channel="whatsapp")
    await phone.says("Bonjour à tous")
    await phone.taps("English")
    phone.does_not_hear("This invitation is not valid")


async def test_many_wrong_codes_are_slowed(open_phone):
    """After ten tries within an hour even a right code is not looked at; an hour later it is."""
    phone = open_phone(channel="whatsapp")
    await phone.is_member(state="waiting")
    for letter in "ABCDEFGHJK":
        await phone.says(f"JISR ABCDE-FGHJ{letter}")
        phone.hears("This invitation is not valid, or no longer.")
    code = await invited(phone)
    await phone.says(f"JISR {code}")
    phone.hears("Several codes were tried here.")
    await phone.waits(minutes=61)
    await phone.says(f"JISR {code}")
    phone.hears("Welcome to Jisr, Amel!")


async def test_nothing_is_known_before_consent(open_phone):
    """Up to the last card only the address, the language, the invitation and the place in the talk are kept."""
    phone = open_phone(channel="whatsapp")
    code = await invited(phone)
    await phone.says(f"JISR {code}")
    for answer in ("English", "Next", "Next"):
        await phone.taps(answer)
        assert await filled(phone) - {"invitations"} <= BEFORE_CONSENT
        assert await member(phone) is None
    phone.hears("18 or over", "my service’s rules", "civilian service")


@pytest.mark.parametrize("card", [0, 1, 2])
async def test_a_refusal_erases_everything_at_once(open_phone, card):
    """Whichever card is refused: a kind word, then nothing is left."""
    phone = open_phone()
    await phone.says("/start")
    await phone.taps("English")
    for _card in range(card):
        await phone.taps("Next")
    await phone.taps("No, thank you")
    phone.hears("That is quite all right. Nothing about you is kept.")
    await erases(phone)
    assert await filled(phone) == set()


async def test_an_unanswered_consent_is_forgotten_after_a_day(open_phone):
    """Twenty-four hours without a yes, and the first contact never happened."""
    phone = open_phone()
    await phone.says("/start")
    await phone.taps("English")
    async with phone.world.store.transaction(phone.world.now + timedelta(hours=25)) as tx:
        assert await erasure.purge_unconsented(tx, before=tx.now - timedelta(hours=24)) == 1
    assert await filled(phone) == set()


@pytest.mark.parametrize("mark", ["", "\u200f", "\u2067"])  # as an Arabic keyboard, or a copied line, begins with
@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩"])
async def test_typed_numbers_are_enough(open_phone, digits, mark):
    """Every choice can be made by its number, in Latin or Arabic-Indic digits; only the name is words."""
    phone = open_phone(channel="whatsapp", language="ar")
    await phone.says("سلام")
    for number in ("1", "1", "1", "1", "2", "1", "2", "1", "1"):
        await phone.says(mark + number.translate(str.maketrans("0123456789", digits)))
    await phone.says("نور")
    me = await member(phone)
    assert (me.language, me.country, me.side, me.service, me.role) == ("ar", "DZ", "official", "police", "command")
    assert me.state is State.WAITING


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("@moussa", "@names"),
        ("moussa@example.org", "e-mail"),
        ("Moussa +227 90 12 34 56", "phone numbers"),
        ("موسى ٩٠١٢٣", "phone numbers"),
        ("t.me/moussa", "links"),
        ("https://example.org", "links"),
        ("7", "too short"),
        ("12", "two letters"),
        ("M" * 41, "too long"),
    ],
)
async def test_a_name_is_never_a_way_to_reach_somebody(open_phone, name, why):
    """Numbers, @names, e-mail addresses and links are refused with a kind reason, and the question stays."""
    phone = open_phone()
    code = await invited(phone, country="NE", side="civil")
    await phone.says(f"/start {code}")
    await agrees(phone)
    await phone.taps("Media")
    await phone.says(name)
    phone.hears(why, "Which name shall we use for you?")
    assert (await member(phone)).name == ""
    await phone.says("Moussa 2")
    assert (await member(phone)).name == "Moussa 2"


async def test_the_language_can_change_on_the_way(open_phone):
    """In the middle of joining, another language is chosen and the talk goes on in it."""
    phone = open_phone(channel="whatsapp", language="fr")
    await phone.says("bonjour")
    await phone.taps("Français")
    await phone.taps("Next")
    await phone.says("/language")
    await phone.taps("English")
    phone.language = "en"
    phone.hears("From now on we speak English.", "You had begun: Join.")
    await phone.taps("Continue")
    phone.hears("2 of 3 · What is kept")
    async with phone.world.store.reading(phone.world.now) as tx:
        assert (await addresses.get(tx, address=phone.address)).language == "en"


@pytest.mark.parametrize("word", ["menu", "bonjour", "/find", "join"])
async def test_other_wishes_lead_back_to_where_joining_stood(open_phone, word):
    """Somebody who is not in yet and asks for something else keeps their place."""
    phone = open_phone(channel="whatsapp")
    await phone.says("salut tout le monde")
    await phone.taps("English")
    await phone.taps("Next")
    await phone.says(word)
    phone.hears("2 of 3 · What is kept")


async def test_private_mode_is_offered_to_officials(open_phone):
    """An official who is not sure of the rules is told to check, and may hide name and service."""
    phone = open_phone()
    code = await invited(phone, country="ML", side="official")
    await phone.says(f"/start {code}")
    await agrees(phone)
    await phone.taps("Ministry")
    phone.hears("Please check that you are allowed to take part.")
    await phone.taps("Private mode")
    await phone.says("Un ami")
    assert (await member(phone)).visibility == "private"


async def test_what_can_wait_is_asked_at_leisure(open_phone):
    """After the welcome: organisation, locality and topics, each skippable, an e-mail address refused."""
    phone = open_phone()
    code = await invited(phone, country="ML", side="civil")
    await phone.says(f"/start {code}")
    await agrees(phone)
    await phone.taps("Association")
    await phone.says("Fatou")
    await phone.taps("Tell a little more")
    await phone.says("asso@example.org")
    phone.hears("For safety, please leave out")
    await phone.says("Femmes de Gao")
    await phone.taps("Skip")
    await phone.says("1 2")
    phone.hears("Thank you.", "What would you like to do, Fatou?")
    me = await member(phone)
    assert (me.organisation, me.locality) == ("Femmes de Gao", "")


async def test_a_member_is_not_joined_twice(open_phone):
    """The invitation link pressed by a member, or the word, changes nothing."""
    phone = open_phone()
    await phone.is_member()
    await phone.says("join")
    phone.hears("You are a member already.")


async def test_consent_offers_one_way_out(open_phone):
    """Each card has its no: a Cancel beside it would only puzzle. Typed, it still ends the talk."""
    phone = open_phone()
    await phone.says("/start")
    await phone.taps("English")
    for onward in ("Next", "Next", "I agree"):
        assert [choice.label for choice in phone.choices if choice.label != "Back"] == [onward, "No, thank you"]
        await phone.taps(onward)


@pytest.mark.parametrize("words", ["STOP", "stop", "delete me", "/stop", "/delete"])
@pytest.mark.parametrize("cards", [0, 1])
async def test_whoever_says_stop_before_consent_is_forgotten(open_phone, words, cards):
    """The word of opting out counts from anybody, at once: a goodbye, no more questions, and nothing is kept."""
    phone = open_phone(channel="whatsapp")
    await phone.says("Hello")
    for label in ("English", "Next")[: cards * 2]:
        await phone.taps(label)
    await phone.says(words)
    phone.hears("That is quite all right. Nothing about you is kept.")
    assert [message.choices for message in phone.heard] == [()]
    await erases(phone)
    assert await filled(phone) == set()


async def test_whoever_is_joining_changes_only_what_they_said(open_phone):
    """Country, side and service are said by joining; their change begins after it."""
    phone = open_phone()
    await phone.is_member(state="joining")
    await phone.says("profile")
    for hidden in ("Country", "Side", "Service", "What members see"):
        phone.sees_no_choice(hidden)
    await phone.taps("Name")
    await phone.says("Nour")
    assert (await member(phone)).name == "Nour"


async def test_newcomers_read_who_convenes(chat):
    """Where the installation names a convener and a partner, both stand on the first card."""
    keeper = Keeper({"en": "The Dakar team"}, {"en": "in Dakar"}, {"en": "Example Institute"}, {"en": "A Foundation"})
    phone = chat(join.capability(keeper), language="en")
    await phone.says("/join")
    await phone.taps("English")
    phone.hears("The Dakar team runs it.", "Convened by: Example Institute", "In partnership with: A Foundation")
