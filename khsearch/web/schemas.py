"""schemas: own fields in; JSON Schema of the values that they are asked for by, and of what the API answers, out."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from khsearch.schema import FieldKind
from khsearch.web.parameters import JsonSchema, Kinds

_NUMBER = r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?"
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY = "(0[13578]|1[02])(-(0[1-9]|[12][0-9]|3[01]))?|(0[469]|11)(-(0[1-9]|[12][0-9]|30))?|02(-(0[1-9]|1[0-9]|2[0-8]))?"
_DATE = f"(?!0000)({_LEAP}-02-29|[0-9]{{4}}(-({_DAY}))?)"
_TRUTHS = ["true", "false", "yes", "no", "1", "0"]

_STRINGS: dict[FieldKind, JsonSchema] = {
    "keyword": {"type": "string"},
    "text": {"$ref": "#/components/schemas/Words"},
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


def _ref(name: str) -> JsonSchema:
    return {"$ref": f"#/components/schemas/{name}"}


def of_parameter(kind: FieldKind) -> JsonSchema:
    """Return the schema of one value that a parameter of a field's name takes; an empty one says nothing."""
    one = _RANGED.get(kind)
    if one is not None:
        return {"type": "string", "pattern": rf"^({one}|({one}|\*) TO ({one}|\*))?$"}
    if kind == "text":
        return _ref("WordsOrNone")
    return {"type": "string", "enum": [*_TRUTHS, ""]} if kind == "boolean" else _STRINGS[kind]


def filters_of(kinds: Kinds) -> dict[str, JsonSchema]:
    """Return the schema of filters as data, for an index with these fields, and those that it names."""
    inner = _ref("Filter")
    several: JsonSchema = {"type": "array", "items": inner}
    every: Kinds = {"title": "text", "text": "text", **kinds}
    whole: JsonSchema = {
        "type": "object",
        "properties": {
            **{name: _ref(_asked_name(kind)) for name, kind in every.items()},
            **{"and": several, "or": several, "not": inner},
        },
        "additionalProperties": False,
    }
    words = {"Words": _pattern(_letters()), "WordsOrNone": _pattern(f"^$|{_letters()}")}
    return {"Filter": whole, **{_asked_name(kind): _asked(kind) for kind in every.values()}, **words}


@cache
def _letters() -> str:
    """A pattern for a letter or digit, of any script, one of which a text has that is looked for.

    Written out, as no class of them is known to all that read patterns.
    """
    codes = [code for code in range(_LAST_LETTER) if unicodedata.category(chr(code)) in _OF_WORDS]
    firsts = [code for code, before in zip(codes, [-1, *codes], strict=False) if code != before + 1]
    lasts = [code for code, behind in zip(codes, [*codes[1:], -1], strict=True) if code + 1 != behind]
    ranges = (f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts, strict=True))
    return f"[{''.join(ranges)}]"


_LAST_LETTER = 0x32400
_OF_WORDS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd")


def _pattern(pattern: str) -> JsonSchema:
    return {"type": "string", "pattern": pattern}


def _asked_name(kind: FieldKind) -> str:
    return f"FilterBy{kind.capitalize()}"


def _asked(kind: FieldKind) -> JsonSchema:
    """What a filter asks of a field of some kind."""
    value: list[JsonSchema] = [*_DATA[kind], _STRINGS[kind]]
    operators: JsonSchema = {"exists": {"type": "boolean"}, "not": _ref(_asked_name(kind))}
    if kind not in ("text", "boolean"):
        operators |= dict.fromkeys(("gt", "gte", "lt", "lte"), {"anyOf": value} if len(value) > 1 else value[0])
    one = [{"type": "null"}, *value, {"type": "object", "properties": operators, "additionalProperties": False}]
    return {"anyOf": [*one, {"type": "array", "items": {"anyOf": one}}]}


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
        nearly={"type": "boolean"},
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
