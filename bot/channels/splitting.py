"""Long texts, cut where a reader would pause.

Lengths are in UTF-16 units. Telegram says "characters" and counts entities in UTF-16 units
(core.telegram.org/api/entities); Meta says "characters". A text that keeps a limit in UTF-16
units keeps it in code points too, whichever of the two a server counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate

import regex  # type: ignore[import-untyped]

_OPENERS = "\u2066\u2067\u2068"  # LRI, RLI, FSI (UAX #9)
_CLOSER = "\u2069"  # PDI
_DEEPEST = 4  # isolates within isolates that are kept; UAX #9 allows 125, nobody writes 5
_BEYOND = 64  # characters after a part that are looked at for the pause that follows it
_SHORTEST = 4 * _DEEPEST  # the smallest limit that leaves room for words
_PAUSES = ".!?…؟۔。"
_AFTER_PAUSE = "\"'»”’)]" + _CLOSER
_ISOLATES = regex.compile(r"[\u2066-\u2069]")
_ARABIC = regex.compile(r"[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}]")
_FOREIGN = regex.compile(r"[\p{Script=Latin}\p{Nd}]")

# What a cut costs, in the half of the window that keeps parts full, and in the other half.
_COSTS = {
    "paragraph": (0.0, 5.0),
    "line": (1.0, 5.0),
    "sentence": (2.0, 5.0),
    "space": (3.0, 5.0),
    "run": (4.0, 6.0),  # between two Latin words or numbers that stand within Arabic
    "letter": (9.0, 10.0),
}
_WITHIN_ISOLATE = 0.5


def units(text: str) -> int:
    """Return the length of ``text`` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> list[str]:
    """Return ``text`` in parts of at most ``limit`` units, without the white space at the cuts.

    A part ends at a paragraph, else a line, a sentence, a space, a grapheme; a grapheme is broken
    only when it alone is longer than ``limit`` (at least 16). Isolates are closed at the end of
    a part and opened again in the next one. A text without a visible character has no part.
    """
    rest, parts = balanced(text), []
    while len(rest) > limit or units(rest) > limit:
        window = limit + _BEYOND
        part, remainder = _Cutter(rest[:window], limit).first()
        rest = (remainder + rest[window:]).rstrip()
        parts.append(part)
    return [part for part in [*parts, rest] if _visible(part)]


def split_off_end(text: str, limit: int) -> tuple[str, str]:
    """Return ``text`` as (beginning, end): the end as long as a good cut and ``limit`` allow."""
    whole = balanced(text)
    if units(whole) <= limit:
        return "", whole
    start = max(0, len(whole) - limit - _BEYOND)
    opened = reduce(_follow, _ISOLATES.findall(whole[:start]), "")
    beginning, end = _Cutter(whole[start:], limit, opened).last()
    return whole[:start] + beginning, end


