"""The lint of conversations: they are run again on each message, so nothing in them may vary by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import app

HANDLERS = Path(__file__).resolve().parents[2] / "handlers"
FORBIDDEN_MODULES = {"clock", "os", "random", "secrets", "sqlalchemy", "time", "uuid"}
FORBIDDEN_NAMES = {"bot.clock", "network.ids", "network.store"}
FORBIDDEN_CALLS = {"now", "utcnow", "today"}
FORBIDDEN_OWNERS = {"datetime", "date", "dt"}


def defines_conversations(tree: ast.Module) -> bool:
    """Whether a file has an ``async def x(talk: Talk, ...)``."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    first = [function.args.args[0] for function in functions if function.args.args]
    return any(isinstance(each.annotation, ast.Name) and each.annotation.id == "Talk" for each in first)


def impurities(source: str) -> list[str]:
    """Return what is impure in a file of conversations, with its lines; nothing for other files."""
    tree = ast.parse(source)
    if not defines_conversations(tree):
        return []
    return [*_imports(tree), *_calls(tree)]


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in _at_run_time(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name in FORBIDDEN_NAMES or name.split(".")[0] in FORBIDDEN_MODULES:
                yield f"line {node.lineno}: imports {name}"
                break


def _at_run_time(tree: ast.Module) -> Iterator[ast.stmt]:
    """Walk the statements that run; imports for the type checker alone do not."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.stmt):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


def _calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        owner_name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
        if node.func.attr in FORBIDDEN_CALLS and owner_name in FORBIDDEN_OWNERS:
            yield f"line {node.lineno}: reads the clock"


@pytest.mark.parametrize("path", sorted(HANDLERS.glob("**/*.py")), ids=lambda path: path.name)
def test_conversations_are_pure(path: Path) -> None:
    """No conversation reads a clock, draws at random, or reaches into the store."""
    assert impurities(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "import os.path",
        "from secrets import token_hex",
        "from uuid import uuid4",
        "import time as t",
        "from sqlalchemy import select",
        "from network.store import Tx",
        "from network import store",
        "from network import ids",
        "x = datetime.now(UTC)",
        "x = datetime.datetime.utcnow()",
        "x = date.today()",
    ],
)
def test_the_lint_can_fail(line: str) -> None:
    """Each impurity is found in a conversation, and left alone in a file that has none."""
    conversation = "async def share(talk: Talk) -> None:\n    pass\n"
    assert impurities(f"{line}\n{conversation}")
    assert impurities(f"{line}\ndef plain() -> None:\n    pass\n") == []


def test_the_lint_leaves_what_is_harmless() -> None:
    """The given instant, and imports that only the type checker sees, are no impurity."""
    source = """
from datetime import datetime, timedelta
if TYPE_CHECKING:
    from network.store import Tx
async def share(talk: Talk) -> None:
    until = talk.now + timedelta(days=1)
"""
    assert impurities(source) == []


def test_what_is_done_at_its_time_is_known_to_the_clock() -> None:
    """Every file that says what the clock does is among those that the program gives to its clock."""
    speaking = {path.stem for path in HANDLERS.rglob("*.py") if "\ndef acts(translator" in path.read_text()}
    assert len(speaking) > 5
    assert speaking <= set(app._spoken.__code__.co_names)
