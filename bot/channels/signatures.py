"""Proof that a delivery comes from the provider: compared in constant time, never logged."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping


def header(headers: Mapping[str, str], name: str) -> bytes:
    """Return a header's value whatever the case of its name; empty when it is absent."""
    for key, value in headers.items():
        if key.lower() == name:
            return value.encode("utf-8", "surrogatepass")
    return b""


def same(given: bytes, expected: str) -> bool:
    """Whether a secret was given; an empty expectation matches nothing."""
    return bool(expected) and hmac.compare_digest(given, expected.encode())


def sha256_of(body: bytes, secret: str) -> str:
    """Return ``sha256=`` and the HMAC of a raw body, as Meta writes it in X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
