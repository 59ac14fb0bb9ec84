"""translation: a node in, OpenSearch's query of the same documents and scores out.

Lucene scores a term by its own idf, times a boost. khsearch's weight of a term, which is rarer words' advantage and the
weight of a field, divided by that idf is the boost that makes both scores one: native BM25, with all that it skips. A
node as a filter needs no weights.

    terms in a node  ->  their frequencies, in one request  ->  the query
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from khsearch.documents import compared
from khsearch.engine import BM25, EQUAL, BoostedScale, FieldScale, Node, idf, nodes, term_weight
from khsearch.errors import QueryError
from khsearch.remote.frequencies import Frequencies
from khsearch.remote.mapping import Layout, as_number, as_text, column_field, stream_field
from khsearch.remote.terms import text_of

Query = dict[str, Any]
"""OpenSearch's query DSL."""

NOTHING: Query = {"match_none": {}}
_MOST_TERMS = 60_000  # of one query for any of many: OpenSearch takes 65,536
_MOST_SCORED = 900  # terms of a query whose scores are added: OpenSearch takes 1,024 clauses


class Translation:
    """Translates for one commit and one way of weighing.

    resolve    tells the documents of a node that only a check of ours can tell: a query of their keys
    near       the terms of a stream that are near one
    greatest   the greatest score of a node
    """

    def __init__(
        self,
        name: str,
        layout: Layout,
        docs: int,
        frequencies: Frequencies,
        weighting: BM25,
        *,
        resolve: Callable[[nodes.TwoPhase], Query],
        near: Callable[[nodes.Fuzzy], Sequence[bytes]],
        greatest: Callable[[Node, BM25], float],
        per_tf: bool,
    ) -> None:
        """per_tf: whether Lucene leaves out the factor k1 + 1, as OpenSearch does from 3.0 on."""
        self._name = name
        self._streams = layout.by_name
        self._columns = layout.columns
        self._docs = docs
        self._frequencies = frequencies
        self._weighting = weighting
        self._resolve, self._near, self._greatest = resolve, near, greatest
        self._per_tf = per_tf

    def scored(self, node: Node) -> Query:
        """The documents of a node with its scores; QueryError for what OpenSearch cannot score so."""
        self._frequencies.of(self.terms(node))
        return self._scored(node, 1.0)

    def filter(self, node: Node) -> Query:
        """The documents of a node; scores say nothing."""
        match node:
            case nodes.Term():
                return self._term(node.field, node.term)
            case nodes.AnyField():
                return _any([self._term(name, node.term) for name in node.fields])
            case nodes.And():
                return _all([self.filter(child) for child in node.children])
            case nodes.Or():
                return _any([self.filter(child) for child in node.children])
            case nodes.AndMaybe():
                return self.filter(node.must)
            case nodes.AndNot():
                return {"bool": {"filter": [self.filter(node.child)], "must_not": [self.filter(node.without)]}}
            case nodes.Require():
                return _all([self.filter(node.child), self.filter(node.required)])
            case nodes.Not():
                return {"bool": {"must_not": [self.filter(node.child)]}}
            case nodes.Phrase():
                return self._phrase(node)
            case nodes.Constant() | nodes.Boost():
                return self.filter(node.child)
            case nodes.TwoPhase():
                return self._resolve(node) if node.exact is None else self.filter(node.exact)
            case nodes.Leading():
                return self._leading(node)
            case nodes.Foreign():
                found: Query = node.run(self._weighting)
                return found
            case _:
                return self._constant(node)[0]

    def _scored(self, node: Node, boost: float) -> Query:
        match node:
            case nodes.Term():
                return self._weighed(node.field, node.term, boost * node.boost)
            case nodes.AnyField() | nodes.Or():
                return _any(self._most(node, boost))
            case nodes.And():
                return (
                    {"bool": {"must": [self._scored(one, boost) for one in node.children]}}
                    if node.children
                    else NOTHING
                )
            case nodes.AndMaybe():
                must, should = self._scored(node.must, boost), self._scored(node.should, boost)
                return {"bool": {"must": [must], "should": [should]}}
            case nodes.AndNot():
                child, without = self._scored(node.child, boost), self.filter(node.without)
                bonus = [{"match_all": {"boost": boost * node.bonus}}] if node.bonus else []
                return {"bool": {"must": [child, *bonus], "must_not": [without]}}
            case nodes.Require():
                return {"bool": {"must": [self._scored(node.child, boost)], "filter": [self.filter(node.required)]}}
            case nodes.Not():
                return {"bool": {"must": [{"match_all": {"boost": boost}}], "must_not": [self.filter(node.child)]}}
            case nodes.Phrase():
                words = [self._weighed(node.field, term, boost * node.boost) for term in node.terms]
                return {"bool": {"must": words, "filter": [self._phrase(node)]}}
            case nodes.Boost():
                return self._scored(node.child, boost * node.factor)
            case nodes.Constant():
                return _constant(self.filter(node.child), boost * node.score)
            case nodes.TwoPhase():
                return {"bool": {"must": [self._scored(node.approximation, boost)], "filter": [self.filter(node)]}}
            case nodes.Leading():
                return {"bool": {"must": [self._scored(node.child, boost)], "filter": [self._leading(node)]}}
            case _:
                query, score = self._constant(node)
                return _constant(query, boost * score)

    def _constant(self, node: Node) -> tuple[Query, float]:
        """What a node whose documents all score alike matches, and that score."""
        match node:
            case nodes.Every(field=None):
                return {"match_all": {}}, node.boost
            case nodes.Every():
                return {"exists": {"field": stream_field(str(node.field))}}, node.boost
            case nodes.Nothing():
                return NOTHING, 1.0
            case nodes.Prefix():
                return self._begins(node.field, node.prefix), node.boost
            case nodes.AnyOf():
                return self._any_of(node.field, node.terms), node.boost
            case nodes.Fuzzy():
                return self._any_of(node.field, self._near(node)), node.boost
            case nodes.TermRange():
                bounds = {"gte": text_of(node.start)} | ({} if node.stop is None else {"lt": text_of(node.stop)})
                return {"range": {stream_field(node.field): bounds}}, node.boost
            case nodes.Between():
                return self._between(node), node.boost
            case nodes.AnyBetween():
                return self._any_between(node), node.boost
        raise QueryError(
            f"{self._name}: OpenSearch is asked no {type(node).__name__}; search an index in a folder for that"
        )

    def _most(self, node: nodes.AnyField | nodes.Or, boost: float) -> list[Query]:
        """The scored children of an Or, those of an Or among them too; of very many terms the rarest."""
        flat = list(_flat(node, boost))
        if len(flat) > _MOST_SCORED:
            terms = [at for at, (one, _) in enumerate(flat) if isinstance(one, nodes.Term)]
            asked = [flat[at][0] for at in terms]
            found = self._frequencies.of([(one.field, one.term) for one in asked if isinstance(one, nodes.Term)])
            order = sorted(range(len(terms)), key=lambda at: found[at].df)
            left_out = {terms[at] for at in order[max(_MOST_SCORED - (len(flat) - len(terms)), 0) :]}
            flat = [one for at, one in enumerate(flat) if at not in left_out]
        return [self._scored(one, factor) for one, factor in flat]

    def terms(self, node: Node) -> list[tuple[str, bytes]]:
        """The terms whose frequencies the scores of a node are made of."""
        return list(self._needed(node))

    def _needed(self, node: Node) -> Iterator[tuple[str, bytes]]:
        """The terms whose frequencies the scores of a node are made of."""
        match node:
            case nodes.Term():
                yield from self._with_rarity(node.field, node.term)
            case nodes.AnyField():
                for name in node.fields:
                    yield from self._with_rarity(name, node.term)
            case nodes.Phrase():
                for term in node.terms:
                    yield from self._with_rarity(node.field, term)
            case _:
                for child, _ in node.scoring():
                    yield from self._needed(child)

    def _with_rarity(self, stream: str, term: bytes) -> Iterator[tuple[str, bytes]]:
        yield stream, term
        other = self._weighting.scale(stream).rarity_in
        if other:
            yield other, term

    def _weighed(self, stream: str, term: bytes, boost: float) -> Query:
        """A term with the boost that makes its score ours."""
        if stream not in self._streams:
            return NOTHING
        weight = boost * self.weight_of(stream, term)
        return {"term": {stream_field(stream): {"value": text_of(term), "boost": weight}}}

    def weight_of(self, stream: str, term: bytes) -> float:
        """What Lucene's score of a term is multiplied by to be ours."""
        scale = self._weighting.scale(stream)
        if not scale.weight:
            return 0.0
        self._check(stream, scale)
        (found,) = self._frequencies.of([(stream, term)])
        if not found.lucene:
            return scale.weight
        df = found.df
        if scale.rarity_in:
            df = max(df, self._frequencies.of([(scale.rarity_in, term)])[0].df)
        weight = term_weight(self._docs, min(df, self._docs), scale) / idf(found.field, found.lucene)
        return weight * (scale.k1 + 1) if self._per_tf else weight

    def _check(self, stream: str, scale: FieldScale) -> None:
        kept = self._streams[stream]
        if isinstance(scale, BoostedScale) or (scale.k1, scale.b) != (kept.k1, kept.b):
            raise QueryError(
                f"{self._name}: OpenSearch keeps k1 and b of a field with the index ({stream!r} has {kept.k1:g} and "
                f"{kept.b:g}); search with a ranking that has these, or make an index with the other ones"
            )

    def _term(self, stream: str, term: bytes) -> Query:
        return {"term": {stream_field(stream): text_of(term)}} if stream in self._streams else NOTHING

    def _phrase(self, node: nodes.Phrase) -> Query:
        field, texts = stream_field(node.field), [text_of(term) for term in node.terms]
        if node.field not in self._streams or not texts:
            return NOTHING
        if node.slop == 1:
            return {"match_phrase": {field: {"query": " ".join(texts), "analyzer": "terms"}}}
        return {"intervals": {field: ordered(texts, node.slop - 1)}}

    def _begins(self, stream: str, prefix: bytes) -> Query:
        field = stream_field(stream)
        return {"prefix": {field: {"value": text_of(prefix)}}} if prefix else {"exists": {"field": field}}

    def _any_of(self, stream: str, terms: Sequence[bytes]) -> Query:
        field, texts = stream_field(stream), [text_of(term) for term in terms]
        return _any([{"terms": {field: texts[at : at + _MOST_TERMS]}} for at in range(0, len(texts), _MOST_TERMS)])

    def _between(self, node: nodes.Between) -> Query:
        if node.column not in self._columns:
            return NOTHING
        bounds: dict[str, object] = {}
        if node.low is not None:
            bounds["gte" if node.with_low else "gt"] = self._bound(node.column, node.low)
        if node.high is not None:
            bounds["lte" if node.with_high else "lt"] = self._bound(node.column, node.high)
        field = self._values(node.column)
        if not bounds:
            return {"exists": {"field": field}}
        if bounds.keys() == {"gte", "lte"} and bounds["gte"] == bounds["lte"]:
            return {"term": {field: bounds["gte"]}}
        return {"range": {field: bounds}}

    def _any_between(self, node: nodes.AnyBetween) -> Query:
        if node.column not in self._columns:
            return NOTHING
        spans = [(self._bound(node.column, low), self._bound(node.column, high)) for low, high in node.spans]
        field = self._values(node.column)
        alone = [low for low, high in spans if low == high]
        single = [{"terms": {field: alone[at : at + _MOST_TERMS]}} for at in range(0, len(alone), _MOST_TERMS)]
        ranges = [{"range": {field: {"gte": low, "lte": high}}} for low, high in spans if low != high]
        return _any([*single, *ranges])

    def _values(self, column: str) -> str:
        return column_field("k" if self._columns[column] == "text" else "n", column)

    def _bound(self, column: str, value: object) -> object:
        kind, number = self._columns[column], compared(value)
        if (kind == "text") != isinstance(number, bytes):
            raise QueryError(f"column {column!r} holds other values than {value!r:.40}; ask for one of its kind")
        return as_text(number) if kind == "text" else as_number(number, kind)

    def _leading(self, node: nodes.Leading) -> Query:
        edge = node.share * max(self._greatest(node.child, self._weighting), 0.0)
        return {"function_score": {"query": self.scored(node.child), "min_score": edge * EQUAL}}


