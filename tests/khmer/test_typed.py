"""A typed text, with another spelling of a stretch of it, has the terms of the text so spelled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import native
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.terms.typed import Typed, bigrams_between
from khsearch.khmer.text import script
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.words.breakers import breaker
from tests.extent import examples
from tests.strategies import ALL_BREAKERS, khmer_words, random_text, texts

every_analyzer = pytest.mark.parametrize(
    "analyzer", [Analyzer(chosen) for chosen in ALL_BREAKERS], ids=lambda found: found.breaker.name
)
LATTICE = Analyzer(ALL_BREAKERS[0])


def check_splice(analyzer: Analyzer, typed: Typed, start: int, end: int, spelling: str) -> None:
    text = typed.text
    assert typed.spliced((start, end, spelling)) == analyzer.terms(text[:start] + spelling + text[end:])
    assert typed.spliced((0, start, spelling), (end, len(text), "")) == analyzer.terms(spelling + text[start:end])
    assert typed.part(start, end) == analyzer.terms(text[start:end])


@every_analyzer
@given(text=texts, cuts=st.lists(st.integers(0, 40), min_size=2, max_size=2), spelling=texts | khmer_words)
@examples(150)
def test_a_splice_has_the_terms_of_the_text_so_spelled(
    analyzer: Analyzer, text: str, cuts: list[int], spelling: str
) -> None:
    start, end = sorted(min(cut, len(text)) for cut in cuts)
    check_splice(analyzer, analyzer.typed(text), start, end, spelling)


@pytest.mark.parametrize(
    ("text", "start", "end", "spelling"),
    [
        ("អោយ", 2, 3, "យ"),
        ("អោក", 2, 3, "យ"),
        ("កយ", 0, 1, "អោ"),
        ("11.05.2021", 5, 6, "/"),
        ("11.05.2021", 5, 10, " "),
        ("1 500", 1, 2, ","),
        ("ក\u17d2ខ", 2, 3, "គ"),
        ("កេា", 2, 3, ""),
        ("កា", 1, 1, "\u17d2ខ"),
        ("ក\u200bខ", 1, 2, ""),
        ("ក\u200bខ", 2, 3, "\u17b6"),
        ("កឨខ", 1, 2, "ឧក"),
        ("COVID-19 នៅ", 0, 5, "កូវីដ"),
        ("caf\u00e9", 3, 4, "e"),
        ("", 0, 0, "កម្ពុជា"),
    ],
)
def test_splices_where_both_sides_of_a_seam_change_each_other(text: str, start: int, end: int, spelling: str) -> None:
    check_splice(LATTICE, LATTICE.typed(text), start, end, spelling)


@given(st.lists(texts, max_size=3))
@examples(150)
def test_bigrams_of_words_with_spaces_between_them(some: list[str]) -> None:
    words = [word for text in some for word in LATTICE.terms(text).words]
    assert bigrams_between(words) == LATTICE.terms(script.decode_term(b" ".join(words))).bigrams


@every_analyzer
@given(texts)
@examples(60)
def test_words_are_side_by_side_in_the_codes_where_nothing_visible_is_between(analyzer: Analyzer, text: str) -> None:
    typed = analyzer.typed(text)
    gaps = [text[one.end : two.start] for one, two in pairwise(typed.tokens)]
    starts, ends = typed.edges
    apart = [one != two for one, two in zip(ends[:-1], starts[1:], strict=True)]
    assert apart == [normalize(gap).codes != b"\x02\x02" for gap in gaps]


@pytest.mark.slow
def test_fifty_thousand_random_splices() -> None:
    source = random.Random(12)
    for _ in range(50_000):
        text = random_text(source)
        start, end = sorted(source.randint(0, len(text)) for _ in range(2))
        check_splice(LATTICE, LATTICE.typed(text), start, end, random_text(source, 4))


def test_a_long_text_is_spliced_as_a_whole() -> None:
    text = "កម្ពុជា " * 400
    check_splice(LATTICE, LATTICE.typed(text), 0, 7, "ខ្មែរ")
    check_splice(LATTICE, LATTICE.typed(text[:1_990]), 0, 0, "កម្ពុជា" * 3)


def test_a_splice_normalises_nothing_but_the_spelling_and_breaks_nothing_but_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(native, "core", None)  # which breaks runs without telling the breaker
    analyzer = Analyzer(breaker())
    normalised: list[str] = []
    broken: list[Sequence[bytes]] = []
    break_run = analyzer.breaker.break_run

    def normalize_and_count(text: str) -> NormalText:
        normalised.append(text)
        return normalize(text)

    def break_and_count(run: Sequence[bytes]) -> list[int]:
        broken.append(run)
        return break_run(run)

    monkeypatch.setattr("khsearch.khmer.terms.analyzer.normalize", normalize_and_count)
    monkeypatch.setattr(analyzer.breaker, "break_run", break_and_count)
    typed = analyzer.typed("ប្រទេសកម្ពុជា ឆ្នាំ 2021")
    assert typed.terms == typed.terms
    assert [token.start for token in typed.tokens] == [0, 6, 14, 20]
    assert (len(normalised), len(broken)) == (1, 2)
    for _ in range(2):
        assert typed.spliced((6, 13, "ខ្មែរ")).words[1] == analyzer.spelled("ខ្មែរ").terms.words[0]
    assert normalised[1:] == ["ខ្មែរ"]
    assert len(broken) == 4  # the run with the spelling, and the spelling
    typed.spliced((14, 19, ""))
    assert (len(normalised), len(broken)) == (2, 4)
