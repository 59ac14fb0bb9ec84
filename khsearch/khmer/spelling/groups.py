"""groups: spellings of one word, or names of one thing, as a file lists them; and spellings as units.

A *unit* is a cluster, a number, a word of another script, a space or a sign: what spellings are compared by.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.text import script, scripts
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.text.script import LETTER

UNIT = re.compile(script.CLUSTER_PATTERN + rb"|[0-9\x03]+|[a-z\x01]+|[ \n]+|[^\x02]")
_ODD_BEGINNING = re.compile(rb"\x02(?:[ \n]|[a-z]*\x01)")  # a space, or letters that share a code

Units = tuple[bytes, ...]


@frozen
class Group:
    """Spellings of one word, or names of one thing, the usual one first; the reason says what parts them."""

    spellings: tuple[str, ...]
    reason: str
    weight: float = 1.0


def units_of(normal: NormalText) -> list[bytes]:
    """Units of one text; any space is one space, a word of another script is its own letters."""
    units: list[bytes] = UNIT.findall(normal.codes)
    if LETTER in normal.codes:
        at = 1
        for i, unit in enumerate(units):
            if LETTER in unit:  # letters that share a code are told apart by what was typed
                word = "".join(normal.raw[place] for place in normal.origin[at : at + len(unit)].tolist())
                units[i] = script.encode_term(scripts.folded(word))
            at += len(unit)
    if b" " in normal.codes or b"\n" in normal.codes:
        return [b" " if unit[0] in b" \n" else unit for unit in units]
    return units


class Forms:
    """Many spellings, by number, as units."""

    def __init__(self, spellings: Sequence[str]) -> None:
        self._spellings = spellings
        self._codes = normalize_all(spellings).codes
        self._edges = np.flatnonzero(np.frombuffer(self._codes, np.uint8) == script.END)  # (n + 1,), around each
        self._odd: dict[bytes, list[int]] = {}
        for found in _ODD_BEGINNING.finditer(self._codes):
            number = self._number_at(found.start())
            if number < len(spellings) and (units := self.units(number)):
                self._odd.setdefault(units[0], []).append(number)
        # Most units that a text may begin with no text ever does: they are looked for when they are asked for.
        self.beginning = lru_cache(maxsize=1 << 12)(self._beginning)

    def units(self, number: int) -> Units:
        """Units of a spelling."""
        codes = self._codes[self._edges[number] + 1 : self._edges[number + 1]]
        if LETTER in codes or b" " in codes or b"\n" in codes:
            return tuple(units_of(normalize(self._spellings[number].strip())))
        return tuple(UNIT.findall(codes))

    def _beginning(self, unit: bytes) -> list[int]:
        """Numbers of the spellings whose first unit this is, rising."""
        found = list(self._odd.get(unit, ()))
        if LETTER not in unit and unit != b" ":
            wanted = bytes([script.END]) + unit
            at = self._codes.find(wanted)
            while at >= 0:
                whole = UNIT.match(self._codes, at + 1)
                if whole and whole[0] == unit:
                    found.append(self._number_at(at))
                at = self._codes.find(wanted, at + 1)
        return sorted(found)

    def _number_at(self, place: int) -> int:
        """Number of the spelling before which an END stands."""
        return int(self._edges.searchsorted(place))


def read_groups(path: Path) -> list[Group]:
    """Groups of a file; LexiconError names the file and the line that cannot be one."""
    rows = rows_of(path)
    forms = Forms([spelling for _, _, group in rows for spelling in group.spellings])
    known: dict[Units, int] = {}
    at = 0
    for number, line, group in rows:
        for spelling in group.spellings:
            units = forms.units(at)
            at += 1
            if set(units) <= {b" "}:
                raise _mistake(path, number, line, f"{spelling!r} has no letter")
            if units in known:
                raise _mistake(
                    path, number, line, f"{spelling!r} is the same to khsearch as one in line {known[units]}"
                )
            known[units] = number
    return [group for _, _, group in rows]


def rows_of(path: Path) -> list[tuple[int, str, Group]]:
    """The lines of a file that hold groups, each with its number."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise LexiconError(f"{path}: cannot be read as UTF-8 variants ({problem}); name another file") from None
    rows = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            try:
                rows.append((number, line, _parsed(line)))
            except ValueError as problem:
                raise _mistake(path, number, line, str(problem)) from None
    return rows


def _mistake(path: Path, number: int, line: str, problem: str) -> LexiconError:
    return LexiconError(f"{path}, line {number}: {line.strip()!r}: {problem}; mend the line")


def _parsed(line: str) -> Group:
    *spellings, reason = map(str.strip, line.split("\t"))
    if len(spellings) < 2 or not all(spellings) or not reason:
        raise ValueError("give two spellings or more and then the reason, divided by tabs")
    return Group(tuple(spellings), *_weighed(reason))


@lru_cache(maxsize=1 << 8)
def _weighed(reason: str) -> tuple[str, float]:
    """A reason without the number that it may end in, and that number, the weight."""
    head, _, tail = reason.rpartition(" ")
    try:
        weight = float(tail)
    except ValueError:
        return reason, 1.0
    if not head or not 0 < weight <= 1:
        raise ValueError("a weight is a number over 0 and up to 1, after the reason")
    return head.strip(), weight
