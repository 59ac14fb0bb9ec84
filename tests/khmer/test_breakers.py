from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, IndexMismatchError, IndexStoreError, Ranking, tokenize, words
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.terms.behaviour import differing, traits
from khsearch.khmer.words import breakers
from khsearch.khmer.words.breakers import (
    BREAKERS,
    Breaker,
    breaker,
    breaker_names,
    check_registered,
    make_breaker,
    register_breaker,
)
from khsearch.khmer.words.by_lexicon import LatticeBreaker
from khsearch.khmer.words.icu import word_ends
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.run_breaker import RunBreaker
from khsearch.khmer.words.word_lists import compile_lexicon
from tests.dummy_breaker import ClusterBreaker
from tests.strategies import ALL_BREAKERS

SMALL = compile_lexicon(LexiconModel({"ក": 5, "កខ": 5}, {"ខ": 3}, 7, 7))


@given(st.lists(st.sampled_from(["a", " ", "ไทย", "\U0001f600", "𝐊", "中", "é"]), max_size=8).map("".join))
def test_words_of_icu_end_at_code_points(text: str) -> None:
    ends = word_ends(text)
    assert ends == sorted(set(ends))
    assert ends[-1:] == ([len(text)] if text else [])
    alone = [end for start, end in zip([0, *ends], ends, strict=False) if word_ends(text[start:end]) != [end - start]]
    assert not alone


@pytest.mark.parametrize("count", [1, 300])
def test_surrogates_do_not_move_the_ends(count: int) -> None:
    assert word_ends("\U0001f600 " * count) == list(range(1, 2 * count + 1))


@pytest.fixture
def _registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakers, "_registered", dict(breakers._registered))


@pytest.mark.parametrize("chosen", [*ALL_BREAKERS, LatticeBreaker(SMALL)], ids=lambda chosen: chosen.name)
def test_a_breaker_comes_again_from_its_name_and_resources(chosen: Breaker) -> None:
    again = make_breaker(chosen.name, chosen.resources())
    assert (again.name, again.version, again.trait) == (chosen.name, chosen.version, chosen.trait)
    assert again.break_run([b"\x80", b"\x81"]) == chosen.break_run([b"\x80", b"\x81"])
    assert check_registered(chosen) is chosen


@pytest.mark.parametrize("chosen", ALL_BREAKERS, ids=lambda chosen: chosen.name)
def test_words_takes_a_name_or_a_breaker(chosen: Breaker) -> None:
    text = "កម្ពុជា ២០២១"
    assert tokenize(text, chosen) == tokenize(text, chosen.name)
    with pytest.raises(ValueError, match="lexicon"):
        words(text, chosen, SMALL)


@pytest.mark.usefixtures("_registry")
def test_a_breaker_is_registered_by_name() -> None:
    class Mine(ClusterBreaker):
        name = "mine"

    assert words("កម្ពុជា", Mine()) == words("កម្ពុជា", "clusters") == ["ក", "ម្ពុ", "ជា"]
    with pytest.raises(ValueError, match=r"register_breaker\('mine', factory\)"):
        check_registered(Mine())
    with pytest.raises(ValueError, match="unknown breaker 'mine'; choose one of lattice, icu, crf, clusters"):
        words("ក", "mine")
    register_breaker("mine", lambda _: Mine())
    assert breaker_names() == (*BREAKERS, "clusters", "mine")
    assert words("កម្ពុជា", "mine") == ["ក", "ម្ពុ", "ជា"]
    assert check_registered(Mine()).name == "mine"


@pytest.mark.usefixtures("_registry")
def test_what_is_registered_anew_breaks_from_then_on() -> None:
    class Whole(ClusterBreaker):
        def break_text(self, run: str) -> list[int]:
            return []

    assert words("កម្ពុជា", "clusters") == ["ក", "ម្ពុ", "ជា"]
    register_breaker("clusters", lambda _: Whole())
    assert words("កម្ពុជា", "clusters") == ["កម្ពុជា"]


@pytest.mark.usefixtures("_registry")
def test_a_factory_has_to_make_the_same_breaker_again() -> None:
    class Kept(ClusterBreaker):
        def __init__(self, kept: bytes) -> None:
            self.kept = kept

        @property
        def version(self) -> str:
            return self.kept.hex()

        def resources(self) -> Mapping[str, bytes]:
            return {"kept": self.kept}

    register_breaker("clusters", lambda resources: Kept(resources.get("kept", b"")))
    assert check_registered(Kept(b"xyz")).version == b"xyz".hex()
    register_breaker("clusters", lambda _: Kept(b""))
    with pytest.raises(ValueError, match="makes the same breaker"):
        check_registered(Kept(b"xyz"))


@pytest.mark.parametrize("name", BREAKERS)
def test_names_of_what_khsearch_brings_are_taken(name: str) -> None:
    with pytest.raises(ValueError, match="choose another name"):
        register_breaker(name, lambda _: ClusterBreaker())


