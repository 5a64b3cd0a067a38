"""What people say and what they get back: one file per capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handlers.registry import Registry


def capabilities() -> Registry:
    """Return every capability of the installation. To add one, import it and add its line."""
    from handlers.registry import Registry  # noqa: PLC0415 - the capabilities import this package

    return Registry([])
