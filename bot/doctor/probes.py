"""Probes: what the doctor looks at. They decide nothing, change nothing, and make nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import make_url

from bot.accounts import openers
from bot.channels import SendError
from bot.doctor.accounts import TelegramFacts, WhatsAppFacts
from bot.doctor.ground import Database, Place
from bot.settings import WhatsAppAccount
from network import addresses, darkness, groups, migrations, stops
from network.darkness import Darkness
from network.errors import NetworkError
from network.groups import Staffing
from network.keyring import KeyRing
from network.sealing import Sealer
from network.stops import Stop
from network.store import Store, Tx, open_engine

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
        names = sorted({opener.name for opener in openers(account).values()})
        templates = [one for name in names for one in await channel.standing.templates(account.business_id, name)]
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


def ring(path: Path) -> tuple[KeyRing, str]:
    """Return the key ring, else fresh keys that open nothing; and why a ring that is there cannot be read."""
    try:
        return KeyRing.load(path), ""
    except FileNotFoundError:
        return KeyRing.fresh(), ""
    except NetworkError as error:
        return KeyRing.fresh(), str(error)
    except OSError as error:
        return KeyRing.fresh(), f"The key file cannot be read ({type(error).__name__})."


async def database(url: str) -> Database:
    """Return how the database stands."""
    newest = migrations.head()
    try:
        if _is_missing(url):
            return Database(newest=newest)
        revision = await _revision(url)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering is the finding
        return Database(newest=newest, fault=type(error).__name__)
    return Database(revision, newest, known=not revision or revision in migrations.revisions())


async def opens(url: str, ring: KeyRing, now: datetime) -> bool:
    """Whether these keys open what a migrated database holds; any do while nobody's address is kept."""
    return await _asked(url, ring, now, addresses.opens)


async def staffing(url: str, now: datetime) -> list[Staffing]:
    """Return the staffing of the groups of a migrated database; no key is needed for it."""
    return await _asked(url, KeyRing.fresh(), now, groups.staffing)


async def stopped(url: str, now: datetime) -> list[Stop]:
    """Return the accounts of a migrated database that their providers stopped."""
    return await _asked(url, KeyRing.fresh(), now, stops.standing)


async def dark(url: str, now: datetime) -> list[Darkness]:
    """Return the countries of a migrated database that are cut off."""
    return await _asked(url, KeyRing.fresh(), now, darkness.standing)


def _is_missing(url: str) -> bool:
    """Whether the store is a SQLite file that is not there; opening it would make it."""
    parts = make_url(url)
    return parts.get_backend_name() == "sqlite" and not Path(parts.database or "").exists()


async def _revision(url: str) -> str:
    engine = open_engine(url)
    try:
        return await migrations.current(engine) or ""
    finally:
        await engine.dispose()


async def _asked(url: str, ring: KeyRing, now: datetime, ask: Callable[[Tx], Awaitable[_T]]) -> _T:
    store = Store(open_engine(url), Sealer(ring))
    try:
        async with store.reading(now) as tx:
            return await ask(tx)
    finally:
        await store.close()


async def _get(url: str) -> httpx.Response | None:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
            return await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
