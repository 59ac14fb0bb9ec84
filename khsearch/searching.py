"""searching: what is asked, checked, and a commit, in; results, or the ids that a filter lets through, out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from khsearch import arguments, paging, query
from khsearch.arguments import checked, instance, one_of, optional, several
from khsearch.documents import column_of
from khsearch.engine import BM25, Node, SortKey, View, nodes
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.hits import Facet, Hit, Results, Search, count
from khsearch.khmer import Variants
from khsearch.opening import Commit
from khsearch.pages import Pages
from khsearch.query import MATCHES, Filter, Judged, Match, Plan, Planner, Ranking

_SCORE = "score"
_FACETS = replace(several(instance(Facet, arguments.TEXT)), takes="names of fields, or Facet objects, in a list")


@frozen
class Asked:
    """What a search asks: `Index.search` says what each part means. A query or filter may be of another language."""

    query: str | object
    limit: int
    offset: int
    match: Match
    filter: Filter | object | None
    sort: tuple[str, ...]
    facets: tuple[str | Facet, ...]
    group_by: str | None
    search_after: str | None
    ranking: Ranking | None
    strict: bool
    correct: bool

    @property
    def identity(self) -> str:
        """What has to be the same for one page to follow another."""
        return repr((self.query, self.match, self.sort, self.group_by, self.correct))


@checked(
    query=arguments.QUERY,
    limit=arguments.COUNT,
    offset=arguments.COUNT,
    match=one_of(*MATCHES),
    filter=optional(arguments.FILTER),
    sort=optional(several(arguments.TEXT)),
    facets=_FACETS,
    group_by=optional(arguments.TEXT),
    search_after=optional(arguments.TEXT),
    ranking=optional(instance(Ranking)),
    strict=arguments.TRUTH,
    correct=arguments.TRUTH,
)
def asked(
    query: str | object = "",
    limit: int = 10,
    offset: int = 0,
    match: Match = "best",
    *,
    filter: Filter | object | None = None,
    sort: str | Sequence[str] | None = None,
    facets: str | Facet | Sequence[str | Facet] = (),
    group_by: str | None = None,
    search_after: str | None = None,
    ranking: Ranking | None = None,
    strict: bool = False,
    correct: bool = True,
) -> Asked:
    """Check what is asked; ValueError."""
    if offset and search_after is not None:
        raise ValueError("offset goes with no search_after; leave one of them out")
    names, counts = cast("tuple[str, ...]", sort or ()), cast("tuple[str | Facet, ...]", facets)
    return Asked(query, limit, offset, match, filter, names, counts, group_by, search_after, ranking, strict, correct)


def search(commit: Commit, spellings: Variants, asked: Asked, plan_of: Callable[[Commit, object], Plan]) -> Results:
    """Search a commit; QueryError, IndexMismatchError. plan_of: plans what is of another language."""
    started = time.perf_counter()
    built = commit.built
    order = [_sort_key(name, built.fields) for name in asked.sort]
    group = None if asked.group_by is None else column_of(built.fields, asked.group_by)
    facets = _facets(asked.facets)
    made = _made(commit, spellings, asked, plan_of)
    pages = Pages(made, order, group)
    behind = None if asked.search_after is None else paging.behind(asked.identity, asked.search_after)
    page = pages.page(asked.limit, asked.offset, behind)
    if page.total is not None and page.total != made.known:
        made = replace(made, known_total=page.total)
    first = asked.offset + 1 if behind is None else behind.rank + 1
    hits = Hit.each_of(page.judged, made, first, page.ahead, page.more)

    def after() -> str:
        last = hits[-1]
        return paging.token(asked.identity, pages.behind(last.rank, page.judged[-1], loose=last.loose))

    counts = {facet.field: one for facet, one in zip(facets, count(made, facets), strict=True)} if facets else None
    goes_on = after if hits and page.goes_on else None
    return Results(hits, time.perf_counter() - started, made, counts, goes_on, page.groups)


def _made(commit: Commit, spellings: Variants, asked: Asked, plan_of: Callable[[Commit, object], Plan]) -> Search:
    """What is asked, planned."""
    view, built = commit.view, commit.built
    if isinstance(asked.query, str):
        commit.agreement.check(asked.query)
    ranking = (asked.ranking or built.ranking).over(built.ranking.own)
    planner = Planner(view, built.analyzer, built.fields, spellings, ranking)
    if isinstance(asked.query, str):
        text, plan = asked.query, planner.plan(asked.query, asked.match, strict=asked.strict, correct=asked.correct)
    else:
        text, plan = "", plan_of(commit, asked.query)
    kept = _kept(commit, planner, asked.filter, plan_of)
    if kept is not None and view.far is None:
        kept = _settled(
            view, kept, ranking.weighting
        )  # it is asked for several times, and pages have filters in common
    return Search(text, view, built.analyzer, plan, ranking, kept, built.fields, spellings)


def ids_of(
    commit: Commit, spellings: Variants, filter: Filter | object, plan_of: Callable[[Commit, object], Plan]
) -> list[str]:
    """Return the ids of the documents that a filter lets through; QueryError, for one that says nothing, too."""
    view, built = commit.view, commit.built
    planner = Planner(view, built.analyzer, built.fields, spellings, built.ranking)
    node = _kept(commit, planner, filter, plan_of)
    if node is None or _is_everything(node):
        raise QueryError("a filter that says nothing lets every document through; say which, as in category:news")
    found = view.search(nodes.Constant(node, 0.0), view.doc_count, weighting=built.ranking.weighting)
    return [view.summary(key)[0] for key in found.keys]


def similar(commit: Commit, spellings: Variants, id: str, limit: int) -> Results:
    """Find documents that are like one of the commit; none where there is no such document."""
    started = time.perf_counter()
    view, built = commit.view, commit.built
    plan, others = query.like(id, view, built.analyzer, built.ranking.weighting)
    made = Search("", view, built.analyzer, plan, built.ranking, others, built.fields, spellings)
    page = Pages(made, judged=False).page(limit, 0)
    return Results(Hit.each_of(page.judged, made, 1, page.ahead), time.perf_counter() - started, made)


def hit_of(
    commit: Commit, spellings: Variants, id: str, asked: Asked, plan_of: Callable[[Commit, object], Plan]
) -> Hit | None:
    """Return the document of an id as a hit, of rank 0, of what is asked; None without one."""
    key = commit.view.key(id)
    if key is None:
        return None
    made = _made(commit, spellings, asked, plan_of)
    view, weighting = commit.view, made.ranking.weighting
    (score,) = view.scores(key, [made.plan.node], weighting)
    (stands,) = view.among([key], made.settled[0], weighting)
    return Hit.each_of([Judged(key, score or 0.0)], made, 0, int(stands))[0]


def _kept(
    commit: Commit, planner: Planner, filter: Filter | object | None, plan_of: Callable[[Commit, object], Plan]
) -> Node | None:
    """What a filter lets through; None where that is everything."""
    if filter is None or isinstance(filter, str | Mapping):
        return None if filter is None else planner.filter(cast("Filter", filter), commit.agreement.check)
    return plan_of(commit, filter).node


def _settled(view: View, node: Node, weighting: BM25) -> Node:
    """A filter's documents, remembered."""
    return view.memo("filters", node, lambda: view.settled(node, weighting), lambda found: 4 * found[1])[0]


def _is_everything(node: Node) -> bool:
    """Whether a node matches all documents, whatever they hold."""
    if isinstance(node, nodes.Or):
        return any(map(_is_everything, node.children))
    return isinstance(node, nodes.Every) and node.field is None


def _sort_key(name: str, fields: Mapping[str, str]) -> SortKey:
    """What a sort by a field, or by the score, asks of an engine."""
    field = name.removeprefix("-")
    if field == _SCORE and field not in fields:
        if name != field:
            raise QueryError(f"sort {name!r}: the best come first; write {_SCORE!r}")
        return SortKey(None, reverse=True)
    return SortKey(column_of(fields, field), name != field)


def _facets(given: Iterable[str | Facet]) -> list[Facet]:
    facets = [Facet(one) if isinstance(one, str) else one for one in given]
    names = [facet.field for facet in facets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise QueryError(f"facets has {twice!r} twice; ask results.facet for another count of the same field")
    return facets
