"""pair_files: the table of a field's frequent pairs: which pairs it keeps, its sections (see `format`), and back.

A segment of few tokens has no table: its pairs are counted faster than a table of all of them is worth keeping. In a
larger one most pairs stand in one document; these are left out, and of the others the rarest, where they are many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import narrow, starts_of
from khsearch.columnar.segments.pairs import Pairs
from khsearch.engine import pairs as rule

if TYPE_CHECKING:
    from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter
    from khsearch.columnar.postings.decode import FieldReader

FEWEST_TOKENS, LEAST, MOST = rule.FEWEST_TOKENS, rule.LEAST, rule.MOST
LARGE = 255  # documents of a pair from which they have a number of their own


def frequent(found: Pairs) -> Pairs:
    """Those of all pairs that a table keeps."""
    return found.where(rule.frequent(found.dfs, LEAST, MOST))


def write(file: BlockFileWriter, prefix: str, found: Pairs, terms: int) -> None:
    """Write the sections of a table for a field of so many terms; their names begin with prefix."""
    large = found.dfs >= LARGE
    file.add(prefix + "pairs", narrow(np.bincount(found.firsts, minlength=terms)))
    file.add(prefix + "seconds", narrow(found.seconds))
    file.add(prefix + "together", np.minimum(found.dfs, LARGE).astype(np.uint8))
    file.add(prefix + "often", narrow(found.dfs[large]))


def read(file: BlockFile, prefix: str, field: FieldReader) -> Pairs:
    """Read the table of a field back, verified; IndexDamagedError where it is none."""
    counts, seconds, dfs, often = (file.section(prefix + part) for part in ("pairs", "seconds", "together", "often"))
    for section in (counts, seconds, dfs, often):
        if section.raw.dtype not in (np.uint8, np.uint16, np.uint32):
            raise section.damage("it holds numbers of another kind than it should")
    if len(counts) != field.count or len(dfs) != len(seconds):
        raise counts.damage("the tables of pairs disagree about their number")
    begins = starts_of(counts.whole())
    if int(begins[-1]) != len(seconds):
        raise counts.damage("the tables of pairs disagree about their number")
    firsts = np.arange(len(counts)).repeat(counts.whole())
    found = Pairs(firsts, seconds.whole().astype(np.int64), dfs.whole().astype(np.int64))
    keys = found.firsts * field.count + found.seconds
    if len(keys) and (int(found.seconds.max()) >= field.count or bool((keys[1:] <= keys[:-1]).any())):
        raise seconds.damage("pairs are out of order, or of terms that do not exist")
    large = np.flatnonzero(found.dfs == LARGE)
    if len(large) != len(often):
        raise often.damage("the tables of pairs disagree about their number")
    found.dfs[large] = often.whole()
    if len(keys) and not 1 <= int(found.dfs.min()) <= int(found.dfs.max()) <= field.docs:
        raise dfs.damage("pairs stand in documents that do not exist")
    return found
