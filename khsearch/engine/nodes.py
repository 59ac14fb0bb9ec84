"""nodes: the light query language of the fast road. Values only; plans evaluates them.

Every node matches a set of documents; scored ones give each a score. A caller on a hot path builds them directly,
Whoosh's query objects are translated into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from khsearch.columnar import Matches
    from khsearch.engine.weighting import BM25


@dataclass(frozen=True, slots=True)
class Term:
    """Documents that have the term in the field, scored by BM25."""

    field: str
    term: bytes
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class AnyField:
    """Documents that have the term in any of some fields; its scores there are added."""

    fields: tuple[str, ...]
    term: bytes
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class And:
    """Documents that every child matches; scores are added. No child at all matches nothing."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Documents that some child matches; scores are added."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AndMaybe:
    """Documents that `must` matches; where `should` matches too, its score is added."""

    must: Node
    should: Node


@dataclass(frozen=True, slots=True)
class AndNot:
    """Documents that `child` matches and `without` does not; scores of `child`, each raised by `bonus`."""

    child: Node
    without: Node
    bonus: float = 0.0


@dataclass(frozen=True, slots=True)
class Require:
    """Documents that both match; scores of `child` alone."""

    child: Node
    required: Node


@dataclass(frozen=True, slots=True)
class Not:
    """All other live documents, each with score 1, as in Whoosh."""

    child: Node


@dataclass(frozen=True, slots=True)
class Phrase:
    """Documents with the terms in this order, each at most `slop` places behind the one before; terms' scores added."""

    field: str
    terms: tuple[bytes, ...]
    slop: int = 1
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Documents with a term that begins so; each scores `boost`."""

    field: str
    prefix: bytes
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class TermRange:
    """Documents with a term from `start` on and before `stop` (None: open); each scores `boost`."""

    field: str
    start: bytes = b""
    stop: bytes | None = None
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Documents with any of many terms; each scores `boost`."""

    field: str
    terms: tuple[bytes, ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Documents with a term at most `distance` edits away that shares `prefix` characters; each scores `boost`.

    Edits insert, drop or replace a character: one of UTF-8, or a byte where the field's terms are not UTF-8.
    """

    field: str
    term: bytes
    distance: int = 1
    prefix: int = 0
    boost: float = 1.0
    utf8: bool = True


@dataclass(frozen=True, slots=True)
class Between:
    """Documents with a value of a column between two bounds (None: open), included or not; each scores `boost`."""

    column: str
    low: Any = None
    high: Any = None
    boost: float = 1.0
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class Every:
    """All live documents, or those with any term in a field; each scores `boost`."""

    field: str | None = None
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Constant:
    """What the child matches, each with one score."""

    child: Node
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Boost:
    """What the child matches, its scores multiplied."""

    child: Node
    factor: float


@dataclass(frozen=True, slots=True, eq=False)
class Foreign:
    """What some other way of matching finds: called with the weighting, it returns Matches of live documents."""

    run: Callable[[BM25], Matches]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document."""


Pattern: TypeAlias = Prefix | TermRange | AnyOf | Fuzzy
"""What stands for many terms; its documents all score alike."""

Node: TypeAlias = (
    Term
    | AnyField
    | And
    | Or
    | AndMaybe
    | AndNot
    | Require
    | Not
    | Phrase
    | Prefix
    | TermRange
    | AnyOf
    | Fuzzy
    | Between
    | Every
    | Constant
    | Boost
    | Foreign
    | Nothing
)
