"""The capabilities: what a person can start, by which words, and who may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from handlers.language import Text, Translator
from network.folding import fold

if TYPE_CHECKING:
    from handlers.messages import Letter
    from handlers.people import Person
    from handlers.talk import Talk
    from network.store import Tx

Converse = Callable[["Talk"], Awaitable[None]]
Strike = Callable[..., Awaitable["list[Letter] | None"]]


@dataclass(frozen=True)
class Occasion:
    """A time that has come for a person, or slow work of theirs that has ended.

    ``subject`` is that of the due row, ``result`` what the job returned ({"error": code} when it failed).
    """

    who: Person
    subject: str = ""
    result: dict[str, Any] = field(default_factory=dict, repr=False)


Errand = Callable[["Tx", Occasion], Awaitable["list[Letter]"]]


class ForWhom(StrEnum):
    """Who may start a capability."""

    ANYONE = "anyone"  # even before consent
    CONSENTED = "consented"  # has consented, whatever came of it: joining, waiting, active, stopped
    MEMBER = "member"  # an active member
    COORDINATOR = "coordinator"  # an active member who holds a seat in a group


class Room(StrEnum):
    """Where in the menu a capability stands."""

    TOP = "top"
    SHELF = "shelf"  # what there is to read and to take along
    PEOPLE = "people"  # what members do with each other
    LEAD = "lead"  # what coordinators do for their groups
    ME = "me"  # what is about oneself


@dataclass(frozen=True)
class Capability:
    """One thing that a person can do here.

    ``command`` starts it as ``/command``; so do the ``words``, which the catalogue gives in each
    language, separated by ``|``. ``lasting`` is False for what is over in a moment (menu, help): it
    is not parked when something else begins, and shows no Cancel. ``always``: its words are
    understood even where a conversation waits for free text. ``when_stopped``: it also answers a
    person who has stopped. ``anew``: nothing is lost when it is left (a search), so it is not parked,
    and asked for while it is under way, it begins again. ``parting``: where it silences or forgets
    the person, nothing else is taken up after it. ``by_link``: a deep link may start it; anybody can
    send one, so it must do nothing by itself. ``room`` is where in the menu it stands. ``contributes``: not for
    those whose country only observes. ``by_right``: also for those whose country is paused. ``alone``: the command
    that answers instead where nothing stands after this one, which is about one thing out of a list.
    """

    name: str
    command: str
    title: Text
    words: Text
    converse: Converse = field(repr=False)
    for_whom: ForWhom = ForWhom.MEMBER
    room: Room = Room.TOP
    shown_in_menu: bool = True
    lasting: bool = True
    always: bool = False
    when_stopped: bool = False
    anew: bool = False
    parting: bool = False
    by_link: bool = False
    contributes: bool = False
    by_right: bool = False
    alone: str = ""


class UnknownCapability(Exception):
    """No capability has this name."""


class Registry:
    """Every capability of the installation, found by name, by command or by word.

    ``strike`` is the check for a panic word, made before anything else is understood:
    ``await strike(tx, address, text, translator)`` returns the letters to send when it struck, else None.
    ``errands`` are what is done when time has come or slow work has ended, by the kind of the due row or job:
    ``await errand(tx, occasion)`` returns the letters to send.
    """

    def __init__(
        self,
        capabilities: Iterable[Capability],
        *,
        strike: Strike | None = None,
        errands: Mapping[str, Errand] | None = None,
        join: str = "join",
        menu: str = "menu",
    ) -> None:
        self._by_name = {capability.name: capability for capability in capabilities}
        self._by_command = {capability.command: capability for capability in self if capability.command}
        self.strike = strike
        self.errands = dict(errands or {})
        self.join = join
        self.menu = menu

    def __iter__(self) -> Iterator[Capability]:
        """Walk the capabilities in the order of their registration."""
        return iter(self._by_name.values())

    def find(self, name: str) -> Capability | None:
        """Return the capability called ``name``, or None."""
        return self._by_name.get(name)

    def get(self, name: str) -> Capability:
        """Return the capability called ``name``; raise UnknownCapability."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownCapability(name) from None

    def by_command(self, command: str) -> Capability | None:
        """Return the capability that ``/command`` starts, or None."""
        return self._by_command.get(command.lower())

    def home_words(self, translator: Translator) -> frozenset[str]:
        """Return what the menu is called, folded, in every language: that is understood anywhere."""
        menu = self._by_name.get(self.menu)
        return frozenset(map(fold, [menu.command, *translator.all_words(menu.title)])) if menu else frozenset()

    def words(self, translator: Translator) -> dict[str, Capability]:
        """Return the folded words of every offered language, each with what it starts."""
        found: dict[str, Capability] = {}
        for capability in self:
            for word in (capability.command, *translator.all_words(capability.words)):
                found.setdefault(fold(word), capability)
        found.pop("", None)
        return found
