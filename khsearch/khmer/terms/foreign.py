"""foreign: runs of letters outside ASCII and the Khmer block in; their words out.

A run is divided where the script changes (`scripts`), ICU divides what is of a script without spaces, or each letter
of it is a word (`words.spaceless`), and what is longer than a term may be is divided from its beginning on. The words
of a batch are found as arrays, with one call of ICU: a line end between two runs keeps one from deciding about the
other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from khsearch.frozen import frozen
from khsearch.khmer.terms.streams import TermKeys, Tokens, count_in_texts
from khsearch.khmer.text import scripts
from khsearch.khmer.text.clusters import Units
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.points import Offsets, Points, encode_all, text_of
from khsearch.khmer.text.script import LETTER, LONGEST_TERM
from khsearch.khmer.words.icu import word_ends

_LINE_END = 0x0A


@frozen
class ForeignWords:
    """Words of some runs, in order.

    starts, ends      (w,) int64, place in the codes where each begins, and behind its last
    runs              (w,) int64, number of the run that each is of
    forms             the terms, in code form, one behind the other
    form_ends         (w,) int64, where in `forms` each ends
    """

    starts: Offsets
    ends: Offsets
    runs: Offsets
    forms: bytes
    form_ends: Offsets


def foreign_units(normal: NormalText, units: Units) -> NDArray[np.bool_] | None:
    """Which units have letters outside ASCII; None where none does."""
    letters = np.flatnonzero(normal.array == LETTER)
    if not len(letters):
        return None
    first = np.ones(len(letters), np.bool_)
    np.not_equal(letters[1:], letters[:-1] + 1, out=first[1:])  # one of a stretch is enough
    found = np.zeros(len(units.starts), np.bool_)
    found[np.searchsorted(units.starts, letters[first], "right") - 1] = True
    return found


def with_foreign_words(
    normal: NormalText,
    starts: Offsets,
    ends: Offsets,
    keys: TermKeys | None,
    is_foreign: NDArray[np.bool_],
    text_ends: Offsets,
    *,
    by_icu: bool,
) -> tuple[Tokens, Offsets, Offsets]:
    """Replace the runs with letters outside ASCII by their words -> the stream, and the words' edges in the codes.

    by_icu  whether ICU divides scripts without spaces
    """
    runs = np.flatnonzero(is_foreign)
    found = find_words(normal, starts.take(runs), ends.take(runs), by_icu=by_icu)
    times = np.ones(len(starts), np.int64)
    times[runs] = np.bincount(found.runs, minlength=len(runs))
    owner = np.repeat(np.arange(len(starts)), times)
    at = np.flatnonzero(is_foreign.take(owner))
    word_starts, word_stops = starts.take(owner), ends.take(owner)
    word_starts[at], word_stops[at] = found.starts, found.ends
    # Their terms have no codes of their own: they are written behind the codes of the batch.
    term_starts, term_ends = word_starts.copy(), word_stops.copy()
    term_ends[at] = len(normal.codes) + found.form_ends
    term_starts[at] = len(normal.codes) + np.append(0, found.form_ends[:-1])[: len(at)]
    if keys is not None:
        keys = keys.take(owner)
    stream = Tokens(
        np.frombuffer(normal.codes + found.forms, np.uint8),
        term_starts,
        term_ends,
        count_in_texts(word_starts, text_ends),
        keys,
    )
    return stream, word_starts, word_stops


def find_words(normal: NormalText, starts: Offsets, ends: Offsets, *, by_icu: bool) -> ForeignWords:
    """Words of the runs that begin and end at some places of the codes."""
    sizes = ends - starts
    behind = np.cumsum(sizes)
    places = np.repeat(starts - behind + sizes, sizes) + np.arange(int(behind[-1]))
    points = normal.points.take(normal.origin_of(places))
    kinds = scripts.kinds(points)
    marks, spaceless = scripts.are_marks(kinds), scripts.are_spaceless(kinds)
    begins = _borders(scripts.scripts(kinds), behind - sizes)
    if marks.any():
        # A mark with nothing to stand on is no part of the word behind it.
        last = np.maximum.accumulate(np.where(marks, -1, np.arange(len(points))))
        has_letter = last >= np.repeat(behind - sizes, sizes)
        begins[1:] |= has_letter[1:] & ~has_letter[:-1] & ~spaceless[1:]
    if by_icu:
        _divide_by_icu(points, spaceless, begins)
    else:
        begins |= spaceless & ~marks
    firsts = np.flatnonzero(begins)
    lengths = np.diff(firsts, append=len(points))
    for at in np.flatnonzero(lengths > LONGEST_TERM).tolist():
        begins[firsts[at] : firsts[at] + lengths[at] : LONGEST_TERM] = True
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:], len(points)) - 1
    are_words = np.logical_or.reduceat(scripts.are_letters(kinds), firsts)
    of_word = np.repeat(are_words, lasts + 1 - firsts)
    firsts, lasts = firsts[are_words], lasts[are_words]
    forms, form_ends = _forms(points[of_word], lasts + 1 - firsts)
    owners = np.repeat(np.arange(len(sizes)), sizes).take(firsts)
    return ForeignWords(places.take(firsts), places.take(lasts) + 1, owners, forms, form_ends)


def _borders(of: NDArray[np.uint16], firsts: Offsets) -> NDArray[np.bool_]:
    """Where runs begin and where their script changes: scripts of letters (n,), where runs begin -> (n,)."""
    begins = np.zeros(len(of), np.bool_)
    begins[firsts] = True
    if not of.all():
        of = of.take(np.maximum.accumulate(np.where((of > 0) | begins, np.arange(len(of)), 0)))
    begins[1:] |= (of[1:] != of[:-1]) & (of[:-1] > 0)
    return begins


def _divide_by_icu(points: Points, spaceless: NDArray[np.bool_], begins: NDArray[np.bool_]) -> None:
    """Mark where words of scripts without spaces begin; `begins` has what parts the scripts already."""
    if not spaceless.any():
        return
    firsts = np.flatnonzero(begins)
    sizes = np.diff(firsts, append=len(points))
    divided = np.logical_or.reduceat(spaceless, firsts)
    chosen = np.flatnonzero(np.repeat(divided, sizes))
    sizes = sizes[divided]
    behind = np.cumsum(sizes)
    lines = np.insert(points.take(chosen), behind, _LINE_END)
    edges = np.array(word_ends(text_of(lines)), np.int64)
    edges = edges[lines.take(edges, mode="clip") != _LINE_END]
    begins[chosen.take(edges - np.searchsorted(behind + np.arange(len(behind)), edges))] = True


def _forms(points: Points, sizes: Offsets) -> tuple[bytes, Offsets]:
    """Folded words in code form: their code points and how many each has -> the forms, and where each ends."""
    if not len(points):
        return b"", np.zeros(0, np.int64)
    lines = np.insert(points, np.cumsum(sizes), _LINE_END)
    folded = scripts.fold_all(lines)
    ends = np.flatnonzero(folded == _LINE_END)
    forms, edges = encode_all(np.delete(folded, ends))
    return forms, edges.take(ends - np.arange(len(ends)))
