"""crf_building: khmer-nltk in, the file of its conditional random field out. The door to that package.

The weights of khmer-nltk's features are summed by n-gram, as `crf_table` tells. Features of letters of other scripts
are left out, since a run of Khmer has none, and so are n-grams whose clusters are divided otherwise there than in
normal form. Sums are exact, in millionths of a nat, and rounded once: the same model gives the same file, to the byte.
"""

from __future__ import annotations

import logging
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import add

import numpy as np
from numpy.typing import NDArray

from khsearch.errors import MissingExtraError
from khsearch.khmer.text import script
from khsearch.khmer.words.crf_table import COLUMNS, LABEL_SHIFT, NO_LABEL, NO_SPACE, ROW, SPAN, written
from khsearch.sharing import loading

Ngram = tuple[bytes, ...]
Row = tuple[int, ...]
"""What is added to the labels from SPAN before the first cluster on."""

_PACKAGE = "khmer-nltk"
_MILLION, _UNIT = 1_000_000, 1024
_NOTHING: Row = (0,) * COLUMNS
_LOOK = 2048  # slots that are looked through at once for a place
_MARKS = [bytes([code]) for code in (*range(0xB4, 0xD4), 0xDD)]

# "kcc[-2:0]:..." is the n-gram from two before the labelled cluster to that cluster; some name the later end first.
_NGRAM = re.compile(r"kcc(?:\[([+-]?\d)(?::([+-]?\d))?\])?:([\u1780-\u17d3\u17dd]+)")
_KIND = re.compile(r"(?:t|kcc\[([+-]\d)\]t):(\w+)")
_NO_SPACE = re.compile(r"ns([+-]\d)?")
_CLUSTER = re.compile(script.CLUSTER_PATTERN)


def build_crf() -> bytes:
    """Make the table of the khmer-nltk that is installed -> the content of its file; MissingExtraError."""
    weights, transitions, source = _model()
    ngrams, kinds = _features(weights)
    kind_of = _kinds()

    def alone(cluster: bytes) -> Row:
        """What a cluster adds as one of its kind."""
        kind, is_no_space = kind_of(script.decode_term(cluster))
        return _sum(kinds[kind], kinds["ns"] if is_no_space else _NOTHING)

    slots, rows, names = _placed(_paths(ngrams, alone))
    # Beyond the longest that has a kind of its own, length makes no difference. Marks alone are no unknown clusters.
    lengths = range(1, 2 + max(int(kind[1:]) for kind in kinds if kind[0] == "K"))
    unknown = [row for first in (b"\x80", NO_SPACE[:1]) for row in (_NOTHING, *(alone(first * n) for n in lengths))]
    ends = (_rounded(weights["BOS"]), _rounded(weights["EOS"]))
    moves = [_rounded(transitions[before, label]) for before in "01" for label in "01"]
    return written(source, slots, rows, array("h", _filled(map(_in_units, unknown))), ends, moves, names)


def _model() -> tuple[Mapping[str, int], Mapping[tuple[str, str], int], str]:
    """Weights of features, label 1 less label 0; of transitions, by both labels; all in millionths; whose they are."""
    for room in ("khmernltk.word_tokenize", "importlib.metadata"):
        loading(room)
    try:
        from khmernltk.word_tokenize import load_model, model_path
    except ImportError:
        raise MissingExtraError(f"the table is made of the model of {_PACKAGE}: pip install {_PACKAGE}") from None
    from importlib.metadata import version

    logging.getLogger(_PACKAGE).handlers.clear()  # they write to stderr, which is ours to keep quiet
    info = load_model(model_path).tagger_.info()
    weights: Counter[str] = Counter()
    for (feature, label), weight in info.state_features.items():
        weights[feature] += round(weight * _MILLION) * (1 if label == "1" else -1)
    moves = {labels: round(weight * _MILLION) for labels, weight in info.transitions.items()}
    return weights, moves, f"{_PACKAGE} {version(_PACKAGE)}"


def _kinds() -> Callable[[str], tuple[str, bool]]:
    """What tells the kind of a cluster, and whether khmer-nltk takes it for letters of another script."""
    from khmernltk.word_tokenize.features import is_no_space, kcc_type

    return lambda cluster: (kcc_type(cluster), is_no_space(cluster))


def _features(weights: Mapping[str, int]) -> tuple[dict[Ngram, Row], dict[str, Row]]:
    """Rows of n-grams, and of kinds of one cluster."""
    ngrams: defaultdict[Ngram, list[int]] = defaultdict(lambda: [0] * COLUMNS)
    kinds: defaultdict[str, list[int]] = defaultdict(lambda: [0] * COLUMNS)
    for feature, weight in weights.items():
        if found := _NGRAM.fullmatch(feature):
            one = int(found[1] or 0)
            first, last = sorted([one, int(found[2] or one)])
            clusters = tuple(_CLUSTER.findall(script.encode_term(found[3])))
            if len(clusters) == last - first + 1 and script.decode_term(b"".join(clusters)) == found[3]:
                ngrams[clusters][SPAN - first] += weight
        elif found := _KIND.fullmatch(feature):
            kinds[found[2]][SPAN - int(found[1] or 0)] += weight
        elif found := _NO_SPACE.fullmatch(feature):
            kinds["ns"][SPAN - int(found[1] or 0)] += weight
    rows = defaultdict(lambda: _NOTHING, {kind: tuple(row) for kind, row in kinds.items()})
    return {ngram: tuple(row) for ngram, row in ngrams.items()}, rows


