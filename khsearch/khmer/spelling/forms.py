"""forms: many spellings as units, and where they stand in a text.

A *unit* is a cluster, a number, a word of another script, a space or a sign: what spellings are compared by. The form
of a spelling is its units end to end, which tell where they divide.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from khsearch import khmer
from khsearch.khmer.text import script
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.text.script import END, LETTER
from khsearch.pattern import pattern
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from khsearch.khmer.text.normal_text import NormalText

UNIT = pattern(script.CLUSTER_PATTERN + rb"|[0-9\x03]+|[a-z\x01]+|[ \n]+|[^\x02]")
_SPACES = pattern(rb"[ \n]+")
_ODD = re.compile(b"[%c \n]" % LETTER)  # codes that do not stand for themselves in a form

Units = tuple[bytes, ...]


def units_of(normal: NormalText) -> list[bytes]:
    """Units of one text; any space is one space, a word of another script is its own letters."""
    units: list[bytes] = UNIT.findall(normal.codes)
    if LETTER in normal.codes:
        at = 1
        for i, unit in enumerate(units):
            if LETTER in unit:  # letters that share a code are told apart by what was typed
                word = "".join(normal.raw[place] for place in normal.origin[at : at + len(unit)].tolist())
                units[i] = script.encode_term(khmer.scripts.folded(word))
            at += len(unit)
    if b" " in normal.codes or b"\n" in normal.codes:
        return [b" " if unit[0] in b" \n" else unit for unit in units]
    return units


class Forms:
    """Many spellings, by number; found by their forms in order, so that nothing has to be built of them."""

    def __init__(self, spellings: Sequence[str]) -> None:
        self._spellings = spellings
        codes = normalize_all(spellings).codes
        self.forms: list[bytes] = codes[1:-1].split(bytes([END])) if spellings else []
        """The form of each."""
        number, behind = -1, 0
        odd = set()
        for found in _ODD.finditer(codes):
            number += codes.count(END, behind, found.start())
            behind = found.start()
            odd.add(number)
        for number in odd:
            self.forms[number] = self._odd(number)
        # Texts begin words alike over and over, and most units that one may begin with no text ever does.
        self._range = lru_cache(maxsize=1 << 14)(self._found_range)

    def _odd(self, number: int) -> bytes:
        codes = self.forms[number]
        if LETTER in codes or codes[0] in b" \n" or codes[-1] in b" \n":
            return b"".join(units_of(normalize(self._spellings[number].strip())))
        return _SPACES.sub(b" ", codes)

    def units(self, number: int) -> Units:
        """Units of a spelling."""
        form = self.forms[number]
        if LETTER in form:
            return tuple(units_of(normalize(self._spellings[number].strip())))
        return tuple(UNIT.findall(form))

    def standing(self, units: Sequence[bytes], at: int) -> list[tuple[int, Sequence[int]]]:
        """Spellings that stand in a text from its unit `at` on -> behind which unit, the shortest first; their numbers.

        Several spellings of one form are told together, their numbers rising.
        """
        forms, numbers = self._ordered
        found: list[tuple[int, Sequence[int]]] = []
        beginning = units[at]
        low, high = self._range(beginning)
        while low < high:
            at += 1
            if forms[low] == beginning:
                found.append((at, numbers[low : bisect_right(forms, beginning, low, high)]))
            if at == len(units):
                break
            beginning += units[at]
            low, high = self._range(beginning)
        return found

    def _found_range(self, beginning: bytes) -> tuple[int, int]:
        """Places of the forms that begin so."""
        forms, _ = self._ordered
        length = len(beginning)
        low = bisect_left(forms, beginning)
        return low, bisect_right(forms, beginning, low, key=lambda form: form[:length])

    @cached_property
    def _ordered(self) -> tuple[list[bytes], list[int]]:
        """All forms in order, and the number of each."""
        numbers = sorted(range(len(self.forms)), key=self.forms.__getitem__)
        return [self.forms[number] for number in numbers], numbers
