"""Secrets: given as they are, or as the place where they stand (``env:NAME``, ``file:PATH``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr


def resolve(given: str) -> str:
    """Return the secret that ``given`` is, or points to; raise ValueError when nothing stands there.

    ``env:NAME`` names a variable, ``file:PATH`` a file whose text it is (blank space at its end does
    not count), as Docker (/run/secrets) and systemd ($CREDENTIALS_DIRECTORY) hand secrets over. A
    relative path counts from the folder in which the program is started.
    """
    where, _, place = given.partition(":")
    if where == "env":
        return _of_variable(place)
    if where == "file":
        return _of_file(place)
    return given


def _of_variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ValueError(f"the variable {name} is not set")
    return value


def _of_file(path: str) -> str:
    try:
        value = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        value = ""
    if not value:
        raise ValueError(f"the file {path} cannot be read, or is empty")
    return value


def _resolved(given: Any) -> Any:
    if isinstance(given, SecretStr):
        given = given.get_secret_value()
    return resolve(given) if isinstance(given, str) else given


Secret = Annotated[SecretStr, BeforeValidator(_resolved)]
