"""Lines of five words: indexed and asked beside a peer; a side that finds something else is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import corpus, tiny
from benchmarks.corpus import Corpus
from benchmarks.engines import KHSEARCH, WORDS_ONLY
from benchmarks.engines.pages import AUTHOR
from benchmarks.errors import BenchmarkError, DisagreementError
from benchmarks.words import IcuWords

BROKEN = "tests.benchmarks.broken"


@pytest.fixture(scope="module")
def lines() -> Corpus:
    return tiny.load(corpus.SAMPLE_DOCS, 300)


def test_a_line_is_five_words_of_a_sentence_and_has_an_author_of_its_own(lines: Corpus) -> None:
    words = IcuWords()
    whole = "\n".join(corpus.sentences(corpus.read(corpus.SAMPLE_DOCS)))
    assert all(document.text in whole for document in lines.documents)
    counts = [len(words.words(document.text)) for document in lines.documents]
    assert sum(count == tiny.WORDS for count in counts) > 0.9 * len(counts)  # some break otherwise by themselves
    assert len({document.fields[AUTHOR] for document in lines.documents}) == 300
    assert lines == tiny.load(corpus.SAMPLE_DOCS, 300)


def test_lines_are_indexed_asked_and_filtered(lines: Corpus) -> None:
    found = tiny.measure(lines, ["fts5"], 10, 1, lambda done, total: None)
    assert set(found.indexing) == set(found.filtered) == {KHSEARCH, "fts5"}
    assert set(found.any_of_three) == {KHSEARCH, WORDS_ONLY, "fts5"}
    assert found.filtered["fts5"].first_ms.least > 0
    assert len(tiny.rows_of_indexing(found.indexing)) == len(tiny.rows_of_filter(found.filtered)) == 2


def test_a_peer_that_loses_a_line_is_named(lines: Corpus) -> None:
    with pytest.raises(DisagreementError, match="only by a look at every document"):
        tiny.measure(lines, [f"{BROKEN}:LosesManyDocuments"], 10, 1, lambda done, total: None)


def test_documents_without_a_sentence_of_five_words_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\u1780\u1781", encoding="utf-8")
    with pytest.raises(BenchmarkError, match="no sentence of five words"):
        tiny.load(tmp_path / "a.txt", 3)
