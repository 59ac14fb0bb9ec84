"""whole_batches: whole words, as people read them, of a batch of texts: what `wholes` finds in each, as arrays.

Patterns are looked for between the spaces around a sign or digit that touches something, which few stretches of an
ordinary text have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from khsearch.frozen import frozen
from khsearch.khmer.terms.batches import Atoms, find_atoms, mostly_khmer, words_of
from khsearch.khmer.terms.foreign import foreign_units
from khsearch.khmer.terms.patterns import spans
from khsearch.khmer.terms.signs import REPETITION, SIGNS, Span
from khsearch.khmer.terms.streams import Keys, Tokens, count_in_texts
from khsearch.khmer.terms.wholes import Stretch, chosen, marked, phrases_of
from khsearch.khmer.text import scripts
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.points import Codes, Offsets
from khsearch.khmer.text.script import BASES, CLASS, DIGIT, END, LETTER, LINE_END, MARK, SPACE
from khsearch.khmer.words.breakers import Breaker
from khsearch.khmer.words.modes import Joiner, joiner_of


@frozen
class WholeBatch:
    """The whole words of a batch of texts, text after text, and the atoms that they are made of.

    normal       the normal form
    atoms        the stream of atoms, as an index has it, without keys
    atom_starts  (k,) int64, where in the codes each atom begins
    atom_ends    (k,) int64, where it ends
    firsts       (w,) int64, number of the first atom of every whole word
    starts       (w,) int64, where in the codes each whole word begins
    ends         (w,) int64, where it ends
    counts       (t,) int64, whole words in each text
    signs        (s,) int64, numbers of those that are signs and no words, rising
    """

    normal: NormalText
    atoms: Tokens
    atom_starts: Offsets
    atom_ends: Offsets
    firsts: Offsets
    starts: Offsets
    ends: Offsets
    counts: Offsets
    signs: Offsets

    def spans(self) -> tuple[Offsets, Offsets]:
        """Offsets of every whole word in its own original text: two arrays (w,) int64."""
        return self._in_texts(self.starts, self.ends, self.counts)

    def atom_spans(self) -> tuple[Offsets, Offsets]:
        """Offsets of every atom in its own original text: two arrays (k,) int64."""
        return self._in_texts(self.atom_starts, self.atom_ends, self.atoms.counts)

    def _in_texts(self, starts: Offsets, ends: Offsets, counts: Offsets) -> tuple[Offsets, Offsets]:
        starts, ends = self.normal.spans(starts, ends)
        firsts = np.repeat(np.array(self.normal.firsts, np.int64), counts)
        return starts - firsts, ends - firsts


def analyse_whole(normal: NormalText, breaker: Breaker, keys: Keys | None, mode: str, *, by_icu: bool) -> WholeBatch:
    """Find the whole words of a batch in normal form; `keys` are those of the breaker's lexicon, if it reads one.

    In mode "atom" every atom is a word. `by_icu` says whether ICU divides scripts without spaces.
    """
    atoms = find_atoms(normal, breaker, keys)
    text_ends = np.flatnonzero(normal.array == END)
    stream, starts, ends = words_of(normal, atoms, None, foreign_units(normal, atoms.units), text_ends, by_icu=by_icu)
    if mode == "atom":
        none = np.zeros(0, np.int64)
        return WholeBatch(normal, stream, starts, ends, np.arange(len(starts)), starts, ends, stream.counts, none)
    joiner = joiner_of(breaker)
    opens = np.ones(len(starts), np.bool_)
    if joiner is not None:
        begins = np.ones(len(normal.codes), np.bool_)
        begins[atoms.units.starts] = _joined(normal.codes, atoms, joiner)
        opens = begins.take(starts)  # one of other letters begins where no unit does
    phrases = phrases_of(joiner)
    own: list[Span] = []
    if phrases is not None:
        own = marked(phrases.spans(normal, starts, ends), normal.codes)
    word_starts, word_ends = starts, ends
    stretches = chosen(_located(own, starts, ends), _located(_patterns(normal), starts, ends))
    if stretches:
        word_starts, word_ends = _with_stretches(opens, stretches, starts, ends)
    firsts = np.flatnonzero(opens)
    word_starts = word_starts.take(firsts)
    word_ends = _with_repetition(normal.array, word_starts, word_ends.take(np.append(firsts, len(starts))[1:] - 1))
    signs = np.searchsorted(firsts, np.array([one.first for one in stretches if one.is_sign], np.int64))
    counts = count_in_texts(word_starts, text_ends)
    return WholeBatch(normal, stream, starts, ends, firsts, word_starts, word_ends, counts, signs)


def _joined(codes: bytes, atoms: Atoms, joiner: Joiner) -> NDArray[np.bool_]:
    """Which units begin whole words, as the joiner has it: (u,); ValueError where that is no joining of the atoms."""
    units = atoms.units
    begins = np.zeros(len(units.starts), np.bool_)
    begins[atoms.firsts] = True
    if atoms.numbers is not None and mostly_khmer(units):
        clusters = units.all()
        found = joiner.join_all(codes, clusters, begins, atoms.numbers)
    else:
        clusters, which = units.clusters()
        numbers = None if atoms.numbers is None else atoms.numbers.take(which)
        begins = begins.take(which)
        found = joiner.join_all(codes, clusters, begins, numbers)
    like = isinstance(found, np.ndarray) and found.dtype == begins.dtype and found.shape == begins.shape
    if not like or (found & ~begins).any() or not found[clusters.leads].all():
        raise ValueError(
            f"a joiner makes {found!r:.60} of the {len(begins)} clusters of a batch: its join_all gives an array with "
            "a bool for each, true wherever a run begins, and nowhere but where an atom does; mend it"
        )
    if len(found) == len(units.starts):
        return found
    opens = np.ones(len(units.starts), np.bool_)
    opens[which] = found
    return opens


def _located(found: list[Span], starts: Offsets, ends: Offsets) -> list[Stretch]:
    """Stretches that hold atoms and cut none; `starts` and `ends` are those of the atoms."""
    if not found or not len(starts):
        return []
    begins, stops, signs = map(np.array, zip(*found, strict=True))
    first, behind = np.searchsorted(starts, begins), np.searchsorted(ends, stops, "right")
    whole = (first < behind) & ((first == 0) | (ends.take(first - 1, mode="clip") <= begins))
    whole &= (behind == len(starts)) | (starts.take(behind, mode="clip") >= stops)
    rows = (part[whole].tolist() for part in (first, behind, begins, stops, signs))
    return list(map(Stretch, *rows))


def _with_stretches(
    opens: NDArray[np.bool_], stretches: list[Stretch], starts: Offsets, ends: Offsets
) -> tuple[Offsets, Offsets]:
    """Make words of stretches: which atoms begin words (k,), changed in place -> the atoms' edges, moved to theirs."""
    first = np.array([one.first for one in stretches], np.int64)
    behind = np.array([one.behind for one in stretches], np.int64)
    for one in stretches:
        opens[one.first + 1 : one.behind] = False
    opens[first] = True
    opens[behind[behind < len(opens)]] = True
    starts, ends = starts.copy(), ends.copy()
    starts[first] = [one.start for one in stretches]
    ends[behind - 1] = [one.end for one in stretches]
    return starts, ends


