"""reading: a document as a hit of a query in; what its page shows out: a stretch of its text with its marks.

Marks are numbered from 1 through the whole text, so "the 19,000th of 20,000" can be gone to at once. Those of a long
text are remembered for a while: whoever goes from mark to mark asks for the same ones again and again.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from khsearch.documents import Document
from khsearch.frozen import frozen
from khsearch.hits import Hit
from khsearch.reader import Reader
from khsearch.web.answers import NotThereError
from khsearch.web.files import link_of
from khsearch.web.pages import stretches
from khsearch.web.pages.breaking import Mark, Numbers, Weaving, Woven
from khsearch.web.pages.facts import Fact, full, kinds_of
from khsearch.web.pages.languages import Language
from khsearch.web.pages.links import Links, at_page, opens_at_pages
from khsearch.web.pages.listing import LONGEST_TITLE
from khsearch.web.site import Site

TAKEN_AWAY = "there is no such document; it may have been taken away"
_LONG = 100_000  # characters of a text whose marks are remembered
_REMEMBERED = 16
_LONGEST_FIELD = 5_000  # characters of a text of an own field that are shown
_SIMILAR = 5

Spans = NDArray[np.int64]
"""Marks as rows of (start, end), rising."""


@frozen
class Block:
    """A paragraph, or the beginning of a page without text.

    page  the page that begins with it, if one does; at: the address of the file there, if it is served
    near  whether it is a line that follows another
    """

    text: Woven
    page: int | None
    at: str | None
    near: bool


@frozen
class Marks:
    """The way from mark to mark: the number of the one that is looked at, if one is; number and address beside it."""

    total: int
    current: int | None
    previous: tuple[int, str] | None
    next: tuple[int, str] | None


@frozen
class Page:
    """What the page of a document shows.

    texts     own fields of text: names and texts
    part      the stretch of the text that is shown; before, behind: addresses of those beside it
    similar   titles and addresses of documents like this one
    loose     whether the document does not have all of the words
    """

    id: str
    title: Woven
    asked: Woven
    loose: bool
    facts: list[Fact]
    texts: list[tuple[str, Woven]]
    blocks: list[Block]
    marks: Marks
    part: stretches.Stretch
    before: str | None
    behind: str | None
    file: str | None
    similar: list[tuple[Woven, str]]


def page_of(
    site: Site, index: Reader, links: Links, language: Language, id: str, mark: int | None, part: int | None
) -> Page:
    """Return what is shown of a document; NotThereError, QueryError.

    mark  the number of the mark to show, part: the number of the stretch; without both, the stretch of the first mark
    """
    question = links.question
    hit = index.hit(id, question.q, correct=question.correct)
    if hit is None:
        raise NotThereError(TAKEN_AWAY)
    document, weave, analyzer = hit.document, Weaving(index.analyzer), index.analyzer
    text, spans = document.text, _spans(index, hit, question.q, question.correct)
    total = len(spans)
    current = min(mark, total) if mark and total else None
    if current or (part is None and total):
        part = stretches.number_at(text, int(spans[(current or 1) - 1][0]), analyzer)
    shown = stretches.stretch(text, part or 1, analyzer)
    file = link_of(site, document)
    first = int(np.searchsorted(spans[:, 1], shown.start, side="right"))
    last = int(np.searchsorted(spans[:, 0], shown.end, side="left"))
    return Page(
        id=id,
        title=_title(hit, weave),
        asked=weave(question.q),
        loose=hit.loose and bool(question.q.strip()),
        facts=full(document, kinds_of(index.fields), language, weave),
        texts=_texts(hit, index, language, weave),
        blocks=_blocks(document, shown, spans[first:last].tolist(), Numbers(first + 1, current), file, weave),
        marks=_way(links, id, total, current, first),
        part=shown,
        before=links.document(id, part=shown.number - 1) if shown.number > 1 else None,
        behind=links.document(id, part=shown.number + 1) if shown.number < shown.total else None,
        file=file,
        similar=_similar(index, links, id, weave),
    )


def _title(hit: Hit, weave: Weaving) -> Woven:
    title = hit.title if hit.title.strip() else ""
    return weave(title, hit.title_marks if len(title) < 5_000 else (), most=LONGEST_TITLE) if title else weave(hit.id)


def _texts(hit: Hit, index: Reader, language: Language, weave: Weaving) -> list[tuple[str, Woven]]:
    texts = []
    for name, kind in kinds_of(index.fields).items():
        value = hit.document.fields.get(name)
        if kind == "text" and isinstance(value, str) and value.strip():
            shown = value.lstrip()
            before = len(value) - len(shown)
            marks = [(max(a - before, 0), b - before) for a, b in hit.field_marks.get(name, ()) if b > before]
            texts.append((language.label(name)[:80], weave(shown, marks, most=_LONGEST_FIELD)))
    return texts


def _blocks(
    document: Document, shown: stretches.Stretch, marks: list[Mark], numbers: Numbers, file: str | None, weave: Weaving
) -> list[Block]:
    """Paragraphs with their marks; a mark that reaches over the end of one goes on, without a number, in the next."""
    text, blocks, at = document.text, [], 0
    paged = opens_at_pages(document)
    for paragraph in stretches.paragraphs(text, shown):
        start, end = paragraph.start, paragraph.end
        while at < len(marks) and marks[at][1] <= start:
            at += 1
        inside = bisect_left(marks, end, at, key=lambda mark: mark[0])
        own = [(max(a, start) - start, min(b, end) - start) for a, b in marks[at:inside]]
        goes_on = bool(own) and marks[at][0] < start and start > shown.start
        block = weave(text[start:end], own, numbers=Numbers(numbers.first + at, numbers.current, goes_on))
        page = paragraph.page
        blocks.append(Block(block, page, at_page(file, document, page) if page and paged else None, paragraph.near))
        at = max(at, inside - 1)
    return blocks


def _way(links: Links, id: str, total: int, current: int | None, first: int) -> Marks:
    """first: how many marks end before what is shown."""
    before = current - 1 if current else first
    behind = current + 1 if current else first + 1
    return Marks(
        total,
        current,
        (before, links.document(id, mark=before)) if 0 < before <= total else None,
        (behind, links.document(id, mark=behind)) if behind <= total else None,
    )


def _similar(index: Reader, links: Links, id: str, weave: Weaving) -> list[tuple[Woven, str]]:
    hits = [hit for hit in index.similar(id, _SIMILAR) if not hit.loose]
    return [(weave(hit.title.strip() or hit.id, most=LONGEST_TITLE), links.document(hit.id)) for hit in hits]


class _Remembered:
    """Marks of the long texts that were looked at last, by commit, document and query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], Spans] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> Spans | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: tuple[str, ...], spans: Spans) -> None:
        with self._lock:
            self._kept[key] = spans
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)


_remembered: WeakKeyDictionary[Reader, _Remembered] = WeakKeyDictionary()


def _spans(index: Reader, hit: Hit, query: str, correct: bool) -> Spans:
    if not query.strip():
        return _as_rows([])
    if len(hit.document.text) < _LONG:
        return _as_rows(hit.text_marks)
    known = _remembered.setdefault(index, _Remembered())
    key = (index.commit_id, hit.id, query, str(correct))
    found = known.get(key)
    if found is None:
        found = _as_rows(hit.text_marks)
        known.keep(key, found)
    return found


def _as_rows(marks: Sequence[Mark]) -> Spans:
    return np.array(marks, np.int64).reshape(-1, 2)
