"""number_ranges: a range of numbers as a query over the terms of a field, exactly those of the numbers in it.

A number is indexed as several terms, each of which leaves out some more of its last bits: with 4 of 32 bits at a time

    a term of 32 bits    one number
    a term of 28 bits    16 numbers, ...

so that a range is a few ranges of terms. Stock Whoosh's own way of finding them fails near the least number of a field,
which is 0 where it has no sign: it takes all that there is.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from whoosh import query
from whoosh.util.numeric import to_sortable

from khsearch.columnar import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.fields import NUMERIC

    from khsearch.columnar import Commit

_REFUSALS = (ValueError, TypeError, ArithmeticError)


def bounds_of(field: NUMERIC, q: Any) -> tuple[Any, Any] | None:
    """The bounds of a NumericRange as the field has numbers, None for an open one; None where nothing lies within."""
    try:
        return _bound(field, q.start, is_low=True), _bound(field, q.end, is_low=False)
    except _REFUSALS:
        return None


def _bound(field: NUMERIC, given: Any, *, is_low: bool) -> Any:
    number = number_of(given) if isinstance(given, datetime.date) else given
    try:
        return field.prepare_number(number)
    except ValueError:
        is_below = field.numtype(number) < 0  # what is out of bounds is on the one side of them or the other
        if is_below == is_low:
            return None
        raise


def in_column(commit: Commit, field: NUMERIC, name: str) -> bool:
    """Whether the column of a field says all that its terms say.

    It has the first number of each document alone, and none of documents from before the field was sortable.
    """
    each = -(-field.bits // (field.shift_step or field.bits))  # terms of a number

    def agrees() -> bool:
        column = commit.documents.column(name)
        if column is None or column.kind == "text" or field.decimal_places:
            return False
        return bool((commit.terms.lengths(name) == column.counts * each).all())

    return commit.memo("in column", (name, each), agrees, lambda _: 0, lasting=True)


def by_terms(field: NUMERIC, q: Any) -> Any:
    """The query for the terms of a NumericRange, scored as it says."""
    bounds = bounds_of(field, q)
    if bounds is None:
        return query.NullQuery
    low, high = bounds
    first = 0 if low is None else _sortable(field, low) + bool(q.startexcl)
    last = (1 << field.bits) - 1 if high is None else _sortable(field, high) - bool(q.endexcl)
    found = [_terms(field, q.fieldname, *part) for part in _parts(field.bits, field.shift_step, first, last)]
    if not found:
        return query.NullQuery
    made = found[0] if len(found) == 1 else query.Or(found, boost=q.boost)
    return query.ConstantScoreQuery(made, q.boost) if q.constantscore else made


def _sortable(field: NUMERIC, number: Any) -> int:
    return int(to_sortable(field.numtype, field.bits, field.signed, number))


def _terms(field: NUMERIC, name: str, low: int, high: int, shift: int) -> Any:
    """The query for the terms from low to high, of numbers without so many bits."""
    first, last = (field.sortable_to_bytes(number << shift, shift) for number in (low, high))
    return query.Term(name, first) if low == high and not shift else query.TermRange(name, first, last)


def _parts(bits: int, step: int, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """The ranges of terms of all numbers from low to high, included: the first, the last, and the bits left out."""
    shift, block = 0, 1 << step
    while low <= high:
        # What the next longer blocks can cover.
        next_low, next_high = -(-low // block), (high + 1) // block - 1
        if not step or shift + step >= bits or next_low > next_high:
            yield low, high, shift
            return
        if low % block:
            yield low, next_low * block - 1, shift
        if (high + 1) % block:
            yield (next_high + 1) * block, high, shift
        low, high, shift = next_low, next_high, shift + step
