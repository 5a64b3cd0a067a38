"""Probes: what the doctor looks at. They decide nothing, change nothing, and make nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import make_url

from bot.channels import SendError
from bot.doctor.accounts import TelegramFacts, WhatsAppFacts
from bot.doctor.ground import Database, Place
from bot.settings import WhatsAppAccount
from network import groups, migrations
from network.errors import NetworkError
from network.groups import Staffing
from network.sealing import KeyRing, Sealer
from network.store import Store, open_engine

PATIENCE_S = 10.0
_T = TypeVar("_T")


async def telegram(channel: Any) -> TelegramFacts:
    """Ask Telegram about a bot."""
    try:
        return TelegramFacts(await channel.standing.username(), await channel.standing.webhook())
    except SendError as error:
        return TelegramFacts(fault=error)


async def whatsapp(channel: Any, account: WhatsAppAccount) -> WhatsAppFacts:
    """Ask Meta about a number, and about its business account where its id is known."""
    try:
        number = await channel.standing.number()
    except SendError as error:
        return WhatsAppFacts(fault=error)
    if not account.business_id:
        return WhatsAppFacts(number)
    try:
        templates = await channel.standing.templates(account.business_id, account.template)
        return WhatsAppFacts(number, templates, await channel.standing.apps(account.business_id))
    except SendError as error:
        return WhatsAppFacts(number, business_fault=error)


async def skew_s(urls: Sequence[str], now: Callable[[], datetime]) -> float | None:
    """Return by how many seconds the first server that answers is ahead of this clock, or None."""
    for url in urls:
        answer = await _get(url)
        if answer is not None and "date" in answer.headers:
            return (parsedate_to_datetime(answer.headers["date"]) - now()).total_seconds()
    return None


async def answers(public_url: str) -> bool:
    """Whether the program answers at its public address."""
    answer = await _get(f"{public_url.rstrip('/')}/healthz")
    return answer is not None and answer.text == "ok"


def place(path: Path) -> Place:
    """Return a file's or folder's mode, without what it holds."""
    try:
        return Place(path, path.stat().st_mode & 0o777)
    except OSError:
        return Place(path, None)


def ring_fault(path: Path) -> str:
    """Return what keeps the key ring from being read, "" for nothing or when it is not there."""
    try:
        KeyRing.load(path)
    except FileNotFoundError:
        return ""
    except (NetworkError, OSError) as error:
        return type(error).__name__
    return ""


async def database(url: str) -> Database:
    """Return how the database stands."""
    newest = migrations.head()
    try:
        if _is_missing(url):
            return Database(newest=newest)
        revision = await _on(url, lambda store: migrations.current(store.engine)) or ""
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering is the finding
        return Database(newest=newest, fault=type(error).__name__)
    return Database(revision, newest, known=not revision or revision in migrations.revisions())


async def staffing(url: str, now: datetime) -> list[Staffing]:
    """Return the staffing of the groups of a migrated database."""

    async def ask(store: Store) -> list[Staffing]:
        async with store.reading(now) as tx:
            return await groups.staffing(tx)

    return await _on(url, ask)


def _is_missing(url: str) -> bool:
    """Whether the store is a SQLite file that is not there; opening it would make it."""
    parts = make_url(url)
    return parts.get_backend_name() == "sqlite" and not Path(parts.database or "").exists()


async def _on(url: str, ask: Callable[[Store], Awaitable[_T]]) -> _T:
    """Ask a database something for which no key is needed."""
    store = Store(open_engine(url), Sealer(KeyRing.fresh()))
    try:
        return await ask(store)
    finally:
        await store.close()


async def _get(url: str) -> httpx.Response | None:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
            return await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
