"""commit: documents with their terms and values, as one commit has them; what BM25 asks of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from khsearch.documents import Document
from khsearch.engine import PAIR, Batch, Files
from khsearch.frozen import frozen
from khsearch.sharing import cached_property


@dataclass(frozen=True)
class Entry:
    """One document: its terms by stream, in order, and its values by column."""

    document: Document
    terms: Mapping[str, Sequence[bytes]]
    values: Mapping[str, object]

    @cached_property
    def counts(self) -> Mapping[str, Counter[bytes]]:
        """How often each term is in each stream."""
        return {name: Counter(terms) for name, terms in self.terms.items()}


@frozen
class Commit:
    """Documents in the order in which they were added, and what belongs to them all."""

    entries: Sequence[Entry] = ()
    files: Files = field(default_factory=dict)
    traits: frozenset[str] = frozenset()

    def df(self, stream: str, term: bytes) -> int:
        """How many documents have a term."""
        return sum(term in entry.counts.get(stream, ()) for entry in self.entries)

    def length(self, stream: str, number: int) -> int:
        """How many terms a document has."""
        return len(self.entries[number].terms.get(stream, ()))

    def average_length(self, stream: str) -> float:
        """The mean of that over all documents."""
        return sum(self.length(stream, number) for number in range(len(self.entries))) / max(len(self.entries), 1)

    def vocabulary(self, stream: str) -> list[bytes]:
        """The distinct terms of a stream, in order."""
        return sorted({term for entry in self.entries for term in entry.terms.get(stream, ())})

    def pairs(self, stream: str) -> Counter[bytes]:
        """How many documents have each pair of neighbouring terms, joined by PAIR."""
        return Counter(
            pair
            for entry in self.entries
            for pair in {PAIR.join(two) for two in pairwise(entry.terms.get(stream, ()))}
            if pair.count(PAIR) == 1
        )


def entries_of(batch: Batch) -> list[Entry]:
    """Return the documents of a batch."""
    terms = {name: _by_document(batch, name) for name in batch.tokens}
    return [
        Entry(
            document,
            {name: of[number] for name, of in terms.items()},
            {name: rows[number] for name, rows in batch.rows.items()},
        )
        for number, document in enumerate(batch.documents)
    ]


def _by_document(batch: Batch, name: str) -> list[list[bytes]]:
    tokens = batch.tokens[name]
    codes = tokens.codes.tobytes()
    spans = zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)
    every = iter([codes[start:end] for start, end in spans])
    return [[next(every) for _ in range(count)] for count in tokens.counts.tolist()]
