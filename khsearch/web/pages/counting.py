"""counting: what a page counts of the documents found, and how it is told: fields, their values, how often each.

Unless a site says what is counted, its fields do: those whose values divide the documents. All documents are counted
once for that, and again when the index has grown or shrunk by much, or has been changed and a minute has passed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from khsearch.documents import values
from khsearch.frozen import frozen
from khsearch.hits import Facet, written_value
from khsearch.reader import Reader
from khsearch.web.asking import Question
from khsearch.web.pages.breaking import Weaving, Woven
from khsearch.web.pages.facts import kinds_of, of_written
from khsearch.web.pages.languages import Language
from khsearch.web.pages.links import NO_FILTERS
from khsearch.web.site import Site

_MOST_FIELDS = 8
_MOST = 30  # values of a field
_SHOWN = 6  # of them before one asks for more
_FEW = 12  # values of a field of numbers, or of any, that are always worth a look
_NEVER = ("path", "modified")
_KEPT = 60.0  # seconds
_NO_VALUE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that a form cannot send as they are."""


@frozen
class Counted:
    """A value: as a filter takes it, as people read it, how many documents have it, and whether it was chosen."""

    value: str
    label: Woven
    count: int | None
    chosen: bool


@frozen
class Counts:
    """A field and its values: those shown at once, and those behind "more"."""

    field: str
    label: str
    first: list[Counted]
    more: list[Counted]


@frozen
class _Choice:
    facets: tuple[Facet, ...]
    commit: str
    documents: int
    at: float


_choices: WeakKeyDictionary[Reader, _Choice] = WeakKeyDictionary()


def facets_of(site: Site, index: Reader) -> list[Facet]:
    """Return what pages count."""
    chosen = suggested(index) if site.facets is None else site.facets
    return [facet if facet.by or facet.ranges else replace(facet, limit=_MOST) for facet in chosen]


def suggested(index: Reader) -> tuple[Facet, ...]:
    """Return what the fields of an index suggest to count."""
    known, commit, documents = _choices.get(index), index.commit_id, index.doc_count
    if known is not None and (
        known.commit == commit
        or (abs(known.documents - documents) * 10 < documents and time.monotonic() < known.at + _KEPT)
    ):
        return known.facets
    kinds = {name: kind for name, kind in kinds_of(index.fields).items() if name not in (*_NEVER, *NO_FILTERS)}
    asked = [Facet(name, "year" if kind == "date" else None) for name, kind in kinds.items() if kind != "text"]
    found = index.search("", 0, facets=asked).facets
    divide = [facet for facet in asked if _divides(found[facet.field], kinds[facet.field], documents)]
    choice = _choices[index] = _Choice(tuple(divide[:_MOST_FIELDS]), commit, documents, time.monotonic())
    return choice.facets


def _divides(counts: Mapping[Any, int], kind: str, documents: int) -> bool:
    """Whether the values of a field part the documents into groups that one would look for."""
    most = max(counts.values(), default=0)
    if len(counts) < 2:
        return 0 < most < documents
    if len(counts) <= _FEW or kind == "date":
        return True
    return kind == "keyword" and most >= max(3, documents // 500)


def counts_of(
    question: Question, facets: list[Facet], found: Mapping[str, dict[Any, int]], index: Reader
) -> dict[str, dict[Any, int]]:
    """Return the counts that are shown: those of the documents found, but of a field that filters, without its filter.

    So one sees what else could be chosen of it. That takes a search for each such field.
    """
    filtering = {field for field, _ in question.chosen}
    shown = dict(found)
    for facet in facets:
        if facet.field in filtering:
            wider = index.search(
                question.q,
                0,
                match=question.match,
                filter=question.kept(index.fields, without=facet.field),
                facets=[facet],
                correct=question.correct,
            )
            shown.update(wider.facets)
    return shown


def told(
    question: Question,
    facets: list[Facet],
    counts: Mapping[str, Mapping[Any, int]],
    kinds: Mapping[str, str],
    language: Language,
    weave: Weaving,
    total: int,
    longest: int,
) -> list[Counts]:
    """What a page shows of counts, unless all documents found have the same value.

    total    documents that count as found
    longest  characters that a value may have to be chosen
    """
    shown = []
    for facet in facets:
        kind = kinds[facet.field]
        wanted = {_form(value, kind): value for field, value in question.chosen if field == facet.field}
        rows = [
            Counted(written, weave(of_written(written, kind, language), most=100), count, form in wanted)
            for written, count in _ordered(facet, kind, counts[facet.field])
            if 0 < len(written) <= longest and not _NO_VALUE.search(written)
            for form in [_form(written, kind)]
        ]
        there = {_form(row.value, kind) for row in rows}
        missing = [value for form, value in wanted.items() if form not in there]
        none = 0 if kind == "keyword" and len(counts[facet.field]) < _MOST else None
        rows = [
            Counted(value, weave(of_written(value, kind, language), most=100), none, True) for value in missing
        ] + rows
        if len(rows) > 1 or any(row.chosen or row.count != total for row in rows):
            first = max(_SHOWN, max((at for at, row in enumerate(rows, 1) if row.chosen), default=0))
            first = len(rows) if len(rows) <= first + 2 else first
            shown.append(Counts(facet.field, language.label(facet.field)[:80], rows[:first], rows[first:]))
    return shown


def _ordered(facet: Facet, kind: str, counts: Mapping[Any, int]) -> list[tuple[str, int]]:
    """Values as filters take them: years and the like newest first, numbers rising, others by their counts."""
    pairs = [(written_value(value), count) for value, count in counts.items() if count or facet.ranges]
    if facet.ranges:
        return pairs
    if kind == "date":
        return sorted(pairs, key=lambda pair: (int(pair[0].partition("-")[0]), pair[0]), reverse=True)[:_MOST]
    return pairs if kind != "number" else sorted(pairs, key=lambda pair: float(pair[0]))


def _form(value: str, kind: str) -> str:
    """Return the form in which values are the same."""
    return values.keyword(value) if kind == "keyword" else value
