"""A kind of request: how it is listed and shown, and what the one who asked is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.language import Text, Words
from handlers.talk import Option, Talk
from network.requests import Request

Settled = Mapping[str, Any]  # what network.requests.settle returned


@dataclass(frozen=True)
class Kind:
    """What a coordinator sees of one kind of request, and what follows from their word.

    ``listed(request)`` is its name in a list, ``note`` the line below. ``await show(talk, request)``
    says what is decided on. ``await tell(talk, request, settled, reason)`` tells the one who asked,
    in ``settled["tell"]``. ``changes``: its author can be asked for a change. ``ready(request)``: whether one
    can agree now; ``lead(request)`` is something else that can be done about it, whose key is a command, or None.
    """

    listed: Callable[[Request], Words]
    note: Text
    show: Callable[[Talk, Request], Awaitable[None]]
    tell: Callable[[Talk, Request, Settled, str], Awaitable[None]]
    changes: bool = False
    ready: Callable[[Request], bool] = lambda _request: True
    lead: Callable[[Request], Option | None] = lambda _request: None
