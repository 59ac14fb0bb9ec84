"""mended: queries run by Whoosh's own matchers, those exchanged that stock Whoosh 2.7.4 answers plainly wrong.

    Require           stock takes it for AndNot
    AndNot            stock finds what it should leave out where that begins before the rest
    Not               stock finds some deleted documents
    AndMaybe          within others, stock forgets scores of the second query
    DisjunctionMax    stock takes scores of documents that do not match
    SpanNot           stock fails where no document with the second query is left
    NestedParent      stock fails where it skips beyond the last, within others; so may NestedChildren
    WeightingQuery    stock drops the weighting
    ColumnQuery       stock has no score for it
    NumericRange      stock takes all numbers where a range ends near the least

Matchers are walked as they are: Whoosh replaces them on the way, by which an Or with a scale forgets its terms.
An Or of three queries or more is as in stock: scored by a weighting that gives 0 or less, it forgets such documents.
A query over a field that has a column and no terms is answered by the column. Queries of one's own classes stay.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import fields, query
from whoosh.matching import (
    AndMaybeMatcher,
    ExcludeMatcher,
    FilterMatcher,
    ListMatcher,
    NullMatcher,
    UnionMatcher,
)
from whoosh.qparser.common import QueryParserError
from whoosh.query.qcore import QueryError as WhooshQueryError
from whoosh.query.spans import Span, SpanBiMatcher

from khsearch.arrays import DOC
from khsearch.columnar import Matches, Searcher
from khsearch.errors import QueryError
from khsearch.whoosh.errors import is_refusal
from khsearch.whoosh.queries.column_queries import by_column, pattern_of
from khsearch.whoosh.queries.number_ranges import by_terms
from khsearch.whoosh.reading.reader import field_of
from khsearch.whoosh.weighting import LiveSearcher, PlanWeighting, weighting_of

if TYPE_CHECKING:
    from whoosh.fields import FieldType

    from khsearch.engine import BM25
    from khsearch.whoosh.reading.reader import WhooshReader


def mended(q: Any, reader: WhooshReader) -> Any:
    """The query itself, or one like it with other parts. What does not fit its field finds nothing."""
    node = by_column(reader, q)
    if node is not None:
        docs, scores = Searcher(reader.commit).matching(node)
        return _Found(q, docs.tolist(), scores.tolist())
    if type(q) in _OF_FIELDS and q.fieldname:
        field = field_of(reader.schema, q.fieldname)
        if field is None or field.format is None:
            return query.NullQuery
        if type(q) is query.Term and not _fits(field, q.text):
            return query.NullQuery
        if isinstance(q, query.NumericRange):
            return mended(by_terms(field, q), reader) if isinstance(field, fields.NUMERIC) else query.NullQuery
        if isinstance(q, query.Wildcard | query.Regex) and isinstance(field, fields.NUMERIC) and pattern_of(q):
            return query.NullQuery
    changed = {}
    for name, value in vars(q).items():
        if isinstance(value, query.Query):
            made = mended(value, reader)
        elif isinstance(value, list | tuple) and any(isinstance(part, query.Query) for part in value):
            made = [mended(part, reader) if isinstance(part, query.Query) else part for part in value]
            made = value if all(new is old for new, old in zip(made, value, strict=True)) else made
        else:
            continue
        if made is not value:
            changed[name] = made
    kind = _MENDED.get(type(q), type(q))
    if not changed and kind is type(q):
        return q
    other = copy.copy(q)
    other.__class__ = kind
    vars(other).update(changed)
    return other


def _fits(field: FieldType, text: Any) -> bool:
    try:
        field.to_bytes(text)
    except Exception as error:
        if not is_refusal(error):
            raise
        return False
    return True


def run_matchers(reader: WhooshReader, q: Any, weighting: BM25) -> Matches:
    """All documents of a query by Whoosh's own matchers over the same postings, with their scores."""
    searcher = LiveSearcher(reader, weighting=PlanWeighting(weighting))
    try:
        docs, scores = _walked(mended(q, reader).matcher(searcher, searcher.context()))
    except (WhooshQueryError, QueryParserError, NotImplementedError, KeyError) as error:
        raise QueryError(f"{q}: {error}") from error
    numbers = np.array(docs, DOC)
    order = np.argsort(numbers, kind="stable")
    return Matches(numbers[order], np.array(scores, np.float32)[order])


def _walked(matcher: Any) -> tuple[list[int], list[float]]:
    """The documents of a matcher, and their scores."""
    docs, scores = [], []
    while matcher.is_active():
        docs.append(matcher.id())
        scores.append(matcher.score())
        matcher.next()
    return docs, scores


