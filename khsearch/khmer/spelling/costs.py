"""costs: what it costs, in nats, that a word was typed otherwise than it is spelled. Counts of slips in, costs out.

A word is a row of *strokes*: bases, subscripts (a coeng and its letter are one), vowels, signs, or letters of another
script. Typed for a word is whatever the cheapest way from its strokes to those typed makes of it: a stroke typed for a
stroke, put in, left out, or two neighbours swapped. A cost is -ln of a probability, learned from real slips (Kernighan,
Church and Gale 1990, "A spelling correction program based on a noisy channel model"):

    P(x | y)   = (n(x, y) + K p(x | y)) / (n(y) + K)       x typed for y, or nothing: y was left out
    P(put x)   = (n(x) + m / 10) / (n + 1)                 per stroke of a right word; m: the mean n(x) of x's kind

n are counts; K p(x | y) stands in for what was never met: p is the rate at which slips of its kind befall any stroke
(one consonant for another of its sound, a subscript that becomes a letter, a vowel for another, a sign left out).

*Excess* is what a word costs more than if it were typed without a slip: each stroke typed is counted less what it
costs to type it rightly. Typed as it is spelled, a word has the excess 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import Array, starts_of
from khsearch.errors import LexiconError
from khsearch.khmer.text import script

Numbers = NDArray[np.float64]
Floats = NDArray[np.float32]
Strokes = NDArray[np.int64]

Slip = tuple[int, int]
"""What was typed for which stroke; `NOTHING` where one was put in, or left out."""

NOTHING = 0
FOREIGN = 256
"""A letter outside ASCII and Khmer is this and its code point; costs know all of them as `script.LETTER`."""

_SUBSCRIPT = 0x20  # subscripts are numbered from here, in the order of their letters
_KINDS = (
    range(_SUBSCRIPT, _SUBSCRIPT + 0x34),  # subscripts
    range(0x80, 0xA3),  # consonants
    range(0xA3, 0xB4),  # independent vowels
    range(0xB6, 0xC6),  # vowels
    range(0xC9, 0xCB),  # register shifters
    (*range(0xC6, 0xC9), *range(0xCB, 0xD2), 0xD3, 0xDD),  # other signs
)
KHMER = [stroke for kind in _KINDS for stroke in kind]
"""The strokes of Khmer."""

_SOUNDS = ("កគ", "ខឃ", "ចជ", "ឆឈ", "ដតទឌ", "ឋថធឍ", "នណ", "បព", "ផភ", "លឡ", "សឝឞ", "ឥឦ", "ឧឩឪឱឳ", "ឫឬ", "ឭឮ", "ឯឰ")
_VOWELS = ("ិី", "ិឹ", "ីឹ", "ីឺ", "ឹឺ", "ឺើ", "ុូ", "ូួ", "េែ", "ែៃ", "ោៅ", "ៀឿ", "ើឿ", "ីើ", "េើ", "ោើ")
_FOREIGN = re.compile(rb"\x01[\x00-\x7f]{3}")
_STROKE = re.compile(rb"\xd2[\x80-\xb3]|" + _FOREIGN.pattern + b"|.", re.DOTALL)

_K = 16.0  # from so many times on, a stroke's own slips weigh more than those of its kind
_SLIPS, _CHANCES = 0.3, 60.0  # added to the slips of a kind, and to the chances for them
_LEFT_OUT, _MET = 0.5, 5.0  # the same of strokes left out
_PUT_IN = 0.1  # of what its kind is put in on average, added to a stroke's own count
_MOST_SLIPS = 0.9  # strokes that are never typed rightly there are none

_NEVER = 20.0
_OTHER, _OTHER_KEPT = 6.5, 0.05
"""Costs of a slip in letters of other scripts, and of none: such slips were not counted."""

_HEAD = (
    "Slips of writing: what was typed, for what, how often; rightly typed strokes included. Divided by tabs.",
    "Strokes are code points; 17D2+ makes a subscript; - is nothing (put in, left out). Variants count a quarter.",
)

_LETTERS = [script.LETTER, *range(ord("a"), ord("z") + 1)]


def strokes(word: bytes) -> list[int]:
    """The strokes of a word in code form."""
    return [found[0] if len(found) == 1 else _stroke(found) for found in _STROKE.findall(word)]


def _stroke(found: bytes) -> int:
    if found[0] == script.COENG:
        return found[1] - script.BASES.start + _SUBSCRIPT
    return FOREIGN + (found[1] << 14 | found[2] << 7 | found[3])


def strokes_of_all(codes: Array, starts: Array) -> tuple[Strokes, Array]:
    """The strokes of many words.

    codes (m,) uint8, starts (t + 1,) -> strokes (s,), where those of each begin and the last end (t + 1,).
    """
    found = codes.astype(np.int64)
    subscribes = np.zeros(len(codes), bool)
    subscribes[:-1] = (codes[:-1] == script.COENG) & (codes[1:] >= script.BASES.start) & (codes[1:] < script.BASES.stop)
    ends = starts[1:][np.diff(starts) > 0]
    subscribes[ends - 1] = False
    kept = ~subscribes
    below = np.flatnonzero(subscribes) + 1
    found[below] += _SUBSCRIPT - script.BASES.start
    at = np.array([letter.start() for letter in _FOREIGN.finditer(codes.tobytes())], np.int64)
    found[at] = FOREIGN + (found[at + 1] << 14 | found[at + 2] << 7 | found[at + 3])
    for place in (1, 2, 3):
        kept[at + place] = False
    return found[kept], starts_of(kept).take(starts)


@dataclass(frozen=True, eq=False)
class EditCosts:
    """Costs in nats, float32.

    typed  (256, 256) of a stroke, first, typed for another, second
    put    (256,) of a stroke put in
    out    (256,) of a stroke left out
    """

    typed: Floats
    put: Floats
    out: Floats

    @property
    def swapped(self) -> float:
        """What two neighbouring letters of another script cost more where they were typed in each other's place."""
        return _OTHER - 2 * _OTHER_KEPT

    @staticmethod
    def swaps(stroke: int) -> bool:
        """Whether a stroke may be swapped with its neighbour: in Khmer, no such slips were counted."""
        return stroke >= FOREIGN or stroke in _LETTERS

    def excess(self, typed: Sequence[int], alphabet: Strokes) -> tuple[Floats, Floats, Floats]:
        """What slips add to what it costs to type some strokes rightly.

        typed (m,), alphabet (a,) -> of each typed for each of the alphabet (m, a); of each put in (m,); of each of the
        alphabet left out (a,).
        """
        mine, others = _known(np.array(typed, np.int64)), _known(alphabet)
        right = self.typed[mine, mine]
        instead = self.typed[mine][:, others]
        for place, stroke in enumerate(typed):
            if stroke >= FOREIGN:  # all of these are one to the table
                instead[place] = np.where(alphabet == stroke, right[place], np.maximum(instead[place], _OTHER))
        return instead - right[:, None], self.put[mine] - right, self.out[others]


