"""The compiled core analyses every text as Python and numpy do: normal form, offsets, runs, terms, whole words."""

from __future__ import annotations

import copy
import pickle
import random
import re
import sys
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import native
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.terms.typed import clusters_of
from khsearch.khmer.text import script
from khsearch.khmer.text.compiled import characters
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.text.repair import put_right
from khsearch.khmer.text.sequences import stand
from khsearch.khmer.words.breakers import breaker, compiled_of
from khsearch.khmer.words.lattice import GAIN_ZERO, MAX_WORD
from khsearch.khmer.words.lexicon import Lexicon, default_lexicon
from khsearch.khmer.words.sources import load
from khsearch.khmer.words.trie import NO_WORD, PARENT_SHIFT, VALUE_SHIFT, Trie
from tests.dummy_joiner import JOINING
from tests.extent import examples
from tests.strategies import ALL_BREAKERS, BASES, MARKS, OWN_WORDS, random_text, texts

pytestmark = pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")

_RUNS = re.compile(rb"[\x80-\xd3\xdd]+")
TEXTS = Path(__file__).parents[3] / "shared" / "data" / "text"
ANALYZERS = [Analyzer(breaker()), Analyzer(breaker("lattice", load(OWN_WORDS)))]
every_analyzer = pytest.mark.parametrize("analyzer", ANALYZERS, ids=["default", "own words"])


@contextmanager
def without_core() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "core", None)
        yield