def _with_repetition(codes: Codes, starts: Offsets, ends: Offsets) -> Offsets:
    """Where words end: (w,), (w,) -> (w,), with the signs of repetition behind words of Khmer."""
    is_sign = codes == REPETITION
    edges = np.flatnonzero(is_sign[1:] != is_sign[:-1]) + 1  # a text begins and ends with another code
    if not len(edges) or not len(ends):
        return ends
    first, last = edges[::2], edges[1::2]
    word = np.searchsorted(ends, first)
    mine = (ends.take(word, mode="clip") == first) & _IS_KHMER.take(codes.take(first - 1))
    word, last = word[mine], last[mine]
    ends = ends.copy()
    ends[word] = np.minimum(last, np.append(starts, len(codes)).take(word + 1))
    return ends


_IS_KHMER = np.array([code in BASES or kind == MARK for code, kind in enumerate(CLASS)])
_SPACE, _KHMER, _ALNUM, _DIGIT, _SIGN, _BOTH = 1, 2, 4, 8, 16, 32


def _flags() -> bytes:
    flags = bytearray(256)
    for code, kind in enumerate(CLASS):
        if _IS_KHMER[code]:
            flags[code] = _KHMER
        elif kind == DIGIT:
            flags[code] = _ALNUM | _DIGIT
        elif kind > DIGIT:
            flags[code] = _ALNUM
    for code in (END, SPACE, LINE_END):
        flags[code] = _SPACE
    for code in b"$%'+-/:@_\xdb":
        flags[code] = _SIGN
    for code in b".#":
        flags[code] = _SIGN | _BOTH
    return bytes(flags)


