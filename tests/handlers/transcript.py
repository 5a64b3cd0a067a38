"""A transcript: a test of a conversation that reads as the chat would.

    chat = Transcript(store, desk, now, channel="telegram", language="fr")
    await chat.says("/share")
    chat.hears("What do you want to share?")
    chat.sees_choices("A practice", "A lesson")
    await chat.taps("A practice")

Expected words are given in English; where the person reads another language, its catalogue's words
count as well. Every message that goes out is held against the limits of both platforms.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from handlers.desk import Desk
from handlers.language import Text, Translator, Voice
from handlers.messages import Choice, Incoming, Kind, Letter, Media, MediaKind, Outgoing
from network import addresses, due, files, groups, jobs, members
from network.members import Member
from network.store import Store

ISOLATES = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"))  # and marks of direction
SECONDS_BETWEEN = timedelta(seconds=1)  # between one thing done and the next
LONGEST_TEXT = 4096  # characters of a message, both platforms
MOST_CHOICES = 10
LONGEST_TOKEN = 64  # bytes of Telegram's callback_data
LONGEST_LABEL = 64  # characters; a channel shortens a label that is longer than its own limit


@dataclass
class World:
    """What the people of one test share: the store, the desk and the clock."""

    store: Store
    desk: Desk
    now: datetime
    phones: list[Transcript] = field(default_factory=list)
    count: int = 0

    def deliver(self, letters: Sequence[Letter]) -> None:
        """Hand each letter to the phone that has its address."""
        for letter in letters:
            check_limits(letter.message)
            for phone in self.phones:
                if phone.address == letter.address_id:
                    phone.receive(letter.message)

    async def pass_time(self, span: timedelta) -> None:
        """Move the clock, and hand what falls due to the desk."""
        self.now += span
        async with self.store.transaction(self.now) as tx:
            for row in await due.take(tx, limit=100):
                reach = await addresses.preferred(tx, people=[row.person or ""])
                home = reach.get(row.person or "")
                where = (home.channel, home.account, home.external) if home else ("", "", "")
                incoming = Incoming(*where, Kind.DUE, self.now, text=row.kind, argument=row.subject)
                self.deliver(await self.desk.handle(tx, incoming))

    async def bring_files(self, *, error: str = "") -> None:
        """Do the fetching that was asked for, or let it fail, and hand what came of it to the desk."""
        self.now += SECONDS_BETWEEN
        async with self.store.transaction(self.now) as tx:
            for job in await jobs.claim(tx, kinds=[files.FETCH]):
                await jobs.done(tx, job=job.id)
                subject = job.argument["subject"]
                cleaned = {"ref": files.ref(subject), "mime": "audio/ogg", "size": 900}
                result = {"subject": subject, **({"error": error} if error else cleaned)}
                home = (await addresses.preferred(tx, people=[job.person or ""]))[job.person or ""]
                at = (home.channel, home.account, home.external)
                done = Incoming(*at, Kind.DONE, self.now, text=job.kind, argument=json.dumps(result))
                self.deliver(await self.desk.handle(tx, done))


class Transcript:
    """One person's chat. Give ``beside=another`` to put two people into one world."""

    def __init__(
        self,
        store: Store | None = None,
        desk: Desk | None = None,
        now: datetime | None = None,
        *,
        channel: str = "telegram",
        language: str = "en",
        beside: Transcript | None = None,
        external: str = "",
    ) -> None:
        self.world: World = beside.world if beside is not None else _world(store, desk, now)
        self.channel = channel
        self.language = language
        self.external = external or f"{channel}-{len(self.world.phones) + 1}"
        self.address = ""
        self.person = ""
        self.heard: list[Outgoing] = []  # what came in answer to the last thing done, news included
        self.log: list[Outgoing] = []
        self.world.phones.append(self)

    # What the person does

    async def says(self, text: str, *, ref: str = "") -> None:
        """Type ``text`` and send it. A word after a slash is a command, ``/start x`` a deep link."""
        if text.startswith("/start"):
            await self.does(Kind.START, argument=text[len("/start") :].strip(), ref=ref)
        elif text.startswith("/"):
            command, _space, argument = text[1:].partition(" ")
            await self.does(Kind.COMMAND, text=command, argument=argument, ref=ref)
        else:
            await self.does(Kind.TEXT, text=text, ref=ref)

    async def taps(self, label: str | Text) -> None:
        """Press the latest button that is called so."""
        await self.presses(self.button(label))

    async def presses(self, token: str) -> None:
        """Press a button by its token, perhaps one of long ago."""
        await self.does(Kind.CHOICE, text=token, prompt_ref="1")

    async def sends(self, kind: MediaKind, *, size: int = 1000, caption: str = "") -> None:
        """Send a file of ``size`` bytes."""
        await self.does(Kind.MEDIA, text=caption, media=Media(kind, "file-1", "audio/ogg", size))

    async def has_sent(self, *, error: str = "") -> None:
        """Let everything that was sent come through, or fail with ``error``."""
        for phone in self.world.phones:
            phone.heard = []
        await self.world.bring_files(error=error)

    async def edits(self, ref: str, text: str) -> None:
        """Change a message sent before."""
        await self.does(Kind.EDITED, text=text, ref=ref)

    async def does(self, kind: Kind, **what: Any) -> None:
        """Do anything at all."""
        self.world.count += 1
        self.world.now += SECONDS_BETWEEN
        incoming = Incoming(
            self.channel,
            "main",
            self.external,
            kind,
            self.world.now,
            language=self.language,
            **{**what, "ref": what.get("ref") or f"m{self.world.count}"},
        )
        for phone in self.world.phones:
            phone.heard = []
        async with self.world.store.transaction(self.world.now) as tx:
            letters = await self.world.desk.handle(tx, incoming)
            found = await addresses.find(tx, channel=self.channel, account="main", external=self.external)
            if found is not None:
                self.address, self.person = found.id, found.person
        self.world.deliver(letters)

    async def waits(self, **span: float) -> None:
        """Let time pass for everybody: ``await chat.waits(hours=2)``."""
        for phone in self.world.phones:
            phone.heard = []
        await self.world.pass_time(timedelta(**span))

    # What the person sees

    def hears(self, *expected: str | Text) -> None:
        """Assert that each of ``expected`` stands in what just came."""
        for words in expected:
            assert any(form in self.text for form in self.forms(words)), f"{words!r} is not in:\n{self.text}"

    def hears_nothing(self) -> None:
        """Assert that nothing came."""
        assert not self.heard, self.text

    def does_not_hear(self, *unwanted: str | Text) -> None:
        """Assert that none of ``unwanted`` stands in what just came."""
        for words in unwanted:
            assert not any(form in self.text for form in self.forms(words)), f"{words!r} is in:\n{self.text}"

    def sees_choices(self, *labels: str | Text) -> None:
        """Assert that the answers offered are exactly these, Back and Cancel apart."""
        shown = [bare(choice.label) for choice in self.choices if not choice.optional]
        matches = [any(form == got for form in self.forms(want)) for want, got in zip(labels, shown, strict=False)]
        assert len(shown) == len(labels), f"wanted {labels}, got {shown}"
        assert all(matches), f"wanted {labels}, got {shown}"

    def sees_choice(self, label: str | Text) -> None:
        """Assert that an answer called so is offered, among others."""
        self.button(label)

    def sees_no_choice(self, label: str | Text) -> None:
        """Assert that no answer called so is offered."""
        assert not any(form == bare(choice.label) for choice in self.choices for form in self.forms(label))

    def sees_edit(self, *expected: str | Text) -> None:
        """Assert that the pressed prompt was replaced by a text with each of ``expected`` in it."""
        edits = "\n".join(message.text.translate(ISOLATES) for message in self.heard if message.replaces)
        for words in expected:
            assert any(form in edits for form in self.forms(words)), f"{words!r} is not in the edit:\n{edits}"

    @property
    def text(self) -> str:
        """Everything that just came, edits of an old prompt apart, without invisible isolates."""
        parts = [message.text for message in self.heard if not message.edit_only]
        return "\n\n".join(parts).translate(ISOLATES)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers of the latest message that has any."""
        return next((message.choices for message in reversed(self.heard) if message.choices), ())

    def button(self, label: str | Text) -> str:
        """Return the token of the latest button that is called so (a box before it does not count)."""
        forms = self.forms(label)
        for message in reversed(self.log):
            for choice in message.choices:
                if bare(choice.label) in forms or choice.label.translate(ISOLATES) in forms:
                    return choice.token
        shown = [choice.label for choice in self.choices]
        raise AssertionError(f"no button {label!r}; there are {shown}")

    # The person behind the phone

    async def is_member(self, *, state: str = "active", coordinator: bool = False, **fields: str) -> Member:
        """Make the person a member without going through joining; ``fields`` as ``members.change`` takes them."""
        profile = {"side": "civil", "service": "association", "country": "TN", "name": "Amel", **fields}
        async with self.world.store.transaction(self.world.now) as tx:
            found = await addresses.meet(
                tx, channel=self.channel, account="main", external=self.external, language=self.language
            )
            self.address, self.person = found.id, found.person
            await members.enrol(tx, person=self.person, language=self.language, consent_version="test")
            await members.change(tx, person=self.person, **profile)
            await members.set_state(tx, person=self.person, state=state)
            if coordinator:
                group = await groups.by_country(tx, country=profile["country"])
                await groups.join(tx, group=group.id, person=self.person)
                await groups.seat(tx, group=group.id, person=self.person, rank="coordinator")
            return await members.get(tx, person=self.person)

    def receive(self, message: Outgoing) -> None:
        """Take a message in."""
        self.heard.append(message)
        self.log.append(message)

    def forms(self, words: str | Text) -> set[str]:
        """Return how ``words`` may be said to this person: as given, or by the catalogue."""
        translator: Translator = self.world.desk.translator
        text = Text(words) if isinstance(words, str) else words
        said = {Voice(translator, self.language, digits).say(text).translate(ISOLATES) for digits in ("latn", "arab")}
        return said | ({words} if isinstance(words, str) else set())


def _world(store: Store | None, desk: Desk | None, now: datetime | None) -> World:
    assert store is not None
    assert desk is not None
    assert now is not None
    return World(store, desk, now)


def bare(label: str) -> str:
    """Return a label without its box or isolates."""
    return label.translate(ISOLATES).removeprefix("☑ ").removeprefix("☐ ")


def check_limits(message: Outgoing) -> None:
    """Assert that a message can be sent on either platform (platform-facts: sizes)."""
    assert message.text or message.media or message.deletes, "an empty message"
    assert len(message.text) <= LONGEST_TEXT, f"{len(message.text)} characters"
    assert len(message.choices) <= MOST_CHOICES, f"{len(message.choices)} choices"
    tokens = [choice.token for choice in message.choices]
    assert len(set(tokens)) == len(tokens), "two choices with one token"
    for choice in message.choices:
        assert 0 < len(choice.token.encode()) <= LONGEST_TOKEN, choice.token
        assert 0 < len(choice.label) <= LONGEST_LABEL, choice.label
