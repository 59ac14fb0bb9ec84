"""parameters: what a request can say, as a table: a name, what it means, which values can be, how one is read.

Requests are checked by it, and the description of the API is made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast, get_args

import orjson

from khsearch.documents import brief_repr, named
from khsearch.engine import By
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.hits import Facet
from khsearch.query import MATCHES
from khsearch.schema import FieldKind
from khsearch.web.bounds import Bounds

Kinds = Mapping[str, FieldKind]
"""The own fields of an index, and the kind of each."""

JsonSchema = dict[str, Any]

_MOST_SORTS, _MOST_FACETS = 5, 20

DAYS: tuple[By, ...] = get_args(By)
"""What dates are counted by."""


@frozen
class Parameter:
    """One parameter of a query string, or of a path.

    told    what it means, for people who write programs
    read    reads a value; QueryError
    schema  which values can be, in an index with these fields
    absent  its value where it is not given
    must    whether it has to be given
    """

    name: str
    told: str
    read: Callable[[str, Bounds], Any]
    schema: Callable[[Bounds, Kinds], JsonSchema]
    absent: Callable[[Bounds], Any] = lambda _: None
    must: bool = False


def short(name: str, value: str, most: int) -> str:
    """Return a value; QueryError for one of too many characters."""
    if len(value) > most:
        raise QueryError(f"{name}: {len(value):,} characters, and {most:,} are the most")
    return value


def facet_of(given: str, limit: int) -> Facet:
    """Read a facet as it is written, FIELD or FIELD:year, with so many values at most; QueryError."""
    field, colon, by = given.partition(":")
    try:
        return Facet(field, cast("By", by) if colon else None, limit=limit)
    except ValueError as problem:
        raise QueryError(f"facets {given!r}: {problem}") from None


def _number(name: str, value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= most):
        raise QueryError(f"{name} takes a number from 0 to {most:,}, not {brief_repr(value, 40)}")
    return int(value)


def _truth(value: str, _: Bounds) -> bool:
    if value not in _TRUTHS:
        raise QueryError(f"correct takes true or false, not {brief_repr(value, 40)}")
    return _TRUTHS[value]


_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def _match(value: str, _: Bounds) -> str:
    if value not in MATCHES:
        raise QueryError(f"match takes {', '.join(MATCHES)}, not {brief_repr(value, 40)}")
    return value


def _names(name: str, value: str, bounds: Bounds, most: int) -> tuple[str, ...]:
    found = tuple(one.strip() for one in short(name, value, bounds.filter).split(",") if one.strip())
    if len(found) > most:
        raise QueryError(f"{name}: {len(found)} names, and {most} are the most")
    return found


def _filter(written: str, bounds: Bounds) -> Mapping[str, Any]:
    try:
        found = orjson.loads(short("filter", written, bounds.filter))
    except orjson.JSONDecodeError as problem:
        raise QueryError(f'filter is no JSON ({problem}); write one as {{"section": "news"}}') from None
    if not isinstance(found, dict):
        raise QueryError(f'filter takes a JSON object, as {{"section": "news"}}, not {brief_repr(found, 40)}')
    return found


def _counted(kinds: Kinds) -> list[str]:
    """Fields that have values to count and sort by."""
    return [name for name, kind in kinds.items() if kind != "text"]


def _facets_schema(_: Bounds, kinds: Kinds) -> JsonSchema:
    dates = {name: [name, *(f"{name}:{by}" for by in DAYS)] for name, kind in kinds.items() if kind == "date"}
    names = [one for name in _counted(kinds) for one in dates.get(name, [name])]
    once = [{"contains": {"enum": some}, "minContains": 0, "maxContains": 1} for some in dates.values()]
    schema: JsonSchema = {"type": "array", "items": _one_of(names), "uniqueItems": True, "maxItems": _MOST_FACETS}
    return schema | ({"allOf": once} if once else {})


def _sort_schema(_: Bounds, kinds: Kinds) -> JsonSchema:
    names = ["score", *(sign + name for name in _counted(kinds) if name != "score" for sign in ("", "-"))]
    return {"type": "array", "items": _one_of(names), "maxItems": _MOST_SORTS}


def _one_of(names: Sequence[str]) -> JsonSchema:
    return {"type": "string", "enum": list(names)} if names else {"type": "string"}


def _up_to(most: Callable[[Bounds], int], absent: int) -> Callable[[Bounds, Kinds], JsonSchema]:
    return lambda bounds, _: {
        "type": "integer",
        "minimum": 0,
        "maximum": most(bounds),
        "default": min(absent, most(bounds)),
    }


_FEW = 10

Q = Parameter(
    "q",
    "What is searched for: words in any spelling, and operators. Empty: everything.",
    lambda value, bounds: short("q", value, bounds.query),
    lambda bounds, _: {"type": "string", "maxLength": bounds.query},
    lambda _: "",
)
LIMIT = Parameter(
    "limit",
    "How many at most.",
    lambda value, bounds: _number("limit", value, bounds.limit),
    _up_to(lambda bounds: bounds.limit, _FEW),
    lambda bounds: min(_FEW, bounds.limit),
)
OFFSET = Parameter(
    "offset",
    "How many hits are passed over.",
    lambda value, bounds: _number("offset", value, bounds.offset),
    _up_to(lambda bounds: bounds.offset, 0),
    lambda _: 0,
)
SORT = Parameter(
    "sort",
    "Fields to order by instead of the score, each with - before it for the greatest first; score for the best first.",
    lambda value, bounds: _names("sort", value, bounds, _MOST_SORTS),
    _sort_schema,
    lambda _: (),
)
MATCH = Parameter(
    "match",
    "best: what counts as found, then looser hits. strict: without those. all, any: what holds all, or any, words.",
    _match,
    lambda *_: {"type": "string", "enum": list(MATCHES), "default": MATCHES[0]},
    lambda _: MATCHES[0],
)
CORRECT = Parameter(
    "correct",
    "Whether what stands in no document may be read in another spelling.",
    _truth,
    lambda *_: {"type": "boolean", "default": True},
    lambda _: True,
)
FACETS = Parameter(
    "facets",
    "Fields whose values are counted in all that was found; dates by year, month or day, too.",
    lambda value, bounds: tuple(
        facet_of(name, bounds.values) for name in _names("facets", value, bounds, _MOST_FACETS)
    ),
    _facets_schema,
    lambda _: (),
)
FILTER = Parameter(
    "filter",
    "A filter as data, beside the parameters that are named as fields are.",
    _filter,
    lambda *_: {"$ref": "#/components/schemas/Filter"},
)
ID = Parameter(
    "id",
    "The id of a document.",
    lambda value, _: value,
    lambda *_: {"type": "string", "minLength": 1},
    must=True,
)


def read(
    given: Iterable[tuple[str, str]],
    takes: Sequence[Parameter],
    bounds: Bounds,
    fields: Mapping[str, object],
    *,
    strict: bool,
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """Read the pairs of a query string -> values of parameters by name, and of own fields as written; QueryError.

    fields  own fields that may stand there, too, several times
    strict  refuse what is neither, and what is empty and should not be, instead of passing it over, as forms send it
    """
    table = {one.name: one for one in takes}
    known: dict[str, str] = {}
    own: dict[str, list[str]] = {}
    for name, value in given:
        field = None if name in table else named(name, fields)
        if name in table:
            if name in known:
                raise QueryError(f"{name} is there twice; leave one out")
            known[name] = value
        elif field is not None:
            own.setdefault(field, []).append(short(field, value, bounds.filter))
        elif strict:
            there = ", ".join((*table, *(name for name in fields if name not in table)))
            raise QueryError(f"no parameter {brief_repr(name)}; there {f'are {there}' if there else 'is none'}")
    for field, some in own.items():
        if len(some) > bounds.limit:
            raise QueryError(f"{field}: {len(some):,} values, and {bounds.limit:,} are the most")
    missing = next((one.name for one in takes if one.must and not known.get(one.name)), None)
    if missing is not None:
        raise QueryError(f"{missing} is missing; add ?{missing}=\u2026")
    values = {
        name: one.read(known[name], bounds) if name in known and (strict or known[name]) else one.absent(bounds)
        for name, one in table.items()
    }
    return values, tuple((field, value) for field, some in own.items() for value in dict.fromkeys(some) if value)
