"""schemas: own fields in; JSON Schema of the values that they are asked for by, and of what the API answers, out."""

from __future__ import annotations

from typing import Any

from khsearch.schema import FieldKind
from khsearch.web.parameters import JsonSchema, Kinds

_NUMBER = r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?"
_DATE = "(?!0000)[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?"
_WORD = "[0-9A-Za-z\u1780-\u17a2]"
_TRUTHS = ["true", "false", "yes", "no", "1", "0"]

_STRINGS: dict[FieldKind, JsonSchema] = {
    "keyword": {"type": "string"},
    "text": {"type": "string", "pattern": _WORD},
    "number": {"type": "string", "pattern": f"^{_NUMBER}$"},
    "date": {"type": "string", "pattern": f"^{_DATE}$"},
    "boolean": {"type": "string", "enum": _TRUTHS},
}
"""What names a value of a field of each kind, as a string: what is easily told of it."""

_DATA: dict[FieldKind, list[JsonSchema]] = {
    "keyword": [],
    "text": [],
    "number": [{"type": "number"}],
    "date": [{"type": "integer", "minimum": 1, "maximum": 9999}],
    "boolean": [{"type": "boolean"}],
}
"""What else names one, as JSON."""

_RANGED = {"number": _NUMBER, "date": _DATE}


def of_parameter(kind: FieldKind) -> JsonSchema:
    """Return the schema of one value that a parameter of a field's name takes; an empty one says nothing."""
    one = _RANGED.get(kind)
    if one is not None:
        return {"type": "string", "pattern": rf"^({one}|({one}|\*) TO ({one}|\*))?$"}
    if kind == "text":
        return {"type": "string", "pattern": f"^$|{_WORD}"}
    return {"type": "string", "enum": [*_TRUTHS, ""]} if kind == "boolean" else _STRINGS[kind]


def filter_of(kinds: Kinds) -> JsonSchema:
    """Return the schema of filters as data, for an index with these fields."""
    inner = {"$ref": "#/components/schemas/Filter"}
    several = {"type": "array", "items": inner}
    own: JsonSchema = {name: _asked(kind) for name, kind in {"title": "text", "text": "text", **kinds}.items()}
    return {
        "type": "object",
        "properties": {**own, "and": several, "or": several, "not": inner},
        "additionalProperties": False,
    }


def _asked(kind: FieldKind) -> JsonSchema:
    """What a filter asks of one field."""
    one: list[JsonSchema] = [*_DATA[kind], _STRINGS[kind]]
    value: JsonSchema = {"anyOf": one} if len(one) > 1 else one[0]
    operators: JsonSchema = {"exists": {"type": "boolean"}, "not": value}
    if kind not in ("text", "boolean"):
        operators |= dict.fromkeys(("gt", "gte", "lt", "lte"), value)
    ranged = {"type": "object", "properties": operators, "additionalProperties": False}
    return {"anyOf": [{"type": "null"}, *one, {"type": "array", "items": {"anyOf": [*one, {"type": "null"}]}}, ranged]}


def _object(**properties: JsonSchema) -> JsonSchema:
    """An object that has all of these, and nothing else."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


_TEXT: JsonSchema = {"type": "string"}
_MAYBE: JsonSchema = {"type": ["string", "null"]}
_COUNT: JsonSchema = {"type": "integer", "minimum": 0}
_MARKS: JsonSchema = {
    "type": "array",
    "description": "Each begins at the first and ends behind the last character, counted in code points.",
    "items": {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2},
}
_FIELDS: JsonSchema = {
    "type": "object",
    "description": "Dates as ISO 8601 has them, decimal numbers as strings.",
    "additionalProperties": {
        "type": ["string", "number", "boolean", "array", "null"],
        "items": _TEXT,
    },
}
_COUNTS: JsonSchema = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _COUNT}}


def _ref(name: str) -> JsonSchema:
    return {"$ref": f"#/components/schemas/{name}"}


_HIT = _object(
    rank={"type": "integer", "minimum": 1},
    score={"type": "number"},
    loose={"type": "boolean", "description": "Whether it is beyond what counts as found."},
    id=_TEXT,
    title=_TEXT,
    title_marks=_MARKS,
    snippet=_TEXT,
    marks=_MARKS,
    fields=_FIELDS,
)
_HIT["properties"]["page"] = {"type": "integer", "minimum": 1}  # of documents that have pages

_DOCUMENT = _object(id=_TEXT, title=_TEXT, text=_TEXT, fields=_FIELDS)
_DOCUMENT["properties"] |= {"title_marks": _MARKS, "text_marks": _MARKS}  # of what a query asks for

BODIES: dict[str, Any] = {
    "Results": _object(
        total=_COUNT,
        corrected=_MAYBE,
        suggestion=_MAYBE,
        facets=_COUNTS,
        hits={"type": "array", "items": _ref("Hit")},
    ),
    "Hit": _HIT,
    "Completions": _object(completions={"type": "array", "items": _TEXT}),
    "Document": _DOCUMENT,
    "Stats": _object(
        documents=_COUNT,
        fields={"type": "object", "additionalProperties": _TEXT},
        breaker=_TEXT,
        lexicon={"type": "string", "enum": ["own", "default"]},
        limits={"type": "object", "additionalProperties": _COUNT},
    ),
    "Health": _object(status={"const": "ok"}),
    "Description": {"type": "object", "required": ["openapi"]},
    "Error": _object(error={"type": "string", "description": "What is wrong, and what to do."}),
}
"""The schemas of all bodies, by name."""
