"""The conditional random field of khmer-nltk, as arrays: what it scores, the best labels, and that they are its own."""

from __future__ import annotations

import hashlib
import logging
import pickle
import random
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from khsearch import LexiconError
from khsearch.cli import app
from khsearch.khmer.learning import crf_building
from khsearch.khmer.learning.crf_building import build_crf
from khsearch.khmer.text.clusters import Clusters
from khsearch.khmer.text.normalize import normalize_all
from khsearch.khmer.text.script import BASED_PATTERN, CLUSTER_PATTERN, decode_term, encode_term
from khsearch.khmer.words import crf_scores, crf_table, two_labels
from khsearch.khmer.words.crf import CrfBreaker
from khsearch.khmer.words.crf_scores import all_scores, run_scores
from khsearch.khmer.words.crf_table import MAGIC, CrfTable, default_table
from khsearch.khmer.words.two_labels import Transitions, all_best_labels, best_labels
from tests.extent import examples
from tests.strategies import BASES, MARKS

TABLE = default_table()
FILE = Path(crf_scores.__file__).parent.parent / "data" / "crf.kht"
TEXTS = Path(__file__).parents[3] / "shared" / "data" / "text"
KNOWN = list(TABLE.numbers)
IN_DOUBT = 20
"""Units by which two breakings of a run may differ, at most, of which khmer-nltk finds one and the table the other."""

clusters = st.sampled_from(KNOWN) | st.sampled_from(KNOWN[:40]) | st.from_regex(BASED_PATTERN, fullmatch=True)
marks = st.from_regex(re.compile(b"[\xb4-\xd3\xdd]{1,9}"), fullmatch=True)
runs_of_clusters = st.lists(clusters, min_size=1, max_size=400) | st.builds(
    lambda mark, rest: [mark, *rest], marks, st.lists(clusters, max_size=9)
)
scores_of_runs = st.lists(st.lists(st.integers(-7_000, 7_000), min_size=1, max_size=60), max_size=6)


def batch_of(runs: Sequence[Sequence[bytes]]) -> tuple[bytes, Clusters]:
    """Runs, one a line, as codes and where their clusters are."""
    lines = [b"".join(run) for run in runs]
    starts, ends, leads, at = [], [], [], 1
    for run in runs:
        edges = list(accumulate(map(len, run), initial=at))
        starts += edges[:-1]
        ends += edges[1:]
        leads += [True, *[False] * (len(run) - 1)]
        at = edges[-1] + 1
    array = (np.array(starts, np.int64), np.array(ends, np.int64))
    return b"\n".join([b"", *lines, b""]), Clusters(*array, np.array(leads, np.bool_))


def together(runs: Sequence[Sequence[int]], transitions: Transitions) -> list[list[bool]]:
    """Labels of runs that are labelled as a batch."""
    leads = np.array([place == 0 for run in runs for place in range(len(run))], np.bool_)
    scores = np.array([score for run in runs for score in run], np.int32)
    labels = all_best_labels(scores, leads, transitions).tolist()
    return [labels[a:b] for a, b in pairwise(accumulate(map(len, runs), initial=0))]


def viterbi(scores: Sequence[int], transitions: Transitions) -> list[bool]:
    """The best labels as the textbook finds them, label 1 the first among equals."""
    best, before = [[0, scores[0]]], []
    for score in scores[1:]:
        ways = [[best[-1][a] + transitions[a][b] for a in (0, 1)] for b in (0, 1)]
        before.append([zero < one or zero == one for zero, one in ways])
        best.append([max(ways[0]), max(ways[1]) + score])
    labels = [best[-1][1] >= best[-1][0]]
    for choices in reversed(before):
        labels.append(choices[labels[-1]])
    return labels[::-1]


@given(scores_of_runs)
def test_the_best_labels_are_those_of_the_textbook(runs: list[list[int]]) -> None:
    wanted = [viterbi(run, TABLE.transitions) for run in runs]
    assert [best_labels(run, TABLE.transitions) for run in runs] == wanted
    assert together(runs, TABLE.transitions) == wanted


