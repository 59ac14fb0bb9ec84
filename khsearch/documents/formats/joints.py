"""joints: two lines of one paragraph, or two pages, in, as they are drawn; the text that they are, out.

A line of Khmer may end inside a word: it is broken wherever a program sees the end of a shorter one. So lines are
joined without a space where a Khmer letter stands on both sides.
"""

from __future__ import annotations

import re

from khsearch.sharing import loading

KHMER_END = re.compile("[\u1780-\u17d3\u17dd]\u200b*$")
"""The end of a text that ends in Khmer."""

_LAST_RUN = re.compile("[\u1780-\u17d3\u17dd]{1,40}$")
_FIRST_RUN = re.compile("[\u1780-\u17b3][\u1780-\u17d3\u17dd]{0,40}")
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


def across_pages(page: str, next_page: str) -> tuple[str, str]:
    """Return two pages with the word that the end of the first divides, if it does, whole on the first."""
    last, first = _LAST_RUN.search(page), _FIRST_RUN.match(next_page)
    if last is None or first is None:
        return page, next_page
    loading("khsearch.text")
    from khsearch.text import words

    end = 0
    for word in words(last[0] + first[0], mode="atom"):
        end += len(word)
        if end >= len(last[0]):
            break
    moved = max(0, end - len(last[0]))
    return page + next_page[:moved], next_page[moved:]
