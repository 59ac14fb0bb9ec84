"""pending: the documents that a writer holds in memory, by their ids: which of them others have replaced already."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Pending:
    """Numbers of documents, by id. gone: those that are deleted, in any order."""

    def __init__(self) -> None:
        self.gone: set[int] = set()
        self._last: dict[bytes, int] = {}
        self._earlier: dict[bytes, list[int]] = {}  # of an id, where several documents have it

    def add(self, keys: Sequence[bytes], first: int, *, replace: bool) -> None:
        """Number documents of these ids, empty for none, from `first` on. replace: others of an id are gone."""
        numbers = range(first, first + len(keys))
        mine = dict(zip(keys, numbers, strict=True))
        if len(mine) == len(keys) and b"" not in mine and self._last.keys().isdisjoint(mine):
            self._last |= mine
            return
        for number, key in zip(numbers, keys, strict=True):
            if not key:
                continue
            if replace:
                self.delete([key])
            elif key in self._last:
                self._earlier.setdefault(key, []).append(self._last[key])
            self._last[key] = number

    def delete(self, keys: Sequence[bytes]) -> int:
        """Let the documents of these ids be gone -> how many there were."""
        if self._last.keys().isdisjoint(keys):
            return 0
        found = [self._last.pop(key) for key in dict.fromkeys(keys) if key in self._last]
        found += [number for key in keys for number in self._earlier.pop(key, ())]
        self.gone.update(found)
        return len(found)
