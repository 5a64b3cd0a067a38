"""Blueprints: polls that are ready to be opened, in every language (``data/polls.json``).

They are those of the region's surveys and of the network's own founding texts: the same words each time, so that
one poll can be held beside the last.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from network.errors import Missing

COMMITMENT = "commitment"  # its question has a blank, and it opens when what was promised is due
PROMISE = "{promise}"  # the blank
OUTCOMES = ("trust", "safety", "accountability", "participation", "legitimacy")  # what reform is for


@dataclass(frozen=True)
class Blueprint:
    """A poll that is ready. Every text is by language.

    ``kind`` is one of ``network.polls``; ``most`` how many options may be chosen, 0 where the kind says it.
    It repeats every so many ``months``, 0 for never. ``outcomes`` are what it tells of;
    ``apart`` the places in ``options`` (from 0) of those that are no answer to the question, such as "Don’t know".
    """

    code: str
    kind: str
    most: int
    months: int
    topic: str
    outcomes: tuple[str, ...]
    title: Mapping[str, str]
    question: Mapping[str, str] = field(repr=False)
    options: tuple[Mapping[str, str], ...] = field(repr=False)
    apart: tuple[int, ...] = ()

    def label(self, language: str) -> str:
        """Return what it is called in a list, in at most 24 characters."""
        return self.title.get(language, self.title["en"])


def all() -> tuple[Blueprint, ...]:  # noqa: A001 - read as blueprints.all()
    """Return every blueprint, in the order of the data file."""
    return tuple(_blueprints().values())


def get(code: str) -> Blueprint:
    """Return one blueprint; raise Missing."""
    try:
        return _blueprints()[code]
    except KeyError:
        raise Missing from None


@cache
def _blueprints() -> dict[str, Blueprint]:
    data = json.loads(resources.files("network").joinpath("data/polls.json").read_text("utf-8"))
    return {row["code"]: _blueprint(row) for row in data}


def _blueprint(row: Mapping[str, Any]) -> Blueprint:
    given = {name: row[name] for name in ("code", "kind", "most", "months", "topic", "title", "question")}
    return Blueprint(**given, outcomes=tuple(row["outcomes"]), options=tuple(row["options"]), apart=tuple(row["apart"]))
