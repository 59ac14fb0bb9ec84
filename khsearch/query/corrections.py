"""corrections: what was typed in, what was probably meant out: spellings that stand in documents, likeliest first.

    corrected    a chunk that stands nowhere -> chunks that stand instead
    corrections  a text -> texts with what is probably a slip in it corrected

A chunk *stands* in a document where its words stand there side by side, in order, in the text or the title.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from khsearch.engine import View, nodes
from khsearch.frozen import frozen
from khsearch.khmer import Typed, Variants, normalize, script
from khsearch.query.frequencies import Frequencies
from khsearch.query.meant import Meant, Rows
from khsearch.schema import TEXT, TITLE

MARGIN = 2.0
"""Nats by which another reading must be likelier than what stands as it was typed."""

LEAST = -6.0
"""The same of what stands nowhere. Its words may all be known: seldom does anybody leave out the space between two."""

_TYPED = 300  # characters of the longest text that is corrected
_WORDS = 30  # words of the longest row
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


class Standing:
    """Which chunks stand in the documents of a commit."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._dfs = Frequencies(view, TEXT, TITLE)

    def df(self, words: Sequence[bytes]) -> int:
        """Documents in which words stand side by side."""
        if not words or not self._dfs.rarest(words):
            return 0
        return self._view.count(nodes.Or((nodes.Phrase(TEXT, tuple(words)), nodes.Phrase(TITLE, tuple(words)))))


def corrected(view: View, typed: Typed, limit: int) -> list[Correction]:
    """Chunks that stand and were probably meant by one that stands nowhere, likeliest first."""
    words = typed.terms.words
    if len(typed.text) > _TYPED or not words:
        return []
    rows, standing = Rows(view), Standing(view)
    found: dict[str, Correction] = {}
    for first, end in rows_of(typed):
        row = words[first:end]
        for meant in rows.meant(row, _changeable(rows, row), _HELD):
            spelling = _changed(typed.text, _changes(typed, first, meant))
            if spelling not in found:
                atoms = typed.analyzer.spelled(spelling).terms.words
                if df := standing.df(atoms):
                    found[spelling] = Correction(spelling, tuple(atoms), meant.excess, df)
            if len(found) == limit:
                break
    return list(found.values())


def _changeable(rows: Rows, words: Sequence[bytes]) -> list[bool]:
    """Which words of a row that stands nowhere may be changed: all of a short one."""
    odd = rows.odd(words)
    return odd if any(odd) and len(words) > 3 else [True] * len(words) if len(words) <= 4 else odd


def rows_of(typed: Typed) -> Iterator[tuple[int, int]]:
    """Rows of words with nothing between them, of Khmer, or single ones of other scripts: first word, last + 1."""
    words = typed.terms.words
    starts, ends = typed.edges
    first = 0
    for place in range(1, len(words) + 1):
        khmer = script.BASES.start <= words[place - 1][0]
        if place < len(words) and khmer and starts[place] == ends[place - 1] and script.BASES.start <= words[place][0]:
            continue
        if place - first <= _WORDS and script.CLASS[words[first][0]] != script.DIGIT:
            yield first, place
        first = place


def _changes(typed: Typed, first: int, meant: Meant) -> list[tuple[int, int, str]]:
    """What a reading of the row that begins at a word changes of the typed text, in order."""
    starts, ends = typed.spans
    return [
        (starts[first + one.first], ends[first + one.end - 1], script.decode_term(one.meant.spelling))
        for one in meant.changes
    ]


def _changed(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    for start, end, spelling in reversed(changes):
        text = text[:start] + spelling + text[end:]
    return text


_Option = tuple[float, list[tuple[int, int, str]]]
"""How much likelier than what was typed, and what it changes: stretches of the typed text, and what stands there."""


def corrections(view: View, typed: Typed, limit: int, variants: Variants | None = None) -> list[str]:
    """Texts that were probably meant, likeliest first; none where nothing is likelier than what was typed.

    What is corrected stands in documents: whole rows of words, or, of a row that stands nowhere anyhow, the words that
    are changed. Of spellings that `variants` lists as one word, the usual one is offered if it stands.
    """
    if len(typed.text) > _TYPED or limit < 1:
        return []
    rows, standing = Rows(view), Standing(view)
    options = [_options(typed, first, end, rows, standing) for first, end in rows_of(typed)]
    options = [some for some in options if some]
    best = [some[0] for some in options]
    choices = [(0.0, best)] if best else []
    for row, some in enumerate(options):
        others = [(some[0][0] - option[0], [*best[:row], option, *best[row + 1 :]]) for option in some[1 : limit + 1]]
        choices += others
    found: dict[bytes, str] = {}
    for _, chosen in sorted(choices, key=_loss):
        text = _changed(typed.text, [change for option in chosen for change in option[1]])
        form = normalize(text).codes
        if form != typed.normal.codes:
            found.setdefault(form, text)
    return list(found.values())[:limit]


def _loss(choice: tuple[float, list[_Option]]) -> float:
    return choice[0]


def _options(typed: Typed, first: int, end: int, rows: Rows, standing: Standing) -> list[_Option]:
    """What may have been meant by a row of words, likeliest first."""
    words = typed.terms.words[first:end]
    df = standing.df(words)
    whole: list[_Option] = []
    parts: list[_Option] = []
    for meant in rows.meant(words, _changeable(rows, words), _HELD, df):
        if meant.gain < (MARGIN if df else LEAST):
            break
        changes = _changes(typed, first, meant)
        text = _changed(typed.text, changes)
        a, b = typed.spans[0][first], typed.spans[1][end - 1] + len(text) - len(typed.text)
        if standing.df(typed.analyzer.spelled(text[a:b]).terms.words):
            whole.append((meant.gain, changes))
        elif all(standing.df(typed.analyzer.spelled(spelling).terms.words) for _, _, spelling in changes):
            parts.append((meant.gain, changes))
    return whole or parts
