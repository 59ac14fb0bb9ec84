"""vectors: the terms of a document, worked out of the postings as Whoosh's term vectors, and the terms of a field."""

# ruff: noqa: D102

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from whoosh.codec.base import FieldCursor

from khsearch.whoosh.reading.matchers import PostingsMatcher, keeps_positions

if TYPE_CHECKING:
    from whoosh.reading import TermInfo

    from khsearch.whoosh.reading.reader import WhooshReader


def vector_of(reader: WhooshReader, docnum: int, name: str, form: Any) -> PostingsMatcher:
    """Return the terms of a field in a document as postings whose ids are terms; KeyError where it has none."""
    field = reader.schema[name]
    found = []
    for term in reader.commit.terms.terms_of(name, docnum):
        docs, weights, tf = reader.weighed(name, term)
        at = int(docs.searchsorted(docnum))
        if at < len(docs) and docs[at] == docnum:
            found.append((field.from_bytes(term), float(weights[at]), int(tf[at]), term, tf, at))
    if not found:
        raise KeyError(f"no term vector for field {name!r} in document {docnum}")

    def positions(number: int) -> list[int]:
        _, _, _, term, tf, at = found[number]
        return reader.positions_of(name, term, tf)(at) if keeps_positions(field.format) else []

    def characters(number: int) -> list[tuple[int, int, int]]:
        return reader.characters_of(name, found[number][3], [docnum])(0)

    texts, weighed, frequencies, *_ = zip(*found, strict=True)
    return PostingsMatcher(texts, weighed, frequencies, positions, form, characters=characters)


class TermCursor(FieldCursor):  # type: ignore[misc]
    """The terms of a field, one after the other."""

    def __init__(self, reader: WhooshReader, name: str) -> None:
        self._reader = reader
        self._name = name
        self._field = reader.schema[name]
        self._terms = reader.terms_of_field(name)
        self._at = 0

    def is_valid(self) -> bool:
        return self._at < len(self._terms)

    def first(self) -> str | None:
        self._at = 0
        return self.text()

    def find(self, term: bytes) -> str | None:
        self._at = bisect_left(self._terms, term)
        return self.text()

    def next(self) -> str | None:
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        return self._field.from_bytes(self._terms[self._at]) if self.is_valid() else None

    def term(self) -> tuple[str, bytes] | None:
        return (self._name, self._terms[self._at]) if self.is_valid() else None

    def term_info(self) -> TermInfo:
        return self._reader.term_info(self._name, self._terms[self._at])
