"""nodes: the light query language of the fast road. Values only; engines evaluate them.

Every node matches a set of documents; scored ones give each a score. A caller on a hot path builds them directly,
Whoosh's query objects are translated into them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine.weighting import BM25


Show = Callable[[bytes], str]
"""Writes a term as people read it."""


class Base:
    """What every node can tell of itself."""

    __slots__ = ()

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """Nodes whose scores, each times a factor, add up to its own where it matches; none where its own is one."""
        return ()

    def label(self, show: Show) -> tuple[str, str]:
        """What it looks for, as people read it, and in which field."""
        return type(self).__name__.lower(), ""


@frozen
class Term(Base):
    """Documents that have the term in the field, scored by BM25."""

    field: str
    term: bytes
    boost: float = 1.0

    def label(self, show: Show) -> tuple[str, str]:
        """The term."""
        return show(self.term), self.field


@frozen
class AnyField(Base):
    """Documents that have the term in any of some fields; its scores there are added."""

    fields: tuple[str, ...]
    term: bytes
    boost: float = 1.0

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """The term in each field."""
        return [(Term(name, self.term, self.boost), 1.0) for name in self.fields]


@frozen
class And(Base):
    """Documents that every child matches; scores are added. No child at all matches nothing."""

    children: tuple[Node, ...]

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """Its children."""
        return [(child, 1.0) for child in self.children]


@frozen
class Or(Base):
    """Documents that some child matches; scores are added."""

    children: tuple[Node, ...]

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """Its children."""
        return [(child, 1.0) for child in self.children]


@frozen
class AndMaybe(Base):
    """Documents that `must` matches; where `should` matches too, its score is added."""

    must: Node
    should: Node

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """Both."""
        return [(self.must, 1.0), (self.should, 1.0)]


@frozen
class AndNot(Base):
    """Documents that `child` matches and `without` does not; scores of `child`, each raised by `bonus`."""

    child: Node
    without: Node
    bonus: float = 0.0

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """The child, unless there is a bonus."""
        return [] if self.bonus else [(self.child, 1.0)]


@frozen
class Require(Base):
    """Documents that both match; scores of `child` alone."""

    child: Node
    required: Node

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """The child."""
        return [(self.child, 1.0)]


@frozen
class Not(Base):
    """All other live documents, each with score 1, as in Whoosh."""

    child: Node


@frozen
class Phrase(Base):
    """Documents with the terms in this order, each at most `slop` places behind the one before; terms' scores added."""

    field: str
    terms: tuple[bytes, ...]
    slop: int = 1
    boost: float = 1.0

    def label(self, show: Show) -> tuple[str, str]:
        """The terms in quotes."""
        return '"' + " ".join(map(show, self.terms)) + '"', self.field


@frozen
class Prefix(Base):
    """Documents with a term that begins so; each scores `boost`."""

    field: str
    prefix: bytes
    boost: float = 1.0

    def label(self, show: Show) -> tuple[str, str]:
        """The prefix with a star."""
        return show(self.prefix) + "*", self.field


@frozen
class TermRange(Base):
    """Documents with a term from `start` on and before `stop` (None: open); each scores `boost`."""

    field: str
    start: bytes = b""
    stop: bytes | None = None
    boost: float = 1.0


@frozen
class AnyOf(Base):
    """Documents with any of many terms; each scores `boost`."""

    field: str
    terms: tuple[bytes, ...]
    boost: float = 1.0

    def label(self, show: Show) -> tuple[str, str]:
        """The first of the terms."""
        return " | ".join(map(show, self.terms[:5])), self.field


@frozen
class Fuzzy(Base):
    """Documents with a term at most `distance` edits away that shares `prefix` characters; each scores `boost`.

    Edits insert, drop or replace a character: one of UTF-8, or a byte where the field's terms are not UTF-8.
    """

    field: str
    term: bytes
    distance: int = 1
    prefix: int = 0
    boost: float = 1.0
    utf8: bool = True

    def label(self, show: Show) -> tuple[str, str]:
        """The term with a tilde."""
        return show(self.term) + "~", self.field


@frozen
class Between(Base):
    """Documents with a value of a column between two bounds (None: open), included or not; each scores `boost`."""

    column: str
    low: Any = None
    high: Any = None
    boost: float = 1.0
    with_low: bool = True
    with_high: bool = True

    def label(self, show: Show) -> tuple[str, str]:
        """The bounds."""
        return f"{self.low} TO {self.high}", self.column


@frozen
class AnyBetween(Base):
    """Documents with a value of a column in any of some spans, each from its first to its last; each scores `boost`.

    Quick for thousands of spans, which may overlap and stand in any order; a value alone is its own first and last.
    """

    column: str
    spans: tuple[tuple[Any, Any], ...]
    boost: float = 1.0

    def label(self, show: Show) -> tuple[str, str]:
        """The first of the spans."""
        return " | ".join(f"{low} TO {high}" for low, high in self.spans[:5]), self.column


@frozen
class Every(Base):
    """All live documents, or those with any term in a field; each scores `boost`."""

    field: str | None = None
    boost: float = 1.0


@frozen
class Constant(Base):
    """What the child matches, each with one score."""

    child: Node
    score: float = 1.0


@frozen
class Boost(Base):
    """What the child matches, its scores multiplied."""

    child: Node
    factor: float

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """The child, multiplied."""
        return [(self.child, self.factor)]


@frozen
class Leading(Base):
    """Documents that score nearly as high as the best one does: at least `share` of its score, from 0 to 1."""

    child: Node
    share: float

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """The child."""
        return [(self.child, 1.0)]


@frozen
class TwoPhase(Base):
    """Documents that a node matches and that pass a check that no engine makes, with the scores of the node.

    Named as in Lucene: `approximation` is quick and finds too much; `passes` looks at each that is left after all else,
    keys (`View`) in, whether each passes out. `exact` matches the same documents, for an engine that keeps positions in
    every stream; without one, the check alone can tell.
    """

    approximation: Node
    passes: Callable[[Sequence[int | str]], Sequence[bool]]
    exact: Node | None = None

    def scoring(self) -> Sequence[tuple[Node, float]]:
        """The approximation."""
        return [(self.approximation, 1.0)]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, TwoPhase) or self.exact is None or self.exact != other.exact:
            return False
        return self.approximation == other.approximation

    def __hash__(self) -> int:
        return hash((self.approximation, self.exact))


@frozen
class Foreign(Base):
    """What some other way of matching finds: called with the weighting, it returns what its engine takes."""

    run: Callable[[BM25], Any]

    __eq__, __hash__ = object.__eq__, object.__hash__  # each is like no other


@frozen
class Nothing(Base):
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
    | AnyBetween
    | Every
    | Constant
    | Boost
    | Leading
    | TwoPhase
    | Foreign
    | Nothing
)
