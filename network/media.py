"""Media: files of people, sealed in a folder outside the database.

Each person has a folder of their own for what is only theirs; what may stay when they leave has one
named after itself (``network.files``).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from network.errors import Missing
from network.ids import new_id
from network.sealing import Sealer, Unsealable

DRAFT = ".new"  # of a file that is being written; one is left when the program is killed
_REF = re.compile(r"[0-9a-f]{32}/[0-9a-f]{32}")
_PERSON = re.compile(r"[0-9a-f]{32}")


class MediaFolder:
    """The sealed files of one installation. A *ref* is ``person id/file id``."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer

    async def save(self, person: str, data: bytes) -> str:
        """Seal ``data`` into a new durable file of ``person``; return its ref."""
        ref = f"{person}/{new_id()}"
        await self.keep(ref, data)
        return ref

    async def keep(self, ref: str, data: bytes) -> None:
        """Seal ``data`` into a durable file under this very ref, in the place of what was there; raise Missing."""
        if not _REF.fullmatch(ref):
            raise Missing
        await asyncio.to_thread(self._write, ref, data)

    async def open(self, ref: str) -> bytes:
        """Return the bytes of a file; raise Missing or Unsealable."""
        return await asyncio.to_thread(self._read, ref)

    async def delete(self, refs: Iterable[str]) -> None:
        """Delete files; those that are gone already are no error."""
        await asyncio.to_thread(self._unlink, list(refs))

    async def forget(self, person: str) -> None:
        """Delete every file of a person."""
        if _PERSON.fullmatch(person):
            await asyncio.to_thread(self._remove, person)

    async def reseal(self) -> tuple[int, int]:
        """Seal anew every file that is not under the current key; return how many, and how many do not open."""
        done = [await asyncio.to_thread(self._reseal, ref) for ref in await asyncio.to_thread(self._stale)]
        return sum(done), len(done) - sum(done)

    async def stale(self) -> int:
        """Return how many files are not sealed under the current key."""
        return len(await asyncio.to_thread(self._stale))

    def refs(self) -> list[str]:
        """Return the ref of every file."""
        found = (str(path.relative_to(self._folder)) for path in self._folder.glob("*/*"))
        return sorted(ref for ref in found if _REF.fullmatch(ref))

    def sealed(self, ref: str) -> bytes:
        """Return the bytes of a file as they are kept; raise Missing."""
        try:
            return self._path(ref).read_bytes()
        except FileNotFoundError as error:
            raise Missing from error

    def put(self, ref: str, sealed: bytes) -> None:
        """Keep bytes that ``sealed`` returned, durably."""
        path = self._path(ref)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(DRAFT)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _path(self, ref: str) -> Path:
        if not _REF.fullmatch(ref):
            raise Missing
        return self._folder / ref

    def _write(self, ref: str, data: bytes) -> None:
        self.put(ref, self._sealer.seal_bytes("media.file", ref, data))

    def _read(self, ref: str) -> bytes:
        return self._sealer.open_bytes("media.file", ref, self.sealed(ref))

    def _unlink(self, refs: list[str]) -> None:
        with self._locked():
            for ref in refs:
                if _REF.fullmatch(ref):
                    (self._folder / ref).unlink(missing_ok=True)
                    (self._folder / ref).with_suffix(DRAFT).unlink(missing_ok=True)
                    _tidy((self._folder / ref).parent, ref)

    def _remove(self, person: str) -> None:
        with self._locked():
            shutil.rmtree(self._folder / person, ignore_errors=True)

    def _stale(self) -> list[str]:
        return [ref for ref in self.refs() if self._key_of(ref) not in {None, self._sealer.current}]

    def _key_of(self, ref: str) -> int | None:
        """Return the id of the key of a file, None when it is gone."""
        try:
            with self._path(ref).open("rb") as file:
                return file.read(2)[1]
        except FileNotFoundError:
            return None

    def _reseal(self, ref: str) -> bool:
        """Seal one file anew, unless it is deleted meanwhile; return False when it does not open."""
        with self._locked():
            try:
                self._write(ref, self._read(ref))
            except Unsealable:
                return False
            except Missing:
                return True
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from deleting files meanwhile: a file sealed anew must not come back."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _tidy(folder: Path, ref: str) -> None:
    """Remove the folder of a file that had one of its own."""
    if ref == f"{folder.name}/{folder.name}":
        with suppress(OSError):  # it is gone already
            folder.rmdir()
