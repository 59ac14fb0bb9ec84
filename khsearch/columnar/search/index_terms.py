"""index_terms: the terms of one commit: their postings over all segments, and what BM25 makes of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC, EMPTY_DOCS, Array, turns
from khsearch.columnar.postings.vocabulary import behind
from khsearch.columnar.search import bm25, decoded
from khsearch.columnar.search.cache import Cache, Entry
from khsearch.columnar.search.field_lengths import FieldLengths
from khsearch.columnar.search.impacts import Impacts, TermPostings, impacts_of
from khsearch.columnar.search.leaves import refusing_damage
from khsearch.columnar.search.matches import Matches, best
from khsearch.engine import FieldScale, term_weight
from khsearch.sharing import Lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.search.document_store import DocumentStore
    from khsearch.columnar.search.leaves import Leaves
    from khsearch.columnar.search.scratch import Scratch

TOP = 100  # best documents of a term that are kept: as many as whoever re-ranks asks for
ASKED = 1 << 9  # terms that are asked for again in the next commit, before anyone does
WAYS = 1 << 10  # of scoring a term that have a number at once


class Positions(Entry):
    """The packed positions of one term's live tokens, (n,), rising, and in how many documents they are."""

    __slots__ = ("df", "packed")

    def __init__(self, packed: Array, df: int) -> None:
        super().__init__(packed.nbytes)
        self.packed = packed
        self.df = df


class _Best(Entry):
    """The best documents of one term, at most TOP, best first, and their scores."""

    __slots__ = ("docs", "scores")

    def __init__(self, found: Matches) -> None:
        super().__init__(found.docs.nbytes + found.scores.nbytes)
        self.docs, self.scores = found


