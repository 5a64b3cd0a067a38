"""A simulated phone: who holds it, what its chat with the bot shows, and what its person can do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from bot.sandbox.bubbles import Attachment, Bubble, Tap

if TYPE_CHECKING:
    from bot.sandbox.shelf import Shelf

App = Literal["telegram", "whatsapp"]


class Line(Protocol):
    """What carries a person's acts to the program: the stand-in of the app."""

    def text(self, phone: Phone, text: str, *, quoting: str = "") -> Bubble:
        """Send a typed message."""
        ...

    def tap(self, phone: Phone, bubble: Bubble, tap: Tap) -> None:
        """Press a button, or choose a row."""
        ...

    def attach(self, phone: Phone, attachment: Attachment, caption: str = "") -> Bubble:
        """Send a file."""
        ...

    def edit(self, phone: Phone, bubble: Bubble, text: str) -> None:
        """Change a message that was sent."""
        ...

    def block(self, phone: Phone, *, blocked: bool) -> None:
        """Block or unblock the bot."""
        ...


class Silence(AssertionError):
    """Nothing that was waited for came: see the chat in the message."""


@dataclass
class Phone:
    """One person's phone. ``number`` is the WhatsApp number or the Telegram id, digits only.

    ``user_id`` is WhatsApp's business-scoped id. With ``shows_number`` False only that is shown to the bot.
    """

    id: str
    app: App
    name: str
    country: str
    language: str
    number: str = field(repr=False)
    user_id: str = field(repr=False)
    line: Line = field(repr=False)
    home: Shelf = field(repr=False)
    role: str = ""  # a caption for the page: who this is
    shows_number: bool = True
    started: bool = False
    blocked: bool = False
    offline: bool = False  # without a network: what is sent to it comes when it is back
    reads: bool = True  # whether the chat is open, so that what comes is read at once
    typing_until: datetime | None = None
    messages: list[Bubble] = field(default_factory=list, repr=False)
    _unheard: list[Bubble] = field(default_factory=list, repr=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def starts(self, payload: str = "") -> None:
        """Open the chat by its link: Telegram's Start button, or WhatsApp's text written in advance."""
        word = f"/start {payload}".strip() if self.app == "telegram" else payload
        await self.says(word or "👋")

    async def says(self, text: str, *, quoting: Bubble | None = None) -> Bubble:
        """Type a message and send it. What was not listened to before is skipped."""
        self._begin()
        return self.line.text(self, text, quoting=quoting.id if quoting else "")

    async def taps(self, choice: str | int, *, of: Bubble | None = None) -> str:
        """Press a button or choose a row, by its label, a part of it, or its place from 1 (-1: last).

        ``of`` is the message (the last one with choices by default). Returns the label.
        """
        bubble = of or self.last_with_choices()
        tap = self._find(bubble, choice)
        self._begin()
        self.line.tap(self, bubble, tap)
        return tap.label

    async def sends(self, attachment: Attachment, caption: str = "") -> Bubble:
        """Send a file (see ``samples``)."""
        self._begin()
        return self.line.attach(self, attachment, caption)

    async def edits(self, bubble: Bubble, text: str) -> None:
        """Change a message that was sent."""
        self.line.edit(self, bubble, text)

    async def blocks(self, *, blocked: bool = True) -> None:
        """Block the bot, or let it in again."""
        self.line.block(self, blocked=blocked)

    async def hears(self, part: str = "", *, timeout: float = 10) -> Bubble:  # noqa: ASYNC109 - real seconds
        """Wait for the next message of the bot that holds ``part``, and return it.

        Messages that do not hold it are skipped. Raises Silence after ``timeout`` real seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    while self._unheard:
                        bubble = self._unheard.pop(0)
                        if part in bubble.text:
                            return bubble
                    await self._news_came()
        except TimeoutError:
            raise Silence(self._why(f"no message with {part!r}" if part else "no message")) from None

    async def sees(self, part: str, *, timeout: float = 10) -> Bubble:  # noqa: ASYNC109 - real seconds
        """Wait until the chat shows ``part`` in any message of the bot, edited ones included."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for bubble in reversed(self.messages):
                        if not bubble.mine and part in bubble.text:
                            return bubble
                    await self._news_came()
        except TimeoutError:
            raise Silence(self._why(f"{part!r} is not in the chat")) from None

    @property
    def heard(self) -> list[Bubble]:
        """Every message of the bot, oldest first, as the chat shows it now."""
        return [bubble for bubble in self.messages if not bubble.mine]

    def last_with_choices(self) -> Bubble:
        """Return the last message of the bot that offers choices; raise Silence when none does."""
        for bubble in reversed(self.messages):
            if bubble.taps and not bubble.mine:
                return bubble
        raise Silence(self._why("nothing to choose from"))

    def bubble(self, bubble_id: str) -> Bubble | None:
        """Return a message of the chat by its provider's id."""
        return next((bubble for bubble in self.messages if bubble.id == bubble_id), None)

    def transcript(self, last: int = 12) -> str:
        """Return the end of the chat as text, for a failing test's message."""
        lines = []
        for bubble in self.messages[-last:]:
            choices = "".join(f"\n      [{label}]" for label in bubble.labels)
            file = f" <{bubble.attachment.kind} {bubble.attachment.name}>" if bubble.attachment else ""
            lines.append(f"{'me ' if bubble.mine else 'bot'}{file} {bubble.text}{choices}")
        return "\n".join(lines)

    def show(self, bubble: Bubble) -> Bubble:
        """Add a message to the chat (the stand-ins call this)."""
        self.messages.append(bubble)
        if not bubble.mine:
            self.typing_until = None
            self._unheard.append(bubble)
        self.changed()
        return bubble

    def changed(self) -> None:
        """Tell those who watch that the chat looks different."""
        self._news.set()
        self._news = asyncio.Event()
        self.home.tell(self)

    def _begin(self) -> None:
        self._unheard.clear()
        self.home.before_act()

    async def _news_came(self) -> None:
        await self._news.wait()

    def _find(self, bubble: Bubble, choice: str | int) -> Tap:
        if isinstance(choice, int):
            return bubble.taps[choice - 1 if choice > 0 else choice]
        for same in (lambda label: label == choice, lambda label: choice in label):
            for tap in bubble.taps:
                if same(tap.label):
                    return tap
        raise Silence(self._why(f"no choice {choice!r}"))

    def _why(self, what: str) -> str:
        return f"{what}; the chat of {self.name} ({self.app}) ends:\n{self.transcript()}"
