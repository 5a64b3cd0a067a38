"""Stems: what is left of a word when what only says how it is used is taken off.

The words are folded before (``network.folding``): people leave accents out, so both a text and a search
are stemmed without them. A search does not say its language: its words have a stem of each.

English and French by Snowball (https://snowballstem.org), French after the plurals and feminines that
Snowball knows by their accents only. Arabic by the light10 stemmer (Larkey, Ballesteros and Connell:
Light Stemming for Arabic Information Retrieval, 2007): Snowball's wants the letters that folding joins.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import snowballstemmer

LATIN = {"fr": "french", "en": "english"}  # the languages that a word of Latin letters may be of
KNOWN_AT_MOST = 50_000  # words whose stem is remembered
SHORTEST = 3  # letters that are always left
FRENCH_PLURAL = re.compile(r"(?<=....)[sx]$")
FRENCH_ACCENTED = re.compile(r"(?<=ier|..e)e$")  # policière, formée
ARABIC_BEFORE = re.compile(r"^(?:و(?=...))?(?:[بكف]?ال(?=..)|لل(?=..))?")
ARABIC_AFTER = ("ها", "هم", "هن", "نا", "وا", "ان", "ات", "ون", "ين", "ه", "ي")  # in this order, each once


@lru_cache(KNOWN_AT_MOST)
def stem(word: str, language: str) -> str:
    """Return the stem of a folded word in ``language``; the word itself where that has no stems."""
    if word.isascii() and language in LATIN and not word.isdigit():
        bare = FRENCH_ACCENTED.sub("", FRENCH_PLURAL.sub("", word)) if language == "fr" else word
        return str(_snowball(language).stemWord(bare))
    return _arabic(word) if not word.isascii() else word


def _arabic(word: str) -> str:
    bare = ARABIC_BEFORE.sub("", word)
    for ending in ARABIC_AFTER:
        if bare.endswith(ending) and len(bare) - len(ending) >= SHORTEST:
            bare = bare.removesuffix(ending)
    return bare


@cache
def _snowball(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(LATIN[language])
