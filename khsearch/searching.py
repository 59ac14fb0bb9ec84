"""searching: what is typed, and a commit, in; results out: planned, found by the engine, judged by the stages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from khsearch import query
from khsearch.documents import column_of
from khsearch.engine import EQUAL, Found, Key, Node, SortKey, nodes
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.hits import Hit, Results, Search
from khsearch.khmer import Variants
from khsearch.opening import Commit
from khsearch.query import SHARE, Judged, Match, Plan, Planner, Ranked, Ranking, Rescorer, rescored


@frozen
class Asked:
    """What a search asks: `Index.search` says what each part means. A query or filter may be of another language."""

    query: str | object
    limit: int
    offset: int
    match: Match
    filter: str | object | None
    sort: str | None
    ranking: Ranking | None
    strict: bool
    correct: bool


def search(commit: Commit, spellings: Variants, asked: Asked, plan_of: Callable[[Commit, object], Plan]) -> Results:
    """Search a commit; QueryError, IndexMismatchError. plan_of: plans what is of another language."""
    started = time.perf_counter()
    view, built = commit.view, commit.built
    for text in (asked.query, asked.filter):
        if isinstance(text, str):
            commit.agreement.check(text)
    ranking = (asked.ranking or built.ranking).over(built.ranking.own)
    planner = Planner(view, built.analyzer, built.fields, spellings, ranking)
    if isinstance(asked.query, str):
        text, plan = asked.query, planner.plan(asked.query, asked.match, strict=asked.strict, correct=asked.correct)
    else:
        text, plan = "", plan_of(commit, asked.query)
    if isinstance(asked.filter, str):
        kept = planner.filter(asked.filter)
    else:
        kept = None if asked.filter is None else plan_of(commit, asked.filter).node
    sort = asked.sort or ""
    name = sort.removeprefix("-")
    order = [SortKey(column_of(built.fields, name), name != sort)] if sort else []
    made = Search(text, view, built.analyzer, plan, ranking, kept, built.fields, spellings)
    stages = [] if order else ranking.rescorers(plan.rows)
    judged, total = _Order(made, order).page(asked.limit, asked.offset, stages)
    if total is not None:
        made = replace(made, known_total=total)
    hits = [Hit.of(rank, one, made, loose=loose) for rank, (one, loose) in enumerate(judged, asked.offset + 1)]
    return Results(hits, time.perf_counter() - started, made)


def ids_of(commit: Commit, spellings: Variants, filter: str) -> list[str]:
    """Return the ids of the documents that a filter lets through; QueryError, for a blank one, too."""
    commit.agreement.check(filter)
    view, built = commit.view, commit.built
    node = Planner(view, built.analyzer, built.fields, spellings, built.ranking).filter(filter)
    if node is None:
        raise QueryError("a blank filter lets every document through; say which, as in category:news")
    found = view.search(nodes.Constant(node, 0.0), view.doc_count, weighting=built.ranking.weighting)
    return [view.summary(key)[0] for key in found.keys]


def similar(commit: Commit, spellings: Variants, id: str, limit: int) -> Results:
    """Find documents that are like one of the commit; none where there is no such document."""
    started = time.perf_counter()
    view, built = commit.view, commit.built
    plan, others = query.like(id, view, built.analyzer, built.ranking.weighting)
    made = Search("", view, built.analyzer, plan, built.ranking, others, built.fields, spellings)
    judged, _ = _Order(made).page(limit, 0, ())
    hits = [Hit.of(rank, one, made, loose=loose) for rank, (one, loose) in enumerate(judged, 1)]
    return Results(hits, time.perf_counter() - started, made)


class _Order:
    """The order of the documents of a search: those of the set, then, if they are wanted, looser ones."""

    def __init__(self, made: Search, sort: Sequence[SortKey] = ()) -> None:
        self._made = made
        self._sort = sort
        self._total: int | None = None  # of the set, where it was found out

    def page(self, limit: int, offset: int, stages: Sequence[Rescorer]) -> tuple[list[tuple[Judged, bool]], int | None]:
        """Documents from rank `offset` on, each with whether it is looser, and the size of the set, if it is known."""
        if not limit:
            return [], None
        if (not stages and self._made.plan.found is None) or self._sort:
            found = self._search(self._made.ranked_set, limit, offset)
            return [(Judged(key, score), False) for key, score in _pairs(found)], None
        judged, ahead = rescored(self._made.view, self._retrieve, stages, offset + limit)
        return [(one, rank >= ahead) for rank, one in enumerate(judged)][offset:], self._total

    def _retrieve(self, count: int) -> Ranked:
        """The first documents, as many as there are up to a count."""
        made, found = self._made, self._made.plan.found
        if found is None:
            return Ranked(*self._search(made.ranked_set, count), count)
        if found.nearly and found.count is None and made.filter is None:
            keys, scores = self._search(made.plan.node, count)
            size = int(np.count_nonzero(scores >= SHARE * EQUAL * max(float(scores[0]), 0.0))) if len(keys) else 0
            if size < count:
                self._total = size
                kept = len(keys) if made.plan.loose else size
                return Ranked(keys[:kept], scores[:kept], size)
        self._total = made.total
        if not made.plan.loose or made.total >= count:
            return Ranked(*self._search(made.ranked_set, count), count)
        ranked = made.plan.node if made.filter is None else nodes.Require(made.plan.node, made.filter)
        wanted, _ = made.settled
        keys, scores = self._search(ranked, count)
        ahead = np.array(made.view.among(keys, wanted, made.ranking.weighting), np.bool_)
        size = int(np.count_nonzero(ahead))
        if size == made.total:
            order = np.argsort(~ahead, kind="stable")
            return Ranked([keys[at] for at in order.tolist()], scores.take(order), size)
        first = self._search(made.ranked_set, count)
        rest = self._search(nodes.AndNot(ranked, wanted), count - len(first.keys))
        return Ranked([*first.keys, *rest.keys], np.concatenate([first.scores, rest.scores]), len(first.keys))

    def _search(self, node: Node, limit: int, offset: int = 0) -> Found:
        made = self._made
        return made.view.search(node, limit, offset, weighting=made.ranking.weighting, sort=self._sort)


def _pairs(found: Found) -> Iterator[tuple[Key, float]]:
    return zip(found.keys, found.scores.tolist(), strict=True)
