"""A row as canonical JSON and back, exactly: every concrete field, so that what is sealed can be restored field by field."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

import rfc8785
from django.db import models

# A JSON value that RFC 8785 cannot carry unchanged (whole numbers beyond 2^53, 1.0 which becomes 1) travels as its JSON text.
EXACT_TEXT = "$json"
Row = dict[str, Any]


def row_of(thing: models.Model, *, leave_out: tuple[str, ...] = (), **overlay: Any) -> Row:
    """{"model": label, "fields": {column: value}}. `overlay` stands in for fields that get their value with the seal."""
    fields = {}
    for field in thing._meta.concrete_fields:
        if field.attname in leave_out:
            continue
        value = overlay.get(field.attname, getattr(thing, field.attname))
        fields[field.attname] = encode(field, value)
    return {"model": thing._meta.label_lower, "fields": fields}


def values_of(model: type[models.Model], row: Row) -> dict[str, Any]:
    """The field values of a row. Raises ValueError where it is of another model or names a field that there is not."""
    if row.get("model") != model._meta.label_lower:
        raise ValueError(f"a row of {model._meta.label_lower} was expected, not of {row.get('model')}")
    known = {field.attname: field for field in model._meta.concrete_fields}
    unknown = set(row["fields"]) - set(known)
    if unknown:
        raise ValueError(f"{model._meta.label_lower} has no field {', '.join(sorted(unknown))}")
    return {name: decode(known[name], value) for name, value in row["fields"].items()}


def encode(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return _exact(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        # A choice of IntegerChoices is an int too; numbers beyond what JSON numbers carry go as text.
        return int(value) if abs(value) < 2**53 else str(int(value))
    return str(value)


def decode(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(value[EXACT_TEXT]) if isinstance(value, dict) and set(value) == {EXACT_TEXT} else value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value, validate=True)
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return target.to_python(value)


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes, ending in a line feed."""
    return rfc8785.dumps(value) + b"\n"


def _exact(value: Any) -> Any:
    try:
        back = json.loads(rfc8785.dumps(value))
    except (rfc8785.CanonicalizationError, ValueError):
        back = None
    if _same(back, value) and not (isinstance(value, dict) and EXACT_TEXT in value):
        return value
    return {EXACT_TEXT: json.dumps(value, ensure_ascii=True, sort_keys=True)}


def _same(left: Any, right: Any) -> bool:
    """Equal in type as well: 1 is not 1.0."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    return type(left) is type(right) and left == right
