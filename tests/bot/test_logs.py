"""Logs: codes and ids, never a text, a number or a token."""

from __future__ import annotations

import io
import json
import logging

import pytest

from bot import logs

ID = "3f2b8c1d9e7a40561122334455667788"


def sing(what: str) -> None:
    """Raise an error whose words must not be written."""
    message = f"the canary sings {what}"
    raise ValueError(message)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """Return what was logged."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_error_is_told_by_its_place(log_lines: io.StringIO) -> None:
    """An exception is logged as its class and where it was; its words, which may hold anything, are not."""
    try:
        sing("of 22790123456")
    except ValueError:
        logs.logger("jisr.test").exception("it_failed", item=ID)
    (line,) = lines(log_lines)
    assert (line["event"], line["error"], line["item"]) == ("it_failed", "ValueError", ID)
    assert "test_logs.py" in str(line["at"])
    assert "canary" not in log_lines.getvalue()


def test_a_librarys_traceback_is_not_written(log_lines: io.StringIO) -> None:
    """What a library logs with a traceback is told by its place too."""
    try:
        sing("again")
    except ValueError:
        logging.getLogger("somebody").exception("library failed")
    (line,) = lines(log_lines)
    assert line["error"] == "ValueError"
    assert "canary" not in log_lines.getvalue()


@pytest.mark.parametrize(
    "secret",
    [
        "123456789:AAF-abcdefghijklmnopqrstuvwxyz012345",
        "Bearer EAAabc.def",
        "+227 90 12 34 56",
        "22790123456",
        "wamid.HBgLMjI3OTAxMjM0NTYVAgARGBI=",
    ],
)
def test_what_looks_like_a_token_or_a_number_is_blotted(log_lines: io.StringIO, secret: str) -> None:
    """A token or a phone number is blotted out wherever it stands, in our lines and in a library's."""
    logs.logger("jisr.test").warning("code", url=f"https://host/{secret}/x", person=secret)
    logging.getLogger("somebody").warning("calling %s", secret)
    assert secret not in log_lines.getvalue()
    assert len(lines(log_lines)) == 2


def test_ids_stay_readable() -> None:
    """Our own opaque ids are not taken for phone numbers."""
    assert logs.blot(ID) == ID


def test_talkative_libraries_are_quiet(log_lines: io.StringIO) -> None:
    """Libraries that write URLs and values are heard from WARNING up, even when we log at DEBUG."""
    for name in ("httpx", "aiogram.event", "aiohttp.access", "uvicorn.access", "sqlalchemy.engine", "aiosqlite"):
        logging.getLogger(name).info("GET /bot1:token/getMe")
    assert log_lines.getvalue() == ""
