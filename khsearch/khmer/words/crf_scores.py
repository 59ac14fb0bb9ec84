"""crf_scores: clusters in; how much better it is that a word begins at each than that none does, out.

The scores of `crf_table`, without transitions between labels: whole numbers of 1/1024 nat. Two forms of one sum, with
the same answers:

    run_scores   one run, in plain Python
    all_scores   all runs of a batch, in numpy
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.khmer.words.crf_table import BASE_MASK, COLUMNS, LABEL_SHIFT, NO_SPACE, ROW, SPAN, CrfTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.text.clusters import Clusters
    from khsearch.khmer.text.points import Offsets

_ROW = Struct(f"<{COLUMNS}hxx")
_PIECE = 1 << 16  # clusters scored at once: arrays of so many stay in the cache of a processor


def run_scores(table: CrfTable, clusters: Sequence[bytes]) -> list[int]:
    """Score one run: its clusters, in codes -> a score each."""
    number = table.numbers.get
    numbers = [number(cluster, 0) for cluster in clusters]
    slots, row_of = table.slots, _ROW.unpack_from
    scores = []
    # What was added so far to the six labels behind the last score.
    h = i = j = k = l = m = 0  # noqa: E741
    for at, first in enumerate(numbers, 1):
        if first:
            slot = first
            node = slots[slot]
            for following in numbers[at : at + SPAN]:
                child = (node & BASE_MASK) + following
                node = slots[child]
                if node >> LABEL_SHIFT != following:
                    break
                slot = child
            a, b, c, d, e, f, g = row_of(table.rows, slot * _ROW.size)
        else:
            a, b, c, d, e, f, g = row_of(table.unknown, table.unknown_row(clusters[at - 1]) * _ROW.size)
        scores.append(h + a)
        h, i, j, k, l, m = i + b, j + c, k + d, l + e, m + f, g  # noqa: E741
    scores += (h, i, j)
    del scores[:SPAN]  # of labels before the run, as those behind it
    scores[0] += table.bos
    scores[-1] += table.eos
    return scores


def all_scores(table: CrfTable, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.int32]:
    """Score all runs of a batch: codes and their c clusters -> (c,) int32.

    `numbers`, of the clusters in the table, are given where they are known already.
    """
    if numbers is None:
        numbers = table.numbering.number_all(codes, clusters)
    count = len(numbers)
    firsts = np.flatnonzero(clusters.leads)
    following = np.zeros(count + SPAN, np.uint32)
    following[:count] = numbers
    following[firsts] = 0  # no path goes on where a run begins
    together = _together(clusters.leads)
    scores = np.zeros(count + 2 * SPAN, np.int32)  # with labels before and behind all, which nobody asks for
    scores[SPAN + firsts] = table.bos
    scores[SPAN - 1 + np.append(firsts, count)[1:]] += table.eos
    for first in range(0, count, _PIECE):
        last = min(first + _PIECE, count)
        slots = _slots(table.slot_array, numbers[first:last], following[first + 1 : last + SPAN])
        rows = table.row_array.take(slots).view("<i2").reshape(-1, ROW)
        columns = rows.T[:COLUMNS].astype(np.int16, order="C")
        for column, behind in enumerate(range(-SPAN, SPAN + 1)):
            columns[column] &= together[abs(behind)][first + max(behind, 0) : last + max(behind, 0)]
            scores[first + column : last + column] += columns[column]
    at = np.flatnonzero(numbers == 0)
    if len(at):
        rows = table.unknown_rows.take(_unknown(table, codes, clusters, at), axis=0)
        for behind in range(-SPAN, SPAN + 1):
            scores[at + (SPAN + behind)] += rows[:, SPAN + behind] & together[abs(behind)].take(at + max(behind, 0))
    return scores[SPAN:-SPAN]


def _slots(slots: NDArray[np.uint32], numbers: Offsets, following: NDArray[np.uint32]) -> Offsets:
    """Slots where the longest paths end: numbers of n clusters; of the clusters behind each, n + 2; -> (n,)."""
    found = numbers.astype(np.uint32)
    base: NDArray[np.uint32] = slots.take(numbers) & np.uint32(BASE_MASK)
    for depth in range(SPAN):
        number = following[depth : depth + len(found)]
        child = base + number
        base = slots.take(child.astype(np.int64))
        base ^= number << LABEL_SHIFT  # leaves the base where the label is the number, and else more than any base
        is_child = base <= BASE_MASK
        base *= is_child
        child -= found
        child *= is_child  # np.where would guess at every cluster which it is
        found += child
    return found.astype(np.int64)


def _together(leads: NDArray[np.bool_]) -> list[NDArray[np.int16]]:
    """Where a cluster is in one run with the one so many before it, for 0 to SPAN: (c,) -> (c + SPAN,) each.

    All bits where it is so, none elsewhere.
    """
    every = np.zeros(len(leads) + SPAN, np.int16)
    every[: len(leads)] = leads.view(np.int8) - np.int8(1)
    found = [np.full(len(every), -1, np.int16), every]
    for distance in range(1, SPAN):
        further = found[-1].copy()
        further[distance:] &= every[:-distance]
        found.append(further)
    return found


def _unknown(table: CrfTable, codes: bytes, clusters: Clusters, at: Offsets) -> Offsets:
    """Rows of unknown clusters, as `CrfTable.unknown_row` has them: (n,) -> (n,)."""
    starts = clusters.starts.take(at)
    rows: Offsets = np.minimum(clusters.ends.take(at) - starts, table.longest_unknown)
    first = np.frombuffer(codes, np.uint8).take(starts)
    is_no_space = (first[:, None] == np.frombuffer(NO_SPACE, np.uint8)).any(axis=1)
    rows[is_no_space] += table.longest_unknown + 1
    return rows
