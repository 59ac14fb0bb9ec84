"""view: the interfaces between an index and what keeps it, its engine. A second engine fills these three.

    Engine         an index somewhere: its latest commit, its one writer
    View           one commit, to be asked
    EngineWriter   documents and their terms in, commits out

All values that pass are plain: `nodes`, `weighting`, `tokens`, `Document`. `engines` says how engines are found.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from khsearch.arrays import Array
    from khsearch.documents import Document, Stored
    from khsearch.engine.compiled import CompiledView
    from khsearch.engine.far import FarView
    from khsearch.engine.nodes import Fuzzy, Node
    from khsearch.engine.tokens import Batch, TermList
    from khsearch.engine.weighting import BM25, Proximity
    from khsearch.schema import Schema

T = TypeVar("T")

Key = int | str
"""What an engine calls a document by, within one commit: a number, or an id of its own."""

Files = Mapping[str, bytes]
"""Files that belong to a commit, by name, the manifest first; the engine keeps them and looks into none."""

NameFile = Callable[[str], str]
"""Names a new file of the commit to be, with a suffix such as ".json"."""


EVERY_COMMIT = "every commit"
"""The owner of what no commit changes, such as what is known of versions of documents (`View.memo`)."""

OLD_TRAIT = "format 1"
"""The trait of documents that were kept before traits were."""


class SortKey(NamedTuple):
    """Order by a column, the greatest first if `reverse`; documents without a value come last either way.

    Without a column: by the score, the greatest first.
    """

    column: str | None
    reverse: bool = False


Place = Sequence[Any]
"""Where a document stands in an order: values that JSON knows, which the engine alone reads."""

By = Literal["year", "month", "day"]
"""What dates are counted by."""


class Counted(NamedTuple):
    """What is counted of some documents: how many have each value of a column.

    by      of dates: not each value, but each year, month or day, told by its first microsecond, from year 1
    ranges  not each value, but each of these ranges, from low, included, to high, left out; None is open
    most    how many values are told, the most frequent; None: all
    """

    column: str
    by: By | None = None
    ranges: tuple[tuple[Any, Any], ...] = ()
    most: int | None = None


class Found(NamedTuple):
    """Documents, best first or as sorted.

    keys    of each
    scores  (n,) float32 of each
    sizes   where groups were asked for, (n,) int64, how many documents each one's group has
    groups  and how many groups there are
    """

    keys: Sequence[Key]
    scores: Array
    sizes: Array | None = None
    groups: int | None = None


class Part(NamedTuple):
    """A part of an index, such as a segment, whose terms other commits may have, too.

    of         names it: parts of the same name are equal, whatever commit they are in
    documents  how many it has, deleted ones included
    terms      its terms in some fields, as `View.vocabulary` has them
    pairs      its pairs, as `View.pairs` has them
    """

    of: Hashable
    documents: int
    terms: Callable[[Sequence[str]], list[TermList]]
    pairs: Callable[[Sequence[str]], list[TermList]]


class Limits(NamedTuple):
    """What one document may have at most: words in a stream, bytes as a line of JSON."""

    words: int
    bytes: int


class View(Protocol):
    """One commit: immutable, for any number of threads, valid as long as anyone holds it."""

    @property
    def name(self) -> str:
        """Where it is, for messages: a path, or an address without secrets."""

    @property
    def commit_id(self) -> str:
        """Names this commit: the same in every process, and another for every other commit."""

    @property
    def doc_count(self) -> int:
        """How many documents there are."""

    @property
    def deleted(self) -> int:
        """How many documents are deleted that `vocabulary` and `pairs` still count."""

    @property
    def files(self) -> Files:
        """The files that belong to it; the same object in all commits that share them."""

    @property
    def traits(self) -> frozenset[str]:
        """Lines that say what the terms of its documents depend on (`Batch.traits`)."""

    @property
    def far(self) -> FarView | None:
        """The view itself where every question is a journey, for who can ask much at once; None where it is at hand."""

    @property
    def compiled(self) -> CompiledView | None:
        """What makes plans in the compiled core; None where there is none."""

    # Documents

    def key(self, id: str) -> Key | None:
        """The document of an id; None where there is none."""

    def keys(self, ids: Sequence[str]) -> list[Key | None]:
        """The documents of many ids, in their order."""

    def document(self, key: Key) -> Document:
        """The document, equal to the one that was added."""

    def summary(self, key: Key) -> tuple[str, str]:
        """Its id and title, quickly."""

    def summaries(self, keys: Sequence[Key]) -> Sequence[tuple[str, str]]:
        """The same of many."""

    def stored(self, keys: Sequence[Key]) -> Iterator[Stored]:
        """Documents, one after the other, each read as far as it is asked for."""

    def version(self, key: Key) -> Hashable:
        """What stands for a document as it is, and never for another, in this commit and in later ones.

        For what a memo keeps that survives. A document that is written anew may have another, though nothing changed.
        """

    def documents(self, on_lost: Callable[[str], None] | None = None) -> Iterator[Document]:
        """All documents, in the order in which they were added.

        What cannot be read is told to `on_lost` and passed over; without that it is an IndexDamagedError.
        """

    # Searching

    def search(
        self,
        node: Node,
        limit: int,
        offset: int = 0,
        *,
        weighting: BM25,
        filter: Node | None = None,
        sort: Sequence[SortKey] = (),
        after: Place | None = None,
        group: str | None = None,
    ) -> Found:
        """The documents that a node matches from rank `offset` on, at most `limit`, best first or as `sort` says.

        Only what `filter` matches, too; it does not score. Equals come in the order in which they were added.

        after: only what stands behind a place in this order. group: of all documents with the same first value of a
        column only the one that comes first; one without a value is a group of its own.
        """

    def place(self, key: Key, score: float, sort: Sequence[SortKey] = ()) -> Place:
        """Where a document with a score stands in an order, for `search`, of this commit or of a later one."""

    def count(self, node: Node) -> int:
        """How many documents a node matches, exactly."""

    def settled(self, node: Node, weighting: BM25) -> tuple[Node, int]:
        """What matches the same documents as a node and is quick to ask again, for this commit, and how many they are.

        weighting: of the search that will ask, whose work is shared; it decides nothing.
        """

    def among(self, keys: Sequence[Key], node: Node, weighting: BM25) -> list[bool]:
        """Whether a node matches each of some documents. weighting: as for `settled`."""

    def facets(self, node: Node, wanted: Sequence[Counted]) -> list[dict[Any, int]]:
        """How many of the documents that a node matches have each value of a column, for each that is wanted.

        The most frequent first, equals by value. Numbers are int or float, text is str; dates are microseconds from
        year 1. A text shows as it was written first in the index. Ranges are told by their pairs, in their order, those
        without documents, too.
        """

    def scores(self, key: Key, nodes: Sequence[Node], weighting: BM25) -> list[float | None]:
        """What each of some nodes gives one document; None where it does not match it."""

    def proximity(self, keys: Sequence[Key], wanted: Proximity) -> Array:
        """What documents get for words that stand near each other -> (n,) float32."""

    def warm(self) -> None:
        """Read beforehand what searches of any kind will ask for."""

    # Terms

    def dfs(self, terms: Sequence[tuple[str, bytes]]) -> list[int]:
        """How many documents have each of some terms, given with their fields."""

    def has(self, field: str, term: bytes, key: Key) -> bool:
        """Whether a document has a term."""

    def terms(self, field: str, prefix: bytes = b"") -> list[bytes]:
        """The distinct terms of a field that begin so, in order; some may be of deleted documents alone."""

    def near(self, node: Fuzzy) -> list[bytes]:
        """The terms that a node stands for, in order."""

    def vocabulary(self, field: str) -> Iterable[TermList]:
        """All terms of a field with their document frequencies, deleted documents included, list by list."""

    def pairs(self, field: str) -> Iterable[TermList]:
        """Pairs of terms that stand side by side, in order, in a field that keeps positions, list by list.

        Each is its terms with PAIR between them; a term that holds that byte is in none. With them come the documents
        that have them, deleted ones included; some pairs may be missing, or have too few, where their lists are long,
        so who needs the truth counts a phrase.
        """

    def parts(self) -> Sequence[Part]:
        """Its parts, whose terms and pairs together are those of all."""

    def memo(
        self,
        room: str,
        key: Hashable,
        make: Callable[[], T],
        size: Callable[[T], int],
        *,
        lasting: bool = False,
        owner: Hashable = None,
    ) -> T:
        """What a room has worked out about this commit, and would work out again: kept within the engine's budget.

        size: bytes that it takes, which stay the same. lasting: a table whose size follows from the index, to be kept
        before others. owner: the name of a part to which it belongs, with which it goes over to later commits; or
        EVERY_COMMIT.
        """


class EngineWriter(Protocol):
    """The one writer of an index: nothing that it does is seen before it commits. For any number of threads."""

    @property
    def limits(self) -> Limits:
        """What one document may have at most."""

    @property
    def ended(self) -> bool:
        """Whether it has been committed or cancelled."""

    def check_open(self) -> None:
        """Raise IndexStoreError where it has ended, or belongs to another process."""

    def add_batch(self, batch: Batch) -> None:
        """Add documents, each in place of the older one of its id, wherever that is."""

    def delete(self, id: str) -> bool:
        """Delete the document of an id -> whether there was one."""

    def delete_many(self, ids: Sequence[str]) -> int:
        """Delete the documents of some ids -> how many there were."""

    def clear(self) -> None:
        """Delete every document."""

    def replace_files(self, write: Callable[[NameFile], Files]) -> None:
        """Let the commit have these files instead of those before."""

    def commit(self, *, optimize: bool = False) -> None:
        """Make everything durable and visible at once, and end."""

    def cancel(self) -> None:
        """Forget everything since the last commit, and end; a second call does nothing."""


class Engine(Protocol):
    """An index somewhere, for any number of threads."""

    @property
    def name(self) -> str:
        """Where it is: a path, or an address without secrets."""

    def view(self) -> View:
        """The latest commit; the same object as long as no other follows."""

    def writer(self, schema: Schema, wait: float = 0.0) -> EngineWriter:
        """The one writer; IndexLockedError where another works for longer than `wait` seconds."""

    def stats(self) -> dict[str, object]:
        """What there is to know of it, beside the documents: parts, sizes in bytes."""

    def close(self) -> None:
        """Give back what is held; views that are still held stay whole. A second call does nothing."""
