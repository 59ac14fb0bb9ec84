from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khsearch.khmer.terms.typed
from khsearch import clusters, tokenize, words
from khsearch.khmer.terms.analyzer import Analyzer, cluster_spans
from khsearch.khmer.terms.streams import join_tokens, pieces
from khsearch.khmer.terms.typed import clusters_of
from khsearch.khmer.text import script
from khsearch.khmer.text.script import LONGEST_TERM
from khsearch.khmer.words.breakers import breaker
from khsearch.khmer.words.by_lexicon import LatticeBreaker
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.word_lists import compile_lexicon
from tests.extent import examples
from tests.strategies import ALL_BREAKERS, random_text, texts

ANALYZER = Analyzer(breaker())


# Some of its clusters have no base, which no real lexicon holds.
ODD = Analyzer(
    LatticeBreaker(compile_lexicon(LexiconModel({"ក": 5, "កា": 9, "កក": 9, "ា": 9}, {"ិ": 3, "ាិ": 3, "កាិ": 3}, 7, 7)))
)


def bigrams(text: str) -> list[str]:
    return [script.decode_term(bigram) for bigram in ANALYZER.terms(text).bigrams]


def test_words_stand_as_in_the_text() -> None:
    assert words("កិច្ចប្រជុំលើកទី២", mode="atom") == ["កិច្ច", "ប្រជុំ", "លើក", "ទី", "២"]
    assert words("") == words(" \n។") == []
    assert words("១៥០.០០០៛ និង 12%", mode="atom") == ["១៥០.០០០", "និង", "12"]
    assert words("COVID-19 café ตลาด", mode="atom") == ["COVID", "19", "café", "ตลาด"]


def test_tokens_carry_terms_positions_and_offsets() -> None:
    text = "😀 ឆ្នាំ\u200b២០២១"
    first, second = tokenize(text)
    assert (first.term, first.position, text[first.start : first.end]) == ("ឆ្នាំ", 0, "ឆ្នាំ")
    assert (second.term, second.position, text[second.start : second.end]) == ("2021", 1, "២០២១")


def test_clusters_stand_as_in_the_text() -> None:
    assert clusters("ស្ត្រី កម្ពុជា x") == ["ស្ត្រី", "ក", "ម្ពុ", "ជា"]


def test_every_breaker_parts_digits_and_letters_from_khmer() -> None:
    for chosen in ALL_BREAKERS:
        assert words("ទី១១abcទី", chosen.name, mode="atom") == ["ទី", "១១", "abc", "ទី"]
        assert words("ទី១១ abcទី", chosen.name) == ["ទី", "១១", "abc", "ទី"]


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
    found = words(text, mode="atom")
    assert found[:4] == ["Tiếng", "Việt", "l", "été"]
    assert words(text)[2] == "l'été"
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
    joined = join_tokens([batch.words for batch in batches])
    assert joined.terms() == [term for batch in batches for term in batch.words.terms()]
    assert joined.counts.tolist() == [count for batch in batches for count in batch.words.counts.tolist()]


def test_settings_tell_breakers_apart() -> None:
    told = [Analyzer(chosen).settings() for chosen in ALL_BREAKERS]
    assert len({str(settings) for settings in told}) == len(ALL_BREAKERS)


@pytest.mark.parametrize(("analyzer", "text"), [(ANALYZER, texts), (ODD, st.text("កខាិ 1a", max_size=12))])
@given(data=st.data())
def test_a_term_has_one_key_and_a_key_one_term(
    analyzer: Analyzer, text: st.SearchStrategy[str], data: st.DataObject
) -> None:
    batches = [analyzer.batch(data.draw(st.lists(text, max_size=4))) for _ in range(2)]
    for streams in ([batch.words for batch in batches], [batch.bigrams for batch in batches]):
        terms: dict[int, bytes] = {}
        keys: dict[bytes, int] = {}
        for stream in streams:
            assert stream.keys is not None
            for key, term in zip(stream.keys.tolist(), stream.terms(), strict=True):
                assert keys.setdefault(term, key) == key >= 0
                assert key == 0 or terms.setdefault(key, term) == term


