"""asking: the query string of a request in; a question that an index answers out, or a QueryError that says why not.

Every parameter stands in `SEARCH`; besides, each own field has a parameter of its name, whose values filter: one of
several values of one field, all of several fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from khsearch.frozen import frozen
from khsearch.hits import Facet, Results
from khsearch.query import Match
from khsearch.reader import Reader
from khsearch.web import parameters
from khsearch.web.bounds import Bounds

SEARCH = (
    parameters.Q,
    parameters.LIMIT,
    parameters.OFFSET,
    parameters.SORT,
    parameters.MATCH,
    parameters.CORRECT,
    parameters.FACETS,
    parameters.FILTER,
)
PARAMETERS = tuple(one.name for one in SEARCH)
"""What a search can be told, beside own fields; one of these names is no filter."""

_BETWEEN = " TO "
_EXPONENT = re.compile(r"-?[0-9](?:\.[0-9]+)?e[+-][0-9]{2,3}")
_YEAR = re.compile("[1-9][0-9]{0,2}")


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
    values, chosen = parameters.read(given, SEARCH, bounds, fields, strict=strict)
    return Question(**values, chosen=chosen)


def _any_of(field: str, values: Sequence[str], kind: str) -> Mapping[str, Any]:
    """A filter for one of some values as they are written: a value, or a range, LOW TO HIGH, as facets tell them."""
    if kind not in ("number", "date"):
        return {field: list(values)}
    return {"or": [{field: _range(value, kind) if _BETWEEN in value else _value(value, kind)} for value in values]}


def _range(written: str, kind: str) -> Mapping[str, object]:
    low, _, high = written.partition(_BETWEEN)
    bounds = {name: _value(bound.strip(), kind) for name, bound in (("gte", low), ("lt", high)) if bound.strip() != "*"}
    return bounds or {"exists": True}


def _value(written: str, kind: str) -> object:
    """A value as facets tell it, some of which no person writes so: 1e-07, and the year 987."""
    if kind == "number" and _EXPONENT.fullmatch(written):
        return float(written)
    return int(written) if kind == "date" and _YEAR.fullmatch(written) else written
