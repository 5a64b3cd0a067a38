"""The talk: what a conversation asks, reads, does and says (see docs/conversations.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from handlers.messages import Media, MediaKind

Value = TypeVar("Value")


@dataclass(frozen=True)
class Option:
    """One thing to choose: a key that is recorded and a label that is shown."""

    key: str
    label: Any  # Text | str
    note: Any = ""  # Text | str


class Talk(Protocol):
    """The contract; the class of this name in this file fulfils it."""

    person: str  # id of the person, before and after they are a member
    now: datetime
    language: str
    argument: str  # what followed the command, or the payload of the deep link

    async def choose(self, key: str, question: Any, options: Sequence[Option], *, search: bool = False,
                     skip: Any = None, within: timedelta | None = None) -> str: ...
    async def choose_several(self, key: str, question: Any, options: Sequence[Option], *, at_least: int = 0,
                     at_most: int | None = None, search: bool = False) -> list[str]: ...
    async def text(self, key: str, question: Any, *, at_least: int = 1, at_most: int = 1000, skip: Any = None,
                   check: Callable[[str], Any] | None = None, within: timedelta | None = None) -> str: ...
    async def number(self, key: str, question: Any, *, low: int, high: int, skip: Any = None) -> int | None: ...
    async def date(self, key: str, question: Any, *, earliest: date, latest: date, skip: Any = None) -> date | None: ...
    async def confirm(self, key: str, question: Any, *, yes: Any = None, no: Any = None) -> bool: ...
    async def media(self, key: str, question: Any, *, kinds: Sequence[MediaKind], at_most: int, skip: Any = None) -> Media | None: ...
    async def read(self, key: str, query: Callable[..., Awaitable[Sequence[Value]]], **arguments: Any) -> Sequence[Value]: ...
    async def do(self, key: str, action: Callable[..., Awaitable[Value]], **arguments: Any) -> Value: ...
    async def tell(self, key: str, people: Sequence[str], text: Any, options: Sequence[Option] = ()) -> None: ...
    async def say(self, text: Any, media: Media | None = None) -> None: ...
    async def revise(self, key: str) -> None: ...