def plain(value: object) -> object:
    """A value to be compared: arrays as lists and what they hold, objects as their fields."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.tolist()
    if isinstance(value, NormalText):
        return value.codes, value.raw, list(value.firsts), value.origin.tolist()
    if is_dataclass(value):
        return [plain(getattr(value, one.name)) for one in fields(value)]
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def on_both_roads(find: Callable[[], object]) -> None:
    with without_core():
        expected = plain(find())
    assert plain(find()) == expected


def of_normal_form(normal: NormalText) -> object:
    """All that a normal form tells."""
    places = range(len(normal.raw) + 1)
    edges = [at for at, code in enumerate(normal.codes) if script.CLASS[code] != script.MARK]
    stretches = [*edges, len(normal.codes) - 1][:-1], [*edges, len(normal.codes) - 1][1:]
    return (
        normal,
        normal.is_kept,
        normal.text,
        normal.places,
        normal.origin_of(np.arange(len(normal.codes))),
        [normal.place_of(place) for place in places],
        [normal.characters(a, b) for a, b in pairwise(edges)],
        normal.span_lists(*stretches),
        normal.spans(*(np.array(part, np.int64) for part in stretches)),
    )


def of_text(analyzer: Analyzer, text: str) -> object:
    """All that one text tells an analyzer that remembers nothing of the other road."""
    analyzer = Analyzer(analyzer.breaker)
    typed = analyzer.typed(text)
    middle = len(text) // 2
    return (
        of_normal_form(typed.normal),
        put_right(text),
        typed.is_short,
        typed.runs if typed.is_short else None,
        typed.terms,
        typed.edges,
        typed.spans,
        typed.tokens,
        typed.whole,
        typed.whole_tokens,
        typed.part(0, middle),
        typed.spliced((middle, len(text), "\u1780\u17d2\u178f")),
        [analyzer.broken(run) for run in _RUNS.findall(typed.normal.codes)],
    )


def of_batch(analyzer: Analyzer, batch: Sequence[str]) -> object:
    """All that a batch tells."""
    found, whole = analyzer.batch(batch), analyzer.whole_batch(batch)
    return found, found.foreign, found.spaceless, found.word_spans(), whole.spans(), whole.atom_spans(), whole


def check(analyzer: Analyzer, batch: Sequence[str]) -> None:
    on_both_roads(lambda: of_normal_form(normalize_all(batch)))
    on_both_roads(lambda: of_batch(analyzer, batch))
    for text in batch:
        on_both_roads(lambda text=text: of_text(analyzer, text))  # type: ignore[misc]


def test_the_core_is_in_use() -> None:
    assert normalize("\u1780").form is not None
    assert all(compiled_of(one.breaker) is not None for one in ANALYZERS)
    others = [one for one in (*ALL_BREAKERS, *JOINING) if one.name != "lattice"]
    assert len(others) > 1
    assert not any(map(compiled_of, others))
    with without_core():
        assert normalize("\u1780").form is None
        assert not any(compiled_of(one.breaker) for one in ANALYZERS)


@every_analyzer
@given(batch=st.lists(texts, min_size=1, max_size=6), first=st.sampled_from(["", "\u17a8", "\u1780" * 90_000]))
@examples(40)
def test_a_batch_that_two_threads_share_is_the_same(analyzer: Analyzer, batch: list[str], first: str) -> None:
    size = sum(len(text.encode("utf-8", "surrogatepass")) + 1 for text in batch)
    large = [first, *batch * (120_000 // size), "\u17a8"]
    on_both_roads(lambda: normalize_all(large))
    on_both_roads(lambda: analyzer.batch(large))


@every_analyzer
@given(batch=st.lists(texts, max_size=4))
@examples(300)
def test_any_texts(analyzer: Analyzer, batch: list[str]) -> None:
    check(analyzer, batch)


@every_analyzer
@given(batch=st.lists(st.text(), max_size=4))
@examples(100)
def test_any_unicode(analyzer: Analyzer, batch: list[str]) -> None:
    check(analyzer, batch)


_ANY_CHARACTER = st.characters(codec="utf-32", exclude_categories=()) | st.integers(0xD800, 0xDFFF).map(chr)


@given(batch=st.lists(st.lists(_ANY_CHARACTER, max_size=8).map("".join), max_size=3))
@examples(100)
def test_surrogates(batch: list[str]) -> None:
    check(ANALYZERS[0], batch)


_DISORDERED = st.lists(
    st.sampled_from(
        [
            *("\u1780", "\u1794", "\u179f", "\u1791", "\u17a2\u17c4\u1799", "\u17d2", "\u17d2\u179a", "\u17d2\u1781"),
            *("\u17d2\u1794", "\u17d2\u178a", "\u17bb", "\u17b7", "\u17b8", "\u17c1", "\u17b6", "\u17c6", "\u17d0"),
            *("\u17a4", "\u17a8", "\u17b4", "\u200b", " ", "a", *MARKS),
        ]
    ),
    max_size=40,
).map("".join)


@every_analyzer
@given(batch=st.lists(_DISORDERED, max_size=3))
@examples(300)
def test_marks_in_any_order(analyzer: Analyzer, batch: list[str]) -> None:
    check(analyzer, batch)


_NUMBERS = st.lists(
    st.sampled_from(["0", "1", "000", "25", "250", "\u17e1", "\u0661", ".", ",", " ", "a", "\u1780", "\u200b"]),
    max_size=30,
).map("".join)


@given(batch=st.lists(_NUMBERS, max_size=3))
@examples(200)
def test_numbers(batch: list[str]) -> None:
    check(ANALYZERS[0], batch)


@every_analyzer
@given(pattern=st.text("\u1780\u1781\u17b6\u17d2a7\u00e9.\u0e44\u200b\u17a8 \u17d4\n", min_size=1, max_size=5),
       times=st.integers(1, 900))  # fmt: skip
@examples(60)
def test_long_texts(analyzer: Analyzer, pattern: str, times: int) -> None:
    on_both_roads(lambda: of_batch(analyzer, ["x", pattern * times, "y"]))


@pytest.mark.parametrize("unit", ["\u1780", "\u1780\u17d2\u1781", "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6",
                                  "\u17a8", "\u17b6", "a", "7", "\u00e9", "1.000", "\u17d2", "\u0000"])  # fmt: skip
def test_very_long_runs(unit: str) -> None:
    for analyzer in ANALYZERS:
        on_both_roads(lambda: of_batch(analyzer, [unit * 30_000]))  # noqa: B023
        on_both_roads(lambda: of_text(analyzer, unit * 700))  # noqa: B023


def test_every_character() -> None:
    """The code of every character, whoever met it first."""
    every = [chr(point) for point in range(sys.maxunicode + 1)]
    on_both_roads(lambda: normalize_all(["\u1780".join(every)]))


def test_long_parts_without_the_end_of_a_sentence() -> None:
    source = random.Random(3)
    for end in ("", "\n", "\u17d4", "?", " "):
        batch = [end.join("".join(source.choices([*BASES, *MARKS, " ", "1"], k=9_000)) for _ in range(3))] * 2
        on_both_roads(lambda: of_batch(ANALYZERS[0], batch))  # noqa: B023


@pytest.mark.skipif(not TEXTS.exists(), reason="needs the texts in ../shared/data/text")
@pytest.mark.parametrize("name", ["accident", "news", "ntrex", "oscar", "tico", "wiki"])
def test_real_texts(name: str) -> None:
    text = (TEXTS / f"{name}.txt").read_text("utf-8")[:1_000_000]
    on_both_roads(lambda: of_batch(ANALYZERS[0], text.split("\n")))
    on_both_roads(lambda: of_batch(ANALYZERS[0], [text]))
    on_both_roads(lambda: [of_text(ANALYZERS[0], line[:500]) for line in text.split("\n")[:200]])


@pytest.mark.slow
@every_analyzer
def test_many_random_texts(analyzer: Analyzer) -> None:
    source = random.Random(20)
    for _ in range(10_000):
        check(analyzer, [random_text(source, source.choice([3, 12, 40])) for _ in range(source.randint(0, 4))])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
@every_analyzer
def test_copies_analyse_alike(analyzer: Analyzer, again: Callable[[Analyzer], Analyzer]) -> None:
    text = "\u1780\u17b6\u200b\u17d2\u179a \u1780\u17a8"
    analyzer = Analyzer(analyzer.breaker)
    known = analyzer.spelled(text)
    copied = again(analyzer)
    assert plain(of_normal_form(copied.spelled(text).normal)) == plain(of_normal_form(known.normal))
    assert plain(of_text(copied, text)) == plain(of_text(analyzer, text))
    assert plain(of_batch(copied, [text])) == plain(of_batch(analyzer, [text]))


def test_threads_share_it() -> None:
    batch = ["\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6 " * 2_000 + chr(0x4E00 + number) for number in range(64)]
    expected = plain(of_batch(ANALYZERS[0], batch))
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(plain(of_batch(ANALYZERS[0], batch)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


NODES = st.lists(
    st.builds(
        lambda parent, value, base: parent << PARENT_SHIFT | value << VALUE_SHIFT | base,
        st.integers(0, 40) | st.integers(0, (1 << 19) - 1),
        st.sampled_from([0, GAIN_ZERO - 5, GAIN_ZERO, NO_WORD - 1, NO_WORD]),
        st.integers(0, 40) | st.integers(0, (1 << 20) - 1),
    )
    | st.integers(-(1 << 63), (1 << 63) - 1),
    min_size=4,
    max_size=60,
)
CLUSTERS = (b"\x80", b"\x81", b"\x82\xb6")


def crafted(nodes: list[int], costs: Sequence[int] = (1, 2, 3), unknown: int = 4_000) -> Lexicon:
    trie = Trie(array("q", nodes), b"".join(CLUSTERS), bytes(map(len, CLUSTERS)))
    return Lexicon(trie, unknown, 9_000, array("i", costs))


@given(nodes=NODES, text=st.text("\u1780\u1781\u1782\u17b6 a", max_size=40), unknown=st.integers(0, 40_000))
@examples(300)
def test_a_trie_that_nobody_checked_neither_fails_nor_hangs(nodes: list[int], text: str, unknown: int) -> None:
    breaking = crafted([*nodes, 0][:60], unknown=unknown).compiled
    words, bigrams = breaking.terms(normalize(text).codes)
    assert b"".join(words) == normalize(text).codes.strip(b"\x02").replace(b" ", b"")
    assert len(bigrams) <= len(text)
    form = characters().normalize_all(f" {text * 500} ", [500 * len(text)])
    assert len(breaking.batch(form).words[0]) == len(breaking.atoms(form).firsts)


def test_a_path_that_comes_back_to_itself_ends() -> None:
    word = GAIN_ZERO - 1_000
    loop = [1 << PARENT_SHIFT | NO_WORD << VALUE_SHIFT | 1] + [slot << PARENT_SHIFT | word << VALUE_SHIFT | slot - 1
                                                             for slot in range(1, 30)]  # fmt: skip
    breaking = crafted(loop).compiled
    words, _ = breaking.terms(b"\x02" + b"\x80" * 200_000 + b"\x02")
    assert sum(map(len, words)) == 200_000
    assert max(map(len, words)) <= max(MAX_WORD, script.LONGEST_TERM)


@given(texts, st.lists(texts, max_size=4), st.randoms(use_true_random=False))
@examples(500)
def test_units_stand_alike(text: str, others: list[str], chance: random.Random) -> None:
    text = text.encode(errors="replace").decode()
    units = [*map(bytes, clusters_of(normalize(text).codes.strip(b"\x02")))]
    start = chance.randint(0, len(units))
    sought = units[start : start + chance.choice([1, 2, 3, 5])] or [b"\x80"]
    if chance.random() < 0.3:
        sought[chance.randrange(len(sought))] = chance.choice([b" ", b"\x80", b"\x01", b"a", b"\xb6", b"1"])
    asked = [one.encode(errors="replace") for one in (text, *others, f"{text} {text}")]
    ours = stand(asked, sought)
    with without_core():
        assert ours == stand(asked, sought)


@given(codes=st.binary(max_size=60) | st.lists(st.sampled_from([2, 1, 0x80, 0xD2, 0xB6, 0x20, 0x0A])).map(bytes))
@examples(300)
def test_codes_that_no_normal_form_has_neither_fail_nor_hang(codes: bytes) -> None:
    breaking = default_lexicon().compiled
    words, _ = breaking.terms(codes)
    assert b"".join(words) == bytes(code for code in codes if script.CLASS[code] != script.SEPARATOR)
    runs = breaking.runs(codes)
    assert [sum(counts) for _, _, _, counts, _ in runs] == [len(units) for _, _, units, _, _ in runs]


@pytest.mark.parametrize(
    ("nodes", "costs", "unknown"),
    [([1] * 3, (1, 2, 3), 0), ([1] * 9, (1, 2), 0), ([1] * 9, (1, 2, 3), 1 << 30)],
)
def test_arrays_that_cannot_be_are_refused(nodes: list[int], costs: tuple[int, ...], unknown: int) -> None:
    with pytest.raises(ValueError, match=r"trie|lexicon|unknown"):
        _ = crafted(nodes, costs, unknown).compiled


def test_every_cluster_has_its_number() -> None:
    source = random.Random(4)
    text = " ".join("".join(source.choices([*MARKS, "\u17d2\u1781"], k=source.randint(0, 9))).join(["\u1780", ""])
                    for _ in range(6_000))  # fmt: skip
    form = characters().normalize_all(f" {text} ", [len(text)])
    names = list(dict.fromkeys(clusters_of(form.codes)))
    assert {1, 2, 8, 9} <= {len(name) for name in names}
    nodes = array("q", [NO_WORD << VALUE_SHIFT | (1 << PARENT_SHIFT)] * (2 * len(names)))
    lexicon = Lexicon(Trie(nodes, b"".join(names), bytes(map(len, names))), 0, 0, array("i", [0] * len(names)))
    _, _, numbers, *_ = lexicon.compiled.atoms(form).units
    assert np.frombuffer(numbers, np.int64).tolist() == [lexicon.trie.numbers[one] for one in clusters_of(form.codes)]
    assert not any(np.frombuffer(crafted([1] * 9).compiled.atoms(form).units[2], np.int64)[1_000:] > len(CLUSTERS))
