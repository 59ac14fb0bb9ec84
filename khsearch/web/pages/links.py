"""links: addresses of pages, relative to the one level where all pages lie: right under any path, behind any proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from khsearch.documents import Document
from khsearch.frozen import frozen
from khsearch.web.asking import PARAMETERS, Question

SHOWING = ("lang", "id", "mark", "part")
"""What pages are told beside a question: these names, and those of `asking.PARAMETERS`, are no filters of pages."""

NO_FILTERS = frozenset((*PARAMETERS, *SHOWING))
_USUAL = Question()


@frozen
class Links:
    """The addresses that a page of a question links to.

    lang  the language, where it was asked for: then it stays asked for
    """

    question: Question
    lang: str | None = None

    def search(self, **changes: Any) -> str:
        """The search page of the question with some of its parts changed; from its first hit on, unless told."""
        question = replace(self.question, **{"offset": 0, **changes})
        return _address("./", pairs(question), self._lang)

    def plain(self) -> str:
        """The start page."""
        return _address("./", (), self._lang)

    def document(self, id: str, mark: int | None = None, part: int | None = None) -> str:
        """The page of a document; it leads back to the question.

        mark  the number of the mark that is shown
        part  the number of the part of its text that is shown
        """
        showing = [("mark", str(mark))] if mark else [("part", str(part))] if part else []
        address = _address("document", [("id", id)], pairs(self.question), showing, self._lang)
        return f"{address}#m{mark}" if mark else address

    @property
    def _lang(self) -> list[tuple[str, str]]:
        return [("lang", self.lang)] if self.lang else []


def at_page(file: str | None, document: Document, page: int | None) -> str | None:
    """Return the address of a document's file, opened at a page where browsers can do that."""
    return f"{file}#page={page}" if file and page and opens_at_pages(document) else file


def opens_at_pages(document: Document) -> bool:
    """Whether a browser can open the file of a document at a page: a PDF."""
    path = document.fields.get("path") or document.id
    return str(path).partition("#")[0].lower().endswith(".pdf")


def pairs(question: Question) -> list[tuple[str, str]]:
    """What a query string has to say of a question: all that is not as usual."""
    told = {
        "q": question.q,
        "limit": "" if question.limit == _USUAL.limit else str(question.limit),
        "offset": str(question.offset or ""),
        "sort": ",".join(question.sort),
        "match": "" if question.match == _USUAL.match else question.match,
        "correct": "" if question.correct else "false",
        "filter": written(question.filter) if question.filter else "",
    }
    return [*((name, value) for name, value in told.items() if value), *question.chosen]


def written(filter: Mapping[str, Any]) -> str:
    """Return a filter as `filter=` takes it."""
    return orjson.dumps(filter).decode()


def with_language(path: str, given: list[tuple[str, str]], code: str) -> str:
    """Return the address of a page in a language, from what its query string says now."""
    return _address(path, [(name, value) for name, value in given if name != "lang"], [("lang", code)])


def _address(path: str, *given: Sequence[tuple[str, str]]) -> str:
    query = "&".join([_encoded(tuple(some)) for some in given if some])
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=256)
def _encoded(given: tuple[tuple[str, str], ...]) -> str:
    return urlencode(given, errors="replace", quote_via=quote)
