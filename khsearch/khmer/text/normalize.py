"""normalize: texts in, NormalText out: one spelling for what looks or reads the same. Every offset leads back.

The steps, in this order:

1. invisible characters go (zero width space and its kin, the never-seen inherent vowels);
2. characters become codes: case, Khmer and full-width digits, deprecated and variant letters folded (`script.FOLD`);
3. a coeng with nothing to subscribe goes; a subscript DA becomes TA, which looks the same;
4. the marks of each cluster take the order of the Khmer Encoding Structure (base, robat, subscripts with RO last,
   register shifter, vowel, signs), doubled marks become one, and a vowel typed in two halves becomes whole;
5. the three spellings of "give" (U+17A2 U+17C4 U+1799 and two more) become one;
6. the thousands separators of a number go; a decimal point becomes part of it.

The compiled core does this where it is (`compiled`). Without it, a batch of texts is normalised as one array (`steps`),
and a text in which every character stays in its place, invisible ones apart (nearly every query), takes a short way
with the same result, in plain Python.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from khsearch import native
from khsearch.khmer.text import compiled, script
from khsearch.khmer.text.normal_text import GIVE, GIVE_PLAIN, Move, NormalText, arrays
from khsearch.khmer.text.script import BA, COENG, DA, DELETED, TA, TO
from khsearch.pattern import pattern
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.khmer.text.points import Offsets

_DA_BELOW, _TA_BELOW, _TO_BA = bytes((COENG, DA)), bytes((COENG, TA)), bytes((TO, COENG, BA))
_U_AND_SIGN, _U_AND_ATTHACAN = b"\xbb\xd0", b"\xbb\xdd"  # U before what stands above: a shifter


class _CodeTable(dict[int, str]):
    """`str.translate` table of codes as Latin-1 characters, filled as characters are met."""

    def __missing__(self, point: int) -> str:
        self[point] = code = chr(script.code_of(chr(point)))
        return code


_code_table = _CodeTable()
_DROPPED = pattern(bytes([DELETED]))

_GIVE_ALONE = pattern(rb"(?<!\xd2)\xa2\xc4\x99(?![\xb4-\xd3\xdd])")

# Texts that need no more repair: clusters with at most one robat, subscript, RO, shifter, vowel and sign, in this
# order, not the letters of "give"; numbers without separators; anything that is neither.
_CLEAN = pattern(
    rb"""(?: [\x04-\x2f\x3a-\x7f\xd4-\xdc\xde\xdf\xea-\xff\x01]
           | [0-9](?! [.,] [0-9])
           | (?! \xa2\xc4\x99) [\x80-\xa3\xa5-\xa7\xa9-\xb3]
             \xcc? (?: \xd2 [\x80-\x89\x8b-\x99\x9b-\xa3\xa5-\xa7\xa9-\xb3] )? (?: \xd2\x9a )? [\xc9\xca]? [\xb6-\xc5]?
             [\xc6-\xc8\xcb\xcd-\xd1\xd3\xdd]?
         )*+""",
    re.VERBOSE,
)


def normalize(text: str) -> NormalText:
    """Return one text in normal form. Any str of any length; equal to `normalize_all([text])`."""
    if native.core is not None and len(text) < compiled.MOST:
        return compiled.normalize(text)
    coded = text.translate(_code_table).encode("latin-1")
    dropped: list[int] = []
    if DELETED in coded:
        dropped = [found.end() for found in _DROPPED.finditer(coded)]  # a character stands before the text
        coded = coded.translate(None, bytes([DELETED]))
    coded = coded.replace(_DA_BELOW, _TA_BELOW)
    if GIVE_PLAIN in coded:
        coded = _GIVE_ALONE.sub(GIVE, coded)
    if _TO_BA not in coded and _U_AND_SIGN not in coded and _U_AND_ATTHACAN not in coded and _CLEAN.fullmatch(coded):
        moves = [_without(dropped)] if dropped else []
        return NormalText(f" {text} ", (1,), b"\x02%b\x02" % coded, moves, dropped=dropped)
    return normalize_all([text])


def _without(dropped: Sequence[int]) -> Move:
    """Return the step that drops characters at some places."""

    def back(places: Offsets) -> Offsets:
        loading("khsearch.khmer.text.steps")
        from khsearch.khmer.text.steps import without

        return without(arrays().offsets(dropped))(places)

    return back


def normalize_all(texts: Sequence[str]) -> NormalText:
    """Return a batch of texts in normal form, as one array. Any texts; about a megabyte at a time is fastest."""
    if native.core is not None and sum(map(len, texts)) + len(texts) < compiled.MOST:
        return compiled.normalize_all(texts)
    loading("khsearch.khmer.text.steps")
    from khsearch.khmer.text.steps import through_all

    return through_all(texts)
