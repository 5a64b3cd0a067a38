"""The starter content: the countries' groups, and practices that were published elsewhere before."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import Any

from network import countries, groups, index, practices, texts
from network.store import Tx
from network.texts import Mark

WHOLE_REGION = "XX"  # the data file's mark
LANGUAGES = ("fr", "en", "ar")
NAMES = {"did": "done", "risk": "risks"}  # of the parts, where the data file has another


async def load(tx: Tx) -> None:
    """Make what is missing; what is there already stays as it is."""
    for country in countries.all():
        await groups.create(tx, code=country.code, country=country.code)
    data = json.loads(resources.files("network").joinpath("data/practices.json").read_text("utf-8"))
    for record in data["practices"]:
        await _add(tx, record, {language: _full(record, language) for language in LANGUAGES})
    for record in data["short"]:
        await _add(tx, record, {language: _short(record, language) for language in LANGUAGES})


def practice_id(code: str) -> str:
    """Return the id of a starter practice: the same in every installation."""
    return hashlib.sha256(f"jisr starter {code}".encode()).hexdigest()[:32]


async def _add(tx: Tx, record: dict[str, Any], wordings: dict[str, dict[str, Any]]) -> None:
    practice = practice_id(record["id"])
    country = "" if record["country"] == WHOLE_REGION else record["country"]
    if not await tx.add(
        practices.practices,
        key=("id",),
        id=practice,
        author=None,
        state=practices.State.PUBLISHED.value,
        language=_original(country),
        country=country,
        editorial=True,
        submitted_at=tx.now,
        published_at=tx.now,
    ):
        return
    await practices.classify(tx, practice=practice, topics=record.get("topics", ()))
    for language, text in wordings.items():
        if text["title"]:
            await texts.put(tx, practice=practice, language=language, **text, mark=Mark.EDITORIAL)
    await index.write(tx, practice=practice)


def _original(country: str) -> str:
    """Return the language that stands for the others: French where it is worked in."""
    return "fr" if countries.known(country) and "fr" in countries.get(country).languages else "en"


def _full(record: dict[str, Any], language: str) -> dict[str, Any]:
    body = dict(record.get(language, {}))
    parts = {NAMES.get(name, name): text for name, text in body.items()}
    return {"title": record["title"].get(language, ""), "parts": parts}


def _short(record: dict[str, Any], language: str) -> dict[str, Any]:
    """Cut a short record at its first colon: the title, then what was done."""
    title, _, done = record[language].partition(":")
    return {"title": title.strip(), "parts": {"done": done.strip()}}
