"""Words added to a lexicon: the same breaking as by one that was made of all of them at once."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import LexiconError
from khsearch.khmer.text import script
from khsearch.khmer.words import adding, building, lattice, word_lists
from khsearch.khmer.words.adding import add
from khsearch.khmer.words.checking import check
from khsearch.khmer.words.entries import Entries
from khsearch.khmer.words.lattice import GAIN_ZERO
from khsearch.khmer.words.lexicon import MAX_COST, Lexicon, default_lexicon
from khsearch.khmer.words.listed import listed
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.word_lists import compile_lexicon, extended
from tests.extent import examples
from tests.khmer.test_lattice import small_models

Words = dict[tuple[bytes, ...], int]
CLUSTERS = [bytes([0x80 + i]) for i in range(9)] + [b"\x80\xb6", b"\x80\xd2\x81", b"\x85\xd2\x9a\xbe\xc6"]


def words_of(clusters: list[bytes]) -> st.SearchStrategy[Words]:
    word = st.lists(st.sampled_from(clusters), min_size=1, max_size=6).map(tuple)
    return st.dictionaries(word, st.integers(0, 1_000).map(GAIN_ZERO.__add__), min_size=1, max_size=60)


def added(trie: building.Trie, words: Words) -> building.Trie:
    spelt = sorted((b"".join(word), value) for word, value in words.items())
    lines = listed(b"".join(word + b"\n" for word, _ in spelt))
    return add(trie, lines, np.array([value for _, value in spelt]))


@given(words_of(CLUSTERS[:6] + CLUSTERS[-2:]), st.lists(words_of(CLUSTERS), max_size=3))
@examples(200)
def test_a_trie_has_its_words_and_those_added(words: Words, more: list[Words]) -> None:
    trie = building.build(words, sorted({cluster for word in words for cluster in word}))
    for some in more:
        trie, words = added(trie, some), words | some
        check(trie, MAX_COST)
        assert dict(trie.words()) == words


def test_many_words_added_to_the_default_lexicon() -> None:
    source = random.Random(5)
    trie = default_lexicon().trie
    names = [*trie.numbers][:400]
    words = {tuple(source.choices(names, k=source.randint(2, 7))): GAIN_ZERO + i for i in range(5_000)}
    made = added(trie, words)
    check(made, MAX_COST)
    assert dict(made.words()) == {**dict(trie.words()), **words}
    assert len(made.slots) < len(trie.slots) + 5 * len(words)


_letters = "កខគងចឆជ"
_entries = st.dictionaries(st.text(_letters, min_size=1, max_size=5), st.none() | st.floats(1, 1e6), max_size=12)


def plainly(base: Lexicon, words: dict[str, float | None]) -> LexiconModel:
    """The model of a lexicon with words added, one by one, each by the cost of its cheapest path."""
    model = base.model
    costs = dict(model.words)
    for word, often in words.items():
        clusters = [script.encode_term(char) for char in word]
        numbers = [base.trie.numbers.get(cluster, 0) for cluster in clusters]
        path, at = 0, 0
        for count in lattice.best_path(numbers, base.trie, base.unknown):
            piece = word[at : at + count]
            strange = model.unknown + sum(model.clusters.get(char, model.rare_cluster) for char in piece)
            path += model.words.get(piece, strange)
            at += count
        costs[word] = max(0, min(9_000, path - 1_000)) if often is None else round(-1000 * np.log(often / 1e6))
    return replace(model, words=costs)


@given(model=small_models, words=_entries, runs=st.lists(st.text(_letters, min_size=1, max_size=14), max_size=4))
@examples(200)
def test_as_a_lexicon_made_of_all_words(model: LexiconModel, words: dict[str, float | None], runs: list[str]) -> None:
    base = compile_lexicon(model)
    found = extended(base, Entries({script.encode_term(word): often for word, often in words.items()}, []))
    wanted = compile_lexicon(plainly(base, words))
    assert found.model.words == wanted.model.words
    assert found.model.clusters == wanted.model.clusters
    for run in runs:
        broken = [
            lattice.best_path(
                [one.trie.numbers.get(script.encode_term(char), 0) for char in run], one.trie, one.unknown
            )
            for one in (found, wanted)
        ]
        assert broken[0] == broken[1]


def test_too_many_words_are_refused_clearly(monkeypatch: pytest.MonkeyPatch, few_words: Lexicon) -> None:
    monkeypatch.setattr(adding, "MAX_SLOTS", 8)
    with pytest.raises(LexiconError, match="too many words"):
        word_lists.extended(few_words, Entries({b"\x80\x81": None}, []))
