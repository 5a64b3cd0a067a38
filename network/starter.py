"""The starter content: the countries' groups, and practices that were published elsewhere before."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import Any

from sqlalchemy import select, update

from network import countries, groups, index, practices, texts
from network.store import Tx
from network.texts import Mark, Wording

WHOLE_REGION = "XX"  # the data file's mark
LANGUAGES = ("fr", "en", "ar")
NAMES = {"did": "done", "risk": "risks"}  # of the parts, where the data file has another


async def load(tx: Tx) -> None:
    """Make what is missing, in a new network and in one that an earlier release filled; what is there stays."""
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
    """Make a practice of the collection, or fill what an earlier release did not have of it."""
    practice = practice_id(record["id"])
    country = "" if record["country"] == WHOLE_REGION else record["country"]
    made = await tx.add(
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
        **record["facts"],
    )
    changed = made or await _fill_facts(tx, practice, record)
    if made or not await practices.topics_of(tx, practice=practice):
        await practices.classify(tx, practice=practice, topics=record["topics"])
    there = (await texts.of(tx, [practice])).get(practice, {})
    for language, wording in wordings.items():
        changed |= await _fill_text(tx, practice, language, wording, there.get(language))
    if changed:
        await index.write(tx, practice=practice)


async def _fill_facts(tx: Tx, practice: str, record: dict[str, Any]) -> bool:
    """Set those facts that the practice has not got; return whether there were any."""
    row = await tx.first(select(practices.practices).where(practices.practices.c.id == practice))
    missing = {name: value for name, value in record["facts"].items() if row is not None and not getattr(row, name)}
    if missing:
        await tx.run(update(practices.practices).where(practices.practices.c.id == practice).values(**missing))
    return bool(missing)


async def _fill_text(tx: Tx, practice: str, language: str, wording: dict[str, Any], there: Wording | None) -> bool:
    """Write those parts that a text has not got; return whether there were any. A member's translation stays."""
    if not wording["title"] or (there is not None and there.mark not in {Mark.EDITORIAL, Mark.ORIGINAL}):
        return False
    former = {} if there is None else there.parts
    if there is not None and not wording["parts"].keys() - former.keys():
        return False
    parts = {**wording["parts"], **former}
    title = wording["title"] if there is None else there.title
    await texts.put(tx, practice=practice, language=language, title=title, parts=parts, mark=Mark.EDITORIAL)
    return True


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
    return {"title": title.strip(), "parts": {"done": done.strip(), "source": record["source_line"][language]}}
