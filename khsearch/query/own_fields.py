"""own_fields: what is asked of an index's own field that is no text in; the node for its values, or a range, out.

having   any of some values
between  values between bounds: gt, gte, lt, lte, as filters as data name them
of_column   the same of a clause of the query language
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from khsearch.documents import span
from khsearch.engine import nodes
from khsearch.query.clauses import Group, Item, Like, Pattern, Quoted, Range, Words

BOUNDS = ("gt", "gte", "lt", "lte")
"""Names of bounds: greater than, greater or equal, less than, less or equal."""

_EXAMPLES = {"number": "[10 TO 20]", "date": "[2021-05 TO 2021-06-15]", "keyword": '["from here" TO "to here"]'}


class NotForFieldError(ValueError):
    """What a clause asks for does not go with its field."""


def having(column: str, kind: str, given: Iterable[object]) -> nodes.Node:
    """Return the node for any of some values, none for no value; ValueError for one that is none of its kind."""
    spans = tuple(sorted({span(value, kind) for value in given}))
    if len(spans) == 1:
        return nodes.Between(column, *spans[0])
    return nodes.AnyBetween(column, spans) if spans else nodes.Nothing()


def between(column: str, kind: str, bounds: Mapping[str, object]) -> nodes.Node:
    """Return the node for one value that lies within all bounds, by the names of BOUNDS; ValueError.

    A bound that names a span, as a day does, is all of it: included, or left out.
    """
    if kind == "boolean" and bounds:
        raise ValueError("truth values have no range; write true or false")
    lows: list[tuple[Any, bool]] = []
    highs: list[tuple[Any, bool]] = []
    for name, given in bounds.items():
        first, last = span(given, kind)
        if name == "gt":
            lows.append((last, True))
        elif name == "gte":
            lows.append((first, False))
        else:
            highs.append((first, False) if name == "lt" else (last, True))
    low, without_low = max(lows, default=(None, False))
    high, with_high = min(highs, default=(None, True))
    return nodes.Between(column, low, high, with_low=not without_low, with_high=with_high)


def of_column(item: Item, kind: str) -> nodes.Node:
    """Return the node for what a clause asks of a field of some kind.

    ValueError for what is none, or asks for something else; it names the field, its kind, and what to write.
    """
    assert not isinstance(item, Group)
    assert item.field is not None
    try:
        return _range(item, kind) if isinstance(item, Range) else _value(item, kind)
    except ValueError as wrong:
        name = item.field
        ranged = f"; a range is {name}:{_EXAMPLES[kind]} or {name}:>=\u2026" if kind in _EXAMPLES else ""
        raise NotForFieldError(f"the field {name!r} holds a {kind}, and {wrong}{ranged}") from None


def _value(item: Item, kind: str) -> nodes.Node:
    assert not isinstance(item, Group | Range)
    assert item.field is not None
    if isinstance(item, Words) and item.text == "*":
        return nodes.Between(item.field)
    if isinstance(item, Pattern | Like) and kind != "date":
        raise ValueError(f"{item.text!r} is a pattern; ask for a whole value, in quotes if it has such signs")
    if isinstance(item, Quoted) and item.gap:
        raise ValueError(f"~{item.gap} stands behind words of a text, not behind a value; leave it out")
    return having(item.field, kind, [item.text])


def _range(item: Range, kind: str) -> nodes.Node:
    bounds = {"gte" if item.with_low else "gt": item.low, "lte" if item.with_high else "lt": item.high}
    return between(item.field, kind, {name: bound for name, bound in bounds.items() if bound is not None})
