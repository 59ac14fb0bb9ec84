"""questions: what is asked of one commit by nodes: how many documents, which of some, with which score; many at once.

Answers are remembered by the query that OpenSearch was asked, as long as the commit is the last.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import numpy as np

from khsearch.arrays import Array
from khsearch.engine import BM25, FieldScale, Foreseen, Node, Proximity, nodes
from khsearch.errors import QueryError
from khsearch.remote.asking import Answer, Asking, Body, total_of
from khsearch.remote.bodies import (
    FEW,
    MOST_CLAUSES,
    Matched,
    clauses_in,
    counting,
    greatest,
    ids,
    keys_alone,
    matched_few,
    matched_in,
    rows_in,
    top,
    written,
)
from khsearch.remote.contents import Contents
from khsearch.remote.frequencies import Frequencies
from khsearch.remote.hits import DOCUMENTS, gone, key_in
from khsearch.remote.kept import Kept
from khsearch.remote.metadata import State
from khsearch.remote.nearness import nearness
from khsearch.remote.translation import NOTHING, Query, Translation

_REMEMBERED = 1 << 13  # answers
_BYTES = 900  # that one takes
_ROWS = 200  # documents that are told node by node
_TOGETHER = 20  # nodes that one search tells of: OpenSearch takes 1,024 clauses
_PAGE = 500  # documents that are read to be checked
_IDS = 10_000  # of one query

T = TypeVar("T", bound=Hashable)


_NONE = Matched(0, ())


class Questions:
    """Asks; for any number of threads.

    near   the terms of a stream that are near one
    plain  a weighting that goes with the index, where no score is shown
    """

    def __init__(
        self,
        name: str,
        state: State,
        kept: Kept,
        asking: Asking,
        contents: Contents,
        frequencies: Frequencies,
        near: Callable[[nodes.Fuzzy], Sequence[bytes]],
        major: Callable[[], int],
    ) -> None:
        self._name, self._state, self._near, self._major = name, state, near, major
        self.asking, self.contents, self.frequencies = asking, contents, frequencies

        scales = {one.name: FieldScale(one.k1, one.b) for one in state.layout.streams}
        self.plain = BM25(fields=scales)

        def remembered(room: str) -> dict[Any, Any]:
            return kept.memo(state.commit_id, room, None, dict, lambda _: _REMEMBERED * _BYTES)

        self._counts: dict[bytes, Matched] = remembered("counts")
        self._tops: dict[bytes, float] = remembered("tops")
        self._leading: dict[tuple[bytes, float], tuple[str, ...]] = remembered("leading")
        self._nodes: dict[Node, Matched] = remembered("matched")
        self._rows: dict[Node, list[set[Any]]] = remembered("rows")
        self._seen: dict[Hashable, None] = remembered("foreseen")

    def translation(self, weighting: BM25) -> Translation:
        """What translates for this commit and a weighting."""
        state = self._state
        return Translation(
            self._name,
            state.layout,
            state.documents,
            self.frequencies,
            weighting,
            resolve=self._resolved,
            near=self._near,
            greatest=self.greatest,
            per_tf=self._major() >= 3,
        )

    def foresee(self, key: Hashable, weighting: BM25, make: Callable[[], Foreseen]) -> None:
        """Ask in one request what will be asked soon, and before that, in one, for the terms that it needs."""
        if key in self._seen:
            return
        _remember(self._seen, {key: None})
        ahead = make()
        self.frequencies.of(ahead.terms)
        translation = self.translation(weighting)
        asked_for = {node: translation.filter(node) for node in ahead.counts if node not in self._nodes}
        asked_for = {node: query for node, query in asked_for.items() if clauses_in(query) <= MOST_CLAUSES}
        counts = {written(query): query for query in asked_for.values() if query is not NOTHING}
        tops = {written(query): query for query in map(translation.scored, ahead.tops)}
        counts = {asked: query for asked, query in counts.items() if asked not in self._counts}
        tops = {asked: query for asked, query in tops.items() if asked not in self._tops}
        bodies = [(counting(query), False) for query in counts.values()]
        bodies += [(top(query), True) for query in tops.values()]
        rows = [(within, list(asked().items())) for within, asked in ahead.rows if self._is_asked_for(within)]
        named = [self._naming(within, [node for _, node in named]) for within, named in rows]
        answers = self.asking.many([*bodies, *chain.from_iterable(named)]) if bodies or named else []
        _remember(self._counts, dict(zip(counts, map(matched_in, answers[: len(counts)]), strict=True)))
        _remember(self._tops, dict(zip(tops, map(greatest, answers[len(counts) :]), strict=False)))
        told = iter(answers[len(bodies) :])
        for (within, each), asked in zip(rows, named, strict=True):
            self._learn_rows(within, [next(told) for _ in asked], [name for name, _ in each])
        _remember(self._nodes, {node: self._asked(query) for node, query in asked_for.items()})

    def count(self, node: Node) -> int:
        """How many documents a node matches."""
        return self._of(node, self.plain).number

    def learn(self, node: Node, keys: Sequence[str]) -> None:
        """Remember which documents a node matches."""
        if len(keys) <= FEW:
            _remember(self._nodes, {node: Matched(len(keys), tuple(keys))})

    def known(self, node: Node) -> Matched | None:
        """What a node matches, if that was asked before."""
        return self._nodes.get(node)

    def learn_leading(self, ranked: Query, share: float, keys: Sequence[str]) -> None:
        """Remember which documents score at least a share of what the best one of a query does."""
        if len(keys) <= FEW:
            _remember(self._leading, {(written(ranked), share): tuple(keys)})

    def leading(self, ranked: Query, share: float) -> tuple[str, ...] | None:
        """Return which these are, if that was asked before."""
        return self._leading.get((written(ranked), share))

    def settled(self, node: Node, weighting: BM25) -> tuple[Node, int]:
        """A node that matches the same and asks nothing more to be translated, and how many documents that are."""
        if not _asks(node):
            return node, self._of(node, weighting).number
        query = self.translation(weighting).filter(node)
        settled = nodes.Foreign(lambda _: query)
        return settled, self._of(settled, weighting).number

    def greatest(self, node: Node, weighting: BM25) -> float:
        """The greatest score of a document that a node matches; 0 where it matches none."""
        query = self.translation(weighting).scored(node)
        asked = written(query)
        if asked not in self._tops:
            _remember(self._tops, {asked: greatest(self.asking.one(top(query), scored=True))})
        return self._tops[asked]

    def rows(self, within: Node, asked: Callable[[], Mapping[T, Node]]) -> list[set[T]] | None:
        """Of each document that `within` matches, which of some nodes match it; None of very many documents."""
        count = self._of(within, self.plain).number
        if not count or count > _ROWS:
            return None if count else []
        if within not in self._rows:
            named = list(asked().items())
            told = self.asking.many(self._naming(within, [node for _, node in named]))
            self._learn_rows(within, told, [name for name, _ in named])
        return self._rows.get(within)

    def among(self, keys: Sequence[str], node: Node, weighting: BM25) -> list[bool]:
        """Whether a node matches each of some documents."""
        query = self.translation(weighting).filter(node)
        found: set[str] = set()
        for at in range(0, len(keys), _IDS):
            part = keys[at : at + _IDS]
            body = keys_alone({"bool": {"filter": [ids(part), query]}}, len(part))
            found.update(key_in(hit) for hit in self.asking.one(body)["hits"]["hits"])
        return [key in found for key in keys]

    def scores(self, key: str, asked: Sequence[Node], weighting: BM25) -> list[float | None]:
        """What each of some nodes gives one document; None where it does not match it. IndexStoreError: it has gone."""
        translation = self.translation(weighting)
        self.frequencies.of([term for node in asked for term in translation.terms(node)])
        queries = [translation.scored(node) for node in asked]
        found: dict[str, float] = {}
        for at in range(0, len(queries), _TOGETHER):
            should = [
                {"bool": {"must": [query], "_name": str(number)}}
                for number, query in enumerate(queries[at : at + _TOGETHER], at)
            ]
            body = keys_alone({"bool": {"filter": [ids([key])], "should": should}}, 1)
            del body["sort"]
            hits = self.asking.scores(body)["hits"]["hits"]
            if not hits:
                raise gone(self._name, key)
            found.update(hits[0].get("matched_queries") or {})
        return [found.get(str(number)) for number in range(len(asked))]

    def proximity(self, keys: Sequence[str], wanted: Proximity) -> Array:
        """What documents get for words that stand near each other -> (n,) float32."""
        query = nearness(wanted, self._state.documents, self.frequencies)
        found: dict[str, float] = {}
        for at in range(0, len(keys) if query is not None else 0, _IDS):
            part = keys[at : at + _IDS]
            body = keys_alone({"bool": {"filter": [ids(part)], "must": [query]}}, len(part))
            del body["sort"]
            found.update((key_in(hit), hit["_score"]) for hit in self.asking.one(body)["hits"]["hits"])
        return np.array([found.get(key, 0.0) for key in keys], np.float32)

    def _of(self, node: Node, weighting: BM25) -> Matched:
        """What a node matches."""
        found = self._nodes.get(node)
        if found is None:
            query = self.translation(weighting).filter(node)
            many = clauses_in(query) > MOST_CLAUSES
            found = self._child_by_child(node, weighting) if many else self._asked(query)
            _remember(self._nodes, {node: found})
        return found

    def _child_by_child(self, node: Node, weighting: BM25) -> Matched:
        """What a node of too many clauses for one query matches, where some of its children match few documents."""
        if isinstance(node, nodes.And | nodes.Or):
            each = {child: self._of(child, weighting).keys for child in node.children}
            few = [set(keys) for keys in each.values() if keys is not None]
            if isinstance(node, nodes.Or) and len(few) == len(each):
                return matched_few(set().union(*few))
            if isinstance(node, nodes.And) and few:
                found = sorted(set.intersection(*few))
                for child in (child for child, keys in each.items() if keys is None):
                    passes = self.among(found, child, weighting)
                    found = [key for key, one in zip(found, passes, strict=True) if one]
                return matched_few(found)
        raise QueryError(f"{self._name}: the query has more words than OpenSearch takes; ask for fewer")

    def _asked(self, query: Query) -> Matched:
        if query is NOTHING:
            return _NONE
        asked = written(query)
        if asked not in self._counts:
            _remember(self._counts, {asked: matched_in(self.asking.one(counting(query)))})
        return self._counts[asked]

    def _is_asked_for(self, within: Node) -> bool:
        """Whether rows of its documents are asked for, and not known: of some documents, and not too many."""
        known = self._nodes.get(within)
        return within not in self._rows and (known is None or 0 < known.number <= _ROWS)

    def _learn_rows(self, within: Node, answers: Sequence[Answer], names: Sequence[Hashable]) -> None:
        """Remember the rows of the documents of a node, by what searches told, unless there are too many."""
        total = total_of(answers[0]) if answers else 0
        _remember(self._nodes, {within: Matched(total, () if not total else None)})
        if total <= _ROWS:
            _remember(self._rows, {within: rows_in(answers, names)})

    def _naming(self, within: Node, named: Sequence[Node]) -> list[tuple[Body, bool]]:
        """Searches for the documents of a node that tell the numbers of the nodes that match each, some a search."""
        translation, bodies = self.translation(self.plain), list[tuple[Body, bool]]()
        query = translation.filter(within)
        should: list[Query] = []
        room = most = MOST_CLAUSES - clauses_in(query)

        def ask() -> None:
            body = keys_alone({"bool": {"filter": [query], "should": should}}, _ROWS)
            bodies.append(({**body, "track_total_hits": True}, False))

        for number, node in enumerate(named):
            one = {"constant_score": {"filter": translation.filter(node), "boost": 0, "_name": str(number)}}
            size = clauses_in(one)
            if size > room and should:
                ask()
                should, room = [], most
            should.append(one)
            room -= size
        ask()
        return bodies

    def _resolved(self, node: nodes.TwoPhase) -> Query:
        """The documents of a node that pass its check, read and checked here."""
        query = self.translation(self.plain).filter(node.approximation)
        passed: list[str] = []
        after: list[Any] | None = None
        while True:
            body: Body = {"size": _PAGE, "query": query, "sort": [{"added": "asc"}], **DOCUMENTS}
            body |= {"track_total_hits": False} if after is None else {"track_total_hits": False, "search_after": after}
            hits = self.asking.one(body)["hits"]["hits"]
            self.contents.learn(hits)
            keys = [key_in(hit) for hit in hits]
            passed += [key for key, passes in zip(keys, node.passes(keys), strict=True) if passes]
            if len(hits) < _PAGE:
                return ids(passed)
            after = hits[-1]["sort"]


def _asks(node: Node) -> bool:
    """Whether to translate a node as a filter takes an answer beside the frequencies of terms."""
    match node:
        case nodes.TwoPhase():
            return node.exact is None
        case nodes.Leading():
            return True
        case nodes.And() | nodes.Or():
            return any(map(_asks, node.children))
        case nodes.AndMaybe():
            return _asks(node.must)
        case nodes.AndNot():
            return _asks(node.child) or _asks(node.without)
        case nodes.Require():
            return _asks(node.child) or _asks(node.required)
        case nodes.Not() | nodes.Constant() | nodes.Boost():
            return _asks(node.child)
    return False


def _remember(known: dict[Any, Any], fresh: Mapping[Any, Any]) -> None:
    if len(known) + len(fresh) > _REMEMBERED:
        known.clear()
    known.update(fresh)
