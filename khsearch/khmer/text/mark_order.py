"""mark_order: the order of the marks in a cluster, and when U stands for a shifter: plain values. `marks` tells why."""

from __future__ import annotations

from khsearch.khmer.text.script import COENG, ROBAT

AA, II, U, E, OE, OO, NIKAHIT = 0xB6, 0xB8, 0xBB, 0xC1, 0xBE, 0xC4, 0xC6
MUUSIKATOAN, TRIISAP = SHIFTERS = (0xC9, 0xCA)
# The half vowel E comes first, then what may be its other half: E II is OE, E AA is OO, whichever was typed first.
_VOWELS = (E, II, AA, 0xB7, *range(0xB9, E), *range(E + 1, 0xC6))
_SIGNS = (0xC6, 0xC7, 0xC8, 0xCB, *range(ROBAT + 1, COENG), 0xD3, 0xDD)

MOST_SUBSCRIPTS = 4
"""Subscripts of a cluster, RO included, that are kept: no spelling has more than three, and a term must end."""

RANK_ROBAT, RANK_SUBSCRIPT, RANK_RO = 1, 2, 3


def _rank_table() -> bytes:
    table = bytearray(256)
    table[ROBAT], table[COENG] = RANK_ROBAT, RANK_SUBSCRIPT
    for rank, code in enumerate((*SHIFTERS, *_VOWELS, *_SIGNS), start=RANK_RO + 1):
        table[code] = rank
    return bytes(table)


RANK = _rank_table()
"""Rank of every code. 0 begins a cluster; a subscript's rank is its coeng's, raised to RANK_RO where RO follows."""

# A U beside these, in the order of the marks, is a shifter: the same list as in SIL's khnormal (VAA and U+17D0 there),
# github.com/sillsdev/khmer-character-specification. A U and a vowel above are no vowel of Khmer: in the lexicon and in
# 9 MB of raw text, all 49 words and 179 clusters that have them are words spelt elsewhere with a shifter.
ABOVE_BEFORE_U, ABOVE_BEHIND_U = bytes((0xB7, II, 0xB9, 0xBA)), bytes((OE, 0xBF, 0xD0, 0xDD))
# Letters that take triisap, if any is in the cluster; others take muusikatoan. BA takes both (of "pen" and "bread").
STRONG = bytes((*range(0x80, 0x84), *range(0x85, 0x89), *range(0x8A, 0x8E), *range(0x8F, 0x93), *range(0x95, 0x98),
                *range(0x9E, 0xA1), 0xA2))  # fmt: skip
