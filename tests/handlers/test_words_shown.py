"""Words that people are told to write must work, in each language."""

from __future__ import annotations

import re

import pytest

import handlers
from handlers import words
from handlers.help import show_help
from handlers.language import OFFERED, Text, Translator
from locales.catalogue import extract, texts
from network.folding import fold

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
