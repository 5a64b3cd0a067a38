"""What tests of conversations may ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

import handlers
from handlers.desk import Desk
from handlers.language import Translator
from handlers.registry import Capability, Converse, Registry
from network import starter
from network.store import Store
from tests.handlers.small_talks import HELLO, MENU, capability
from tests.handlers.transcript import Transcript


@pytest.fixture(scope="session")
def translator() -> Translator:
    """Return the catalogues, read once."""
    return Translator.load()


@pytest.fixture
def chat(sqlite_store: Store, translator: Translator, now: datetime) -> Callable[..., Transcript]:
    """Return a function that opens a chat with a desk of some small conversations."""

    def open_chat(*conversations: Converse | Capability, **phone: Any) -> Transcript:
        chosen = [each if isinstance(each, Capability) else capability(each) for each in conversations]
        return Transcript(sqlite_store, Desk(Registry([*chosen, MENU, HELLO]), translator), now, **phone)

    return open_chat


@pytest.fixture
async def open_phone(sqlite_store: Store, translator: Translator, now: datetime) -> Callable[..., Transcript]:
    """Return a function that gives people phones in the whole network: every capability, the starter content."""
    async with sqlite_store.transaction(now) as tx:
        await starter.load(tx)
    first: list[Transcript] = []

    def opened(**phone: str) -> Transcript:
        given = (
            Transcript(beside=first[0], **phone)
            if first
            else Transcript(sqlite_store, Desk(handlers.capabilities(), translator), now, **phone)
        )
        first.append(given)
        return given

    return opened
