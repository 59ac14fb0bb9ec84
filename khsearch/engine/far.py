"""far: what a view can do besides where every question is a journey: answer many questions at once.

A view that is at hand has none of this (`View.far` is None): it is asked step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from khsearch.engine.nodes import Node
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine.retrieval import Best, Sought
    from khsearch.engine.weighting import BM25

T = TypeVar("T", bound=Hashable)

Rows = tuple[Node, Callable[[], Mapping[Any, Node]]]
"""What `FarView.rows` takes: what some documents match, and what is asked of each."""


@frozen
class Foreseen:
    """Questions that will be asked soon.

    terms   whose document frequencies, given with their fields
    counts  how many documents match each
    tops    the greatest score of a document that each matches
    rows    what `FarView.rows` will be asked
    """

    terms: Sequence[tuple[str, bytes]] = ()
    counts: Sequence[Node] = ()
    tops: Sequence[Node] = ()
    rows: Sequence[Rows] = ()


class FarView(Protocol):
    """A view whose every answer takes a request."""

    def foresee(self, key: Hashable, weighting: BM25, make: Callable[[], Foreseen]) -> None:
        """Ask in one request what will be asked soon, and remember the answers. What a key named before is known."""

    def rows(self, within: Node, asked: Callable[[], Mapping[T, Node]]) -> list[set[T]] | None:
        """Of each document that `within` matches, which of some nodes match it, by their names.

        None where those are too many documents: the nodes are better asked one by one.
        """

    def best(self, sought: Sought, count: int) -> Best:
        """What `best_of` returns, in one request, as far as what it needs is known."""
