"""frequencies: how many documents of a commit have a word, asked for many words at once and remembered for a while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from khsearch.engine import View

_REMEMBERED = 1 << 12
_BYTES = 150  # that a remembered word takes, and its number


class Frequencies:
    """Document frequencies (df) of words in fields of a commit, added up. Cheap to make; for any number of threads."""

    def __init__(self, view: View, *fields: str) -> None:
        self._view = view
        self._fields = fields
        self._known: dict[bytes, int] = view.memo("frequencies", fields, dict, lambda _: _REMEMBERED * _BYTES)

    def of(self, words: Sequence[bytes]) -> list[int]:
        """Return the df of each of some words."""
        known = self._known
        lacking = list(dict.fromkeys(word for word in words if word not in known))
        if not lacking:
            return [known[word] for word in words]
        fresh = dict.fromkeys(lacking, 0)
        for field in self._fields:
            for word, df in zip(lacking, self._view.dfs([(field, word) for word in lacking]), strict=True):
                fresh[word] += df
        found = [fresh[word] if word in fresh else known[word] for word in words]
        if len(known) + len(fresh) > _REMEMBERED:
            known.clear()
        if len(fresh) <= _REMEMBERED:
            known.update(fresh)
        return found

    def rarest(self, words: Sequence[bytes]) -> int:
        """Return how many documents hold the rarest of some words; 0 where there are no words."""
        return min(self.of(words), default=0)

    def learn(self, words: Iterable[bytes]) -> None:
        """Ask for words that will be asked for one by one."""
        self.of(list(words))
