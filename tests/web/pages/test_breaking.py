from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer import Analyzer, breaker, cluster_spans
from khsearch.web.pages.breaking import Numbers, Weaving, breaks_of, cut, woven
from tests.extent import examples
from tests.strategies import texts

ANALYZER = Analyzer(breaker())
TEXT = "ជនមានពិការភាពនៅកម្ពុជា។"


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(st.one_of(texts, st.text(alphabet=f"<>&\"'{TEXT} a", max_size=60)))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    return text, list(zip(edges[::2], edges[1::2], strict=False))


@given(marked_texts())
@examples(200)
def test_without_elements_the_text_is_what_it_was(marked: tuple[str, list[tuple[int, int]]]) -> None:
    text, marks = marked
    weave = Weaving(ANALYZER)
    found = weave(text, marks).__html__()
    shown = re.sub("[\x00-\x02]", "\ufffd", text)
    assert html.unescape(re.sub("</?(?:wbr|mark)>", "", found)) == shown
    assert set(re.findall("<[^>]*>", found)) <= {"<wbr>", "<mark>", "</mark>"}
    inside = re.findall("<mark>(.*?)</mark>", found, re.DOTALL)
    assert [html.unescape(one.replace("<wbr>", "")) for one in inside] == [shown[a:b] for a, b in marks]


@given(texts)
@examples(200)
def test_lines_end_between_words_alone_and_never_inside_a_cluster(text: str) -> None:
    (breaks,) = breaks_of([text], ANALYZER)
    assert set(breaks) <= set(ANALYZER.boundaries(text, "word")[1:-1])
    assert not set(breaks) & {place for start, end in cluster_spans(text) for place in range(start + 1, end)}


def test_words_that_touch_are_parted_and_others_are_not() -> None:
    (breaks,) = breaks_of([TEXT], ANALYZER)
    parts = [TEXT[a:b] for a, b in zip([0, *breaks], [*breaks, len(TEXT)], strict=True)]
    assert parts == ["ជន", "មាន", "ពិការភាព", "នៅ", "កម្ពុជា។"]
    spaced = "ជន\u200bមាន ពិការភាព 12 abc"
    assert list(breaks_of([spaced, "abc def"], ANALYZER)) == [[], []]


def test_texts_of_a_page_are_broken_together_and_short_ones_remembered() -> None:
    calls: list[int] = []

    class Counting(Analyzer):
        def whole_batch(self, texts, mode="word"):
            calls.append(len(texts))
            return super().whole_batch(texts, mode)

    analyzer = Counting(breaker())
    for expected in ([2], [2, 1]):
        weave = Weaving(analyzer)
        pieces = [weave(TEXT), weave(TEXT * 30), weave(TEXT)]
        assert "<wbr>" in pieces[1].__html__()
        assert pieces[0].__html__() == pieces[2].__html__()
        assert calls == expected


def test_marks_have_numbers_where_they_can_be_linked_to() -> None:
    found = woven("abc abc abc", [(0, 3), (4, 7), (8, 11)], [], Numbers(5, current=6))
    assert found == '<mark id="m5">abc</mark> <mark id="m6" class="now">abc</mark> <mark id="m7">abc</mark>'
    assert woven("abc", [(0, 1)], [], Numbers(5, goes_on=True)) == "<mark>a</mark>bc"


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    text, marks = cut("a" * 500, [(0, 5), (95, 130), (200, 210)], 100)
    assert len(text) <= 101
    assert text.endswith("\u2026")
    assert all(end < len(text) for _, end in marks)
    khmer, _ = cut("\u1780\u17d2\u1798\u17bb" * 100, [], 50)
    assert khmer.rstrip("\u2026") == "\u1780\u17d2\u1798\u17bb" * (len(khmer) // 4)
