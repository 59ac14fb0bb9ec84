from __future__ import annotations

import hashlib
from array import array
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from khsearch import LexiconError, words
from khsearch.khmer.text import script
from khsearch.khmer.words import building
from khsearch.khmer.words.checking import check
from khsearch.khmer.words.lattice import GAIN_ZERO, MAX_WORD
from khsearch.khmer.words.lexicon import MAX_COST, Lexicon, default_lexicon, parse
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.sources import load
from khsearch.khmer.words.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_SHIFT
from khsearch.khmer.words.word_lists import compile_lexicon

MODEL = LexiconModel({"កម្ពុជា": 6000, "ពិការភាព": 7000, "ការ": 3000, "ភាព": 5000}, {"ក": 3000, "ពិ": 4000}, 4000, 9000)


def test_a_model_survives_compiling_and_its_file(tmp_path: Path) -> None:
    compiled = compile_lexicon(MODEL)
    again = parse(compiled.data, "memory")
    assert again.model.words == MODEL.words
    assert {name: again.model.clusters[name] for name in MODEL.clusters} == MODEL.clusters
    assert again.fingerprint == compiled.fingerprint == hashlib.sha256(compiled.data).hexdigest()
    (tmp_path / "compiled").write_bytes(compiled.data)
    assert load(tmp_path / "compiled").fingerprint == compiled.fingerprint  # type: ignore[union-attr]


def test_the_default_lexicon() -> None:
    found = default_lexicon()
    assert 15_000 < len(found.model.words) < 40_000
    assert len(found.data) < 2_000_000
    check(found.trie, MAX_COST)
    assert parse(found.data, "memory").fingerprint == found.fingerprint
    assert default_lexicon() is found
    for word in ("ជាមួយ", "ការងារ", "សុខភាព", "កម្ពុជា"):
        assert words(word) == [word]


@pytest.mark.parametrize("place", [0, 5, 30, 200, -1])
def test_a_damaged_lexicon_is_refused(place: int) -> None:
    data = bytearray(compile_lexicon(MODEL).data)
    data[place] ^= 0x11
    with pytest.raises(LexiconError, match=r"news\.khl"):
        parse(bytes(data), "news.khl")


def test_a_cut_lexicon_is_refused() -> None:
    data = compile_lexicon(MODEL).data
    for size in (0, 10, 19, 100, len(data) - 1):
        with pytest.raises(LexiconError):
            parse(data[:size], "news.khl")


A, B = b"\x80", b"\x81"


def made(words: Mapping[tuple[bytes, ...], int], **changes: bytes) -> Lexicon:
    """A lexicon of A and B, of words with gains: as nothing checks it."""
    built = building.build({word: gain + GAIN_ZERO for word, gain in words.items()}, [A, B])
    return Lexicon(replace(built, **changes), 4000, 9000, array("i", [3000, 3000]))  # type: ignore[arg-type]


def with_slot(found: Lexicon, slot: int, *, parent: int, base: int, gain: int | None = None) -> Lexicon:
    slots = array("q", found.trie.slots)
    value = NO_WORD if gain is None else gain + GAIN_ZERO
    slots[slot] = parent << PARENT_SHIFT | value << VALUE_SHIFT | base
    return replace(found, trie=replace(found.trie, slots=slots))


SOUND = made({(A,) * MAX_WORD: -3_000, (A, B): 5_000})
BASE_OF_A = SOUND.trie.slots[2] & BASE_MASK  # the root is slot 0, and that of a cluster of no word is slot 1
CRAFTED = {
    "leads out": with_slot(SOUND, 0, parent=0, base=BASE_MASK),
    "another root": with_slot(SOUND, 0, parent=0, base=2),
    "too long": made({(A,) * (MAX_WORD + 1): 0}),
    "a circle": with_slot(SOUND, 2, parent=2, base=1),
    "behind the end of a run": with_slot(SOUND, BASE_OF_A, parent=2, base=0, gain=0),
    "no word is a word": with_slot(SOUND, 1, parent=0, base=0, gain=0),
    "no word begins a word": with_slot(SOUND, 2, parent=1, base=1),
    "a cluster twice": made({(A, B): 0}, clusters=A + A),
    "an empty cluster": made({(A, B): 0}, lengths=b"\0\2"),
    "a gain too low": made({(A, B): -2 * MAX_COST - 1}),
    "a gain too high": made({(A, B): MAX_COST + 1}),
}


@pytest.mark.parametrize("crafted", CRAFTED.values(), ids=list(CRAFTED))
def test_a_lexicon_that_no_list_of_words_makes_is_refused(crafted: Lexicon) -> None:
    assert parse(SOUND.data, "news.khl").trie.slots == SOUND.trie.slots
    with pytest.raises(LexiconError, match=r"news\.khl: .*damaged"):
        parse(crafted.data, "news.khl")


def test_clusters_longer_than_eight_codes_are_told_apart() -> None:
    long = ["ក" + "\u17d2ខ\u17d2គ\u17d2ឃ\u17d2ង" + vowel for vowel in "ាិីឹ"]
    compiled = compile_lexicon(LexiconModel({word + "ក": 1000 + i for i, word in enumerate(long)}, {}, 4000, 9000))
    assert len({compiled.trie.numbers[script.encode_term(cluster)] for cluster in long}) == len(long)
    assert [words(word + "ក", lexicon=compiled) for word in long] == [[word + "ក"] for word in long]


def test_many_words_are_refused_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MAX_SLOTS", 8)
    with pytest.raises(LexiconError, match="too many words"):
        compile_lexicon(MODEL)
    assert isinstance(default_lexicon(), Lexicon)


def test_one_lexicon_is_kept_once_whoever_reads_it() -> None:
    data = compile_lexicon(MODEL).data
    first = parse(data, "a.khl")
    assert parse(data, "b.khl") is first
    other = compile_lexicon(replace(MODEL, unknown=MODEL.unknown + 1)).data
    assert parse(other, "b.khl").unknown == MODEL.unknown + 1
    assert parse(default_lexicon().data, "c.khl") is default_lexicon()
