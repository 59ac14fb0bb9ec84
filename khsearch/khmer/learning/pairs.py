"""pairs: raw text and a list of decisions in, the table of atom pairs out, by which atoms are joined to whole words.

Of two atoms that stand side by side in a run it is counted how often they do, and how often the conditional random
field parts them there. The field sees what stands around them, the counts what mostly is: asked together, each mends
slips of the other. Pairs that it never joins are left out.

What neither can know is decided in a list (`joinlist`). The same input gives the same table, to the byte.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import spans
from khsearch.frozen import frozen
from khsearch.khmer.learning.counting import batches
from khsearch.khmer.learning.joinlist import Decisions, default_join_list, read_join_list
from khsearch.khmer.text.clusters import units
from khsearch.khmer.text.normalize import normalize_all
from khsearch.khmer.words.breakers import Breaker, breaker
from khsearch.khmer.words.pair_table import (
    JOINED,
    MAGIC,
    OVERFLOW,
    PARTED,
    UNKNOWN,
    all_hashes,
    all_pairs,
    hash_of,
    home_and_tag,
    keys_of,
    pair_of,
)

_SMOOTHING = 0.1  # added to both counts
_EIGHTHS = 8  # a nat
_ROOM = 4  # homes for each pair, at least

Pairs = NDArray[np.uint64]
Hashes = NDArray[np.uint32]
Counts = NDArray[np.int64]


@frozen
class PairCounts:
    """What was counted of n pairs of atoms, in the order of their hashes.

    pairs, lefts, rights  (n,) hashes of the pair and of its atoms
    times, parted         (n,) how often they stand side by side, and how often they were parted there
    """

    pairs: Pairs
    lefts: Hashes
    rights: Hashes
    times: Counts
    parted: Counts


def build_pairs(texts: Iterable[str], joins: Path | None = None) -> bytes:
    """Return the table of pairs of raw text as a file's content, with the decisions of a list or of the one that ships.

    The atoms are those of the lexicon that khsearch brings, the teacher is its conditional random field. LexiconError
    where a line of the list is no decision.
    """
    decisions = default_join_list() if joins is None else read_join_list(joins)
    return compiled(count_pairs(texts, breaker(), breaker("crf")), decisions)


def count_pairs(texts: Iterable[str], atoms: Breaker, teacher: Breaker) -> PairCounts:
    """Count the pairs of atoms in raw text, and how often a teacher has a word begin between the two."""
    return _summed([_counted(batch, atoms, teacher) for batch in batches(texts)])


def _counted(texts: list[str], atoms: Breaker, teacher: Breaker) -> PairCounts:
    normal = normalize_all(texts)
    found, _ = units(normal.codes)
    clusters, _ = found.clusters()
    if not len(clusters.leads):
        return _summed([])
    firsts = np.flatnonzero(atoms.break_all(normal.codes, clusters))
    parted = teacher.break_all(normal.codes, clusters).take(firsts)
    eights = spans.load_part(spans.eights(normal.codes), clusters.starts, clusters.ends - clusters.starts)
    hashes = all_hashes(keys_of(eights), firsts)
    inside = np.flatnonzero(~clusters.leads.take(firsts))
    return _summed(
        [
            PairCounts(
                all_pairs(hashes).take(inside - 1),
                hashes.take(inside - 1),
                hashes.take(inside),
                np.ones(len(inside), np.int64),
                parted.take(inside).astype(np.int64),
            )
        ]
    )


def _summed(parts: list[PairCounts]) -> PairCounts:
    """Several counts as one."""
    pairs = np.concatenate([np.zeros(0, np.uint64), *(part.pairs for part in parts)])
    pairs, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)

    def chosen(field: str) -> Hashes:
        return np.concatenate([np.zeros(0, np.uint32), *(getattr(part, field) for part in parts)]).take(first)

    def added(field: str) -> Counts:
        counts = np.concatenate([np.zeros(0, np.int64), *(getattr(part, field) for part in parts)])
        return np.bincount(inverse, counts, len(pairs)).astype(np.int64)

    return PairCounts(pairs, chosen("lefts"), chosen("rights"), added("times"), added("parted"))


def compiled(counts: PairCounts, decisions: Decisions) -> bytes:
    """Return the table of pairs that were ever joined, and of what is decided, as a file's content."""
    votes = {}
    ever = counts.parted < counts.times
    for pair, times, parted in zip(
        counts.pairs[ever].tolist(), counts.times[ever].tolist(), counts.parted[ever].tolist(), strict=True
    ):
        votes[pair] = round(_EIGHTHS * math.log((parted + _SMOOTHING) / (times - parted + _SMOOTHING)))
    decided = [(atoms, JOINED) for atoms in decisions.joined] + [(atoms, PARTED) for atoms in decisions.parted]
    for (left, *_, right), vote in decided:
        if not left or not right:  # whatever stands beside it
            of, atom = (counts.rights, right) if not left else (counts.lefts, left)
            votes.update(dict.fromkeys(counts.pairs[of == np.uint32(hash_of(atom))].tolist(), vote))
    words = []
    for atoms, vote in decided:
        if all(atoms):
            pairs = tuple(pair_of(left, right) for left, right in pairwise(map(hash_of, atoms)))
            if len(pairs) == 1:
                votes[pairs[0]] = vote
            else:
                words.append(pairs)
    values = {pair: 2 * vote for pair, vote in votes.items()}
    for pair, *_ in words:
        values[pair] = values.get(pair, 2 * UNKNOWN) | 1
    return _packed(values, sorted(words))


def _packed(values: Mapping[int, int], words: Sequence[tuple[int, ...]]) -> bytes:
    homes = 1 << (_ROOM * len(values) - 1).bit_length()
    tags, found = np.zeros(homes + OVERFLOW, "<u4"), np.zeros(homes + OVERFLOW, "<i2")
    for pair in sorted(values):
        at, tag = home_and_tag(pair, homes)
        while tags[at]:
            at += 1
        tags[at], found[at] = tag, values[pair]
    numbers = np.array([number for word in words for number in (len(word), *word)], "<u8")
    body = tags.tobytes() + found.tobytes() + numbers.tobytes()
    head = f'{{"places":{len(tags)},"words":{len(words)},"sha256":"{hashlib.sha256(body).hexdigest()}"}}\n'
    return MAGIC + head.encode() + body