def _known(strokes_: Strokes) -> Strokes:
    return np.where(strokes_ < FOREIGN, strokes_, script.LETTER)


def costs_of(counts: Mapping[Slip, float]) -> EditCosts:
    """Costs from counts of what was typed for which stroke, strokes rightly typed included."""
    instead, out, put, met = np.zeros((256, 256)), np.zeros(256), np.zeros(256), np.zeros(256)
    for (x, y), count in counts.items():
        where = put[x : x + 1] if y == NOTHING else out[y : y + 1] if x == NOTHING else instead[x, y : y + 1]
        where += count
        met[y] += count
    met[NOTHING] = 0
    chance, chance_out, mean_put = _of_kinds(instead, out, put, met)
    typed, come, gone = np.full((256, 256), _NEVER), np.full(256, _NEVER), np.full(256, _NEVER)
    khmer = np.ix_(KHMER, KHMER)
    typed[khmer] = -np.log(((instead + _K * chance) / (met + _K))[khmer])
    gone[KHMER] = -np.log(((out + _K * chance_out) / (met + _K))[KHMER])
    come[KHMER] = -np.log(((put + _PUT_IN * mean_put) / (met.sum() + 1))[KHMER])
    gone[_LETTERS] = come[_LETTERS] = _OTHER
    typed[np.ix_(_LETTERS, _LETTERS)] = _OTHER
    typed[_LETTERS, _LETTERS] = _OTHER_KEPT
    return EditCosts(typed.astype(np.float32), come.astype(np.float32), gone.astype(np.float32))


