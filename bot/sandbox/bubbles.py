"""What a chat shows: messages, what can be tapped, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Attachment:
    """A file in a chat. ``kind`` is voice, audio, picture, video or document; ``seconds`` its length."""

    id: str
    kind: str
    name: str
    mime: str
    data: bytes = field(repr=False)
    seconds: int = 0


@dataclass(frozen=True)
class Tap:
    """A button or a row of a list: ``data`` goes back to the bot, ``line`` is its line of buttons."""

    label: str
    data: str = field(repr=False)
    note: str = ""
    line: int = 0


@dataclass
class Bubble:
    """One message of a chat. ``mine``: the person's own. ``look`` is how its taps are shown."""

    id: str
    mine: bool
    at: datetime
    text: str = ""
    taps: tuple[Tap, ...] = ()
    look: Literal["", "inline", "buttons", "list"] = ""
    opener: str = ""  # the label that opens the list
    attachment: Attachment | None = None
    state: Literal["sent", "delivered", "read"] = "sent"
    edited: bool = False
    quoted: str = ""
    markup: Any = None  # Telegram's reply_markup as it was sent

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons or rows, in order."""
        return [tap.label for tap in self.taps]
