"""translator: a Whoosh query in, a node out. What has no plan becomes a node that runs Whoosh's own matchers.

Nodes find and score what stock Whoosh 2.7.4 does, also where that is odd:

- And, Or and DisjunctionMax of one query are that query: their boost does not count. Not scores 1, whatever its boost.
- Patterns, ranges and near terms stand for the terms that there are. One scores as a Term, without boost; two score as
  an Or, and so do up to 1023 in an index of more than 5000 documents; else every document scores 1, whatever the boost.
- DisjunctionMax takes the highest score; its tiebreak says nothing.
- What should score a constant 0 scores 1.

`mended` says where stock Whoosh is plainly wrong; there, nodes do what the query's own documentation says.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import fields, query
from whoosh.lang.morph_en import variations

from khsearch.arrays import EMPTY_DOCS, EMPTY_SCORES, turns
from khsearch.columnar import Matches, Searcher, number_of, terms_within
from khsearch.engine import nodes
from khsearch.errors import QueryError
from khsearch.whoosh.errors import is_refusal
from khsearch.whoosh.queries.column_queries import by_column, pattern_of
from khsearch.whoosh.queries.mended import run_matchers
from khsearch.whoosh.queries.number_ranges import bounds_of, by_terms, in_column
from khsearch.whoosh.reading.reader import WhooshReader, field_of, is_utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from whoosh.fields import FieldType

    from khsearch.columnar import Commit
    from khsearch.engine import BM25

FEW_DOCS = 5000  # documents up to which a pattern with many terms is not scored
MANY_TERMS = 1024  # terms from which on it never is


class Translator:
    """Translates queries over one commit: patterns and ranges look at its terms and columns."""

    def __init__(self, reader: WhooshReader) -> None:
        self._commit = reader.commit
        self._schema = reader.schema
        self._reader = reader

    def node(self, q: Any, *, scored: bool = True) -> nodes.Node:
        """The node that matches as the query does, and scores as it does if that matters."""
        found: nodes.Node | None = by_column(self._reader, q)
        plan = _PLANS.get(type(q))
        if found is None and plan is not None:
            found = plan(self, q, scored)
        if found is None and not isinstance(q, query.Query):
            raise QueryError(f"{q!r} is no query; pass a node of engine.nodes or a whoosh.query object")
        return found or nodes.Foreign(partial(run_matchers, self._reader, q))

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
        except Exception as error:
            if not is_refusal(error):
                raise
            return None

    # Queries of queries

    def _children(self, q: Any, scored: bool) -> tuple[nodes.Node, ...]:
        return tuple(self.node(child, scored=scored) for child in q.subqueries)

    def _and(self, q: Any, scored: bool) -> nodes.Node:
        # Whoosh matches the complement of a Not, scoring 1; taking it away from the rest is the same and cheaper.
        wanted = [child for child in q.subqueries if not isinstance(child, query.Not)]
        unwanted = [child.query for child in q.subqueries if isinstance(child, query.Not)]
        if len(q.subqueries) < 2 or not wanted:
            return self._several(q, nodes.And(self._children(q, scored)))
        found = tuple(self.node(child, scored=scored) for child in wanted)
        node: nodes.Node = found[0] if len(found) == 1 else nodes.And(found)
        for child in unwanted:
            node = nodes.AndNot(node, self.node(child, scored=False), bonus=1.0)
        return self._several(q, node)

    def _or(self, q: Any, scored: bool) -> nodes.Node:
        if q.scale and len(q.subqueries) > 1:
            return nodes.Foreign(partial(run_matchers, self._reader, q))
        return self._several(q, nodes.Or(self._children(q, scored)))

    def _disjunction_max(self, q: Any, scored: bool) -> nodes.Node:
        children = self._children(q, scored)
        return self._several(q, nodes.Foreign(partial(_highest, self._commit, children)))

    def _several(self, q: Any, node: nodes.Node) -> nodes.Node:
        return _boosted(node, q.boost if len(q.subqueries) > 1 else 1.0)

    def _and_not(self, q: Any, scored: bool) -> nodes.Node:
        return nodes.AndNot(self.node(q.a, scored=scored), self.node(q.b, scored=False))

    def _and_maybe(self, q: Any, scored: bool) -> nodes.Node:
        return nodes.AndMaybe(*self._children(q, scored))

    def _require(self, q: Any, scored: bool) -> nodes.Node:
        return nodes.Require(self.node(q.a, scored=scored), self.node(q.b, scored=False))

    def _otherwise(self, q: Any, scored: bool) -> nodes.Node:
        found = Searcher(self._commit).count(self.node(q.a, scored=False))
        return self.node(q.a if found else q.b, scored=scored)

    def _not(self, q: Any, _: bool) -> nodes.Node:
        return nodes.Not(self.node(q.query, scored=False))

    def _constant(self, q: Any, _: bool) -> nodes.Node:
        return nodes.Constant(self.node(q.child, scored=False), _or_one(q.score))

    # Terms

    def _term(self, q: Any, _: bool) -> nodes.Node:
        term = self._bytes(q.fieldname, q.text)
        return nodes.Nothing() if term is None else nodes.Term(q.fieldname, term, q.boost)

    def _phrase(self, q: Any, _: bool) -> nodes.Node:
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

    def _every(self, q: Any, _: bool) -> nodes.Node:
        name = None if q.fieldname in (None, "", "*") else q.fieldname
        if name is not None and self._field(name) is None:
            return nodes.Nothing()
        return nodes.Every(name, _or_one(q.boost))

    # What stands for many terms

    def _prefix(self, q: Any, scored: bool) -> nodes.Node:
        if q.text == "":
            return self._every(q, scored)
        prefix = self._bytes(q.fieldname, q.text)
        if prefix is None:
            return nodes.Nothing()
        many = nodes.Prefix(q.fieldname, prefix)
        return self._expanded(q, scored, many, lambda most: self._commit.terms.beginning(q.fieldname, prefix, most))

    def _pattern(self, q: Any, scored: bool) -> nodes.Node:
        pattern, field = pattern_of(q), self._field(q.fieldname)
        if pattern is None or field is None:
            return self._every(q, scored)
        prefix = self._bytes(q.fieldname, q._find_prefix(q.text)) or b""
        shown = ((term, field.from_bytes(term)) for term in self._commit.terms.with_prefix(q.fieldname, prefix))
        fitting = [term for term, text in shown if isinstance(text, str) and pattern.match(text)]
        return self._any_of(q, scored, fitting)

    def _fuzzy(self, q: Any, scored: bool) -> nodes.Node:
        term = self._bytes(q.fieldname, q.text)
        if term is None:
            return nodes.Nothing()
        utf8 = is_utf8(self._field(q.fieldname))
        near = nodes.Fuzzy(q.fieldname, term, int(q.maxdist), q.prefixlength, utf8=utf8)
        return self._any_of(q, scored, terms_within(self._commit, near))

    def _variations(self, q: Any, scored: bool) -> nodes.Node:
        words = {self._bytes(q.fieldname, word) for word in variations(q.text)} - {None}
        there = [word for word in sorted(filter(None, words)) if self._commit.terms.df(q.fieldname, word)]
        return self._any_of(q, scored, there)

    def _term_range(self, q: Any, scored: bool) -> nodes.Node:
        name = q.fieldname
        start = b"" if q.start is None else self._bytes(name, q.start)
        stop = None if q.end is None else self._bytes(name, q.end)
        if start is None or (stop is None and q.end is not None) or self._field(name) is None:
            return nodes.Nothing()
        # The smallest byte string after x is x with a zero byte.
        start = start + b"\0" if q.startexcl and q.start is not None else start
        stop = stop + b"\0" if stop is not None and not q.endexcl else stop
        many = nodes.TermRange(name, start, stop)
        return self._expanded(q, scored, many, lambda most: self._commit.terms.between(name, start, stop, most))

    def _any_of(self, q: Any, scored: bool, terms: Sequence[bytes]) -> nodes.Node:
        """As `_expanded`, of terms of the index."""

        def first(most: int | None) -> list[bytes]:
            return list(islice(self._commit.terms.living(q.fieldname, terms), most))

        return self._expanded(q, scored, nodes.AnyOf(q.fieldname, tuple(terms)), first)

    def _expanded(
        self, q: Any, scored: bool, many: nodes.Pattern, first: Callable[[int | None], Iterable[bytes]]
    ) -> nodes.Node:
        """Many terms, scored by how many of them there are; `first` tells the first of them."""
        if not scored:
            return many
        enough = None if not q.constantscore else 3 if self._commit.doc_count <= FEW_DOCS else MANY_TERMS
        terms = [term for term in first(enough and enough + 1) if term]  # Whoosh passes over an empty one
        if enough is not None and len(terms) >= enough:
            return many
        found = tuple(nodes.Term(q.fieldname, term) for term in terms)
        return found[0] if len(found) == 1 else _boosted(nodes.Or(found), q.boost)

    def _numeric_range(self, q: Any, scored: bool) -> nodes.Node:
        field = self._field(q.fieldname)
        if not isinstance(field, fields.NUMERIC):
            return nodes.Nothing()
        bounds = bounds_of(field, q)
        if bounds is None:
            return nodes.Nothing()
        if q.constantscore and in_column(self._commit, field, q.fieldname):
            low, high = map(number_of, bounds)
            exclusive = {"with_low": not q.startexcl, "with_high": not q.endexcl}
            return nodes.Between(q.fieldname, low, high, _or_one(q.boost), **exclusive)
        return self.node(by_terms(field, q), scored=scored)

    def _nothing(self, *_: Any) -> nodes.Node:
        return nodes.Nothing()


def _boosted(node: nodes.Node, boost: float) -> nodes.Node:
    return node if boost == 1 else nodes.Boost(node, boost)


def _or_one(score: float) -> float:
    """What Whoosh's list of documents scores that is told a constant."""
    return score or 1.0


