"""linear: what any text costs, in CPU time, beside ordinary Khmer of as many bytes of UTF-8.

The texts are those that analysers and regular expressions stumble over: one character over and over, clusters and marks
at random, numbers that never end, letters without a space, scripts that ICU breaks. Each is as long as the ordinary
text, and goes the ways that a text can go: as part of a batch, as a query, for its boundaries, and into an index; and
the first two with the breaker `crf`, too, beside what ordinary Khmer costs with the default one.
"""

from __future__ import annotations

import base64
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.console import Show
from benchmarks.corpus import SEED
from benchmarks.errors import MissedError
from khsearch import Document, Index
from khsearch.khmer import Analyzer, breaker, default_variants

SIZE = 150_000
"""Bytes of every text."""

BAR, WORD_BAR, ICU_BAR = 3.0, 5.0, 10.0
"""Most that a byte may cost, in bytes of ordinary Khmer: usually, where each byte is a word, where ICU breaks."""

_ROUNDS = 3
_CRF = ", crf"
_BASES = [chr(code) for code in range(0x1780, 0x17B4)]
_MARKS = [chr(code) for code in (*range(0x17B4, 0x17D4), 0x17DD)]
_TWO_LETTERS = "\u17a8"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_SIGNS = "\u00a0\u2019\u201c\u2026\u3002\ufffd"
_EMOJI = ("\U0001f600", "\U0001f469\u200d\U0001f680", "\U0001f1f0\U0001f1ed")
_ACCENTED = ("\u00e9", "\u00e9 ", "e\u0301", "e\u0301 ", "\u1ec7", "\ufb01 ", "\u00df", "\uff21")
_BY_ICU = (
    "\u0e01",
    "\u0e20\u0e32\u0e29\u0e32",
    "\u4e2d",
    "\u90e8\u7f72\u65b9\u6848",
    "\u4e2da",
    "\u304b",
    "\u1019\u103c\u1014",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A text to try: what it is one of, what it is made of, and what it may cost."""

    group: str
    name: str
    text: str
    bar: float = BAR


@dataclass(frozen=True, slots=True)
class Worst:
    """The dearest text of a group on one way: what it costs beside ordinary Khmer, and what it is made of."""

    ratio: float
    name: str
    bar: float


def cases(ordinary: str) -> Iterator[Case]:
    """Texts to try; `ordinary` is a text of news or the like."""
    source = random.Random(SEED)
    for char in (*_BASES, *_MARKS, *(chr(code) for code in range(0x17D4, 0x17FA) if code != 0x17DD)):
        if char != _TWO_LETTERS:
            yield Case("one Khmer character", f"U+{ord(char):04X}", char)
    yield Case("one character, two letters", f"U+{ord(_TWO_LETTERS):04X}", _TWO_LETTERS, 2 * BAR)
    for char in map(chr, range(128)):
        yield Case("one ASCII character", repr(char), char)
    for char in (*_INVISIBLE, *_SIGNS, *_EMOJI):
        yield Case("signs and what nobody sees", ascii(char), char)
    for text in (
        "\u1780\u200b",
        "\u1780\u17d2",
        "\u17d2\u1780\u17d2\u1781",
        "\u1780 ",
        "\u1791\u17d2\u1794\u17bb\u17b7",
    ):
        yield Case("two characters", ascii(text), text)
    for text in ("a ", "a b c ", "1.", "1.1.", "1,500.50 ", "12.5 ", "11.05.2021 ", "A-"):
        yield Case("letters and numbers", repr(text), text)
    yield Case("a word in every byte", "'a1'", "a1", WORD_BAR)
    for text in _ACCENTED:
        yield Case("accented letters", ascii(text), text)
    for text in ("\u041c\u043e\u0441\u043a\u0432\u0430 ", "\u0437", "\u0645", "\ud55c", "\u0915\u093e"):
        yield Case("scripts with spaces", ascii(text), text)
    for text in _BY_ICU:
        yield Case("scripts without spaces", ascii(text), text, ICU_BAR)
    words = sorted({*ordinary.split()})
    at_random: dict[str, Callable[[], str]] = {
        "characters": lambda: source.choice(_BASES + _MARKS),
        "marks": lambda: source.choice(_MARKS if source.random() < 0.8 else _BASES),
        "words": lambda: source.choice(words),
        "base64": lambda: base64.b64encode(source.randbytes(30)).decode(),
        "ASCII": lambda: chr(source.randrange(0x20, 0x7F)),
    }
    for name, one in at_random.items():
        yield Case("at random", name, "".join(one() for _ in range(SIZE // 3)))
    yield Case("without spaces", "ordinary text", "".join(char for char in ordinary if "\u1780" <= char <= "\u17d3"))


def measure(ordinary: str, show: Show) -> dict[str, dict[str, Worst]]:
    """Time every text on every way -> by group and way, the dearest."""
    tried = list(cases(_filled(ordinary)))
    found: dict[str, dict[str, Worst]] = {}
    with tempfile.TemporaryDirectory() as folder:
        ways = _ways(Path(folder))
        plain = _filled(ordinary)
        usual = {way: _seconds(work, plain, 3 * _ROUNDS) for way, work in ways.items()}
        usual |= {way: usual[way.removesuffix(_CRF)] for way in ways}
        for number, case in enumerate(tried):
            show(number, len(tried))
            text = _filled(case.text)
            for way, work in ways.items():
                ratio = _seconds(work, text, 1) / usual[way]
                if ratio > case.bar / 2:  # near enough to look more closely
                    ratio = _seconds(work, text, _ROUNDS) / usual[way]
                group = found.setdefault(case.group, {})
                if way not in group or ratio > group[way].ratio:
                    group[way] = Worst(ratio, case.name, case.bar)
    return found


def _filled(text: str) -> str:
    """A text over and over, up to SIZE bytes."""
    whole = (text * (SIZE // len(text.encode()) + 1)).encode()
    return whole[:SIZE].decode(errors="ignore")


def _ways(folder: Path) -> Mapping[str, Callable[[str], object]]:
    analyzer, variants = Analyzer(breaker()), default_variants()
    crf = Analyzer(breaker("crf"))
    numbers = iter(range(1_000_000))

    def index(text: str) -> None:
        with Index.create(folder / str(next(numbers))).writer() as writer:
            writer.add(Document("1", "\u1780", text))

    return {
        "batch": lambda text: analyzer.batch([text]),
        "query": analyzer.terms,
        "boundaries": analyzer.boundaries,
        "spellings": lambda text: variants.alternatives(analyzer.typed(text)),
        "indexing": index,
        f"batch{_CRF}": lambda text: crf.batch([text]),
        f"query{_CRF}": crf.terms,
    }


def _seconds(work: Callable[[str], object], text: str, rounds: int) -> float:
    """CPU time of the quickest of some rounds."""
    took = []
    for _ in range(rounds):
        started = time.process_time()
        work(text)
        took.append(time.process_time() - started)
    return min(took)


def check(found: Mapping[str, Mapping[str, Worst]]) -> None:
    """Hold every text to its bar; MissedError names those that cost more."""
    missed = [
        f"{group} ({worst.name}), {way}: {worst.ratio:.1f} > {worst.bar:.0f}"
        for group, ways in found.items()
        for way, worst in ways.items()
        if worst.ratio > worst.bar
    ]
    if missed:
        raise MissedError("; ".join(missed))


def columns(found: Mapping[str, Mapping[str, Worst]]) -> Sequence[str]:
    """Heads of the rows."""
    return ["texts", *next(iter(found.values())), "bar"]


def rows(found: Mapping[str, Mapping[str, Worst]]) -> list[list[str]]:
    """Rows for people: a group, its dearest text on every way, and the bar."""
    return [
        [
            group,
            *(f"{worst.ratio:.1f} {worst.name}" for worst in ways.values()),
            f"{max(w.bar for w in ways.values()):.0f}",
        ]
        for group, ways in found.items()
    ]
