"""Words of one's own: atoms in an index, whole words for people, one road to both."""

from __future__ import annotations

import pickle
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from khsearch import Document, Index, IndexDamagedError, IndexMismatchError, LexiconError, manifest
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.text import script
from khsearch.khmer.words import entries
from khsearch.khmer.words.breakers import make_breaker
from khsearch.khmer.words.by_lexicon import LatticeBreaker
from khsearch.khmer.words.lexicon import Lexicon, default_lexicon
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.own import MAGIC
from khsearch.khmer.words.own_joining import OwnJoiner
from khsearch.khmer.words.sources import load
from khsearch.khmer.words.word_lists import compile_lexicon, extended
from tests.extent import examples

SHARED = Path(__file__).parents[3] / "shared" / "data"


def with_words(base: Lexicon, words: Iterable[str]) -> Lexicon:
    return extended(base, entries.given((word, None) for word in words))


def analyzer_of(words: Iterable[str], base: Lexicon | None = None) -> Analyzer:
    return Analyzer(LatticeBreaker(with_words(base or default_lexicon(), words)))


def found(analyzer: Analyzer, text: str, mode: str = "word") -> list[str]:
    return [text[token.start : token.end] for token in analyzer.tokens(text, mode)]


NAME, ATOM = "ភូមិត្រពាំងស្វាយ", "ខ្ញ្រឹមឃ្លៃ"
"""One that the default lexicon divides, and one that it cannot divide."""


def test_what_is_divided_is_whole_for_people_and_atoms_for_an_index() -> None:
    analyzer, plain = analyzer_of([NAME, ATOM]), Analyzer(make_breaker("lattice", {}))
    for text in (NAME, ATOM, f"នៅ{NAME}និង{ATOM}ក្នុងខេត្ត"):
        assert set(found(analyzer, text)) >= {word for word in (NAME, ATOM) if word in text}
    parts = found(plain, NAME, "atom")
    assert len(parts) > 2
    assert found(analyzer, NAME, "atom") == parts
    assert found(analyzer, f"នៅ{NAME}និង", "atom") == ["នៅ", *parts, "និង"]
    assert found(analyzer, ATOM, "atom") == [ATOM]


def test_of_two_words_the_longest_counts_and_then_the_first() -> None:
    base = compile_lexicon(LexiconModel(dict.fromkeys("កខគឃង", 5_000), {}, 9_000, 9_000))
    lexicon = with_words(base, ["កខ", "ខគ", "គឃង", "កខគ", "ខ"])
    assert lexicon.own is not None
    for run, own in (("កខគឃង", ["កខគ"]), ("កខឃ", ["កខ"]), ("ខគឃង", ["ខគ"]), ("ងខក", []), ("ឃងក", [])):
        numbers = [lexicon.trie.numbers.get(script.encode_term(char), 0) for char in run]
        assert [run[a:b] for a, b in lexicon.own.in_run(numbers, [1] * len(run))] == own
        assert found(Analyzer(LatticeBreaker(lexicon)), run, "atom") == [*run]


def test_a_frequency_is_a_cost_of_its_own() -> None:
    base = compile_lexicon(LexiconModel(dict.fromkeys(["ក", "ខ", "គ", "ខគ"], 5_000), {}, 9_000, 9_000))
    rare = Analyzer(LatticeBreaker(extended(base, entries.given([("កខ", 0.01)]))))
    often = Analyzer(LatticeBreaker(extended(base, entries.given([("កខ", 900_000)]))))
    assert found(rare, "កខគ") == ["ក", "ខគ"]  # the lattice has another edge there
    assert found(often, "កខគ") == ["កខ", "គ"]
    assert found(often, "កខគ", "atom") == ["ក", "ខ", "គ"]


def oracle(words: set[str], atoms: Sequence[str]) -> list[tuple[int, int]]:
    """Own words among atoms, by trying all: the first, and of those the longest."""
    chosen, at = [], 0
    while at < len(atoms):
        behind = [end for end in range(at + 1, len(atoms) + 1) if "".join(atoms[at:end]) in words]
        if behind:
            chosen.append((at, behind[-1]))
        at = behind[-1] if behind else at + 1
    return chosen


_letters = "កខគឃង"
_lists = st.lists(st.text(_letters + "ច", min_size=1, max_size=6), min_size=1, max_size=10)
_runs = st.lists(st.text(_letters + "ឆច", min_size=1, max_size=16), min_size=1, max_size=5)
_bases = st.builds(
    LexiconModel,
    st.dictionaries(st.text(_letters, min_size=1, max_size=3), st.integers(0, 9_000), min_size=1, max_size=12),
    st.just({}),
    st.integers(0, 5_000),
    st.integers(2_000, 6_000),
)


def divided(atoms: list[str], model: LexiconModel) -> list[str]:
    """Parts of a word that is added: all are known, or those stay apart that are known and no single clusters."""
    if all(atom in model.words for atom in atoms):
        return atoms
    parts, before = [""], False
    for atom in atoms:
        sure = atom in model.words and len(atom) > 1
        if parts[-1] and (sure or before):
            parts.append("")
        parts[-1] += atom
        before = sure
    return parts


