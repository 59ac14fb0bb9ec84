"""matchers: the postings of a term, and the terms of a document, as Whoosh's matchers.

The methods are those of whoosh.matching.Matcher, and mean what they mean there.
"""

# ruff: noqa: D102

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from whoosh import formats
from whoosh.matching import ListMatcher, ReadTooFar
from whoosh.query.spans import Span
from whoosh.reading import TermInfo
from whoosh.system import pack_uint

Positions = Callable[[int], list[int]]
"""Where the tokens of the posting of a number stand, rising."""

Characters = Callable[[int], list[tuple[int, int, int]]]
"""The same with where in the text each token begins and ends: position, first character, end."""


class PostingsMatcher(ListMatcher):  # type: ignore[misc]
    """Postings whose positions are read when they are asked for.

    ids are document numbers, rising; or of a term vector, terms as text.
    """

    _i: int
    _terminfo: TermInfo | None

    def __init__(
        self,
        ids: Sequence[Any],
        weights: Sequence[float],
        frequencies: Sequence[int],
        positions: Positions,
        form: formats.Format,
        scorer: Any = None,
        term: tuple[str, bytes] | None = None,
        info: Callable[[], TermInfo] | None = None,
        characters: Characters | None = None,
    ) -> None:
        """As ListMatcher, and frequencies (n,); `form` says what `value` encodes; `info` tells of the term."""
        super().__init__(ids, weights, None, form, scorer, term=term)
        self._info = info
        self._frequencies = frequencies
        self._positions = positions
        self._characters = characters

    def copy(self) -> PostingsMatcher:
        out = PostingsMatcher.__new__(PostingsMatcher)
        out.__dict__.update(self.__dict__)
        return out

    def id(self) -> Any:
        if not self.is_active():
            raise ReadTooFar
        return self._ids[self._i]

    def skip_to(self, id: Any) -> None:
        if not self.is_active():
            raise ReadTooFar
        if id > self._ids[self._i]:
            self._i = bisect_left(self._ids, id, self._i)

    def supports_block_quality(self) -> bool:
        return False

    def max_quality(self) -> float:
        try:
            return float(self._scorer.max_quality() if self._scorer else self.block_max_weight())
        except NotImplementedError:  # a scorer need not know
            return math.inf

    def block_quality(self) -> float:
        return self.max_quality()

    def block_max_weight(self) -> float:
        return float(max(self._weights))

    def block_min_length(self) -> int:
        return int(self._known().min_length())

    def block_max_length(self) -> int:
        return int(self._known().max_length())

    def _known(self) -> TermInfo:
        if self._terminfo is None and self._info is not None:
            self._terminfo = self._info()
        return self._terminfo

    def supports(self, astype: str) -> bool:
        return astype in ("frequency", "weight") or (
            astype in ("positions", "characters") and self._format.supports(astype)
        )

    def value(self) -> bytes:
        if keeps_characters(self._format):
            return bytes(self._format.encode(self.value_as("characters")))
        if keeps_positions(self._format):
            return bytes(self._format.encode(self._positions(self._i)))
        return bytes(pack_uint(self._frequencies[self._i])) if isinstance(self._format, formats.Frequency) else b""

    def all_items(self) -> Any:
        matcher = self.copy()
        matcher.reset()
        while matcher.is_active():
            yield matcher.id(), matcher.value()
            matcher.next()

    def items_as(self, astype: str) -> Any:
        matcher = self.copy()
        while matcher.is_active():
            yield matcher.id(), matcher.value_as(astype)
            matcher.next()

    def value_as(self, astype: str) -> Any:
        if astype == "positions" and keeps_positions(self._format):
            return self._positions(self._i)
        if astype == "characters" and keeps_characters(self._format) and self._characters is not None:
            return self._characters(self._i)
        if astype == "frequency":
            return self._frequencies[self._i]
        if astype == "weight":
            return self.weight()
        raise NotImplementedError(f"the postings of {self._term!r} keep no {astype}")

    def spans(self) -> list[Span]:
        if not keeps_positions(self._format):
            raise NotImplementedError(f"the field of {self._term!r} keeps no positions")
        if keeps_characters(self._format):
            return [
                Span(position, startchar=start, endchar=end) for position, start, end in self.value_as("characters")
            ]
        return [Span(position) for position in self._positions(self._i)]


def keeps_characters(form: Any) -> bool:
    """Whether a format keeps where in its text each token stands."""
    return isinstance(form, formats.Characters)


def keeps_positions(form: Any) -> bool:
    """Whether a format keeps where tokens stand."""
    return isinstance(form, formats.Positions)
