"""Whatever was added, deleted, committed and merged: documents and scores are those of ten lines of loops."""

import itertools
import tempfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import columnar
from khsearch.columnar.search import top as maxscore
from khsearch.engine import BM25, UNSATURATED, BoostedScale, Counted, FieldScale, SortKey, nodes
from tests.columnar.corpora import WORDS, bm25, create, has_phrase, histories, id_of, opened, play, words
from tests.extent import examples

EXAMPLES = examples(60)


def scores_of(searcher, node, **kwargs):
    found = searcher.matching(node, **kwargs)
    assert np.all(np.diff(found.docs) > 0)
    return {id_of(searcher, doc): score for doc, score in zip(found.docs.tolist(), found.scores.tolist(), strict=True)}


def same(got, expected):
    assert got.keys() == expected.keys()
    assert got == pytest.approx(expected, rel=1e-5)


def term(word, field="words"):
    return nodes.Term(field, word)


@EXAMPLES
@given(histories, st.lists(words, min_size=1, max_size=3))
def test_searches_agree_with_brute_force(history, chosen):
    with tempfile.TemporaryDirectory() as folder:
        truth = play(create(folder), history)
        # A second look at the folder sees what the first one wrote.
        searcher = opened(folder).searcher()
        assert searcher.commit.doc_count == len(truth)
        assert {
            id_of(searcher, doc): searcher.documents.stored(doc) for doc in searcher.documents.all_live().tolist()
        } == {name: b"|".join(text) for name, text in truth.items()}
        for name in truth:
            assert id_of(searcher, searcher.documents.docnum(name)) == name
        single = [bm25(truth, word) for word in chosen]
        for word, expected in zip(chosen, single, strict=True):
            same(scores_of(searcher, term(word)), expected)
            same(scores_of(searcher, term(word, "bigrams")), expected)
        plain = tuple(map(term, chosen))
        either = {name: sum(scores.get(name, 0) for scores in single) for scores in single for name in scores}
        both = {name: score for name, score in either.items() if all(name in scores for scores in single)}
        same(scores_of(searcher, nodes.Or(plain)), either)
        same(scores_of(searcher, nodes.And(plain)), both)
        maybe = {name: sum(scores.get(name, 0) for scores in single) for name in single[0]}
        same(scores_of(searcher, nodes.AndMaybe(plain[0], nodes.Or(plain[1:]))), maybe)
        anywhere = {name: 2 * score for name, score in single[0].items()}
        same(scores_of(searcher, nodes.AnyField(("words", "bigrams"), chosen[0])), anywhere)
        without = {name: score for name, score in single[0].items() if name not in single[-1]}
        same(scores_of(searcher, nodes.AndNot(plain[0], plain[-1])), without)
        for slop in (1, 3):
            found = scores_of(searcher, nodes.Phrase("words", tuple(chosen), slop))
            same(found, {name: both[name] for name in both if has_phrase(truth[name], chosen, slop)})
        prefix = chosen[0][:1]
        begins = {name: 1.0 for name, text in truth.items() if any(word.startswith(prefix) for word in text)}
        same(scores_of(searcher, nodes.Prefix("words", prefix)), begins)
        assert columnar.verify(folder) == []


@EXAMPLES
@given(histories, st.lists(words, min_size=1, max_size=3), st.integers(1, 12), st.integers(0, 3))
def test_the_top_is_the_top_of_all(history, chosen, limit, offset):
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        play(index, history)
        searcher = index.searcher()
        for node in (
            term(chosen[0]),
            nodes.And(tuple(map(term, chosen))),
            nodes.Or(tuple(map(term, chosen))),
            nodes.Phrase("words", tuple(chosen), 2),
            nodes.AndMaybe(term(chosen[0]), nodes.Or(tuple(term(word, "bigrams") for word in chosen))),
            nodes.Require(nodes.Or(tuple(map(term, chosen))), term(b"a")),
            nodes.AndNot(nodes.Or(tuple(map(term, chosen))), term(b"b")),
            nodes.Or((nodes.Prefix("words", chosen[0][:1], 0.0), term(chosen[-1]))),
        ):
            every = searcher.matching(node)
            order = np.lexsort((every.docs, -every.scores))[offset : offset + limit]
            for count in (False, True):
                top = searcher.search(node, limit, offset, count=count)
                assert top.docnums.tolist() == every.docs[order].tolist()
                assert top.scores.tolist() == pytest.approx(every.scores[order].tolist(), rel=1e-6)
                assert top.total == (len(every.docs) if count else None)
            assert searcher.count(node) == len(every.docs)


@EXAMPLES
@given(histories, words)
def test_scores_do_not_depend_on_segments(history, word):
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        play(index, history)
        before = scores_of(index.searcher(), term(word))
        index.writer().commit(optimize=True)
        searcher = index.searcher()
        assert len(searcher.commit.leaves.segments) <= 1
        same(scores_of(searcher, term(word)), before)


@EXAMPLES
@given(histories, st.floats(0, 3), st.floats(0, 1), st.floats(0.1, 5))
def test_weightings_are_settings_of_a_search(history, k1, b, weight):
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        truth = play(index, history)
        weighting = BM25(fields={"words": FieldScale(k1, b, weight)})
        for word in WORDS[:3]:
            expected = {name: weight * score for name, score in bm25(truth, word, k1, b).items()}
            same(scores_of(index.searcher(), term(word), weighting=weighting), expected)


