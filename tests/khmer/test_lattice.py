"""The lattice against a textbook Viterbi, and its two forms against each other."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer.text import script
from khsearch.khmer.text.clusters import classes, clusters
from khsearch.khmer.words import lattice
from khsearch.khmer.words.breakers import breaker
from khsearch.khmer.words.by_lexicon import LatticeBreaker
from khsearch.khmer.words.checking import check
from khsearch.khmer.words.lexicon import MAX_COST, Lexicon, default_lexicon
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.paths import best_paths
from khsearch.khmer.words.side_by_side import LONGEST
from khsearch.khmer.words.word_lists import compile_lexicon
from tests.extent import examples
from tests.strategies import khmer_runs


def viterbi(clusters: list[str], model: LexiconModel) -> int:
    """Cost of the cheapest path: plain dynamic programming over words and unknown stretches of every length."""
    best = [0.0] + [float("inf")] * len(clusters)
    for end in range(1, len(clusters) + 1):
        for start in range(end):
            piece = clusters[start:end]
            unknown = model.unknown + sum(model.clusters.get(c, model.rare_cluster) for c in piece)
            cost = min(unknown, model.words.get("".join(piece), unknown))
            best[end] = min(best[end], best[start] + cost)
    return int(best[-1])


def cost_of(words: list[list[str]], model: LexiconModel) -> int:
    unknown = [model.unknown + sum(model.clusters.get(c, model.rare_cluster) for c in word) for word in words]
    return sum(min(u, model.words.get("".join(w), u)) for u, w in zip(unknown, words, strict=True))


def split(run: str, lexicon: Lexicon) -> tuple[list[str], list[list[str]]]:
    form = script.encode_term(run)
    codes = np.frombuffer(b"\x02" + form + b"\x02", np.uint8)
    found = clusters(codes, classes(codes.tobytes()))
    pieces = [codes[a:b].tobytes() for a, b in zip(found.starts, found.ends, strict=True)]
    counts = LatticeBreaker(lexicon).break_run(pieces)
    ends = np.cumsum([0, *counts]).tolist()
    named = [script.decode_term(piece) for piece in pieces]
    return named, [named[a:b] for a, b in pairwise(ends)]


letters = "កខគងច"
small_models = st.builds(
    LexiconModel,
    st.dictionaries(st.text(letters, min_size=1, max_size=5), st.integers(0, 12_000), min_size=1, max_size=25),
    st.dictionaries(st.sampled_from(letters), st.integers(500, 5_000)),
    st.integers(0, 5_000),
    st.integers(2_000, 6_000),
)


@given(model=small_models, run=st.text(letters, min_size=1, max_size=14))
@examples(300)
def test_as_cheap_as_a_textbook_viterbi(model: LexiconModel, run: str) -> None:
    lexicon = compile_lexicon(model)
    check(lexicon.trie, MAX_COST)
    model = lexicon.model
    named, words = split(run, lexicon)
    assert cost_of(words, model) == viterbi(named, model)


@given(model=small_models, runs=st.lists(st.text(letters, min_size=1, max_size=20), min_size=1, max_size=8))
@examples(300)
def test_both_forms_break_alike(model: LexiconModel, runs: list[str]) -> None:
    lexicon = compile_lexicon(model)
    numbers, leads = [], []
    for run in runs:
        numbers += [lexicon.trie.numbers.get(script.encode_term(char), 0) for char in run]
        leads += [True] + [False] * (len(run) - 1)
    together = best_paths(np.array(numbers, np.int64), np.array(leads), lexicon.trie, lexicon.unknown)
    alone = []
    for run in runs:
        for count in LatticeBreaker(lexicon).break_run([script.encode_term(char) for char in run]):
            alone += [True] + [False] * (count - 1)
    assert together.tolist() == alone


@given(st.lists(khmer_runs, min_size=1, max_size=6))
def test_both_forms_break_alike_with_the_default_lexicon(runs: list[str]) -> None:
    model = default_lexicon().model
    for run in runs:
        named, words = split(run, default_lexicon())
        if len(named) <= 20:
            assert cost_of(words, model) == viterbi(named, model)


def test_a_run_longer_than_any_text() -> None:
    source = random.Random(3)
    lexicon = default_lexicon()
    names = list(lexicon.trie.numbers)
    long = [source.choice(names) for _ in range(3 * LONGEST)]
    short = [source.choice(names) for _ in range(5)]
    numbers = np.array([lexicon.trie.numbers[name] for name in [*short, *long, *short]], np.int64)
    leads = np.zeros(len(numbers), np.bool_)
    leads[[0, 5, 5 + len(long)]] = True
    begins = best_paths(numbers, leads, lexicon.trie, lexicon.unknown)
    counts = breaker("lattice").break_run(long)
    expected = np.zeros(len(long), np.bool_)
    expected[np.cumsum([0, *counts[:-1]])] = True
    assert begins[5 : 5 + len(long)].tolist() == expected.tolist()
    assert begins[:5].tolist() == begins[-5:].tolist()


@given(
    model=small_models,
    runs=st.lists(st.tuples(st.text(letters + "x", min_size=1, max_size=12), st.integers(1, 1_200)), max_size=4),
    joined=st.booleans(),
)
@examples(100)
def test_both_forms_break_runs_of_any_length_alike(
    model: LexiconModel, runs: list[tuple[str, int]], joined: bool
) -> None:
    """One pattern over and over, and several in one run: where windows of a run are least likely to agree."""
    lexicon = compile_lexicon(model)
    numbers = [[lexicon.trie.numbers.get(script.encode_term(char), 0) for char in pattern] for pattern, _ in runs]
    long = [(of * size)[:size] for of, (_, size) in zip(numbers, runs, strict=True)]
    if joined:
        long = [[number for run in long for number in run]] if long else []
    begins, expected = [], []
    for run in long:
        begins += [True] + [False] * (len(run) - 1)
        for count in lattice.best_path(run, lexicon.trie, lexicon.unknown):
            expected += [True] + [False] * (count - 1)
    flat = np.array([number for run in long for number in run], np.int64)
    found = best_paths(flat, np.array(begins, np.bool_), lexicon.trie, lexicon.unknown)
    assert found.tolist() == expected


@given(st.integers(1, 20), st.integers(0, 1 << 30))
@examples(30)
def test_long_runs_of_known_clusters_break_alike(count: int, seed: int) -> None:
    source = random.Random(seed)
    lexicon = default_lexicon()
    chosen = [source.randint(0, len(lexicon.trie.numbers)) for _ in range(count)]
    run = [source.choice(chosen) for _ in range(1_500)]
    leads = np.zeros(len(run), np.bool_)
    leads[0] = True
    found = best_paths(np.array(run, np.int64), leads, lexicon.trie, lexicon.unknown)
    counts = lattice.best_path(run, lexicon.trie, lexicon.unknown)
    assert np.flatnonzero(found).tolist() == np.cumsum([0, *counts[:-1]]).tolist()


def test_no_runs() -> None:
    lexicon = default_lexicon()
    empty = best_paths(np.zeros(0, np.int64), np.zeros(0, np.bool_), lexicon.trie, lexicon.unknown)
    assert len(empty) == 0
    with pytest.raises(ValueError, match="choose one of"):
        breaker("other")
    with pytest.raises(ValueError, match="reads no lexicon"):
        breaker("icu", lexicon)
