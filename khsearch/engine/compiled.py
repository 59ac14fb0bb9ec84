"""compiled: what a view can do besides whose engine has a compiled core.

It plans a query of plain words, and finds the best documents, in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine.nodes import Node
    from khsearch.engine.retrieval import Best, Sought
    from khsearch.engine.weighting import BM25

Passes = Callable[[Sequence[bytes], Sequence[int]], Sequence[bool]]
"""Whether units, in code form, follow each other in documents."""

Readers = tuple[Any, Any, Any]
"""The core's own: what breaks texts as the documents were broken, groups of spellings, and the lexicon of these."""

Numbers = tuple[Sequence[str], bool, float, float, Collection[str]]
"""Of a ranking: fields of words, whether bigrams have weight, `few_words` and `readings`.

And chunks that need not stand where every chunk must.
"""

Wanted = Literal["any", "all", "best"]
"""What counts as found: all that ranks; where every chunk stands; that, or what scores nearly as high as the best."""

ToldChunk = tuple[int, int, Sequence[tuple[tuple[bytes, ...], tuple[bytes, ...]]]]
"""Where a chunk begins and ends, and of each of its ways the words and bigrams."""


@frozen
class Planned:
    """A plan of the core; as `khsearch.query.Plan` has it, as far as that says nothing else.

    ranked   what ranks
    nowhere  where chunks begin and end that stand nowhere
    docs     what counts as found, worked out; None where nobody asked, or nothing has all that was typed
    count    how many documents that are
    nearly   whether what scores nearly as high as the best document counts as found
    rows     words of the text, and of its other readings, each in order
    told     the plan itself, which tells the rest
    planner  what made it
    """

    ranked: Node
    nowhere: Sequence[tuple[int, int]]
    docs: Node | None
    count: int | None
    nearly: bool
    rows: Sequence[Sequence[bytes]]
    told: Any
    planner: Any

    @property
    def marked(self) -> Sequence[tuple[bytes, ...]]:
        """What snippets mark of other readings."""
        found: Sequence[tuple[bytes, ...]] = self.told.marked
        return found

    @property
    def bigrams(self) -> Sequence[bytes]:
        """Bigrams of the text."""
        found: Sequence[bytes] = self.told.bigrams
        return found

    @property
    def chunks(self) -> Sequence[ToldChunk]:
        """The chunks."""
        found: Sequence[ToldChunk] = self.told.chunks
        return found


class CompiledView(Protocol):
    """A view whose engine has a compiled core."""

    def best(self, sought: Sought, count: int) -> Best | None:
        """What `best_of` returns; None where that takes Python."""

    def summaries(self, docs: Sequence[int]) -> Sequence[tuple[str, str]] | None:
        """Ids and titles of documents, by number; None where one is not what was written."""

    def plan(
        self, readers: Readers, numbers: Numbers, weighting: BM25, passes: Passes, text: str, wanted: Wanted
    ) -> Planned | None:
        """Plan a query of plain words; None for one that takes Python."""

    def read_as(
        self, planned: Planned, readings: Sequence[Sequence[str]], passes: Passes
    ) -> tuple[tuple[Node, int] | None, Sequence[Sequence[ToldChunk]]] | None:
        """Where a plan's chunks stand if those that stand nowhere are read as some texts, and the chunks of these.

        The documents, worked out, and how many they are; None where the chunks do not stand together. None in all where
        that takes Python.
        """
