"""The laws that hold whatever breaks the words: every breaker, any text."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer.terms.analyzer import Analyzer, cluster_spans
from khsearch.khmer.terms.tokens import without_signs
from khsearch.khmer.words.breakers import Breaker
from khsearch.khmer.words.modes import MODES, joiner_of
from tests.dummy_joiner import JOINING
from tests.extent import examples
from tests.strategies import ALL_BREAKERS, KHMER_BLOCK, khmer_runs, random_text, texts


def named(breaker: Breaker) -> str:
    """Name of a breaker, and whether it has a joiner."""
    return breaker.name + "+" * (joiner_of(breaker) is not None)


every_breaker = pytest.mark.parametrize("breaker", [*ALL_BREAKERS, *JOINING], ids=named)


def check_laws(breaker: Breaker, text: str) -> None:
    for mode in MODES:
        check_mode(Analyzer(breaker), text, mode)
    typed = Analyzer(breaker).typed(text)
    assert [part for token in typed.whole_tokens for part in token.parts] == typed.tokens
    for token in typed.whole_tokens:
        assert token.start <= token.parts[0].start
        assert token.parts[-1].end <= token.end


def check_mode(analyzer: Analyzer, text: str, mode: str) -> None:
    found = analyzer.boundaries(text, mode)
    assert found[0] == 0
    assert found[-1] == len(text)
    assert found == sorted(set(found))
    inside = {place for start, end in cluster_spans(text) for place in range(start + 1, end)}
    assert not inside.intersection(found)
    assert "".join(text[a:b] for a, b in itertools.pairwise(found)) == text
    tokens = analyzer.tokens(text, mode)
    edges = [edge for token in tokens for edge in (token.start, token.end)]
    assert edges == sorted(edges)
    assert found == sorted({0, len(text), *edges})
    assert all(token.start < token.end for token in tokens)
    assert [token.position for token in tokens if token.kind != "punctuation"] == list(
        range(len(without_signs(tokens)))
    )


@every_breaker
@given(text=texts)
@examples(60)
def test_boundaries_cover_the_text_and_nothing_is_lost(breaker: Breaker, text: str) -> None:
    check_laws(breaker, text)


@every_breaker
@given(text=st.text())
@examples(60)
def test_any_unicode(breaker: Breaker, text: str) -> None:
    check_laws(breaker, text)


@pytest.mark.slow
@every_breaker
def test_twenty_thousand_random_texts(breaker: Breaker) -> None:
    source = random.Random(20_000)
    for _ in range(20_000 if named(breaker) in ("lattice+", "crf") else 5_000):
        check_laws(breaker, random_text(source))


@every_breaker
def test_every_character_of_the_khmer_block(breaker: Breaker) -> None:
    for char in KHMER_BLOCK:
        check_laws(breaker, char)
        check_laws(breaker, f"កម្ពុជា{char}កម្ពុជា")


@every_breaker
@given(batch=st.lists(texts, max_size=5))
@examples(40)
def test_one_road_alone_and_in_a_batch(breaker: Breaker, batch: list[str]) -> None:
    analyzer = Analyzer(breaker)
    together = analyzer.batch(batch)
    alone = [analyzer.terms(text) for text in batch]
    assert together.words.terms() == [word for terms in alone for word in terms.words]
    assert together.bigrams.terms() == [bigram for terms in alone for bigram in terms.bigrams]
    assert together.words.counts.tolist() == [len(terms.words) for terms in alone]
    assert together.bigrams.counts.tolist() == [len(terms.bigrams) for terms in alone]
    starts, ends = together.word_spans()
    tokens = [token for text in batch for token in analyzer.tokens(text)]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [(token.start, token.end) for token in tokens]


@every_breaker
@given(batch=st.lists(texts, max_size=5))
@examples(60)
def test_whole_words_are_the_same_alone_and_in_a_batch(breaker: Breaker, batch: list[str]) -> None:
    check_whole_batch(Analyzer(breaker), batch)


def check_whole_batch(analyzer: Analyzer, batch: list[str]) -> None:
    together = analyzer.whole_batch(batch)
    alone = [analyzer.typed(text) for text in batch]
    assert together.atoms.terms() == [word for typed in alone for word in typed.terms.words]
    assert together.counts.tolist() == [len(typed.whole.firsts) for typed in alone]
    atoms_before = [0, *itertools.accumulate(len(typed.terms.words) for typed in alone)]
    words_before = [0, *itertools.accumulate(len(typed.whole.firsts) for typed in alone)]
    firsts = [at + before for typed, before in zip(alone, atoms_before, strict=False) for at in typed.whole.firsts]
    signs = [at + before for typed, before in zip(alone, words_before, strict=False) for at in typed.whole.signs]
    assert together.firsts.tolist() == firsts
    assert together.signs.tolist() == signs
    spans = [typed.whole_spans for typed in alone]
    assert [part.tolist() for part in together.spans()] == [
        [place for starts, _ in spans for place in starts],
        [place for _, ends in spans for place in ends],
    ]


@every_breaker
@given(left=khmer_runs, right=khmer_runs, between=st.sampled_from([" ", "។", "a", "\n", "1"]))
@examples(40)
def test_a_run_breaks_alike_wherever_it_stands(breaker: Breaker, left: str, right: str, between: str) -> None:
    analyzer = Analyzer(breaker)
    words = [word for word in analyzer.terms(left + between + right).words if word not in (b"a", b"1")]
    assert words == [*analyzer.terms(left).words, *analyzer.terms(right).words]


@every_breaker
def test_no_text_and_much_text(breaker: Breaker) -> None:
    check_laws(breaker, "")
    check_laws(breaker, "កម្ពុជា" * 3_000)
    check_laws(breaker, "\u200b" * 1_000)
    check_laws(breaker, "ក" + "\u17d2ខ" * 500)
