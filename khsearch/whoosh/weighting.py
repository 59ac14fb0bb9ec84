"""weighting: a weighting of Whoosh's as the arrays evaluate it, and theirs as a weighting of Whoosh's.

    BM25F(), PlanWeighting   -> bm25_of -> BM25: queries are plans over arrays
    any other                -> bm25_of -> None: Whoosh's matchers score, posting by posting

Both give the same scores as Whoosh on an index without deleted documents, but for its rounded lengths: here a length is
exact. Numbers of documents, document frequencies and lengths are always those of the live documents.
"""

# ruff: noqa: D102

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from whoosh.scoring import BM25F, BaseScorer, WeightingModel
from whoosh.searching import Searcher

from khsearch.engine import BM25, UNSATURATED, BoostedScale, FieldScale
from khsearch.whoosh.boosts import boost_column, boost_of
from khsearch.whoosh.reading.reader import field_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from whoosh.fields import FieldType

    from khsearch.whoosh.reading.reader import WhooshReader


_PARTS = vars(BM25F()).keys()  # what one has whose methods are those of its class


@lru_cache(1 << 10)
def _scale(k1: float, b: float, boost: float = 1.0, boosts: str = "", idf: str = "whoosh") -> FieldScale:
    """The scale of a field, checked once."""
    return BoostedScale(k1, b, boost=boost, boosts=boosts, idf=idf)


def weighting_of(given: Any) -> WeightingModel:
    """A weighting of Whoosh's of what a searcher is given: one, or its class, or a BM25; None for Whoosh's default."""
    if given is None:
        return BM25F()
    if isinstance(given, BM25):
        return PlanWeighting(given)
    return given() if isinstance(given, type) else given


def bm25_of(weighting: WeightingModel, reader: WhooshReader) -> BM25 | None:
    """The weighting of plans that scores as one of Whoosh's does over a reader; None where none does."""
    if isinstance(weighting, PlanWeighting):
        return weighting.over(reader)
    if type(weighting) is not BM25F or vars(weighting).keys() != _PARTS:
        return None
    try:
        for b in (weighting.B, *weighting._field_B.values()):
            _scale(weighting.K1, b)
    except (ValueError, TypeError):
        return None

    def scale(name: str, field: FieldType, boost: float, boosts: str) -> FieldScale:
        if not field.scorable:
            return _scale(UNSATURATED, 0.0, boost, boosts, "none")
        return _scale(weighting.K1, weighting._field_B.get(name, weighting.B), boost, boosts)

    return BM25(fields=_Scales(reader, scale))


class PlanWeighting(WeightingModel):  # type: ignore[misc]
    """A BM25 of the plans as a weighting of Whoosh's: the same scores through its matchers."""

    def __init__(self, bm25: BM25 | None = None) -> None:
        self.bm25 = bm25 or BM25()

    def over(self, reader: WhooshReader) -> BM25:
        """The BM25 with the boosts of the reader's fields and documents."""

        def scale(name: str, _: FieldType, boost: float, boosts: str) -> FieldScale:
            plain = self.bm25.scale(name)
            if isinstance(plain, BoostedScale) or (boost == 1 and not boosts):
                return plain
            return BoostedScale(
                plain.k1, plain.b, plain.weight, plain.sharpness, plain.rarity_in, boost, boosts, "lucene"
            )

        return BM25(self.bm25.default, _Scales(reader, scale))

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: float = 1) -> BaseScorer:
        reader = searcher.reader()
        return _Scorer(reader, fieldname, text, self.over(reader).scale(fieldname))


class LiveCounts:
    """What a weighting asks a searcher about the whole index, of its live documents; anything else as the searcher."""

    def __init__(self, searcher: Any) -> None:
        self._searcher = searcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self._searcher, name)

    def doc_count_all(self) -> int:
        return int(self._searcher.doc_count())

    def avg_field_length(self, fieldname: str, default: float | None = None) -> float | None:
        if not self._searcher.schema[fieldname].scorable:
            return default
        return float(self._searcher.field_length(fieldname) / (self.doc_count_all() or 1))

    def weight(self, fieldname: str, text: Any) -> float:
        """The weights of a term in all documents; stock Whoosh's DFree asks for it, and its searcher has none."""
        return float(self._searcher.frequency(fieldname, text))


class LiveSearcher(Searcher):  # type: ignore[misc]
    """Whoosh's Searcher, whose weightings are told about live documents."""

    def get_parent(self) -> LiveCounts:
        """What weightings ask for numbers of documents, frequencies and lengths."""
        return LiveCounts(self)


class _Scales(Mapping[str, FieldScale]):
    """The scales of a reader's fields, each made when it is first asked for: a schema has patterns of names, too."""

    def __init__(self, reader: WhooshReader, make: Callable[[str, FieldType, float, str], FieldScale]) -> None:
        self._reader = reader
        self._make = make
        self._made: dict[str, FieldScale] = {}

    def __getitem__(self, name: str) -> FieldScale:
        found = self._made.get(name)
        if found is None:
            field, column = field_of(self._reader.schema, name), boost_column(name)
            if field is None:
                raise KeyError(name)
            boosts = column if self._reader.commit.documents.column(column) is not None else ""
            found = self._made[name] = self._make(name, field, boost_of(field), boosts)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._reader.schema.names())

    def __len__(self) -> int:
        return len(self._reader.schema.names())


class _Scorer(BaseScorer):  # type: ignore[misc]
    """Scores the postings of one term; their weights have the boosts."""

    def __init__(self, reader: WhooshReader, name: str, text: Any, scale: FieldScale) -> None:
        terms, term = reader.commit.terms, reader.term_bytes(name, text)
        self._factor = terms.term_weight(term, reader.doc_frequency(name, term), scale) * (scale.k1 + 1)
        self._norms = terms.norms(name, FieldScale(scale.k1, scale.b))
        self._info = reader.term_info(name, term)

    def supports_block_quality(self) -> bool:
        return False

    def score(self, matcher: Any) -> float:
        return self._of(matcher.weight(), float(self._norms[matcher.id()]))

    def max_quality(self) -> float:
        return self._of(self._info.max_weight(), float(self._norms.min()))

    def block_quality(self, matcher: Any) -> float:
        return self.max_quality()

    def _of(self, weight: float, norm: float) -> float:
        return self._factor * weight / (weight + norm) if weight else 0.0
