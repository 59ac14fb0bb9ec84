"""icu: words as ICU's dictionaries have them, in Khmer and in other scripts without spaces. The door to PyICU."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from khsearch.errors import MissingExtraError
from khsearch.khmer.text.points import points_of
from khsearch.khmer.words.run_breaker import RunBreaker
from khsearch.khmer.words.spaceless import missing
from khsearch.sharing import loading


class IcuBreaker(RunBreaker):
    """Words as ICU's dictionary has them."""

    name = "icu"

    @property
    def version(self) -> str:
        """Version of the ICU library, whose dictionary decides."""
        return icu_version()

    @property
    def trait(self) -> str:
        """The line that segments keep wherever ICU broke a run."""
        return icu_trait()

    def break_text(self, run: str) -> list[int]:
        """Break one run: a str of Khmer in normal form -> offsets in it where a word ends, rising."""
        return word_ends(run)


def make(_: Mapping[str, bytes]) -> IcuBreaker:
    """Make the breaker; it keeps no resources."""
    return IcuBreaker()


_iterators = threading.local()  # a BreakIterator belongs to one thread


def _library() -> Any:
    loading("icu")
    try:
        import icu
    except ModuleNotFoundError:
        raise missing("ICU breaks these words") from None
    except ImportError as problem:  # built for another ICU, say
        raise MissingExtraError(
            f"ICU breaks these words, and PyICU cannot be loaded ({problem}); build it again: pip install "
            "--force-reinstall --no-cache-dir pyicu"
        ) from None
    return icu


def icu_version() -> str:
    """Version of the ICU library; MissingExtraError where it is not there."""
    return str(_library().ICU_VERSION)


def icu_trait() -> str:
    """The line that segments keep where ICU broke a run."""
    return f"icu {icu_version()}"


def word_ends(text: str) -> list[int]:
    """Break text of any script with ICU: str -> offsets where its words and gaps end, rising, in code points.

    MissingExtraError where ICU is not there.
    """
    iterator = getattr(_iterators, "words", None)
    if iterator is None:
        icu = _library()
        iterator = _iterators.words = icu.BreakIterator.createWordInstance(icu.Locale("km"))
    iterator.setText(text)
    ends = list(iterator)
    if ends and ends[-1] != len(text):  # ICU counts UTF-16 units
        widths = 1 + (points_of(text) > 0xFFFF)
        edges = np.cumsum(widths)
        places = np.searchsorted(edges, ends)
        ends = (places[edges.take(places) == ends] + 1).tolist()
    return ends
