"""two_labels: the best labels of runs whose clusters have one of two: scores in, which clusters have label 1 out.

A run's score is the sum of its clusters' scores, each counted where the label is 1, and of the transitions from label
to label. The best labels have the greatest score (Viterbi's algorithm), all in whole numbers. With two labels it needs
but one number a cluster: the *margin*, by how much the best labels up to here with a 1 beat those with a 0,

    margin(t) = score(t) + gain(margin(t - 1))
    gain(x) = t01 - t10 - x, but at least t11 - t10, at most t01 - t00

since before a 1 stands a 1 from x = t01 - t11 on, and before a 0 from x = t00 - t10 on. This holds where the second is
not more than the first: where labels would rather alternate. Between the two the label before is the other one of the
label behind it. Among equals label 1 is better. Two forms of one algorithm, with the same answers:

    best_labels       one run, in plain Python
    all_best_labels   all runs of a batch, in numpy

For most clusters the score before says that the gain is the least or the greatest. What remains are *chains*: clusters
whose margin depends on that before, one after another. All chains are gone along together, and long ones by pieces, so
that any text takes time in proportion to its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import TYPE_CHECKING

from khsearch.arrays import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.text.points import Offsets

Transitions = tuple[tuple[int, int], tuple[int, int]]
"""What is added for a label behind a label: [label before][label]."""

Limits = tuple[int, int, int]
"""What a gain is less the margin before, the least that it is, and the most."""

_TOGETHER = 24  # steps that all chains take together
_FAR = 1 << 30
"""More than any margin."""


def best_labels(scores: Sequence[int], transitions: Transitions) -> list[bool]:
    """Label one run: what label 1 scores more than label 0 at each cluster -> true where the label is 1."""
    (t00, t01), (t10, t11) = transitions
    middle, least, most = t01 - t10, t11 - t10, t01 - t00
    margin = scores[0]
    margins = [margin]
    for score in scores[1:]:
        gain = middle - margin
        margin = score + (least if gain < least else most if gain > most else gain)
        margins.append(margin)
    one = margins[-1] >= 0
    labels = [one]
    before_one, before_zero = t01 - t11, t00 - t10
    for margin in margins[-2::-1]:
        one = margin >= (before_one if one else before_zero)
        labels.append(one)
    labels.reverse()
    return labels


def all_best_labels(
    scores: NDArray[np.int32], begins: NDArray[np.bool_], transitions: Transitions
) -> NDArray[np.bool_]:
    """Label all runs of a batch: scores (c,) int32 as above, (c,) true where runs begin -> (c,), where labels are 1."""
    (t00, t01), (t10, t11) = transitions
    margins = _margins(scores, begins, transitions)
    ends = np.flatnonzero(begins[1:])
    ends = np.append(ends, np.arange(len(begins))[-1:])
    labels = margins >= t01 - t11
    is_open = margins >= t00 - t10
    is_open ^= labels
    labels[ends] = margins.take(ends) >= 0
    is_open[ends] = False
    # An open label is the other one of the label behind it, and so on up to one that is not open.
    at = np.flatnonzero(is_open)
    last = np.flatnonzero(np.append(at[1:] != at[:-1] + 1, np.ones(min(len(at), 1), np.bool_)))
    decided = np.repeat(at.take(last) + 1, np.diff(last, prepend=-1))
    labels[at] = labels.take(decided) ^ ((decided - at) & 1).astype(np.bool_)
    return labels


def _margins(scores: NDArray[np.int32], begins: NDArray[np.bool_], transitions: Transitions) -> NDArray[np.int32]:
    """Lead of every cluster: (c,) int32, (c,) true where runs begin -> (c,) int32."""
    (t00, t01), (t10, t11) = transitions
    middle, least, most = t01 - t10, t11 - t10, t01 - t00
    before = scores[:-1]
    gains = np.subtract(middle, before)
    np.maximum(gains, least, out=gains)
    np.minimum(gains, most, out=gains)
    gains *= ~begins[1:]
    margins = scores.copy()
    margins[1:] += gains
    # Elsewhere the gain is the least or the greatest, whatever the cluster before has gained itself; the first of a run
    # has none, and the margin before the second is known.
    in_chain = np.zeros(len(scores) + 1, np.bool_)
    np.logical_and(before > t00 - t10 - most, before < t01 - t11 - least, out=in_chain[1:-1])
    in_chain[1:-1] &= ~begins[1:]
    in_chain[1:-1] &= ~begins[:-1]
    at = np.flatnonzero(in_chain[1:] & ~in_chain[:-1]) + 1
    for _ in range(_TOGETHER):
        gains = np.subtract(middle, margins.take(at - 1))
        margins[at] = scores.take(at) + np.minimum(np.maximum(gains, least), most)
        at += 1
        at = at[in_chain.take(at)]
        if not len(at):
            return margins
    _finish(at, in_chain, scores, margins, (middle, least, most))
    return margins


def _finish(
    at: Offsets, in_chain: NDArray[np.bool_], scores: NDArray[np.int32], margins: NDArray[np.int32], limits: Limits
) -> None:
    """Go along chains to their ends, from places in them on whose margins before are known, and write the margins down.

    A chain is divided into pieces. What a piece makes of the margin before it is sign * margin + shift, but at least
    `low`, at most `high`: found for all pieces together. Then come the margins before all pieces, one by one, and those
    within, all together.
    """
    middle, least, most = limits
    stops = np.flatnonzero(~in_chain)
    ends = stops.take(np.searchsorted(stops, at))
    size = max(_TOGETHER, isqrt(int((ends - at).max())))
    counts = -((at - ends) // size)
    firsts = np.repeat(at, counts) + size * (np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts))
    lengths = np.minimum(np.repeat(ends, counts) - firsts, size)
    longest = int(lengths.max())
    shift = np.zeros(len(firsts), np.int32)
    low, high = np.full(len(firsts), -_FAR, np.int32), np.full(len(firsts), _FAR, np.int32)
    for step in range(longest):
        some = np.flatnonzero(lengths > step)
        score = scores.take(firsts.take(some) + step)
        turned = score + middle
        shift[some] = turned - shift.take(some)
        lower, higher = turned - high.take(some), turned - low.take(some)
        low[some] = np.clip(lower, score + least, score + most)
        high[some] = np.clip(higher, score + least, score + most)
    sign = 1 - 2 * (lengths & 1)
    margin, before = 0, []
    is_first = np.zeros(len(firsts), np.bool_)
    is_first[np.cumsum(counts) - counts] = True
    known = margins.take(firsts - 1).tolist()
    pieces = zip(is_first.tolist(), known, sign.tolist(), shift.tolist(), low.tolist(), high.tolist(), strict=True)
    for opens, first, turn, add, lowest, highest in pieces:
        before.append(first if opens else margin)
        margin = min(max(turn * before[-1] + add, lowest), highest)
    now = np.array(before, np.int32)
    for step in range(longest):
        some = np.flatnonzero(lengths > step)
        places = firsts.take(some) + step
        now[some] = scores.take(places) + np.clip(middle - now.take(some), least, most)
        margins[places] = now.take(some)
