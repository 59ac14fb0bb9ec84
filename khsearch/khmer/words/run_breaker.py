"""run_breaker: a base for breakers that know one run, as a str, at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.text import script
from khsearch.khmer.text.clusters import Clusters
from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.breakers import check_counts
from khsearch.khmer.words.lexicon import Lexicon


class RunBreaker(ABC):
    """A breaker that reads no lexicon and keeps nothing in an index: it needs a name, a version and `break_text`."""

    name: str
    lexicon: Lexicon | None = None

    @property
    @abstractmethod
    def version(self) -> str:
        """Whatever changes when it breaks a text differently."""

    @property
    def trait(self) -> str:
        """The line that segments keep: its name and its version."""
        return f"breaker {self.name} {self.version}"

    def resources(self) -> Mapping[str, bytes]:
        """Nothing that an index would have to keep."""
        return {}

    @abstractmethod
    def break_text(self, run: str) -> list[int]:
        """Break one run: a str of Khmer in normal form -> offsets in it where a word ends, rising."""

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """Break one run: its clusters, in codes -> for each word how many clusters it has, in order."""
        run = script.decode_term(b"".join(clusters))
        numbers = {end: i for i, end in enumerate(accumulate(map(len, clusters)), 1)}
        # An end inside a cluster is passed over, and the run ends where it ends.
        ends = [numbers[end] for end in self.break_text(run) if end in numbers and numbers[end] < len(clusters)]
        ends.append(len(clusters))
        return [end - start for start, end in zip([0, *ends], ends, strict=False)]

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """Break all runs of a batch: codes and their c clusters -> (c,) bool, true where a word begins."""
        pieces = [codes[a:b] for a, b in zip(clusters.starts.tolist(), clusters.ends.tolist(), strict=True)]
        firsts = np.flatnonzero(clusters.leads).tolist()
        begins = clusters.leads.copy()
        for first, last in zip(firsts, [*firsts[1:], len(pieces)], strict=False):
            counts = self.break_run(pieces[first:last])
            check_counts(self, counts, last - first)
            begins[first + np.cumsum(counts[:-1], dtype=np.int64)] = True
        return begins
