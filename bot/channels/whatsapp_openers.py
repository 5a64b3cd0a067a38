"""Openers: the approved templates that ask people to reply, one in each language.

https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What may be wrong with one language of a template, so that another language is worth trying.
FAULTS = frozenset({"132000", "132001", "132005", "132007", "132008", "132012", "132015", "132016"})
# Where a template is to be made: words that pass as a notice (category Utility), and that fit any number unchanged.
BODIES: Mapping[str, str] = {
    "ar": "جسر. عدد الرسائل التي بانتظاركم: {{1}}. أجيبوا بأي كلمة لقراءتها.",
    "fr": "Jisr. Messages en attente : {{1}}. Répondez par un mot pour les lire.",
    "en": "Jisr. Messages waiting for you: {{1}}. Reply with any word to read them.",
}
# The same without a place for the number.
PLAIN: Mapping[str, str] = {
    "ar": "جسر: رسائل بانتظاركم. أجيبوا بأي كلمة لقراءتها.",
    "fr": "Jisr : des messages pour vous. Répondez par un mot pour les lire.",
    "en": "Jisr: messages for you. Reply with any word to read them.",
}


@dataclass(frozen=True)
class Opener:
    """One language of a template: its name, Meta's code of the language, and what its body's places hold.

    A parameter is ``waiting``: how many messages wait.
    """

    name: str
    code: str
    parameters: tuple[str, ...] = ("waiting",)

    def content(self, waiting: int) -> dict[str, Any]:
        """Return the template message."""
        values = {"waiting": str(waiting)}
        filled = [{"type": "text", "text": values[parameter]} for parameter in self.parameters]
        body = [{"type": "body", "parameters": filled}] if filled else []
        return {"name": self.name, "language": {"code": self.code}, "components": body}


def in_order(openers: Mapping[str, Opener], language: str) -> list[Opener]:
    """Return the openers to try for a reader of ``language``: theirs, then the others."""
    return sorted(openers.values(), key=lambda opener: opener is not openers.get(language))
