"""The page that teaches how a conversation is added: its example must work as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from handlers.desk import Desk
from handlers.language import Translator
from handlers.registry import Registry
from handlers.talk import Talk
from network.store import Store
from tests.handlers.transcript import Transcript

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "conversations.md").read_text("utf-8")
BLOCK = re.compile(r"```python (\w+)\n(.*?)```", re.DOTALL)


@pytest.fixture
def example() -> dict[str, Any]:
    """Return the names that the page's code defines."""
    names: dict[str, Any] = {}
    for title, code in BLOCK.findall(PAGE):
        exec(compile(f"from __future__ import annotations\n{code}", f"docs/conversations.md:{title}", "exec"), names)  # noqa: S102 - the page's own code is what is tested
    return names


async def test_the_example_of_the_page_works(example: dict[str, Any], sqlite_store: Store, now: datetime) -> None:
    """The conversation and its transcript run exactly as they are printed."""

    def chat(*capabilities: Any) -> Transcript:
        return Transcript(sqlite_store, Desk(Registry(capabilities), Translator.load()), now)

    transcript: Callable[..., Any] = example["test_a_lamp_is_reported"]
    await transcript(chat)


def test_the_page_names_every_step_of_a_talk() -> None:
    """Every public step stands in the page's table, and no other."""
    steps = {name for name in vars(Talk) if not name.startswith("_")}
    table = PAGE.split("## What a talk offers")[1].split("\n\n`skip=")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)[(`]", row)}
    assert steps <= named


def test_the_page_names_files_that_exist() -> None:
    """A file that the page speaks of is there, the example's own apart."""
    named = set(re.findall(r"`((?:handlers|network|tests)/[\w/]+\.py)`", PAGE)) - {"handlers/lamp.py"}
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
