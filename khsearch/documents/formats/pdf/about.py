"""about: what a PDF says of itself in, the fields of its document and its title out.

What programs write there that nobody meant, such as the name of a draft for a title, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

from khsearch.documents.formats.whole import authors_of

_DATE = re.compile(
    r"D?:?\s*(\d{4})-?(\d\d)?-?(\d\d)?[T ]?(?:(\d\d):?(\d\d)?:?(\d\d)?)?\s*(?:([+-])(\d\d)'?:?(\d\d)?|(Z))?", re.I
)
_YEARS = range(1970, 2200)
_NO_TITLE = re.compile(
    r"(?:untitled|no title|title|document|presentation|slide|powerpoint presentation"
    r"|microsoft (?:word|excel|powerpoint)|about:blank|\(?anonymous\)?|\(?unspecified\)?"
    r"|scan(?:ned)?(?: document| image)?|image|img)?[\W\d_]*$"
    r"|microsoft (?:word|excel|powerpoint) ?- ?|[a-z]:\\|(?:file|https?):|/"
    r"|\S*\.(?:docx?|odt|rtf|pptx?|xlsx?|pdf|indd|qxd|pmd|p65|cdr|tmp|html?|txt|tiff?|jpe?g|png)$",
    re.I,
)
_NO_AUTHOR = re.compile(
    r"(?:\(?anonymous\)?|\(?unspecified\)?|unknown|python-docx|user|admin(?:istrator)?|owner|author)?[\W\d_]*$", re.I
)
_GARBLED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ufffe\uffff\ue000-\uf8ff\ud800-\udfff]|\\?{3}")

_PDF_ENCODING = {
    char: code
    for first, chars in (
        (0x18, "\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc"),
        (
            0x80,
            "\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018\u2019\u201a"
            "\u2122\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e",
        ),
        (0xA0, "\u20ac"),
    )
    for code, char in enumerate(chars, first)
}
"""Characters of the encoding that PDF has of its own, beside those that it has in common with Latin-1."""


def fields_of(value: Callable[[str], str], pages: int) -> dict[str, object]:
    """Return the fields of a document: pages, and, where they are known, author and date (when it was made).

    value: what the file has under a name, "" for nothing
    """
    fields: dict[str, object] = {"pages": pages}
    author = _said(value("Author"))
    if author and not _NO_AUTHOR.match(author):
        authors = authors_of(author)
        fields["author"] = authors[0] if len(authors) == 1 else authors
    made = _date(value("CreationDate"))
    if made is not None:
        fields["date"] = made
    return fields


def title_in(value: Callable[[str], str]) -> str:
    """Return the title that somebody gave; "" where there is none."""
    title = _said(value("Title"))
    return "" if _NO_TITLE.match(title) else title


def _said(text: str) -> str:
    """A value as it was meant: where its bytes are UTF-8, which no PDF should have without a mark, as UTF-8 has it."""
    with suppress(ValueError):
        text = bytes(_PDF_ENCODING.get(char, ord(char)) for char in text).decode()
    text = " ".join(text.split()).strip("\0 ")
    return "" if _GARBLED.search(text) else text


def _date(text: str) -> date | None:
    found = _DATE.match(text.strip())
    if found is None or int(found[1]) not in _YEARS:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        if found[4] is None:
            return date(year, month, day)
        zone = UTC if found[10] else None
        if found[7]:
            away = timedelta(hours=int(found[8]), minutes=int(found[9] or 0))
            zone = timezone(-away if found[7] == "-" else away)
        return datetime(year, month, day, int(found[4]), int(found[5] or 0), int(found[6] or 0), tzinfo=zone)
    except ValueError:  # what no calendar has
        return None
