"""Sections: a draft that was pasted in, cut into the parts that people answer one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 700  # characters of a part: it stands in one message, with the question and its buttons
LONGEST_HEADING = 80
MOST = 40

_WORD = (
    r"(?:article|art\.|section|chapter|chapitre|part|partie|titre|title|annex|annexe"
    r"|المادة|مادة|الفصل|فصل|الباب|باب|القسم|قسم)"
)
_HEADING = re.compile(
    rf"#+\s*\S|{_WORD}\s+\S|(?:\d{{1,2}}\.)*\d{{1,2}}\s*[.)\-–:]\s*\S|[IVX]{{1,5}}[.)]\s+\S|\(\d{{1,2}}\)\s*\S",
    re.IGNORECASE,
)
_OWN_NUMBER = re.compile(r"^\(?\d{1,2}\s*[.)\-–:]\s*(?=[^\W\d])")
_SENTENCE = re.compile(r"(?<=[.!?؟;؛:])\s+|\n+")


@dataclass(frozen=True)
class Part:
    """One part of a draft: its ``heading`` ("" where it has none) and its text, ``LONGEST`` characters at most."""

    heading: str = field(repr=False)
    text: str = field(repr=False)


def split(draft: str) -> list[Part]:
    """Return the parts of a draft: by headings and numbers at the beginning of lines, else by paragraphs.

    What is longer than ``LONGEST`` is cut between sentences. Nothing is left out.
    """
    lines = [line.strip() for line in draft.splitlines()]
    blocks = _numbered(lines) if sum(map(_is_heading, lines)) > 1 else _paragraphs(lines)
    parts: list[Part] = []
    for block in blocks:
        heading, text = _headed(block)
        parts += [Part(heading if not at else "", piece) for at, piece in enumerate(_pieces(text))]
    return parts


def unnumbered(line: str) -> str:
    """Return a line without the number that its author put before it: sections are called by their place."""
    return _OWN_NUMBER.sub("", line)


def _is_heading(line: str) -> bool:
    return _HEADING.match(line) is not None


def _numbered(lines: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if _is_heading(line) and blocks[-1]:
            blocks.append([])
        if line:
            blocks[-1].append(line)
    return [block for block in blocks if block]


def _paragraphs(lines: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _headed(block: list[str]) -> tuple[str, str]:
    """Return the heading of a part and what stands below it; a line that says it all is no heading."""
    first, rest = block[0].lstrip("# "), "\n".join(block[1:])
    if rest and len(first) <= LONGEST_HEADING and (_is_heading(block[0]) or first[-1] not in ".!?؟;؛,،"):
        return first, rest
    return "", f"{first}\n{rest}".strip()


def _pieces(text: str) -> list[str]:
    """Return a text in pieces of ``LONGEST`` characters at most, cut between sentences where it can be."""
    pieces = [""]
    for sentence in _SENTENCE.split(text):
        for piece in _short(sentence):
            joined = f"{pieces[-1]} {piece}".strip()
            if len(joined) <= LONGEST:
                pieces[-1] = joined
            else:
                pieces.append(piece)
    return [text] if len(text) <= LONGEST else [piece for piece in pieces if piece]


def _short(sentence: str) -> list[str]:
    """Return a sentence in pieces that fit, cut between words, or within one that fits nowhere."""
    pieces: list[str] = []
    while len(sentence) > LONGEST:
        at = sentence.rfind(" ", 1, LONGEST + 1)
        at = at if at > 0 else LONGEST
        pieces.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [*pieces, sentence]
