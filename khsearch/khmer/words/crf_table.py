"""crf_table: the file of khmer-nltk's conditional random field in; what clusters add to the scores of labels out.

The model labels every cluster of a run: 1 where a word begins, 0 where none does. Nearly all its features are n-grams
of up to four clusters, no more than three away from the cluster that is labelled. An n-gram that begins at a cluster
therefore adds to the labels from three before that cluster to three behind it, and to no others: a *row* of seven
numbers. With two labels only differences count, label 1 less label 0, in 1/1024 nat.

N-grams are paths of clusters in a double array. The row at the end of a path is the sum of all its prefixes' rows, so
that the longest path from a cluster says all that this cluster begins; a path that adds nothing is left out. For the
n-grams a, ab and b:

    text                a            b            (an unknown cluster)
    longest path        ab           b            none: a row by its length
    row adds to labels  -3 .. +3     -3 .. +3     -3 .. +3      counted from its first cluster

The path of one cluster ends at the slot that is its number. The child of a slot by a cluster is at base + number if the
label there is that number. No two slots with children have the same base. Base and label of a slot share one uint32:

    bits 20 to 31  label, or NO_LABEL: of slots that are no child, and of paths of one cluster
    bits  0 to 19  base of the children; 0 for none, where no slot has a label

(Double array: Aoe, "An efficient digital search algorithm by using a double-array structure", IEEE TSE 15(9), 1989.)

`crf_scores` adds rows up, `two_labels` finds the best labels, and `learning.crf_building` makes the file from
khmer-nltk.
"""

from __future__ import annotations

import re
import sys
from array import array
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.errors import LexiconError
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from khsearch.khmer.words.numbering import Numbering

MAGIC = b"khsearch crf 1\n"
SPAN = 3
"""How far the label is, at most, from the first cluster of an n-gram, and how many clusters an n-gram has behind it."""

COLUMNS = 2 * SPAN + 1
ROW = 8
"""Numbers that a row takes in the file: the columns, and one that is 0."""

LABEL_SHIFT = 20
BASE_MASK, NO_LABEL = (1 << LABEL_SHIFT) - 1, (1 << 12) - 1

NO_SPACE = b"\xd1\xd3\xdd"
"""Marks that khmer-nltk takes for letters of another script. Where a cluster begins with one, its row is another."""

_ALIGNED = 64
_HEAD = re.compile(
    MAGIC + rb'\{"source":"([^"\\\n]{1,80})","slots":(\d{1,7}),"rows":(\d{1,7}),"unknown":(\d{1,3})'
    rb',"clusters":(\d{1,4}),"bos":(-?\d{1,6}),"eos":(-?\d{1,6})'
    rb',"transitions":\[(-?\d{1,6}),(-?\d{1,6}),(-?\d{1,6}),(-?\d{1,6})\],"sha256":"[0-9a-f]{64}"\} *\n'
)