def ordered(texts: Sequence[str], gap: int) -> Query:
    """Return the intervals of terms in this order, at most `gap` others between two neighbours."""
    each = [{"match": {"query": text, "analyzer": "terms"}} for text in texts]
    rule: Query = each[0]
    for one in each[1:]:
        rule = {"all_of": {"ordered": True, "max_gaps": gap, "intervals": [rule, one]}}
    return rule


def _flat(node: Node, boost: float) -> Iterator[tuple[Node, float]]:
    """The children of an Or and of those among them, each with its boost."""
    match node:
        case nodes.Or():
            for child in node.children:
                yield from _flat(child, boost)
        case nodes.AnyField():
            for child, _ in node.scoring():
                yield child, boost
        case nodes.Boost(child=nodes.Or() | nodes.AnyField()):
            yield from _flat(node.child, boost * node.factor)
        case _:
            yield node, boost


def _any(queries: Sequence[Query]) -> Query:
    some = [query for query in queries if query is not NOTHING]
    return some[0] if len(some) == 1 else {"bool": {"should": some}} if some else NOTHING


def _all(queries: Sequence[Query]) -> Query:
    return {"bool": {"filter": list(queries)}} if queries else NOTHING


def _constant(query: Query, score: float) -> Query:
    return {"constant_score": {"filter": query, "boost": score}}
