"""correcting: what was typed in, what was probably meant out: spellings that stand in documents, likeliest first.

    corrected    a chunk that stands nowhere -> chunks that stand instead
    corrections  a text -> texts with what is probably a slip in it corrected
    suggestion   a query -> the query that was probably meant, or None ("did you mean")

`meant` tells what is likely; here, what is unlikely, or stands nowhere (`standing`), is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice

from khsearch.engine import BM25, Foreseen, View
from khsearch.frozen import frozen
from khsearch.khmer import Typed, Variants, script
from khsearch.query.chunks import Chunk, Way, chunks_of
from khsearch.query.meant import JOINED, Meant, Rows, rows_of
from khsearch.query.standing import Standing

_MARGIN = 2.0
"""Nats by which another reading must be likelier than a chunk that stands."""

_LEAST = -6.0
"""The same of a chunk that stands nowhere. Its words may all be known, but a space is seldom left out."""

_COMMON = 12  # a chunk that stands in more than one in so many documents is no slip
_TIMES = 100  # what stands in so many times more documents in another spelling is meant so
_TYPED = 300  # characters of the longest text that is corrected
_SUGGESTED = 3  # corrections of which one may be suggested
_HELD = 8  # readings of one row that are held against the documents


@frozen
class Correction:
    """A chunk that stands in documents and was probably meant.

    spelling  as people read it
    atoms     its words, in code form, as a search for it has them
    excess    what the chunk as typed exceeds it by, in nats: 5 is usual for a real slip, 10 is much
    df        documents in which it stands
    """

    spelling: str
    atoms: tuple[bytes, ...]
    excess: float
    df: int


_Option = tuple[float, str]
"""How much likelier than what was typed, and how it is spelled."""


def corrected(view: View, typed: Typed, limit: int, own: Iterable[str] = ()) -> list[Correction]:
    """Chunks that stand and were probably meant by one that stands nowhere, likeliest first.

    own, here and below: own text fields of the index in which they may stand, too.
    """
    if len(typed.text) > _TYPED:
        return []
    found = _Corrector(view, own=own).whole(typed, 0)
    return [correction for _, correction in islice(_each_once(found), limit)]


def corrected_to(view: View, typed: Typed, own: Iterable[str] = ()) -> Foreseen:
    """Return what `corrected` will ask, for a view that is far away."""
    return _Corrector(view, own=own).foreseen(typed, 0) if len(typed.text) <= _TYPED else Foreseen()


def corrections(
    view: View, typed: Typed, limit: int, variants: Variants | None = None, own: Iterable[str] = ()
) -> list[str]:
    """Texts that were probably meant, likeliest first; none where nothing is likelier than what was typed.

    Each corrected chunk stands in documents; a long one that stands nowhere is corrected where a stretch stands in
    place of another. `variants` are other spellings: what stands in one of them is no slip, and of those that are
    listed as one word, the usual one is offered if it stands.
    """
    text = typed.text
    if len(text) > _TYPED or limit < 1:
        return []
    corrector = _Corrector(view, variants, own)
    chunks = [(chunk, corrector.options(typed, chunk)) for chunk in chunks_of(typed, [], joined=False)]
    chunks = [(chunk, options) for chunk, options in chunks if options]
    if not chunks:
        return []
    # The likeliest has the best of every chunk; then follow those with another for one of them.
    best = [options[0][1] for _, options in chunks]
    ways: list[tuple[float, list[str]]] = [(0.0, best)]
    for place, (_, options) in enumerate(chunks):
        top = options[0][0]
        ways += [(top - gain, [*best[:place], other, *best[place + 1 :]]) for gain, other in options[1 : limit + 1]]
    found = {tuple(typed.terms.words): text}
    for _, spellings in sorted(ways, key=_loss):
        changes = [(chunk.start, chunk.end, one) for (chunk, _), one in zip(chunks, spellings, strict=True)]
        meant = text
        for start, end, spelling in reversed(changes):
            meant = meant[:start] + spelling + meant[end:]
        found.setdefault(tuple(typed.spliced(*changes).words), meant)
    return list(found.values())[1 : limit + 1]


def suggestion(view: View, typed: Typed, variants: Variants | None = None, own: Iterable[str] = ()) -> str | None:
    """Return the query that was probably meant; None where nothing is likelier than what was typed.

    All of it stands in some document, and in no fewer than what was typed does, however that is read.
    """
    least = max(_found(view, typed, variants, own), 1)
    for text in corrections(view, typed, _SUGGESTED, variants, own):
        meant = typed.analyzer.spelled(text)
        meant.broken.update(typed.broken)  # most of it is as it was typed
        if _found(view, meant, variants, own) >= least:
            return text
    return None


def _found(view: View, typed: Typed, variants: Variants | None, own: Iterable[str]) -> int:
    """In how many documents all chunks of a text stand, in any way."""
    chunks = chunks_of(typed, variants.alternatives(typed) if variants else [], joined=True)
    return Standing(view, BM25(), inside=True, own=own).of_all(chunks)[1] if chunks else 0


def _loss(way: tuple[float, list[str]]) -> float:
    return way[0]


def _each_once(found: Iterable[tuple[float, Correction]]) -> Iterator[tuple[float, Correction]]:
    seen: set[str] = set()
    for gain, correction in found:
        if correction.spelling not in seen:
            seen.add(correction.spelling)
            yield gain, correction


class _Corrector:
    """Corrects chunks for one commit."""

    def __init__(self, view: View, variants: Variants | None = None, own: Iterable[str] = ()) -> None:
        self._view = view
        self._variants = variants
        self._rows = Rows(view, own)
        self._standing = Standing(view, BM25(), inside=False, own=own)

    def options(self, typed: Typed, chunk: Chunk) -> list[_Option]:
        """What may have been meant by a chunk of a text, likeliest first."""
        part = typed.cut(chunk.start, chunk.end)
        others = self._spellings(part)
        far = self._view.far
        if far is not None:
            each = [part, *(part.analyzer.spelled(other) for other in others)]
            far.foresee(("options", part.text), BM25(), lambda: self._counts(each))
        df = self._df(part)
        if df * _COMMON > self._view.doc_count:
            return []
        spelled = self._other_spelling(part)
        read = max(df, spelled[0])
        options: list[_Option] = []
        if spelled[0] and spelled[0] >= _TIMES * df:
            options.append((math.inf, spelled[1]))
        for gain, one in _each_once(self.whole(part, read)):
            options += [(gain, self._usual(part, one)), (gain, one.spelling)]
        if not options and not read:
            options += self._parts(part)
        gains: dict[str, float] = {}
        for gain, spelling in options:
            gains.setdefault(spelling, gain)
        return [(gain, spelling) for spelling, gain in gains.items()]

    def whole(self, typed: Typed, df: int) -> Iterator[tuple[float, Correction]]:
        """Chunks that stand, in more than the `df` documents in which what was typed does."""
        readings = self._readings(typed, df)
        far = self._view.far
        if far is not None:  # most are asked for, and all are in one request
            far.foresee(("corrections", typed.text, df), BM25(), lambda: self.foreseen(typed, df))
        for spelling, meant in readings:
            part = typed.analyzer.spelled(spelling)
            found = self._df(part)
            if found > df:
                yield meant.gain, Correction(spelling, tuple(part.terms.words), meant.excess, found)

    def _readings(self, typed: Typed, df: int) -> Iterator[tuple[str, Meant]]:
        """Likely readings of the rows of a chunk, row by row, each as the whole chunk is spelled then."""
        words = typed.terms.words
        for first, end in rows_of(typed):
            row = words[first:end]
            odd = [True] * len(row) if len(row) <= JOINED else self._rows.odd(row)
            for meant in self._rows.meant(row, odd, _HELD, df):
                if meant.gain < (_MARGIN if df else _LEAST):
                    break
                yield _changed(typed, first, meant), meant

    def _parts(self, typed: Typed) -> Iterator[_Option]:
        """A long chunk with other stretches that stand in it, though it stands nowhere anyhow."""
        if len(typed.terms.words) > JOINED:
            for spelling, meant in self._readings(typed, 0):
                stretches = [script.decode_term(change.meant.spelling) for change in meant.changes]
                if all(self._df(typed.analyzer.spelled(stretch)) for stretch in stretches):
                    yield meant.gain, spelling

    def _other_spelling(self, typed: Typed) -> tuple[int, str]:
        """The listed spelling of a chunk that stands in the most documents, with their number; 0 where none stands."""
        best = (0, "")
        for spelling in self._spellings(typed):
            found = self._df(typed.analyzer.spelled(spelling))
            if found > best[0]:
                best = found, spelling
        return best

    def _spellings(self, typed: Typed) -> list[str]:
        """A chunk in the spellings that are listed for stretches of it."""
        others = self._variants.alternatives(typed)[:_HELD] if self._variants else ()
        text = typed.text
        return [text[: one.start] + one.spelling + text[one.end :] for one in others if one.weight == 1]

    def _usual(self, typed: Typed, correction: Correction) -> str:
        """A correction in the spelling that is listed as the usual one, if that stands."""
        spelling = correction.spelling
        if self._variants is not None:
            part = typed.analyzer.spelled(spelling)
            for other in self._variants.alternatives(part)[:_HELD]:
                if other.weight == 1 and self._variants.is_usual(other.spelling):
                    usual = spelling[: other.start] + other.spelling + spelling[other.end :]
                    if self._df(typed.analyzer.spelled(usual)):
                        return usual
        return spelling

    def _df(self, typed: Typed) -> int:
        """Documents in which a chunk stands as it is spelled."""
        return self._standing.settled(_as_spelled(typed))[1] if typed.terms.words else 0

    def foreseen(self, typed: Typed, df: int) -> Foreseen:
        """What is asked for a chunk to be corrected."""
        return self._counts(typed.analyzer.spelled(spelling) for spelling, _ in self._readings(typed, df))

    def _counts(self, parts: Iterable[Typed]) -> Foreseen:
        """In how many documents some chunks stand."""
        return Foreseen(counts=[self._standing.of(_as_spelled(part)) for part in parts if part.terms.words])


def _as_spelled(typed: Typed) -> Chunk:
    """A text as a chunk that stands as it is spelled, and in no longer words."""
    return Chunk(0, len(typed.text), (Way(tuple(typed.terms.words), ()),))


def _changed(typed: Typed, first: int, meant: Meant) -> str:
    """A text with the changes of a reading of its row that begins at a word."""
    text = typed.text
    starts, ends = typed.spans
    for change in reversed(meant.changes):
        start, end = starts[first + change.first], ends[first + change.end - 1]
        text = text[:start] + script.decode_term(change.meant.spelling) + text[end:]
    return text
