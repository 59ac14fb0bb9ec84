"""compiled: what is looked for in texts; excerpts and marks of one as the compiled core finds them, in one call.

The core leaves to Python what is rare in texts and queries (`native/src/excerpts`), and here very long texts, which
Python looks through without reading them: then there are none, and they are found step by step, with the same outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from khsearch import native
from khsearch.khmer import Analyzer
from khsearch.query import Marks
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from khsearch.native import Wanted

Mark = tuple[int, int]
Part = tuple[int, int, tuple[Mark, ...], int | None]
"""An excerpt: from where to where it goes in the original, marks as offsets into it, its page."""

Excerpt = tuple[str, int, tuple[Mark, ...], int | None]
"""The same with what stands there, and where that begins."""

_LONGEST = 50_000
"""Characters of the longest text, and of the longest excerpt, that the core is asked about; the most excerpts."""


class MarkFinder:
    """Finds in texts what `marks` says, as an analyzer breaks them: excerpts that show it, and its places."""

    def __init__(self, marks: Marks, analyzer: Analyzer) -> None:
        self.marks = marks
        self.analyzer = analyzer

    def excerpts(self, text: str, size: tuple[int, int | None, int]) -> list[Part] | None:
        """Return the excerpts of a text that show most of it; None where they are to be found step by step.

        size: characters of an excerpt, about and at most, and how many excerpts there are at most.
        """
        wanted = self._compiled
        return None if wanted is None or max(len(text), size[0], size[2]) > _LONGEST else wanted.excerpts(text, size)

    def excerpts_of(self, utf8: bytes, size: tuple[int, int | None, int]) -> list[Excerpt] | None:
        """Return the same of a text as UTF-8, each with what stands there; None, too, of an empty text."""
        wanted = self._compiled
        return wanted.excerpts_of(utf8, size) if wanted is not None and 0 < len(utf8) <= _LONGEST else None

    def places(self, text: str) -> list[Mark] | None:
        """Return where it stands in all of a text; None where that is to be found step by step."""
        wanted = self._compiled
        return None if wanted is None or len(text) > _LONGEST else wanted.marks(text)

    @cached_property
    def _compiled(self) -> Wanted | None:
        """The same in the compiled core, where that breaks texts as the analyzer does."""
        breaking, joining = self.analyzer.compiled, self.analyzer.compiled_joiner
        if native.core is None or breaking is None or joining is None:
            return None
        made: Wanted = native.core.Wanted(self.marks.rows, self.marks.bigrams, breaking, joining)
        return made
