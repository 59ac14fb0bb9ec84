"""breaking: texts with marks in; HTML out, everything escaped, that wraps between words of Khmer in any browser.

Khmer has no spaces between words, and a browser without a dictionary of it wraps anywhere, or nowhere. So a <wbr>
stands between words that touch, as the index's own analyzer finds them. All texts of a page are broken in one go, when
the first of them is needed: most of what an analysis costs it costs however short the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape

from khsearch.frozen import frozen
from khsearch.khmer import Analyzer

Mark = tuple[int, int]

_CLOSE, _WRAP, _OPEN = "\x00", "\x01", "\x02"  # in the order in which they stand at one place
_CONTROLS = re.compile("[\x00-\x02]")
_STARTS = frozenset(map(chr, range(0x1780, 0x17B4)))  # letters that a cluster begins with
_LETTERS = frozenset(map(chr, (*range(0x1780, 0x17D2), 0x17D3, 0x17DD)))
_COENG = "\u17d2"
_KHMER = re.compile("[\u1780-\u17ff]")
_SHORT = 250  # characters: titles, values, most excerpts
_REMEMBERED = 3_000  # short texts


@frozen
class Numbers:
    """Numbers of marks, where they can be linked to: that of the first, and that of the one that is looked at, if any.

    goes_on: whether the first mark began before the text, where its number is
    """

    first: int
    current: int | None = None
    goes_on: bool = False


class Woven:
    """A text as HTML: what templates show of it. `plain` is what they show where nothing can wrap."""

    __slots__ = ("_html", "_numbers", "_weaving", "marks", "plain")

    def __init__(self, weaving: Weaving, text: str, marks: Sequence[Mark], numbers: Numbers | None) -> None:
        self.plain = text
        self.marks = marks
        self._weaving = weaving
        self._numbers = numbers
        self._html: Markup | None = None

    @property
    def khmer(self) -> bool:
        """Whether there is Khmer in it."""
        return _KHMER.search(self.plain) is not None

    def __html__(self) -> str:
        """Return the HTML."""
        if self._html is None:
            self._weaving.finish()
            assert self._html is not None
        return self._html

    def __bool__(self) -> bool:
        return bool(self.plain)

    def finish(self, breaks: Sequence[int]) -> None:
        """Make the HTML, now that the places between words are known."""
        self._html = woven(self.plain, self.marks, breaks, self._numbers)


class Weaving:
    """The texts of a page."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._waiting: list[Woven] = []

    def __call__(
        self,
        text: str,
        marks: Sequence[Mark] = (),
        *,
        most: int | None = None,
        numbers: Numbers | None = None,
    ) -> Woven:
        """Take a text and where its marks are; of a longer one than `most` characters, its beginning."""
        if most is not None and len(text) > most:
            text, marks = cut(text, marks, most)
        found = Woven(self, text, marks, numbers)
        self._waiting.append(found)
        return found

    def finish(self) -> None:
        """Break all texts taken so far, and make their HTML."""
        waiting, self._waiting = self._waiting, []
        known = _remembered.setdefault(self._analyzer, {})
        breaks = {text: known.get(text) for text in {one.plain for one in waiting}}
        new = [text for text, places in breaks.items() if places is None]
        found = dict(zip(new, breaks_of(new, self._analyzer), strict=True))
        for one in waiting:
            places = breaks[one.plain]
            one.finish(found[one.plain] if places is None else places)
        if len(known) > _REMEMBERED:
            known.clear()
        known.update((text, places) for text, places in found.items() if len(text) <= _SHORT)


_remembered: WeakKeyDictionary[Analyzer, dict[str, list[int]]] = WeakKeyDictionary()
"""Places between words of short texts, such as titles and values: they come again and again."""


def breaks_of(texts: Sequence[str], analyzer: Analyzer) -> Iterator[list[int]]:
    """Offsets, rising, between two words of Khmer that touch, of each of some texts."""
    khmer = [text for text in texts if not text.isascii()]
    if not khmer:
        yield from ([] for _ in texts)
        return
    batch = analyzer.whole_batch(khmer, "word")
    starts, ends = (places.tolist() for places in batch.spans())
    stretches = pairwise(accumulate(batch.counts.tolist(), initial=0))
    for text in texts:
        if text.isascii():
            yield []
            continue
        first, last = next(stretches)
        touching = zip(starts[first + 1 : last], ends[first : last - 1] if last > first else (), strict=True)
        yield [at for at, end in touching if at == end and text[at] in _STARTS and _ends_word(text[at - 1])]


def _ends_word(char: str) -> bool:
    return char in _LETTERS and char != _COENG


def woven(text: str, marks: Iterable[Mark], breaks: Sequence[int], numbers: Numbers | None = None) -> Markup:
    """Return a text as HTML, from its marks and its places between words, both rising.

    Control characters stand for the elements until all is escaped, in one go; those of the text itself, which HTML may
    not hold, are replaced.
    """
    if not text.isprintable():
        text = _CONTROLS.sub("\ufffd", text)
    edges = [(place, _WRAP) for place in breaks]
    for start, end in marks:
        edges += (start, _OPEN), (end, _CLOSE)
    edges.sort()
    parts: list[str] = []
    at = 0
    for place, sign in edges:
        parts += text[at:place], sign
        at = place
    html = str(escape("".join((*parts, text[at:])))).replace(_WRAP, "<wbr>").replace(_CLOSE, "</mark>")
    return Markup(_numbered(html, numbers) if numbers else html.replace(_OPEN, "<mark>"))


def _numbered(html: str, numbers: Numbers) -> str:
    first, *others = html.split(_OPEN)
    parts = [first]
    for number, rest in enumerate(others, numbers.first):
        goes_on = numbers.goes_on and number == numbers.first
        parts.append("<mark" if goes_on else f'<mark id="m{number}"')
        parts.append(' class="now">' if number == numbers.current else ">")
        parts.append(rest)
    return "".join(parts)


def cut(text: str, marks: Sequence[Mark], most: int) -> tuple[str, Sequence[Mark]]:
    """Shorten a text to so many characters, with an ellipsis for what is gone."""
    end = most
    while end > most - 20 and not (text[end].isspace() or (text[end] in _STARTS and text[end - 1] != _COENG)):
        end -= 1
    shown = text[:end].rstrip()
    kept = [(start, min(stop, len(shown))) for start, stop in marks if start < len(shown)]
    return shown + "\u2026", kept
