"""counts: what is counted of the documents of a query in; aggregations of OpenSearch, and what they tell, out.

The counts are exact, however many shards there are: where OpenSearch says that it left values out that may belong to
the most frequent ones, all values are counted, page by page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from khsearch.documents import compared
from khsearch.engine import Counted
from khsearch.remote.hits import DOCUMENTS
from khsearch.remote.mapping import Layout, as_number, as_text, column_field
from khsearch.remote.translation import Query

_AT_ONCE = 10_000  # values
_PART = {"year": "y", "month": "m", "day": "d", None: "n"}


def aggregation(layout: Layout, wanted: Counted) -> dict[str, Any]:
    """Return the aggregation for one count."""
    if wanted.ranges:
        return {"filters": {"filters": [_between(layout, wanted.column, *bounds) for bounds in wanted.ranges]}}
    size = _AT_ONCE if wanted.most is None else max(min(wanted.most, _AT_ONCE), 1)
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": {"field": field_of(layout, wanted), "size": size, "shard_size": _AT_ONCE, "order": order}}


def field_of(layout: Layout, wanted: Counted) -> str:
    """Return the field whose values are counted."""
    letter = "k" if layout.columns.get(wanted.column) == "text" else _PART[wanted.by]
    return column_field(letter, wanted.column)


def told(
    wanted: Counted, found: dict[str, Any], all_pages: Callable[[], Iterator[dict[str, Any]]]
) -> list[tuple[Any, int]]:
    """Return values and their documents, the most frequent first; values as OpenSearch has them, ranges as pairs.

    all_pages: counts all values, in pages, where those that were found are not surely the most frequent.
    """
    buckets = found["buckets"]
    if wanted.ranges:
        return [(bounds, one["doc_count"]) for bounds, one in zip(wanted.ranges, buckets, strict=True)]
    # What was left out may be among those that are wanted, on some shard.
    more = found.get("sum_other_doc_count", 0) and (wanted.most is None or wanted.most > len(buckets))
    if more or found.get("doc_count_error_upper_bound", 0):
        each = [(one["key"]["value"], one["doc_count"]) for page in all_pages() for one in page["buckets"]]
        each.sort(key=lambda one: -one[1])  # they come in order of their values
    else:
        each = [(one["key"], one["doc_count"]) for one in buckets]
    return each[: wanted.most]


def pages(ask: Callable[[dict[str, Any]], dict[str, Any]], field: str) -> Iterator[dict[str, Any]]:
    """Count all values of a field, so many at a time, in order of the values. ask: an aggregation -> what it tells."""
    after: dict[str, Any] = {}
    while True:
        source = {"value": {"terms": {"field": field}}}
        page = ask({"composite": {"size": _AT_ONCE, "sources": [source], **after}})
        yield page
        if len(page["buckets"]) < _AT_ONCE or "after_key" not in page:
            return
        after = {"after": page["after_key"]}


def first_written(field: str, forms: Sequence[str]) -> dict[str, Any]:
    """Return the aggregation that tells of each form in a field the document that was added first."""
    top = {"top_hits": {"size": 1, "sort": [{"added": "asc"}], **DOCUMENTS}}
    terms = {"field": field, "include": list(forms), "size": max(len(forms), 1)}
    return {"terms": terms, "aggs": {"first": top}}


def _between(layout: Layout, column: str, low: object, high: object) -> Query:
    """From low, included, to high, left out."""
    kind = layout.columns.get(column)
    if kind is None:
        return {"match_none": {}}
    bounds: dict[str, object] = {}
    for name, bound in (("gte", low), ("lt", high)):
        if bound is not None:
            number = compared(bound)
            bounds[name] = as_text(number) if kind == "text" else as_number(number, kind)
    field = column_field("k" if kind == "text" else "n", column)
    return {"range": {field: bounds}} if bounds else {"exists": {"field": field}}
