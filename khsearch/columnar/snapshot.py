"""snapshot: one commit, open for reading. Documents are numbered through all its segments; deleted ones never show.

Immutable and safe for threads; decoded postings are cached, scratch memory is a thread's own.
"""

from __future__ import annotations

import functools
import itertools
import threading
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from khsearch.columnar import bm25, columns
from khsearch.columnar.arrays import DOC, EMPTY, EMPTY_DOCS, Array, starts_of
from khsearch.columnar.bm25 import FieldScale
from khsearch.columnar.deletions import read_deletions
from khsearch.columnar.postings_cache import TOP, Placed, PostingsCache, Scored, best
from khsearch.columnar.segment import Segment, hashes_of
from khsearch.errors import IndexDamagedError, QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from khsearch.columnar.catalog import Catalog
    from khsearch.columnar.decode import FieldReader

P = ParamSpec("P")
T = TypeVar("T")
ROOM = 64  # positions between the last of one document and the first of the next


def _refusing_damage(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Arrays that pass their checksums but make no sense together were not written by this package: say so."""

    def guarded(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except (ValueError, IndexError, OverflowError) as error:
            message = f"{self.folder}: damaged: {method.__name__} of {args}: {error}; restore or rebuild the index"
            raise IndexDamagedError(message) from error

    functools.update_wrapper(guarded, method)
    return guarded


class Snapshot:
    """All segments of one commit as one collection."""

    def __init__(
        self,
        folder: Path,
        catalog: Catalog,
        key: str | None,
        known: Mapping[str, Segment],
        *,
        deleted: Mapping[str, Array] | None = None,
    ) -> None:
        """Open the catalog's segments, taking those already open from `known`, and read what is deleted unless given.

        Raises FileNotFoundError where a later commit removed a file, IndexDamagedError.
        """
        self.folder = folder
        self.catalog = catalog
        self.key = key
        self.segments = [
            known[entry.file.name]
            if entry.file.name in known and known[entry.file.name].entry.file == entry.file
            else Segment(folder, entry)
            for entry in catalog.segments
        ]
        self.bases: list[int] = starts_of(np.array([entry.docs for entry in catalog.segments], np.int64)).tolist()
        self.doc_count_all = self.bases[-1]
        self.deleted = read_deletions(folder, catalog) if deleted is None else deleted
        self.doc_count = self.doc_count_all - sum(entry.deleted for entry in catalog.segments)
        self.live = self._live()
        self.cache = PostingsCache()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._lengths: dict[str, Array] = {}
        self._totals: dict[str, int] = {}
        self._place_bits: dict[str, int] = {}
        self._norms: dict[tuple[str, FieldScale], Array] = {}
        self._columns: dict[str, columns.Column | None] = {}
        self._column_starts: dict[str, Array] = {}

    # Documents

    @_refusing_damage
    def stored(self, doc: int) -> bytes:
        """The stored blob of a document."""
        number, inner = self.locate(doc)
        return self.segments[number].stored.blob(inner)

    @_refusing_damage
    def head(self, doc: int) -> bytes:
        """The small blob of a document, what a list of hits shows of it; empty where none was given."""
        number, inner = self.locate(doc)
        return self.segments[number].head(inner)

    def doc_id(self, doc: int) -> str:
        """The id of a document; empty where it has none."""
        return self.doc_key(doc).decode("utf-8", "surrogatepass")

    @_refusing_damage
    def doc_key(self, doc: int) -> bytes:
        """The id of a document as bytes; empty where it has none."""
        number, inner = self.locate(doc)
        return self.segments[number].id_of(inner) if self.key is not None else b""

    def docnum(self, name: str) -> int | None:
        """The live document that has the id; None where there is none."""
        found = self.docs_of_ids([name.encode("utf-8", "surrogatepass")])[0]
        return found[-1] if found else None

    @_refusing_damage
    def docs_of_ids(self, keys: list[bytes]) -> list[list[int]]:
        """The live documents of each id."""
        out: list[list[int]] = [[] for _ in keys]
        if self.key is None:
            return out
        hashes = hashes_of(keys, len(keys))
        for base, segment in zip(self.bases, self.segments, strict=False):
            for mine, found in zip(out, segment.docs_of_ids(keys, hashes), strict=True):
                mine += [base + doc for doc in found if self.live is None or self.live[base + doc]]
        return out

    def locate(self, doc: int) -> tuple[int, int]:
        """Number of the segment that holds a document, and the document's number in it."""
        if not 0 <= doc < self.doc_count_all:
            raise QueryError(f"no document {doc}; there are {self.doc_count_all}")
        number = bisect_right(self.bases, doc) - 1
        return number, doc - self.bases[number]

    def all_live(self) -> Array:
        """Numbers of all live documents -> (n,) DOC, rising."""
        every = np.arange(self.doc_count_all, dtype=DOC)
        return every if self.live is None else every[self.live]

    # Terms

    def fields(self, name: str) -> Iterator[tuple[int, FieldReader]]:
        """The field in every segment that has it, with the segment's first document number."""
        for base, segment in zip(self.bases, self.segments, strict=False):
            field = segment.field(name)
            if field is not None:
                yield base, field

    def has_field(self, name: str) -> bool:
        """Whether any document has terms in the field."""
        return any(name in segment.field_names for segment in self.segments)

    def df(self, name: str, term: bytes) -> int:
        """Live documents that have the term."""
        total = 0
        for base, field in self.fields(name):
            place = field.place_of(term)
            if place is not None:
                total += place.df if self.live is None else int(self.live.take(field.doc_numbers(place) + base).sum())
        return total

    def docs_of(self, name: str, term: bytes) -> Array:
        """Live documents that have the term -> (n,) DOC, rising."""
        return self.scored(name, term, FieldScale()).docs

    @_refusing_damage
    def postings(self, name: str, term: bytes) -> tuple[Array, Array]:
        """Live postings of a term over all segments -> (docs (n,) DOC, tf (n,) int64)."""
        docs, tfs = [EMPTY_DOCS], [EMPTY]
        for base, field in self.fields(name):
            place = field.place_of(term)
            if place is None:
                continue
            found = (field.doc_numbers(place) + base).astype(DOC)
            tf = field.frequencies(place)
            tf = np.ones(len(found), np.int64) if tf is None else tf
            if self.live is not None:
                kept = self.live.take(found)
                found, tf = found[kept], tf[kept]
            docs.append(found)
            tfs.append(tf)
        if len(docs) == 2:
            return docs[1], tfs[1]
        return np.concatenate(docs), np.concatenate(tfs)

    def scored(self, name: str, term: bytes, scale: FieldScale) -> Scored:
        """The postings of a term with their BM25 scores, from the cache if there."""
        key = (name, term, scale)
        entry = self.cache.get(key, Scored)
        if entry is None:
            docs, tf = self.postings(name, term)
            factor = self.term_weight(term, len(docs), scale)
            entry = self._scored(name, docs, tf, factor, scale)
            self.cache.put(key, entry)
        return entry

    def term_weight(self, term: bytes, having: int, scale: FieldScale) -> float:
        """What a term's scores are multiplied by, where `having` live documents have it in the field of the scale."""
        if scale.rarity_in:
            having = max(having, self.df(scale.rarity_in, term))
        return bm25.term_weight(self.doc_count, having, scale)

    def top(self, name: str, term: bytes, scale: FieldScale) -> tuple[Array, Array]:
        """The best documents of a term, at most TOP, best first -> (docs, scores)."""
        key = (name, term, scale)
        found = self.cache.top(key)
        if found is None:
            entry = self.scored(name, term, scale)
            found = self.cache.put_top(key, *best(entry.docs, entry.scores, TOP))
        return found

    def placed(self, name: str, term: bytes) -> Placed:
        """Every token of a term in live documents, as document << place_bits(name) | position."""
        key = (name, term)
        entry = self.cache.get(key, Placed)
        if entry is None:
            places = self._places(name, term)
            docs = places >> self.place_bits(name)
            having = int(np.count_nonzero(docs[1:] != docs[:-1])) + 1 if len(docs) else 0
            entry = Placed(places, having)
            self.cache.put(key, entry)
        return entry

    def place_bits(self, name: str) -> int:
        """How many bits of a token's place are its position."""
        found = self._place_bits.get(name)
        if found is None:
            top = max((segment.top_position(name) for segment in self.segments), default=0)
            found = self._place_bits[name] = (top + ROOM).bit_length()
        return found

    @_refusing_damage
    def positions(self, name: str, term: bytes, doc: int) -> Array:
        """Positions of a term in one document -> (tf,) int64, rising; empty where the field keeps none."""
        number, inner = self.locate(doc)
        field = self.segments[number].field(name)
        place = None if field is None or not field.positions else field.place_of(term)
        if field is None or place is None:
            return EMPTY
        docs = field.doc_numbers(place)
        at = int(docs.searchsorted(inner))
        if at == len(docs) or int(docs[at]) != inner:
            return EMPTY
        tf = field.frequencies(place)
        if tf is None:
            return field.token_positions(place, np.array([at]))
        first = int(tf[:at].sum())
        return field.token_positions(place, np.arange(first, first + int(tf[at])))

    def frequency(self, name: str, term: bytes, doc: int) -> int:
        """How often a term is in one document."""
        docs, tf = self.postings(name, term)
        at = int(docs.searchsorted(doc))
        return int(tf[at]) if at < len(docs) and int(docs[at]) == doc else 0

    @_refusing_damage
    def terms(self, name: str, prefix: bytes = b"") -> list[bytes]:
        """Distinct terms of a field that begin with prefix, in order; deleted documents' terms included."""
        found: set[bytes] = set()
        for _, field in self.fields(name):
            low, high = field.prefix_range(prefix)
            codes, starts = field.spans(low, high)
            text, bounds = codes.tobytes(), starts.tolist()
            found.update(text[a:b] for a, b in itertools.pairwise(bounds))
        return sorted(found)

    # What BM25 asks

    @_refusing_damage
    def lengths(self, name: str) -> Array:
        """Tokens of a field in each document, deleted ones included -> (doc_count_all,)."""
        found = self._lengths.get(name)
        if found is None:
            parts = [segment.lengths(name) for segment in self.segments]
            found = parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.uint8), *parts])
            self._lengths[name] = found
        return found

    @_refusing_damage
    def total_length(self, name: str) -> int:
        """Tokens of a field in all live documents."""
        found = self._totals.get(name)
        if found is None:
            found = sum(segment.tokens(name) for segment in self.segments)
            if self.live is not None:
                found = int(self.lengths(name)[self.live].sum(dtype=np.int64))
            self._totals[name] = found
        return found

    def average_length(self, name: str) -> float:
        """Mean tokens of a field over all live documents."""
        return self.total_length(name) / self.doc_count if self.doc_count else 0.0

    @_refusing_damage
    def norms(self, name: str, scale: FieldScale) -> Array:
        """bm25.norms of every document -> (doc_count_all,) float32."""
        key = (name, FieldScale(scale.k1, scale.b))
        found = self._norms.get(key)
        if found is None:
            found = bm25.norms(self.lengths(name), self.average_length(name), scale)
            with self._lock:
                if len(self._norms) > 16:
                    self._norms.clear()
                self._norms[key] = found
        return found

    # Columns

    @_refusing_damage
    def column(self, name: str) -> columns.Column | None:
        """A column over all documents; None where no document has a value."""
        if name not in self._columns:
            parts = [segment.column(name) for segment in self.segments]
            if any(part is not None for part in parts):
                empty = columns.Column("int", EMPTY, EMPTY)
                filled = [
                    part or columns.Column("int", np.zeros(segment.docs, np.int64), empty.values)
                    for part, segment in zip(parts, self.segments, strict=True)
                ]
                self._columns[name] = columns.join(name, filled)
            else:
                self._columns[name] = None
        return self._columns[name]

    def column_starts(self, name: str) -> Array:
        """Where each document's values begin in a column that exists -> (doc_count_all + 1,) int64."""
        found = self._column_starts.get(name)
        if found is None:
            column = self.column(name)
            found = starts_of(EMPTY if column is None else column.counts)
            self._column_starts[name] = found
        return found

    # Memory of one thread

    def accumulator(self) -> Array:
        """Zeros for every document, (doc_count_all,) float32, this thread's own; whoever writes to it clears it."""
        found: Array | None = getattr(self._local, "accumulator", None)
        if found is None:
            found = self._local.accumulator = np.zeros(self.doc_count_all, np.float32)
        return found

    def forget_scratch(self) -> None:
        """Give this thread new scratch memory when it next asks."""
        self._local.__dict__.clear()

    def marks(self, size: int) -> Array:
        """A table of False, (size,) bool, this thread's own; whoever writes to it clears it."""
        found: Array | None = getattr(self._local, "marks", None)
        if found is None:
            found = self._local.marks = np.zeros(size, bool)
        return found

    @_refusing_damage
    def _scored(self, name: str, docs: Array, tf: Array, factor: float, scale: FieldScale) -> Scored:
        return Scored(docs, bm25.scores(tf, self.norms(name, scale).take(docs), factor, scale.k1))

    @_refusing_damage
    def _places(self, name: str, term: bytes) -> Array:
        bits = self.place_bits(name)
        dtype = np.int32 if self.doc_count_all << bits < 1 << 31 else np.int64
        out = [np.zeros(0, dtype)]
        for base, field in self.fields(name):
            place = field.place_of(term) if field.positions else None
            if place is None:
                continue
            docs = field.doc_numbers(place)
            tf = field.frequencies(place)
            docs += base
            places = docs << bits
            if tf is not None:
                places = places.repeat(tf)
            places |= field.token_positions(place)
            if self.live is not None:
                kept = self.live.take(docs)
                places = places[kept if tf is None else kept.repeat(tf)]
            out.append(places.astype(dtype))
        return out[1] if len(out) == 2 else np.concatenate(out)

    def _live(self) -> Array | None:
        if not self.deleted:
            return None
        live = np.ones(self.doc_count_all, bool)
        for number, segment in enumerate(self.segments):
            gone = self.deleted.get(segment.entry.file.name)
            if gone is not None:
                live[self.bases[number] : self.bases[number + 1]] = ~gone
        return live


def open_segments(snapshot: Snapshot | None) -> dict[str, Segment]:
    """The segments that a snapshot has open, by file name."""
    segments: Sequence[Segment] = snapshot.segments if snapshot is not None else ()
    return {segment.entry.file.name: segment for segment in segments}