def _list_of(docs: list[int], scores: list[float] | None = None) -> Any:
    return ListMatcher(docs, scores) if docs else NullMatcher()


class _Found(query.Query):  # type: ignore[misc]
    """Documents that were found already, for a query."""

    def __init__(self, q: Any, docs: list[int], scores: list[float]) -> None:
        self.of = q
        self._docs, self._scores = docs, scores

    def field(self) -> str | None:
        """As of the query."""
        name: str | None = self.of.field()
        return name

    def estimate_size(self, ixreader: Any) -> int:
        """How many there are."""
        return len(self._docs)

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """A list."""
        return _list_of(self._docs, self._scores)


class _AndNot(query.AndNot):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Any:
        return ExcludeMatcher(self.a.matcher(searcher, context), set(self.b.docs(searcher)))


class _Require(query.Require):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Any:
        return FilterMatcher(self.a.matcher(searcher, context), set(self.b.docs(searcher)))


class _Not(query.Not):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Any:
        unwanted = set(self.query.docs(searcher))
        return _list_of([doc for doc in searcher.reader().all_doc_ids() if doc not in unwanted])


class _AndMaybe(query.AndMaybe):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Any:
        return _AndMaybeMatcher(self.a.matcher(searcher, context), self.b.matcher(searcher, context))


class _AndMaybeMatcher(AndMaybeMatcher):  # type: ignore[misc]
    def skip_to(self, id: int) -> None:
        self.a.skip_to(id)
        if self.a.is_active() and self.b.is_active():
            self.b.skip_to(self.a.id())

    def replace(self, minquality: float = 0) -> Any:
        return self if self.is_active() else NullMatcher()


class _SpanNot(query.SpanNot):  # type: ignore[misc]
    class _Matcher(SpanBiMatcher):  # type: ignore[misc]
        def __init__(self, a: Any, b: Any) -> None:
            self.a, self.b = a, b
            super().__init__(_AndMaybeMatcher(a, b))

        def _get_spans(self) -> list[Span]:
            spans: list[Span] = self.a.spans()
            if not self.b.is_active() or self.a.id() != self.b.id():
                return spans
            others = self.b.spans()
            return [span for span in spans if not any(span.overlaps(other) for other in others)]


class _DisjunctionMax(query.DisjunctionMax):  # type: ignore[misc]
    def _matcher(self, subs: Any, searcher: Any, context: Any) -> Any:
        return self._tree_matcher(subs, _HighestMatcher, searcher, context, None)


class _HighestMatcher(UnionMatcher):  # type: ignore[misc]
    def score(self) -> float:
        here = [part.score() for part in (self.a, self.b) if part.is_active() and part.id() == self.id()]
        return float(max(here))

    def replace(self, minquality: float = 0) -> Any:
        return self if self.is_active() else NullMatcher()


class _NestedParent(query.NestedParent):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Any:
        return _list_of(*_walked(super().matcher(searcher, context)))


class _NestedChildren(query.NestedChildren):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Any:
        return _list_of(*_walked(super().matcher(searcher, context)))


class _WeightingQuery(query.WeightingQuery):  # type: ignore[misc]
    def matcher(self, searcher: Any, context: Any = None) -> Any:
        context = (context or searcher.context()).set(weighting=weighting_of(self.weighting))
        return self.child.matcher(searcher, context)


class _ColumnQuery(query.ColumnQuery):  # type: ignore[misc]
    def estimate_size(self, ixreader: Any) -> int:
        return int(ixreader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        reader, condition = searcher.reader(), self.condition
        if not reader.has_column(self.fieldname):
            return NullMatcher()
        column = reader.column_reader(self.fieldname)
        every = ((doc, column[doc]) for doc in reader.all_doc_ids())
        fits = condition if callable(condition) else lambda value: value == condition
        return _list_of([doc for doc, value in every if fits(value)])


_MENDED: dict[type, type] = {
    query.AndNot: _AndNot,
    query.Require: _Require,
    query.Not: _Not,
    query.AndMaybe: _AndMaybe,
    query.DisjunctionMax: _DisjunctionMax,
    query.SpanNot: _SpanNot,
    query.NestedParent: _NestedParent,
    query.NestedChildren: _NestedChildren,
    query.WeightingQuery: _WeightingQuery,
    query.ColumnQuery: _ColumnQuery,
}
_OF_FIELDS = {
    query.Term,
    query.Every,
    query.Prefix,
    query.Wildcard,
    query.Regex,
    query.FuzzyTerm,
    query.Variations,
    query.TermRange,
    query.NumericRange,
    query.DateRange,
}
