"""Entries that are no run of Khmer: whole in mode "word", atoms in an index, found as exactly as they were given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.words import entries
from khsearch.khmer.words.breakers import make_breaker
from khsearch.khmer.words.by_lexicon import LatticeBreaker
from khsearch.khmer.words.lexicon import default_lexicon
from khsearch.khmer.words.phrases import Phrases
from khsearch.khmer.words.word_lists import extended
from tests.extent import examples
from tests.strategies import texts

PLAIN = Analyzer(make_breaker("lattice", {}))


def spans(phrases: list[str], text: str) -> list[str]:
    """Phrases of a text, by its atoms in lists and in arrays, alone and among others."""
    found = Phrases(tuple(phrases))
    normal = normalize(text)
    edges = PLAIN.typed(text).edges
    alone = found.spans(normal, *edges)
    batch = PLAIN.batch([text])
    assert found.spans(batch.normal, batch.word_starts, batch.word_ends) == alone
    several = PLAIN.batch(["A B ក", text, text])
    many = found.spans(several.normal, several.word_starts, several.word_ends)
    shift = len(normalize_all(["A B ក"]).codes) - 1
    assert [(a - shift, b - shift) for a, b in many if shift < a < shift + len(normal.codes) - 1] == alone
    starts, ends = normal.span_lists([a for a, _ in alone], [b for _, b in alone])
    return [text[a - 1 : b - 1] for a, b in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("COVID-19", "ការ covid-19នៅ COVID-២ COVID-19", ["covid-19", "COVID-19"]),
        ("COVID-19", "COVID-190 XCOVID-19 COVID 19", []),
        ("ព.ស.", "ឆ្នាំ ព.ស. ២៥៦៨ ព.ស", ["ព.ស."]),
        ("ក្មេងៗ", "ក្មេងៗទៅ ក្មេង ៗ", ["ក្មេងៗ"]),
        ("ភ្នំ ក្រោម", "នៅភ្នំ  ក្រោម ភ្នំក្រោម", ["ភ្នំ  ក្រោម"]),
        ("ភ្នំ ក្រោម", "ភ្នំ – ក្រោម ភ្នំ\nក្រោម", []),
        ("A – B", "A – B A - B A B", ["A – B"]),
        ("ផ្លូវ ២៧១", "ផ្លូវ 271 ផ្លូវ ២៧១០", ["ផ្លូវ 271"]),
        (".NET", "ASP.NET .net NET", [".NET", ".net"]),
        ("C++", "C++ C+ c++", ["C++", "c++"]),
        ("€5", "€5 $5 5", ["€5"]),
        ("5 €", "5 €  5 $ 5", ["5 €"]),
        ("Café Bar", "café bar CAFE\u0301  BAR cafe bar cafè bar", ["café bar", "CAFE\u0301  BAR"]),
        ("ភាសា ខ្មែរ ABC", "ភាសា\u200b ខ្មែរ\u200b ABC", ["ភាសា\u200b ខ្មែរ\u200b ABC"]),
        ("Москва", "москва МОСКВА Минск", ["москва", "МОСКВА"]),
        ("A B C", "A B A B C", ["A B C"]),
        ("១២៣", "១២៣ 123 ១២៣៤", ["១២៣", "123"]),
    ],
)
def test_what_stands_there(phrase: str, text: str, found: list[str]) -> None:
    assert spans([phrase], text) == found


def test_the_longest_and_then_the_first() -> None:
    assert spans(["A B", "B C", "A B C D", "C D"], "A B C A B C D B C D") == ["A B", "A B C D", "B C"]
    assert spans(["A.", "A..", "A"], "A... A") == ["A..", "A"]


def test_a_phrase_divides_no_atom() -> None:
    assert spans(["2.5"], "2.5 2.55 12.5 2,500") == ["2.5"]
    assert spans(["ភាព A"], "ពិការភាព A ភាពA") == ["ភាព A"]  # an atom begins there
    assert spans(["រភាព A"], "ពិការភាព A") == []


def test_whole_words_of_a_lexicon_with_phrases() -> None:
    lexicon = extended(default_lexicon(), entries.given((word, None) for word in ("COVID 19", "ខេត្ត A.", "ភ្នំ ក្រោម")))
    analyzer = Analyzer(LatticeBreaker(lexicon))
    text = "ក្នុងខេត្ត A. មានCOVID 19 នៅភ្នំ ក្រោម"
    for mode in ("atom", "word"):
        shown = [text[token.start : token.end] for token in analyzer.tokens(text, mode)]
        wanted = ["ក្នុង", "ខេត្ត A.", "មាន", "COVID 19", "នៅ", "ភ្នំ ក្រោម"]
        assert shown == (wanted if mode == "word" else [token for word in wanted for token in word.rstrip(".").split()])
    assert analyzer.terms(text) == PLAIN.terms(text)


_pieces = st.lists(st.sampled_from(["ក", "ខា", " ", "  ", "a", "A", "1", "១", ".", "-", "ៗ", "é", "–", "\u200b", "\n"]))
_texts = _pieces.map("".join) | texts


@given(st.lists(_texts, min_size=1, max_size=6), st.lists(_texts, min_size=1, max_size=5))
@examples(200)
def test_any_phrases_in_any_text(phrases: list[str], parts: list[str]) -> None:
    for text in (parts[0], "".join([parts[0], phrases[0], *parts[1:]])):
        if len(text) < 1_000:
            assert all(one in text for one in spans(phrases, text))


@given(
    st.sampled_from(["COVID-19", "ក. ខ. គ.", "១២ ABC ៗ", "é – ñ", ".a."]), _pieces.map("".join), _pieces.map("".join)
)
def test_a_phrase_with_spaces_around_is_found(phrase: str, before: str, behind: str) -> None:
    text = f"{before}\n{phrase}\n{behind}"
    assert phrase in spans([phrase], text)


def test_many_that_begin_alike_take_no_longer() -> None:
    """A text in which every atom begins thousands of phrases, and none stands there."""
    phrases = [f"A {i} B" for i in range(5_000)]
    assert spans(phrases, "A 5 " * 400) == []
    assert len(spans(phrases, "A 7 B " * 300)) == 300
    signs = ["A" + "!" * (i % 100) + "." * (i // 100) for i in range(2_000)]
    assert spans(signs, "A!?" * 500) == ["A!"] * 500
