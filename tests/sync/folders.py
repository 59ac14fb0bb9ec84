"""Folders of small files, what an index of them holds, and which files a call opens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from khsearch import Index
from khsearch.documents import FILE_FIELDS, Document
from khsearch.syncing import Listener, Outcome

RICE, RAIN, WORK = "ស្រូវ", "ភ្លៀង", "ការងារ"


def new_index(path: Path) -> Index:
    """An index with the fields of files; quick to make."""
    return Index.create(path, breaker="icu", fields=FILE_FIELDS)


def contents(index: Index) -> dict[str, Document]:
    """All documents by id."""
    found = {document.id: document for document in index.export()}
    assert len(found) == index.doc_count
    return found


def totals(index: Index) -> list[int]:
    """What searches count."""
    words = [index.search(word, limit=0).total for word in (RICE, RAIN, WORK)]
    return [*words, index.search("", filter='folder:"b"', limit=0).total]


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


class Told(Listener):
    """What was told, in its order."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.outcomes: list[Outcome] = []
        self.remarks: list[str] = []

    def problem(self, error) -> None:
        self.problems.append(str(error))

    def remark(self, remark) -> None:
        self.remarks.append(f"{remark.place}: {remark.text}")

    def done(self, outcome) -> None:
        self.outcomes.append(outcome)

    @property
    def statuses(self) -> dict[str, str]:
        return {outcome.path: outcome.status for outcome in self.outcomes}


_watched: list[tuple[str, set[str]]] = []


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event == "open" and _watched and isinstance(args[0], str):
        for below, seen in _watched:
            if args[0].startswith(below):
                seen.add(args[0])


sys.addaudithook(_hook)


@contextmanager
def opened_below(folder: Path) -> Iterator[set[str]]:
    """Paths of the files below a folder that the block opens."""
    seen: set[str] = set()
    _watched.append((f"{folder}/", seen))
    try:
        yield seen
    finally:
        _watched.remove((f"{folder}/", seen))
