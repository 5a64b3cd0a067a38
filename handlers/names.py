"""Names that people choose to be seen under: a pseudonym is fine, a way to reach them is not."""

from __future__ import annotations

import re
import unicodedata

from handlers.language import Text, _
from handlers.talk import Talk

SHORTEST = 2  # characters
LONGEST = 40  # characters
MOST_DIGITS = 4

_ENDINGS = (
    "com|org|net|info|biz|edu|gov|int|me|io|app|africa|eu|fr|ma|dz|tn|ly|eg|mr|ml|ne|bf|td|sn|ng|bj|sd|ci|gh|tg|gn"
)
_LINK = re.compile(rf"://|\bwww\.|[\w-]{{2,}}\.(?:{_ENDINGS})\b|\w\.[a-z]{{2,}}/", re.IGNORECASE)


async def ask_name(talk: Talk, key: str = "name") -> str:
    """Ask for the name that the person goes by here."""
    question = _(
        "Which name shall we use for you? A first name or a pen name is fine. Please write no number, @name or link."
    )
    return await talk.text(key, question, at_least=SHORTEST, at_most=LONGEST, check=refuse_name)


def refuse_name(name: str) -> Text | None:
    """Return why ``name`` cannot be shown to others, or None when it can.

    A display name never carries an identifier: no @name, e-mail, link or phone number (more
    than four digits in any script, whatever stands between them).
    """
    plain = unicodedata.normalize("NFKC", name)
    if "@" in plain:
        return _("For your safety, please leave out @names and e-mail addresses. A first name or a pen name is enough.")
    if _LINK.search(plain):
        return _("For your safety, please leave out links. A first name or a pen name is enough.")
    if sum(character.isdigit() for character in plain) > MOST_DIGITS:
        return _("For your safety, please leave out phone numbers. A first name or a pen name is enough.")
    if sum(character.isalpha() for character in plain) < SHORTEST:
        return _("Please write a name with at least two letters.")
    return None


def refuse_contact(words: str) -> Text | None:
    """Return why ``words`` (an organisation, a place) cannot be shown: they hold a way to reach somebody."""
    plain = unicodedata.normalize("NFKC", words)
    if "@" in plain or _LINK.search(plain) or sum(character.isdigit() for character in plain) > MOST_DIGITS:
        return _("For safety, please leave out phone numbers, @names, e-mail addresses and links.")
    return None