def _highest(commit: Commit, children: Sequence[nodes.Node], weighting: BM25) -> Matches:
    """Documents that any node matches, each with the highest of its scores."""
    searcher = Searcher(commit)
    found = [searcher.matching(child, weighting=weighting) for child in children]
    docs = np.concatenate([EMPTY_DOCS, *(part.docs for part in found)])
    scores = np.concatenate([EMPTY_SCORES, *(part.scores for part in found)])
    order = np.lexsort((-scores, docs))
    docs, scores = docs.take(order), scores.take(order)
    first = turns(docs)
    return Matches(docs[first], scores[first])


_PLANS: dict[type, Any] = {
    query.Term: Translator._term,
    query.And: Translator._and,
    query.Or: Translator._or,
    query.DefaultOr: Translator._or,
    query.SplitOr: Translator._or,
    query.PreloadedOr: Translator._or,
    query.DisjunctionMax: Translator._disjunction_max,
    query.AndNot: Translator._and_not,
    query.AndMaybe: Translator._and_maybe,
    query.Require: Translator._require,
    query.Otherwise: Translator._otherwise,
    query.Not: Translator._not,
    query.ConstantScoreQuery: Translator._constant,
    query.Phrase: Translator._phrase,
    query.Prefix: Translator._prefix,
    query.Wildcard: Translator._pattern,
    query.Regex: Translator._pattern,
    query.FuzzyTerm: Translator._fuzzy,
    query.Variations: Translator._variations,
    query.TermRange: Translator._term_range,
    query.NumericRange: Translator._numeric_range,
    query.DateRange: Translator._numeric_range,
    query.Every: Translator._every,
    type(query.NullQuery): Translator._nothing,
}
