"""The words that people read in an index, by frequency, over both engines."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, tokenize
from tests.extent import examples
from tests.indexes import ENGINES, new_index
from tests.strategies import texts


@pytest.fixture(params=ENGINES)
def index(request, tmp_path) -> Index:
    return new_index(request, request.param, tmp_path)


def test_whole_words_by_documents_and_by_occurrences(index: Index) -> None:
    with index.writer() as writer:
        writer.add(Document("1", "ពិការភាព", "ជនពិការភាព។ ពិការភាព COVID-19"))
        writer.add(Document("2", "", "ជនពិការ នៅ\u200bភ្នំពេញ ៥០% ៥០%"))
    assert index.words(3) == {"ជន": 2, "50%": 1, "covid-19": 1}
    assert index.words()["ពិការភាព"] == 1
    assert index.words(by="occurrences", limit=1) == {"ពិការភាព": 3}
    assert index.words(by="occurrences")["50%"] == 2
    assert "ពិការ" in index.words(10_000)
    assert index.words(0) == {}
    with pytest.raises(ValueError, match="by takes 'documents' or 'occurrences'"):
        index.words(by="score")  # type: ignore[arg-type]


def test_every_commit_has_its_own(index: Index) -> None:
    with index.writer() as writer:
        writer.add(Document("1", "", "ភ្នំពេញ"))
        writer.add(Document("2", "", "ភ្នំពេញ"))
    assert index.words() == {"ភ្នំពេញ": 2}
    with index.writer() as writer:
        writer.delete("1")
    assert index.words() == {"ភ្នំពេញ": 1}


@given(st.lists(st.tuples(texts, texts), max_size=4))
@examples(30)
def test_they_are_those_that_tokenize_finds(pairs: list[tuple[str, str]]) -> None:
    index = Index.memory()
    with index.writer() as writer:
        for number, (title, text) in enumerate(pairs):
            title, text = (part.encode("utf-8", "ignore").decode() for part in (f"ជន {title}", text))
            writer.add(Document(str(number), title, text))
    kept = [(document.title, document.text) for document in index]
    found = [[token.term for part in parts for token in tokenize(part)] for parts in kept]
    assert index.words(10_000, by="occurrences") == Counter(term for terms in found for term in terms)
    assert index.words(10_000) == Counter(term for terms in found for term in set(terms))
