"""values: a document's stored fields as JSON and back, equal in value and type."""

from __future__ import annotations

import base64
import datetime
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from khsearch.errors import DocumentError, IndexDamagedError

MARK = "$"  # of an object that stands for a value that JSON has not
MAX_JSON_INT = 1 << 63


def encode(stored: Mapping[str, Any]) -> bytes:
    """Stored fields as JSON; DocumentError where a value is of a kind that cannot be kept."""
    held = {name: _as_json(name, value) for name, value in stored.items()}
    try:
        return orjson.dumps(held)
    except TypeError as error:
        raise _unencodable(held, error) from error


def decode(blob: bytes) -> dict[str, Any]:
    """Stored fields back from encode()."""
    if not blob:
        return {}
    try:
        held = orjson.loads(blob)
        return {name: _value(value) for name, value in held.items()}
    except (orjson.JSONDecodeError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise IndexDamagedError("a stored document is not what was written; rebuild the index") from error


def _unencodable(held: Mapping[str, Any], error: Exception) -> DocumentError:
    """Return the error for stored fields that are no JSON: one has text with half of a character, or is too deep."""
    for name, value in held.items():
        try:
            orjson.dumps(value)
        except TypeError:
            return DocumentError(f"field {name!r}: {value!r:.200} cannot be stored: {error}; store text that is UTF-8")
    return DocumentError(f"the stored fields cannot be kept: {error}; store text that is UTF-8")


def _as_json(name: str, value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {MARK: "float", "v": repr(value)}
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return value if -MAX_JSON_INT <= value < MAX_JSON_INT else {MARK: "int", "v": str(value)}
    if isinstance(value, datetime.datetime):
        return {MARK: "datetime", "v": value.isoformat()}
    if isinstance(value, datetime.date):
        return {MARK: "date", "v": value.isoformat()}
    if isinstance(value, bytes):
        return {MARK: "bytes", "v": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Decimal):
        return {MARK: "decimal", "v": str(value)}
    if isinstance(value, list):
        return [_as_json(name, item) for item in value]
    if isinstance(value, tuple):
        return {MARK: "tuple", "v": [_as_json(name, item) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        plain = {key: _as_json(name, item) for key, item in value.items()}
        return {MARK: "dict", "v": plain} if MARK in plain else plain
    raise DocumentError(
        f"field {name!r}: a {type(value).__name__} cannot be stored; store text, numbers, dates or lists"
    )


def _value(held: Any) -> Any:
    if isinstance(held, list):
        return [_value(item) for item in held]
    if not isinstance(held, dict):
        return held
    if MARK not in held:
        return {key: _value(item) for key, item in held.items()}
    kind, value = held[MARK], held["v"]
    if kind == "dict":
        return {key: _value(item) for key, item in value.items()}
    if kind == "tuple":
        return tuple(_value(item) for item in value)
    return _READ[kind](value)


_READ: dict[str, Any] = {
    "float": float,
    "int": int,
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "bytes": base64.b64decode,
    "decimal": Decimal,
}
