"""agreement: did two sides find the same? What was timed is only worth telling where they did."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from benchmarks.asking import Asked
from benchmarks.engines import KHSEARCH, WORDS_ONLY, Query
from benchmarks.engines.base import LIMIT, Hits
from benchmarks.errors import DisagreementError
from khsearch.khmer import Analyzer, breaker

MANY_DOCUMENTS, FETCHED = 5_000, 15
"""From how many documents on the sets that are found are compared for so many queries of a class, then their sizes."""

_MARKED = re.compile(r"<(mark|b)>(.*?)</\1>", re.DOTALL)

LEFT_OUT = 0.1
"""The largest share of a class that may be left out: beyond, the sides do not do the same."""


def compare(queries: Sequence[Query], asked: Mapping[str, Asked], titles: Mapping[str, str]) -> frozenset[int]:
    """Ask everybody for the ten best documents and for all; DisagreementError where they differ.

    Of many documents, all are fetched for the first queries only, and counted for the others. Returns the numbers of
    the queries for which a side finds nothing.
    """
    fetched = len(queries) if len(titles) <= MANY_DOCUMENTS else FETCHED
    nothing: dict[int, str] = {}
    for number, query in enumerate(queries):
        if number < fetched:
            found = {name: one.ids(number) for name, one in asked.items()}
            tops = {name: one.top(number) for name, one in asked.items()}
            empty = [name for name, ids in found.items() if not ids]
            if empty:
                nothing[number] = empty[0]
                continue
            for name, top in tops.items():
                top_of(query, name, top, found[name], titles, LIMIT)
            if WORDS_ONLY in found:
                includes(query, (KHSEARCH, found.pop(KHSEARCH)), (WORDS_ONLY, found[WORDS_ONLY]))
            same(query, found)
        else:
            totals = {name: one.total(number) for name, one in asked.items()}
            empty = [name for name, total in totals.items() if not total]
            if empty:
                nothing[number] = empty[0]
                continue
            same_total(query, totals, more=KHSEARCH if WORDS_ONLY in totals else None)
    if len(nothing) > max(1, LEFT_OUT * len(queries)):
        number, name = next(iter(nothing.items()))
        raise DisagreementError(
            f"{queries[number].kind} {queries[number].text!r}: {name} finds nothing, and for {len(nothing)} of "
            f"{len(queries)} queries a side does, though each stands in a document"
        )
    return frozenset(nothing)


def compare_excerpts(
    queries: Sequence[Query], asked: Mapping[str, Asked], words: Mapping[str, Set[str]]
) -> frozenset[int]:
    """Ask everybody for the ten best documents of one word each; DisagreementError where an excerpt does not mark it.

    `words` are those of each document's text. A hit whose text does not hold the word as it is typed was found by its
    title or by another spelling, and nothing is said of its excerpt. Returns the numbers of the queries for which a
    side finds nothing.
    """
    analyzer = Analyzer(breaker())
    nothing: set[int] = set()
    for number, query in enumerate(queries):
        for name, one in asked.items():
            excerpts = one.excerpts(number)
            if not excerpts:
                nothing.add(number)
            for id, excerpt in excerpts:
                marked = [found[2] for found in _MARKED.finditer(excerpt)]
                shown = ["".join(token.term for token in analyzer.tokens(mark)) for mark in marked]  # in normal form
                if query.text in words[id] and not any(query.text in mark for mark in shown):
                    raise DisagreementError(
                        f"excerpt for {query.text!r}: {name} marks {marked or 'nothing'} of {id!r}, which holds it"
                    )
    return frozenset(nothing)


def same(query: Query, found: Mapping[str, Set[str]]) -> None:
    """Hold all sides to the documents that the first found; DisagreementError names the sides and a document."""
    names = list(found)
    if not found[names[0]]:
        raise DisagreementError(
            f"{query.kind} {query.text!r}: {names[0]} finds nothing, though it stands in a document"
        )
    for name in names[1:]:
        _compare(query, (names[0], found[names[0]]), (name, found[name]))


def same_total(query: Query, totals: Mapping[str, int], *, more: str | None) -> None:
    """Hold all sides to one number of documents, but for one that may find more."""
    counts = {name: total for name, total in totals.items() if name != more}
    least = min(counts.values())
    if not least or len(set(counts.values())) > 1 or (more and totals[more] < least):
        told = ", ".join(f"{name} {total}" for name, total in totals.items())
        raise DisagreementError(f"{query.kind} {query.text!r}: not as many documents for everybody: {told}")


def includes(query: Query, wide: tuple[str, Set[str]], narrow: tuple[str, Set[str]]) -> None:
    """Hold a side that also finds more, by bigrams, to all that another found."""
    missing = narrow[1] - wide[1]
    if missing:
        raise DisagreementError(
            f"{query.kind} {query.text!r}: {wide[0]} lacks {len(missing)} of the {len(narrow[1])} documents that "
            f"{narrow[0]} finds, {min(missing)!r} among them"
        )


def top_of(query: Query, name: str, hits: Hits, ids: Set[str], titles: Mapping[str, str], limit: int) -> None:
    """Hold the hits that a side shows to what it finds in all, and to the titles that were stored."""
    shown = [id for id, _ in hits]
    if len(set(shown)) != len(shown) or len(shown) != min(limit, len(ids)) or not set(shown) <= ids:
        raise DisagreementError(
            f"{query.kind} {query.text!r}: {name} shows {shown}, but finds {len(ids)} documents in all"
        )
    for id, title in hits:
        if titles.get(id) != title:
            raise DisagreementError(
                f"{query.kind} {query.text!r}: {name} shows {id!r} as {title!r}, but {titles.get(id)!r} was stored"
            )


def _compare(query: Query, first: tuple[str, Set[str]], second: tuple[str, Set[str]]) -> None:
    if first[1] == second[1]:
        return
    only = [f"{min(a[1] - b[1])!r} only by {a[0]}" for a, b in ((first, second), (second, first)) if a[1] - b[1]]
    raise DisagreementError(
        f"{query.kind} {query.text!r}: {first[0]} finds {len(first[1])} documents, {second[0]} {len(second[1])}; "
        f"{', '.join(only)}"
    )
