"""The same documents in stock Whoosh and here: schemas of every kind of field, boosts, queries of every class."""

from __future__ import annotations

import datetime
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hypothesis import Phase
from hypothesis import strategies as st
from whoosh import analysis, fields, query, scoring
from whoosh.filedb.filestore import RamStorage

from khsearch import columnar
from khsearch.whoosh import KHMER

# Shrinking would take minutes: stock Whoosh is slow.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
WORDS = ["ant", "art", "bat", "bats", "cat", "chat", "dog", "door", "render", "rendering", "rendered"]
KHMER_WORDS = ["ទឹក", "ភ្នែក", "លោក"]
DAYS = [datetime.datetime(2020, 1, 1) + datetime.timedelta(days) for days in range(0, 40, 5)]

_boost = st.sampled_from([1.0, 2.0, 0.5])
_switch = st.booleans()
schemas = st.builds(
    fields.Schema,
    path=st.just(fields.ID(unique=True, stored=True)),
    text=st.builds(fields.TEXT, field_boost=_boost, stored=_switch, sortable=_switch),
    plain=st.builds(fields.TEXT, field_boost=_boost, phrase=st.just(False)),
    stem=st.just(fields.TEXT(analyzer=analysis.StemmingAnalyzer())),
    khmer=st.just(KHMER()),
    tags=st.builds(
        fields.KEYWORD, field_boost=_boost, scorable=_switch, commas=_switch, lowercase=_switch, sortable=_switch
    ),
    ids=st.builds(fields.IDLIST, field_boost=_boost),
    number=st.builds(fields.NUMERIC, sortable=_switch, field_boost=_boost, shift_step=st.sampled_from([0, 4])),
    price=st.just(fields.NUMERIC(float)),
    money=st.just(fields.NUMERIC(decimal_places=2)),
    day=st.builds(fields.DATETIME, sortable=_switch),
    good=st.just(fields.BOOLEAN()),
    grams=st.just(fields.NGRAM(minsize=2, maxsize=3)),
    gramwords=st.just(fields.NGRAMWORDS(minsize=2, maxsize=3)),
    kept=st.just(fields.STORED),
)
_word = st.sampled_from(WORDS)
_text = st.lists(_word, max_size=9).map(" ".join)
_values: dict[str, st.SearchStrategy[Any]] = {
    "text": _text,
    "plain": _text,
    "stem": _text,
    "khmer": st.lists(st.sampled_from(KHMER_WORDS), max_size=4).map("".join),
    "tags": _text,
    "ids": _text,
    "number": st.integers(-20, 20),
    "price": st.floats(-9, 9).map(lambda value: round(value, 2)),
    "money": st.integers(-500, 500).map(lambda value: Decimal(value) / 100),
    "day": st.sampled_from(DAYS),
    "good": st.booleans(),
    "grams": _word,
    "gramwords": _text,
    "_boost": st.sampled_from([0.5, 2.0, 3.0]),
    "_text_boost": st.sampled_from([0.25, 1.0, 4.0]),
    "_tags_boost": st.sampled_from([0.25, 4.0]),
}
documents = st.lists(st.fixed_dictionaries({}, optional=_values), min_size=1, max_size=9)

_named = st.sampled_from(["text", "text", "plain", "stem", "tags", "ids"])
terms = st.builds(query.Term, _named, st.sampled_from([*WORDS, "none"]), boost=st.sampled_from([1.0, 2.5]))
_in_text = st.builds(query.Term, st.just("text"), st.sampled_from(WORDS))
_flags = {"boost": _boost, "constantscore": _switch}


