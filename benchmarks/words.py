"""words: the one door to PyICU and khmer-nltk. The peers' words come from here, and the time that these alone take."""

from __future__ import annotations

import logging
from itertools import accumulate, pairwise
from typing import Any

from benchmarks.errors import BenchmarkError


def iterator() -> Any:
    """Make an ICU BreakIterator for words of Khmer; for one thread. BenchmarkError where PyICU is not installed."""
    try:
        import icu
    except ImportError:
        raise BenchmarkError("ICU breaks the words of the peers: pip install pyicu, or pyicu-wheels") from None

    return icu.BreakIterator.createWordInstance(icu.Locale("km"))


class IcuWords:
    """Breaks texts with ICU, as one would without khsearch. For one thread."""

    def __init__(self) -> None:
        self._words = iterator()

    def ends(self, text: str) -> list[int]:
        """Offsets where a word or a gap ends, rising, in code points."""
        self._words.setText(text)
        ends = list(self._words)
        if ends and ends[-1] != len(text):  # ICU counts UTF-16 units
            units = accumulate(1 + (char > "\uffff") for char in text)
            places = dict(zip(units, range(1, len(text) + 1), strict=True))
            ends = [places[end] for end in ends if end in places]
        return ends

    def boundaries(self, text: str) -> list[int]:
        """Offsets of all boundaries: first 0, last len(text), rising."""
        return [0, *self.ends(text)]

    def pieces(self, text: str) -> list[str]:
        """Words and what stands between them, in order: joined, they are the text."""
        return [text[start:end] for start, end in pairwise(self.boundaries(text))]

    def words(self, text: str) -> list[str]:
        """Words of a text: of its pieces, those that hold a letter or a digit."""
        return [piece for piece in self.pieces(text) if any(map(str.isalnum, piece))]

    def step(self, text: str) -> int:
        """Find every boundary and do nothing with it, the least that PyICU takes to break a text -> the last one."""
        self._words.setText(text)
        end = 0
        for end in self._words:  # noqa: B007
            pass
        return int(end)


def nltk_words(text: str) -> list[str]:
    """Words of a text, as khmer-nltk has them."""
    import khmernltk

    logging.getLogger("khmer-nltk").setLevel(logging.WARNING)  # it tells of itself otherwise
    return [str(word) for word in khmernltk.word_tokenize(text)]
