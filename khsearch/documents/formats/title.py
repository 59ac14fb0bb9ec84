"""title: a text in, a title for it out."""

from __future__ import annotations

import re
import unicodedata

from khsearch.khmer import script

TITLE_LENGTH = 120
"""Most characters that a title taken from a text has."""

_FIRST_LINE = re.compile(rf"[^\s{script.INVISIBLE}][^\n\r\v\f\x85\u2028\u2029]{{0,{TITLE_LENGTH}}}")
_COENG = "\u17d2"


def title_of(text: str) -> str:
    """Return the first line that is not blank, shortened at a space if it is long, never inside a cluster."""
    found = _FIRST_LINE.search(text)
    line = found[0] if found else ""
    if len(line) <= TITLE_LENGTH:
        return line.rstrip(" \t" + script.INVISIBLE)
    end = max(line.rfind(" "), line.rfind("\u200b"))
    if end < TITLE_LENGTH // 2:
        end = TITLE_LENGTH - 1
        while end > 1 and (line[end - 1] == _COENG or unicodedata.category(line[end])[0] == "M"):
            end -= 1
    return line[:end].rstrip(" \t" + script.INVISIBLE) + "\u2026"
