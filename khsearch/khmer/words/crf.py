"""crf: words as the conditional random field of khmer-nltk finds them. The door to that package."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from itertools import accumulate

from khsearch.khmer.words.run_breaker import RunBreaker
from khsearch.sharing import loading


class CrfBreaker(RunBreaker):
    """Words as khmer-nltk's conditional random field finds them."""

    name = "crf"

    @property
    def version(self) -> str:
        """Version of khmer-nltk, which carries the model."""
        loading("importlib.metadata")
        from importlib.metadata import version

        return version("khmer-nltk")

    @property
    def trait(self) -> str:
        """The line that segments keep: the package and its version."""
        return f"khmer-nltk {self.version}"

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
        copy = "".join(words)
        return ends if copy == run else _ends_in(run, copy, ends)


def make(_: Mapping[str, bytes]) -> CrfBreaker:
    """Make the breaker; it keeps no resources."""
    return CrfBreaker()


_CHANGED = 8  # characters that a changed copy may leave out in a row


def _ends_in(run: str, copy: str, ends: list[int]) -> list[int]:
    """Offsets in a slightly changed copy of `run` -> the same in `run`, rising."""
    offsets, at = [0], 0
    for char in copy:
        found = run.find(char, at, at + _CHANGED)
        at = at if found < 0 else found + 1
        offsets.append(at)
    return sorted({offsets[end] for end in ends})
