"""texts: the texts of one query, each analysed once, and their chunks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from khsearch.query.chunks import Chunk, chunks_of

if TYPE_CHECKING:
    from khsearch.khmer import Alternative, Analyzer, Typed, Variants

_TOLERANT = 300
"""Characters of the longest query that is read otherwise: a longer one says enough."""


class Texts:
    """What a query is made of.

    analyzer  of the index
    kinds     of what may be named: the index's own fields and the streams with positions
    tolerant  whether texts are read in other spellings, too
    """

    def __init__(
        self, analyzer: Analyzer, kinds: Mapping[str, str], variants: Variants, text: str, *, tolerant: bool
    ) -> None:
        """`tolerant`: as wanted; a long text never is."""
        self.analyzer = analyzer
        self.kinds = kinds
        self.tolerant = tolerant and len(text) <= _TOLERANT
        self._variants = variants if self.tolerant else None
        self._typed: dict[str, Typed] = {}
        self._chunks: dict[str, list[Chunk]] = {}
        self._alternatives: dict[str, list[Alternative]] = {}

    def read(self, text: str) -> Typed:
        """Analyse a text, if that was not done before."""
        found = self._typed.get(text)
        if found is None:
            found = self._typed[text] = self.analyzer.typed(text)
        return found

    def known(self, text: str) -> Typed | None:
        """A text that was analysed, or None."""
        return self._typed.get(text)

    def chunks(self, text: str) -> list[Chunk]:
        """The chunks of a text, with the ways in which they may stand."""
        found = self._chunks.get(text)
        if found is None:
            typed = self.read(text)
            found = self._chunks[text] = chunks_of(typed, self.alternatives(typed), joined=self.tolerant)
        return found

    def alternatives(self, typed: Typed) -> list[Alternative]:
        """Other spellings of stretches of a text of the query."""
        found = self._alternatives.get(typed.text)
        if found is None:
            found = self._alternatives[typed.text] = self._variants.alternatives(typed) if self._variants else []
        return found

    def is_text(self, field: str | None) -> bool:
        """Whether words are looked for in a field; None is the text and all that goes with it."""
        return field is None or self.kinds[field] == "text"
