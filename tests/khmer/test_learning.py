"""Learning: counts of what a teacher makes words, and the lexicon of the finest words that comes of them."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import LexiconError, words
from khsearch.khmer.learning.counting import LONGEST, count, count_runs, read_frequencies
from khsearch.khmer.learning.keeplist import KeepList, default_keep_list, read_keep_list
from khsearch.khmer.learning.learning import cheapest_division, learn
from khsearch.khmer.text.script import decode_term, encode_term
from khsearch.khmer.words.model import clusters_of, is_word
from khsearch.khmer.words.run_breaker import RunBreaker
from khsearch.khmer.words.word_lists import compile_lexicon
from tests.dummy_breaker import ClusterBreaker
from tests.strategies import texts

# Words of clusters without marks, so that a cluster is a letter.
LEFT, RIGHT, OTHER = "\u1780\u1781", "\u1782\u1783", "\u1785\u1786"
WORDS = (LEFT + RIGHT, LEFT, RIGHT, OTHER)
FREQUENCIES = {LEFT: 400, RIGHT: 400, LEFT + RIGHT: 20, OTHER: 180}
NOTHING = KeepList()


class Teacher(RunBreaker):
    """Words of WORDS, the longest first; what is none is a word by itself."""

    name = "teacher"
    version = "1"

    def break_text(self, run: str) -> list[int]:
        ends, at = [], 0
        while at < len(run):
            at += next((len(word) for word in WORDS if run.startswith(word, at)), 1)
            ends.append(at)
        return ends


teacher = Teacher()


def test_a_string_is_counted_as_a_word_and_as_a_string() -> None:
    runs = count_runs([f"{LEFT}{RIGHT} {LEFT}", f"{LEFT}, abc {RIGHT} \u17b6{RIGHT}"])
    assert runs == {
        encode_term(LEFT + RIGHT): 1,
        encode_term(LEFT): 2,
        encode_term(RIGHT): 1,
    }  # a run with a mark without a base is passed over
    told: list[tuple[int, int]] = []
    counts = count(runs, teacher, more=[RIGHT[1]], progress=lambda done, of: told.append((done, of)))
    assert counts.words == {LEFT + RIGHT: 1, LEFT: 2, RIGHT: 1}
    assert counts.strings == {LEFT + RIGHT: 1, LEFT: 3, RIGHT: 2, RIGHT[1]: 2}
    assert counts.clusters == {LEFT[0]: 3, LEFT[1]: 3, RIGHT[0]: 2, RIGHT[1]: 2}
    assert told[-1] == (3, 3)


@given(st.lists(texts, max_size=4), st.sets(st.text(WORDS[0] + "\u17b6", min_size=1, max_size=9).filter(is_word)))
def test_strings_are_counted_as_often_as_they_stand_there(some: list[str], wanted: set[str]) -> None:
    runs = count_runs([*some, *(f"{word} " * 2 for word in wanted)])
    counts = count(runs, ClusterBreaker(), more=wanted)
    found: Counter[str] = Counter()
    for run, times in runs.items():
        pieces = clusters_of(decode_term(run))
        for first, last in itertools.combinations(range(len(pieces) + 1), 2):
            if last - first <= LONGEST:
                found["".join(pieces[first:last])] += times
    assert counts.words == counts.clusters
    assert sum(counts.clusters.values()) == sum(len(clusters_of(decode_term(r))) * n for r, n in runs.items())
    assert counts.strings == {string: times for string, times in found.items() if string in {*counts.words, *wanted}}


def test_a_compound_is_divided_and_its_share_goes_to_its_parts() -> None:
    model = learn([], frequencies=FREQUENCIES, keep=NOTHING, teacher=teacher)
    assert set(model.words) == {LEFT, RIGHT, OTHER}
    assert model.words[LEFT] == model.words[RIGHT] < model.words[OTHER]
    assert words(LEFT + RIGHT, lexicon=compile_lexicon(model), mode="atom") == [LEFT, RIGHT]


def test_the_keep_list_overrules_frequencies() -> None:
    whole = learn([], frequencies=FREQUENCIES, keep=KeepList(frozenset({LEFT + RIGHT})), teacher=teacher)
    assert words(LEFT + RIGHT, lexicon=compile_lexicon(whole), mode="atom") == [LEFT + RIGHT]
    divided = learn([], frequencies=FREQUENCIES, keep=KeepList(divided={OTHER: tuple(OTHER)}), teacher=teacher)
    assert words(OTHER, lexicon=compile_lexicon(divided), mode="atom") == list(OTHER)


def test_a_lexicon_that_is_extended_keeps_its_words() -> None:
    base = learn([], frequencies={LEFT: 3, RIGHT: 1}, keep=NOTHING, teacher=teacher)
    more = learn([f"{OTHER} {LEFT} "] * 40, base=base, keep=NOTHING, teacher=teacher)
    assert set(more.words) == {LEFT, RIGHT, OTHER}
    assert more.rare_cluster == base.rare_cluster


def test_the_same_texts_in_any_order_give_the_same_lexicon() -> None:
    some = [f"{LEFT}{RIGHT}{OTHER}", f"{RIGHT} {OTHER}", LEFT] * 5
    once, again = (
        compile_lexicon(learn(given, frequencies=FREQUENCIES, teacher=teacher)).data for given in (some, some[::-1])
    )
    assert once == again


def test_nothing_to_learn_from_is_an_error() -> None:
    with pytest.raises(LexiconError, match="no Khmer in these texts"):
        learn(["abc", ""], teacher=teacher)


def cheapest(pieces: list[str], costs: dict[str, float], further: float) -> float | None:
    """The least cost of a division into two parts or more, of all that there are."""
    found = []
    for cuts in range(1, 1 << len(pieces) - 1):
        parts = [""]
        for i, piece in enumerate(pieces):
            parts[-1] += piece
            if cuts >> i & 1:
                parts.append("")
        if all(part in costs for part in parts):
            found.append(sum(costs[part] for part in parts) - further * (len(parts) - 2))
    return min(found, default=None)


@given(
    st.lists(st.sampled_from("ab"), min_size=1, max_size=6),
    st.dictionaries(st.text("ab", min_size=1, max_size=4), st.integers(0, 20).map(float)),
    st.integers(0, 5).map(float),
)
def test_the_cheapest_division_is_the_cheapest_of_all(
    pieces: list[str], costs: dict[str, float], further: float
) -> None:
    found, wanted = cheapest_division(pieces, costs, further=further), cheapest(pieces, costs, further)
    assert (found is None) == (wanted is None)
    if found is not None and wanted is not None:
        assert "".join(found) == "".join(pieces)
        assert len(found) >= 2
        assert sum(costs[part] for part in found) - further * (len(found) - 2) == wanted
        assert cheapest_division(pieces, costs, below=wanted, further=further) is None


def test_a_keep_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "keep.txt"
    path.write_text(f"# ours\n{LEFT}\n{OTHER[0]}-  # an element\n{RIGHT[0]}+{RIGHT[1]}\n", "utf-8")
    found = read_keep_list(path)
    assert found == KeepList(frozenset({LEFT}), frozenset({OTHER[0]}), {RIGHT: (RIGHT[0], RIGHT[1])})
    assert found.words == {LEFT, OTHER[0], *RIGHT}
    for line in ("abc", LEFT, f"{LEFT}+", "-"):
        path.write_text(f"{LEFT}\n{line}\n", "utf-8")
        with pytest.raises(LexiconError, match=r"keep\.txt, line 2"):
            read_keep_list(path)
    assert len(default_keep_list().words) > 100


def test_lists_with_frequencies_are_added_up(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{LEFT}\t5\n{RIGHT}\nabc 7\n{OTHER} many\n# {OTHER}\n", "utf-8")
    (tmp_path / "b.txt").write_text(f"{LEFT} \u17e3\n", "utf-8-sig")
    (tmp_path / "c.md").write_text(f"{OTHER}\n", "utf-8")
    assert read_frequencies([tmp_path]) == {LEFT: 8, RIGHT: 1}
    (tmp_path / "b.txt").write_bytes(b"\xff")
    with pytest.raises(LexiconError, match=r"b\.txt: not UTF-8"):
        read_frequencies([tmp_path])
    with pytest.raises(LexiconError, match="none: cannot be read"):
        read_frequencies([tmp_path / "none"])
