"""Frozen dataclasses to plain JSON data and back, by their type hints."""

import dataclasses
import types
from datetime import datetime
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints


def to_plain(value: Any) -> Any:
    """JSON data for a value made of dataclasses, enums, times, tuples, dicts and scalars."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {part.name: to_plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [to_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): to_plain(part) for key, part in value.items()}
    return value


def from_plain(kind: Any, data: Any) -> Any:
    """The value of type `kind` that `to_plain` wrote as `data`.

    A field with a default that is missing in `data` takes it: verdicts kept by an earlier version stay readable.
    """
    if get_origin(kind) in (Union, types.UnionType):
        if data is None:
            return None
        [kind] = [part for part in get_args(kind) if part is not type(None)]
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(
            **{
                part.name: from_plain(hints[part.name], data[part.name])
                for part in dataclasses.fields(kind)
                if part.name in data or _required(part)
            }
        )
    if get_origin(kind) is tuple:
        return tuple(from_plain(get_args(kind)[0], part) for part in data)
    if get_origin(kind) is dict:
        return {key: from_plain(get_args(kind)[1], part) for key, part in data.items()}
    if kind is datetime:
        return datetime.fromisoformat(data)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(data)
    if kind is float:
        return float(data)
    if not isinstance(data, kind):
        raise TypeError(f"{kind.__name__} expected, {type(data).__name__} found")
    return data


def _required(part: dataclasses.Field[Any]) -> bool:
    return part.default is dataclasses.MISSING and part.default_factory is dataclasses.MISSING