def shorten(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` units; when it was longer, it ends in an ellipsis."""
    whole = balanced(text)
    if units(whole) <= limit:
        return whole
    kept, open_isolates, used = "", "", 1
    for grapheme in regex.findall(r"\X", whole):
        after = _follow(open_isolates, grapheme)
        used += units(grapheme)
        if used + len(after) > limit:
            break
        kept, open_isolates = kept + grapheme, after
    return kept.rstrip() + "…" + _CLOSER * len(open_isolates)


def balanced(text: str) -> str:
    """Return ``text`` without the isolates that nothing closes, or that close nothing."""
    if not _ISOLATES.search(text):
        return text
    dropped: set[int] = set()
    opened: list[int] = []
    for match in _ISOLATES.finditer(text):
        if match.group() != _CLOSER:
            opened.append(match.start())
        elif not opened:
            dropped.add(match.start())
        elif len(opened) > _DEEPEST:
            dropped |= {opened.pop(), match.start()}
        else:
            opened.pop()
    dropped.update(opened)
    return "".join(char for at, char in enumerate(text) if at not in dropped)


def _visible(text: str) -> bool:
    return bool(_ISOLATES.sub("", text).strip())


def _follow(open_isolates: str, grapheme: str) -> str:
    """Return the isolates that are open after ``grapheme``."""
    if grapheme in _OPENERS:
        return open_isolates + grapheme
    return open_isolates[:-1] if grapheme == _CLOSER else open_isolates


@dataclass(frozen=True)
class _Cut:
    """A place to cut: before grapheme ``at``, where ``open_isolates`` are open."""

    at: int
    kind: str
    open_isolates: str

    def cost(self, *, full: bool) -> float:
        near, far = _COSTS[self.kind]
        return (near if full else far) + (_WITHIN_ISOLATE if self.open_isolates else 0)


class _Cutter:
    """The graphemes where a text longer than one part can be cut; ``opened`` isolates stand before them."""

    def __init__(self, text: str, limit: int, opened: str = "") -> None:
        if limit < _SHORTEST:
            msg = f"a part needs at least {_SHORTEST} characters"
            raise ValueError(msg)
        self._limit = limit
        self._graphemes = list(self._pieces(text))
        self._rtl = bool(_ARABIC.search(text))
        self._open = list(accumulate(self._graphemes, _follow, initial=opened))
        self._until = list(accumulate(map(units, self._graphemes), initial=0))

    def _pieces(self, text: str) -> Iterator[str]:
        """Yield the graphemes, and those too long for any part character by character."""
        for grapheme in regex.findall(r"\X", text):
            if units(grapheme) > self._limit - 2 * _DEEPEST:
                yield from grapheme
            else:
                yield grapheme

    def first(self) -> tuple[str, str]:
        """Return the first part and the rest."""
        cuts = list(self._cuts_for_first())
        best = min(cuts, key=lambda cut: (cut.cost(full=self._until[cut.at] * 2 > self._limit), -cut.at))
        return self._at(best)

    def last(self) -> tuple[str, str]:
        """Return the beginning and the last part."""
        cuts = list(self._cuts_for_last())
        best = min(cuts, key=lambda cut: (cut.cost(full=self._remaining(cut.at) * 2 > self._limit), cut.at))
        return self._at(best)

    def _remaining(self, at: int) -> int:
        return self._until[-1] - self._until[at]

    def _cuts_for_first(self) -> Iterator[_Cut]:
        for at in range(1, len(self._graphemes)):
            if self._until[at] > self._limit:
                return
            if self._until[at] + len(self._open[at]) <= self._limit and self._advances(at):
                yield self._cut(at)

    def _cuts_for_last(self) -> Iterator[_Cut]:
        for at in range(len(self._graphemes) - 1, 0, -1):
            if self._remaining(at) > self._limit:
                return
            if self._remaining(at) + len(self._open[at]) <= self._limit:
                yield self._cut(at)

    def _advances(self, at: int) -> bool:
        """Whether more than isolates stands before ``at``, so that cutting there gets on."""
        return at > _DEEPEST or any(piece not in _OPENERS for piece in self._graphemes[:at])

    def _cut(self, at: int) -> _Cut:
        return _Cut(at, self._kind(at), self._open[at])

    def _kind(self, at: int) -> str:
        if not self._graphemes[at].isspace() or self._graphemes[at - 1].isspace():
            return "letter"
        space = self._space(at)
        lines = space.count("\n") + space.count("\u2029") * 2
        if lines:
            return "paragraph" if lines > 1 else "line"
        if self._ends_sentence(at):
            return "sentence"
        return "run" if self._rtl and self._in_foreign_run(at, at + len(space)) else "space"

    def _space(self, at: int) -> str:
        """Return the white space from ``at`` on."""
        end = at
        while end < len(self._graphemes) and self._graphemes[end].isspace():
            end += 1
        return "".join(self._graphemes[at:end])

    def _ends_sentence(self, at: int) -> bool:
        before = at - 1
        while before > 0 and self._graphemes[before] in _AFTER_PAUSE:
            before -= 1
        return self._graphemes[before][0] in _PAUSES

    def _in_foreign_run(self, before: int, after: int) -> bool:
        around = self._graphemes[before - 1 : before], self._graphemes[after : after + 1]
        return all(piece and _FOREIGN.match(piece[0]) for piece in around)

    def _at(self, cut: _Cut) -> tuple[str, str]:
        before = "".join(self._graphemes[: cut.at]).rstrip() + _CLOSER * len(cut.open_isolates)
        after = cut.open_isolates + "".join(self._graphemes[cut.at :]).lstrip()
        return before, after
