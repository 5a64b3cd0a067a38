"""An answer that never arrives: the connection is dropped after the act."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Dropped(Response):
    """Promises more bytes than it sends, so that the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Begin an answer and never end it."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
