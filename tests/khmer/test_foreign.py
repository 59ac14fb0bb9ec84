"""Letters outside ASCII and Khmer: their scripts, what they are folded to, and their words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khsearch import tokenize, words
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.text import script, scripts
from khsearch.khmer.text.script import LONGEST_TERM
from khsearch.khmer.words.breakers import breaker

ANALYZER = Analyzer(breaker())
WORDS = {
    "LATIN": "gmail",
    "LATIN with accents": "Việt",
    "CYRILLIC": "москва",
    "GREEK": "αθήνα",
    "ARABIC": "مدينة",
    "HEBREW": "שלום",
    "DEVANAGARI": "हिन्दी",
    "ARMENIAN": "երևան",
    "GEORGIAN": "თბილისი",
    "HANGUL": "한국어",
    "THAI": "ไทย",
    "LAO": "ລາວ",
    "MYANMAR": "မြန်မာ",
    "CJK": "部署",
    "KHMER": "ប្រជុំ",
}
LETTERS = [
    char
    for char in map(chr, range(0x80, 0x30000))
    if not 0x1780 <= ord(char) <= 0x17FF and script.code_of(char) == script.LETTER
]
letters = st.sampled_from(LETTERS)


@pytest.mark.parametrize("left", WORDS)
@pytest.mark.parametrize("right", WORDS)
def test_a_change_of_script_is_a_border_of_words(left: str, right: str) -> None:
    if left.partition(" ")[0] == right.partition(" ")[0]:
        return
    text = WORDS[left] + WORDS[right]
    assert len(WORDS[left]) in ANALYZER.boundaries(text)
    assert words(text) == words(WORDS[left]) + words(WORDS[right])


def test_accented_letters_are_of_one_script_with_plain_ones() -> None:
    for text in ("café", "cafe\u0301", "Tiếng", "naïve", "Žižek", "straße", "ﬁle", "ＡＢＣabc"):
        assert words(text) == [text]


def test_digits_part_letters_of_every_script() -> None:
    assert words("ไทย2024москва7été", mode="atom") == ["ไทย", "2024", "москва", "7", "été"]


def test_an_apostrophe_and_a_middle_dot_part_words_and_what_nobody_sees_does_not() -> None:
    assert words("l’été l'eau col·lecció", mode="atom") == ["l", "été", "l", "eau", "col", "lecció"]
    assert [token.term for token in tokenize("می\u200cخواهم")] == ["میخواهم"]
    assert words("м\u02bcята") == ["м\u02bcята"]


def test_a_mark_with_nothing_below_it_is_no_word_and_part_of_none() -> None:
    assert words("\u0301 \u0951ठ \u0301é") == ["ठ", "é"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﬁle", "file"),
        ("Straße", "STRASSE"),
        ("ＡＢＣ", "abc"),
        ("𝐊𝐡𝐦𝐞𝐫", "khmer"),
        ("\u212bngstr\u00f6m", "\u00e5ngstr\u00f6m"),
        ("ｶﾞｽ", "ガス"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_shapes_of_a_letter_are_one_letter(one: str, other: str) -> None:
    assert [token.term for token in tokenize(one)] == [token.term for token in tokenize(other)]


def test_accents_tell_words_apart() -> None:
    assert tokenize("café")[0].term != tokenize("cafe")[0].term


def test_kana_and_kanji_are_one_run_for_icu() -> None:
    assert words("東京タワーです")[-1] == "です"
    assert words("食べる") == words("食べる。")  # not divided where kana follow kanji
    assert "部署" in words("中文gmail部署方案")


@given(st.lists(letters, max_size=6).map("".join))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = scripts.folded(text) if text else ""
    assert not text or scripts.folded(once) == once


@pytest.mark.slow
def test_a_letter_is_folded_to_letters_of_its_script() -> None:
    for char in LETTERS:
        folded = scripts.folded(char)
        assert {scripts.script_of(one) for one in folded} <= {scripts.script_of(char), scripts.INHERITED}
        assert scripts.folded(folded) == folded


def test_every_letter_that_goes_to_icu_has_a_name_that_says_so() -> None:
    for first, last in ((0x4E00, 0x9FFF), (0x3041, 0x3096), (0x30A1, 0x30FA), (0xE01, 0xE2E), (0x1000, 0x102A)):
        assert all(scripts.is_spaceless(chr(point)) for point in (first, last))
    for char in "aéяαعא가კա\u0301\u02bc":
        assert not scripts.is_spaceless(char)
    assert scripts.script_of("\u0301") == scripts.script_of("\u02bc") == scripts.INHERITED


@given(st.lists(st.lists(letters | st.sampled_from("ab1 ក"), max_size=8).map("".join), max_size=4))
@settings(deadline=None)
def test_a_text_breaks_alike_alone_and_in_a_batch(texts: list[str]) -> None:
    together = ANALYZER.batch(texts)
    alone = [ANALYZER.terms(text) for text in texts]
    assert together.words.terms() == [term for terms in alone for term in terms.words]
    assert together.bigrams.terms() == [term for terms in alone for term in terms.bigrams]


@given(st.text("aéǖñαϋыйё\u0301\u0308\u0323 ", max_size=12))
@settings(deadline=None)
def test_canonically_equal_texts_have_the_same_terms(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert [token.term for token in tokenize(composed)] == [token.term for token in tokenize(decomposed)]


def test_a_word_of_any_script_has_a_greatest_length() -> None:
    for char in "éяაع":
        text = char * (2 * LONGEST_TERM + 5)
        assert list(map(len, words(text))) == [LONGEST_TERM, LONGEST_TERM, 5]
        assert words(f"ก{text}") == ["ก", *words(text)]
