"""Sparse vectors: stable numbers, BM25's part, and Qdrant ranks by them about as well as an index does."""

from __future__ import annotations

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import corpus, judged, relevance
from khsearch import Index
from khsearch.integrations.sparse import SparseEncoder
from tests.extent import examples
from tests.integrations.library import HOSTILE
from tests.strategies import texts


def test_numbers_of_terms_never_change():
    (found,) = SparseEncoder(pairs=0).encode_queries(["ទឹក COVID-19"])
    assert found.to_dict() == {"indices": [1480415275, 3209348275, 3730880613], "values": [1.0, 1.0, 1.0]}


def test_weights_are_bm25_s_without_idf():
    k1, b, average = 0.7, 0.75, 10
    text = "ទឹក ទឹក ទឹក ភ្លៀង"
    (found,) = SparseEncoder(average, pairs=0).encode([text])
    norm = k1 * (1 - b + b * 4 / average)
    expected = sorted(often * (k1 + 1) / (often + norm) + 0.6 for often in (3, 1))
    assert sorted(found.values.tolist()) == pytest.approx(expected)
    (late,) = SparseEncoder(average, pairs=0).encode(["ភ្លៀង " * 40 + "ទឹក"])
    assert min(late.values) == pytest.approx((k1 + 1) / (1 + k1 * (1 - b + b * 41 / average)))


def test_pairs_of_clusters_find_what_words_do_not():
    encoder = SparseEncoder()
    (document,) = encoder.encode(["ជនពិការភាព"])
    (inside,) = encoder.encode_queries(["ការភា"])
    assert np.intersect1d(document.indices, inside.indices).size
    alone = SparseEncoder(pairs=0)
    assert (
        np.intersect1d(next(alone.encode(["ជនពិការភាព"])).indices, next(alone.encode_queries(["ការភា"])).indices).size
        == 0
    )


@given(st.lists(texts, max_size=4))
@examples(100)
def test_vectors_are_those_of_each_text_alone(given_texts):
    encoder = SparseEncoder()
    for encode in (encoder.encode, encoder.encode_queries):
        found = list(encode(given_texts))
        assert len(found) == len(given_texts)
        for text, one in zip(given_texts, found, strict=True):
            assert (one.indices.dtype, one.values.dtype) == (np.uint32, np.float32)
            assert one.indices.shape == one.values.shape
            assert (np.diff(one.indices.astype(np.int64)) > 0).all()
            assert (one.values > 0).all()
            assert next(encode([text])).to_dict() == one.to_dict()


def test_texts_may_be_endless_and_hostile():
    def endless():
        while True:
            yield "ទឹក" * 1000

    assert len(next(SparseEncoder().encode(endless())).indices)
    assert len(list(SparseEncoder().encode_queries(HOSTILE))) == len(HOSTILE)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: SparseEncoder(average=0), "average takes"),
        (lambda: SparseEncoder(average=-1), "average takes"),
        (lambda: SparseEncoder(pairs="1"), "pairs takes"),
        (lambda: SparseEncoder().encode("ទឹក"), "texts takes"),
        (lambda: list(SparseEncoder().encode(["ទឹក", 3])), "number 1 of texts takes"),
    ],
)
def test_what_cannot_be_is_refused(make, what):
    with pytest.raises(ValueError, match=what):
        make()


def test_qdrant_ranks_by_them_about_as_an_index_does(tmp_path):
    pytest.importorskip("ir_measures", reason="ir-measures is not installed")
    client_of = pytest.importorskip("qdrant_client", reason="qdrant-client is not installed")
    models = client_of.models
    collection = judged.load(corpus.SAMPLE_DOCS)
    documents = collection.corpus.documents
    encoder = SparseEncoder()

    store = client_of.QdrantClient(":memory:")
    params = models.SparseVectorParams(modifier=models.Modifier.IDF)
    store.create_collection("articles", vectors_config={}, sparse_vectors_config={"khmer": params})
    vectors = encoder.encode(f"{one.title}\n{one.text}" for one in documents)
    points = [
        models.PointStruct(id=number, vector={"khmer": models.SparseVector(**vector.to_dict())})
        for number, vector in enumerate(vectors)
    ]
    store.upsert("articles", points)
    run = {}
    for query, vector in zip(collection.queries, encoder.encode_queries(collection.queries.values()), strict=True):
        asked = models.SparseVector(**vector.to_dict())
        found = store.query_points("articles", query=asked, using="khmer", limit=100).points
        run[query] = [documents[point.id].id for point in found]

    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        writer.add_all(documents)
    own = {query: [hit.id for hit in index.search(text, 100)] for query, text in collection.queries.items()}
    sparse, indexed = (fmean(relevance.measure(collection, one)["nDCG@10"].values()) for one in (run, own))
    assert sparse > indexed - 1
    assert sparse > 96
