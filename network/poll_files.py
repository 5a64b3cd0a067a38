"""Files of a poll: its picture and its table, made off the message path for whoever asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network import jobs
from network.store import Tx

DRAW = "poll.picture"  # kind of job: {"text": str, "sheet": what is drawn}
TABLE = "poll.table"  # kind of job: {"text": str, "name": str}


async def draw(tx: Tx, *, person: str, text: str, sheet: Mapping[str, Any]) -> None:
    """Ask for the picture of a poll; with ``text`` it is sent to the person when it is drawn."""
    await jobs.ask(tx, kind=DRAW, person=person, argument={"text": text, "sheet": dict(sheet)})


async def write(tx: Tx, *, person: str, name: str, text: str) -> None:
    """Ask for a file called ``name`` with ``text``, to be sent to the person."""
    await jobs.ask(tx, kind=TABLE, person=person, argument={"text": text, "name": name})
