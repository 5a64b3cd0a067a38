"""Folding: what people type, made comparable; and what they write, made harmless to show."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

ARTICLE = "ال"
SHORTEST_AFTER_ARTICLE = 2  # letters
LETTERS = str.maketrans(
    {
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ک": "ك",
        "ة": "ه",
        "ۃ": "ه",
        "ہ": "ه",
        "ـ": None,  # tatweel only stretches a word
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "ɓ": "b",  # Hausa's hooked letters are often typed without the hook
        "ɗ": "d",
        "ƙ": "k",
        "ƴ": "y",
    }
)
JOINERS = "\u200c\u200d"
KNOWN_BELOW = 0x3000  # code points: what folding one gives is kept, for the scripts that people here write in
SHOWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2")  # visible signs, though Unicode says Cf
BREAKS = str.maketrans({"\r": "\n", "\t": " ", "\v": "\n", "\f": "\n", "\u0085": "\n", "\u2028": "\n", "\u2029": "\n"})


def fold(text: str) -> str:
    """Return ``text`` as it is compared: words of folded letters and Latin digits, one space between.

    Case, accents, tashkeel, tatweel, the forms of alef and hamza, ى/ي, ة/ه and the digits of every
    script are folded; everything else is a space. Folding twice changes nothing.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(plain.translate(_FOLDED).split())


def fold_words(text: str) -> list[str]:
    """Return the folded words of ``text``, each without a leading Arabic article."""
    return [_without_article(word) for word in fold(text).split()]


def latin_digits(text: str) -> str:
    """Return ``text`` with the digits of every script as 0 to 9."""
    return text if text.isascii() else text.translate(_LATIN)


def clean(text: str) -> str:
    """Return ``text`` in NFC without what deceives the eye or breaks a screen.

    Control characters, bidirectional controls and invisible characters go (a reader must see what
    was written, in the order it was written); line breaks become line feeds. ZWJ and ZWNJ stay where
    they shape letters or emoji.
    """
    flat = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(BREAKS))
    kept: list[str] = []
    for place, letter in enumerate(flat):
        following = flat[place + 1] if place + 1 < len(flat) else ""
        if _is_shown(letter) or (letter in JOINERS and _is_joined(kept[-1] if kept else "", following)):
            kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


class _Table(dict[int, str]):
    """A table for ``str.translate``, filled as letters come up."""

    def __init__(self, one: Callable[[str], str]) -> None:
        super().__init__()
        self._one = one

    def __missing__(self, code: int) -> str:
        found = self._one(chr(code))
        if code < KNOWN_BELOW:
            self[code] = found
        return found


def _folded(letter: str) -> str:
    if unicodedata.combining(letter) or letter in JOINERS:
        return ""
    return "".join(one if one.isalpha() else str(unicodedata.decimal(one, " ")) for one in letter.translate(LETTERS))


def _latin(letter: str) -> str:
    return str(unicodedata.decimal(letter, letter))


_FOLDED, _LATIN = _Table(_folded), _Table(_latin)


def _without_article(word: str) -> str:
    bare = word.removeprefix(ARTICLE)
    return bare if len(bare) >= SHORTEST_AFTER_ARTICLE else word


def _is_shown(letter: str) -> bool:
    if letter == "\n" or letter in SHOWN_FORMATS:
        return True
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co"}


def _is_joined(before: str, after: str) -> bool:
    if not before or not after:
        return False
    begins = unicodedata.category(before)
    ends = unicodedata.category(after)
    return (begins[0] in "LM" or begins in {"So", "Sk"}) and (ends[0] == "L" or ends == "So")
