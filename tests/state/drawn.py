"""What the state machine draws: documents with some of the fields, queries, filters, rankings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from khsearch import Document
from khsearch.engine import FieldScale
from khsearch.khmer.words.lexicon import Lexicon
from khsearch.query.ranking import DEFAULT, Ranking
from tests.state import model
from tests.state.lexicons import COMMON, PARTS, WHOLE
from tests.state.model import Typed

_WORDS = (*COMMON, *PARTS, WHOLE, "\u17a2\u17bb\u17c6", "UNICEF", "2021")
_BEGINNINGS = (COMMON[0][:1], COMMON[1], COMMON[6][:1], PARTS[0][:2], "UN", "20")
_NOTHING = FieldScale(weight=0)

words = st.sampled_from(_WORDS)
_texts = st.builds(
    lambda divider, several: divider.join(several), st.sampled_from([" ", "", "\u17d4 "]), st.lists(words, max_size=9)
)
_titles = st.just("") | _texts | st.lists(words, min_size=41, max_size=44).map(" ".join)

ids = st.integers(0, 11).map("d{}".format)
_values = {
    "kind": st.sampled_from(["a", "b", "\u1780", ["a", "b"], ["b", "b", "\u1780"], []]),
    "size": st.sampled_from([-2, 0, 1, 2, 1.5, -0.25, 10**15, "\u17e3", "2"]),
    "day": st.sampled_from([date(2020, 6, 1), date(2021, 5, 11), datetime(2021, 5, 11, 8, 30), "2021", "2022-02"]),
    "open": st.sampled_from([True, False, "yes", "0"]),
    "note": st.lists(words, min_size=1, max_size=3).map(" ".join),
    "other": st.sampled_from([1, "x", True, date(2020, 1, 1)]),  # of no field of the index
}
_bodies = st.tuples(_titles, _texts).filter(lambda parts: any(part.strip() for part in parts))
documents = st.builds(
    lambda id, body, fields: Document(id, *body, fields), ids, _bodies, st.fixed_dictionaries({}, optional=_values)
)
batches = st.lists(documents, min_size=1, max_size=5)
bare_batches = st.lists(st.builds(lambda id, body: Document(id, *body), ids, _bodies), min_size=1, max_size=3)
"""Documents without a value of any field."""

spellings = st.none() | st.sampled_from(
    [{COMMON[0]: COMMON[1]}, {"UNICEF": [COMMON[2], "2021"]}, {WHOLE: PARTS[0], COMMON[3]: "2021"}, {"x": "UNICEF"}]
)

RANKINGS = (
    DEFAULT,
    replace(DEFAULT, words=replace(DEFAULT.words, b=0.2)),
    replace(DEFAULT, slop=1),
    replace(DEFAULT, closeness=_NOTHING),
)
PLAIN = (
    Ranking(bigrams=_NOTHING, readings=0),
    Ranking(bigrams=_NOTHING, readings=0, words=replace(DEFAULT.words, b=0.1)),
    Ranking(bigrams=_NOTHING, readings=0, closeness=_NOTHING, slop=1),
)
"""Rankings that find what was typed and nothing else."""

_DAY = timedelta(days=1, microseconds=-1)
_VALUED = (
    model.valued("kind", '"a"', "a", "a"),
    model.valued("kind", "b", "b", "b"),
    model.valued("kind", '"\u1780"', "\u1780", "\u1780"),
    model.valued("size", "2", 2, 2),
    model.valued("size", "[-1 TO \u17e1.\u17e5]", -1, 1.5),
    model.valued("size", "{0 TO *]", 0.1, None),
    model.valued("day", "2021", datetime(2021, 1, 1), datetime(2021, 12, 31) + _DAY),
    model.valued("day", "2021-05-11", datetime(2021, 5, 11), datetime(2021, 5, 11) + _DAY),
    model.valued("day", "[* TO 2021-04]", None, datetime(2021, 4, 30) + _DAY),
    model.valued("open", "true", True, True),
    model.valued("open", "no", False, False),
)


def queries(lexicon: Lexicon) -> st.SearchStrategy[Typed]:
    """Draw queries that mean something exact."""
    one = words.map(lambda typed: model.word(typed, lexicon))
    simple = st.one_of(
        st.just(model.EVERY),
        one,
        st.lists(words, min_size=2, max_size=2).map(lambda typed: model.phrase(typed, lexicon)),
        st.sampled_from(_BEGINNINGS).map(model.prefix),
        st.tuples(st.sampled_from(["title", "text", "note"]), words).map(lambda pair: model.of_part(*pair, lexicon)),
    )
    return simple | st.tuples(st.sampled_from([model.either, model.both, model.without]), simple, one).map(
        lambda drawn: drawn[0](*drawn[1:])
    )


def filters(lexicon: Lexicon) -> st.SearchStrategy[Typed | None]:
    """Draw filters, or none."""
    return st.none() | _of_values() | queries(lexicon)


def gone(lexicon: Lexicon) -> st.SearchStrategy[Typed]:
    """Draw filters that mean the same by any ranking: words of Khmer may stand inside of longer ones, too, by most."""
    whole = st.sampled_from(["UNICEF", "2021"]).map(lambda typed: model.word(typed, lexicon))
    return _of_values() | whole | st.just(model.EVERY)


def _of_values() -> st.SearchStrategy[Typed]:
    value = st.sampled_from(_VALUED)
    joined = st.tuples(st.sampled_from([model.either, model.both, model.without]), value, value)
    return value | joined.map(lambda drawn: drawn[0](*drawn[1:]))
