"""tokens: documents with their terms and values, as an engine's writer takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from khsearch.errors import DocumentError
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.arrays import Array
    from khsearch.documents import Documents


@frozen
class TokenBatch:
    """One field's tokens of some documents, in reading order, one document after another.

    codes: (m,) uint8, the bytes that terms are spans of. starts, ends: (n,) int64, the span of each token.
    counts: (docs,) int64, tokens of each document. positions: (n,) int64 of each token in its document, rising within
    a document; None where they are just 0, 1, 2, ... term_ids: (n,) int32, not negative: in all batches that
    a writer gets for the field, a term has one id, and an id one term, but 0 is none. They spare it the bytes.
    """

    codes: Array
    starts: Array
    ends: Array
    counts: Array
    positions: Array | None = None
    term_ids: Array | None = None

    def __post_init__(self) -> None:
        n = len(self.starts)
        others = [array for array in (self.ends, self.positions, self.term_ids) if array is not None]
        if n != int(self.counts.sum()) or any(len(array) != n for array in others):
            raise DocumentError("token arrays disagree about the number of tokens; pass one span per counted token")
        if n and (int(self.starts.min()) < 0 or int(self.ends.max()) > len(self.codes)):
            raise DocumentError("a token lies outside of the codes; pass spans of the codes")


PAIR = b"\x02"
"""What stands between two terms that are told as one: a pair of neighbours."""


class TermList(NamedTuple):
    """Distinct terms in order: codes (m,) uint8, starts (t + 1,) of each and the end of the last; dfs (t,) of each."""

    codes: Array
    starts: Array
    dfs: Array


@frozen
class Batch:
    """Some documents, analysed.

    documents  in plain values
    tokens     by stream
    rows       of each column, one value a document: None, a value, or a list of values
    traits     lines that say what the tokens depend on, such as a version of ICU
    """

    documents: Documents
    tokens: Mapping[str, TokenBatch]
    rows: Mapping[str, Sequence[object]]
    traits: frozenset[str]