@EXAMPLES
@given(histories)
def test_columns_sort_filter_and_count(history):
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        truth = play(index, history)
        searcher = index.searcher()
        for reverse in (False, True):
            top = searcher.search(nodes.Every(), 100, sort=[SortKey("length", reverse)])
            lengths = [len(truth[id_of(searcher, doc)]) for doc in top.docnums.tolist()]
            assert lengths == sorted(map(len, truth.values()), reverse=reverse)
        between = {id_of(searcher, doc) for doc in searcher.matching(nodes.Between("length", 2, 5)).docs.tolist()}
        assert between == {name for name, text in truth.items() if 2 <= len(text) <= 5}
        firsts = [text[0].decode("utf-8", "replace") for text in truth.values() if text]
        assert searcher.facets(nodes.Every(), [Counted("first")])[0] == {first: firsts.count(first) for first in firsts}


@pytest.mark.parametrize("small", [0, maxscore.SMALL])
def test_a_large_corpus_takes_the_quick_roads_to_the_same_top(small, monkeypatch):
    monkeypatch.setattr(maxscore, "SMALL", small)
    rng = np.random.default_rng(7)
    vocabulary = [f"w{i:03}".encode() for i in range(200)]
    odds = 1 / np.arange(1, 201)
    sizes = rng.integers(20, 60, 4000).tolist()
    texts = [[vocabulary[i] for i in rng.choice(200, size, p=odds / odds.sum())] for size in sizes]
    boosted = BM25(BoostedScale(boost=0.1, boosts="length"), {"bigrams": BoostedScale(UNSATURATED, 0, idf="none")})
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        with index.writer() as writer:
            from tests.columnar.corpora import add

            add(writer, [(f"d{i}", text) for i, text in enumerate(texts)])
        with index.writer() as writer:
            for name in range(0, 4000, 7):
                writer.delete(f"d{name}")
        kept = {f"d{i}": text for i, text in enumerate(texts) if i % 7}
        searcher = index.searcher()
        for _ in range(20):
            chosen = [vocabulary[i] for i in rng.choice(200, 6, p=odds / odds.sum(), replace=False)]
            each = [nodes.AnyField(("words", "bigrams"), word, float(rng.uniform(0.1, 2))) for word in chosen]
            plain = tuple(map(term, chosen))
            made = (
                *each[:2],
                nodes.Or(plain[:3]),
                nodes.Or(tuple(each)),
                nodes.Or((*each, nodes.Phrase("words", tuple(chosen[:2])))),
                nodes.And(plain[:2]),
                nodes.And(tuple(each[:3])),
                nodes.And((nodes.Or(plain[:2]), plain[2])),
                nodes.AndMaybe(nodes.And(tuple(each[:2])), nodes.Or(plain[2:])),
                nodes.AndMaybe(nodes.Or((nodes.And(plain[:2]), nodes.And(plain[1:3]))), plain[4]),
                nodes.Require(nodes.Or(tuple(each[1:])), plain[0]),
                nodes.AndNot(nodes.AndMaybe(each[0], each[1]), plain[2]),
            )
            for node, weighting in itertools.product(made, (BM25(), boosted)):
                every = searcher.matching(node, weighting=weighting)
                order = np.lexsort((every.docs, -every.scores))
                for count in (10, 100, 150):
                    top = searcher.search(node, count, weighting=weighting)
                    wanted = every.scores[order[:count]].tolist()
                    assert top.scores.tolist() == pytest.approx(wanted, rel=1e-6)
                    # Which of two documents comes first may depend on the last bit of a sum, what they score may not.
                    places = every.docs.searchsorted(top.docnums)
                    assert every.docs[places].tolist() == top.docnums.tolist()
                    assert every.scores[places].tolist() == pytest.approx(wanted, rel=1e-6)
                    assert len(set(top.docnums.tolist())) == len(top.docnums)
            for node, size in itertools.product((*made, *each[:1]), (7, 110)):
                node = nodes.AndMaybe(nodes.Constant(made[3], 0.0), node) if size > 100 else node
                page = searcher.search(node, size)
                seen = page.docnums.tolist()
                for _ in range(3):
                    if len(page.docnums):
                        place = searcher.place(int(page.docnums[-1]), float(page.scores[-1]))
                        page = searcher.search(node, size, after=place)
                        seen += page.docnums.tolist()
                assert seen == searcher.search(node, 4 * size).docnums.tolist()
            expected: dict[str, float] = {}
            for word, node in zip(chosen, each, strict=True):
                for name, score in bm25(kept, word).items():
                    expected[name] = expected.get(name, 0.0) + 2 * node.boost * score
            same(scores_of(searcher, nodes.Or(tuple(each))), expected)
            docs = searcher.matching(nodes.Phrase("words", tuple(chosen[:2]))).docs.tolist()
            found = {id_of(searcher, doc) for doc in docs}
            assert found == {name for name, text in kept.items() if has_phrase(text, chosen[:2], 1)}