@pytest.mark.parametrize("name", ["icu", "crf", "clusters"])
def test_only_a_breaker_that_reads_a_lexicon_takes_one(name: str) -> None:
    with pytest.raises(ValueError, match="reads no lexicon"):
        breaker(name, SMALL)


@pytest.mark.usefixtures("_registry")
def test_a_package_brings_breakers_by_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "packed_breaker.py").write_text(
        "from tests.dummy_breaker import ClusterBreaker\nclass Packed(ClusterBreaker): name = 'packed'\n"
        "def make(resources): return Packed()\nnothing = None\n"
    )
    (tmp_path / "broken_breaker.py").write_text("raise OSError('no model')\n")
    info = tmp_path / "packed-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: packed\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[khsearch.breakers]\npacked = packed_breaker:make\nbroken = broken_breaker:make\n"
        "empty = packed_breaker:nothing\nlattice = packed_breaker:make\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert breaker_names() == (*BREAKERS, "clusters", "broken", "empty", "packed")
    assert breaker("packed").break_run([b"\x80", b"\x81"]) == [1, 1]
    assert breaker("lattice").lexicon is not None
    with pytest.raises(ValueError, match=r"'broken' of the package packed cannot be loaded .*no model.*uninstall it"):
        breaker("broken")
    with pytest.raises(
        ValueError, match=r"'empty' of the package packed cannot be loaded .*takes a factory of breakers, not None"
    ):
        breaker("empty")


def test_segments_keep_what_a_breaker_from_outside_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = ClusterBreaker()
    lines = traits("", by_icu=False, breaker=mine)
    assert lines == {"breaker clusters 1"}
    assert not differing(lines, mine)
    assert differing(lines, breaker()).breaker == "breaker clusters 1, here the breaker 'lattice'"
    monkeypatch.setattr(ClusterBreaker, "version", "2")
    assert differing(lines, mine).breaker == "breaker clusters 1, here breaker clusters 2"
    monkeypatch.setattr(ClusterBreaker, "trait", "e9 strange\nicu 3")
    assert traits("", by_icu=False, breaker=mine) == {"breaker e9 strange icu 3"}
    assert not differing(traits("", by_icu=False, breaker=mine), mine)


class Unfinished(RunBreaker):
    name = "odd"

    def break_text(self, run: str) -> list[int]:
        return []


@pytest.mark.usefixtures("_registry")
@pytest.mark.parametrize(
    ("factory", "what"),
    [
        (lambda: None, "cannot be made: its factory.* fails with TypeError"),
        (lambda resources: 1 / 0, "cannot be made: its factory.* fails with ZeroDivisionError"),
        (
            lambda resources: None,
            "is no such breaker .without version, trait, .*, break_all",
        ),
        (lambda resources: Unfinished(), "cannot be made: its factory.* abstract .*version"),
        (lambda resources: ClusterBreaker(), "is no such breaker .named 'clusters'"),
    ],
)
def test_a_factory_that_makes_no_breaker_of_its_name_is_named(factory, what: str) -> None:
    register_breaker("odd", factory)
    with pytest.raises(ValueError, match=f"'odd' .*{what}"):
        breaker("odd")


# Indexes that a breaker from outside built


class Model(ClusterBreaker):
    """Breaks at every cluster, and reads a model."""

    name = "model"

    def __init__(self, model: bytes, extra: bytes = b"") -> None:
        self.model, self.extra = model, extra

    @property
    def version(self) -> str:
        return self.model.hex()

    def resources(self) -> Mapping[str, bytes]:
        return {"model": self.model, "extra": self.extra}


def model(resources: Mapping[str, bytes]) -> Model:
    return Model(resources.get("model", b"by default"), resources.get("extra", b""))


@pytest.mark.usefixtures("_registry")
@pytest.mark.parametrize("memory", [False, True])
def test_an_index_keeps_the_resources_of_a_breaker_that_is_given(memory: bool, tmp_path: Path) -> None:
    register_breaker("model", model)
    place = "memory://of a model" if memory else tmp_path / "x"
    index = Index.create(place, breaker=Model(b"mine", b"\x00\xff" * 1_000))
    with index.writer() as writer:
        writer.add(Document("1", text="កម្ពុជា"))
    for _ in range(2):
        again = Index.open(place)
        breaker = again.analyzer.breaker
        assert isinstance(breaker, Model)
        assert (breaker.model, breaker.extra) == (b"mine", b"\x00\xff" * 1_000)
        assert [hit.id for hit in again.search("កម្ពុជា")] == ["1"]
        assert Index.verify(place) == []
        assert Index.rebuild(place) == 1  # which keeps what the creator gave


@pytest.mark.usefixtures("_registry")
def test_a_rebuild_asks_a_breaker_that_was_named_for_what_it_brings_now(tmp_path: Path) -> None:
    register_breaker("model", model)
    index = Index.create(tmp_path / "x", breaker="model")
    with index.writer() as writer:
        writer.add(Document("1", text="កម្ពុជា"))
    register_breaker("model", lambda resources: Model(resources.get("model", b"a newer one")))
    assert index.analyzer.breaker.version == b"by default".hex()
    Index.rebuild(index.path)
    assert index.analyzer.breaker.version == b"a newer one".hex()


