"""A walker: somebody who goes through the conversations by what they type, and looks closely at what comes back."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from handlers import answers, words
from handlers.answers import Chosen, Left, Turned, Unclear
from handlers.language import NAMES, SOURCE, Text, to_digits
from handlers.messages import Choice, Incoming, Kind, MediaKind, Outgoing
from handlers.prompts import Prompt
from handlers.words import CommonWords
from locales import catalogue
from network import addresses, conversations, members, topics
from network.folding import latin_digits
from tests.handlers.crowd import WORDS, long_text
from tests.handlers.transcript import ISOLATES, Transcript
from tests.handlers.wires import Wires

TELLING = re.compile(r"{[a-z_ ]+}|\b[0-9a-f]{32}\b|\b[a-z]+_[a-z_]+\b|[\u202a-\u202e\u061c]")
NUMBERED = re.compile(r"([0-9٠-٩]+)\. (.*)")
LENGTHS = (900, 700, 500, 300, 200, 100, 60, 40, 12)
ODD = (
    "؟؟",
    "0",
    "99999999999",
    "3 4 5 6",
    "\u200b",
    "\u202e" + "abc",
    "🤝",
    "١٢٣",
    "-1",
    "1.",
    "(2)",
    "yes",
    "/nothing",
)
AVOIDED = {"delete", "panic", "stop", "link", "privacy"}  # opened and left again: they end a walk
MOST_TRIES = len(LENGTHS)


class Walker(Transcript):
    """One person on a walk, whose every message is held against both channels and against what may be seen."""

    def __init__(self, *given: Any, dice: random.Random, wires: Wires, **phone: Any) -> None:
        super().__init__(*given, **phone)
        self.dice, self.wires = dice, wires
        self.common = CommonWords(self.world.desk.translator)
        self.story: list[str] = []
        self.at, self.tries, self.speaks = "", 0, self.language

    async def walks(self, steps: int) -> None:
        """Do so many things, each after a look at what stands there."""
        for _step in range(steps):
            await self.types(await self.next_words())

    async def leaves(self) -> None:
        """Leave whatever is under way by the word for it, and find the menu."""
        found = await self.under_way()
        if found is not None:
            await self.types(self.word(words.WORDS[words.CANCEL]))
            now = await self.under_way()
            assert now is None or now[0] != found[0], "it could not be left"
        await self.types(self.word(self.world.desk._registry.get("menu").words))
        now = await self.under_way()
        assert now is not None, "no menu"
        assert now[1] == "menu", f"{now[1]} instead of the menu"

    async def pesters(self) -> None:
        """Do what nobody should: press buttons of long ago, twice, or of others; change and send what is not wanted."""
        tokens = [each.token for phone in self.world.phones for message in phone.log for each in message.choices]
        token = self.dice.choice(tokens or ["/menu"])
        _command, _colon, thing = token.rpartition(":")
        command = self.dice.choice(list(self.world.desk._registry)).command
        act = self.dice.randint(1, 6)
        self.story.append(f"{self.external} ! {act} {token} {command}")
        if act == 1:
            await self.presses(token)
            await self.presses(token)
        elif act == 2:
            await self.edits(f"m{max(1, self.world.count - self.dice.randint(0, 3))}", self.dice.choice(ODD))
        elif act == 3:
            await self.sends(self.dice.choice(list(MediaKind)), caption=long_text("fr", 1000))
            await self.has_sent(error=self.dice.choice(["", "format"]))
        elif act == 4:
            await self.says(f"/{command} {thing}{self.dice.choice(['', '.stopped', ' x', chr(0x202E), 'x' * 4000])}")
        elif act == 5:
            await self.says(f"/start {command}-{thing}")
        else:
            await self.says(
                self.dice.choice(["\u200b" * 50, "\u202e" + long_text("ar", 3999), "x" * 4000, "\u0301" * 300])
            )
        await self.looks()

    async def types(self, text: str) -> None:
        """Type words, and look at everything that came of it, to others too."""
        self.story.append(f"{self.external} > {text[:120]}")
        await self.says(text)
        await self.looks()
        await self.checks_prompt()

    async def looks(self) -> None:
        """Hold everything that came against the channels, the catalogue and the prompt."""
        for phone in self.world.phones:
            if phone.heard:
                await phone.learns()
            for message in phone.heard:
                phone.story.append(f"{phone.external} < {message.text} {[each.label for each in message.choices]}")
                await phone.wires.carry(message)
                phone.reads(message)

    def receive(self, message: Outgoing) -> None:
        """Take a message in, and keep no more than the latest."""
        super().receive(message)
        del self.log[:-20]

    def reads(self, message: Outgoing) -> None:
        """Assert that nothing shows that is not meant for people, and that all is in their language."""
        seen = [message.text, message.list_button]
        seen += [part for choice in message.choices for part in (choice.label, choice.note)]
        for part in seen:
            bare = part.translate(ISOLATES)
            assert not TELLING.search(bare), f"shows {TELLING.search(bare)!r}"
            assert not codes().search(bare), f"shows {codes().search(bare)!r}"
            assert part.count("\u2068") == part.count("\u2069"), "an isolate is not closed"
            if self.speaks != SOURCE:
                english = sentences(self.speaks).search(bare)
                assert english is None, f"English: {english!r}"
                assert bare not in labels(self.speaks), f"English: {bare!r}"

    async def checks_prompt(self) -> None:
        """Assert that every answer shown can be typed: its number in any digits, and its words."""
        found = await self.under_way()
        prompt = found[2] if found else None
        if prompt is None:
            return
        shown = [message for message in self.heard if any(prompt.nonce in each.token for each in message.choices)]
        if prompt.is_choice and not shown and self.heard:
            assert not prompt.options, "a choice was asked for, and shows no answers"
        for message in shown[-1:]:
            check_numbers(prompt, message, self)
            check_words(prompt, message.choices, self)

    async def under_way(self) -> tuple[str, str, Prompt] | None:
        """Return the conversation under way: its id, its name and what it asks."""
        async with self.world.store.reading(self.world.now) as tx:
            for each in await conversations.of(tx, person=self.person):
                if each.state is conversations.State.ACTIVE and each.prompt:
                    return each.id, each.name, Prompt.from_json(each.prompt)
        return None

    async def learns(self) -> None:
        """Note in which language the bot speaks to them now."""
        async with self.world.store.reading(self.world.now) as tx:
            found = await addresses.find(tx, channel=self.channel, account="main", external=self.external)
            assert found is not None
            self.address, self.person = found.id, found.person
            member = await members.find(tx, person=found.person)
        self.speaks = member.language if member else self.language

    def word(self, text: Text) -> str:
        """Return one of the words for something, in their language."""
        said = self.world.desk.translator.render(text, self.speaks)
        return self.dice.choice([word.strip() for word in said.split("|")])

    async def next_words(self) -> str:
        """Return what they type next."""
        found = await self.under_way()
        if found is None:
            return self.begins()
        _id, name, prompt = found
        self.tries = self.tries + 1 if self.at == f"{_id}{prompt.key}" else 0
        self.at = f"{_id}{prompt.key}"
        if name in AVOIDED or self.tries > MOST_TRIES or self.dice.random() < 0.02:
            return self.word(words.WORDS[words.CANCEL])
        if self.dice.random() < 0.06:
            return self.dice.choice([*ODD, self.word(words.WORDS[words.BACK])])
        if self.dice.random() < 0.03:
            return self.begins()
        return self.answers(prompt)

    def begins(self) -> str:
        """Return a word that starts something, or a question of their own."""
        registry = list(self.world.desk._registry)
        if self.dice.random() < 0.1:  # the longest of all
            return self.word(self.world.desk._registry.get("share").words)
        chosen = self.dice.choice([each for each in registry if each.name not in AVOIDED or self.dice.random() < 0.2])
        return f"/{chosen.command}" if self.dice.random() < 0.2 else self.word(chosen.words)

    def answers(self, prompt: Prompt) -> str:
        """Return an answer to what is asked."""
        if prompt.is_choice and prompt.found:
            return self.chooses(prompt)
        if prompt.is_choice:
            return self.word(words.WORDS[words.ALL])
        if prompt.skip and self.dice.random() < 0.3:
            return self.word(words.WORDS[words.SKIP])
        if prompt.form == "number":
            return to_digits(str(self.dice.randint(1, 12)), self.dice.choice(["latn", "arab"]))
        if prompt.form == "date":
            return to_digits("12/03/2026", self.dice.choice(["latn", "arab"]))
        if prompt.form == "text" and prompt.key.startswith(("search", "words")) and self.tries < 3:
            return self.dice.choice(["شرطة", "police", "dialogue", "سجون", "jeunes"])
        said = [int(number) for number in re.findall(r"\d+", latin_digits(self.text.split("\n\n")[0]))]
        told = [number for number in said if LENGTHS[-1] <= number <= LENGTHS[0]] if self.tries else []
        length = min(told, default=LENGTHS[min(self.tries, len(LENGTHS) - 1)])
        return long_text(self.dice.choice(sorted(WORDS)), length)

    def chooses(self, prompt: Prompt) -> str:
        """Return a choice: mostly a number, sometimes words, pages or what skips and ends it."""
        way = self.dice.random()
        if way < 0.06 and prompt.pages > 1:
            return self.word(words.WORDS[self.dice.choice([words.MORE, words.PREVIOUS])])
        if way < 0.1 and prompt.skip:
            return prompt.skip
        if way < 0.2:
            return self.dice.choice(prompt.found).label
        if prompt.form == "several" and (prompt.picked or way < 0.3):
            return self.word(words.WORDS[words.DONE])
        number = self.dice.randint(1, len(prompt.found))
        return to_digits(str(number), self.dice.choice(["latn", "arab"]))


def check_numbers(prompt: Prompt, message: Outgoing, walker: Walker) -> None:
    """Assert that each number shown leads to the option beside it, in Latin and in Arabic digits."""
    size = prompt.page_size
    page = prompt.found[prompt.page * size : prompt.page * size + size]
    lines = dict(_lines(prompt, message))
    expected = list(enumerate(page, prompt.page * size + 1))
    if lines:
        out = [0] if prompt.out and (page or prompt.out == words.ALL) else []
        assert list(lines) == [number for number, _option in expected] + out, f"numbers {list(lines)}"
    if prompt.out:
        reply = understood(prompt, walker.dice.choice("0٠"), walker)
        ended = prompt.out == words.ALL and isinstance(reply, Turned) and not reply.prompt.filter
        assert ended or isinstance(reply, Chosen | Unclear), f"0 leads to {reply}"
    for number, option in expected:
        label = option.label.split("\n")[0].translate(ISOLATES).removesuffix("…")  # a note says the rest
        assert not lines or lines[number].startswith(label), f"{number} is not {option.label!r}"
        for digits in ("latn", "arab"):
            reply = understood(prompt, to_digits(str(number), digits), walker)
            taken = isinstance(reply, Chosen) and option.key in reply.given.value
            bounded = prompt.form == "several" and isinstance(reply, Unclear)
            assert taken or bounded, f"{number} does not choose {option.label!r} but {reply}"


def check_words(prompt: Prompt, choices: tuple[Choice, ...], walker: Walker) -> None:
    """Assert that the words on a button, typed, do what the button does, where no other one has them."""
    names = [answers.fold(each.label) for each in prompt.options]
    for choice in choices:
        label = choice.label.removeprefix("☑ ").removeprefix("☐ ")
        if names.count(answers.fold(label)) > 1:
            continue
        pressed = answers.understand(prompt, _incoming(Kind.CHOICE, choice.token, walker), walker.common)
        typed = understood(prompt, label, walker)
        assert not isinstance(pressed, Unclear) or prompt.form == "several", f"{label!r} pressed: {pressed}"
        assert _meaning(pressed) == _meaning(typed), f"{label!r} typed: {typed}"


def understood(prompt: Prompt, text: str, walker: Walker) -> answers.Reply:
    """Return what typed words mean as an answer to a prompt."""
    return answers.understand(prompt, _incoming(Kind.TEXT, text, walker), walker.common)


def _meaning(reply: answers.Reply) -> Any:
    """Return what a reply comes to: the same for a button and for its words."""
    if isinstance(reply, Chosen):
        return reply.given
    if isinstance(reply, Turned):
        return reply.prompt
    return reply.way if isinstance(reply, Left) else reply.reason


def _incoming(kind: Kind, text: str, walker: Walker) -> Incoming:
    return Incoming(walker.channel, "main", walker.external, kind, walker.world.now, text=text)


def _lines(prompt: Prompt, message: Outgoing) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines below the question."""
    below = message.text.rpartition(prompt.question)[2].strip("\n").split("\n\n")[0]
    for line in below.split("\n"):
        numbered = NUMBERED.fullmatch(line.translate(ISOLATES))
        if numbered:
            yield int(numbered[1]), numbered[2]


@cache
def codes() -> re.Pattern[str]:
    """Return what finds the code of a topic."""
    return re.compile("|".join(rf"\b{re.escape(each.code)}\b" for each in topics.all() if "." in each.code))


@cache
def sentences(language: str) -> re.Pattern[str]:
    """Return what finds a piece of an English message that the language says otherwise."""
    pieces = set()
    for english, said in _messages(language):
        for piece in re.split(r"\{\w+\}|\n|\|", english):
            bare = piece.strip(" .,:;?!“”()·")
            if len(bare.split()) >= 3 and bare not in said:
                pieces.add(bare)
    return re.compile("|".join(map(re.escape, sorted(pieces, key=len, reverse=True))))


@cache
def labels(language: str) -> frozenset[str]:
    """Return the short English messages that the language says otherwise."""
    found = frozenset(english for english, said in _messages(language) if english != said and len(english) > 2)
    return found - set(NAMES.values())


def _messages(language: str) -> Iterator[tuple[str, str]]:
    read = catalogue.read(catalogue.catalogue_path(language), language)
    for message in catalogue.texts(read):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        for english in ids:
            yield english, " ".join(catalogue.forms(message))
