"""The lock: SQLite serves one running program, and says so to a second one."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Self, TextIO

from bot.settings import Misconfigured

NAME = "running.lock"


class AlreadyRunning(Misconfigured):
    """Another Jisr runs on this data folder."""

    def __init__(self, home: Path) -> None:
        super().__init__(
            f"Another Jisr runs already on {home}. SQLite serves one process: jisr run does everything in it. "
            "For several (jisr web, jisr courier), set JISR_DATABASE_URL to a PostgreSQL database."
        )


class Lock:
    """A file in the data folder, locked as long as the program runs; a program that dies lets go of it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: TextIO | None = None

    def take(self) -> Self:
        """Take the lock; raise AlreadyRunning."""
        file = (self._home / NAME).open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise AlreadyRunning(self._home) from error
        self._file = file
        return self

    def free(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            self._file.close()
        self._file = None
