"""What counts as found, where it was once counted otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from khsearch import Document, Index
from tests.indexes import ENGINES, new_index

FIELDS = {"tag": "keyword", "note": "text"}


Make = Callable[[], Index]


def made(where: Make, *texts: str) -> Index:
    index = where()
    with index.writer() as writer:
        for number, text in enumerate(texts):
            writer.add(Document(str(number), text=text, fields={"tag": "odd" if number % 2 else "even"}))
    return index


@pytest.fixture(params=ENGINES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    return lambda: new_index(request, request.param, tmp_path, fields=FIELDS)


def test_the_size_of_the_set_is_one_number_wherever_it_is_asked_for(where: Make) -> None:
    texts = ("ក្រុមការងារ សាលារៀន ទឹក", "ក្រុម សាលា ភ្លៀង ទឹក", "ភ្លៀង", "ទឹក ក្រុម")
    index, query = made(where, *texts), "ក្រុម សាលារៀន ភ្លៀង"  # no document has all of it
    found = index.search(query)
    total = sum(not hit.loose for hit in found)
    assert 0 < total < len(found)
    assert found.total == index.search(query, limit=0).total == index.search(query, limit=1, offset=2).total == total
    assert sum(found.facet("tag").values()) == total
    assert len(index.search(query, sort="tag")) == index.search(query, sort="tag").total == total
    assert sum(index.search(query, filter=f"tag:{tag}").total for tag in ("odd", "even")) == total


def test_a_value_that_is_asked_for_must_be_there(where: Make) -> None:
    index = made(where, "ទឹក", "ទឹក ភ្លៀង")
    assert index.search("tag:odd ទឹក").total == 1
    assert index.search("tag:none ទឹក").total == 0
    assert index.search("tag:odd សាលា ទឹក").total == 1


def test_clusters_that_repeat_stand_as_often_as_they_were_typed(where: Make) -> None:
    index = made(where, "សើច ហាហា", "កក")
    for query, total in (("ហាហា", 1), ("ហាហាហា", 0), ('"ហាហាហា"', 0), ("កក", 1), ("កកក", 0)):
        assert index.search(query, match="all").total == total, query


def test_a_chunk_stands_across_the_end_of_a_line_or_sentence(where: Make) -> None:
    index = made(where, "ប្រជុំ\nលើក", "ប្រជុំ។លើក", "លើក ប្រជុំ")
    assert index.search("ប្រជុំលើក", match="all").total == 2


def test_nothing_is_suggested_that_finds_less_than_what_was_typed(where: Make) -> None:
    index = made(where, *["កម្ពុជា"] * 20, "ជា")
    for query in ("កម្ពុ ជា", "ជា OR កម្ពុជា", "កម្ពុ*"):
        assert index.search(query).total >= 20
        assert index.search(query).suggestion is None
