"""site: what all rooms of the web know of what is served: the index, its title, its bounds, the threads that search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from khsearch.hits import Facet
from khsearch.reader import Reader
from khsearch.web.bounds import Bounds
from khsearch.web.querylog import QueryLog
from khsearch.web.workers import Workers

T = TypeVar("T")


class Site:
    """One index, as it is served.

    title      the heading of its pages
    facets     what its pages count; None: what its fields suggest
    files      the folder from which the files of its documents may be served; None: they may not
    query_log  where searches are written down, or nowhere
    """

    def __init__(
        self,
        index: Reader,
        title: str,
        facets: tuple[Facet, ...] | None = None,
        files: Path | None = None,
        bounds: Bounds | None = None,
        query_log: QueryLog | None = None,
    ) -> None:
        self.index = index
        self.title = title
        self.facets = facets
        self.files = files
        self.bounds = bounds or Bounds()
        self.query_log = query_log or QueryLog(None)
        self.workers = Workers(self.bounds)

    async def run(self, work: Callable[[Reader], T]) -> T:
        """Do what asks the index in one of the threads; BusyError, and whatever it raises."""
        return await self.workers.run(lambda: work(self.index))
