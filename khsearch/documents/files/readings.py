"""readings: how files are read, as somebody said it for a path, kept for whoever reads below that path again."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from khsearch.documents.records import FieldNames
from khsearch.frozen import frozen


@frozen
class Reading:
    """How files are read. What is None was not said.

    format  of files whose names do not tell it; in a folder it chooses the files
    names   the keys or columns that hold id, title and text, and how own fields are read; what is usual was not said
    ocr     whether pages without a text that can be used are read by their picture
    """

    format: str | None = None
    names: FieldNames = FieldNames()
    ocr: bool | None = None

    def over(self, other: Reading) -> Reading:
        """Return what another says where this one says nothing."""
        text = {"text": self.names.text} if self.names.by_row else {}  # named, though it may be the usual one
        own = dict(other.names.own) | dict(self.names.own)
        return Reading(
            other.format if self.format is None else self.format,
            FieldNames.from_json(_names(other) | _names(self) | text | {"own": own.items()}),
            other.ocr if self.ocr is None else self.ocr,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what is said, as JSON."""
        said = {"format": self.format, "names": _names(self), "ocr": self.ocr}
        return {key: value for key, value in said.items() if value not in (None, {})}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Reading:
        """Read what `to_json` gave; TypeError."""
        return cls(content.get("format"), FieldNames.from_json(content.get("names", {})), content.get("ocr"))


def _names(reading: Reading) -> dict[str, Any]:
    return reading.names.to_json()


NOTHING_SAID = Reading()

_MOST_UP = 64  # folders


class Readings:
    """How each file is read: as was said for it, or for the nearest folder above it."""

    def __init__(self, given: Mapping[str, dict[str, Any]]) -> None:
        """given: readings as JSON, by paths from the root."""
        self._given = {path: Reading.from_json(content) for path, content in given.items()}
        self._known: dict[str, Reading] = {}

    def of(self, path: str) -> Reading:
        """Return how a file or folder is read, by its path from the root."""
        if path in self._given:
            return self._given[path]
        folder = _above(path)
        found = self._known.get(folder)
        if found is None:
            folders = (folder, *_folders_of(folder))
            found = next((self._given[one] for one in folders if one in self._given), NOTHING_SAID)
            self._known[folder] = found
        return found

    def say(self, path: str, reading: Reading, *, anew: bool = False) -> None:
        """Let all at and below a path be read so, where that says something, and as before where not.

        anew: forget what was said for it before; what was said for folders above it stays.
        """
        if anew:
            self._forget(path)
        if reading != NOTHING_SAID:
            said = reading.over(self.of(path))
            self._forget(path)
            self._given[path] = said

    def _forget(self, path: str) -> None:
        self._given = {other: kept for other, kept in self._given.items() if path not in (other, *_folders_of(other))}
        self._known.clear()

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Return them as they are kept."""
        return {path: reading.to_json() for path, reading in sorted(self._given.items())}


def _above(path: str) -> str:
    """The folder of a file or folder: of "a" it is ".", of that "..", of that "../.."."""
    if path == ".":
        return ".."
    if path == ".." or path.endswith("/.."):
        return f"{path}/.."
    return posixpath.dirname(path) or "."


def _folders_of(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first, as far up as anybody gives one."""
    while path.count("..") < _MOST_UP:
        path = _above(path)
        yield path
