"""suffixes: the ids of the documents of one source, as they come, so that none is there twice.

Of numbers that rise, only ranges are kept and 8 bytes each for their places; so a table of millions of rows is no
matter.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

import xxhash

from khsearch.documents.files.table import Suffixes, is_number

_PLACE = re.compile(r"(.*\D)(\d{1,18})")


class SuffixesOfFile:
    """Ids of a source. Those of a file are its path, or begin with it and "#"; the path of others is None."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._whole: str | None = None  # the place of the document of the path itself
        self._places: dict[int, int | str] = {}  # by the hash of the rest
        self._names: list[str] = []
        self._ranges: list[list[int]] = []  # first, last
        self._before: list[int] = []  # of each range: how many numbers are in those before
        self._lines = array("q")
        self._name = ""  # what places begin with

    def id_of(self, id: str) -> str:
        """Return the id under which a document of the source goes."""
        if self._path is None or id == self._path or id.startswith(f"{self._path}#"):
            return id
        return f"{self._path}#{id}"

    def take(self, id: str, place: str) -> str | None:
        """Take an id as `id_of` has it, unless it is there -> the place of the document that has it, else None."""
        if id == self._path:
            found, self._whole = self._whole, self._whole or place
            return found
        suffix = id if self._path is None else id[len(self._path) + 1 :]
        if is_number(suffix):
            number = int(suffix)
            last = self._ranges[-1][1] if self._ranges else -1
            if number > last:
                self._lines.append(self._line(place))
                if number == last + 1 and self._ranges:
                    self._ranges[-1][1] = number
                else:
                    self._ranges.append([number, number])
                    self._before.append(len(self._lines) - 1)
                return None
        found = self.place_of(id)
        if found is None:
            line = self._line(place)
            self._places[xxhash.xxh3_64_intdigest(suffix.encode())] = place if line < 0 else line
            self._names.append(suffix)
        return found

    def place_of(self, id: str) -> str | None:
        """Return the place of the document of an id, None where there is none."""
        if id == self._path:
            return self._whole
        suffix = id if self._path is None else id[len(self._path) + 1 :]
        if is_number(suffix):
            number = int(suffix)
            at = bisect_right(self._ranges, [number, 1 << 62]) - 1
            if at >= 0 and number <= self._ranges[at][1]:
                line = self._lines[self._before[at] + number - self._ranges[at][0]]
                return self._written(line)
        found = self._places.get(xxhash.xxh3_64_intdigest(suffix.encode()))
        return self._written(found) if isinstance(found, int) else found

    @property
    def suffixes(self) -> Suffixes | None:
        """The ids as a table keeps them."""
        found: Suffixes = [*self._ranges, *self._names]
        if self._whole is None:
            return found
        return [[], *found] if found else None

    def _line(self, place: str) -> int:
        """The number at the end of a place; -1 where it begins otherwise than the first."""
        parts = _PLACE.fullmatch(place)
        if parts is None:
            return -1
        self._name = self._name or parts[1]
        return int(parts[2]) if parts[1] == self._name else -1

    def _written(self, line: int) -> str:
        return f"{self._name}{line}" if line >= 0 else "a document before it"
