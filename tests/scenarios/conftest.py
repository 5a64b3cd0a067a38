"""The whole program between phones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.harness import Sandbox


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The program and both stand-ins, with nobody in it but the starter content."""
    async with Sandbox(tmp_path / "home") as sandbox:
        yield sandbox
        assert [call.method for call in sandbox.refused()] == []
