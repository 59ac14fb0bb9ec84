"""inside: which documents hold a chunk inside longer words, or across their borders. Their texts decide.

Bigrams say where a chunk of three clusters or more may stand, not whether its pairs of clusters follow each other. So
what they find is looked up in the texts. What was found out of a version of a document is remembered.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import or_

from khsearch import deadline
from khsearch.engine import EVERY_COMMIT, Key, View
from khsearch.khmer import stand

_REMEMBERED = 1 << 14  # documents of chunks
_AT_ONCE = 1 << 20  # bytes of texts that are read before they are looked through
_BYTES = 120  # that one takes, about


class Within:
    """Whether units, in code form, follow each other in documents: `nodes.TwoPhase` asks. Nobody else need remember."""

    __slots__ = ("_inside", "units")

    def __init__(self, inside: Inside, units: Sequence[bytes]) -> None:
        self._inside = inside
        self.units = units

    def __call__(self, keys: Sequence[Key]) -> list[bool]:
        """Whether they do, in each."""
        return self._inside.passes(self.units, keys)


class Inside:
    """Looks chunks up in the documents of a commit; for any number of threads."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[tuple[bytes, Hashable], bool] = view.memo(
            "inside", None, dict, lambda _: _REMEMBERED * _BYTES, owner=EVERY_COMMIT
        )

    def passes(self, units: Sequence[bytes], keys: Sequence[Key]) -> list[bool]:
        """Whether units, in code form, follow each other in the text or in the title of documents."""
        chunk = b"".join(units)
        version = self._view.version
        found = {key: self._known.get((chunk, version(key))) for key in keys}
        unknown = [key for key, known in found.items() if known is None]
        if unknown:
            told = dict(zip(unknown, self._looked_up(units, unknown), strict=True))
            found.update(told)
            if len(self._known) + len(told) > _REMEMBERED:
                self._known.clear()
            if len(told) <= _REMEMBERED:
                self._known.update({(chunk, version(key)): holds for key, holds in told.items()})
        return [bool(found[key]) for key in keys]

    def _looked_up(self, units: Sequence[bytes], keys: Sequence[Key]) -> list[bool]:
        found: list[bool] = []
        some: list[bytes] = []
        size = 0
        for stored in self._view.stored(keys):
            text = stored.utf8
            some += (stored.title.encode(), text)
            size += len(text)
            if size >= _AT_ONCE:
                found += _told(some, units)
                some, size = [], 0
        return found + _told(some, units) if some else found


def _told(texts: Sequence[bytes], units: Sequence[bytes]) -> list[bool]:
    """Of titles and texts in turn, whether units stand in either of a document."""
    deadline.check()
    stands = stand(texts, units)
    return [*map(or_, stands[::2], stands[1::2])]