class IndexTerms(FieldLengths):
    """The terms of all segments as one. Immutable, safe for threads; what is decoded is cached."""

    def __init__(self, leaves: Leaves, scratch: Scratch, cache: Cache, documents: DocumentStore) -> None:
        super().__init__(leaves, cache, documents)
        self._live = leaves.live
        self._scratch = scratch
        self._lock = Lock()
        self._ways: dict[tuple[tuple[str, ...], tuple[FieldScale, ...]], int] = {}  # of scoring a term
        self._numbers = itertools.count(1)

    def fields(self, name: str) -> Sequence[tuple[int, FieldReader]]:
        """The field in every segment that has it, with the segment's first document number."""
        return self._leaves.fields(name)

    def has_field(self, name: str) -> bool:
        """Whether any document has terms in the field."""
        return any(name in segment.field_names for segment in self._leaves.segments)

    def df(self, name: str, term: bytes) -> int:
        """Live documents that have the term."""
        total = 0
        for base, field in self._leaves.fields(name):
            at = field.offsets_of(term)
            total += 0 if at is None else at.df
            gone = self._leaves.gone(base, field.docs)
            if len(gone) and (found := decoded.postings(self._cache, field, term)) is not None:
                total -= int(np.count_nonzero(found.docs.take(found.docs.searchsorted(gone), mode="clip") == gone))
        return total

    def docs_of(self, name: str, term: bytes) -> Array:
        """Live documents that have the term -> (n,) DOC, rising."""
        return self.impacts((name,), term, (FieldScale(),)).matches().docs

    @refusing_damage
    def postings(self, name: str, term: bytes) -> tuple[Array, Array]:
        """Live postings of a term over all segments -> (docs (n,) DOC, tf (n,) unsigned)."""
        parts = []
        for base, field in self._leaves.fields(name):
            found = decoded.postings(self._cache, field, term)
            if found is not None:
                parts.append((found.docs + DOC(base) if base else found.docs, found.tf))
        if not parts:
            return EMPTY_DOCS, np.zeros(0, np.uint8)
        docs, tfs = parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts, strict=True))
        if self._live is None:
            return docs, tfs
        kept = self._live.take(docs).nonzero()[0]
        return (docs, tfs) if len(kept) == len(docs) else (docs.take(kept), tfs.take(kept))

    @refusing_damage
    def impacts(self, names: tuple[str, ...], term: bytes, scales: tuple[FieldScale, ...]) -> Impacts:
        """The BM25 scores of a term, those of several fields added; from the cache if there."""
        key = self._key(names, term, scales)
        entry = self._cache.get(key, Impacts)
        if entry is None:
            parts = [self._weighed(name, term, scale) for name, scale in zip(names, scales, strict=True)]
            entry = impacts_of(parts, self._leaves.doc_count_all, self._scratch.sums())
            self._cache.put(key, entry)
        return entry

    def asked(self) -> list[tuple[tuple[str, ...], tuple[FieldScale, ...], bytes]]:
        """What `impacts` was asked last: fields, their scales and a term."""
        with self._lock:
            ways = {number: way for way, number in self._ways.items()}
        keys = self._cache.latest(Impacts, ASKED)
        return [(*ways[number], term) for number, term in keys if number in ways]

    def term_weight(self, term: bytes, df: int, scale: FieldScale) -> float:
        """What a term's scores are multiplied by, where `df` live documents have it in the field of the scale."""
        if scale.rarity_in:
            df = max(df, self.df(scale.rarity_in, term))
        return term_weight(self._leaves.doc_count, df, scale)

    def top(
        self, names: tuple[str, ...], term: bytes, scales: tuple[FieldScale, ...], known: Impacts | None = None
    ) -> Matches:
        """The best documents of a term, at most TOP, best first; `known` is what `impacts` said, if it was asked."""
        way, term = self._key(names, term, scales)
        key = -way, term
        found = self._cache.get(key, _Best)
        if found is None:
            entry = known or self.impacts(names, term, scales)
            found = _Best(best(*entry.matches(), TOP))
            self._cache.put(key, found)
        return Matches(found.docs, found.scores)

    def _key(self, names: tuple[str, ...], term: bytes, scales: tuple[FieldScale, ...]) -> tuple[int, bytes]:
        """The key in the cache. Many are kept, so it is one that the garbage collector need not look at."""
        way = (names, scales)
        number = self._ways.get(way)
        if number is None:
            with self._lock:
                if len(self._ways) >= WAYS:  # what has a number that is gone is not found again
                    self._ways.clear()
                number = self._ways.setdefault(way, next(self._numbers))
        return number, term

    def positions(self, name: str, term: bytes) -> Positions:
        """Every token of a term in live documents, as document << position_bits(name) | position."""
        key = (name, term)
        entry = self._cache.get(key, Positions)
        if entry is None:
            packed = self._packed_positions(name, term)
            docs = packed >> self.position_bits(name)
            entry = Positions(packed, int(np.count_nonzero(turns(docs))))
            self._cache.put(key, entry)
        return entry

    def position_bits(self, name: str) -> int:
        """How many bits of a packed position are the position; above them stands the document."""
        return self._cache.memo("position bits", name, lambda: self._needed_bits(name), _nothing)

    def _needed_bits(self, name: str) -> int:
        return max((segment.top_position(name) for segment in self._leaves.segments), default=0).bit_length()

    @refusing_damage
    def frequency(self, name: str, term: bytes, doc: int) -> int:
        """How often a term is in one document."""
        segment, inner = self._leaves.locate(doc)
        field = segment.field(name)
        at = None if field is None else field.offsets_of(term)
        if field is None or at is None:
            return 0
        docs = field.doc_numbers(at)
        posting = int(docs.searchsorted(inner))
        if posting == len(docs) or int(docs[posting]) != inner:
            return 0
        tf = field.frequencies(at)
        return 1 if tf is None else int(tf[posting])

    @refusing_damage
    def terms_of(self, name: str, doc: int) -> list[bytes]:
        """The terms of a field in one document, in order. All postings of its segment are read the first time."""
        segment, inner = self._leaves.locate(doc)
        field = segment.field(name)
        if field is None:
            return []
        key = name, segment.entry.file.name
        starts, numbers = self._cache.memo(
            "terms of documents", key, lambda: decoded.by_document(field), _sizes_of, owner=field
        )
        terms = []
        for number in numbers[starts[inner] : starts[inner + 1]].tolist():
            codes, _ = field.spans(number, number + 1)
            terms.append(codes.tobytes())
        return terms

    def score(self, name: str, term: bytes, scale: FieldScale, doc: int) -> float | None:
        """What a term of one field gives one document, as `impacts` has it; None where it is not there.

        The document is looked up in the postings: nothing is scored, nor kept, for others.
        """
        tf = self.frequency(name, term, doc)
        if not tf:
            return None
        factor = self.term_weight(term, self.df(name, term), scale)
        norm = self.norms(name, scale)[doc : doc + 1]
        return float(bm25.scores(np.array([tf]), norm, factor, scale.k1)[0])

    @refusing_damage
    def with_prefix(self, name: str, prefix: bytes = b"") -> list[bytes]:
        """Distinct terms of a field that begin with prefix, in order; deleted documents' terms included."""
        found: set[bytes] = set()
        for _, field in self._leaves.fields(name):
            low, high = field.prefix_range(prefix)
            codes, starts = field.spans(low, high)
            text, bounds = codes.tobytes(), starts.tolist()
            found.update(text[a:b] for a, b in itertools.pairwise(bounds))
        return sorted(found)

    @refusing_damage
    def between(self, name: str, start: bytes, stop: bytes | None, most: int | None = None) -> list[bytes]:
        """Distinct terms that live documents have, from start on and before stop (None: open), the first `most`."""
        found: set[bytes] = set()
        for _, field in self._leaves.fields(name):
            low, high = field.lower(start), field.count if stop is None else field.lower(stop)
            if most is not None and self._live is None:
                high = min(high, low + most)
            codes, starts = field.spans(low, high)
            text, bounds = codes.tobytes(), starts.tolist()
            found.update(text[a:b] for a, b in itertools.pairwise(bounds))
        return list(itertools.islice(self.living(name, sorted(found)), most))

    def beginning(self, name: str, prefix: bytes, most: int | None = None) -> list[bytes]:
        """Distinct terms that live documents have and that begin so, the first `most`."""
        return self.between(name, prefix, behind(prefix), most)

    def living(self, name: str, terms: Iterable[bytes]) -> Iterator[bytes]:
        """Those of some terms of the index that a live document has."""
        return iter(terms) if self._live is None else (term for term in terms if self.df(name, term))

    def counts(self) -> dict[str, int]:
        """Distinct terms by field, those of each segment added up."""
        counts: dict[str, int] = {}
        for segment in self._leaves.segments:
            for name in segment.field_names:
                field = segment.field(name)
                counts[name] = counts.get(name, 0) + (field.count if field is not None else 0)
        return counts

    def _weighed(self, name: str, term: bytes, scale: FieldScale) -> TermPostings:
        docs, tf = self.postings(name, term)
        return TermPostings(docs, tf, self.norms(name, scale), self.term_weight(term, len(docs), scale), scale)

    @refusing_damage
    def _packed_positions(self, name: str, term: bytes) -> Array:
        bits = self.position_bits(name)
        dtype = np.int32 if self._leaves.doc_count_all << bits < 1 << 31 else np.int64
        out = [np.zeros(0, dtype)]
        for base, field in self._leaves.fields(name):
            found = decoded.tokens(self._cache, field, term, bits) if field.positions else None
            if found is None:
                continue
            packed, docs = found
            packed = packed.astype(dtype) + (base << bits) if base else packed.astype(dtype, copy=False)
            if self._live is not None:
                kept = self._live[base : base + field.docs].take(docs).nonzero()[0]
                packed = packed if len(kept) == len(packed) else packed.take(kept)
            out.append(packed)
        return out[1] if len(out) == 2 else np.concatenate(out)


def _sizes_of(arrays: tuple[Array, Array]) -> int:
    return sum(array.nbytes for array in arrays)


def _nothing(_: object) -> int:
    return 0
