"""signs: which signs may be part of a word, and what tells at a glance that none in a text is. Plain values."""

from __future__ import annotations

import re

from khsearch.pattern import pattern

Span = tuple[int, int, bool]
"""Where a stretch begins and ends in the codes, and whether it is a sign and no word."""

SIGNS = {
    **{chr(0xFEE0 + ord(sign)): sign for sign in "#$%&'+-./:@_"},
    **dict.fromkeys("\u2019\u2018", "'"),
    **dict.fromkeys("\u2010\u2011", "-"),
    "\u2030": "%",
    **dict.fromkeys("\u00a3\u00a5\u00a2\u0e3f\u20a9\u20ab\u20ac\u20ad\u20b1\u20b9\uffe1\uffe5", "$"),
}
"""Signs outside ASCII and the Khmer block, which have no code of their own, and those that they are like."""

REPETITION = 0xD7
"""Says that the word before it is read twice."""

JOINING = pattern(
    rb"""[a-z\x01][0-9] | [0-9][a-z\x01] | [0-9a-z\x01] [\x23$%'+./:@_\xdb-] | [\x23$'+/:@_\xdb-] [0-9a-z\x01]
    | [.\x23][\x80-\xd3\xdd] | \xd4\x9b[\xd4\xd5]""",
    re.VERBOSE,
)
"""What is in every text that has a stretch of `patterns`, by the codes of its normal form."""