def _of_kinds(instead: Numbers, out: Numbers, put: Numbers, met: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """What is expected of any stroke as one of its kind.

    -> chance of each typed for each (256, 256), of each left out (256,); how often one of its kind is put in (256,)
    """
    kinds, relations = _kinds(), _relations()
    khmer = np.ix_(KHMER, KHMER)
    among = relations[khmer].ravel()
    slips = np.bincount(among, instead[khmer].ravel())
    chances = np.bincount(among, np.tile(met[KHMER] + 0.5, len(KHMER)))
    chance = np.zeros((256, 256))
    chance[khmer] = ((slips + _SLIPS) / (chances + _CHANCES)).take(relations[khmer])
    outs, mets, puts = (np.bincount(kinds[KHMER], counts[KHMER]) for counts in (out, met, put))
    chance_out = ((outs + _LEFT_OUT) / (mets + _MET)).take(kinds)
    np.fill_diagonal(chance, 0)
    np.fill_diagonal(chance, 1 - np.minimum(chance.sum(0) + chance_out, _MOST_SLIPS))
    return chance, chance_out, ((puts + 0.5) / np.maximum(np.bincount(kinds[KHMER]), 1)).take(kinds)


def _kinds() -> NDArray[np.int64]:
    """Number of the kind of each stroke (256,); 0 is no stroke of Khmer."""
    kinds = np.zeros(256, np.int64)
    for number, kind in enumerate(_KINDS, 1):
        kinds[list(kind)] = number
    return kinds


def _relations() -> NDArray[np.int64]:
    """Number of the kind of slip that one stroke typed for another is (256, 256).

    It follows from the kinds of both, and from whether they are of one sound, or one letter.
    """
    letters = np.arange(256)
    letters[_SUBSCRIPT : _SUBSCRIPT + 0x34] = range(script.BASES.start, script.BASES.stop)
    sounds = letters.copy()
    for group in _SOUNDS:
        codes = [script.code_of(letter) for letter in group]
        sounds[np.isin(letters, codes)] = codes[0]
    alike = (sounds[:, None] == sounds).astype(np.int64) + (letters[:, None] == letters)
    for pair in _VOWELS:
        a, b = map(script.code_of, pair)
        alike[a, b] = alike[b, a] = 1
    kinds = _kinds()
    relations: NDArray[np.int64] = (kinds[:, None] * (len(_KINDS) + 1) + kinds) * 3 + alike
    return relations


def written_counts(counts: Mapping[Slip, float], source: str) -> str:
    """Counts as a file has them: what they are, whose; then, a line for each, what was typed for what, how often."""
    lines = [f"{_name(x)}\t{_name(y)}\t{count:.2f}\n" for (x, y), count in sorted(counts.items())]
    return "".join(["# " + line + "\n" for line in (*_HEAD, source) if line] + lines)


def read_counts(path: Path) -> dict[Slip, float]:
    """Counts of a file; LexiconError names the line that cannot be one."""
    counts: dict[Slip, float] = {}
    names = {_name(stroke): stroke for stroke in (NOTHING, *KHMER)}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise LexiconError(f"{path}: cannot be read as counts of slips ({problem}); make it again") from None
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        try:
            typed, right, count = line.split("\t")
            counts[names[typed], names[right]] = float(count)
        except (ValueError, KeyError):
            raise LexiconError(f"{path}, line {number}: {line!r} is no count of slips; make the file again") from None
    return counts


def _name(stroke: int) -> str:
    """A stroke by code points, in hexadecimal; - for none."""
    if stroke == NOTHING:
        return "-"
    if stroke in _KINDS[0]:
        return f"17D2+{stroke - _SUBSCRIPT + script.KHMER_FIRST:04X}"
    return f"{stroke - 0x80 + script.KHMER_FIRST:04X}"


DEFAULT = Path(__file__).parent.parent / "data" / "slips.tsv"


@cache
def default_costs() -> EditCosts:
    """Costs from the counts that khsearch brings."""
    return costs_of(read_counts(DEFAULT))
