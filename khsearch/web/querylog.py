"""querylog: what is asked, and how many documents were found, in; a line of JSON for each search in a file, out.

    {"time": "2026-03-01T08:15:30Z", "query": "...", "total": 12, "corrected": null}

`"filtered": true` is beside these where filters kept a part of what the query finds. Searches count that a person or a
program asked: the first page of what was typed. Left out are further pages, lists without a query, HEAD, and what was
searched while somebody typed, which the page marks with the header `INSTANT`.

Several processes may write one file, and others may move it away, as logrotate does: a line is appended by one write
to whatever file has the name then. Only its owner may read a file that is made here.
"""

from __future__ import annotations

import errno
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from khsearch.descriptors import PLAIN
from khsearch.errors import KhsearchError

if TYPE_CHECKING:
    from starlette.requests import Request

    from khsearch.hits import Results
    from khsearch.web.asking import Question

INSTANT = "X-Khsearch-Instant"
"""The header of a request for what is being typed, and not finished."""

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | PLAIN | getattr(os, "O_NONBLOCK", 0)
"""A pipe without a reader refuses that, where there are such pipes."""
_OWNER = 0o600

log = logging.getLogger("khsearch.web")


class QueryLog:
    """A file that searches are written to; without a path, none is. KhsearchError for a path that cannot be."""

    def __init__(self, path: str | Path | None) -> None:
        self._path = None if path is None else Path(path).absolute()
        self._is_told = False
        self._is_torn = False
        if self._path is not None:
            try:
                self._append(self._path, b"")
                self._is_torn = _ends_in_a_line(self._path)
            except OSError as problem:
                told = f"{path}: no query log can be written there ({problem.strerror}); name another file"
                raise KhsearchError(told) from None

    def keeps(self, request: Request) -> bool:
        """Whether what a request searches is written down: it is done, then, for a client that has the answer, too."""
        return self._path is not None and request.method == "GET" and INSTANT not in request.headers

    def write(self, request: Request, question: Question, results: Results) -> None:
        """Write a search down if it counts; in the thread that searched, since the total may have to be found.

        A search goes on if it cannot be written down: that is told in the log of the application, once.
        """
        if self._path is None or not self.keeps(request) or question.offset or not question.q.strip():
            return
        line = {
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "query": question.q,
            "total": results.total,
            "corrected": results.corrected,
            **({"nearly": True} if results.nearly else {}),
            **({"filtered": True} if question.chosen or question.filter else {}),
        }
        try:
            self._append(self._path, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as problem:
            if not self._is_told:
                log.warning("%s: searches are not written down (%s)", self._path, problem.strerror)
            self._is_told = True
        else:
            self._is_told = False

    def _append(self, path: Path, line: bytes) -> None:
        # Opened each time, in some microseconds, it is the file that has the name now.
        file = os.open(path, _APPEND, _OWNER)
        try:
            whole = b"\n" + line if self._is_torn else line
            written = os.write(file, whole)
            if written < len(whole):
                # A disk that became full keeps a part of a line, which the next one must not go on from.
                self._is_torn = True
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._is_torn = False
        finally:
            os.close(file)


def _ends_in_a_line(path: Path) -> bool:
    """Whether a file ends before a line does, as one does whose writer was ended by a power cut."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
