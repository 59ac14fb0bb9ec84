"""two_labels: the best labels of runs whose clusters have one of two: scores in, which clusters have label 1 out.

A run's score is the sum of its clusters' scores, each counted where the label is 1, and of the transitions from label
to label. The best labels have the greatest score (Viterbi's algorithm), all in whole numbers. With two labels it needs
but one number a cluster: the *lead*, by how much the best labels up to here with a 1 beat those with a 0,

    lead(t) = score(t) + gain(lead(t - 1))        gain(x) = t01 - t10 - x, but at least t11 - t10, at most t01 - t00

since before a 1 stands a 1 from x = t01 - t11 on, and before a 0 from x = t00 - t10 on. This holds where the second is
not more than the first: where labels would rather alternate. Between the two the label before is the other one of the
label behind it. Among equals label 1 is better. Two forms of one algorithm, with the same answers:

    best_labels       one run, in plain Python
    all_best_labels   all runs of a batch, in numpy

For most clusters the score alone says that the gain is the least or the greatest. What remains are *chains*: clusters
whose lead depends on that before, one after another. All chains are gone along together, and the long ones to their
end one by one, so that any text takes time in proportion to its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from khsearch.sharing import loading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Transitions = tuple[tuple[int, int], tuple[int, int]]
"""What is added for a label behind a label: [label before][label]."""

_TOGETHER = 24  # steps that all chains take together


def best_labels(scores: Sequence[int], transitions: Transitions) -> list[bool]:
    """Label one run: what label 1 scores more than label 0 at each cluster -> true where the label is 1."""
    (t00, t01), (t10, t11) = transitions
    middle, least, most = t01 - t10, t11 - t10, t01 - t00
    lead = scores[0]
    leads = [lead]
    for score in scores[1:]:
        gain = middle - lead
        lead = score + (least if gain < least else most if gain > most else gain)
        leads.append(lead)
    one = leads[-1] >= 0
    labels = [one]
    before_one, before_zero = t01 - t11, t00 - t10
    for lead in leads[-2::-1]:
        one = lead >= (before_one if one else before_zero)
        labels.append(one)
    labels.reverse()
    return labels


def all_best_labels(
    scores: NDArray[np.int32], begins: NDArray[np.bool_], transitions: Transitions
) -> NDArray[np.bool_]:
    """Label all runs of a batch: scores (c,) int32 as above, (c,) true where runs begin -> (c,), where labels are 1."""
    loading("numpy")
    import numpy as np

    (t00, t01), (t10, t11) = transitions
    leads = _leads(scores, begins, transitions)
    ends = np.flatnonzero(begins[1:])
    ends = np.append(ends, np.arange(len(begins))[-1:])
    labels = leads >= t01 - t11
    is_open = leads >= t00 - t10
    is_open ^= labels
    labels[ends] = leads.take(ends) >= 0
    is_open[ends] = False
    # An open label is the other one of the label behind it, and so on up to one that is not open.
    at = np.flatnonzero(is_open)
    last = np.flatnonzero(np.append(at[1:] != at[:-1] + 1, np.ones(min(len(at), 1), np.bool_)))
    decided = np.repeat(at.take(last) + 1, np.diff(last, prepend=-1))
    labels[at] = labels.take(decided) ^ ((decided - at) & 1).astype(np.bool_)
    return labels


def _leads(scores: NDArray[np.int32], begins: NDArray[np.bool_], transitions: Transitions) -> NDArray[np.int32]:
    """Lead of every cluster: (c,) int32, (c,) true where runs begin -> (c,) int32."""
    import numpy as np

    (t00, t01), (t10, t11) = transitions
    middle, least, most = t01 - t10, t11 - t10, t01 - t00
    before = scores[:-1]
    gains = np.subtract(middle, before)
    np.maximum(gains, least, out=gains)
    np.minimum(gains, most, out=gains)
    gains *= ~begins[1:]
    leads = scores.copy()
    leads[1:] += gains
    # The others' gain is the same whatever the lead before them adds to the score there; the first of a run has none.
    in_chain = np.zeros(len(scores) + 1, np.bool_)
    np.logical_and(before > t00 - t10 - most, before < t01 - t11 - least, out=in_chain[1:-1])
    in_chain[1:-1] &= ~begins[1:]
    in_chain[1:-1] &= ~begins[:-1]
    at = np.flatnonzero(in_chain[1:] & ~in_chain[:-1]) + 1
    for _ in range(_TOGETHER):
        gains = np.subtract(middle, leads.take(at - 1))
        leads[at] = scores.take(at) + np.minimum(np.maximum(gains, least), most)
        at += 1
        at = at[in_chain.take(at)]
        if not len(at):
            return leads
    goes_on = in_chain.data
    for first in at.tolist():
        last = first
        while goes_on[last]:
            last += 1
        found = [int(leads[first - 1])]
        for score in scores[first:last].tolist():
            found.append(score + min(max(middle - found[-1], least), most))
        leads[first:last] = found[1:]
    return leads
