"""What tests of conversations may ask for."""

from __future__ import annotations

import pytest

from handlers.language import Translator


@pytest.fixture(scope="session")
def translator() -> Translator:
    """Return the catalogues, read once."""
    return Translator.load()