_FLAGS = _flags()
"""What each code is to `_patterns`: a sign that may be of a word, one that may be between Khmer, too, or no sign."""


def _patterns(normal: NormalText) -> list[Span]:
    """What `patterns` finds in a batch."""
    codes = _seen(normal)
    flags = np.frombuffer(codes.translate(_FLAGS), np.uint8)
    before, behind = flags[:-1], flags[1:]
    # A letter beside a digit, or a sign beside either.
    touching = ((before ^ behind) == _DIGIT) & (before >= _ALNUM)
    touching |= ((before | behind) & np.uint8(_SIGN | _ALNUM)) == _SIGN | _ALNUM
    touching |= (before >= _BOTH) & (behind == _KHMER)
    places = np.flatnonzero(touching)
    at = codes.find(b"\xd4\x9b")
    others = []
    while at >= 0:
        if codes[at + 2] in b"\xd4\xd5":
            others.append(at)
        at = codes.find(b"\xd4\x9b", at + 2)
    if others:
        places = np.sort(np.append(places, others))
    if not len(places):
        return []
    spaces = np.flatnonzero(flags == _SPACE)
    stretches = np.searchsorted(spaces, places)
    stretches = stretches[np.append(True, stretches[1:] != stretches[:-1])]
    starts, ends = spaces.take(stretches - 1) + 1, spaces.take(stretches)
    return [span for a, b in zip(starts.tolist(), ends.tolist(), strict=True) for span in spans(codes, a, b)]


_POINTS = np.array(sorted(map(ord, SIGNS)), np.uint32)
_LIKE = np.array([ord(SIGNS[chr(point)]) for point in _POINTS.tolist()], np.uint8)


def _seen(normal: NormalText) -> bytes:
    """Codes of a batch, with the signs that have none as those that they are like, and letters that no word has gone.

    A letter of a script without spaces between words is in no pattern.
    """
    points = normal.points
    likely = (points >= 0xFF03) | ((points - np.uint32(0x2010)) < 0x21) | ((points - np.uint32(0x20A0)) < 0x20)
    likely |= ((points - np.uint32(0xA2)) < 4) | (points == 0x0E3F)
    found = points[likely]
    at = np.searchsorted(_POINTS, found)
    has_signs = bool((_POINTS.take(at, mode="clip") == found).any())
    if not has_signs and LETTER not in normal.codes:
        return normal.codes
    seen = normal.array.copy()
    letters = np.flatnonzero(seen == LETTER)
    seen[letters[scripts.are_spaceless(scripts.kinds(points.take(normal.origin_of(letters))))]] = 0xFF
    if has_signs:
        spaces = np.flatnonzero(seen == SPACE)
        found = points.take(normal.origin_of(spaces))
        at = np.searchsorted(_POINTS, found)
        like = _POINTS.take(at, mode="clip") == found
        seen[spaces[like]] = _LIKE.take(at[like])
    return seen.tobytes()
