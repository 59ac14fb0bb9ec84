"""patterns and fuzzy: what many terms come to is what brute force finds, over any segments."""

from __future__ import annotations

import tempfile

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from khsearch import columnar
from khsearch.arrays import distances
from khsearch.columnar.search import fuzzy, patterns
from khsearch.engine import nodes
from tests.columnar.corpora import WORDS, add, create, histories, id_of, play, words
from tests.extent import examples

EXAMPLES = examples(60)

letters = st.text("ab\u1780\u17d2\U0001f600", max_size=5)
spellings = st.one_of(letters.map(str.encode), st.binary(max_size=4), st.sampled_from(WORDS))


def edits(one, other) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


def reader_of(folder, segments) -> columnar.Searcher:
    index = create(folder)
    for number, terms in enumerate(segments):
        writer = index.writer()
        add(writer, [(f"d{number}.{i}", [term]) for i, term in enumerate(terms)])
        writer.commit(merge=False)
    return index.searcher()


@EXAMPLES
@given(
    st.lists(st.lists(spellings, min_size=1, max_size=8), max_size=3), spellings, st.integers(0, 3), st.integers(0, 3)
)
def test_near_terms_are_those_of_few_edits(segments, word, distance, shared):
    with tempfile.TemporaryDirectory() as folder:
        searcher = reader_of(folder, segments)
        held = {term for terms in segments for term in terms}
        try:
            texts = {term: term.decode() for term in held | {word}}
            utf8 = True
        except UnicodeDecodeError:
            texts = {term: term.decode("latin-1") for term in held | {word}}
            utf8 = False
        wanted = texts[word]
        near = sorted(
            term for term in held if edits(texts[term], wanted) <= distance and texts[term].startswith(wanted[:shared])
        )
        for _ in ("measured", "remembered"):
            assert fuzzy.terms_within(searcher.commit, nodes.Fuzzy("words", word, distance, shared)) == near
        if not utf8:
            assert fuzzy.terms_within(searcher.commit, nodes.Fuzzy("words", word, distance, shared, utf8=False)) == near


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 6), spellings), max_size=12), spellings)
def test_distances_are_levenshtein(texts, word):
    columns = [text[:size] for size, text in texts]
    letters = np.zeros((6, len(columns)), np.uint8)
    for i, text in enumerate(columns):
        letters[: len(text), i] = list(text[:6])
    lengths = np.array([min(len(text), 6) for text in columns], np.int64)
    found = distances(letters, lengths, np.frombuffer(word, np.uint8))
    assert found.tolist() == [edits(text[:6], word) for text in columns]


@EXAMPLES
@given(
    st.lists(st.lists(spellings, min_size=1, max_size=40), max_size=3), st.lists(spellings, max_size=30), st.booleans()
)
def test_terms_prefixes_and_ranges_find_their_documents(segments, chosen, is_large):
    if is_large:  # no field of many terms has an empty one
        segments = [[term or b"a" for term in terms] for terms in segments]
    with tempfile.TemporaryDirectory() as folder:
        searcher = reader_of(folder, segments)
        texts = [term for terms in segments for term in terms]
        listed, patterns.LISTED = patterns.LISTED, 0 if is_large else patterns.LISTED
        try:
            found = patterns.docs_of_terms(searcher.commit, "words", chosen).tolist()
            assert found == [i for i, text in enumerate(texts) if text in chosen]
            for start in chosen[:5]:
                found = patterns.docs_of_prefix(searcher.commit, "words", start).tolist()
                assert found == [i for i, text in enumerate(texts) if text.startswith(start)]
                for stop in [*chosen[:5], None]:
                    found = patterns.docs_of_range(searcher.commit, "words", start, stop).tolist()
                    assert found == [
                        i for i, text in enumerate(texts) if start <= text and (stop is None or text < stop)
                    ]
        finally:
            patterns.LISTED = listed


@EXAMPLES
@given(histories, words)
def test_deleted_documents_are_not_found(history, word):
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        truth = play(index, history)
        searcher = index.searcher()
        for node in (nodes.Prefix("words", word), nodes.AnyOf("words", (word,)), nodes.Fuzzy("words", word, 0)):
            found = {id_of(searcher, doc) for doc in searcher.matching(node).docs.tolist()}
            has = (lambda term: term.startswith(word)) if isinstance(node, nodes.Prefix) else word.__eq__
            assert found == {name for name, text in truth.items() if any(map(has, text))}