@example(LexiconModel({"កក": 3001}, {}, unknown=0, rare_cluster=2000), ["ក", "កក"], [])
@given(model=_bases, words=_lists, runs=_runs)
@examples(200)
def test_one_road_to_atoms_and_to_whole_words(model: LexiconModel, words: list[str], runs: list[str]) -> None:
    base = compile_lexicon(model)
    lexicon = with_words(base, words)
    analyzer, plain = Analyzer(LatticeBreaker(lexicon)), Analyzer(LatticeBreaker(base))
    joiner = analyzer.breaker.joiner  # type: ignore[attr-defined]
    assert isinstance(joiner, OwnJoiner)
    for word in words:
        atoms = found(plain, word, "atom")
        assert found(analyzer, word) == [word]
        if len(set(words)) == 1:
            assert found(analyzer, word, "atom") == divided(atoms, model)
    known = {word for word in words if word in model.words}
    known = {word for word in known if found(plain, word, "atom") == [word] == found(analyzer, word, "atom")}
    text = " ".join(runs)
    atoms = [token for run in runs for token in found(analyzer, run, "atom")]
    whole = [token for run in runs for token in found(analyzer, run)]
    assert found(analyzer, text, "atom") == atoms
    assert found(analyzer, text) == whole
    for texts in ([text], runs):
        batch, wholes = analyzer.batch(texts), analyzer.whole_batch(texts)
        assert batch.words.terms() == [form for one in texts for form in analyzer.terms(one).words]
        starts, ends = wholes.normal.spans(wholes.starts, wholes.ends)
        raw = wholes.normal.raw
        assert [raw[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)] == whole
    for run in runs:
        atoms = found(analyzer, run, "atom")
        edges = set(accumulate(map(len, found(analyzer, run)), initial=0))
        places = list(accumulate(map(len, atoms), initial=0))
        assert edges <= set(places)
        for first, behind in oracle(set(words) - known, atoms):
            assert edges.intersection(places[first : behind + 1]) == {places[first], places[behind]}


def test_what_an_index_keeps_and_gives_back(tmp_path: Path) -> None:
    words = [NAME, ATOM, "COVID-19", "ភ្នំ ក្រោម"]
    made = Index.create(tmp_path / "x", lexicon=words)
    with made.writer() as writer:
        writer.add(Document("1", "", f"នៅ{NAME}"))
    for index in (Index.open(tmp_path / "x"), pickle.loads(pickle.dumps(made))):
        breaker = index._last_commit().built.analyzer.breaker
        assert breaker.resources() == LatticeBreaker(load(words)).resources()  # type: ignore[arg-type]
        assert breaker.trait == "breaker lattice-divided 1"
        for text in (NAME, f"នៅ{NAME}", "ភ្នំ  ក្រោម", "Covid-19"):
            assert text.removeprefix("នៅ") in found(Analyzer(breaker), text)
        assert [hit.id for hit in index.search("ត្រពាំង")] == ["1"]
    assert len(Index.open_or_create(tmp_path / "x", lexicon=[*reversed(words)])) == 1
    with pytest.raises(IndexMismatchError, match="built with another lexicon"):
        Index.open_or_create(tmp_path / "x", lexicon=words[1:])
    copy = Index.create(tmp_path / "y", settings=_written(made, tmp_path / "settings"))
    assert copy._last_commit().built.analyzer.breaker.version == made._last_commit().built.analyzer.breaker.version


def _written(index: Index, path: Path) -> Path:
    path.write_bytes(index.settings())
    return path


def test_words_that_nothing_divides_are_as_they_always_were() -> None:
    breaker = LatticeBreaker(with_words(default_lexicon(), [ATOM, "COVID-19"]))
    assert breaker.trait == ""
    plain = LatticeBreaker(default_lexicon())
    assert (plain.trait, [*plain.resources()], plain.lexicon.own) == ("", ["lexicon"], None)


BASE = compile_lexicon(LexiconModel(dict.fromkeys(["ក", "ខ", "កខ"], 5_000), {}, 9_000, 9_000))
KHA, CRAFTED = (
    b"\x80|\x81\n",
    {
        "no head": b"\x80|\x81\n\n",
        "another head": b"khsearch own words 2\n\n",
        "no end": MAGIC + b"\x80|\x81\n",
        "not to the end": MAGIC + b"\x80|\x81\n\nCOVID-19",
        "no word": MAGIC + b"\x81|\x80\n\n",
        "no word's beginning": MAGIC + b"\x82\n\n",
        "a part of a cluster": MAGIC + b"\x80|\xb6\n\n",
        "an empty atom": MAGIC + b"\x80||\x81\n\n",
        "no Khmer": MAGIC + b"ab\n\n",
        "too long": MAGIC + b"\x80" * 16 + b"\n\n",
        "far too long": MAGIC + b"\x80" * 100_000 + b"\n\n",
        "no text": MAGIC + b"\n\xff\n",
        "an empty phrase": MAGIC + b"\n\n\n",
        "a long phrase": MAGIC + b"\n" + b"a" * 10_000 + b"\n",
    },
)


