"""The call that every message is, POST /messages, made of plain fields.

httpx and pywa build a request and a response of their own around aiohttp's: a third of the cost of
a send, for an id. The connections, the headers and what a refusal means stay theirs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import httpx
from aiohttp import ClientSession, ClientTimeout
from pywa.api import GraphAPI
from pywa.errors import WhatsAppError


class WhatsAppMessages:
    """Sends messages through the connections below pywa's client."""

    def __init__(
        self, url: str, headers: Mapping[str, str], connections: Callable[[], ClientSession], patience: ClientTimeout
    ) -> None:
        """``url``: of the number's messages. ``headers``: those of pywa's client, the token among them."""
        self._url = url
        self._headers = {**headers, "content-type": "application/json"}
        self._connections = connections
        self._patience = patience

    async def send(self, to: str, kind: str, content: Mapping[str, Any], tracker: str) -> Any:
        """Send a message and return the answer. A phone number goes in ``to``, a user id in ``recipient``.

        Raises what aiohttp raises, WhatsAppError for a refusal, ValueError for an answer that is none.
        """
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "type": kind,
            "to" if to.isdecimal() else "recipient": to,
            "biz_opaque_callback_data": tracker,
            kind: content,
        }
        async with self._connections().post(
            self._url,
            data=json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(),
            headers=self._headers,
            allow_redirects=False,
            timeout=self._patience,
        ) as answer:
            said = await answer.read()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(answer.status, answer.headers.get("retry-after", ""), said)
        return json.loads(said)


def _refusal(status: int, retry_after: str, said: bytes) -> WhatsAppError:
    """Return the error that pywa makes of an answer."""
    answer = httpx.Response(status, headers={"retry-after": retry_after}, content=said)
    return WhatsAppError.from_dict(error=GraphAPI._extract_error(answer), response=answer)  # noqa: SLF001 - its reading