@pytest.mark.usefixtures("_registry")
def test_an_index_of_a_breaker_that_is_not_here_says_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_breaker("model", model)
    with Index.create(tmp_path / "x", breaker="model").writer() as writer:
        writer.add(Document("1", text="កម្ពុជា"))
    with pytest.raises(ValueError, match="before, call"):
        Index.create(tmp_path / "y", breaker=ClusterBreakerOfNobody())
    assert not (tmp_path / "y").exists()
    monkeypatch.delitem(breakers._registered, "model")
    monkeypatch.setattr("khsearch.khmer.terms.analyzer._shared", {})  # as in another process
    for refused in (Index.open, Index.rebuild):
        with pytest.raises(IndexMismatchError, match=r"'model'.*register_breaker.*--to NEW"):
            refused(tmp_path / "x")
    lost = Index.rescue(tmp_path / "x", tmp_path / "saved")
    assert any("the settings" in what for what in lost)
    assert Index.open(tmp_path / "saved").get("1") == Document("1", text="កម្ពុជា")


class ClusterBreakerOfNobody(ClusterBreaker):
    name = "nobody's"


def test_a_breaker_that_is_given_brings_its_own_lexicon(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", breaker=LatticeBreaker(SMALL))
    assert index.stats()["lexicon"] == "own"
    assert Index.open(tmp_path / "x").analyzer.breaker.version == SMALL.fingerprint
    with pytest.raises(ValueError, match="leave the lexicon out"):
        Index.create(tmp_path / "y", breaker=LatticeBreaker(SMALL), lexicon=SMALL)


@pytest.mark.usefixtures("_registry")
def test_a_resource_that_is_too_large_is_refused_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khsearch.columnar.files.companions._MOST_BYTES", 1_000)
    register_breaker("model", model)
    with pytest.raises(IndexStoreError, match="at most 1,000; make it smaller"):
        Index.create(tmp_path / "x", breaker=Model(b"m" * 2_000))
    index = Index.create(tmp_path / "x", breaker="model")
    with index.writer() as writer:
        writer.add(Document("1", text="កម្ពុជា"))
    register_breaker("model", lambda resources: model(resources or {"model": b"m" * 2_000}))
    with pytest.raises(IndexStoreError, match="at most 1,000"):
        Index.rebuild(tmp_path / "x")
    assert Index.open(tmp_path / "x").doc_count == 1


@pytest.mark.usefixtures("_registry")
@pytest.mark.parametrize("memory", [False, True])
def test_a_resource_that_is_no_bytes_is_refused(memory: bool, tmp_path: Path) -> None:
    register_breaker("model", lambda _: Model(b"", "a str"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the breaker 'model' gives 'extra' as a str among its resources"):
        Index.create("memory://of a str" if memory else tmp_path / "x", breaker="model")


@pytest.mark.usefixtures("_registry")
def test_what_is_registered_anew_is_used_by_whoever_opens_then(tmp_path: Path) -> None:
    register_breaker("model", model)
    held = Index.create(tmp_path / "x", breaker="model")
    register_breaker("model", lambda resources: Model(b"anew"))
    assert Index.open(tmp_path / "x").analyzer.breaker.version == b"anew".hex()
    assert held.analyzer.breaker.version == b"by default".hex()


@pytest.mark.usefixtures("_registry")
def test_a_rescue_without_the_breaker_keeps_fields_and_ranking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register_breaker("model", model)
    ranking = Ranking(few_words=7)
    Index.create(tmp_path / "x", breaker="model", fields={"n": "number"}, ranking=ranking)
    monkeypatch.delitem(breakers._registered, "model")
    assert len(Index.rescue(tmp_path / "x", tmp_path / "saved")) == 1
    saved = Index.open(tmp_path / "saved")
    assert (saved.fields, saved.ranking) == ({"n": "number"}, ranking)


class Odd(ClusterBreaker):
    name = "odd"

    def __init__(self, counts: list[int]) -> None:
        self.counts = counts

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        return self.counts


@pytest.mark.parametrize("counts", [[], [0, 2], [1], [3], [-1, 3]])
def test_a_breaker_that_does_not_divide_the_run_is_named(counts: list[int]) -> None:
    says = "the breaker 'odd' divides a run of 2 clusters into"
    with pytest.raises(ValueError, match=says):
        words("កម្ពុ", breaker=Odd(counts))
    with pytest.raises(ValueError, match=says):
        Analyzer(Odd(counts)).batch(["កម្ពុ ក"])


@pytest.mark.parametrize(
    "found", [None, [True] * 3, np.ones(3, np.int64), np.ones(2, np.bool_), np.array([True, False, False])]
)
def test_a_breaker_that_does_not_divide_a_batch_is_named(found: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClusterBreaker, "break_all", lambda *_: found)
    with pytest.raises(ValueError, match="the breaker 'clusters' breaks 3 clusters of a batch into"):
        Analyzer(ClusterBreaker()).batch(["កម្ពុ ក"])
