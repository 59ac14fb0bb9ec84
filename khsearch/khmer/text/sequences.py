"""sequences: a text, or its codes, and some units in; where the units stand there one behind the other, out.

Units are clusters, numbers or words of letters, in code form, or several of these joined. What makes no word may stand
between two of them, as it may between words that follow each other: spaces, signs, the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from khsearch import native
from khsearch.khmer.text import compiled
from khsearch.khmer.text.normalize import normalize_all
from khsearch.khmer.text.script import BASE, CLASS, COENG, END, MARK

_BETWEEN = rb"[^a-z0-9\x01-\x03\x80-\xd3\xd7\xdd]{0,8}"


def stretches(codes: bytes, units: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Yield where units stand, whole clusters, numbers and words of the text: from and to, in order."""
    pattern, at = _pattern(tuple(units)), 0
    first, last = CLASS[units[0][0]], CLASS[units[-1][0]]
    while place := pattern.search(codes, at):
        if begins_whole(codes, place.start(), first) and ends_whole(codes, place.end(), last):
            yield place.span()
        at = place.start() + 1


def stand(texts: Sequence[bytes], units: Sequence[bytes]) -> list[bool]:
    """Return whether units stand anywhere in each of some texts, which are UTF-8."""
    if native.core is not None:
        told = compiled.characters().stand(units, texts)
        if told is not None:
            return told
    end = bytes([END])  # before, between and behind the texts
    codes = normalize_all([text.decode() for text in texts]).codes[1:-1]
    return [any(stretches(end + part + end, units)) for part in codes.split(end)]


def begins_whole(codes: bytes, start: int, kind: int) -> bool:
    """Whether a stretch that begins with a character of some kind begins where a cluster, number or word does."""
    before = codes[start - 1]
    if kind == BASE:
        return before != COENG
    return CLASS[before] not in (BASE, MARK) if kind == MARK else CLASS[before] != kind


def ends_whole(codes: bytes, end: int, kind: int) -> bool:
    """Whether a stretch whose last unit begins with some kind ends where a cluster, number or word does."""
    behind = CLASS[codes[end]]
    return behind != MARK if kind in (BASE, MARK) else behind != kind


@lru_cache(maxsize=1024)
def _pattern(units: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(_BETWEEN.join(map(re.escape, units)), re.DOTALL)
