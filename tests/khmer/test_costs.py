"""Costs of slips by the formulas from tiny counts; counts learned from tiny pairs; the shipped table."""

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import pack
from khsearch.errors import LexiconError
from khsearch.khmer import default_variants
from khsearch.khmer.learning.slips import Pair, aligned, learn_slips, read_pairs, variant_pairs
from khsearch.khmer.spelling import costs as room
from khsearch.khmer.spelling.costs import (
    DEFAULT,
    FOREIGN,
    KHMER,
    NOTHING,
    costs_of,
    default_costs,
    read_counts,
    strokes,
    strokes_of_all,
    written_counts,
)
from khsearch.khmer.text.script import encode_term

KA, KO, KHA, SUB_KA, SIGN_I, SIGN_II = 0x80, 0x82, 0x81, 0x20, 0xB7, 0xB8
slips = st.tuples(st.sampled_from([NOTHING, *KHMER]), st.sampled_from([NOTHING, *KHMER])).filter(any)
counts_ = st.dictionaries(slips, st.floats(0.25, 50), max_size=12)
words = st.text("កខគត\u17d2\u17b6\u17b7ab\u00e9\u0101\u4000", max_size=8)


def kind(stroke: int) -> int:
    return next(number for number, kind in enumerate(room._KINDS) if stroke in kind)


def closeness(one: int, other: int) -> int:
    letters = [stroke - 0x20 + 0x80 if stroke < 0x60 else stroke for stroke in (one, other)]
    if letters[0] == letters[1]:
        return 2
    spelled = [chr(0x1780 + letter - 0x80) for letter in letters]
    return int(any(set(spelled) <= set(group) for group in (*room._SOUNDS, *room._VOWELS)))


@given(counts=counts_, typed=st.sampled_from(KHMER), right=st.sampled_from(KHMER))
def test_costs_are_those_of_the_formulas(counts, typed, right):
    def n(x, y):
        return counts.get((x, y), 0)

    met = {y: sum(count for (_, other), count in counts.items() if other == y) for y in KHMER}

    def rate(x, y):
        same = [
            (a, b)
            for a in KHMER
            for b in KHMER
            if (kind(a), kind(b), closeness(a, b)) == (kind(x), kind(y), closeness(x, y))
        ]
        return (sum(n(a, b) for a, b in same) + 0.3) / (sum(met[b] + 0.5 for _, b in same) + 60)

    alike = [y for y in KHMER if kind(y) == kind(right)]
    rate_out = (sum(n(NOTHING, y) for y in alike) + 0.5) / (sum(met[y] for y in alike) + 5)
    found = costs_of(counts)
    if typed != right:
        expected = -math.log((n(typed, right) + 16 * rate(typed, right)) / (met[right] + 16))
        assert found.typed[typed, right] == pytest.approx(expected, abs=1e-3)
    assert found.out[right] == pytest.approx(
        -math.log((n(NOTHING, right) + 16 * rate_out) / (met[right] + 16)), abs=1e-3
    )
    mean = (sum(n(y, NOTHING) for y in alike) + 0.5) / len(alike)
    expected = -math.log((n(right, NOTHING) + 0.1 * mean) / (sum(met.values()) + 1))
    assert found.put[right] == pytest.approx(expected, abs=1e-3)


def test_an_alignment_is_the_cheapest_way():
    plain = lambda x, y: float(x != y)  # noqa: E731
    assert aligned([KA, SIGN_I], [KA, SIGN_I], plain) == [(KA, KA), (SIGN_I, SIGN_I)]
    assert aligned([KA], [KA, SIGN_I], plain) == [(KA, KA), (NOTHING, SIGN_I)]
    assert aligned([KHA, KA, SIGN_I], [KA, SIGN_I], plain) == [(KHA, NOTHING), (KA, KA), (SIGN_I, SIGN_I)]
    dear = lambda x, y: 0.0 if x == y else 5.0 if x and y else 1.0  # noqa: E731
    assert sorted(aligned([KO], [KA], dear)) == [(NOTHING, KA), (KO, NOTHING)]


def test_counts_are_of_the_pairs():
    pairs = [Pair((KO, SIGN_I), (KA, SIGN_I)), Pair((KA,), (KA, SIGN_I), 0.25)]
    assert learn_slips(pairs) == {(KO, KA): 1, (KA, KA): 0.25, (SIGN_I, SIGN_I): 1, (NOTHING, SIGN_I): 0.25}
    learned = costs_of(learn_slips(pairs * 50))
    assert learned.typed[KO, KA] < learned.typed[KHA, KA]


def test_pairs_of_a_file(tmp_path):
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"wrong": "គិ", "right": "កិ"},
        {"wrong": "ខិ", "right": "កិ", "part": "check"},
        {"wrong": "កិ", "right": "កិ", "part": "learn"},
        {"wrong": "cat", "right": "កិ"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert read_pairs(path) == [Pair((KO, SIGN_I), (KA, SIGN_I))]
    path.write_text('\n{"wrong": "a"}\n', "utf-8")
    with pytest.raises(LexiconError, match=r"line 2.*is no pair"):
        read_pairs(path)
    with pytest.raises(LexiconError, match="name another file"):
        read_pairs(tmp_path / "nowhere")


@given(counts=counts_)
def test_counts_come_back_from_a_file(counts, tmp_path_factory):
    path = tmp_path_factory.mktemp("counts") / "slips.tsv"
    rounded = {slip: round(count, 2) for slip, count in counts.items()}
    path.write_text(written_counts(rounded, "made up"), "utf-8")
    assert read_counts(path) == rounded


@pytest.mark.parametrize("line", ["1780\t1780", "x\t1780\t1", "1780\t1780\tmany"])
def test_a_file_of_something_else_is_an_error(tmp_path: Path, line):
    path = tmp_path / "slips.tsv"
    path.write_text("# head\n" + line, "utf-8")
    with pytest.raises(LexiconError, match="line 2"):
        read_counts(path)


@given(st.lists(words, max_size=6))
def test_strokes_of_all_are_those_of_each(texts):
    forms = [encode_term(text) for text in texts]
    found, firsts = strokes_of_all(*pack(forms))
    assert [found[a:b].tolist() for a, b in pairwise(firsts)] == [strokes(form) for form in forms]


def test_a_subscript_is_one_stroke_and_a_letter_of_another_script_too():
    assert strokes(encode_term("\u1781\u17d2\u1780\u17b7a\u4000")) == [KHA, SUB_KA, SIGN_I, ord("a"), FOREIGN + 0x4000]


def test_the_shipped_table_is_sane():
    costs = default_costs()
    khmer = np.ix_(KHMER, KHMER)
    chances = np.exp(-costs.typed[khmer].astype(float)).sum(0) + np.exp(-costs.out[KHMER].astype(float))
    assert chances == pytest.approx(1, abs=0.01)  # what is typed for a stroke, or nothing
    assert (costs.typed[khmer] + 10 * np.eye(len(KHMER)) > np.diagonal(costs.typed[khmer])).all()
    assert costs.typed[SIGN_I, SIGN_II] < costs.typed[SIGN_I, KA]  # long and short are easily taken for each other
    assert costs.typed[KO, KA] < costs.typed[0x98, KA]
    assert costs.typed[KA, SUB_KA] < costs.typed[KHA, SUB_KA]
    assert len(variant_pairs(default_variants())) > 1000
    assert DEFAULT.stat().st_size < 20_000
