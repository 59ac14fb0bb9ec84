"""pages: the documents of a search, page by page: found by the engine, judged by the stages.

What counts as found comes first, as it is ranked or sorted, then looser hits, if they are wanted. Up to what stages
look at, a page is found by its ranks; beyond, by the place in the engine's order where the one before it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from khsearch.engine import Best, Found, Node, Place, SortKey, Sought, best_of, nodes
from khsearch.frozen import frozen
from khsearch.hits import Search
from khsearch.paging import Behind
from khsearch.query import DEPTH, SHARE, Judged, Stage, rescored


@frozen
class Page:
    """Documents of a page.

    ahead    how many of them count as found; looser ones follow
    goes_on  whether others follow
    total    the size of the set, if it was found out
    more     how many more the group of each has, where they are grouped
    groups   how many groups there are then
    """

    judged: Sequence[Judged]
    ahead: int
    goes_on: bool
    total: int | None = None
    more: Sequence[int] | None = None
    groups: int | None = None


class Pages:
    """The documents of a search, page by page: those of the set, then, if they are wanted, looser ones."""

    def __init__(
        self,
        made: Search,
        sort: Sequence[SortKey] = (),
        group: str | None = None,
        *,
        judged: bool = True,
    ) -> None:
        """judged: whether stages judge the best, if nothing else orders them."""
        self._made = made
        self._sort = sort
        self._group = group
        self._total: int | None = None  # of the set, where it was found out
        judged = judged and not sort and group is None
        self._near = made.ranking.near(made.plan.rows) if judged else None
        self._stages = cast("Sequence[Stage]", made.ranking.stages) if judged else ()
        is_judged = self._near is not None or bool(self._stages)
        self._is_one = bool(sort) or group is not None or (not is_judged and made.plan.found is None)

    def page(self, limit: int, offset: int, behind: Behind | None = None) -> Page:
        """Documents from rank `offset` on, or behind another page."""
        if not limit and self._group is None:
            return Page([], 0, goes_on=False)
        place = None if behind is None else behind.place
        if self._is_one:
            found = self._search(
                self._made.ranked_set, limit + 1, offset if behind is None or place else behind.rank, place
            )
            judged, more = _judged(found), None if found.sizes is None else [size - 1 for size in found.sizes.tolist()]
            return Page(judged[:limit], limit, len(judged) > limit, None, more, found.groups)
        if behind is not None and place is not None:
            judged, ahead = self._behind(limit + 1, behind)
        else:
            offset = offset if behind is None else behind.rank
            made, count = self._made, offset + limit + 1
            judged, ahead = rescored(made.view, self._retrieve, self._near, self._stages, count, offset, made.text)
            ahead -= offset
        return Page(judged[:limit], ahead, len(judged) > limit, self._total)

    def behind(self, rank: int, judged: Judged, *, loose: bool) -> Behind:
        """What comes behind a document of a rank."""
        if self._stages or (self._near is not None and rank <= DEPTH):
            return Behind(rank, loose, None)  # it may have been moved
        # Beyond what stages look at, the order is the engine's.
        return Behind(rank, loose, self._made.view.place(judged.key, judged.score, self._sort))

    def _behind(self, count: int, behind: Behind) -> tuple[list[Judged], int]:
        """So many documents behind a place in the engine's order, and how many of them count as found."""
        made, found = self._made, list[Judged]()
        place = behind.place
        if not behind.loose:
            found = _judged(self._search(made.ranked_set, count, 0, place))
            place = None
        if len(found) >= count or not (made.plan.loose or behind.loose):
            return found, len(found)
        looser = nodes.AndNot(self._ranked(), made.settled[0])
        return [*found, *_judged(self._search(looser, count - len(found), 0, place))], len(found)

    def _retrieve(self, count: int) -> Best:
        """The first documents, as many as there are up to a count."""
        made, found = self._made, self._made.plan.found
        open_set = found is not None and found.nearly and found.count is None and made.filter is None
        sought = Sought(
            self._ranked(),
            None if found is None else made.wanted,
            SHARE if open_set else None,
            made.plan.loose,
            made.ranking.weighting,
            self._near,
            DEPTH,
            made.known,
            lambda: made.settled,
        )
        far = made.view.far
        best = best_of(made.view, sought, count) if far is None else far.best(sought, count)
        self._total = best.total
        return best

    def _ranked(self) -> Node:
        """All that ranks, and that the filter lets through."""
        made = self._made
        return made.plan.node if made.filter is None else nodes.Require(made.plan.node, made.filter)

    def _search(self, node: Node, limit: int, offset: int = 0, after: Place | None = None) -> Found:
        made = self._made
        return made.view.search(
            node,
            limit,
            offset,
            weighting=made.ranking.weighting,
            sort=self._sort,
            after=after,
            group=self._group,
        )


def _judged(found: Found) -> list[Judged]:
    return list(map(Judged, found.keys, found.scores.tolist()))
