"""ordering: matching documents by columns and scores: a page of an order, what stands behind a place, groups.

What a key says of a document becomes a number from 0 on, less for what comes first. Where the numbers of all keys and
the document's own fit into 64 bits, they are one number, and a page is a partial selection among these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.arrays import Array
from khsearch.columnar.search.top import Behind
from khsearch.engine import BY_SCORE, Placed, SortKey, read_place
from khsearch.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.search.doc_values import DocValues
    from khsearch.columnar.search.document_store import DocumentStore
    from khsearch.engine import Place, Value

_FEW = 4  # times fewer: from there on the first key alone sorts most documents out
_BITS = 63  # of a whole number without its sign


class Page(NamedTuple):
    """A part of an order: where its documents stand among those given, (n,); of groups, their sizes and how many."""

    at: Array
    sizes: Array | None = None
    groups: int | None = None


class _Key(NamedTuple):
    """What one key says of some documents: numbers (n,), whole, all below `bound`; what values it has, None: scores."""

    numbers: Array
    bound: int
    values: DocValues | None
    reverse: bool


def needs_scores(sort: Sequence[SortKey]) -> bool:
    """Whether an order asks for scores."""
    return any(key.column is None for key in sort or BY_SCORE)


def page(
    documents: DocumentStore,
    docs: Array,
    scores: Array | None,
    sort: Sequence[SortKey],
    limit: int,
    offset: int,
    *,
    after: Place | None = None,
    group: str | None = None,
) -> Page:
    """The documents from rank `offset` on, at most `limit`, of docs (n,), rising, with scores (n,) float32.

    The scores are needed where `needs_scores` says so. after, group: as for `View.search`.
    """
    keys = [_key(documents, key, docs, scores) for key in sort or BY_SCORE]
    kept: Array | None = None
    sizes: Array | None = None
    groups: int | None = None
    if group is not None:
        kept, sizes, groups = _firsts(documents.values(group), docs, keys)
    if after is not None:
        behind = _behind(documents, docs, keys, read_place(after, sort))
        chosen = behind.nonzero()[0] if kept is None else behind.take(kept).nonzero()[0]
        kept = chosen if kept is None else kept.take(chosen)
        sizes = None if sizes is None else sizes.take(chosen)
    order = _best([key.numbers if kept is None else key.numbers.take(kept) for key in keys], keys, limit + offset)[
        offset:
    ]
    at = order if kept is None else kept.take(order)
    return Page(at, None if sizes is None else sizes.take(order), groups)


def behind(documents: DocumentStore, after: Place) -> Behind:
    """What stands behind a place in an order by scores alone."""
    place = read_place(after, BY_SCORE)
    with np.errstate(over="ignore"):
        return Behind(np.float32(place.values[0]), _number_now(documents, place))


def place_values(documents: DocumentStore, doc: int, score: float, sort: Sequence[SortKey]) -> list[Value]:
    """What orders one document."""
    found: list[Value] = []
    for column, _ in sort or BY_SCORE:
        if column is None:
            found.append(float(np.float32(score)))
        else:
            values = documents.values(column)
            ordinal = int(values.first[doc])
            found.append(None if ordinal < 0 else values.value(ordinal))
    return found


def score_numbers(scores: Array) -> Array:
    """float32 scores (n,) as whole numbers below 2 ** 32, less for what scores more -> (n,) int64."""
    bits = (scores + np.float32(0)).view(np.int32).astype(np.int64)  # - 0.0 becomes 0.0
    # Floats of one sign are ordered as their bits are, as whole numbers.
    found: Array = (1 << 31) - 1 - np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)
    return found


def _key(documents: DocumentStore, key: SortKey, docs: Array, scores: Array | None) -> _Key:
    if key.column is None:
        assert scores is not None
        return _Key(score_numbers(scores), 1 << 32, None, False)
    values = documents.values(key.column)
    numbers, bound = values.first.take(docs), len(values.table)
    if key.reverse:
        numbers = bound - 1 - numbers  # without a value: the bound
    else:
        numbers[numbers < 0] = bound
    return _Key(numbers, bound + 1, values, key.reverse)


def _best(numbers: Sequence[Array], keys: Sequence[_Key], count: int) -> Array:
    """Where the first `count` stand, in their order, equals as they come: numbers of each key, (n,) -> (m,) int64."""
    size = len(numbers[0])
    if count * _FEW < size:
        # Of the first key alone, what may be among the first.
        first = numbers[0]
        likely = (first <= np.partition(first, count)[count]).nonzero()[0]
        if len(likely) * 2 < size:
            chosen = _best([mine.take(likely) for mine in numbers], keys, count)
            best: Array = likely.take(chosen)
            return best
    packed = _packed(numbers, keys)
    if packed is None:
        return np.lexsort(numbers[::-1])[:count]
    if count < size:
        packed = np.partition(packed, count)[:count] if count else packed[:0]
    packed.sort()
    return packed & _places(size)


def _packed(numbers: Sequence[Array], keys: Sequence[_Key]) -> Array | None:
    """The numbers of all keys and, last, each document's place as one, (n,) int64; None where they do not fit."""
    size = len(numbers[0])
    bits = [max(key.bound - 1, 0).bit_length() for key in keys]
    shift = size.bit_length()
    if sum(bits) + shift > _BITS:
        return None
    packed = np.arange(size)
    for mine, wide in zip(reversed(numbers), reversed(bits), strict=True):
        packed |= mine.astype(np.int64) << shift
        shift += wide
    return packed