@given(scores_of_runs, st.tuples(*[st.integers(0, 9)] * 2), st.tuples(*[st.integers(-9, 0)] * 2))
def test_equally_good_labels_are_the_same_alone_and_together(
    runs: list[list[int]], other: tuple[int, int], same: tuple[int, int]
) -> None:
    transitions = ((same[0], other[0]), (other[1], same[1]))
    small = [[score // 500 for score in run] for run in runs]
    wanted = [viterbi(run, transitions) for run in small]
    assert [best_labels(run, transitions) for run in small] == wanted
    assert together(small, transitions) == wanted


@pytest.mark.parametrize("length", [two_labels._TOGETHER + extra for extra in (-1, 0, 1, 2, 3)] + [100_000])
@pytest.mark.parametrize("score", [-1_500, -600, 0, 1_000])
def test_a_long_chain_is_labelled_to_its_end(length: int, score: int) -> None:
    runs = [[3_000, *[score] * length], [score] * length, [score, score]]
    wanted = [viterbi(run, TABLE.transitions) for run in runs]
    assert [best_labels(run, TABLE.transitions) for run in runs] == wanted
    assert together(runs, TABLE.transitions) == wanted


def test_no_runs_have_no_labels() -> None:
    codes, found = batch_of([])
    assert all_scores(TABLE, codes, found).tolist() == []
    assert CrfBreaker(TABLE).break_all(codes, found).tolist() == []


@given(st.lists(runs_of_clusters, max_size=4))
@examples(60)
def test_a_run_scores_and_breaks_alike_alone_and_in_a_batch(runs: list[list[bytes]]) -> None:
    check_alike(runs)


@pytest.mark.parametrize("cluster", [KNOWN[0], b"\x80", b"\x80\xd2\xa2\xd2\xa3\xd2\xa4\xb6", b"\xd1\xd1", b"\xb6"])
def test_a_hundred_thousand_clusters_of_one_kind(cluster: bytes) -> None:
    check_alike([[cluster] * 100_000, [cluster]])


def test_pieces_of_a_batch_are_scored_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(7)
    runs = [source.choices(KNOWN, k=source.randint(1, 40)) for _ in range(50)]
    monkeypatch.setattr(crf_scores, "_PIECE", 13)
    check_alike(runs)


def check_alike(runs: Sequence[Sequence[bytes]]) -> None:
    codes, found = batch_of(runs)
    alone = [run_scores(TABLE, run) for run in runs]
    numbers = TABLE.numbering.number_all(codes, found)
    for numbered in (None, numbers):
        scores = all_scores(TABLE, codes, found, numbered)
        assert scores.dtype == np.int32
        assert scores.tolist() == [score for run in alone for score in run]
    breaker = CrfBreaker(TABLE)
    begins = breaker.break_all(codes, found)
    for run, (first, last) in zip(runs, pairwise(accumulate(map(len, runs), initial=0)), strict=True):
        counts = breaker.break_run(run)
        assert sum(counts) == len(run)
        assert np.flatnonzero(begins[first:last]).tolist() == [*accumulate(counts[:-1], initial=0)]


WINDOWS = {
    "kcc": (0, 0),
    **{f"kcc[{at:+}]": (at, at) for at in (-3, -2, -1, 1, 2, 3)},
    **{
        "kcc[-1:0]": (-1, 0),
        "kcc[-2:-1]": (-2, -1),
        "kcc[-2:0]": (-2, 0),
        "kcc[-3:0]": (-3, 0),
        "kcc[-3:-1]": (-3, -1),
    },
    **{"kcc[-3:-2]": (-3, -2), "kcc[+1:0]": (0, 1), "kcc[+1:+2]": (1, 2), "kcc[0:+2]": (0, 2), "kcc[+2:+3]": (2, 3)},
    **{"kcc[+1:+3]": (1, 3), "kcc[0:+3]": (0, 3)},
}
"""Names of khmer-nltk's n-grams, and where they begin and end, from the labelled cluster."""

PLACES = {"": 0, **{f"[{at:+}]": at for at in (-3, -2, -1, 1, 2, 3)}}
CLUSTERS = ["\u1780", "\u1781", "\u1780\u17b6", "\u17b6", "\u17d1", "\u17d1\u17b6"]
weights = st.integers(-200, 200).map(lambda units: units * 15_625)  # whole units, so that no rounding is in the way
ngrams = st.builds(
    lambda name, words: f"{name}:" + "".join(words[: 1 + WINDOWS[name][1] - WINDOWS[name][0]]),
    st.sampled_from(list(WINDOWS)),
    st.lists(st.sampled_from(CLUSTERS[:3]), min_size=4, max_size=4),
)
kinds = st.builds(
    lambda place, kind: f"kcc{place}t:{kind}" if place else f"t:{kind}",
    st.sampled_from(list(PLACES)),
    st.sampled_from(["C", "K2", "NS", "W"]),
)
features = st.dictionaries(
    ngrams | kinds | st.sampled_from(["ns", "ns-1", "ns+1", "ns+2"]), weights, min_size=1, max_size=60
)


def kind_of(cluster: str) -> tuple[str, bool]:
    kind = {"\u1780": "C", "\u1781": "C", "\u17b6": "W"}.get(cluster, "NS")
    return (kind if len(cluster) == 1 else f"K{len(cluster)}", cluster[0] == "\u17d1")


def features_of(run: Sequence[str], at: int) -> Iterable[str]:
    """Features of a cluster of a run, as khmer-nltk names them."""
    for name, (first, last) in WINDOWS.items():
        if at + first >= 0 and at + last < len(run):
            yield f"{name}:" + "".join(run[at + first : at + last + 1])
    for name, place in PLACES.items():
        if 0 <= at + place < len(run):
            yield f"kcc{name}t:{kind_of(run[at + place])[0]}" if name else f"t:{kind_of(run[at])[0]}"
    for name, place in (("ns", 0), ("ns-1", -1), ("ns+1", 1), ("ns+2", 2)):
        if 0 <= at + place < len(run) and kind_of(run[at + place])[1]:
            yield name
    yield from ["BOS"] * (at == 0) + ["EOS"] * (at == len(run) - 1)


@given(
    features,
    st.lists(st.lists(st.sampled_from([*CLUSTERS[:3], "\u1780\u17b7", "\u1780\u17b6\u17c6"]), max_size=9), max_size=3),
    st.sampled_from(["", *CLUSTERS]),
)
@examples(60)
def test_scores_are_sums_of_features(model: dict[str, int], runs: list[list[str]], first: str) -> None:
    """A table of any weights, built and asked, against the features one by one."""
    model = {"BOS": 31_250, "EOS": -15_625, "t:K2": 0, **model}
    moves = {(before, label): 0 for before in "01" for label in "01"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crf_building, "_model", lambda: (Counter(model), moves, "made up 1"))
        patch.setattr(crf_building, "_kinds", lambda: kind_of)
        table = CrfTable(build_crf(), "made up")
    for run in runs:
        whole = [first, *run] if first else run
        if whole:
            wanted = [sum(model.get(name, 0) for name in features_of(whole, at)) for at in range(len(whole))]
            found = run_scores(table, [encode_term(cluster) for cluster in whole])
            assert [score * 15_625 // 16 for score in found] == wanted


def test_the_file_is_what_was_written() -> None:
    data = FILE.read_bytes()
    head, body = re.fullmatch(re.escape(MAGIC) + rb"([^\n]*)\n(.*)", data, re.DOTALL).groups()
    assert hashlib.sha256(body).hexdigest().encode() in head
    assert (len(data) - len(body)) % 64 == 0
    assert len(zlib.compress(data)) <= 1_000_000
    assert TABLE.source == "khmer-nltk 1.6"
    assert (CrfBreaker(TABLE).version, CrfBreaker(TABLE).trait) == ("1.6", "khmer-nltk 1.6")


@pytest.mark.parametrize("data", [b"", MAGIC, FILE.read_bytes()[:-1], FILE.read_bytes() + b"x", b"khsearch crf 2\n{}"])
def test_what_is_no_table_is_an_error(data: bytes) -> None:
    with pytest.raises(LexiconError, match=r"mine\.kht: .*install khsearch again"):
        CrfTable(data, "mine.kht")


def test_a_table_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crf_table, "_DEFAULT", tmp_path / "none.kht")
    with pytest.raises(LexiconError, match=r"none\.kht: cannot be read .*install khsearch again"):
        default_table.__wrapped__()


def test_a_breaker_goes_to_other_processes() -> None:
    breaker = CrfBreaker(TABLE)
    assert breaker.break_run(KNOWN[:9]) == pickle.loads(pickle.dumps(breaker)).break_run(KNOWN[:9])


@pytest.mark.slow
def test_the_table_is_built_again_to_the_byte(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["lexicon", "crf", "-o", str(tmp_path / "crf.kht")])
    assert result.exit_code == 0
    assert (tmp_path / "crf.kht").read_bytes() == FILE.read_bytes()


def test_without_khmer_nltk_there_is_nothing_to_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "khmernltk.word_tokenize", raising=False)
    monkeypatch.setitem(sys.modules, "khmernltk", None)
    result = CliRunner().invoke(app, ["lexicon", "crf", "-o", str(tmp_path / "crf.kht")])
    assert result.exit_code == 2
    assert "pip install khmer-nltk" in result.stderr


def test_words_are_those_of_khmer_nltk() -> None:
    texts = [path.read_text("utf-8") for path in sorted(Path("sample_docs").glob("*.txt"))]
    assert compared(texts)[1:] == ([], [])


def test_words_of_random_khmer_are_those_of_khmer_nltk() -> None:
    """Letters, marks and clusters at random; where two breakings are as good, rounding may choose the other one."""
    source = random.Random(2_026)
    letters = ["".join(source.choices(BASES + MARKS + ["\u17d2"] * 20, k=source.randint(1, 25))) for _ in range(400)]
    known = [decode_term(b"".join(source.choices(KNOWN, k=source.randint(1, 12)))) for _ in range(200)]
    compare, other, worse = compared(letters + known)
    assert compare > 3_000
    assert worse == []
    assert len(other) <= 2


@pytest.mark.slow
@pytest.mark.skipif(not TEXTS.exists(), reason="needs the texts in ../shared/data/text")
def test_words_of_a_megabyte_are_those_of_khmer_nltk() -> None:
    lines = [line for path in sorted(TEXTS.glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    random.Random(1).shuffle(lines)
    sizes = accumulate(len(line.encode()) for line in lines)
    compare, other, worse = compared([line for line, size in zip(lines, sizes, strict=True) if size <= 1_000_000])
    assert compare > 90_000
    assert (other, worse) == ([], [])


def compared(texts: Sequence[str]) -> tuple[int, list[str], list[str]]:
    """Compare with khmer-nltk -> clusters of all runs; runs that break otherwise, as well; those that do not."""
    khmernltk = pytest.importorskip("khmernltk")
    logging.getLogger("khmer-nltk").handlers.clear()
    runs = sorted({*re.findall(b"[\x80-\xd3\xdd]+", normalize_all(texts).codes)})
    count, other, worse = 0, [], []
    for run in runs:
        pieces = re.findall(CLUSTER_PATTERN, run)
        count += len(pieces)
        counts = CrfBreaker(TABLE).break_run(pieces)
        mine = ["".join(map(decode_term, pieces[a:b])) for a, b in pairwise(accumulate(counts, initial=0))]
        theirs = khmernltk.word_tokenize(decode_term(run))
        if mine != theirs:
            less = value(pieces, mine) - value(pieces, theirs)
            (other if 0 <= less <= IN_DOUBT else worse).append(decode_term(run))
    return count, other, worse


def value(clusters: Sequence[bytes], words: Sequence[str]) -> int:
    """What the table scores a breaking of a run."""
    begins = {*accumulate(map(len, words), initial=0)}
    labels = [at in begins for at in accumulate(map(len, clusters[:-1]), initial=0)]
    scores = run_scores(TABLE, clusters)
    return sum(score for score, label in zip(scores, labels, strict=True) if label) + sum(
        TABLE.transitions[before][label] for before, label in pairwise(labels)
    )
