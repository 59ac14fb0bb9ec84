"""plans: what a query comes to, as values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine import nodes
    from khsearch.khmer import Typed
    from khsearch.query.chunks import Chunk

_WHOLE = r"(?<![^\s()+:-])%s(?![^\s()^])"
"""Regular expression of a chunk in a query."""

SHARE = 0.8
"""Of the best document's score, the least with which another one counts as found, where none has all that was typed."""


@frozen
class Reading:
    """How a chunk that stands nowhere was read: as it is spelled now, and the chunks of that."""

    spelling: str
    chunks: tuple[Chunk, ...]


@frozen
class Leaf:
    """A chunk of a query, the field that is named for it, its text, and how it was read if it stands nowhere."""

    chunk: Chunk
    field: str | None
    text: str
    reading: Reading | None = None


@frozen
class Found:
    """The set of a search.

    node       matches it, and is quick to ask
    count      how many documents it has; None where that was not found out
    corrected  how the query was read; None: as it was typed
    leaves     the chunks that must or may stand
    nearly     whether no document has all chunks: then it is what scores nearly as high as the best document
    """

    node: nodes.Node
    count: int | None
    corrected: str | None = None
    leaves: Sequence[Leaf] = ()
    nearly: bool = False

    @property
    def rows(self) -> list[tuple[bytes, ...]]:
        """The words of its chunks in all ways in which they stand, for marks."""
        chunks = [leaf.chunk for leaf in self.leaves]
        chunks += [chunk for leaf in self.leaves if leaf.reading is not None for chunk in leaf.reading.chunks]
        return [way.words for chunk in chunks for way in chunk.ways]


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


def read_so(text: str, readings: Mapping[tuple[str | None, str], Reading]) -> str:
    """Return a query with chunks as they were read, by field and text."""
    for (_, typed), reading in readings.items():
        text = re.sub(_WHOLE % re.escape(typed), reading.spelling.replace("\\", r"\\"), text)
    return text
