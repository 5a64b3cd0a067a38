"""Sealing: what is sealed opens only where it was sealed, under a key that is still there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.sealing import BrokenKeyFile, KeyRing, Sealer, UnsafeKeyFile, Unsealable

RING = KeyRing.fresh()
SEALER = Sealer(RING)


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_sealed_opens(text: str) -> None:
    """Any text comes back; the same text is never sealed to the same bytes."""
    sealed = SEALER.seal("members.name", "row", text)
    assert SEALER.open("members.name", "row", sealed) == text
    assert sealed != SEALER.seal("members.name", "row", text)


@pytest.mark.parametrize(("field", "row"), [("members.name", "other"), ("members.locality", "row")])
def test_a_value_opens_only_in_its_place(field: str, row: str) -> None:
    """A sealed value copied to another row or column does not open."""
    sealed = SEALER.seal("members.name", "row", "Awa")
    with pytest.raises(Unsealable):
        SEALER.open(field, row, sealed)


@given(st.integers(0, 200), st.integers(1, 255))
def test_an_altered_value_does_not_open(place: int, change: int) -> None:
    """A value with any byte changed, or cut short, is refused."""
    sealed = bytearray(SEALER.seal("members.name", "row", "Awa Maïga"))
    place %= len(sealed)
    sealed[place] ^= change
    for broken in (bytes(sealed), bytes(sealed[:place])):
        with pytest.raises(Unsealable):
            SEALER.open("members.name", "row", broken)


def test_a_rotated_ring_opens_what_the_old_key_sealed() -> None:
    """After a new key is current, old values open and new ones name the new key; without the old key they do not."""
    old = SEALER.seal("members.name", "row", "Awa")
    rotated = replace(RING, data={**RING.data, 2: bytes(32)}, current=2)
    assert Sealer(rotated).open("members.name", "row", old) == "Awa"
    assert Sealer(rotated).seal("members.name", "row", "Awa")[1] == 2
    with pytest.raises(Unsealable):
        Sealer(replace(rotated, data={2: bytes(32)})).open("members.name", "row", old)


def test_an_index_is_keyed_by_installation_and_field() -> None:
    """The same value has the same index in one field, another in each other field and installation."""
    index = SEALER.index("addresses.external:whatsapp", "22790112233")
    assert index == SEALER.index("addresses.external:whatsapp", "22790112233")
    assert index != SEALER.index("addresses.external:telegram", "22790112233")
    assert index != Sealer(KeyRing.fresh()).index("addresses.external:whatsapp", "22790112233")
    assert len(index) == 32


def test_processes_that_start_first_at_once_share_one_ring(tmp_path: Path) -> None:
    """Whichever of many makes the key file, all of them get the same ring, and no draft stays."""
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(KeyRing.load_or_create, [path] * 8))
    assert all(ring == rings[0] for ring in rings)
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


def test_a_key_file_is_kept_to_its_owner(tmp_path: Path) -> None:
    """The ring is written with mode 0600 and read back; a file that others can read, or that is broken, is refused."""
    path = tmp_path / "keys" / "ring.json"
    ring = KeyRing.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load_or_create(path) == ring
    assert ring.index.hex() not in repr(ring)
    path.chmod(0o640)
    with pytest.raises(UnsafeKeyFile):
        KeyRing.load(path)
    path.chmod(0o600)
    for broken in ("", "{}", "[]", '{"data": {"1": "AA=="}, "current": 1, "index": "AA=="}'):
        path.write_text(broken)
        with pytest.raises(BrokenKeyFile):
            KeyRing.load(path)
