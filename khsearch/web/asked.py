"""asked: query logs in; what people ask most, and what of it finds nothing, out.

Queries that differ only as typed texts may, in the order of a cluster's marks, in digits, letter case and spaces, are
one. Memory grows with the different queries, not with the lines.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from io import BufferedReader
from typing import Any, cast

import orjson

from khsearch.documents import values
from khsearch.errors import KhsearchError
from khsearch.frozen import frozen

_GZIP = b"\x1f\x8b"
_LONGEST = 1 << 16  # bytes of a line
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@frozen
class AskedQuery:
    """A query, as it was written most often.

    times      how often it was asked
    total      how many documents it found when it was last asked, without filters if it ever was
    corrected  how it was read then, where it stood nowhere as it was typed; else None
    nearly     whether no document had all of it then
    """

    query: str
    times: int
    total: int
    corrected: str | None
    nearly: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether nothing was found, or only what it was read as, or what has nearly as much of it as the best."""
        return self.total == 0 or self.corrected is not None or self.nearly


class _Tally:
    """One query, in all ways in which it is written, and what it found when it was last asked."""

    __slots__ = ("corrected", "last", "nearly", "times", "total")

    def __init__(self) -> None:
        self.times = self.total = 0
        self.corrected: str | None = None
        self.nearly = False
        self.last = (False, "")  # whether it had no filters, and when


class Asked:
    """What was asked in some logs, from a moment on, in UTC.

    searches  how many are counted
    bad       how many lines were passed over since no query log has such
    """

    def __init__(self, since: datetime = datetime.min) -> None:
        self.searches = self.bad = 0
        self._since = since.isoformat(timespec="seconds")
        self._by_form: dict[str, _Tally] = {}
        self._by_writing: dict[str, _Tally] = {}
        self._writings: dict[str, int] = {}

    def read(self, file: Any, name: str) -> None:
        """Count what a log has, as it is or as gzip made it smaller; KhsearchError for one that is damaged.

        file: a binary file, as `open` or stdin has it
        """
        buffered = file if isinstance(file, BufferedReader) else BufferedReader(file)
        packed = buffered.peek(len(_GZIP)).startswith(_GZIP)
        try:
            for line in _lines(BufferedReader(cast("Any", gzip.GzipFile(fileobj=buffered))) if packed else buffered):
                self._count(line)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise KhsearchError(f"{name}: damaged ({problem}); leave it out, or give what zcat still reads") from None

    def queries(self) -> list[AskedQuery]:
        """All queries, those first that were asked most."""
        written: dict[_Tally, str] = {}
        for writing, times in self._writings.items():
            tally = self._by_writing[writing]
            if tally not in written or times > self._writings[written[tally]]:
                written[tally] = writing
        found = [AskedQuery(text, one.times, one.total, one.corrected, one.nearly) for one, text in written.items()]
        return sorted(found, key=lambda one: (-one.times, one.query))

    def _count(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            time, query, total, corrected, nearly, filtered = _read(line)
        except (ValueError, TypeError, KeyError):
            self.bad += 1
            return
        if time < self._since:
            return
        tally = self._by_writing.get(query)
        if tally is None:
            tally = self._by_writing[query] = self._by_form.setdefault(values.keyword(query), _Tally())
        self.searches += 1
        self._writings[query] = self._writings.get(query, 0) + 1
        tally.times += 1
        if (not filtered, time) >= tally.last:
            tally.last, tally.total, tally.corrected, tally.nearly = (not filtered, time), total, corrected, nearly


def _read(line: bytes) -> tuple[str, str, int, str | None, bool, bool]:
    """Time, query, total, what it was read as, whether none had all of it, whether there were filters.

    ValueError, TypeError, KeyError.
    """
    found = orjson.loads(line)
    time, query, total, corrected = (found[name] for name in ("time", "query", "total", "corrected"))
    is_text = isinstance(query, str) and bool(query.strip()) and isinstance(corrected, str | None)
    if not (is_text and _TIME.fullmatch(time) and type(total) is int and total >= 0):
        raise ValueError
    return time, query, total, corrected, bool(found.get("nearly")), bool(found.get("filtered"))


def _lines(file: BufferedReader) -> Iterator[bytes]:
    """Lines; of one that is too long, its beginning, which is no JSON."""
    while line := file.readline(_LONGEST):
        yield line
        while len(line) == _LONGEST and not line.endswith(b"\n"):
            line = file.readline(_LONGEST)
