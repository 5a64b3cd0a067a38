"""Results: what an act returned, as JSON that a later run can return again."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from network.errors import NetworkError

_VALUE = "$value"


class NotRecordable(TypeError):
    """An act must return JSON values, or a flat dataclass of them: a later run returns them again."""


def storable(result: Any) -> Any:
    """Return ``result`` as JSON; raise NotRecordable when a later run would get something else."""
    raw = {_VALUE: asdict(result)} if is_dataclass(result) and not isinstance(result, type) else result
    try:
        same = json.loads(json.dumps(raw)) == raw
    except (TypeError, ValueError):
        same = False
    if not same:
        raise NotRecordable(type(result).__name__)
    return raw


def is_json(result: Any) -> bool:
    """Whether ``result`` can be recorded as it is."""
    try:
        return bool(json.loads(json.dumps(result)) == result)
    except (TypeError, ValueError):
        return False


def revived(raw: Any, action: Callable[..., Any]) -> Any:
    """Return what ``action`` had returned; a dataclass is the one that its annotation names."""
    if not (isinstance(raw, dict) and raw.keys() == {_VALUE}):
        return raw
    annotation = typing.get_type_hints(action).get("return")
    kinds = [
        kind for kind in (annotation, *typing.get_args(annotation)) if isinstance(kind, type) and is_dataclass(kind)
    ]
    if not kinds:
        raise NotRecordable(getattr(action, "__name__", ""))
    known = {item.name for item in fields(kinds[0])}
    return kinds[0](**{name: value for name, value in raw[_VALUE].items() if name in known})


def refusal(name: str) -> NetworkError:
    """Return the network's refusal called ``name``, to be raised again."""
    kinds: list[type[NetworkError]] = [NetworkError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return next((kind() for kind in kinds if kind.__name__ == name), NetworkError())


def ids_of(values: Any) -> list[str] | None:
    """Return the ids of found values, or None when they have none."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        return None
    ids = [getattr(value, "id", None) for value in values]
    return [each for each in ids if isinstance(each, str)] if all(isinstance(each, str) for each in ids) else None
