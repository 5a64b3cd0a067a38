"""The machine translator: any service that speaks as LibreTranslate does (libretranslate.com/docs).

It is off until JISR_TRANSLATOR_URL is set. It is given published text only (``network.machine``), and nothing
of that text is ever written to a log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from bot.workers import Impossible, NotYet
from network.machine import Nonsense, Published

PATIENCE_S = 25.0  # of one call
TEXTS, CHARACTERS = 8, 4000  # of one call, at most: services have limits of their own
ANSWER_AT_MOST = 256 * 1024  # bytes
BUSY_S, BUSY_AT_MOST_S = 60.0, 3600.0  # when the service asks for time
REFUSED = frozenset({400, 401, 403, 404, 413, 422})  # the key, a language or a text that it will never take


class Away(Exception):
    """The machine translator did not answer, or not as it should; it is tried again."""


class Translator:
    """One service, at ``url`` (scheme, host, perhaps a path). ``key`` may be empty."""

    def __init__(self, url: str, key: str = "", *, patience_s: float = PATIENCE_S) -> None:
        self._url = f"{url.rstrip('/')}/translate"
        self._key = key
        self._patience_s = patience_s

    async def translate(self, text: Published) -> list[str]:
        """Return each of ``text.said`` translated. Raise NotYet when it is busy, Impossible, Away or Nonsense."""
        said: list[str] = []
        for some in _portions(text.said):
            said += await self._ask(some, text.source, text.target)
        return said

    async def _ask(self, some: Sequence[str], source: str, target: str) -> list[str]:
        import httpx  # noqa: PLC0415 - only an installation with a translator needs it

        asked = {"q": list(some), "source": source, "target": target, "format": "text"}
        key = {"api_key": self._key} if self._key else {}
        try:
            async with (
                httpx.AsyncClient(timeout=self._patience_s, follow_redirects=False, trust_env=False) as client,
                client.stream("POST", self._url, json=asked | key) as answer,
            ):
                body = bytearray()
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > ANSWER_AT_MOST:
                        raise Nonsense
                _check(answer.status_code, answer.headers.get("retry-after", ""))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Away(type(error).__name__) from None  # what it says may hold the address
        return _read(bytes(body), len(some))


def _portions(said: Sequence[str]) -> Iterator[list[str]]:
    """Cut what is to be said into calls of a few texts each, in their order."""
    portion: list[str] = []
    for text in said:
        if portion and (len(portion) == TEXTS or sum(map(len, portion)) + len(text) > CHARACTERS):
            yield portion
            portion = []
        portion.append(text)
    yield portion


def _check(status: int, retry_after: str) -> None:
    """Raise what an answer's status means, unless it is a good one."""
    if status == HTTPStatus.OK:
        return
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise NotYet(_seconds(retry_after))
    if status in REFUSED:
        raise Impossible(f"translator_{status}")
    raise Away(str(status))


def _seconds(retry_after: str) -> float:
    """Return for how long the service asks to be left alone (RFC 9110, 10.2.3; a date counts as not said)."""
    return min(BUSY_AT_MOST_S, max(1.0, float(retry_after))) if retry_after.isdigit() else BUSY_S


def _read(body: bytes, many: int) -> list[str]:
    """Return the texts of an answer; raise Nonsense when it does not hold so many."""
    try:
        answer: Any = json.loads(body)
        said = answer["translatedText"]
    except (ValueError, KeyError, TypeError):
        raise Nonsense from None
    if not isinstance(said, list) or len(said) != many or not all(isinstance(each, str) for each in said):
        raise Nonsense
    return [each.strip() for each in said]
