from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer import Analyzer, breaker
from khsearch.web.pages import stretches
from khsearch.web.pages.stretches import SIZE, number_at, paragraphs, stretch
from tests.extent import examples

ANALYZER = Analyzer(breaker())


@given(st.lists(st.sampled_from(["ក" * 3_000, "a " * 2_000, "\n\n", "\f", "ជនមាន" * 900, "។ "]), max_size=60))
@examples(40)
def test_stretches_are_all_of_a_text_each_of_a_bounded_size(parts: list[str]) -> None:
    text = "".join(parts)
    total = stretches.count_of(text)
    found = [stretch(text, number, ANALYZER) for number in range(1, total + 1)]
    assert [one.start for one in found] == [0, *(one.end for one in found[:-1])]
    assert found[-1].end == len(text)
    assert all(one.end - one.start <= 1.7 * SIZE for one in found)
    for one in found:
        assert number_at(text, one.start, ANALYZER) == one.number or one.start == len(text)
    shown = "".join(text[p.start : p.end] for one in found for p in paragraphs(text, one))
    assert "".join(shown.split()) == "".join(text.split())


def test_a_number_that_is_too_great_is_the_last() -> None:
    assert stretch("text", 7, ANALYZER) == stretch("text", 1, ANALYZER)


def test_pages_are_numbered_and_blank_lines_part_paragraphs() -> None:
    text = "one\ntwo\n\nthree\f\f four \n"
    found = [(text[p.start : p.end], p.page, p.near) for p in paragraphs(text, stretch(text, 1, ANALYZER))]
    assert found == [
        ("one", 1, False),
        ("two", None, True),
        ("three", None, False),
        ("", 2, False),
        (" four ", 3, False),
    ]


def test_a_stretch_knows_its_page_and_begins_with_one_where_it_can() -> None:
    text = ("ក" * 3_900 + "\f") * 30
    found = stretch(text, 2, ANALYZER)
    assert text[found.start - 1] == "\f"
    assert next(paragraphs(text, found)).page == found.page == text.count("\f", 0, found.start) + 1


def test_spaces_without_end_take_no_longer_than_words() -> None:
    text = " " * 200_000
    assert [*paragraphs(text, stretch(text, 2, ANALYZER))] == []
