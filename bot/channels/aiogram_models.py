"""aiogram without building its four hundred models at import.

``aiogram.types`` ends by building every pydantic model of the Bot API: seconds of start-up and
100 MB that the garbage collector then walks, for the dozen models that are used here. Imported
inside ``built_when_used`` a model is built when it is first used, with the names that aiogram
itself gives (pydantic calls ``model_rebuild`` on the first use of a model that is not complete).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel


@contextmanager
def built_when_used() -> Iterator[None]:
    """Import aiogram inside; does nothing where it is imported already."""
    if "aiogram" in sys.modules:
        yield
        return
    whole = BaseModel.__dict__["model_rebuild"]
    names: dict[str, Any] = {}

    def put_off(_cls: type[BaseModel], /, *, _types_namespace: dict[str, Any] | None = None, **_how: Any) -> None:
        names.update(_types_namespace or {})

    def build(cls: type[BaseModel], /, *, _types_namespace: dict[str, Any] | None = None, **how: Any) -> bool | None:
        how.pop("_parent_namespace_depth", None)
        built: bool | None = whole.__func__(cls, _types_namespace=_types_namespace or names, **how)
        return built

    BaseModel.model_rebuild = classmethod(put_off)  # type: ignore[assignment, method-assign]
    try:
        import aiogram  # noqa: PLC0415 - the import is what this is about
    finally:
        BaseModel.model_rebuild = whole  # type: ignore[method-assign]
    for base in (aiogram.types.TelegramObject, aiogram.methods.TelegramMethod, aiogram.methods.Response):
        base.model_rebuild = classmethod(build)  # type: ignore[assignment, method-assign]
    yield
