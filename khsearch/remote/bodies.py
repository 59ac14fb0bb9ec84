"""bodies: searches that count, that name documents, that tell the best score; and what their answers tell."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import orjson

from khsearch.remote.asking import Answer, Body, total_of
from khsearch.remote.hits import KEYS, key_in
from khsearch.remote.translation import NOTHING, Query

MOST_CLAUSES = 1_000
"""Clauses of a query, near OpenSearch's 1,024."""

_COMPOUND = frozenset(
    (
        "bool",
        "must",
        "should",
        "filter",
        "must_not",
        "constant_score",
        "function_score",
        "query",
        "clauses",
        "span_near",
    )
)

FEW = 40
"""Documents of a set that are known by their keys."""

T = TypeVar("T", bound=Hashable)


class Matched(NamedTuple):
    """How many documents a filter matches; and which, where they are few."""

    number: int
    keys: tuple[str, ...] | None


def ids(keys: Sequence[str]) -> Query:
    """Return the query for documents of some keys."""
    return {"ids": {"values": list(keys)}} if keys else NOTHING


def clauses_in(query: object) -> int:
    """Return how many clauses of its most a query has, as Lucene counts them."""
    if isinstance(query, list):
        return sum(map(clauses_in, query))
    if not isinstance(query, dict):
        return 0
    below = sum(clauses_in(value) for name, value in query.items() if name in _COMPOUND)
    return below if any(name in _COMPOUND for name in query) else 1


def rows_in(answers: Iterable[Answer], names: Sequence[T]) -> list[set[T]]:
    """The rows of documents that searches tell: by name."""
    found: dict[str, set[T]] = {}
    for answer in answers:
        for hit in answer["hits"]["hits"]:
            row = found.setdefault(key_in(hit), set())
            row.update(names[int(number)] for number in hit.get("matched_queries", ()))
    return list(found.values())


def counting(query: Query) -> Body:
    """Return the search that counts the documents of a query, and names them where they are few."""
    filtered = {"bool": {"filter": [query]}}
    return {"size": FEW, "track_total_hits": True, "sort": ["_doc"], "query": filtered, **KEYS}


def matched_few(keys: Collection[str]) -> Matched:
    """Return what matches documents of these keys."""
    return Matched(len(keys), tuple(sorted(keys)) if len(keys) <= FEW else None)


def matched_in(answer: Answer) -> Matched:
    """Return what the answer to `counting` tells."""
    count = total_of(answer)
    return Matched(count, tuple(map(key_in, answer["hits"]["hits"])) if count <= FEW else None)


def top(query: Query) -> Body:
    """Return the search for the best document of a query."""
    return {"size": 1, "track_total_hits": False, "query": query, **KEYS}


def greatest(answer: dict[str, Any]) -> float:
    """Return its score; 0 where there is none."""
    return float(answer["hits"].get("max_score") or 0.0)


def keys_alone(query: Query, size: int) -> Body:
    """Return the search that names so many documents of a query, in any order."""
    return {"size": size, "track_total_hits": False, "sort": ["_doc"], "query": query, **KEYS}


def written(query: Query) -> bytes:
    """Return a query as a key of what was answered to it."""
    return orjson.dumps(query)
