"""Logs: JSON lines of codes and opaque ids. Never a text, a name, a number, a token."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

# They write URLs (where tokens stand) or bound values at INFO or DEBUG.
TALKATIVE = (
    "aiogram",
    "aiohttp",
    "aiosqlite",
    "alembic",
    "asyncio",
    "asyncpg",
    "httpcore",
    "httpx",
    "pywa",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "uvicorn.access",
    "uvicorn.error",
)
FRAMES = 6  # of a traceback: the innermost

_SECRETS = (
    re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}"),  # a Telegram token
    re.compile(r"\bEAA[A-Za-z0-9]{20,}"),  # a Graph API token
    re.compile(r"(?i)(bearer\s+)\S+"),
    re.compile(r"wamid\.[A-Za-z0-9+/=_-]+"),  # holds the phone number
    re.compile(r"(?<![0-9A-Za-z])\+?\d[\d\s().-]{6,}\d(?![0-9A-Za-z])"),  # what may be a phone number, or a person's id
)
_OWN_FIELDS = frozenset({"timestamp", "at"})

Event = MutableMapping[str, Any]


def set_up(*, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line of the process to ``stream`` (standard error), as JSON."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_errors_by_place,
        scrub,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            keep_exc_info=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    quieten()


def quieten() -> None:
    """Keep the libraries that write URLs and values at WARNING, whatever our own level is."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def tell_errors_by_place(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its class and the places it passed: its words may hold anything."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given is True else None
    if isinstance(given, tuple):
        error = given[1]
    if error is not None:
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        event["at"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    event.pop("stack_info", None)
    return event


def scrub(_logger: object, _method: str, event: Event) -> Event:
    """Blot out what looks like a token or a phone number, wherever it stands."""
    for key, value in event.items():
        if isinstance(value, str) and key not in _OWN_FIELDS:
            event[key] = blot(value)
    return event


def blot(text: str) -> str:
    """Return ``text`` without anything that looks like a token or a phone number."""
    for secret in _SECRETS:
        text = secret.sub("***", text)
    return text


def logger(name: str) -> Any:
    """Return the logger of one part of the program."""
    return structlog.stdlib.get_logger(name)
