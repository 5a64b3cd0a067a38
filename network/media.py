"""Media: files of people, sealed in a folder outside the database, one folder for each person."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from network.errors import Missing
from network.ids import new_id
from network.sealing import Sealer

_REF = re.compile(r"[0-9a-f]{32}/[0-9a-f]{32}")
_PERSON = re.compile(r"[0-9a-f]{32}")


class MediaFolder:
    """The sealed files of one installation. A *ref* is ``person id/file id``."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer

    async def save(self, person: str, data: bytes) -> str:
        """Seal ``data`` into a new durable file of ``person``; return its ref."""
        if not _PERSON.fullmatch(person):
            raise Missing
        ref = f"{person}/{new_id()}"
        await asyncio.to_thread(self._write, ref, data)
        return ref

    async def open(self, ref: str) -> bytes:
        """Return the bytes of a file; raise Missing or Unsealable."""
        return await asyncio.to_thread(self._read, ref)

    async def delete(self, refs: Iterable[str]) -> None:
        """Delete files; those that are gone already are no error."""
        await asyncio.to_thread(self._unlink, list(refs))

    async def forget(self, person: str) -> None:
        """Delete every file of a person."""
        if _PERSON.fullmatch(person):
            await asyncio.to_thread(shutil.rmtree, self._folder / person, ignore_errors=True)

    def _path(self, ref: str) -> Path:
        if not _REF.fullmatch(ref):
            raise Missing
        return self._folder / ref

    def _write(self, ref: str, data: bytes) -> None:
        path = self._path(ref)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(self._sealer.seal_bytes("media.file", ref, data))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _read(self, ref: str) -> bytes:
        try:
            sealed = self._path(ref).read_bytes()
        except FileNotFoundError as error:
            raise Missing from error
        return self._sealer.open_bytes("media.file", ref, sealed)

    def _unlink(self, refs: list[str]) -> None:
        for ref in refs:
            if _REF.fullmatch(ref):
                (self._folder / ref).unlink(missing_ok=True)
