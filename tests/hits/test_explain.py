"""Explanations say what stands in a document, and as what, and then what it scores for."""

from __future__ import annotations

import pytest

from khsearch import Document, Hit, Index

COMPOUND = "ពិការភាព"
DOCUMENTS = [
    Document("whole", "សាលា", f"{COMPOUND} នៅ UNICEF"),
    Document("inside", "", "គាត់ឃើញកប៉ាល់"),
    Document("usual", "", "សម្រាប់ក្មេង"),
    Document("old", "", "សំរាប់ក្មេង"),
    *(Document(f"other{number}", "", "ផ្ទះធំនៅភូមិ") for number in range(5)),
]


def stands(hit: Hit) -> list[tuple[str, str]]:
    """The parts that come first and add nothing."""
    parts = hit.explain()
    assert sum(part.score for part in parts) == pytest.approx(hit.score, rel=1e-5)
    first = [part for part in parts if not part.score]
    assert parts[: len(first)] == first
    return [(part.what, part.field) for part in first]


@pytest.fixture(scope="module", params=["folder", "memory"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("explain") / "x"
    made = Index.memory() if request.param == "memory" else Index.create(folder)
    with made.writer() as writer:
        writer.add_all(DOCUMENTS)
    return made


@pytest.mark.parametrize(
    ("query", "id", "told"),
    [
        (f"{COMPOUND} unicef", "whole", [(f'"{COMPOUND}" stands', ""), ('"unicef" stands', "")]),
        ("title:សាលា", "whole", [('"សាលា" stands', "title")]),
        ("ប៉ាល់", "inside", [('"ប៉ាល់" stands inside longer words', "")]),
        ("សំរាប់", "usual", [('"សំរាប់" stands as "សម្រាប់"', "")]),
        ("សំរាប់", "old", [('"សំរាប់" stands', "")]),
        ("ពិការភព", "whole", [(f'"ពិការភព", read as "{COMPOUND}", stands', "")]),
        ("unicefសាលា", "whole", [('"unicefសាលា", read as "unicef សាលា", stands', "")]),
        ('"នៅ unicef"', "whole", []),  # what is in quotes scores for itself
    ],
)
def test_what_stands_is_told_and_as_what(index: Index, query: str, id: str, told: list[tuple[str, str]]) -> None:
    (hit,) = (hit for hit in index.search(query, match="strict") if hit.id == id)
    assert stands(hit) == told


def test_where_nothing_has_all_of_a_query_the_parts_say_so(index: Index) -> None:
    hit = index.search("unicef កប៉ាល់ ភូមិ")[0]
    told = [what for what, _ in stands(hit)]
    assert told[-1].startswith("scores nearly as high as the best document")
    assert len(told) > 1
    assert all(what.endswith(" stands") for what in told[:-1])


def test_looser_hits_and_a_search_for_any_word_tell_what_scores_alone(index: Index) -> None:
    loose = [hit for hit in index.search(f"{COMPOUND} នៅ") if hit.loose]
    assert loose
    for hit in [*loose, *index.search(COMPOUND, match="any")]:
        assert stands(hit) == []
