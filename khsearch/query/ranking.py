"""ranking: what makes one document better than another, as numbers, each with its reason.

A document's score is the sum of

    words      BM25 of the query's words in the text. k1 is low: that a word is there says more than how often.
    lead       the same words among the title and the first words of the text: what a text is about stands first. How
               often they stand there says next to nothing.
    bigrams    BM25 of pairs of neighbouring clusters: names, typing errors, parts of compounds, which words miss. A
               long query has many pairs that say what its words say already: their weight falls with its length.
    closeness  a bonus, among the best documents, for neighbouring words of the query that stand near each other: the
               first of the stages (`stages`), to which one may add one's own.

Rare terms count more than textbook BM25 has it (`sharpness`): a headline's few telling words decide. There is no list
of stop words: every one that was tried made results worse.

The numbers were chosen on two collections of news (headline against article, and against passages) so that both gain.
b stays at its textbook value for words although news alone would like it smaller: there the long articles happen to be
the wanted ones, and collections of short passages would pay for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, pairwise
from typing import Any, Self

from khsearch import schema
from khsearch.arguments import COUNT, FACTOR, Kind, instance
from khsearch.engine import BM25, FieldScale, Proximity
from khsearch.query.stages import Judge, Stage
from khsearch.schema import BIGRAMS, LEAD, TEXT, WORDS, Role, Schema, Stream
from khsearch.sharing import cached_property

_MOST_PAIRS = 40
"""Pairs of words that are looked for near each other: a longer query is told by its first."""


_DEFAULTS = {stream.name: stream.scale for stream in schema.STREAMS}


_STAGES = Kind(
    "functions of candidates, or Stage objects, in a list",
    lambda value: None if isinstance(value, str | bytes) else tuple(value),
)


@dataclass(frozen=True)
class Ranking:
    """How documents are ranked. An index keeps the one it was created with; a search may bring another.

    A weight of 0 leaves a part out, and its work: with lead, bigrams, closeness and readings at 0 a search is BM25 over
    the words of the text as they were typed. ValueError for numbers that no score comes from.
    """

    words: FieldScale = _DEFAULTS[TEXT]
    lead: FieldScale = _DEFAULTS[LEAD]
    bigrams: FieldScale = _DEFAULTS[BIGRAMS]
    few_words: int = 4  # up to so many words in a query bigrams have their full weight
    readings: float = 0.5  # of other readings of a query, what their bigrams are multiplied by; 0: no such readings
    closeness: FieldScale = FieldScale(k1=1.2, b=0.0, weight=0.4)
    slop: int = 4  # places between words that count as close
    stages: Sequence[Stage | Judge] = ()  # that judge the best documents anew, after closeness; see `query.stages`
    own: Mapping[str, float] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Weights of the index's own text fields that are searched though nobody names them; an index says them (`over`),
    and equal rankings are equal whatever these are."""

    def __post_init__(self) -> None:
        scale = instance(FieldScale)
        for name, kind in (
            *((name, scale) for name in ("words", "lead", "bigrams", "closeness")),
            *(("few_words", COUNT), ("slop", COUNT), ("readings", FACTOR)),
        ):
            object.__setattr__(self, name, kind.of(name, getattr(self, name)))
        object.__setattr__(self, "stages", tuple(map(_stage, _STAGES.of("stages", self.stages))))

    def over(self, weights: Mapping[str, float]) -> Ranking:
        """Return this ranking for an index whose own text fields of these names are searched unnamed, too."""
        if weights == self.own:
            return self
        made = replace(self)
        object.__setattr__(made, "own", dict(weights))
        return made

    @cached_property
    def numbers(self) -> Hashable:
        """All that says which documents are found and what they score, before any stage."""
        own = tuple(self.own.items())
        return self.words, self.lead, self.bigrams, self.few_words, self.readings, self.closeness, self.slop, own

    @cached_property
    def weighting(self) -> BM25:
        """The scales by field; that of words holds for whatever has none of its own."""
        ranked = (stream for stream in schema.STREAMS if stream.role is not Role.NAMED and stream.name != TEXT)
        scales = {stream.name: self.scale_of(stream) for stream in ranked}
        words = self.words
        scales |= {
            name: replace(words, weight=words.weight * weight, rarity_in=TEXT) for name, weight in self.own.items()
        }
        return BM25(words, scales)

    def scale_of(self, stream: Stream) -> FieldScale:
        """How the terms of a stream score: what is said here, or by the table of streams."""
        found = self.words if stream.name == TEXT else getattr(self, stream.name, stream.scale)
        return found if isinstance(found, FieldScale) else stream.scale

    def schema(self, fields: Mapping[str, str]) -> Schema:
        """Return the schema of an index with own fields of some kinds, whose terms score as this ranking has it."""
        plain = schema.schema_of(fields)
        streams = (replace(stream, scale=self.weighting.scale(stream.name)) for stream in plain.streams)
        return replace(plain, streams=tuple(streams))

    def streams(self, role: Role) -> tuple[Stream, ...]:
        """The streams of a role that have weight."""
        return self._streams.get(role, ())

    @cached_property
    def _streams(self) -> Mapping[Role, tuple[Stream, ...]]:
        weighty = [stream for stream in schema.STREAMS if self.scale_of(stream).weight]
        return {role: tuple(stream for stream in weighty if stream.role is role) for role in Role}

    @cached_property
    def word_fields(self) -> tuple[str, ...]:
        """Where words that are typed are looked for if no field is named."""
        return (*(stream.name for stream in self.streams(Role.RANK) if stream.source == WORDS), *self.own)

    def bigram_boost(self, words: int) -> float:
        """What the bigrams of a query of so many words are multiplied by."""
        return min(1.0, self.few_words / max(words, 1))

    def near(self, rows: Sequence[Sequence[bytes]]) -> Proximity | None:
        """Neighbours in rows of words of a query, which should stand near each other; None where that adds nothing."""
        pairs = tuple(dict.fromkeys(chain.from_iterable(map(pairwise, rows))))[:_MOST_PAIRS]
        return Proximity(TEXT, pairs, self.slop, self.closeness) if pairs and self.closeness.weight else None

    def to_json(self) -> dict[str, object]:
        """Return the numbers as JSON-able values; ValueError where there are stages, which are code."""
        if self.stages:
            raise ValueError("an index keeps the numbers of a ranking, and no stages; give those to each search")
        numbers = asdict(self)
        del numbers["stages"], numbers["own"]
        return numbers

    @classmethod
    def from_json(cls, numbers: object) -> Self:
        """Return a ranking from `to_json`; what is left out is as by default. TypeError, ValueError."""
        if not isinstance(numbers, dict) or not {"stages", "own"}.isdisjoint(numbers):
            raise TypeError("not a ranking")
        values: dict[str, Any] = {
            name: FieldScale(**value) if isinstance(value, dict) else value for name, value in numbers.items()
        }
        return cls(**values)


def _stage(given: object) -> Stage:
    if isinstance(given, Stage):
        return given
    if callable(given):
        return Stage(given, getattr(given, "__name__", type(given).__name__))
    raise ValueError(f"stages takes {_STAGES.takes}, not {given!r:.60}")


DEFAULT = Ranking()