@pytest.mark.parametrize("crafted", CRAFTED.values(), ids=list(CRAFTED))
def test_own_words_that_no_list_makes_are_refused(crafted: bytes) -> None:
    resources = {"lexicon": BASE.data, "own_words": MAGIC + KHA + b"\n"}
    assert make_breaker("lattice", resources).break_run([b"\x80", b"\x81"]) == [1, 1]
    with pytest.raises(LexiconError, match="the own words that were kept: cannot be read as own words"):
        make_breaker("lattice", {**resources, "own_words": crafted})


def test_crafted_settings_are_damaged(tmp_path: Path) -> None:
    content = orjson.loads(_written(Index.memory(lexicon=[NAME]), tmp_path / "settings").read_bytes())
    content.pop("checksum")
    name = content["resources"]["own_words"]
    assert b64decode(content["files"][name]).startswith(MAGIC)
    for crafted in (CRAFTED["no head"], CRAFTED["a part of a cluster"], CRAFTED["too long"], CRAFTED["no text"]):
        content["files"][name] = b64encode(crafted).decode()
        (tmp_path / "crafted").write_bytes(manifest.sealed(content))
        with pytest.raises(IndexDamagedError, match="crafted"):
            Index.create(tmp_path / "z", settings=tmp_path / "crafted")


def test_an_index_of_when_own_words_were_atoms_goes_on(tmp_path: Path) -> None:
    lexicon = load([NAME, ATOM])
    assert lexicon is not None
    with Index.create(tmp_path / "x", lexicon=compile_lexicon(lexicon.model)).writer() as writer:
        writer.add(Document("1", "", f"នៅ{NAME}"))
    index = Index.open_or_create(tmp_path / "x", lexicon=[ATOM, NAME])
    assert [hit.id for hit in index.search(NAME, match="strict")] == ["1"]
    assert found(index.analyzer, NAME, "atom") == [NAME]
    with pytest.raises(IndexMismatchError, match="another lexicon"):
        Index.open_or_create(tmp_path / "x", lexicon=[NAME, ATOM, "COVID-19"])


FRAMES = ("នៅភូមិ{}ក្នុងខេត្ត", "គាត់រស់នៅ{}ជាមួយគ្រួសារ", "ប្រជាជន{}បានទទួលទឹកស្អាត")


def check_names(names: Sequence[str], folder: Path) -> tuple[float, float]:
    """Shares of names that are whole alone, and in sentences; what holds a part of one is found by that part."""
    analyzer = analyzer_of(names)
    alone = sum(found(analyzer, name) == [name] for name in names) / len(names)
    sentences = [frame.format(name) for name in names for frame in FRAMES]
    within = sum(name in found(analyzer, frame.format(name)) for name in names for frame in FRAMES) / len(sentences)
    own, plain = Index.create(folder / "own", lexicon=names), Index.create(folder / "plain")
    for index in (own, plain):
        with index.writer() as writer:
            writer.add_all(Document(str(i), "", text) for i, text in enumerate(sentences))
    holding: dict[str, set[str]] = {}
    for i, text in enumerate(sentences):
        for part in found(analyzer, text, "atom"):
            holding.setdefault(part, set()).add(str(i))
    for name in names[:: max(1, len(names) // 50)]:
        parts = found(analyzer, name, "atom")
        for part in {name, *parts}:
            by_own, by_plain = (
                {hit.id for hit in index.search(part, limit=len(sentences), match="strict")} for index in (own, plain)
            )
            assert by_own >= by_plain
            assert by_own >= {str(i) for i, text in enumerate(sentences) if name in found(analyzer, text)}
            assert by_own >= holding.get(part, set())
    return alone, within


MADE_UP = ("ភូមិឫស្សីខៀវ", "ត្រពាំងក្រហមធំ", "ក្រខ្ញឹក", "ព្រែកតាសួន", "អូរចំបក់តូច", "ទួលដើមស្លែង", "ឃុំអង្គរជ័យថ្មី")


def test_names_that_are_made_up(tmp_path: Path) -> None:
    assert check_names(MADE_UP, tmp_path) == (1, 1)


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "sil").exists(), reason="needs the names of villages in ../shared/data/sil")
def test_two_thousand_villages(tmp_path: Path) -> None:
    lines = (SHARED / "sil" / "villages.txt").read_text("utf-8-sig").splitlines()
    khmer = entries.given((name, None) for name in {line.split("\t")[0] for line in lines} if name).words
    names = [script.decode_term(word) for word in sorted(khmer)][:: len(khmer) // 2_000][:2_000]
    assert len(names) == 2_000
    alone, within = check_names(names, tmp_path)
    assert alone == 1
    assert within >= 0.99
