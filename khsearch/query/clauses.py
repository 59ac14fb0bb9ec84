"""clauses: what a query says, as values: words, quoted words, patterns, ranges, and groups of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from khsearch.frozen import frozen

Match = Literal["best", "strict", "any", "all"]
"""Which documents a search finds.

best    the set of those that count (`matching`), and behind it looser hits, which hold some of the words
strict  the set alone
all     those in which every chunk stands
any     those that hold any of the words
"""

MATCHES: tuple[Match, ...] = get_args(Match)
"""All of them."""


Filter: TypeAlias = str | Mapping[str, object]
"""What hits must match beside the query: a text in the query language, or data (`filters`)."""


@frozen
class Words:
    """Free text."""

    text: str
    field: str | None = None


@frozen
class Quoted:
    """Words side by side, or a value of a field; `gap` other words may stand between two of them."""

    text: str
    field: str | None = None
    gap: int = 0


@frozen
class Pattern:
    """A word with * or ? in it."""

    text: str
    field: str | None = None


@frozen
class Like:
    """A word and those at most so many clusters or letters away."""

    text: str
    distance: int
    field: str | None = None


@frozen
class Range:
    """Values of a field from low to high; None is open, and a bound may be left out."""

    field: str
    low: str | None
    high: str | None
    with_low: bool = True
    with_high: bool = True


@frozen
class Clause:
    """Part of a group: `sign` is "+" for must, "-" for must not, "" for neither."""

    item: Item
    sign: str = ""
    boost: float = 1.0


@frozen
class Group:
    """Clauses joined by AND, by OR, or (None) as the search joins words."""

    clauses: tuple[Clause, ...]
    operator: str | None = None


Item = Words | Quoted | Pattern | Like | Range | Group