def _places(size: int) -> int:
    """The bits of a packed number that are the place."""
    return (1 << size.bit_length()) - 1


def _firsts(values: DocValues, docs: Array, keys: Sequence[_Key]) -> tuple[Array, Array, int]:
    """The first of each group: where they stand among docs, (m,) rising; how many each stands for; how many groups."""
    names = values.first.take(docs)
    grouped, lone = (names >= 0).nonzero()[0], (names < 0).nonzero()[0]
    names = names.take(grouped)
    numbers = [key.numbers for key in keys]
    ranks, order = _packed(numbers, keys), None
    if ranks is None:
        order = np.lexsort(numbers[::-1])
        ranks = np.empty(len(docs), np.int64)
        ranks[order] = np.arange(len(docs))
    best = np.full(len(values.table), np.iinfo(np.int64).max)
    np.minimum.at(best, names, ranks.take(grouped))
    counts = np.bincount(names, minlength=len(values.table))
    there = counts.nonzero()[0]
    best = best.take(there)
    first = np.concatenate([best & _places(len(docs)) if order is None else order.take(best), lone])
    sizes = np.concatenate([counts.take(there), np.ones(len(lone), np.int64)])
    back = first.argsort()
    return first.take(back), sizes.take(back), len(first)


def _behind(documents: DocumentStore, docs: Array, keys: Sequence[_Key], place: Placed) -> Array:
    """Which documents stand behind a place -> (n,) bool."""
    behind: Array = docs > _number_now(documents, place)
    for key, value in zip(reversed(keys), reversed(place.values), strict=True):
        edge, equal = _edge(key, value)
        behind = (key.numbers > edge) | (behind & (key.numbers == edge)) if equal else key.numbers >= edge
    return behind


def _number_now(documents: DocumentStore, place: Placed) -> int:
    """The number of a place's document, or what is as good, since another may have the number of what is gone."""
    now = documents.docnum(place.id)
    return min(place.number, documents.doc_count_all) - 1 if now is None else now


def _edge(key: _Key, value: Value) -> tuple[int, bool]:
    """The number that a value of a place has; without an equal, that of the first behind it."""
    values = key.values
    if values is None:
        with np.errstate(over="ignore"):
            return int(score_numbers(np.array([value], np.float32))[0]), True
    size = len(values.table)
    if value is None:
        return size, True
    if size and isinstance(value, bytes) != values.text:
        raise QueryError(f"column {values.name!r} holds other values than {value!r:.40}; take a place from a search")
    first, last = values.find(value), values.find(value, behind=True)
    equal = last > first
    return (size - 1 - first if equal else size - first) if key.reverse else first, equal
