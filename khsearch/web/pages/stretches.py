"""stretches: a long text in; stretches of it of about one size out, each as quick to show as a short text.

Stretch number k begins near k times the size: where a page or a paragraph ends shortly before, else a line, a
sentence, a word. So where any stretch lies is known from the text around its ends alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from khsearch.frozen import frozen
from khsearch.khmer import Analyzer

SIZE = 40_000  # characters
_REACH = 4_000  # characters before an end in which a better one is looked for
_ENDS = ("\f", "\n\n", "\n", "\u17d4", " ", "\u200b")
_ROOM = 60  # characters on either side of an end in which words are looked for
_GAP = re.compile(r"\n\s*")


@frozen
class Stretch:
    """Part `number` of `total`, from 1, of a text: from and to, and the page that it begins on, None without pages."""

    number: int
    total: int
    start: int
    end: int
    page: int | None


@frozen
class Paragraph:
    """A paragraph: from and to in the text; the page that begins with it, if one does.

    near: whether it follows the one before without a blank line, as lines do
    """

    start: int
    end: int
    page: int | None
    near: bool


def count_of(text: str) -> int:
    """How many stretches a text has."""
    return max((len(text) + SIZE // 2) // SIZE, 1)


def stretch(text: str, number: int, analyzer: Analyzer) -> Stretch:
    """Return a stretch by its number, from 1; the last for one that is too great."""
    total = count_of(text)
    number = min(max(number, 1), total)
    start, end = _edge(text, number - 1, total, analyzer), _edge(text, number, total, analyzer)
    page = text.count("\f", 0, start) + 1 if "\f" in text else None
    return Stretch(number, total, start, end, page)


def number_at(text: str, place: int, analyzer: Analyzer) -> int:
    """Return the number of the stretch that a place is in."""
    total = count_of(text)
    number = min(place // SIZE, total - 1)
    while number + 1 < total and _edge(text, number + 1, total, analyzer) <= place:
        number += 1
    return number + 1


def paragraphs(text: str, part: Stretch) -> Iterator[Paragraph]:
    """Paragraphs of a stretch; a page without any text is one that is empty."""
    at, page = part.start, part.page
    while at < part.end:
        stop = text.find("\f", at, part.end)
        stop = part.end if stop < 0 else stop
        yield from _of_page(text, at, stop, page)
        at = stop + 1
        page = None if page is None else page + 1


def _of_page(text: str, start: int, stop: int, page: int | None) -> Iterator[Paragraph]:
    told, near = page, False
    for gap in (*_GAP.finditer(text, start, stop), None):
        end = gap.start() if gap else stop
        if not text[start:end].isspace() and start < end:
            yield Paragraph(start, end, told, near)
            told = None
        near = gap is not None and gap[0].count("\n") == 1
        start = gap.end() if gap else stop
    if told is not None:
        yield Paragraph(stop, stop, told, False)


def _edge(text: str, number: int, total: int, analyzer: Analyzer) -> int:
    """Where a stretch begins, and the one before it ends."""
    if number in (0, total):
        return len(text) if number else 0
    near = number * SIZE
    for end in _ENDS:
        found = text.rfind(end, near - _REACH, near)
        if found >= 0:
            return found + len(end)
    low = near - _ROOM
    places = [low + place for place in analyzer.boundaries(text[low : near + _ROOM], "word")[1:-1]]
    return max((place for place in places if place <= near), default=near)
