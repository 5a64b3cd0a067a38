"""Codes that people read, say and type: invitations, and the joining of two apps."""

from __future__ import annotations

import secrets

from network.folding import latin_digits

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O, 1 I L


def fresh(length: int) -> str:
    """Return a random code of ``length`` letters and digits (4.95 bits each)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def shown(code: str) -> str:
    """Return a code as it is shown: two halves and a hyphen."""
    middle = len(code) // 2
    return f"{code[:middle]}-{code[middle:]}"


def typed(text: str, length: int) -> str | None:
    """Return the code that a person typed, or None when the text is no code of this length.

    Case, spaces, hyphens and the script of the digits do not matter.
    """
    bare = "".join(letter for letter in latin_digits(text).upper() if letter not in " -\u2010\u2011\u2013_\u00a0\n")
    return bare if len(bare) == length and set(bare) <= set(ALPHABET) else None
