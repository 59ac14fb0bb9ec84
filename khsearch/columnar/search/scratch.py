"""scratch: memory that searches of one thread use in turn, so that none has to clear it first."""

from __future__ import annotations

import threading

from khsearch.arrays import Array, np
from khsearch.sharing import cached_property


class Scratch:
    """A thread gets its own. Whoever writes to it clears it; after an error nobody knows, and `forget` helps."""

    def __init__(self, docs: int) -> None:
        """For a commit of so many documents, deleted ones included."""
        self._docs = docs

    @cached_property
    def _local(self) -> threading.local:
        return threading.local()

    def sums(self) -> Array:
        """Zeros for every document, (docs,) float64."""
        found: Array | None = getattr(self._local, "sums", None)
        if found is None:
            found = self._local.sums = np.zeros(self._docs)
        return found

    def marks(self, size: int) -> Array:
        """A table of False, (size,) bool; the size is the same at every call."""
        found: Array | None = getattr(self._local, "marks", None)
        if found is None:
            found = self._local.marks = np.zeros(size, bool)
        return found

    def forget(self) -> None:
        """Give this thread new memory when it next asks."""
        self._local.__dict__.clear()
