"""snippets: an original text and what a query asked for in; excerpts with marks out.

What the query asked for is looked for as `occurrences` tells. Where nothing of it stands, its cluster bigrams are
marked. Excerpts are cut at the end of a sentence, at a space or between words, never inside a cluster; marks are
offsets into the original.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from khsearch.arguments import ELEMENT, TRUTH, checked
from khsearch.frozen import frozen
from khsearch.hits.compiled import Mark, MarkFinder
from khsearch.khmer import Analyzer, script
from khsearch.pattern import pattern
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.hits.occurrences import Occurrence, Row

WIDTH = 180
"""Characters of one excerpt, about: two lines of a terminal."""

MOST_FRAGMENTS = 3
LEAST = 20
"""Characters of the shortest snippet that can be asked for."""

_GAP = " \u2026 "


@frozen
class Fragment:
    """One excerpt: its text, its offset in the original, and marks as offsets into its text.

    page: of a text with pages, the one on which its first mark begins, from 1; None without pages or marks
    """

    text: str
    start: int
    marks: tuple[Mark, ...]
    page: int | None = None


@frozen
class Snippet:
    """Excerpts of a text, in the order of the text; `field` is what the text is of the document: "text", or a field."""

    fragments: tuple[Fragment, ...]
    field: str = "text"

    @property
    def text(self) -> str:
        """The excerpts, joined by an ellipsis."""
        return _GAP.join(fragment.text for fragment in self.fragments)

    @property
    def page(self) -> int | None:
        """The page of the first mark, as `Fragment.page` has it."""
        return next((fragment.page for fragment in self.fragments if fragment.marks), None)

    @property
    def marks(self) -> list[Mark]:
        """Marks of all excerpts, as (start, end) in `text`."""
        marks, at = [], 0
        for fragment in self.fragments:
            marks += [(at + start, at + end) for start, end in fragment.marks]
            at += len(fragment.text) + len(_GAP)
        return marks

    @checked(tag=ELEMENT)
    def html(self, tag: str = "mark") -> str:
        """Return the snippet as HTML: everything escaped, marks in `tag` elements."""
        loading("html")
        from html import escape

        return self._marked(f"<{tag}>", f"</{tag}>", escape)

    @checked(bold=TRUTH)
    def ansi(self, *, bold: bool = False) -> str:
        """Return the snippet for a terminal: marks bold and yellow, control characters as spaces.

        bold: whether what follows a mark goes on in bold.
        """
        return self._marked("\x1b[1;33m", "\x1b[0;1m" if bold else "\x1b[0m", _without_controls)

    def _marked(self, before: str, after: str, escape: Callable[[str], str]) -> str:
        parts: list[str] = []
        for fragment in self.fragments:
            text, at = fragment.text, 0
            if parts:
                parts.append(_GAP)
            if escape(text) == text:  # as that of most is: then so is each part
                for start, end in fragment.marks:
                    parts += (text[at:start], before, text[start:end], after)
                    at = end
                parts.append(text[at:])
                continue
            for start, end in fragment.marks:
                parts += (escape(text[at:start]), before, escape(text[start:end]), after)
                at = end
            parts.append(escape(text[at:]))
        return "".join(parts)


def _without_controls(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)


@frozen
class _Size:
    """About how many characters an excerpt has, how many it has at most, and how many excerpts there are at most.

    reach: characters by which an excerpt is moved or shortened to end with a sentence.
    """

    width: int
    longest: int | None
    most: int

    @property
    def reach(self) -> int:
        return self.width // 3


_USUAL = _Size(WIDTH, None, MOST_FRAGMENTS)


def make_snippet(text: str, sought: MarkFinder) -> Snippet:
    """Return the excerpts of a text that show most of what is sought; its beginning, unmarked, if it shows none.

    Where rows stand is first looked up in the text as it is, which is quick however long it is; what an excerpt marks
    is then found in its normal form. Only a text that has nothing sought as it is usually written is normalised whole.
    """
    return _snippet(text, sought, _USUAL)


def quick_snippet(text: bytes, sought: MarkFinder) -> Snippet | None:
    """Return the same of a text as UTF-8, as far as the compiled core makes it; None where it does not."""
    made = sought.excerpts_of(text, (_USUAL.width, _USUAL.longest, _USUAL.most))
    if made is None:
        return None
    return Snippet(tuple([Fragment(_shown(part), start, marks, page) for part, start, marks, page in made]))


def snippet_of_length(text: str, sought: MarkFinder, length: int, most: int) -> Snippet:
    """Return the same in at most so many excerpts, together of `length` characters, and half as many more at most.

    ValueError for fewer than LEAST characters, or no excerpt.
    """
    if length < LEAST:
        raise ValueError(f"length takes a number of characters from {LEAST} on, not {length}")
    if most < 1:
        raise ValueError(f"excerpts takes a number from 1 on, not {most}")
    most = max(min(most, (length + len(_GAP)) // (LEAST + len(_GAP))), 1)
    while True:
        width = (length - (most - 1) * len(_GAP)) // most
        found = _snippet(text, sought, _Size(width, width + width // 2, most))
        if len(found.fragments) == most:
            return found
        most = len(found.fragments)  # fewer say all: each may be longer


def _snippet(text: str, sought: MarkFinder, size: _Size) -> Snippet:
    made = sought.excerpts(text, (size.width, size.longest, size.most))
    if made is not None:
        return Snippet(tuple([Fragment(_shown(text[a:b]), a, marks, page) for a, b, marks, page in made]))
    rows, analyzer = list(dict.fromkeys(sought.marks.rows)), sought.analyzer
    snippet = _excerpts(text, _looking().glance(text, rows), rows, analyzer, size)
    if snippet is None:
        found = _looking().occurrences(text, rows, sought.marks.bigrams, analyzer)
        snippet = _excerpts(text, found, {row for _, _, row in found}, analyzer, size)
    return snippet or _beginning(text, analyzer, size)


def marks_in(text: str, sought: MarkFinder) -> list[Mark]:
    """Return where what is sought stands in all of a text, as (start, end)."""
    made = sought.places(text)
    if made is not None:
        return made
    wanted, analyzer = sought.marks, sought.analyzer
    found = _looking().everywhere(text, list(dict.fromkeys(wanted.rows)), wanted.bigrams, analyzer)
    return list(_merged(((start, end) for start, end, _ in found), text))


def _looking() -> ModuleType:
    """What looks through texts step by step: most are for the compiled core, where there is one."""
    loading("khsearch.hits.occurrences")
    from khsearch.hits import occurrences

    return occurrences


def _excerpts(
    text: str, found: list[Occurrence], rows: Iterable[Row], analyzer: Analyzer, size: _Size
) -> Snippet | None:
    """Cut excerpts around what was found and mark it there; None where nothing is to be marked."""
    fragments: list[Fragment] = []
    for first, last in _windows(found, size):
        start, end = _cut_in_page(text, first, last, analyzer, size)
        if fragments:
            start = max(start, fragments[-1].start + len(fragments[-1].text))
        excerpt = text[start:end]
        marks = _merged(((a, b) for a, b, _ in _looking().search(excerpt, rows, analyzer)), excerpt)
        if marks:
            fragments.append(Fragment(_shown(excerpt), start, marks, page_of(text, start + marks[0][0])))
    return Snippet(tuple(fragments)) if fragments else None


def _beginning(text: str, analyzer: Analyzer, size: _Size) -> Snippet:
    written = re.search(r"\S", text)  # the first pages may be blank
    first = written.start() if written else 0
    start, end = _cut_in_page(text, first, first, analyzer, size)
    return Snippet((Fragment(_shown(text[start:end]), start, ()),))


_PAGE_END = "\f"


def page_of(text: str, place: int) -> int | None:
    """Return on which page of a text an offset is, from 1; None where it has no pages: each ends with a form feed."""
    ended = text.count(_PAGE_END, 0, place)
    return ended + 1 if ended or _PAGE_END in text else None


def _shown(excerpt: str) -> str:
    return excerpt.replace(_PAGE_END, " ")


def _windows(spans: Sequence[Occurrence], size: _Size) -> list[Mark]:
    """Choose the excerpts: each adds the most rows not shown yet, then the most occurrences."""
    chosen: list[Mark] = []
    shown: set[Row] = set()
    wanted = {row for _, _, row in spans}
    starts = [start for start, _, _ in spans]
    while len(chosen) < size.most and shown < wanted:
        best = _best_window(spans, shown, chosen, size.width)
        if best is None:
            break
        chosen.append(best)
        shown |= {row for _, _, row in spans[bisect_left(starts, best[0]) : bisect_right(starts, best[1])]}
    return sorted(chosen)


def _best_window(spans: Sequence[Occurrence], shown: set[Row], chosen: Sequence[Mark], width: int) -> Mark | None:
    """The stretch of about a width that shows most that is new, beside those chosen; None where none does."""
    best, best_score = None, (0, 0)
    inside: dict[Row, int] = {}  # how often each row stands in the stretch
    new = last = 0  # codes of the rows in it that are not shown yet; its end in spans
    for first, (start, end, row) in enumerate(spans):
        while last < len(spans) and (last <= first or spans[last][1] <= start + width):
            entering = spans[last][2]
            if not inside.get(entering) and entering not in shown:
                new += sum(map(len, entering))
            inside[entering] = inside.get(entering, 0) + 1
            last += 1
        if (new, last - first) > best_score and new and not any(start < b and a < end for a, b in chosen):
            best, best_score = (start, max(b for _, b, _ in spans[first:last])), (new, last - first)
        inside[row] -= 1
        if not inside[row] and row not in shown:
            new -= sum(map(len, row))
    return best


_SENTENCE_END = pattern("[\u17d4\u17d5?!\n]\\s*")


def _cut_in_page(text: str, first: int, last: int, analyzer: Analyzer, size: _Size) -> Mark:
    """Widen a stretch of marks as `_cut` does, within the page, or the pages, that it is on."""
    low, high = text.rfind(_PAGE_END, 0, first) + 1, text.find(_PAGE_END, last)
    start, end = _cut(text[low : None if high < 0 else high], first - low, last - low, analyzer, size)
    return low + start, low + end


def _cut(text: str, first: int, last: int, analyzer: Analyzer, size: _Size) -> Mark:
    """Widen a stretch of marks to about a width: from where a sentence or word begins to where one ends."""
    if size.longest is not None:  # what stands there may itself be longer
        last = min(last, first + size.width)
    spare = max(0, size.width - (last - first))
    low = max(0, first - spare // 3 - size.reach)
    start = max(0, first - spare // 3)
    sentences = [found.end() for found in _SENTENCE_END.finditer(text, low, first)]
    if low == 0:
        sentences.insert(0, 0)
    if sentences:
        start = sentences[-1] if first - sentences[-1] < spare // 2 + size.reach else start
    if start not in sentences:
        start = _word_edge(text, start, analyzer, before=first)
    high = min(len(text), max(last, start + size.width))
    ends = [found.start() + 1 for found in _SENTENCE_END.finditer(text, max(last - 1, high - size.reach), high)]
    if ends and ends[-1] >= last:
        end = ends[-1]
    else:
        end = high if high == len(text) else _word_edge(text, high, analyzer, after=last)
    while start < first and text[start].isspace():
        start += 1
    while end > last and text[end - 1].isspace():
        end -= 1
    if size.longest is not None and end - start > size.longest:
        end = _cluster_edge(text, start + size.longest, after=start)
    return start, end


def _cluster_edge(text: str, at: int, *, after: int) -> int:
    """Move a cut back to where a cluster ends, if there is such a place."""
    parts_cluster = _looking().parts_cluster
    return next((place for place in range(at, after, -1) if not parts_cluster(text, place)), at)


_KHMER_RUN = "\u1780-\u17d3\u17dd" + script.INVISIBLE
_RUN_TAIL = pattern(rf"[{_KHMER_RUN}]*\Z")
_RUN_HEAD = pattern(f"[{_KHMER_RUN}]*")
_ROOM = 40  # characters of a run before and behind a cut that are looked at: enough for the words there


def _word_edge(text: str, at: int, analyzer: Analyzer, *, before: int | None = None, after: int = 0) -> int:
    """Move a cut to the nearest edge of a word: forwards, up to `before`, or backwards, down to `after`."""
    tail = _RUN_TAIL.search(text[max(0, at - _ROOM) : at])
    head = _RUN_HEAD.match(text, at, at + _ROOM)
    low = at - len(tail[0]) if tail else at
    high = head.end() if head else at
    if at in (low, high):  # beside a run, or in what is no Khmer: words end where letters do
        cut = at
        while before is not None and at < before and text[at - 1 : at + 1].isalnum():
            at += 1
        while before is None and after < at < len(text) and text[at - 1 : at + 1].isalnum():
            at -= 1
        return at if abs(at - cut) <= _ROOM else cut  # letters without an end near are cut wherever they are
    # The run may be longer than what is looked at: then its first and last places are no edges.
    parts_cluster = _looking().parts_cluster
    edges = [low + edge for edge in analyzer.boundaries(text[low:high], "word")]
    edges = [edge for edge in edges if not parts_cluster(text, edge)]
    if before is not None:
        return next((edge for edge in edges if at <= edge <= before), before)
    return next((edge for edge in reversed(edges) if after <= edge <= at), after)


def _merged(marks: Iterable[Mark], text: str) -> tuple[Mark, ...]:
    """Marks that overlap, or have nothing visible between them, become one."""
    merged: list[Mark] = []
    for start, end in sorted(marks):
        if merged and not text[merged[-1][1] : start].strip(script.INVISIBLE):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
