"""page: the documents of a page of hits, read as they are asked for.

Who looks at a second one looks at most of them: then those behind it are read with it, which takes less than one after
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from khsearch.documents import Stored
from khsearch.engine import Key, View
from khsearch.errors import KhsearchError

_AHEAD = 32
_ENOUGH = 1 << 20
"""Documents that are read at once, and bytes of texts from which on no more are."""


class Page:
    """Documents of a commit by their keys, in the order of a page; for any number of threads."""

    def __init__(self, view: View, keys: Sequence[Key]) -> None:
        self._view = view
        self._keys = keys
        self._read: dict[Key, Stored] = {}

    def __getitem__(self, key: Key) -> Stored:
        """One of the documents; IndexDamagedError."""
        found = self._read.get(key)
        if found is None:
            if self._read and self._view.far is None:
                self._read_from(key)
            found = self._read.get(key) or next(iter(self._view.stored([key])))
            self._read[key] = found
        return found

    def _read_from(self, key: Key) -> None:
        """Read documents from one on; one that is damaged is told of when it is asked for."""
        first = self._keys.index(key)
        wanted = [one for one in self._keys[first : first + _AHEAD] if one not in self._read]
        size = 0
        with suppress(KhsearchError):
            for one, stored in zip(wanted, self._view.stored(wanted), strict=True):
                self._read[one] = stored
                size += stored.size
                if size >= _ENOUGH:
                    return
