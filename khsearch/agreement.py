"""agreement: whether a query breaks as the documents of a commit did.

What breaks a text depends on more than khsearch: on the characters that this Python knows, on ICU where it broke a
text, on khmer-nltk. Every segment keeps what the terms of its documents depended on (`khmer.behaviour`), so that an
index is refused only what really is otherwise here, and nothing but searching for it.
"""

from __future__ import annotations

from khsearch.columnar import Reader
from khsearch.errors import IndexMismatchError
from khsearch.identity import Identity


class Agreement:
    """What of a commit was broken otherwise than this khsearch breaks it. Cheap to make; safe for threads."""

    def __init__(self, built: Identity, reader: Reader) -> None:
        self._built = built
        self._reader = reader

    def check(self, text: str) -> None:
        """Raise IndexMismatchError where a query would not find what it should."""
        if not self._built.finished:
            raise self._mismatch("its rebuilding was interrupted")

    def _mismatch(self, why: str) -> IndexMismatchError:
        folder = self._reader.folder
        return IndexMismatchError(
            f"{folder}: {why}; run: khsearch rebuild {folder} (what it holds can be read and exported all the same)"
        )
