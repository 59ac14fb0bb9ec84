"""Documents like one: it is not among them, and those that count are those that are nearly as like as the best."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from khsearch import Document, Index
from tests.extent import examples
from tests.query.test_what_stands import ALL, both, histories


def test_what_is_alike_is_found_and_what_shares_a_word_is_behind() -> None:
    index = Index.memory()
    flood = "ទឹកជំនន់ ជន់លិច ស្រូវ កសិករ ខេត្ត"
    with index.writer() as writer:
        writer.add(Document("one", "", flood))
        writer.add(Document("two", "", f"{flood} នៅ"))
        writer.add(Document("three", "", "ផ្សារ ថ្មី ខេត្ត"))
        writer.add_all(Document(str(number), "", f"សាលា {number}") for number in range(40))
    found = index.similar("one")
    assert [(hit.rank, hit.id, hit.loose) for hit in found] == [(1, "two", False), (2, "three", True)]
    assert found.total == 1
    assert [hit.id for hit in index.similar("one", 1)] == ["two"]
    marked = [found[1].snippet.text[start:end] for start, end in found[1].snippet.marks]
    assert marked == ["ខេត្ត"]


def test_what_is_like_nothing_else() -> None:
    index = Index.memory()
    with index.writer() as writer:
        writer.add_all([Document("1", "", "ទឹកជំនន់"), Document("2", "", "សាលា"), Document("3", "", "ទឹកជំនន់")])
    assert [(hit.id, hit.loose) for hit in index.similar("1")] == [("3", False)]
    for id in ("2", "none"):
        found = index.similar(id)
        assert (len(found), found.total) == (0, 0)


@examples(60)
@given(histories)
def test_the_set_is_what_scores_half_as_high_as_the_best(history: list[Any]) -> None:
    with both(history) as (known, indexes):
        for document in known.documents[:3]:
            told = []
            for index in indexes:
                found = index.similar(document.id, ALL)
                assert document.id not in {hit.id for hit in found}
                assert found.total == sum(not hit.loose for hit in found)
                assert list(found) == sorted(found, key=lambda hit: (hit.loose, -hit.score))
                for hit in found:
                    half = found[0].score / 2
                    assert hit.score <= half * (1 + 1e-5) if hit.loose else hit.score >= half * (1 - 1e-5)
                assert sum(found.facet("day").values()) == found.total
                told.append({hit.id: hit.loose for hit in found})
            assert told[0] == told[1]
