"""The TLS front: what it lets through, and what it must not write down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CADDYFILE = (Path(__file__).parents[2] / "deploy" / "Caddyfile").read_text("utf-8")


@pytest.mark.parametrize("field", ["headers", "uri", "remote_ip", "remote_port", "client_ip"])
def test_an_error_is_logged_without_secrets_and_addresses(field: str) -> None:
    """Caddy logs the request of an error with its headers and query, where the providers' secrets stand: not here."""
    assert re.search(rf"^\s*request>{field} delete$", CADDYFILE, re.MULTILINE)


def test_only_deliveries_calendars_and_health_come_through() -> None:
    """Metrics and readiness are not for the outside."""
    paths = re.search(r"@deliveries path (.+)", CADDYFILE)
    assert paths is not None
    assert paths.group(1).split() == ["/telegram/*", "/whatsapp/*", "/calendar/*", "/healthz"]
