"""Read the program's source for what people will see: words outside the catalogue, and labels of buttons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WRAPPERS = {"_", "n_"}
ARABIC, LATIN = re.compile("[\u0600-\u06ff]"), re.compile("[A-Za-z]")

SHOWN = {  # what is called -> (positions, keywords) of arguments that people see
    "say": ((0,), ("text",)),
    "text": ((1,), ("question", "skip")),
    "choose": ((1,), ("question", "skip")),
    "choose_several": ((1,), ("question",)),
    "number": ((1,), ("question", "skip")),
    "date": ((1,), ("question", "skip")),
    "confirm": ((1,), ("question", "yes", "no")),
    "media": ((1,), ("question", "skip")),
    "tell": ((2,), ("text",)),
    "Option": ((1, 2), ("label", "note")),
    "Choice": ((1, 2), ("label", "note")),
    "Capability": ((2, 3), ("title", "words")),
    "Outgoing": ((0,), ("text", "list_button")),
}
BUTTON = 20  # characters on a WhatsApp button
ROW = 24  # characters in a row of a WhatsApp list
LABELS = {  # what is called -> (positions, keywords, longest in characters) of labels that are pressed
    "Option": ((1,), ("label",), ROW),
    "choose": ((), ("skip",), ROW),
    "text": ((), ("skip",), BUTTON),  # the only button of its message
    "number": ((), ("skip",), BUTTON),
    "date": ((), ("skip",), BUTTON),
    "media": ((), ("skip",), BUTTON),
    "confirm": ((), ("yes", "no"), BUTTON),
    "Capability": ((), ("title",), ROW),
}


@dataclass(frozen=True)
class Stray:
    """A string that people would see in one language only."""

    file: str
    line: int
    words: str


@dataclass(frozen=True)
class Used:
    """How texts of the catalogue are used: longest label per msgid, and msgids that are typed words."""

    labels: dict[str, int]
    words: set[str]


def strays(source: str, file: str) -> list[Stray]:
    """Return the strings of one source file that reach people without the catalogue."""
    tree = ast.parse(source)
    named = dict(_named_strings(tree))
    found: dict[tuple[int, str], Stray] = {}
    for argument in (argument for call in _calls(tree) for argument in _arguments(call, SHOWN.get(_name(call)))):
        for node in _unwrapped(argument, named):
            found[node.lineno, _words(node)] = Stray(file, node.lineno, _words(node))
    for node in _unreadable(tree):
        found[node.lineno, ""] = Stray(file, node.lineno, "a msgid that is no plain string")
    return list(found.values())


def used(sources: Iterator[str]) -> Used:
    """Return which texts are labels (and how long they may be) and which are typed words."""
    labels: dict[str, int] = {}
    words: set[str] = set()
    for source in sources:
        tree = ast.parse(source)
        labels.update({text: BUTTON for name, table in _tables(tree) if name == "LABELS" for text in _msgids(table)})
        words.update(text for name, table in _tables(tree) if name == "WORDS" for text in _msgids(table))
        for call in _calls(tree):
            positions, keywords, longest = LABELS.get(_name(call), ((), (), 0))
            for argument in _arguments(call, (positions, keywords)):
                for text in _msgids(argument):
                    labels[text] = min(longest, labels.get(text, longest))
            if _name(call) == "Capability":
                words.update(text for argument in _arguments(call, ((3,), ("words",))) for text in _msgids(argument))
    return Used(labels, words)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    """Return the last part of what is called; a method of a string or of the module `re` is never a talk's."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _arguments(call: ast.Call, shown: tuple[tuple[int, ...], tuple[str, ...]] | None) -> Iterator[ast.expr]:
    positions, keywords = shown or ((), ())
    yield from (call.args[position] for position in positions if position < len(call.args))
    yield from (keyword.value for keyword in call.keywords if keyword.arg in keywords)


def _named_strings(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that are given a bare string, so that it cannot hide behind a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_words(node.value):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))


def _tables(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the annotated dictionaries of a module, by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Dict):
            yield node.target.id, node.value


def _unwrapped(node: ast.AST, named: dict[str, ast.expr]) -> Iterator[ast.expr]:
    """Yield the strings with letters below ``node`` that no ``_()`` holds."""
    if isinstance(node, ast.expr) and _is_words(node):
        yield node
    elif isinstance(node, ast.Name) and node.id in named:
        yield named[node.id]
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):  # "Hello {}".format(name): the string is what is called
            yield from _unwrapped(node.func.value, named)
    elif isinstance(node, ast.Subscript):
        yield from _unwrapped(node.value, named)
    elif isinstance(node, ast.Compare):
        return
    elif isinstance(node, ast.IfExp):
        yield from _unwrapped(node.body, named)
        yield from _unwrapped(node.orelse, named)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _unwrapped(child, named)


def _is_words(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(_is_words(part) for part in node.values)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    if ARABIC.search(node.value) and LATIN.search(node.value):
        return False  # said in every language at once, before any is chosen
    return any(map(str.isalpha, node.value))


def _words(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def _msgids(node: ast.AST) -> Iterator[str]:
    for call in _calls(node):
        if isinstance(call.func, ast.Name) and call.func.id in WRAPPERS and call.args:
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _unreadable(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the first argument of a ``_()`` that extraction cannot read."""
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id in WRAPPERS and call.args:
            first = call.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                yield first


def sources(root: Path, folders: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each source file of ``folders`` as (path below ``root``, source)."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
