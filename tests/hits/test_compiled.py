"""Excerpts and marks of the compiled core are those that are found step by step."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, native
from khsearch.hits.compiled import MarkFinder
from khsearch.hits.snippets import LEAST, make_snippet, marks_in, quick_snippet, snippet_of_length
from khsearch.khmer import Analyzer, breaker
from khsearch.khmer.words.sources import load
from khsearch.query import Marks
from tests.extent import examples
from tests.strategies import OWN_WORDS, random_text, texts

pytestmark = pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")

ANALYZER = Analyzer(breaker())
OWN = Analyzer(breaker("lattice", load(OWN_WORDS)))
SAMPLES = [path.read_text("utf-8") for path in sorted((Path(__file__).parents[2] / "sample_docs").glob("*.txt"))]
SIGNS = "\u200b\u200c\u17d2\u17bb\u17b6\u17cc\f\n? \u17d4\u17d7\u17b4\u00a0\u17a8\u2026\u00e9\U0001f600"


class _Stepwise(MarkFinder):
    def excerpts(self, *_: object) -> None:
        return None

    def excerpts_of(self, *_: object) -> None:
        return None

    def places(self, _: str) -> None:
        return None


def law(text: str, marks: Marks, length: int = 100, most: int = 2, analyzer: Analyzer = ANALYZER) -> None:
    """Both roads show the same of a text."""
    ours, steps = MarkFinder(marks, analyzer), _Stepwise(marks, analyzer)
    assert make_snippet(text, ours) == make_snippet(text, steps)
    quickly = quick_snippet(text.encode(errors="surrogatepass"), ours)
    assert quickly is None or quickly == make_snippet(text, steps)
    assert snippet_of_length(text, ours, length, most) == snippet_of_length(text, steps, length, most)
    assert marks_in(text, ours) == marks_in(text, steps)


def wanted(query: str, chance: random.Random, analyzer: Analyzer = ANALYZER) -> Marks:
    """Words of a query, some of them side by side, and its bigrams; or bigrams alone."""
    terms = analyzer.terms(query)
    words = list(terms.words)
    rows = [(word,) for word in words]
    rows += [tuple(words[at : at + 3]) for at in range(0, len(words) - 1, 2)]
    return Marks([] if chance.random() < 0.15 else rows, terms.bigrams if chance.random() < 0.7 else [])


def drawn(chance: random.Random) -> tuple[str, str]:
    """A text, of samples or of all kinds of characters, and a query: stretches of it and of another text."""
    text = chance.choice(SAMPLES)
    start = chance.randrange(len(text))
    text = text[start : start + chance.choice([20, 200, 1_000, 5_000])]
    if chance.random() < 0.2:
        text = "".join(random_text(chance) for _ in range(chance.choice([1, 3, 20])))
    if chance.random() < 0.2:
        text = "\f".join([text, chance.choice(SAMPLES)[:300], "", text[:100]])
    for _ in range(chance.choice([0, 0, 1, 5, 40])):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(SIGNS) + text[at:]
    parts = []
    for _ in range(chance.choice([1, 1, 2, 4, 9])):
        source = (chance.choice([text, text, chance.choice(SAMPLES)])) or " "
        at = chance.randrange(len(source))
        parts.append(source[at : at + chance.choice([2, 4, 8, 12, 30])])
    return text, " ".join(parts)


@given(st.integers(0, 1 << 32), st.sampled_from([LEAST, 25, 60, 180, 1_000]), st.integers(1, 5))
@examples(600)
def test_samples_show_alike(number: int, length: int, most: int) -> None:
    chance = random.Random(number)
    text, query = drawn(chance)
    law(text, wanted(query, chance), length, most)


@given(text=texts, query=texts)
@examples(300)
def test_any_text_and_any_query_show_alike(text: str, query: str) -> None:
    law(text, wanted(query, random.Random(1)), LEAST)
    law(text, wanted(text, random.Random(2)))


@given(
    st.lists(st.text("\u1780\u178f\u17d2\u17b6\u200b\u17d4 1a.\f", max_size=12), max_size=30).map("".join),
    st.lists(st.lists(st.binary(max_size=4), max_size=3).map(tuple), max_size=4),
    st.lists(st.binary(min_size=1, max_size=4), max_size=4),
)
@examples(300)
def test_whatever_rows_are_the_core_takes_them_or_leaves_them(
    text: str, rows: list[tuple[bytes, ...]], bigrams: list[bytes]
) -> None:
    """Rows of no words, which the other road need not take."""
    sought = MarkFinder(Marks(rows, bigrams), ANALYZER)
    for found in (sought.excerpts(text, (60, 90, 2)), sought.excerpts(text, (180, None, 3))):
        assert all(0 <= start <= end <= len(text) for start, end, _, _ in found or ())
    assert all(0 <= start < end <= len(text) for start, end in sought.places(text) or ())


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", ["ក"]),
        (" \n ", ["ក"]),
        ("\f\f\f", ["ក"]),
        ("ក", ["ក"]),
        ("\u17d2\u17d2ក\u17d2", ["ក"]),
        ("ឱ្យ អោយ ឲ្យ", ["ឱ្យ"]),
        ("ស្ត្រី ស្រ្តី", ["ស្ត្រី"]),
        ("២០២១ 2021 ២ ០២១", ["2021"]),
        ("COVID Covid covid cOvid", ["covid"]),
        ("កម្ពុជា, ក្រោម; កម្ពុជា\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200bក្រោម", ["កម្ពុជាក្រោម"]),
        ("នគរបាល " * 30, ["នគរ"]),
        ("នគរបាល " * 30 + "នគរ", ["នគរ"]),
        ("ទៅ\u200b" * 300 + "ផ្សារ" + "ទៅ " * 300, ["ទៅ", "ផ្សារ"]),
    ],
)
def test_what_is_seldom_shows_alike(text: str, rows: list[str]) -> None:
    law(text, Marks([tuple(ANALYZER.terms(row).words) for row in rows]))


def test_an_excerpt_of_any_length_shows_alike() -> None:
    marks = Marks([(word,) for word in ANALYZER.terms(SAMPLES[0][200:220]).words])
    for length in (LEAST, 1 << 15, 1 << 40, 1 << 70):
        law(SAMPLES[0], marks, length, 1 << 70)


def test_a_lexicon_of_ones_own_shows_alike() -> None:
    chance = random.Random(5)
    for _ in range(50):
        text, query = drawn(chance)
        law(text, wanted(query, chance, OWN), analyzer=OWN)


def test_the_core_takes_what_is_ordinary() -> None:
    """Else the laws above would say nothing."""
    chance = random.Random(3)
    for text in SAMPLES:
        ordinary = "".join(char for char in text if char.isascii() or "\u1780" <= char <= "\u17ff" or char == "\u200b")
        at = chance.randrange(len(ordinary) - 30)
        terms = ANALYZER.terms(ordinary[at : at + 30])
        sought = MarkFinder(Marks([(word,) for word in terms.words], terms.bigrams), ANALYZER)
        assert sought.excerpts(ordinary, (180, None, 3)) is not None
        assert sought.places(ordinary) is not None


def seconds(work: Callable[[str], object], text: str) -> float:
    """The least of some times of the processor."""
    taken = []
    for _ in range(3):
        started = time.thread_time()
        work(text)
        taken.append(time.thread_time() - started)
    return min(taken)


@pytest.mark.parametrize(
    ("unit", "rows"),
    [
        ("ទៅ", [[b"\x91\xc5"]]),
        ("a ", [[b"a"], [b"aa"], [b"a", b"a", b"b"]]),
        ("\u200b", [[b"\x91\xc5"]]),
        ("ទៅ\u200b", [[b"\x91\xc5"], [b"\x91\xc5", b"\x91\xc5"]]),
        ("\u17d2", [[b"\xd2"]]),
        ("?\n", [[b"\x91\xc5"]]),
        ("\f", [[b"\x91\xc5"]]),
        ("1. ", [[b"1"], [b"1", b"1"]]),
        ("ទៅ ផ្សារ ", [[b"\x91\xc5"], [b"\x95\xd2\x9f\xb6\x9a"], [b"\x91\xc5", b"\x95\xd2\x9f\xb6\x9a", b"\x91\xc5"]]),
    ],
)
def test_a_text_takes_time_as_it_is_long(unit: str, rows: Sequence[Sequence[bytes]]) -> None:
    """Whatever it is, and for the core, too, where it would have to be looked through again and again."""
    sought = MarkFinder(Marks([*map(tuple, rows)], [b"\x91\xc5\x91\xc5"]), ANALYZER)
    size = 50_000 // len(unit)
    short, long = unit * (size // 10), unit * size
    ANALYZER.batch([unit])  # so that the core has been told what its characters are
    assert sought.excerpts(long, (180, None, 3)) is not None
    for work in (lambda text: sought.excerpts(text, (180, None, 3)), sought.places):
        assert seconds(work, long) < 30 * seconds(work, short) + 0.005


def test_hits_show_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index.memory()
    with index.writer() as writer:
        writer.add_all(Document(str(number), text[:80], text) for number, text in enumerate(SAMPLES))
    chance = random.Random(7)
    queries = [drawn(chance)[1] for _ in range(40)]

    def told() -> list[object]:
        return [
            (hit.snippet, hit.make_snippet(60, 2), hit.title_marks, hit.text_marks)
            for query in queries
            for hit in index.search(query, 3)
        ]

    ours = told()
    monkeypatch.setattr("khsearch.hits.search.MarkFinder", _Stepwise)
    monkeypatch.setattr("khsearch.hits.hit.MarkFinder", _Stepwise)
    assert ours == told()
