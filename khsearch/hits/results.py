"""results: what a search returns: hits, how many documents were found, how the query was read, and what is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, overload

from khsearch import query
from khsearch.errors import QueryError
from khsearch.hits.facets import Facet, Value, count
from khsearch.hits.hit import Hit
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch.engine import By
    from khsearch.hits.search import Search


class Results(Sequence[Hit]):
    """The hits of a search, best first or as sorted; behind those that count as found, looser ones.

    Results that were pickled know their hits and all that is said here but `facet`: they can count nothing more.
    """

    def __init__(
        self,
        hits: Sequence[Hit],
        seconds: float,
        search: Search | None,
        facets: Mapping[str, dict[Value, int]] | None = None,
        after: str | Callable[[], str] | None = None,
        groups: int | None = None,
    ) -> None:
        self._hits = hits
        self._search = search
        self.seconds = seconds
        """Time that the search took, in seconds."""
        self._after = after
        self.groups = groups
        """How many groups count as found, where hits were grouped."""
        self.facets = dict(facets or {})
        """Of each facet that was asked for, by field, how many of all documents found have each value."""

    @cached_property
    def after(self) -> str | None:
        """What `search(..., search_after=)` takes to go on behind the last hit; None where nothing follows."""
        return self._after() if callable(self._after) else self._after

    @cached_property
    def total(self) -> int:
        """How many documents count as found in all, looser hits apart: exact."""
        return self._made.total

    @cached_property
    def corrected(self) -> str | None:
        """How the query was read where it stands nowhere as typed: with other spellings or more spaces; else None."""
        found = self._made.plan.found
        return None if found is None else found.corrected

    @cached_property
    def nearly(self) -> bool:
        """Whether no document has all that was typed: those that count have nearly as much of it as the best one."""
        found = self._made.plan.found
        return found is not None and found.nearly and bool(found.leaves) and self.total > 0

    @cached_property
    def problem(self) -> str | None:
        """What was wrong with the query, or no word fits, where it was searched as plain words instead; else None."""
        return self._made.plan.problem

    @cached_property
    def suggestion(self) -> str | None:
        """What was probably meant ("did you mean"), in words of the index; None where nothing is likelier.

        None, too, for a query with operators, which are no words: `corrected` tells how its words were read.
        """
        search = self._made
        typed = search.plan.typed
        return None if typed is None else query.suggestion(search.view, typed(), search.variants, search.ranking.own)

    def facet(
        self,
        field: str,
        by: By | None = None,
        limit: int | None = None,
        ranges: Sequence[tuple[Any, Any]] = (),
    ) -> dict[Value, int]:
        """How many of all documents found have each value of a field, most frequent first; as `Facet` says.

        Where it is known beforehand what a page shows, `search(..., facets=[...])` counts all at once.
        """
        (found,) = count(self._made, [Facet(field, by, ranges, limit)])
        return found

    def to_dict(self) -> dict[str, object]:
        """Return what a page shows, ready for JSON: total, corrected, nearly, suggestion, facets, hits (`Hit.to_dict`).

        Values of facets are text there: dates as ISO 8601 has them, ranges as filters do ("10 TO *").
        """
        loading("khsearch.hits.written")
        from khsearch.hits.written import dict_of_results

        return dict_of_results(self)

    def _repr_html_(self) -> str:
        loading("khsearch.hits.written")
        from khsearch.hits.written import html_of_results

        return html_of_results(self)

    @property
    def _made(self) -> Search:
        if self._search is None:
            raise QueryError("these results are a copy without their index; search again, and ask what you get")
        return self._search

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        names = ("total", "problem", "corrected", "nearly", "suggestion")
        known = {name: getattr(self, name) for name in names}
        return type(self), (list(self._hits), self.seconds, None, self.facets, self.after, self.groups), known

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...

    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self._hits[index]

    def __len__(self) -> int:
        return len(self._hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self._hits)

    def __repr__(self) -> str:
        return f"<{len(self)} hits in {1000 * self.seconds:.1f} ms>"
