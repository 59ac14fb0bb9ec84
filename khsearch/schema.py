"""schema: the streams of terms that an index keeps, as a table: who needs to know what a field is for asks here.

A *stream* is a field of terms in every document. To add one is to add a row, and, if its terms are none that the
analyzer makes yet, their source (`khmer.terms`): writing, ranking and planning go through the table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from numbers import Real
from typing import Literal

from khsearch.frozen import frozen

Kind = Literal["number", "text"]
"""What a column is declared to hold: numbers (truth values, dates and times count as such), or text."""

FieldKind = Literal["text", "keyword", "number", "date", "boolean"]
"""What an own field of an index holds: text is searched word by word and by the field's name; all others are values to
filter, sort and count by, and of keywords, which count as a whole, a document may have several."""

_GREATEST = 1e9  # scores are float32


def _weight(name: str, value: object, most: float = _GREATEST) -> float:
    """A number that scores are multiplied by; ValueError."""
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not 0 <= number <= most:
        takes = "a number that is not negative" if most == _GREATEST else f"a number from 0 to {most:g}"
        raise ValueError(f"{name} takes {takes}, not {value!r:.60}")
    return number


@frozen
class TextField:
    """An own field of text that a search looks into though nobody names it, as it does into title and text.

    Words score there as in the text, times the weight; with a weight of 0 it is a field of kind "text", which is
    searched by its name alone. ValueError for what is no weight.
    """

    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _weight("weight", self.weight))


Declared = Mapping[str, FieldKind | TextField]
"""The own fields of an index by name, as they are declared."""


def kinds_of(declared: Declared) -> dict[str, FieldKind]:
    """Return the kind of each field."""
    return {name: "text" if isinstance(field, TextField) else field for name, field in declared.items()}


def weights_of(declared: Declared) -> dict[str, float]:
    """Return the weights of those that are searched though nobody names them."""
    return {name: field.weight for name, field in declared.items() if isinstance(field, TextField) and field.weight}


def declared(kinds: Mapping[str, FieldKind], weights: Mapping[str, float]) -> dict[str, FieldKind | TextField]:
    """Return fields as they are declared: what `kinds_of` and `weights_of` tell of them."""
    return {name: TextField(weights[name]) if name in weights else kind for name, kind in kinds.items()}


@dataclass(frozen=True, slots=True)
class FieldScale:
    """How one field scores: saturation k1, length normalisation b, and what its scores are multiplied by.

    sharpness raises rare terms further above common ones: idf is multiplied by (idf / ln(1 + N)) ** sharpness, which is
    at most about 1. 0 is the textbook's formula. rarity_in names a field whose documents say how rare a term is, for a
    field that holds part of it. ValueError for numbers that no score comes from.
    """

    k1: float = 1.2
    b: float = 0.75
    weight: float = 1.0
    sharpness: float = 0.0
    rarity_in: str = ""

    def __post_init__(self) -> None:
        for name in ("k1", "b", "weight", "sharpness"):
            object.__setattr__(self, name, _weight(name, getattr(self, name), 1.0 if name == "b" else _GREATEST))
        if type(self.rarity_in) is not str:
            raise ValueError(f"rarity_in takes the name of a field, not {self.rarity_in!r:.60}")


class Role(Enum):
    """What a search does with a stream.

    RANK    words that are typed are looked for here, and each says how well a document fits
    RESCUE  finds what words miss where any word may match, and only adds to the score where words must
    NAMED   is searched only where its name is given (title:word), in quotes and by patterns; so it keeps positions
    """

    RANK = "rank"
    RESCUE = "rescue"
    NAMED = "named"


@frozen
class Stream:
    """A field of terms.

    name       of the field
    source     which of the analyzer's terms (`khmer.Terms.of`): "words" or "bigrams"
    parts      of which parts of a document, in their order
    role       what a search does with it
    positions  whether it keeps where each term stands; it is searched in quotes, by patterns and by its name, then
    most       how many terms are kept, the first, though of several parts all of the first; None: all
    scale      how its terms score by default
    """

    name: str
    source: str
    parts: tuple[str, ...]
    role: Role
    positions: bool = False
    most: int | None = None
    scale: FieldScale = FieldScale()


ID = "id"
"""The field of ids; it is no stream."""

WORDS = "words"
"""The source of what people call words; other sources only add to what these find and rank."""

TITLE, TEXT, LEAD, BIGRAMS = "title", "text", "lead", "bigrams"

STREAMS: tuple[Stream, ...] = (
    Stream(TITLE, WORDS, (TITLE,), Role.NAMED, positions=True),
    Stream(TEXT, WORDS, (TEXT,), Role.RANK, positions=True, scale=FieldScale(k1=0.7, b=0.75, sharpness=0.5)),
    Stream(
        LEAD,
        WORDS,
        (TITLE, TEXT),
        Role.RANK,
        most=40,
        scale=FieldScale(k1=0.5, b=0.0, weight=0.6, sharpness=0.5, rarity_in=TEXT),
    ),
    Stream(
        BIGRAMS,
        "bigrams",
        (TITLE, TEXT),
        Role.RESCUE,
        scale=FieldScale(k1=0.6, b=0.2, weight=0.9, sharpness=0.5),
    ),
)
"""The streams of every index: words of the title, of the text, of the title and first words, and cluster bigrams."""


@frozen
class Schema:
    """What an index keeps beside its documents: streams of terms, and columns of values, each with its kind.

    dates  those of the columns that hold dates and times
    """

    streams: tuple[Stream, ...]
    columns: Mapping[str, Kind]
    dates: frozenset[str] = frozenset()


def schema_of(fields: Mapping[str, str]) -> Schema:
    """Return the schema of an index with own fields of some kinds; one that is text is a stream of its own words."""
    own = (Stream(name, WORDS, (name,), Role.NAMED, positions=True) for name, kind in fields.items() if kind == "text")
    columns: dict[str, Kind] = {
        name: "text" if kind == "keyword" else "number" for name, kind in fields.items() if kind != "text"
    }
    dates = frozenset(name for name, kind in fields.items() if kind == "date")
    return Schema((*STREAMS, *own), columns, dates)


def for_words(role: Role) -> tuple[str, ...]:
    """Return the names of the streams of words of a role."""
    return tuple(stream.name for stream in STREAMS if stream.role is role and stream.source == WORDS)


def with_positions() -> tuple[str, ...]:
    """Return the names of the streams that keep positions, ranked ones first: phrases and patterns look there."""
    found = [stream for stream in STREAMS if stream.positions]
    return tuple(stream.name for stream in sorted(found, key=lambda stream: stream.role is not Role.RANK))