def _range(of: type, name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    bounds = st.tuples(values, values).map(sorted)
    made = st.tuples(bounds, _switch, _switch, _switch, _switch, _boost, _switch)
    return made.map(
        lambda drawn: of(
            name,
            drawn[0][0] if drawn[1] else None,
            drawn[0][1] if drawn[2] else None,
            *drawn[3:5],
            boost=drawn[5],
            constantscore=drawn[6],
        )
    )


patterns = st.one_of(
    st.builds(query.Prefix, _named, st.sampled_from(["a", "ba", "re", "rende", "", "x"]), **_flags),
    st.builds(query.Wildcard, _named, st.sampled_from(["?at", "*a*", "b?t*", "*", ".*", "ant"]), **_flags),
    st.builds(query.Regex, _named, st.sampled_from([".at$", "[ab].*", "re.*", ".*"]), **_flags),
    st.builds(
        query.FuzzyTerm,
        _named,
        st.sampled_from([*WORDS, "cart"]),
        maxdist=st.integers(1, 2),
        prefixlength=st.integers(0, 2),
        **_flags,
    ),
    st.builds(query.Variations, _named, _word, boost=_boost),
    _named.flatmap(lambda name: _range(query.TermRange, name, _word)),
)
numbers = st.one_of(
    _range(query.NumericRange, "number", st.integers(-25, 25)),
    _range(query.NumericRange, "price", st.floats(-9, 9)),
    _range(query.NumericRange, "money", st.integers(-500, 500).map(lambda value: Decimal(value) / 100)),
    _range(query.DateRange, "day", st.sampled_from(DAYS)),
    st.builds(query.Term, st.just("number"), st.integers(-20, 20) | st.just("no number")),
    st.builds(query.Term, st.just("day"), st.sampled_from(DAYS), boost=_boost),
    st.builds(query.Term, st.just("good"), st.booleans(), boost=_boost),
)
others = st.one_of(
    st.builds(
        query.Phrase,
        st.just("text"),
        st.lists(_word, min_size=1, max_size=3),
        slop=st.integers(1, 3),
        boost=_boost,
    ),
    st.builds(query.Every, st.sampled_from([None, "text", "tags", "number"]), boost=_boost),
    st.builds(query.Term, st.just("khmer"), st.sampled_from(KHMER_WORDS)),
    st.builds(query.Term, st.just("grams"), _word.map(lambda word: word[:2])),
    st.builds(query.Term, st.just("gramwords"), _word.map(lambda word: word[:3])),
    st.builds(query.Term, st.sampled_from(["kept", "nowhere"]), _word),
    st.builds(query.Term, st.just("path"), st.sampled_from(["/0", "/3", "/77"]), boost=_boost),
    st.just(query.NullQuery),
)
leaves = st.one_of(terms, terms, patterns, numbers, others)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Queries of queries that stock Whoosh answers right."""
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        st.builds(query.And, several, boost=_boost),
        st.builds(query.Or, several, boost=_boost),
        st.builds(lambda wanted, out: query.And([wanted, query.Not(out, boost=2.0)]), inner, leaves),
        st.builds(query.Not, inner),
        st.builds(query.Otherwise, inner, inner),
        st.builds(query.ConstantScoreQuery, inner, score=_boost),
    )


def odd(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Queries of queries, of those too that stock Whoosh answers wrong."""
    return st.one_of(
        st.builds(query.And, st.lists(inner, min_size=2, max_size=3), boost=_boost),
        st.builds(query.Or, st.lists(inner, min_size=2, max_size=3), boost=_boost),
        st.builds(query.AndNot, inner, inner),
        st.builds(query.AndMaybe, inner, inner),
        st.builds(query.Require, inner, inner),
        st.builds(query.DisjunctionMax, st.lists(inner, min_size=2, max_size=3), boost=_boost),
        st.builds(query.Not, inner),
    )


def near(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Queries of spans that stock Whoosh answers right."""
    several, slop = st.lists(inner, min_size=1, max_size=3), st.integers(1, 4)
    return st.one_of(
        st.builds(query.SpanFirst, inner, limit=st.integers(0, 4)),
        st.builds(query.SpanNear, inner, inner, slop=slop, ordered=_switch),
        st.builds(query.SpanNear2, several, slop=slop, ordered=_switch),
        st.builds(query.SpanOr, several),
        st.builds(query.SpanContains, inner, inner),
        st.builds(query.SpanBefore, inner, inner),
        st.builds(query.SpanCondition, inner, inner),
        st.builds(query.Sequence, several, slop=slop, ordered=_switch, boost=_boost),
        st.builds(query.Ordered, several, boost=_boost),
    )


# Not within others: as its matchers end, stock Whoosh forgets how many they were.
_scaled = st.builds(query.Or, st.lists(terms, min_size=2, max_size=3), boost=_boost, scale=st.sampled_from([0.5, 0.9]))
queries = st.one_of(st.recursive(leaves, nested, max_leaves=5), near(_in_text | near(_in_text)), _scaled)
odd_queries = st.recursive(leaves, odd, max_leaves=5)


class Final(scoring.BM25F):
    """A weighting that has the last word on every document."""

    use_final = True

    def final(self, searcher, docnum, score):
        return 2 * score + (searcher.stored_fields(docnum)["path"] == "/1")


defaults = st.one_of(
    st.just(None),
    st.just(scoring.BM25F),
    st.builds(scoring.BM25F, B=st.floats(0, 1), K1=st.floats(0.1, 3), text_B=st.floats(0, 1)),
)
above_0 = st.sampled_from(
    [
        scoring.TF_IDF,
        scoring.Frequency,
        scoring.FunctionWeighting(lambda searcher, name, text, matcher: matcher.weight() + 0.25),
        scoring.MultiWeighting(scoring.TF_IDF(), text=scoring.BM25F()),
    ]
)
weightings = above_0 | st.sampled_from([scoring.PL2, scoring.DFree, scoring.ReverseWeighting(scoring.BM25F())])


@contextmanager
def here(schema: fields.Schema, given: list[dict[str, Any]], *, cut: int = 3) -> Iterator[Any]:
    """An index of ours with some documents, in several segments; each has its number as path."""
    with tempfile.TemporaryDirectory() as folder:
        index = columnar.create_in(folder, schema)
        for start in range(0, len(given), cut):
            with index.writer() as writer:
                for number, document in enumerate(given[start : start + cut], start):
                    writer.add_document(path=f"/{number}", **document)
        yield index


def stock(schema: fields.Schema, given: dict[int, dict[str, Any]]) -> Any:
    """An index of stock Whoosh, in one segment."""
    # Its temporary files have the name of the index, and numbers that hypothesis makes the same in every process.
    index = RamStorage().create_index(schema, indexname=f"stock{os.getpid()}")
    writer = index.writer()
    for number, document in given.items():
        writer.add_document(path=f"/{number}", **document)
    writer.commit()
    return index


def hits(index: Any, q: Any, weighting: Any = None, **options: Any) -> dict[str, float]:
    """Scores by path; of all, unless options say otherwise."""
    searcher = index.searcher(weighting=weighting or scoring.BM25F)
    return {hit["path"]: hit.score for hit in searcher.search(q, **{"limit": None, **options})}


def same(found: dict[str, float], expected: dict[str, float]) -> bool:
    """Whether documents are the same, and scores are as exact as float32."""
    return found.keys() == expected.keys() and all(
        math.isclose(found[path], score, rel_tol=1e-4, abs_tol=1e-6) for path, score in expected.items()
    )
