"""The laws that hold whatever breaks the words: every breaker, any text."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer.terms.analyzer import Analyzer, cluster_spans
from khsearch.khmer.words.breakers import Breaker
from tests.extent import examples
from tests.strategies import ALL_BREAKERS, KHMER_BLOCK, khmer_runs, random_text, texts

every_breaker = pytest.mark.parametrize("breaker", ALL_BREAKERS, ids=lambda breaker: breaker.name)


def check_laws(breaker: Breaker, text: str) -> None:
    analyzer = Analyzer(breaker)
    found = analyzer.boundaries(text)
    assert found[0] == 0
    assert found[-1] == len(text)
    assert found == sorted(set(found))
    inside = {place for start, end in cluster_spans(text) for place in range(start + 1, end)}
    assert not inside.intersection(found)
    assert "".join(text[a:b] for a, b in itertools.pairwise(found)) == text
    tokens = analyzer.tokens(text)
    edges = [edge for token in tokens for edge in (token.start, token.end)]
    assert edges == sorted(edges)
    assert found == sorted({0, len(text), *edges})
    assert all(token.start < token.end for token in tokens)
    assert [token.position for token in tokens] == list(range(len(tokens)))


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
    for _ in range(20_000 if breaker.name in ("lattice", "crf") else 3_000):
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