def _paths(ngrams: Mapping[Ngram, Row], alone: Callable[[bytes], Row]) -> dict[Ngram, Row]:
    """The n-grams and what they begin with, each with the sum of its prefixes' rows, in units.

    One that adds nothing is left out where no longer one begins with it.
    """
    clusters = {cluster for ngram in ngrams for cluster in ngram} | {*_MARKS}
    wanted: set[Ngram] = {(cluster,) for cluster in clusters}
    wanted |= {ngram[:size] for ngram in ngrams for size in range(1, len(ngram) + 1)}
    totals: dict[Ngram, Row] = {}
    for path in sorted(wanted, key=len):
        before = totals[path[:-1]] if len(path) > 1 else alone(path[0])
        totals[path] = _sum(before, ngrams.get(path, _NOTHING))
    paths = {path: _in_units(row) for path, row in totals.items()}
    parents = Counter(path[:-1] for path in paths)
    for path in sorted(paths, key=len, reverse=True):
        if len(path) > 1 and not parents[path] and paths[path] == paths[path[:-1]]:
            del paths[path]
            parents[path[:-1]] -= 1
    return paths


def _placed(paths: Mapping[Ngram, Row]) -> tuple[array[int], array[int], list[bytes]]:
    """Slots and rows of some paths, and their clusters by number.

    Clusters are numbered by how often they stand in a path, so that children of a slot lie close together. A slot's
    children go where there is room, one after another in the order of the paths: paths that begin alike, whose rows are
    alike, lie near each other, and the file deflates well.
    """
    times = Counter(cluster for path in paths for cluster in path)
    names = sorted(times, key=lambda cluster: (-times[cluster], cluster))
    if len(names) >= NO_LABEL:
        raise ValueError(f"a table has room for {NO_LABEL - 1} clusters, not for {len(names)}")
    number = {cluster: i for i, cluster in enumerate(names, 1)}
    numbered = {tuple(number[cluster] for cluster in path): row for path, row in paths.items()}
    children: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for path in sorted(numbered):
        if len(path) > 1:
            children[path[:-1]].append(path[-1])
    bases = _bases(children, len(names))
    slots = array("I", [NO_LABEL << LABEL_SHIFT]) * (max(bases.values(), default=0) + len(names) + 1)
    last = max([len(names), *(bases[path] + max(numbers) for path, numbers in children.items())])
    rows = array("h", bytes(2 * ROW * (last + 1)))
    for path, row in numbered.items():
        slot = path[0] if len(path) == 1 else bases[path[:-1]] + path[-1]
        slots[slot] = (path[-1] if len(path) > 1 else NO_LABEL) << LABEL_SHIFT | bases.get(path, 0)
        rows[slot * ROW : slot * ROW + COLUMNS] = array("h", row)
    return slots, rows, names


def _bases(children: Mapping[tuple[int, ...], list[int]], clusters: int) -> dict[tuple[int, ...], int]:
    """Bases that put the children of every path into slots of their own, first fit."""
    size = (len(children) + 2) * (clusters + 1) + _LOOK  # more than is ever filled: each may go behind all others
    used, is_base = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    used[: clusters + 1] = True  # the slots of single clusters are their numbers: base 0, which others without
    is_base[0] = True  # children have too, since nobody finds a child there
    free = clusters + 1
    bases = {}
    for path, numbers in children.items():
        while used[free]:
            free += 1
        base = _first_fit(used, is_base, free, np.array(numbers))
        bases[path] = base
        is_base[base] = True
        used[base + np.array(numbers)] = True
    return bases


def _first_fit(used: NDArray[np.bool_], is_base: NDArray[np.bool_], free: int, numbers: NDArray[np.int64]) -> int:
    """Find the least base, its first child at `free` or behind it, that is nobody's and puts all into free slots."""
    least = int(numbers[0])
    at = max(free, least)
    while True:
        bases = np.flatnonzero(~used[at : at + _LOOK]) + (at - least)
        bases = bases[~is_base[bases]]
        for other in numbers[1:].tolist():
            bases = bases[~used[bases + other]]
        if len(bases):
            return int(bases[0])
        at += _LOOK


def _sum(one: Row, other: Row) -> Row:
    return tuple(map(add, one, other))


def _rounded(weight: int) -> int:
    """Millionths of a nat in units of 1/1024 nat."""
    return round(weight * _UNIT / _MILLION)


def _in_units(row: Row) -> Row:
    return tuple(map(_rounded, row))


def _filled(rows: Iterable[Row]) -> Iterable[int]:
    """Rows one after another, each as long as it is in the file."""
    return (number for row in rows for number in (*row, *[0] * (ROW - COLUMNS)))
