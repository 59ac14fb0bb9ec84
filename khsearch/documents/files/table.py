"""table: what an index keeps of the files that it was made of, so that a sync reads only what changed.

As bytes it is compressed lines. The first is JSON of what all files share (`Table`). Each other is a file: its path
from the root, as JSON, a tab, and JSON of the rest of its `Record`, in the order of paths. A line is read when its file
is asked for: of a million files, most are not changed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from khsearch.errors import IndexDamagedError
from khsearch.frozen import frozen

_MOST_BYTES = 1 << 30
_QUICKLY = 1  # of zlib
_LONGEST_MESSAGE = 400

NO_HASH = "-"

Suffixes = list[str | list[int]]
"""Ids of the documents of a file, without its path and "#"; [3, 7] is 3 to 7, and [] the path itself."""


@frozen
class Passed:
    """What was passed over of a file for one reason: how many parts, and the first message."""

    reason: str
    count: int
    message: str


@frozen
class Record:
    """What is known of one file.

    path      from the root; the id of its document, where it is one document
    size      bytes
    modified  and `changed`: times of its content and of its entry, nanoseconds from 1970; changed is 0 where both were
              too fresh to tell a later change
    hash      of its content, 32 hexadecimal digits; "" where it is to be read again, NO_HASH where it is too large
    how       what the result depends on beside the content, as a hash
    suffixes  ids of its documents; None for the one document that has its path
    passed    what was passed over
    """

    path: str
    size: int
    modified: int
    changed: int
    hash: str
    how: str
    suffixes: Suffixes | None
    passed: tuple[Passed, ...] = ()

    @property
    def count(self) -> int:
        """How many documents it has."""
        if self.suffixes is None:
            return 1
        return sum(item[1] - item[0] + 1 if isinstance(item, list) and item else 1 for item in self.suffixes)

    def ids(self) -> Iterator[str]:
        """The ids of its documents, in their order."""
        if self.suffixes is None:
            yield self.path
            return
        for item in self.suffixes:
            if item == []:
                yield self.path
            elif isinstance(item, str):
                yield f"{self.path}#{item}"
            else:
                yield from (f"{self.path}#{number}" for number in range(item[0], item[1] + 1))

    def has(self, id: str) -> bool:
        """Whether a document is of this file."""
        if self.suffixes is None or id == self.path:
            return id == self.path and (self.suffixes is None or [] in self.suffixes)
        suffix = id.removeprefix(f"{self.path}#")
        if suffix == id:
            return False
        number = int(suffix) if is_number(suffix) else -1
        return any(
            suffix == item if isinstance(item, str) else bool(item) and item[0] <= number <= item[1]
            for item in self.suffixes
        )


def is_number(suffix: str) -> bool:
    """Whether this is how a whole number is written, so that ranges of them stand for it."""
    return suffix.isascii() and suffix.isdecimal() and len(suffix) <= 15 and (suffix == "0" or suffix[0] != "0")


class Table:
    """The files of an index by their paths.

    root     from which paths are counted, a real path; None where there has been no run over files
    given    how files are read, as JSON, by the paths of files and folders that were given; it holds below them
    lenient  own fields that the index has by default: a value of a row that does not go with one is no reason to pass
             the row over
    """

    def __init__(self, data: bytes = b"", where: str = "") -> None:
        """Read what `written` gave; IndexDamagedError, which names where it is."""
        self.root: str | None = None
        self.given: dict[str, dict[str, Any]] = {}
        self.lenient: frozenset[str] = frozenset()
        self._lines: dict[str, bytes] = {}
        self._where = where
        self.changed = False
        if data:
            with self._told():
                unpacked = zlib.decompressobj()
                head, *lines = unpacked.decompress(data, _MOST_BYTES).split(b"\n")
                content = json.loads(head)
                root, given = content["root"], content["given"]
                if not unpacked.eof or not isinstance(root, str | None) or not isinstance(given, dict):
                    raise ValueError("its head")
                self.root, self.given, self.lenient = root, given, frozenset(content["lenient"])
                for line in lines:
                    path, _, rest = line.partition(b"\t")
                    self._lines[orjson.loads(path)] = rest

    def written(self) -> bytes:
        """Return all as bytes."""
        head = {"root": self.root, "given": self.given, "lenient": sorted(self.lenient)}
        pack = zlib.compressobj(_QUICKLY)
        parts = [pack.compress(json.dumps(head).encode())]
        lines = (b"\n%b\t%b" % (orjson.dumps(path), self._lines[path]) for path in sorted(self._lines))
        parts.extend(map(pack.compress, lines))
        return b"".join([*filter(None, parts), pack.flush()])

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, path: str) -> bool:
        return path in self._lines

    def paths(self) -> Iterable[str]:
        """All paths, in order."""
        return sorted(self._lines)

    def get(self, path: str) -> Record | None:
        """Return the record of a file; IndexDamagedError."""
        line = self._lines.get(path)
        if line is None:
            return None
        with self._told():
            size, modified, changed, hash_, how, suffixes, passed = orjson.loads(line)
            return Record(path, size, modified, changed, hash_, how, suffixes, tuple(Passed(*one) for one in passed))

    def put(self, record: Record) -> None:
        """Keep the record of a file in place of the one before."""
        passed = [(one.reason, one.count, one.message[:_LONGEST_MESSAGE]) for one in record.passed]
        times = record.modified, record.changed
        found = orjson.dumps([record.size, *times, record.hash, record.how, record.suffixes, passed])
        line = bytes(memoryview(found))  # orjson leaves a kilobyte or more behind each
        if self._lines.get(record.path) != line:
            self._lines[record.path] = line
            self.changed = True

    def drop(self, path: str) -> None:
        """Forget a file."""
        if self._lines.pop(path, None) is not None:
            self.changed = True

    def owner(self, id: str, *, but: str = "") -> Record | None:
        """Return the record of the file, but not of one, that has a document of an id."""
        end = len(id)
        while end > 0:
            path = id[:end]
            if path != but and (record := self.get(path)) is not None and record.has(id):
                return record
            end = id.rfind("#", 0, end)
        return None

    def _told(self) -> _Told:
        return _Told(self._where)


class _Told:
    """What is wrong with the bytes of a table, as IndexDamagedError."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, zlib.error | ValueError | TypeError | KeyError | AttributeError):
            raise IndexDamagedError(
                f"{self._where}: damaged (not a table of files: {error}); restore it from a backup, or index anew"
            ) from error
