"""breakers: the clusters of a run in, the boundaries between words out.

A breaker sees nothing but runs of Khmer in normal form, so that a boundary can never fall inside a cluster and a run
breaks alike wherever it stands. Three know how:

    lattice  the cheapest path over khsearch's lexicon (`lattice`): the default
    icu      the dictionary that comes with ICU (PyICU)
    crf      the conditional random field of khmer-nltk: fine on compounds, some 150 times slower
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.text import script
from khsearch.khmer.text.script import Clusters, Offsets
from khsearch.khmer.words.lattice import best_path, best_paths
from khsearch.khmer.words.lexicon import Lexicon, default_lexicon
from khsearch.sharing import loading


class Breaker(Protocol):
    """Finds the words in runs of Khmer."""

    @property
    def name(self) -> str:
        """Name by which it is chosen."""

    @property
    def version(self) -> str:
        """Whatever changes when it breaks a text differently."""

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """Break one run: its clusters, in codes -> for each word how many clusters it has, in order."""

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """Break all runs of a batch: codes and their c clusters -> (c,) bool, true where a word begins.

        `numbers`, of the clusters in the lexicon, are for a breaker that reads one, where they are known already.
        """


class RunBreaker:
    """Base of breakers that know one run, as a str, at a time."""

    def break_text(self, run: str) -> list[int]:
        """Break one run: a str of Khmer in normal form -> offsets in it where a word ends, rising."""
        raise NotImplementedError

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """Break one run: its clusters, in codes -> for each word how many clusters it has, in order."""
        run = script.decode_term(b"".join(clusters))
        places = {end: i for i, end in enumerate(accumulate(map(len, clusters)), 1)}
        # An end inside a cluster is passed over, and the run ends where it ends.
        ends = [places[end] for end in self.break_text(run) if end in places and places[end] < len(clusters)]
        ends.append(len(clusters))
        return [end - start for start, end in zip([0, *ends], ends, strict=False)]

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """Break all runs of a batch: codes and their c clusters -> (c,) bool, true where a word begins."""
        pieces = [codes[a:b] for a, b in zip(clusters.starts.tolist(), clusters.ends.tolist(), strict=True)]
        firsts = np.flatnonzero(clusters.leads).tolist()
        begins = clusters.leads.copy()
        for first, last in zip(firsts, [*firsts[1:], len(pieces)], strict=False):
            counts = self.break_run(pieces[first:last])
            begins[first + np.cumsum(counts[:-1], dtype=np.int64)] = True
        return begins


class IcuBreaker(RunBreaker):
    """Words as ICU's dictionary has them."""

    name = "icu"

    @property
    def version(self) -> str:
        """Version of the ICU library, whose dictionary decides."""
        return icu_version()

    def break_text(self, run: str) -> list[int]:
        """Break one run: a str of Khmer in normal form -> offsets in it where a word ends, rising."""
        return word_ends(run)


class CrfBreaker(RunBreaker):
    """Words as khmer-nltk's conditional random field finds them."""

    name = "crf"

    @property
    def version(self) -> str:
        """Version of khmer-nltk, which carries the model."""
        loading("importlib.metadata")
        from importlib.metadata import version

        return version("khmer-nltk")

    def break_text(self, run: str) -> list[int]:
        """Break one run: a str of Khmer in normal form -> offsets in it where a word ends, rising."""
        loading("khmernltk")
        import khmernltk

        logger = logging.getLogger("khmer-nltk")
        for handler in logger.handlers[:]:  # its handler writes to stderr, which is ours to keep quiet
            logger.removeHandler(handler)
        logger.setLevel(logging.WARNING)
        words = khmernltk.word_tokenize(run)
        ends = list(accumulate(map(len, words)))
        told = "".join(words)
        return ends if told == run else _ends_in(run, told, ends)


_CHANGED = 8  # characters that a changed copy may leave out in a row


def _ends_in(run: str, told: str, ends: list[int]) -> list[int]:
    """Offsets in `told`, a slightly changed copy of `run` -> the same in `run`, rising."""
    places, at = [0], 0
    for char in told:
        found = run.find(char, at, at + _CHANGED)
        at = at if found < 0 else found + 1
        places.append(at)
    return sorted({places[end] for end in ends})


_iterators = threading.local()  # a BreakIterator belongs to one thread


def icu_version() -> str:
    """Version of the ICU library."""
    loading("icu")
    import icu

    return str(icu.ICU_VERSION)


def word_ends(text: str) -> list[int]:
    """Break text of any script with ICU: str -> offsets where its words and gaps end, rising, in code points."""
    iterator = getattr(_iterators, "words", None)
    if iterator is None:
        loading("icu")
        import icu

        iterator = _iterators.words = icu.BreakIterator.createWordInstance(icu.Locale("km"))
    iterator.setText(text)
    ends = list(iterator)
    if ends and ends[-1] != len(text):  # ICU counts UTF-16 units
        widths = 1 + (script.points_of(text) > 0xFFFF)
        edges = np.cumsum(widths)
        places = np.searchsorted(edges, ends)
        ends = (places[edges.take(places) == ends] + 1).tolist()
    return ends


class LatticeBreaker:
    """Words as the cheapest path over a lexicon has them."""

    name = "lattice"

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._number = lexicon.trie.numbers.get

    @property
    def version(self) -> str:
        """Fingerprint of the lexicon."""
        return self.lexicon.fingerprint

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """Break one run: its clusters, in codes -> for each word how many clusters it has, in order."""
        numbers = [self._number(cluster, 0) for cluster in clusters]
        return best_path(numbers, self.lexicon.trie, self.lexicon.unknown)

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """Break all runs of a batch: codes and their c clusters -> (c,) bool, true where a word begins."""
        if numbers is None:
            numbers = self.lexicon.trie.number_all(codes, clusters)
        return best_paths(numbers, clusters.leads, self.lexicon.trie, self.lexicon.unknown)


BREAKERS = ("lattice", "icu", "crf")


def breaker(name: str | None = None, lexicon: Lexicon | None = None) -> Breaker:
    """Return the breaker of a name, or the default one; `lexicon` is for the lattice, which brings its own.

    ValueError for an unknown name, or for a breaker that reads no lexicon.
    """
    name = name or BREAKERS[0]
    if name == "lattice":
        return LatticeBreaker(lexicon or default_lexicon())
    if lexicon is not None:
        raise ValueError(f"the breaker {name!r} reads no lexicon; leave the lexicon out or choose 'lattice'")
    if name == "icu":
        return IcuBreaker()
    if name == "crf":
        return CrfBreaker()
    raise ValueError(f"unknown breaker {name!r}; choose one of {', '.join(BREAKERS)}")
