"""view: one commit in memory, asked as `khsearch.engine.View` has it; keys are places in the list of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from copy import deepcopy
from functools import cmp_to_key, partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from khsearch.arrays import Array, pack
from khsearch.documents import Compared, Document, Stored, compared, several
from khsearch.engine import (
    BM25,
    BY_SCORE,
    Counted,
    Files,
    Found,
    Key,
    Node,
    Part,
    Place,
    Proximity,
    SortKey,
    TermList,
    Value,
    nodes,
    read_place,
    write_place,
)
from khsearch.engine import pairs as rule
from khsearch.memory.columns import bucket, is_between, ordered, shown
from khsearch.memory.matching import matches, near_pairs, near_terms

if TYPE_CHECKING:
    from khsearch.memory.commit import Commit

T = TypeVar("T")


class MemoryView:
    """A commit, and what was worked out about it."""

    far = None
    compiled = None

    def __init__(self, name: str, commit: Commit) -> None:
        self.name = name
        self.commit = commit
        self.commit_id = token_hex(8)
        self._memo: dict[tuple[str, Hashable], object] = {}

    @property
    def doc_count(self) -> int:
        """How many documents there are."""
        return len(self.commit.entries)

    @property
    def deleted(self) -> int:
        """None is left."""
        return 0

    @property
    def files(self) -> Files:
        """The files of the commit."""
        return self.commit.files

    @property
    def traits(self) -> frozenset[str]:
        """The lines of all batches."""
        return self.commit.traits

    def key(self, id: str) -> Key | None:
        """The place of the document of an id."""
        return next((at for at, entry in enumerate(self.commit.entries) if entry.document.id == id), None)

    def keys(self, ids: Sequence[str]) -> list[Key | None]:
        """The numbers of the documents of some ids."""
        places = {entry.document.id: at for at, entry in enumerate(self.commit.entries)}
        return [places.get(id) for id in ids]

    def document(self, key: Key) -> Document:
        """The document at a place."""
        found = self.commit.entries[int(key)].document
        return Document(found.id, found.title, found.text, deepcopy(found.fields))  # which are whoever asks for them

    def summary(self, key: Key) -> tuple[str, str]:
        """Its id and title."""
        document = self.commit.entries[int(key)].document
        return document.id, document.title

    def summaries(self, keys: Sequence[Key]) -> Sequence[tuple[str, str]]:
        """The same of many."""
        return [*map(self.summary, keys)]

    def stored(self, keys: Sequence[Key]) -> Iterator[Stored]:
        """Documents at some places."""
        return (Stored(document.id, document.title, document) for document in map(self.document, keys))

    def version(self, key: Key) -> Hashable:
        """Its place, since nothing that is kept outlives the view."""
        return key

    def documents(self, on_lost: Callable[[str], None] | None = None) -> Iterator[Document]:
        """All documents; none is ever lost."""
        return map(self.document, range(len(self.commit.entries)))

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
        """All that match, put in order; of each group the first."""
        found = matches(self.commit, node if filter is None else nodes.Require(node, filter), weighting)
        rows = {number: self._row(number, score, sort) for number, score in found.items()}
        by = cmp_to_key(partial(ordered, sort=sort or BY_SCORE))
        ranked = sorted(rows, key=lambda number: by(rows[number]))
        sizes: Counter[object] = Counter()
        if group is not None:
            names = {number: self._group(group, number) for number in ranked}
            sizes.update(names.values())
            first: dict[object, int] = {}
            for number in ranked:
                first.setdefault(names[number], number)
            ranked = list(first.values())
        groups = len(ranked)
        if after is not None:
            values, number, id = read_place(after, sort)
            key = self.key(id)
            place = by(values), number - 1 if key is None else int(key)  # another may have the number of what is gone
            ranked = [number for number in ranked if (by(rows[number]), number) > place]
        page = ranked[offset : offset + limit]
        scores = np.array([found[number] for number in page], np.float32)
        if group is None:
            return Found(page, scores)
        return Found(page, scores, np.array([sizes[names[number]] for number in page], np.int64), groups)

    def place(self, key: Key, score: float, sort: Sequence[SortKey] = ()) -> Place:
        """Its values."""
        return write_place(self._row(int(key), score, sort), int(key), self.summary(key)[0])

    def count(self, node: Node) -> int:
        """How many documents match."""
        return len(matches(self.commit, node, BM25()))

    def settled(self, node: Node, weighting: BM25) -> tuple[Node, int]:
        """What it matches with these weights, which later questions about it do not bring."""
        found = dict.fromkeys(matches(self.commit, node, weighting), 1.0)
        return nodes.Foreign(lambda _: found), len(found)

    def among(self, keys: Sequence[Key], node: Node, weighting: BM25) -> list[bool]:
        """By all that match."""
        found = matches(self.commit, node, weighting)
        return [int(key) in found for key in keys]

    def facets(self, node: Node, wanted: Sequence[Counted]) -> list[dict[Any, int]]:
        """Values in what matches, counted; the one that comes first in the index is the one that is shown."""
        found = matches(self.commit, node, BM25())
        return [self._ranges(found, one) if one.ranges else self._counts(found, one) for one in wanted]

    def _counts(self, found: Iterable[int], wanted: Counted) -> dict[Any, int]:
        names: dict[Compared, object] = {}
        for number in range(len(self.commit.entries)):
            for value in self._values(wanted.column, number):
                names.setdefault(bucket(value, wanted.by), bucket(value, wanted.by) if wanted.by else shown(value))
        counts: Counter[Compared] = Counter()
        for number in found:
            counts.update({bucket(value, wanted.by) for value in self._values(wanted.column, number)})
        ranked = sorted(counts, key=lambda value: (-counts[value], cast("Any", value)))
        return {names[value]: counts[value] for value in ranked[: wanted.most]}

    def _ranges(self, found: Iterable[int], wanted: Counted) -> dict[Any, int]:
        values = [self._values(wanted.column, number) for number in found]
        return {
            (low, high): sum(any(is_between(value, low, high) for value in each) for each in values)
            for low, high in wanted.ranges
        }

    def scores(self, key: Key, nodes: Sequence[Node], weighting: BM25) -> list[float | None]:
        """What each node gives the document."""
        return [matches(self.commit, node, weighting).get(int(key)) for node in nodes]

    def proximity(self, keys: Sequence[Key], wanted: Proximity) -> Array:
        """What each document gets for its pairs."""
        return np.array([near_pairs(self.commit, int(key), wanted) for key in keys], np.float32)

    def warm(self) -> None:
        """Nothing is read."""

    def dfs(self, terms: Sequence[tuple[str, bytes]]) -> list[int]:
        """Documents of each term."""
        return [self.commit.df(stream, term) for stream, term in terms]

    def has(self, field: str, term: bytes, key: Key) -> bool:
        """Whether the document has the term."""
        return term in self.commit.entries[int(key)].counts.get(field, ())

    def terms(self, field: str, prefix: bytes = b"") -> list[bytes]:
        """Terms that begin so."""
        return [term for term in self.commit.vocabulary(field) if term.startswith(prefix)]

    def near(self, node: nodes.Fuzzy) -> list[bytes]:
        """Terms within a distance."""
        return near_terms(self.commit, node)

    def vocabulary(self, field: str) -> Iterable[TermList]:
        """All terms, as one list."""
        terms = self.commit.vocabulary(field)
        return [TermList(*pack(terms), np.array([self.commit.df(field, term) for term in terms], np.int64))]

    def pairs(self, field: str) -> Iterable[TermList]:
        """The pairs that are told, as one list."""
        found = self.commit.pairs(field)
        terms = sorted(found)
        dfs = np.array([found[term] for term in terms], np.int64)
        told = rule.told(dfs)
        return [TermList(*pack([terms[at] for at in told.tolist()]), dfs.take(told))]

    def parts(self) -> Sequence[Part]:
        """All of it, as one part."""

        def terms(fields: Sequence[str]) -> list[TermList]:
            return [found for name in fields for found in self.vocabulary(name)]

        def pairs(fields: Sequence[str]) -> list[TermList]:
            return [found for name in fields for found in self.pairs(name)]

        return [Part(self, self.doc_count, terms, pairs)]

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
        """Kept as long as the view is."""
        if (room, key) not in self._memo:
            self._memo[room, key] = make()
        return cast("T", self._memo[room, key])

    def _values(self, column: str, number: int) -> list[object]:
        return several(self.commit.entries[number].values.get(column))

    def _row(self, number: int, score: float, sort: Sequence[SortKey]) -> tuple[Value, ...]:
        """What orders a document."""
        return tuple(
            float(np.float32(score)) if column is None else next(map(compared, self._values(column, number)), None)
            for column, _ in sort or BY_SCORE
        )

    def _group(self, column: str, number: int) -> object:
        """What group a document is in."""
        values = self._values(column, number)
        return compared(values[0]) if values else (number,)
