"""whole: the text of a file, and what the file says of itself, in; the one document of that file out.

`Flow` gathers the pieces of a text as they come: what parts two of them (cells, lines) stands once between them,
however many ends of elements say so. Text in a font from before Unicode is counted instead of kept (`legacy_fonts`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank
from khsearch.documents.formats.legacy_fonts import REMEDY, is_legacy, is_legacy_text
from khsearch.documents.formats.reader import Placed, Source
from khsearch.documents.formats.title import title_of
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

MOST_CHARACTERS = 50_000_000
"""Characters of the longest text of a file: some hundred books."""

_NAMES_OF_PROGRAMS = re.compile(
    r"(power ?point )?presentation ?\d*|(word )?document ?\d*|untitled.*|slide ?\d+|microsoft word - .*|book ?\d+"
    r"|unknown( title)?",
    re.I,
)
"""Titles that programs write where people write none."""


@frozen
class About:
    """What a file says of itself: its title, who wrote it and when, its pages; nothing that it does not say."""

    title: str = ""
    author: str | Sequence[str] = ()
    date: date | None = None
    pages: int = 0
    language: str = ""

    def fields(self) -> dict[str, object]:
        """Return those that become fields of the document, by name."""
        names = [self.author] if isinstance(self.author, str) else self.author
        authors = [author for name in names for author in authors_of(name)]
        values: dict[str, object] = {
            "author": authors[0] if len(set(authors)) == 1 else list(dict.fromkeys(authors)),
            "date": self.date,
            "pages": self.pages if 0 < self.pages < 10_000_000 else 0,
            "language": self.language.strip()[:40],
        }
        return {name: value for name, value in values.items() if value}


def authors_of(stated: str) -> list[str]:
    """Return the names in what a file states as its author: programs write several with semicolons between them."""
    return [name for part in stated.split(";") if (name := " ".join(part.split()))]


NOTHING = About()


class Flow:
    """A text in the making."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._pieces: list[str] = []
        self.length = 0
        self._between = ""
        self._legacy: Counter[str] = Counter()

    def add(self, text: str, font: str = "") -> None:
        """Add a piece of text in a font, if that is known; DocumentError where the whole has become too long."""
        if not text:
            return
        if is_legacy_text(text, font):
            self._legacy[font] += len(text)
            return
        if self._between and self._pieces and self._pieces[-1] != "\f":
            self._pieces.append(self._between)
        self._between = ""
        self._pieces.append(text)
        self.length += len(text)
        if self.length > MOST_CHARACTERS:
            told = f"its text has more than {MOST_CHARACTERS:,} characters; split it"
            raise self.source.error(told, reason=reasons.TOO_LARGE)

    def add_legacy(self, text: str, font: str) -> None:
        """Count text that a font alone gives a shape, if that is one from before Unicode; else it is an ornament."""
        if is_legacy(font):
            self._legacy[font] += len(text)

    def part(self, by: str) -> None:
        """Let the next piece be parted from those before by a tab, a line end or an empty line: what is said last."""
        self._between = by

    def begin_block(self) -> None:
        """Part the next piece by a line end, unless a cell has just ended: it is the first of the next."""
        if self._between != "\t":
            self.end_line()

    def end_line(self) -> None:
        """Part the next piece by a line end, and forget spaces before it."""
        if self._pieces and self._between != "\n":
            self._pieces[-1] = self._pieces[-1].rstrip(" ")
        self._between = "\n"

    def end_page(self) -> None:
        """End a page: a form feed."""
        self._pieces.append("\f")
        self._between = ""

    def take(self, other: Flow) -> None:
        """Add what another has gathered, as lines of their own."""
        self.part("\n")
        self.add(other.text())
        self.part("\n")
        self._legacy += other._legacy

    def another(self) -> Flow:
        """Return an empty one for a text of the same source."""
        return Flow(self.source)

    def text(self) -> str:
        """Return what has been gathered."""
        return "".join(self._pieces)

    def legacy(self, part: str = "") -> list[DocumentError]:
        """Tell what is left out for its font: one error, or none."""
        if not self._legacy:
            return []
        fonts = ", ".join(font[:60] for font, _ in self._legacy.most_common(3))
        told = f"{self._legacy.total()} characters in a font from before Unicode ({fonts}) are not read; {REMEDY}"
        return [self.source.error(told, part, reason=reasons.LEGACY_FONT)]


def whole(
    source: Source, flow: Flow, about: About = NOTHING, *, pictures: bool = False
) -> list[Placed | DocumentError]:
    """Give the document of a file, and what of it is left out. pictures: whether it has any, which may hold a text."""
    text, told = flow.text(), flow.legacy()
    if not blank(text):
        return [source.placed(Document(source.id, named(about.title) or first_line(text), text, about.fields())), *told]
    if pictures and not told:
        problem = "no text, only pictures; save it as .pdf, and read that with --ocr"
        return [source.error(problem, reason=reasons.SCANNED)]
    return [*(told or [empty(source)])]


def named(title: str) -> str:
    """Return a title on one line, or nothing where a program has written it."""
    line = " ".join(title.split())
    return "" if _NAMES_OF_PROGRAMS.fullmatch(line) else line


def first_line(text: str) -> str:
    """Return the title of a text that has none of its own; cells of a table are parted by spaces there."""
    return title_of(text).replace("\t", " ")


def empty(source: Source, part: str = "") -> DocumentError:
    """Say that there is no text."""
    return source.error("there is no text in it; put some into it or leave it out", part, reason=reasons.EMPTY)


def moment(text: str) -> date | None:
    """Read a date, or a date and a time, as files write them (ISO 8601, or as mails do); None for anything else."""
    plain = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", plain):
            return date.fromisoformat(plain)
        if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", plain):
            return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", plain))
        if re.match(r"(\w{3}, *)?\d{1,2} \w{3} \d{4} ", plain):
            return parsedate_to_datetime(plain)
    except (ValueError, TypeError, OverflowError, IndexError):
        pass
    return None