def test_what_a_lexicon_spells_has_keys() -> None:
    batch = ANALYZER.batch(["កម្ពុជា ២០២១", "កម្ពុជា"])
    assert batch.words.keys is not None
    assert batch.bigrams.keys is not None
    assert [key > 0 for key in batch.words.keys.tolist()] == [True, False, True]
    assert [key > 0 for key in batch.bigrams.keys.tolist()] == [True, True, False, True, True]
    assert Analyzer(breaker("icu")).batch(["កម្ពុជា"]).words.keys is None


def test_two_pairs_of_clusters_that_make_one_term_have_no_key() -> None:
    found = ODD.batch(["កា ិ", "ក ាិ"]).bigrams
    assert len(found.terms()) == 2
    assert len(set(found.terms())) == 1
    assert found.keys is not None
    assert found.keys.tolist() == [0, 0]


LONG = 2 * LONGEST_TERM + 5
GIANTS = [
    "a" * LONG,
    "7" * LONG,
    "ខ" * LONG,
    "ឨ" * LONG,
    "កឨ" * LONG,
    "é" * LONG,
    "aé" * LONG,
    "1.5" * LONG,
    "\u17b6" * LONG,
    "ក" + "\u17b6" * LONG,
    "ក" + "\u17d2ខ\u17d2គ" * LONG,
    "ក\u200b" * LONG,
    "\u200b" * LONG,
    "\u0301" * LONG,
    "ត" * 2_000 + "ក" * 2_000,
    "ไทย" * LONG,
    "中" * LONG,
]


@pytest.mark.parametrize(
    "analyzer", [Analyzer(chosen) for chosen in ALL_BREAKERS], ids=lambda found: found.breaker.name
)
@pytest.mark.parametrize("text", GIANTS, ids=range(len(GIANTS)))
def test_a_term_has_a_greatest_length_and_nothing_is_lost(analyzer: Analyzer, text: str) -> None:
    terms = analyzer.terms(text)
    for term in terms.words:
        units = clusters_of(term) if term[0] >= 0x80 else script.decode_term(term)
        assert len(units) <= LONGEST_TERM
    tokens = analyzer.tokens(text)
    assert [script.encode_term(token.term) for token in tokens] == terms.words
    edges = analyzer.boundaries(text)
    assert edges == sorted({0, len(text), *(edge for token in tokens for edge in (token.start, token.end))})
    inside = {place for start, end in cluster_spans(text) for place in range(start + 1, end)}
    assert not inside.intersection(edges)


@given(pattern=st.text("កខ\u17b6\u17d2a7é.ไ\u200bឨ ", min_size=1, max_size=4), times=st.integers(1, 300))
@examples(100)
def test_long_texts_break_alike_in_both_forms(pattern: str, times: int) -> None:
    text = pattern * times
    batch = ANALYZER.batch(["x", text, "y"])
    before, behind = batch.words.counts[0], len(batch.words.starts) - batch.words.counts[2]
    assert batch.words.terms()[before:behind] == ANALYZER.terms(text).words
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(khsearch.khmer.terms.typed, "SHORT", 10**9)
        assert batch.words.terms()[before:behind] == ANALYZER.terms(text).words
        assert batch.bigrams.terms() == ANALYZER.terms("x").bigrams + ANALYZER.terms(text).bigrams


def test_long_runs_of_letters_and_digits_pair_their_parts() -> None:
    assert [len(term) for term in bigrams("a" * LONG + " " + "1" * LONG)] == [
        2 * LONGEST_TERM,
        LONGEST_TERM + 5,
        5 + 1 + LONGEST_TERM,
        2 * LONGEST_TERM,
        LONGEST_TERM + 5,
    ]
