from __future__ import annotations

import random

from khsearch import clusters, tokenize, words
from khsearch.khmer import script
from khsearch.khmer.analyzer import Analyzer
from khsearch.khmer.breakers import breaker
from khsearch.khmer.streams import join_streams, pieces
from tests.strategies import ALL_BREAKERS, random_text

ANALYZER = Analyzer(breaker())


def bigrams(text: str) -> list[str]:
    return [script.decode_term(bigram) for bigram in ANALYZER.terms(text).bigrams]


def test_words_stand_as_in_the_text() -> None:
    assert words("កិច្ចប្រជុំលើកទី២") == ["កិច្ច", "ប្រជុំ", "លើក", "ទី", "២"]
    assert words("") == words(" \n។") == []
    assert words("១៥០.០០០៛ និង 12%") == ["១៥០.០០០", "និង", "12"]
    assert words("COVID-19 café ตลาด") == ["COVID", "19", "café", "ตลาด"]


def test_tokens_carry_terms_positions_and_offsets() -> None:
    text = "😀 ឆ្នាំ\u200b២០២១"
    first, second = tokenize(text)
    assert (first.term, first.position, text[first.start : first.end]) == ("ឆ្នាំ", 0, "ឆ្នាំ")
    assert (second.term, second.position, text[second.start : second.end]) == ("2021", 1, "២០២១")


def test_clusters_stand_as_in_the_text() -> None:
    assert clusters("ស្ត្រី កម្ពុជា x") == ["ស្ត្រី", "ក", "ម្ពុ", "ជា"]


def test_every_breaker_parts_digits_and_letters_from_khmer() -> None:
    for chosen in ALL_BREAKERS:
        assert words("ទី១១abcទី", chosen.name) == ["ទី", "១១", "abc", "ទី"]


def test_bigrams_cross_spaces_but_no_sentence() -> None:
    assert bigrams("កខ គ") == ["កខ", "ខគ"]
    assert bigrams("ក\u200bខ") == ["កខ"]
    for end in "។៕?!\n":
        assert bigrams(f"កខ{end}គឃ") == ["កខ", "គឃ"]
    assert bigrams("ក1ខ") == ["ក1", "1ខ"]
    assert bigrams("COVID-19 ក") == ["covid 19", "19ក"]
    assert bigrams("covid19 12 5") == ["covid19", "19 12", "12 5"]
    assert bigrams("កaàខ") == bigrams("កไขខ") == []
    assert bigrams("ក, «ខ") == ["កខ"]


def test_other_scripts_are_words_of_their_own() -> None:
    text = "Tiếng Việt, l'été, 北京大学, ภาษาไทย"
    found = words(text)
    assert found[:4] == ["Tiếng", "Việt", "l", "été"]
    assert "".join(found[4:]) == "北京大学ภาษาไทย"
    assert [token.term for token in tokenize("E\u0301TE\u0301")] == ["été"]


def test_pieces_break_as_the_whole() -> None:
    source = random.Random(8)
    for _ in range(200):
        text = "".join(random_text(source, 8) + source.choice(["។", "?", "\n", ""]) for _ in range(20))
        cut = list(pieces(text, source.randint(1, 30)))
        assert "".join(cut) == text
        batch, whole = ANALYZER.batch(cut), ANALYZER.batch([text])
        assert batch.words.terms() == whole.words.terms()
        assert batch.bigrams.terms() == whole.bigrams.terms()


def test_joined_streams_are_the_streams() -> None:
    batches = [ANALYZER.batch(["កម្ពុជា é", "x"]), ANALYZER.batch([]), ANALYZER.batch(["ពិការភាព ไทย"])]
    joined = join_streams([batch.words for batch in batches])
    assert joined.terms() == [term for batch in batches for term in batch.words.terms()]
    assert joined.counts.tolist() == [count for batch in batches for count in batch.words.counts.tolist()]


def test_settings_tell_breakers_apart() -> None:
    told = [Analyzer(chosen).settings() for chosen in ALL_BREAKERS]
    assert len({str(settings) for settings in told}) == len(ALL_BREAKERS)
