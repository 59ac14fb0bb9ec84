"""asking: the query string of a request in; a question that an index answers out, or a QueryError that says why not.

Every parameter stands in `PARAMETERS`; besides, each own field has a parameter of its name, whose values filter: one of
several values of one field, all of several fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import orjson

from khsearch.documents import brief_repr, named
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.hits import Facet, Results
from khsearch.query import MATCHES, Match
from khsearch.reader import Reader
from khsearch.web.bounds import Bounds

PARAMETERS = ("q", "limit", "offset", "sort", "match", "correct", "facets", "filter")
"""What a search can be told, beside own fields; one of these names is no filter."""

_BETWEEN = " TO "
_TRUTHS = {"": True, "1": True, "true": True, "0": False, "false": False}


@frozen
class Question:
    """What is asked of an index.

    chosen  (field, value) of every own field that filters, as they were written
    filter  a filter as data, beside those
    """

    q: str = ""
    limit: int = 10
    offset: int = 0
    sort: tuple[str, ...] = ()
    match: Match = "best"
    correct: bool = True
    facets: tuple[Facet, ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()
    filter: Mapping[str, Any] | None = None

    def search(self, index: Reader, facets: Sequence[Facet] | None = None) -> Results:
        """Search, counting these facets instead of the question's own, if there are any; QueryError."""
        return index.search(
            self.q,
            self.limit,
            self.offset,
            self.match,
            filter=self.kept(index.fields),
            sort=self.sort or None,
            facets=self.facets if facets is None else facets,
            correct=self.correct,
        )

    def kept(self, fields: Mapping[str, object], without: str | None = None) -> Mapping[str, Any] | None:
        """Return all that filters as one filter, without what was chosen of one field; None for nothing."""
        values: dict[str, list[str]] = {}
        for field, value in self.chosen:
            if field != without:
                values.setdefault(field, []).append(value)
        each = [_any_of(field, some, str(fields[field])) for field, some in values.items() if field in fields]
        each += [self.filter] if self.filter else []
        return {"and": each} if each else None


def read(given: Iterable[tuple[str, str]], fields: Mapping[str, object], bounds: Bounds, *, strict: bool) -> Question:
    """Read the pairs of a query string; QueryError.

    fields  the index's own
    strict  refuse what is neither a parameter nor a field, instead of passing it over: links are decorated by others
    """
    known: dict[str, str] = {}
    chosen: list[tuple[str, str]] = []
    for name, value in given:
        field = None if name in PARAMETERS else named(name, fields)
        if name in PARAMETERS:
            if name in known:
                raise QueryError(f"{name} is there twice; leave one out")
            known[name] = value
        elif field is not None:
            _short(name, value, bounds.query)
            if value and (field, value) not in chosen:
                chosen.append((field, value))
        elif strict:
            there = ", ".join((*PARAMETERS, *(name for name in fields if name not in PARAMETERS)))
            raise QueryError(f"no parameter {brief_repr(name)}; there are {there}")
    _short("the number of filters", "x" * len(chosen), bounds.limit)
    return Question(
        q=_short("q", known.get("q", ""), bounds.query),
        limit=_number("limit", known.get("limit", ""), 10, bounds.limit),
        offset=_number("offset", known.get("offset", ""), 0, bounds.offset),
        sort=_names("sort", known.get("sort", ""), bounds),
        match=_match(known.get("match", "")),
        correct=_truth("correct", known.get("correct", "")),
        facets=tuple(facet_of(name, bounds.values) for name in _names("facets", known.get("facets", ""), bounds)),
        chosen=tuple(chosen),
        filter=_filter(_short("filter", known.get("filter", ""), bounds.filter)),
    )


def facet_of(given: str, limit: int) -> Facet:
    """Read a facet as it is written, FIELD or FIELD:year, with so many values at most; QueryError."""
    field, colon, by = given.partition(":")
    try:
        return Facet(field, cast("Any", by) if colon else None, limit=limit)
    except ValueError as problem:
        raise QueryError(f"facets {given!r}: {problem}") from None


def _any_of(field: str, values: Sequence[str], kind: str) -> Mapping[str, Any]:
    """A filter for one of some values as they are written: a value, or a range, LOW TO HIGH, as facets tell them."""
    if kind not in ("number", "date"):
        return {field: list(values)}
    return {"or": [{field: _range(value) if _BETWEEN in value else value} for value in values]}


def _range(value: str) -> Mapping[str, str]:
    low, _, high = value.partition(_BETWEEN)
    return {name: bound for name, bound in (("gte", low.strip()), ("lt", high.strip())) if bound != "*"}


def _short(name: str, value: str, most: int) -> str:
    if len(value) > most:
        raise QueryError(f"{name}: {len(value):,} characters; at most {most:,} can be")
    return value


def _number(name: str, value: str, default: int, most: int) -> int:
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= most):
        raise QueryError(f"{name} takes a number from 0 to {most:,}, not {brief_repr(value)}")
    return int(value)


def _truth(name: str, value: str) -> bool:
    if value not in _TRUTHS:
        raise QueryError(f"{name} takes true or false, not {brief_repr(value)}")
    return _TRUTHS[value]


def _match(value: str) -> Match:
    if value and value not in MATCHES:
        raise QueryError(f"match takes {', '.join(MATCHES)}, not {brief_repr(value)}")
    return value or MATCHES[0]


def _names(name: str, value: str, bounds: Bounds) -> tuple[str, ...]:
    return tuple(one.strip() for one in _short(name, value, bounds.query).split(",") if one.strip())


def _filter(written: str) -> Mapping[str, Any] | None:
    if not written.strip():
        return None
    try:
        found = orjson.loads(written)
    except orjson.JSONDecodeError as problem:
        raise QueryError(f'filter is no JSON ({problem}); write one as {{"section": "news"}}') from None
    if not isinstance(found, dict):
        raise QueryError(f'filter takes a JSON object, as {{"section": "news"}}, not {brief_repr(found)}')
    return found
