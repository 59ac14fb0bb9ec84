from __future__ import annotations

import pytest

from benchmarks import corpus
from benchmarks.errors import BenchmarkError
from khsearch import Document

DOCUMENTS = [Document("a", "x", "កខ។ គឃង។\nចឆជ"), Document("b", "y", "ញដឋ ឌឍ៕")]


def test_sentences_end_at_their_marks_and_at_lines() -> None:
    assert corpus.sentences(DOCUMENTS) == ["កខ។", "គឃង។", "ចឆជ", "ញដឋ ឌឍ៕"]


def test_growing_is_repeatable_and_follows_the_seed() -> None:
    first, again, other = corpus.grow(DOCUMENTS, 5), corpus.grow(DOCUMENTS, 5), corpus.grow(DOCUMENTS, 5, seed=8)
    assert first == again != other
    assert [document.id for document in first] == [f"d{number:06}" for number in range(5)]


def test_growing_invents_nothing() -> None:
    pieces = corpus.sentences(DOCUMENTS)
    left = "".join(document.text for document in corpus.grow(DOCUMENTS, 5))
    for piece in sorted(pieces, key=len, reverse=True):
        left = left.replace(piece, "")
    assert not left.strip()


def test_a_smaller_corpus_is_the_beginning_of_a_larger() -> None:
    assert corpus.grow(DOCUMENTS, 8)[:3] == corpus.grow(DOCUMENTS, 3)


def test_grown_documents_are_about_three_kilobytes() -> None:
    found = corpus.load(corpus.SAMPLE_DOCS, 100)
    assert 2_500 < found.text_bytes / 100 < 4_000


def test_the_hash_tells_documents_apart() -> None:
    assert corpus.make("x", DOCUMENTS).sha256 != corpus.make("x", DOCUMENTS[:1]).sha256
    assert corpus.make("x", DOCUMENTS).text_bytes == sum(len((d.title + d.text).encode()) for d in DOCUMENTS)


def test_nothing_to_resample_is_an_error() -> None:
    with pytest.raises(BenchmarkError, match="--docs"):
        corpus.grow([Document("a", "x", "")], 3)


def test_batches_keep_order_and_lose_nothing() -> None:
    assert corpus.batches(["aa", "bb", "c"], 3) == [["aa", "bb"], ["c"]]
    assert corpus.batches([], 3) == []
