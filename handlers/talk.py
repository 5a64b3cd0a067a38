"""The talk: what a conversation asks, reads, does and says (see docs/conversations.md)."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from handlers import people as people_
from handlers import words
from handlers.language import Text, Words, _
from handlers.messages import Letter, Media, MediaKind
from handlers.questions import (
    Choose,
    Day,
    File,
    Number,
    Option,
    Question,
    Sending,
    Sent,
    Several,
    Telling,
    Told,
    Written,
)
from handlers.record import READ, Entry, Given, Record
from handlers.results import ids_of, is_json, refusal, revived, storable
from network import files
from network.errors import Missing, NetworkError
from network.folding import fold
from network.sealing import Unsealable

if TYPE_CHECKING:
    from handlers.people import Person
    from handlers.registry import Capability, Registry
    from network.members import Member
    from network.store import Tx

__all__ = ["Again", "Goes", "Option", "Said", "Talk", "Told", "Waits"]

Value = TypeVar("Value")
Check = Callable[[str], Text | None]
LOST = _(
    "The file that you sent could not be used: it did not come through, or it is not a voice message or a picture. "
    "Please send it again, or write your answer."
)


@dataclass(frozen=True)
class Said:
    """Something said and not yet sent."""

    text: Words = field(repr=False)
    media: Media | None = None


class Waits(BaseException):
    """The run stops here: this question has no answer yet. Not an error; no conversation catches it."""

    def __init__(self, key: str, question: Words, form: Question, **how: Any) -> None:
        super().__init__()
        self.key, self.question, self.form = key, question, form
        self.skip: Words | None = how.get("skip")
        self.within: dt.timedelta | None = how.get("within")
        self.search: bool = how.get("search", False)
        self.cancel: bool = how.get("cancel", True)
        self.reason: Text | None = how.get("reason")


class Goes(BaseException):
    """The conversation ends by starting another command."""

    def __init__(self, command: str, argument: str) -> None:
        super().__init__()
        self.command, self.argument = command, argument


class Again(BaseException):
    """An answer was taken back: run from the top."""


class Talk:
    """One run of a conversation with one person.

    ``person`` is their id, before and after they are a member; ``address`` the id of the address
    that they write from; ``argument`` what followed the command, or the payload of the deep link;
    ``now`` the instant of this step, UTC.
    """

    def __init__(
        self,
        tx: Tx,
        *,
        who: Person,
        registry: Registry,
        record: Record,
        argument: str = "",
        given: Given | None = None,
    ) -> None:
        self._tx = tx
        self._registry = registry
        self._record = record
        self.who = who
        self.person: str = who.id
        self.address: str = who.address.id
        self.now: dt.datetime = tx.now
        self.argument = argument
        self.given = given  # what the person just answered, until its question takes it
        self.said: list[Said] = []
        self.letters: list[Letter] = []
        self.about = ""  # the secret poll whose ballot is filled in here

    @property
    def language(self) -> str:
        """The language that the person reads."""
        return self.who.voice.language

    # Questions

    @overload
    async def choose(
        self,
        key: str,
        question: Words,
        options: Sequence[Option],
        *,
        search: bool = False,
        skip: Words | None = None,
        cancel: bool = True,
        within: None = None,
    ) -> str: ...
    @overload
    async def choose(
        self,
        key: str,
        question: Words,
        options: Sequence[Option],
        *,
        search: bool = False,
        skip: Words | None = None,
        cancel: bool = True,
        within: dt.timedelta,
    ) -> str | None: ...
    async def choose(
        self,
        key: str,
        question: Words,
        options: Sequence[Option],
        *,
        search: bool = False,
        skip: Words | None = None,
        cancel: bool = True,
        within: dt.timedelta | None = None,
    ) -> str | None:
        """Ask for one of ``options`` and return its key, "" when skipped, None when ``within`` passed.

        Many options come in pages; with ``search`` a typed word narrows them. ``cancel`` False: no
        Cancel button, for one of the options says as much.
        """
        how: dict[str, Any] = {"skip": skip, "within": within, "search": search, "cancel": cancel}
        value = await self._ask(key, question, Choose(options), **how)
        return None if value is None else str(value)

    async def choose_several(
        self,
        key: str,
        question: Words,
        options: Sequence[Option],
        *,
        at_least: int = 0,
        at_most: int | None = None,
        search: bool = False,
    ) -> list[str]:
        """Ask for several of ``options`` and return their keys, in the order of the options."""
        value = await self._ask(key, question, Several(options, at_least, at_most), search=search)
        return list(value)

    @overload
    async def text(
        self,
        key: str,
        question: Words,
        *,
        at_least: int = 1,
        at_most: int = 1000,
        skip: Words | None = None,
        check: Check | None = None,
        within: None = None,
    ) -> str: ...
    @overload
    async def text(
        self,
        key: str,
        question: Words,
        *,
        at_least: int = 1,
        at_most: int = 1000,
        skip: Words | None = None,
        check: Check | None = None,
        within: dt.timedelta,
    ) -> str | None: ...
    async def text(
        self,
        key: str,
        question: Words,
        *,
        at_least: int = 1,
        at_most: int = 1000,
        skip: Words | None = None,
        check: Check | None = None,
        within: dt.timedelta | None = None,
    ) -> str | None:
        """Ask for words and return them cleaned, "" when skipped, None when ``within`` passed.

        Lengths are in characters; up to 200 it is one line. ``check`` returns a Text that refuses
        the words and says why, or None.
        """
        value = await self._ask(key, question, Written(at_least, at_most, check), skip=skip, within=within)
        return None if value is None else str(value)

    async def told(
        self,
        key: str,
        question: Words,
        *,
        at_least: int = 1,
        at_most: int = 1000,
        skip: Words | None = None,
        cancel: bool = True,
        check: Check | None = None,
        kinds: Sequence[MediaKind] = (MediaKind.VOICE, MediaKind.PICTURE),
    ) -> Told:
        """Ask for words as ``text`` does, and take a file of one of ``kinds`` in their place; empty when skipped.

        The file is fetched at once. One that does not come, or is not what it should be, is asked for again.
        Where documents are taken the question itself says what is; ``cancel`` False: no Cancel button.
        """
        if MediaKind.DOCUMENT not in kinds:
            heard = _("{question}\n\nA voice message will do as well.", question=question)
            both = _("{question}\n\nA voice message or a picture will do as well.", question=question)
            question = both if MediaKind.PICTURE in kinds else heard
        reason = await self._lost(key)
        form = Telling(at_least, at_most, check, kinds)
        return Told.of(await self._ask(key, question, form, skip=skip, cancel=cancel, reason=reason))

    async def file(self, key: str, question: Words, *, kinds: Sequence[MediaKind], skip: Words | None = None) -> Told:
        """Ask for a file of one of ``kinds``, fetched at once as that of ``told``; empty when skipped."""
        reason = await self._lost(key)
        return Told.of(await self._ask(key, question, Sending(0, 0, None, kinds), skip=skip, reason=reason))

    async def number(
        self,
        key: str,
        question: Words,
        *,
        low: int,
        high: int,
        skip: Words | None = None,
        within: dt.timedelta | None = None,
    ) -> int | None:
        """Ask for a whole number from ``low`` to ``high``; None when skipped or late."""
        value = await self._ask(key, question, Number(low, high), skip=skip, within=within)
        return None if value is None else int(value)

    async def date(
        self,
        key: str,
        question: Words,
        *,
        earliest: dt.date,
        latest: dt.date,
        skip: Words | None = None,
        within: dt.timedelta | None = None,
    ) -> dt.date | None:
        """Ask for a date within two dates, both included; None when skipped or late."""
        form = Day(earliest, latest, self.now.date())
        value = await self._ask(key, question, form, skip=skip, within=within)
        return None if value is None else dt.date.fromisoformat(value)

    async def confirm(self, key: str, question: Words, *, yes: Words | None = None, no: Words | None = None) -> bool:
        """Ask for a yes or a no."""
        options = [Option(words.YES, yes or words.LABELS[words.YES]), Option(words.NO, no or words.LABELS[words.NO])]
        return bool(await self._ask(key, question, Choose(options, form="confirm")) == words.YES)

    async def media(
        self,
        key: str,
        question: Words,
        *,
        kinds: Sequence[MediaKind],
        at_most: int,
        skip: Words | None = None,
        within: dt.timedelta | None = None,
    ) -> Media | None:
        """Ask for a file of one of ``kinds`` and at most ``at_most`` bytes; None when skipped or late."""
        value = await self._ask(key, question, File(kinds, at_most), skip=skip, within=within)
        if value is None:
            return None
        kind, ref, mime, size, name = value
        return Media(MediaKind(kind), ref, mime, size, name)

    # The network

    async def read(self, key: str, query: Callable[..., Awaitable[Value]], **arguments: Any) -> Value:
        """Read from the network and record what was found, so that a later run finds the same.

        ``await query(tx, **arguments)`` returns JSON, which is recorded as it is, or values with an
        ``id``: then the ids are recorded, and later runs call it with ``only=[ids]`` (a query
        without ``only`` is read anew). A new answer before it makes it read again.
        """
        entry = self._record.step(key, READ)
        if entry is None:
            found = await query(self._tx, **arguments)
            self._record.keep(Entry(key, READ, _recorded(found, query)))
            return found
        self.said.clear()
        if "json" in entry.value:
            return entry.value["json"]  # type: ignore[no-any-return]
        only = {"only": entry.value["ids"]} if "ids" in entry.value else {}
        return await query(self._tx, **arguments, **only)

    async def look(self, query: Callable[..., Awaitable[Value]], **arguments: Any) -> Value:
        """Read from the network as it is now, and record nothing: only for what is shown."""
        return await query(self._tx, **arguments)

    async def do(self, key: str, action: Callable[..., Awaitable[Value]], /, **arguments: Any) -> Value:
        """Change the network, once: ``await action(tx, **arguments)``; its JSON result is recorded.

        Nobody goes back behind it. A refusal (a NetworkError) undoes what it did, is recorded, and
        is raised now and in later runs.
        """
        entry = self._record.step(key, "do")
        if entry is not None:
            self.said.clear()
            if entry.error:
                raise refusal(entry.error)
            return revived(entry.value, action)  # type: ignore[no-any-return]
        try:
            async with self._tx.savepoint():
                result = await action(self._tx, **arguments)
        except Unsealable:
            raise
        except NetworkError as error:
            self._record.keep(Entry(key, "do", None, type(error).__name__))
            raise
        self._record.keep(Entry(key, "do", storable(result)))
        self.who = await people_.again(self._tx, self.who)
        return result

    async def tell(
        self, key: str, people: Sequence[str], text: Words, options: Sequence[Option] = (), *, about: str = ""
    ) -> None:
        """Send a notice to other people, once, each in their language and where they were last.

        The key of an option is a command: ``decide:<id>`` starts ``decide`` with that argument. ``about``
        is the id of a person whom it speaks of: once they are erased it is sent to nobody any more.
        """
        if self._record.step(key, "tell") is not None:
            self.said.clear()
            return
        translator = self.who.voice.translator
        self.letters += await people_.letters(self._tx, people, text, options, translator, about=about)
        self._record.keep(Entry(key, "tell", len(people)))

    async def post(self, key: str, letters: Sequence[Letter]) -> None:
        """Send letters that were written elsewhere, once."""
        if self._record.step(key, "tell") is not None:
            self.said.clear()
            return
        self.letters += letters
        self._record.keep(Entry(key, "tell", len(letters)))

    async def member(self) -> Member:
        """Return the person as a member, as they stand now; raise Missing before they have consented."""
        if self.who.member is None:
            raise Missing
        return self.who.member

    async def find_member(self) -> Member | None:
        """Return the person as a member, or None before they have consented."""
        return self.who.member

    def has_answer(self, key: str) -> bool:
        """Whether a question was answered already: what stands above it need not be worked out again."""
        return self._record.find(key) is not None

    async def capabilities(self) -> list[Capability]:
        """Return what this person may start now, of what a menu shows."""
        return [each for each in self._registry if each.shown_in_menu and await people_.may(self._tx, self.who, each)]

    def is_known_word(self, text: str) -> bool:
        """Whether ``text`` starts something here, or is a word that every conversation understands."""
        typed, translator = fold(text), self.who.voice.translator
        return typed in self._registry.words(translator) or words.CommonWords(translator).knows(typed)

    # The course

    async def say(self, text: Words, media: Media | None = None) -> None:
        """Say something, in one message with the next question; not said again when the talk is past it."""
        self.said.append(Said(text, media))

    async def revise(self, key: str, *, forget: Sequence[str] = ()) -> NoReturn:
        """Ask ``key`` again and run from the top, keeping every other answer.

        The answer just given (the wish to revise) is forgotten, and so are those in ``forget``.
        What was said just before is said with the question. Raises BehindAnAct when an act used it.
        """
        self._record.revise(key, forget=forget)
        raise Again

    async def conceal(self, poll: str) -> None:
        """Say, before anything is asked, that the ballot of a secret poll is filled in here.

        The conversation and what it sends are then in no copy and go when the poll closes, and the choice
        made is not put into the message whose button was pressed. Never put a choice into a command.
        """
        self.about = poll

    async def go(self, command: str, argument: str = "") -> NoReturn:
        """End here and start another command."""
        raise Goes(command, argument)

    async def _lost(self, key: str) -> Text | None:
        """Forget an answer whose file has to be sent again, and return what to say of it."""
        entry = self._record.find(key)
        if entry is None or self._record.is_settled(key) or not isinstance(entry.value, list):
            return None
        if not files.is_lost(await files.find(self._tx, file=entry.value[0]), self.now):
            return None
        self._record.forget(key)
        return LOST

    async def _fetched(self, sent: Sent) -> list[str]:
        """Ask for a file that was sent; return what is recorded of it."""
        home, media = self.who.address, asdict(sent.media)
        source = {**media, "channel": home.channel, "account": home.account}
        kind = sent.media.kind.value
        file = await files.want(self._tx, person=self.person, kind=kind, source=source)
        return [file, kind, sent.caption]

    async def _ask(self, key: str, question: Words, form: Question, *, reason: Text | None = None, **how: Any) -> Any:
        """Return the recorded answer to ``key``, take the one just given, or stop and wait for one."""
        empty = "" if form.form in {"choose", "text"} else None
        entry = self._record.step(key, form.form)
        if entry is not None and (self._record.is_settled(key) or _still_fits(entry.value, form, empty, how)):
            self.said.clear()
            return entry.value
        self._record.forget(key)
        given = self._handed(key)
        value = None
        if given is not None:
            value = _taken(given, form, empty, how)
            if isinstance(value, Sent):
                value = await self._fetched(value)
            if not isinstance(value, Text):
                self._record.keep(Entry(key, form.form, value))
                self.said.clear()
                return value
        raise Waits(key, question, form, reason=value or reason, **how)

    def _handed(self, key: str) -> Given | None:
        """Return what the person answered to ``key``, now or before its question came again."""
        if self.given is not None and self.given.key == key:
            given, self.given = self.given, None
            return given
        return self._record.held.pop(key, None)


def _still_fits(value: Any, form: Question, empty: Any, how: dict[str, Any]) -> bool:
    if value is None and how.get("within") is not None:
        return True
    skipped = how.get("skip") is not None and (value is None or value == "")
    return bool(value == empty) if skipped else form.fits(value)


def _taken(given: Given, form: Question, empty: Any, how: dict[str, Any]) -> Any:
    if given.kind == "late":
        return None
    if given.kind == "skip" and how.get("skip") is not None:
        return empty
    return form.take(given)


def _recorded(found: Any, query: Callable[..., Any]) -> dict[str, Any]:
    if is_json(found):
        return {"json": found}
    ids = ids_of(found)
    if ids is not None and "only" in inspect.signature(query).parameters:
        return {"ids": ids}
    return {}
