"""spool: items of bulks in a file on disk, until a commit sends them; what they do to each document.

An item is what `mapping.lines` and `mapping.action` make: two lines for a document, one for a deletion.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

import orjson

from khsearch.errors import IndexStoreError

_INDEX = b'{"index"'


class Spool:
    """What a writer has done since it began."""

    def __init__(self, name: str) -> None:
        """name: of the index, for messages."""
        self.count = self.size = 0
        """Items, and their bytes."""
        self._name = name
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it is open as long as the writer)
        self._known: dict[str, bool] | None = None

    def add(self, items: Sequence[bytes]) -> None:
        """Add items; IndexStoreError where the disk takes no more."""
        try:
            self._file.write(b"".join(items))
        except OSError as problem:
            raise IndexStoreError(
                f"{self._name}: what waits for the commit cannot be kept in {tempfile.gettempdir()} "
                f"({problem.strerror}); make room there, or set TMPDIR"
            ) from None
        self.count += len(items)
        self.size += sum(map(len, items))
        if self._known is not None:
            self._known.update((_key(item), item.startswith(_INDEX)) for item in items)

    def has(self, key: str) -> bool | None:
        """Whether there is a document of a key after all that waits; None where nothing that waits says so."""
        if self._known is None:
            self._known = {_key(item): item.startswith(_INDEX) for item in self.items()}
        return self._known.get(key)

    def items(self) -> Iterator[bytes]:
        """All items, in order. Nothing may be added meanwhile."""
        self._file.seek(0)
        for line in self._file:
            yield line + self._file.readline() if line.startswith(_INDEX) else line
        self._file.seek(0, 2)

    def clear(self) -> None:
        """Forget everything."""
        self._file.seek(0)
        self._file.truncate()
        self.count, self.size, self._known = 0, 0, None

    def close(self) -> None:
        """Give the room on disk back."""
        self._file.close()


def _key(item: bytes) -> str:
    told = orjson.loads(item.partition(b"\n")[0])
    key: str = next(iter(told.values()))["_id"]
    return key