class CrfTable:
    """The model as arrays: what the content of a file says, its sha256 left alone.

    source       what it was made from: a package and its version, as "khmer-nltk 1.6"
    slots        labels and bases; a cluster of no path has number and slot 0
    rows         ROW int16 a slot, as in the file: what the path that ends there adds to labels, SPAN before its first
                 cluster and on
    unknown      the same by `unknown_row`
    bos, eos     what the first and the last cluster of a run add
    transitions  [label before][label]

    LexiconError, naming the file, if it is none.
    """

    def __init__(self, data: bytes, name: str) -> None:
        head = _HEAD.match(data)
        if head is None:
            raise LexiconError(f"{name}: not a table of a conditional random field; install khsearch again")
        self._data = data
        self.source = head[1].decode()
        slots, rows, unknown, clusters, self.bos, self.eos, t00, t01, t10, t11 = map(int, head.groups()[1:11])
        self.transitions = ((t00, t01), (t10, t11))
        edges = list(accumulate((4 * slots, 2 * ROW * rows, 2 * ROW * unknown, clusters), initial=head.end()))
        first, second, self.unknown = (memoryview(data)[edges[i] : edges[i + 1]] for i in range(3))
        self.slots: Sequence[int] = (
            first.cast("I") if sys.byteorder == "little" else _little_endian(array("I", bytes(first)))
        )
        self.rows = second
        self._lengths, self._names = data[edges[3] : edges[4]], data[edges[4] :]
        if len(self._lengths) < clusters or sum(self._lengths) != len(self._names):
            raise LexiconError(f"{name}: damaged; install khsearch again")

    def __reduce__(self) -> tuple[type[CrfTable], tuple[bytes, str]]:
        return (CrfTable, (self._data, "a table that was pickled"))

    @property
    def names(self) -> list[bytes]:
        """Every cluster of a path."""
        return [self._names[a:b] for a, b in pairwise(accumulate(self._lengths, initial=0))]

    @cached_property
    def numbers(self) -> dict[bytes, int]:
        """The number of each, from 1."""
        return {name: number for number, name in enumerate(self.names, 1)}

    @cached_property
    def numbering(self) -> Numbering:
        """What numbers the clusters of a batch."""
        loading("khsearch.khmer.words.numbering")
        from khsearch.khmer.words.numbering import Numbering

        return Numbering(self.numbers)

    @cached_property
    def longest_unknown(self) -> int:
        """Codes from which on the length of an unknown cluster makes no difference."""
        return len(self.unknown) // (4 * ROW) - 1

    def unknown_row(self, cluster: bytes) -> int:
        """Row among `unknown` of a cluster of no path: by its length, and those that begin with NO_SPACE last."""
        row = min(len(cluster), self.longest_unknown)
        return row + self.longest_unknown + 1 if cluster[:1] in NO_SPACE else row

    @cached_property
    def slot_array(self) -> NDArray[np.uint32]:
        """The slots as an array."""
        return np.array(self.slots, np.uint32)

    @cached_property
    def row_array(self) -> NDArray[np.void]:
        """The rows of all slots, an item each, which is taken as one."""
        return np.frombuffer(self.rows, f"V{2 * ROW}")

    @cached_property
    def unknown_rows(self) -> NDArray[np.int16]:
        """The rows by `unknown_row`: (n, ROW)."""
        return np.frombuffer(self.unknown, "<i2").astype(np.int16).reshape(-1, ROW)


def written(
    source: str,
    slots: array[int],
    rows: array[int],
    unknown: array[int],
    ends: tuple[int, int],
    transitions: Sequence[int],
    names: Sequence[bytes],
) -> bytes:
    """Return the content of a file: uint32, int16 and int16 arrays, (bos, eos), transitions row by row, clusters."""
    loading("hashlib")
    import hashlib

    arrays = [_little_endian(numbers).tobytes() for numbers in (slots, rows, unknown)]
    body = b"".join([*arrays, bytes(map(len, names)), *names])
    head = (
        f'{{"source":"{source}","slots":{len(slots)},"rows":{len(rows) // ROW},"unknown":{len(unknown) // ROW},'
        f'"clusters":{len(names)},"bos":{ends[0]},"eos":{ends[1]},"transitions":[{",".join(map(str, transitions))}],'
        f'"sha256":"{hashlib.sha256(body).hexdigest()}"}}'
    ).encode()
    fill = -(len(MAGIC) + len(head) + 1) % _ALIGNED  # so that the arrays lie where arrays like to lie
    return MAGIC + head + b" " * fill + b"\n" + body


def _little_endian(numbers: array[int]) -> array[int]:
    """Numbers in the byte order of files, or those of a file in this machine's."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers


_DEFAULT = Path(__file__).parent.parent / "data" / "crf.kht"


@cache
def default_table() -> CrfTable:
    """Return the table that khsearch brings; a test holds it against khmer-nltk."""
    try:
        data = _DEFAULT.read_bytes()
    except OSError as problem:
        raise LexiconError(f"{_DEFAULT}: cannot be read ({problem.strerror}); install khsearch again") from None
    return CrfTable(data, str(_DEFAULT))
