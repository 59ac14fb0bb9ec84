"""searching: what is typed, and a commit, in; results out: planned, found by the engine, judged by the stages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from khsearch import query
from khsearch.documents import column_of
from khsearch.engine import Found, Node, SortKey, nodes
from khsearch.frozen import frozen
from khsearch.hits import Hit, Results, Search
from khsearch.khmer import Variants
from khsearch.opening import Commit
from khsearch.query import Judged, Match, Plan, Planner, Ranking, Rescorer, rescored


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
    ranking = asked.ranking or built.ranking
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
    hits = _hits(made, asked.limit, asked.offset, stages, order)
    return Results(hits, time.perf_counter() - started, made)


def similar(commit: Commit, spellings: Variants, id: str, limit: int) -> Results:
    """Find documents that are like one of the commit; none where there is no such document."""
    started = time.perf_counter()
    view, built = commit.view, commit.built
    plan, others = query.like(id, view, built.analyzer, built.ranking.weighting)
    made = Search("", view, built.analyzer, plan, built.ranking, others, built.fields, spellings)
    return Results(_hits(made, limit, 0, ()), time.perf_counter() - started, made)


def _hits(made: Search, limit: int, offset: int, stages: Sequence[Rescorer], sort: Sequence[SortKey] = ()) -> list[Hit]:
    """Hits from rank `offset` on: of the set by score or as sorted, then, if they are wanted, looser ones by score."""
    found, ranked = made.plan.found, made.plan.node
    if found is None:
        judged = _judged(made, ranked, limit, offset, stages, sort)
        return [Hit.of(rank, one, made) for rank, one in enumerate(judged, offset + 1)]
    judged = _judged(made, nodes.AndMaybe(nodes.Constant(made.wanted, 0.0), ranked), limit, offset, stages, sort)
    hits = [Hit.of(rank, one, made) for rank, one in enumerate(judged, offset + 1)]
    if made.plan.loose and not sort and len(hits) < limit:
        offset += len(hits)
        others = nodes.AndNot(ranked if made.filter is None else nodes.Require(ranked, made.filter), found.node)
        judged = _judged(made, others, limit - len(hits), offset - made.total, stages)
        hits += [Hit.of(rank, one, made, loose=True) for rank, one in enumerate(judged, offset + 1)]
    return hits


def _judged(
    made: Search, node: Node, limit: int, offset: int, stages: Sequence[Rescorer], sort: Sequence[SortKey] = ()
) -> list[Judged]:
    """The documents of a node from rank `offset` on."""
    filter = made.filter if made.plan.found is None else None

    def find(limit: int, offset: int = 0) -> Found:
        return made.view.search(node, limit, offset, weighting=made.ranking.weighting, filter=filter, sort=sort)

    if stages and limit:
        return rescored(made.view, find, stages, offset + limit)[offset:]
    found = find(limit, offset)
    return [Judged(key, score) for key, score in zip(found.keys, found.scores.tolist(), strict=True)]
