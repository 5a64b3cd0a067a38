"""Words that people are told to write must work, in each language; and a command typed alone leads on."""

from __future__ import annotations

import re

import pytest

import handlers
from handlers import words
from handlers.desk import FOR_COORDINATORS
from handlers.exchanges import agreeing, feedback
from handlers.groups import post_cards, supergroup
from handlers.help import show_help
from handlers.inquiries import answering
from handlers.language import OFFERED, Text, Translator
from handlers.practices import reading
from handlers.registry import Capability, ForWhom
from locales.catalogue import extract, texts
from network.folding import fold
from tests.handlers.test_broadcast import coordinators, joins
from tests.handlers.test_exchange import planned

QUOTED = re.compile(r"[“«]\s*([^“”«»{}]+?)\s*[”»]")
LISTED = re.compile(r"^(.+?)\s*[::]\s", re.MULTILINE)


def understood(translator: Translator) -> dict[str, str]:
    """Return every folded word that starts something or moves within it, and what it stands for."""
    found = {word: one.name for word, one in handlers.capabilities().words(translator).items()}
    for name, text in words.WORDS.items():
        found |= {fold(word): name for word in translator.all_words(text)}
    return found


@pytest.mark.parametrize("language", OFFERED)
def test_every_word_in_quotes_works(translator, language):
    """Where a text says to write “stop”, its translation names a word that stops."""
    known = understood(translator)
    checked = 0
    for message in texts(extract()):
        source = message.id if isinstance(message.id, str) else message.id[0]
        wanted = [known.get(fold(word)) for word in QUOTED.findall(source)]
        if not wanted or None in wanted:
            continue  # quoted for another reason
        said = translator.render(Text(source), language)
        shown = [known.get(fold(word)) for word in QUOTED.findall(said)]
        assert sorted(map(str, shown)) == sorted(map(str, wanted)), said
        checked += 1
    assert checked > 5


class Listening:
    """A talk that only keeps what is said."""

    def __init__(self):
        self.said = []

    async def say(self, text):
        """Keep it."""
        self.said.append(text)


@pytest.mark.parametrize("language", OFFERED)
async def test_every_word_of_the_help_works(translator, language):
    """Each line of the help begins with a word that starts what the line says, in the same order."""
    talk = Listening()
    await show_help(talk)
    known = understood(translator)
    shown = [known.get(fold(word)) for word in LISTED.findall(translator.render(talk.said[0], language))]
    assert [name for name in shown if name] == [
        "menu", "share", "find", "ask", "topics", "news", "library", "profile",
        "language", "quiet", "link", "privacy", "panic", "stop", "delete",
    ]  # fmt: skip


OVER = (agreeing.GONE, feedback.GONE, post_cards.GONE, supergroup.GONE, answering.OVER, reading.GONE)
PARTING = {"stop", "return"}  # they act at once, and say which words undo it
TYPED = [one.command for one in handlers.capabilities() if one.command and one.command not in PARTING]


@pytest.mark.parametrize("seated", [True, False])
@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_every_command_typed_alone_leads_on(open_phone, seated, channel):
    """It asks, lists or offers what can be done, at least the menu, and never says that something unnamed is over."""
    phone = open_phone(language="en", channel=channel)
    await phone.is_member(country="NE", name="Awa", coordinator=seated)
    assert len(TYPED) > 90
    for command in TYPED:
        await phone.says(f"/{command}")
        assert phone.text, command
        assert phone.choices, f"/{command} leads nowhere: {phone.text}"
        phone.does_not_hear(*OVER)
        await phone.says("cancel")


@pytest.mark.parametrize("command", ["announcements", "newpoll"])
async def test_a_button_below_an_answer_leads_to_the_menu(open_phone, command):
    """Where a command has nothing to list, or is for coordinators, one tap is enough to go on."""
    phone = open_phone(language="fr")
    await phone.is_member(country="NE")
    await phone.says(f"/{command}")
    assert any(form in phone.text for form in phone.forms(FOR_COORDINATORS)) is (command == "newpoll")
    phone.sees_choices("Menu")
    await phone.taps("Menu")
    phone.sees_choice("Partager une pratique")


async def test_agree_alone_shows_what_one_is_invited_to(open_phone):
    """The times of an exchange are one thing of a list: typed alone, the list is shown; so for its dates."""
    awa, _issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone(language="en"))
    await planned(awa)
    for command in ("agree", "dates", "feedback"):
        await guest.says(f"/{command}")
        guest.sees_choice("Le thé du marché")


@pytest.mark.parametrize("one", [one for one in handlers.capabilities() if one.alone], ids=lambda one: one.command)
def test_what_stands_in_for_a_command_needs_nothing_itself(one):
    """It is there, for the same people, and leads to no third one."""
    other = handlers.capabilities().by_command(one.alone)
    assert other is not None
    assert not other.alone
    assert other.for_whom in {one.for_whom, ForWhom.MEMBER}


async def test_what_is_under_way_goes_on_where_its_command_is_typed_alone(chat):
    """The question is put again: the list is for whoever has not begun."""

    async def list_(talk):
        await talk.say("The list.")

    async def one(talk):
        await talk.say(await talk.text("word", f"A word on {talk.argument}?"))

    listed = Capability("list", "list", Text("List"), Text("list"), list_, for_whom=ForWhom.ANYONE)
    single = Capability("one", "one", Text("One"), Text("one"), one, for_whom=ForWhom.ANYONE, alone="list")
    phone = chat(listed, single)
    await phone.says("/one")
    phone.hears("The list.")
    await phone.says("/one lamps")
    phone.hears("A word on lamps?")
    await phone.says("/one")
    phone.hears("A word on lamps?")
    phone.does_not_hear("The list.")
