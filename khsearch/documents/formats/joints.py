"""joints: two lines of one paragraph in, as they are drawn; the text that they are, out.

A line of Khmer may end inside a word: it is broken wherever a program sees the end of a shorter one. So lines are
joined without a space where a Khmer letter stands on both sides.
"""

from __future__ import annotations

import re

KHMER_END = re.compile("[\u1780-\u17d3\u17dd]\u200b*$")
"""The end of a text that ends in Khmer."""

_KHMER_BEGINNING = re.compile("\u200b*[\u1780-\u17b3]")
_HYPHENED = re.compile("[a-z\u00df-\u024f][-\u00ad]$")
_SMALL = re.compile("[a-z\u00df-\u024f]")


def joint(before: str, line: str, between_words: str = "") -> tuple[str, str]:
    """Return the text of a line that goes on in the next, and what stands between them.

    between_words: what does between two words of Khmer
    """
    before = before.rstrip(" ")
    if KHMER_END.search(before) and _KHMER_BEGINNING.match(line.lstrip(" ")):
        return before, between_words
    if _HYPHENED.search(before) and _SMALL.match(line):
        return before[:-1], ""
    return before, " "


def joined(text: str) -> str:
    """Return a text whose paragraphs have blank lines between them, with the lines of each joined."""
    parts: list[str] = []
    for paragraph in text.split("\n\n"):
        parts.append("\n" if parts else "")
        for number, line in enumerate(paragraph.splitlines()):
            if number:
                parts[-1], between = joint(parts[-1], line)
                parts.append(between)
            parts.append(line.strip())
    return "".join(parts)
