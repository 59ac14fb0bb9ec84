"""view: one commit of an index in OpenSearch, asked as `khsearch.engine.View` has it; keys are what it calls documents.

What is asked goes out through one of its parts:

    questions   how many documents, which of some, with which score
    searches    documents in an order, the best documents of a search
    facets      what is counted of them
    contents    the documents themselves
    tables      all terms and pairs, which OpenSearch does not tell

OpenSearch keeps no commit for whoever reads: a view that is held while others commit answers from what is there then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from khsearch.arrays import Array
from khsearch.documents import Document, Stored
from khsearch.engine import (
    BM25,
    EVERY_COMMIT,
    Best,
    Counted,
    Files,
    Foreseen,
    Found,
    Key,
    Node,
    Part,
    Place,
    Proximity,
    SortKey,
    Sought,
    TermList,
    nodes,
)
from khsearch.errors import IndexDamagedError
from khsearch.remote.asking import Asking
from khsearch.remote.client import Client
from khsearch.remote.contents import Contents
from khsearch.remote.facets import Facets
from khsearch.remote.frequencies import Frequencies
from khsearch.remote.hits import Content, gone
from khsearch.remote.kept import Kept
from khsearch.remote.mapping import column_field, key_of
from khsearch.remote.metadata import State
from khsearch.remote.near_terms import by_length, near, size_of
from khsearch.remote.questions import Questions
from khsearch.remote.searches import Searches
from khsearch.remote.tables import Tables

T = TypeVar("T")
N = TypeVar("N", bound=Hashable)

_AT_ONCE = 10_000  # ids of one request


class RemoteView:
    """One commit."""

    def __init__(self, client: Client, state: State, tables: Tables, kept: Kept) -> None:
        self._client, self._state, self._tables, self._kept = client, state, tables, kept
        self.name, self.commit_id = client.name, state.commit_id
        self.files: Files = state.files
        self.traits = state.traits
        self.doc_count = state.documents
        asking = Asking(client, state.shards)
        self._contents = Contents(client, state, kept, asking)
        self._frequencies = Frequencies(client, state, kept)
        self._questions = Questions(
            self.name,
            state,
            kept,
            asking,
            self._contents,
            self._frequencies,
            self.near,
            lambda: client.major,
        )
        self._searches = Searches(self.name, state.layout, state.documents, self._questions)
        self._facets = Facets(state.layout, state.commit_id, kept, self._questions)
        kept.forget_others([state.commit_id, *(part.of for part in tables.parts())])

    compiled = None

    @property
    def far(self) -> RemoteView:
        """Itself."""
        return self

    @property
    def deleted(self) -> int:
        """Documents that the tables count, and that are there no more."""
        return max(self._tables.counted - self.doc_count, 0)

    # Documents

    def key(self, id: str) -> Key | None:
        """What OpenSearch calls the document of an id."""
        return self.keys([id])[0]

    def keys(self, ids: Sequence[str]) -> list[Key | None]:
        """The same of many ids."""
        names = [key_of(id) for id in ids]
        there = self._there(names)
        return [name if name in there else None for name in names]

    def _there(self, names: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for at in range(0, len(names), _AT_ONCE):
            part = list(dict.fromkeys(names[at : at + _AT_ONCE]))
            found.update(name for name, one in zip(part, self.among(part, nodes.Every(), BM25()), strict=True) if one)
        return found

    def document(self, key: Key) -> Document:
        """The document."""
        found = self._contents.document(str(key))
        if found is None:
            raise gone(self.name, str(key))
        return found

    def summary(self, key: Key) -> tuple[str, str]:
        """Its id and title."""
        doc = self._content(key).doc
        return str(doc.get("id", key)), str(doc.get("title", ""))

    def summaries(self, keys: Sequence[Key]) -> Sequence[tuple[str, str]]:
        """The same of many."""
        return [*map(self.summary, keys)]

    def stored(self, keys: Sequence[Key]) -> Iterator[Stored]:
        """Documents of some keys."""
        return (Stored(document.id, document.title, document) for document in map(self.document, keys))

    def version(self, key: Key) -> Hashable:
        """Its key and its number in the order of adding."""
        return key, self._content(key).number

    def _content(self, key: Key) -> Content:
        found = self._contents.of(str(key))
        if found is None:
            raise gone(self.name, str(key))
        return found

    def documents(self, on_lost: Callable[[str], None] | None = None) -> Iterator[Document]:
        """All documents as of the moment in which the first is asked for."""
        for found in self._contents.scan():
            if isinstance(found, Document):
                yield found
            elif on_lost is None:
                raise IndexDamagedError(found)
            else:
                on_lost(found)

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
        """Documents in an order."""
        if group is None or group not in self._state.layout.columns:
            return self._searches.search(
                node, limit, offset, weighting=weighting, filter=filter, sort=sort, after=after
            )
        return self._searches.groups(
            node,
            limit,
            offset,
            weighting=weighting,
            filter=filter,
            sort=sort,
            after=after,
            field=column_field("g", group),
        )

    def best(self, sought: Sought, count: int) -> Best:
        """The best documents of a search, in one request."""
        return self._searches.best(sought, count)

    def place(self, key: Key, score: float, sort: Sequence[SortKey] = ()) -> Place:
        """What it is sorted by."""
        return self._searches.place(str(key), score, sort)

    def foresee(self, key: Hashable, weighting: BM25, make: Callable[[], Foreseen]) -> None:
        """Ask in one request what will be asked soon."""
        self._questions.foresee(key, weighting, make)

    def rows(self, within: Node, asked: Callable[[], Mapping[N, Node]]) -> list[set[N]] | None:
        """Of each of some documents, which nodes match it."""
        return self._questions.rows(within, asked)

    def count(self, node: Node) -> int:
        """How many documents a node matches."""
        return self._questions.count(node)

    def settled(self, node: Node, weighting: BM25) -> tuple[Node, int]:
        """The node, translated where that took answers, and the number of its documents."""
        return self._questions.settled(node, weighting)

    def among(self, keys: Sequence[Key], node: Node, weighting: BM25) -> list[bool]:
        """Whether it matches each of some documents."""
        return self._questions.among([str(key) for key in keys], node, weighting)

    def facets(self, node: Node, wanted: Sequence[Counted]) -> list[dict[Any, int]]:
        """Counted by OpenSearch."""
        return self._facets.of(node, wanted)

    def scores(self, key: Key, nodes: Sequence[Node], weighting: BM25) -> list[float | None]:
        """What each node gives one document."""
        return self._questions.scores(str(key), nodes, weighting)

    def proximity(self, keys: Sequence[Key], wanted: Proximity) -> Array:
        """What documents get for their pairs."""
        return self._questions.proximity([str(key) for key in keys], wanted)

    def warm(self) -> None:
        """Read the tables of terms."""
        for stream in self._state.layout.streams:
            self._tables.terms(stream.name)

    # Terms

    def dfs(self, terms: Sequence[tuple[str, bytes]]) -> list[int]:
        """Documents of each term; of frequent ones some that are deleted may count until OpenSearch merges."""
        return [one.df for one in self._frequencies.of(terms)]

    def has(self, field: str, term: bytes, key: Key) -> bool:
        """Whether the document has the term."""
        return self.among([key], nodes.Term(field, term), BM25())[0]

    def terms(self, field: str, prefix: bytes = b"") -> list[bytes]:
        """The terms of the tables that begin so."""
        found = self.memo("terms", field, lambda: self._all_terms(field), _bytes_of, lasting=True)
        at = end = bisect_left(found, prefix)
        while end < len(found) and found[end].startswith(prefix):
            end += 1
        return found[at:end]

    def _all_terms(self, field: str) -> list[bytes]:
        each: set[bytes] = set()
        for codes, starts, _ in self._tables.terms(field):
            text, places = codes.tobytes(), starts.tolist()
            each.update(text[first:end] for first, end in pairwise(places))
        return sorted(each)

    def near(self, node: nodes.Fuzzy) -> list[bytes]:
        """The terms of the tables within a distance."""

        def make() -> dict[int, Any]:
            return by_length(self.terms(node.field), utf8=node.utf8)

        return near(self.memo("by length", (node.field, node.utf8), make, size_of, lasting=True), node)

    def vocabulary(self, field: str) -> Iterable[TermList]:
        """All terms, part by part."""
        return self._tables.terms(field)

    def pairs(self, field: str) -> Iterable[TermList]:
        """All pairs, part by part."""
        return self._tables.pairs(field)

    def parts(self) -> Sequence[Part]:
        """What was written at once."""
        return self._tables.parts()

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
        """Kept in the memory of the engine."""
        whose = self.commit_id if owner is None else owner
        assert owner is None or owner == EVERY_COMMIT or owner in {part.of for part in self.parts()}
        return self._kept.memo(whose, room, key, make, size, lasting=lasting)


def _bytes_of(terms: Sequence[bytes]) -> int:
    return 100 * len(terms)
