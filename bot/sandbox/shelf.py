"""The shelf on which the phones lie: finding one, adding one, watching all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from bot.sandbox.alarm import Now
from bot.sandbox.phones import App, Line, Phone


class Shelf:
    """Every phone, and those who watch them."""

    def __init__(self, clock: Now) -> None:
        self.clock = clock
        self.before_act: Callable[[], None] = _nothing  # called before a person types, presses or sends
        self.all: dict[str, Phone] = {}
        self._found: dict[tuple[App, str], Phone] = {}
        self._watchers: set[asyncio.Queue[str]] = set()

    def add(self, line: Line, *, app: App, country: str, language: str, name: str = "", **more: Any) -> Phone:
        """Add a phone of a country; its number is made up, with 0000 after the country's code."""
        place = len(self.all) + 1
        number = f"{7_000_000_000 + place}" if app == "telegram" else f"{dial_codes()[country]}0000{place:04d}"
        phone = Phone(
            id=f"p{place}",
            app=app,
            name=name or f"Phone {place}",
            country=country,
            language=language,
            number=more.pop("number", number),
            user_id=f"{country}.{10**15 + place}",
            line=line,
            home=self,
            **more,
        )
        self.all[phone.id] = phone
        self._found[app, phone.number] = self._found[app, phone.user_id] = phone
        self.tell(phone)
        return phone

    def find(self, app: App, external: str) -> Phone | None:
        """Return the phone of a number or id."""
        return self._found.get((app, external))

    def tell(self, phone: Phone) -> None:
        """Tell every watcher that a phone changed."""
        for watcher in self._watchers:
            watcher.put_nowait(phone.id)

    def tell_all(self, word: str) -> None:
        """Tell every watcher a word that is no phone's id ("clock", "faults", "bye")."""
        for watcher in self._watchers:
            watcher.put_nowait(word)

    def watch(self) -> asyncio.Queue[str]:
        """Return a queue of the ids of phones that change."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._watchers.add(queue)
        return queue

    def forget(self, queue: asyncio.Queue[str]) -> None:
        """Stop telling a watcher."""
        self._watchers.discard(queue)


def _nothing() -> None:
    """Do nothing before an act."""


@cache
def countries() -> Sequence[dict[str, Any]]:
    """Return the countries of the region, as the network's own table has them."""
    text = (files("network") / "data" / "countries.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["countries"]
    return found


def dial_codes() -> dict[str, str]:
    """Return the telephone code of each country."""
    return {country["iso2"]: country["call"] for country in countries()}
