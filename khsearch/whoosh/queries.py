"""queries: a Whoosh query in, a node out. What has no plan becomes a node that runs Whoosh's own matchers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import fields, query
from whoosh.qparser.common import QueryParserError
from whoosh.query.qcore import QueryError as WhooshQueryError

from khsearch.arrays import DOC
from khsearch.columnar import Matches, number_of
from khsearch.engine import nodes
from khsearch.errors import QueryError
from khsearch.whoosh.reader import WhooshReader, field_of, is_utf8
from khsearch.whoosh.reader import field_of, is_utf8
from khsearch.whoosh.weighting import PlanWeighting
from khsearch.whoosh.weighting import PlanWeighting

if TYPE_CHECKING:
    from whoosh.fields import FieldType

    from khsearch.engine import BM25
    from khsearch.whoosh.searcher import ColumnarSearcher


class Translator:
    """Translates queries over one commit: patterns and ranges look at its terms and columns."""

    def __init__(self, searcher: ColumnarSearcher) -> None:
        """`searcher` is of that commit; what has no plan is matched by its kind."""
        self._searcher = searcher
        self._commit = searcher.columns.commit
        self._schema = searcher.schema

    def node(self, q: Any) -> nodes.Node:
        """The node that matches and scores as the query does."""
        plan = _PLANS.get(type(q))
        if plan is None:
            if not isinstance(q, query.Query):
                raise QueryError(f"{q!r} is no query; pass a node of engine.nodes or a whoosh.query object")
            return nodes.Foreign(partial(run_matchers, self._searcher, q))
        found: nodes.Node = plan(self, q)
        return found

    def _field(self, name: str) -> FieldType | None:
        return field_of(self._schema, name)

    def _bytes(self, name: str, text: Any) -> bytes | None:
        """A query's word as the field's bytes; None where the field can hold no such word."""
        field = self._field(name)
        if field is None or text is None:
            return None
        if isinstance(text, bytes):
            return text
        try:
            return bytes(field.to_bytes(text))
        except (ValueError, TypeError, OverflowError):
            return None

    def _term(self, q: Any) -> nodes.Node:
        term = self._bytes(q.fieldname, q.text)
        if term is None:
            return nodes.Nothing()
        if not self._commit.terms.has_field(q.fieldname) and self._commit.documents.column(q.fieldname) is not None:
            value = self._column_value(q.fieldname, q.text)
            return nodes.Between(q.fieldname, value, value, q.boost)
        return nodes.Term(q.fieldname, term, q.boost)

    def _column_value(self, name: str, text: Any) -> Any:
        field = self._field(name)
        if isinstance(field, fields.NUMERIC) and not isinstance(text, bytes):
            return field.from_bytes(field.to_bytes(text))
        return text

    def _children(self, q: Any) -> tuple[nodes.Node, ...]:
        return tuple(self.node(child) for child in q.subqueries)

    def _and(self, q: Any) -> nodes.Node:
        # Whoosh matches the complement of a Not, scoring 1; taking it away from the rest is the same and cheaper.
        wanted = [child for child in q.subqueries if not isinstance(child, query.Not)]
        unwanted = [self.node(child.query) for child in q.subqueries if isinstance(child, query.Not)]
        if not wanted:
            return _boosted(nodes.And(self._children(q)), q.boost)
        found = tuple(self.node(child) for child in wanted)
        node: nodes.Node = found[0] if len(found) == 1 else nodes.And(found)
        for child in unwanted:
            node = nodes.AndNot(node, child, bonus=1.0)
        return _boosted(node, q.boost)

    def _or(self, q: Any) -> nodes.Node:
        if q.scale or q.minmatch:
            return nodes.Foreign(partial(run_matchers, self._searcher, q))
        return _boosted(nodes.Or(self._children(q)), q.boost)

    def _and_not(self, q: Any) -> nodes.Node:
        return nodes.AndNot(self.node(q.a), self.node(q.b))

    def _and_maybe(self, q: Any) -> nodes.Node:
        return nodes.AndMaybe(self.node(q.a), self.node(q.b))

    def _require(self, q: Any) -> nodes.Node:
        return nodes.Require(self.node(q.a), self.node(q.b))

    def _not(self, q: Any) -> nodes.Node:
        return nodes.Not(self.node(q.query))

    def _constant(self, q: Any) -> nodes.Node:
        return nodes.Constant(self.node(q.child), q.score)

    def _phrase(self, q: Any) -> nodes.Node:
        field = self._field(q.fieldname)
        if field is None:
            return nodes.Nothing()
        if not field.format or not field.format.supports("positions"):
            raise QueryError(f"field {q.fieldname!r} keeps no positions; a phrase can be searched in fields that do")
        words = [self._bytes(q.fieldname, word) for word in q.words]
        terms = tuple(word for word in words if word is not None)
        if len(terms) < len(words) or not terms:
            return nodes.Nothing()
        return nodes.Phrase(q.fieldname, terms, q.slop, q.boost)

    def _prefix(self, q: Any) -> nodes.Node:
        if q.text == "":
            return nodes.Every(q.fieldname, q.boost)
        prefix = self._bytes(q.fieldname, q.text)
        return nodes.Nothing() if prefix is None else nodes.Prefix(q.fieldname, prefix, q.boost)

    def _pattern(self, q: Any) -> nodes.Node:
        if q.text in ("*", ".*"):
            return nodes.Every(q.fieldname, q.boost)
        field = self._field(q.fieldname)
        if field is None:
            return nodes.Nothing()
        try:
            pattern = re.compile(q._get_pattern())
        except re.error as error:
            raise QueryError(f"pattern {q.text!r}: {error}", position=error.pos) from error
        prefix = self._bytes(q.fieldname, q._find_prefix(q.text)) or b""
        terms = self._commit.terms.with_prefix(q.fieldname, prefix)
        return nodes.AnyOf(q.fieldname, tuple(term for term in terms if pattern.match(field.from_bytes(term))), q.boost)

    def _fuzzy(self, q: Any) -> nodes.Node:
        term = self._bytes(q.fieldname, q.text)
        if term is None:
            return nodes.Nothing()
        utf8 = is_utf8(self._field(q.fieldname))
        return nodes.Fuzzy(q.fieldname, term, int(q.maxdist), q.prefixlength, q.boost, utf8)

    def _term_range(self, q: Any) -> nodes.Node:
        start = b"" if q.start is None else self._bytes(q.fieldname, q.start)
        stop = None if q.end is None else self._bytes(q.fieldname, q.end)
        if start is None or (stop is None and q.end is not None):
            return nodes.Nothing()
        # The smallest byte string after x is x with a zero byte.
        start = start + b"\0" if q.startexcl and q.start is not None else start
        stop = stop + b"\0" if stop is not None and not q.endexcl else stop
        return nodes.TermRange(q.fieldname, start, stop, q.boost)

    def _numeric_range(self, q: Any) -> nodes.Node:
        column = self._commit.documents.column(q.fieldname)
        if column is None or column.kind == "text":
            if self._field(q.fieldname) is None:
                return nodes.Nothing()
            return nodes.Constant(self.node(q._compile_query(self._searcher.reader())), q.boost)
        return nodes.Between(
            q.fieldname,
            number_of(q.start),
            number_of(q.end),
            q.boost,
            with_low=not q.startexcl,
            with_high=not q.endexcl,
        )

    def _every(self, q: Any) -> nodes.Node:
        return nodes.Every(None if q.fieldname in (None, "", "*") else q.fieldname, q.boost)

    def _nothing(self, _: Any) -> nodes.Node:
        return nodes.Nothing()


def _boosted(node: nodes.Node, boost: float) -> nodes.Node:
    return node if boost == 1 else nodes.Boost(node, boost)


def run_matchers(searcher: ColumnarSearcher, q: Any, weighting: BM25) -> Matches:
    """All documents of a query by Whoosh's own matchers over the same postings, with their scores."""
    scored = searcher.weighted(PlanWeighting(weighting))
    try:
        matcher = q.matcher(scored, scored.context())
        docs, scores = [], []
        while matcher.is_active():
            docs.append(matcher.id())
            scores.append(matcher.score())
            matcher.next()
    except (WhooshQueryError, QueryParserError, NotImplementedError, KeyError) as error:
        raise QueryError(f"{q}: {error}") from error
    numbers = np.array(docs, DOC)
    order = np.argsort(numbers, kind="stable")
    return Matches(numbers[order], np.array(scores, np.float32)[order])


_PLANS: dict[type, Any] = {
    query.Term: Translator._term,
    query.And: Translator._and,
    query.Or: Translator._or,
    query.DefaultOr: Translator._or,
    query.SplitOr: Translator._or,
    query.AndNot: Translator._and_not,
    query.AndMaybe: Translator._and_maybe,
    query.Require: Translator._require,
    query.Not: Translator._not,
    query.ConstantScoreQuery: Translator._constant,
    query.Phrase: Translator._phrase,
    query.Prefix: Translator._prefix,
    query.Wildcard: Translator._pattern,
    query.Regex: Translator._pattern,
    query.FuzzyTerm: Translator._fuzzy,
    query.TermRange: Translator._term_range,
    query.NumericRange: Translator._numeric_range,
    query.DateRange: Translator._numeric_range,
    query.Every: Translator._every,
    type(query.NullQuery): Translator._nothing,
}
