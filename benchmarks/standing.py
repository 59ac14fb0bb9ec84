"""standing: where a spelling really stands, by a look at every text. It knows nothing of how khsearch finds anything.

A spelling stands in a text when its units stand there one behind the other, spaces aside: clusters, numbers, words of
other letters, signs, all in normal form. What begins or ends inside a cluster does not stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from khsearch import Document
from khsearch.khmer import NormalText, normalize, normalize_all

Span = tuple[int, int]

_KHMER = {0x80 + low: 0x1780 + low for low in range(0x80)}
_MARK = "(?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])"
_UNIT = re.compile(f"[\u1780-\u17b3]{_MARK}*|{_MARK}+|[0-9\x03]+|[^\\W\\d_\u1780-\u17ff]+|\\S")
_OTHER_LETTER = "\x01"
_BETWEEN_TEXTS = "\x02"
_EDGE = "\0"  # of units: a code that no text in normal form has


def whole(documents: Sequence[Document]) -> Callable[[str], frozenset[int]]:
    """Return what tells the numbers of the documents in whose title or text a spelling stands."""
    parts = [part for document in documents for part in (document.title, document.text)]
    texts = [_joined(units) for units in _units(normalize_all(parts))]

    @cache
    def stands(spelling: str) -> frozenset[int]:
        wanted = _joined(_units_of(spelling))
        return frozenset(number // 2 for number, text in enumerate(texts) if wanted in text)

    return stands


def places(text: str, spellings: Iterable[str]) -> set[int]:
    """Return the offsets of all characters of a text that belong to an occurrence of one of the spellings."""
    normal = normalize(text)
    form = _forms(normal)[0]
    found = [(match[0], match.start() + 1, match.end() + 1) for match in _UNIT.finditer(form)]
    units = [unit for unit, _, _ in found]
    spans: list[Span] = []
    for wanted in map(_units_of, spellings):
        firsts = range(len(units) - len(wanted) + 1)
        stands = [first for first in firsts if units[first : first + len(wanted)] == wanted]
        spans += [(found[first][1], found[first + len(wanted) - 1][2]) for first in stands]
    starts, ends = normal.span_lists([start for start, _ in spans], [end for _, end in spans])
    return {place - 1 for start, end in zip(starts, ends, strict=True) for place in range(start, end)}


def _joined(units: Sequence[str]) -> str:
    return _EDGE + _EDGE.join(units) + _EDGE


def _units_of(spelling: str) -> list[str]:
    return _units(normalize(spelling))[0]


def _units(normal: NormalText) -> list[list[str]]:
    return [_UNIT.findall(form) for form in _forms(normal)]


def _forms(normal: NormalText) -> list[str]:
    """Texts in normal form, as people read them: a character for each code."""
    form = normal.codes[1:-1].decode("latin-1").translate(_KHMER)
    if _OTHER_LETTER in form:
        origin, chars = normal.origin, list(form)
        for place, char in enumerate(chars):
            if char == _OTHER_LETTER:
                small = normal.raw[origin[place + 1]].lower()
                chars[place] = small if len(small) == 1 else normal.raw[origin[place + 1]]
        form = "".join(chars)
    return form.split(_BETWEEN_TEXTS)
