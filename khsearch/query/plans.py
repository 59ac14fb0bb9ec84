"""plans: what a query comes to, as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine import nodes
    from khsearch.khmer import Typed
    from khsearch.query.matching import Found


@frozen
class Marks:
    """What snippets mark.

    rows     words side by side, each in code form: a word alone, or what stands there as a whole
    bigrams  what is marked where none of these stands
    """

    rows: Sequence[tuple[bytes, ...]]
    bigrams: Sequence[bytes] = ()


@frozen
class Plan:
    """What a query comes to.

    node       ranks; finds what counts, unless `found` says that, and looser hits
    marks      of looser hits, or of all
    said       of these rows, what counts as found has whatever `found` says: words in quotes, words that fit a pattern
    found      the set of what counts; None: all that `node` matches
    loose      whether looser hits follow the set
    rows       words of free text, and of its other readings, each in order: for stages that ask where words stand
    problem    what was wrong with the query, where it was searched as words instead
    typed      analyses the query, where it was searched as words
    stepwise   makes the same plan of nodes that say what they are, where these are the engine's own
    fields     own text fields that it looks into, because it names them or because they have weight
    """

    node: nodes.Node
    marks: Marks
    found: Found | None = None
    loose: bool = False
    said: Sequence[tuple[bytes, ...]] = ()
    rows: Sequence[Sequence[bytes]] = ()
    problem: str | None = None
    typed: Callable[[], Typed] | None = None
    fields: tuple[str, ...] = ()
    stepwise: Callable[[], Plan] | None = None

    @property
    def in_full(self) -> Plan:
        """The same plan, of nodes that say what they are."""
        return self if self.stepwise is None else self.stepwise()
