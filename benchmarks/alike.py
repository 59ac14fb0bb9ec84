"""alike: two indexes of the same documents; what they answer to the same queries, side by side, counted by aspect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.console import Show
from benchmarks.operators import Asked
from khsearch import Index
from khsearch.query import MATCHES, Match

SORTS = ("date", "-date", "price", "-price", "tags", "-tags", "ok")
_FILTER = {"ok": True, "price": {"gte": 100}}
_SORTED = 100  # documents of a sort that are compared
_PAGE, _PAGES = 7, 3
_SHOWN = 10  # best documents whose snippets are compared

Answer = Callable[[Index, str], Any]


@dataclass(slots=True)
class Aspect:
    """How often both said the same of how often they were asked, and the queries to which they did not."""

    asked: int = 0
    same: int = 0
    differing: list[str] = field(default_factory=list)


def compare(here: Index, there: Index, queries: Sequence[Asked], show: Show) -> dict[str, Aspect]:
    """Ask both everything -> by aspect, what was the same."""
    found = {name: Aspect() for name in (*_ASPECTS, "snippets and marks", "documents")}
    for number, query in enumerate(queries):
        for name, answer in _ASPECTS.items():
            _count(found[name], query, answer(here, query.text) == answer(there, query.text))
        mine, theirs = (_shown(index, query.text) for index in (here, there))
        for id in mine.keys() & theirs.keys():
            _count(found["snippets and marks"], query, mine[id][0] == theirs[id][0])
            _count(found["documents"], query, mine[id][1] == theirs[id][1])
        show(number, len(queries))
    return found


def _count(aspect: Aspect, query: Asked, same: bool) -> None:
    aspect.asked += 1
    aspect.same += same
    told = f"{query.operator}: {query.text}"
    if not same and told not in aspect.differing:
        aspect.differing.append(told)


def _set(match: Match) -> Answer:
    def answer(index: Index, text: str) -> tuple[list[str], int]:
        found = index.search(text, limit=index.doc_count, match=match)
        return sorted(hit.id for hit in found), found.total

    return answer


def _words(index: Index, text: str) -> object:
    found = index.search(text, limit=1)
    return found.total, found.corrected, found.suggestion, found.problem


def _filtered(index: Index, text: str) -> object:
    found = index.search(text, limit=index.doc_count, match="strict", filter=_FILTER)
    return sorted(hit.id for hit in found), found.total


def _facets(index: Index, text: str) -> object:
    names = ("tags", "date", "ok", "price")
    found = index.search(text, limit=0, facets=names)
    return [found.facet(name) for name in names]


def _sorted(sort: str) -> Answer:
    return lambda index, text: [hit.id for hit in index.search(text, limit=_SORTED, sort=sort)]


def _pages(index: Index, text: str) -> object:
    pages, after = [], None
    for _ in range(_PAGES):
        found = index.search(text, limit=_PAGE, sort="-price", search_after=after)
        pages.append([hit.id for hit in found])
        after = found.after
        if after is None:
            break
    return pages


def _shown(index: Index, text: str) -> dict[str, tuple[object, object]]:
    """By id of the best documents: snippet and marks; the document."""
    return {
        hit.id: ((hit.snippet, hit.title_marks, hit.text_marks, hit.field_marks), hit.document)
        for hit in index.search(text, limit=_SHOWN)
    }


_ASPECTS: dict[str, Answer] = {
    **{f"set, match={match}": _set(match) for match in MATCHES if match != "best"},
    "total, corrections": _words,
    "filter": _filtered,
    "facets": _facets,
    **{f"sort by {name}": _sorted(name) for name in SORTS},
    "pages": _pages,
}
"""What is asked for each query; what is equal is the same."""
