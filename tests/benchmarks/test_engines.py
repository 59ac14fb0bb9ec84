from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks import agreement, asking, latency
from benchmarks.asking import Asked
from benchmarks.corpus import Corpus
from benchmarks.engines import KHSEARCH, PEERS, TANTIVY, WORDS_ONLY, Kind, Query, choose, engine, with_excerpts
from benchmarks.errors import BenchmarkError, DisagreementError
from benchmarks.queries import Drawer
from khsearch import Document
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.words.breakers import breaker
from khsearch.writing import Writer

BROKEN = "tests.benchmarks.broken"


def _compare(grown: Corpus, place: Path, *peers: str) -> None:
    names = [KHSEARCH, WORDS_ONLY, *peers]
    folders = latency.build(grown, names, place, lambda done, total: None)
    titles = {document.id: document.title for document in grown.documents}
    drawer = Drawer(grown.documents, Analyzer(breaker()), 7)
    with ExitStack() as closing:
        asked = {name: closing.enter_context(Asked(name, folders[name])) for name in names}
        for kind in Kind:
            queries = drawer.draw(kind, 12)
            able = {name: asked[name] for name in names if kind in engine(name).kinds}
            with asking.begun(able, queries):
                assert len(agreement.compare(queries, able, titles)) <= 1


@pytest.mark.parametrize("kind", Kind)
def test_queries_of_a_class_are_all_different(kind: Kind, grown: Corpus) -> None:
    texts = [query.text for query in Drawer(grown.documents, Analyzer(breaker()), 7).draw(kind, 60)]
    assert len(set(texts)) == len(texts) == 60


def test_headlines_are_the_words_of_titles_in_order(grown: Corpus) -> None:
    analyzer = Analyzer(breaker())
    titles = [[token.term for token in analyzer.tokens(document.title)] for document in grown.documents]
    first = Drawer(grown.documents, analyzer, 7).draw(Kind.HEADLINE, 10)
    assert all(any([w for w in title if w in query.text.split()][:1] for title in titles) for query in first)
    assert all(len(query.text.split()) > 2 for query in first)


@pytest.mark.parametrize("peer", PEERS)
def test_every_peer_finds_what_khsearch_finds(peer: str, grown: Corpus, tmp_path: Path) -> None:
    if not choose([peer])[0]:
        pytest.skip("not installed")
    _compare(grown, tmp_path, peer)


def test_a_peer_that_loses_a_document_is_named(grown: Corpus, tmp_path: Path) -> None:
    with pytest.raises(DisagreementError, match="'d000000' only by khsearch-words"):
        _compare(grown, tmp_path, f"{BROKEN}:LosesADocument")


def test_a_peer_that_mixes_titles_up_is_named(grown: Corpus, tmp_path: Path) -> None:
    with pytest.raises(DisagreementError, match=r"MixesTitlesUp shows .d0000\d\d. as "):
        _compare(grown, tmp_path, f"{BROKEN}:MixesTitlesUp")


def test_a_khsearch_that_loses_a_document_is_named(
    grown: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Writer.add

    def forgetful(self: Writer, document: Document) -> None:
        if document.id != "d000000":
            add(self, document)

    monkeypatch.setattr(Writer, "add", forgetful)
    with pytest.raises(DisagreementError, match="'d000000' only by fts5"):
        _compare(grown, tmp_path, "fts5")


def test_excerpts_mark_the_word_that_was_asked_for(grown: Corpus, tmp_path: Path) -> None:
    _with_excerpts(grown, tmp_path, KHSEARCH)
    if choose([TANTIVY])[0]:
        (tmp_path / "other").mkdir()
        _with_excerpts(grown, tmp_path / "other", str(with_excerpts(TANTIVY)))


def test_an_engine_that_marks_nothing_is_named(grown: Corpus, tmp_path: Path) -> None:
    with pytest.raises(DisagreementError, match="MarksNothing marks nothing of 'd0000"):
        _with_excerpts(grown, tmp_path, f"{BROKEN}:MarksNothing")


def _with_excerpts(grown: Corpus, place: Path, name: str) -> None:
    spaced = latency.spaced_by_khsearch(grown.documents)
    engine(name).build(place, grown.documents, spaced)
    words = {document.id: frozenset(spaced(document.text).split()) for document in grown.documents}
    queries = Drawer(grown.documents, Analyzer(breaker()), 7).draw(Kind.TERM, 20)
    with Asked(name, place) as asked, asking.begun({name: asked}, queries, "excerpts"):
        assert not agreement.compare_excerpts(queries, {name: asked}, words)


def test_queries_are_drawn_alike_for_a_seed(grown: Corpus) -> None:
    drawn = [Drawer(grown.documents, Analyzer(breaker()), seed).draw(Kind.OR, 5) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(len(query.text.split()) == 3 for query in drawn[0])


def test_no_such_engine() -> None:
    with pytest.raises(BenchmarkError, match="choose from khsearch"):
        engine("nothing")


def test_a_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.machine.version", _missing)
    found, skipped = choose(["tantivy", "fts5"])
    assert found == ["fts5"]
    assert "pip install" in skipped["tantivy"]


def _missing(name: str) -> str:
    from importlib.metadata import PackageNotFoundError

    raise PackageNotFoundError(name)


@pytest.mark.slow
def test_totals_are_those_of_the_sets(grown: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "MANY_DOCUMENTS", 0)
    monkeypatch.setattr(agreement, "FETCHED", 0)
    _compare(grown, tmp_path, "fts5")
    (tmp_path / "again").mkdir()
    with pytest.raises(DisagreementError, match="not as many documents for everybody: khsearch "):
        _compare(grown, tmp_path / "again", f"{BROKEN}:LosesADocument")


def test_what_a_side_does_not_find_is_left_out_and_counted_unless_it_is_much(grown: Corpus, tmp_path: Path) -> None:
    folders = latency.build(grown, [KHSEARCH, WORDS_ONLY, "fts5"], tmp_path, lambda done, total: None)
    titles = {document.id: document.title for document in grown.documents}
    known = Drawer(grown.documents, Analyzer(breaker()), 7).draw(Kind.TERM, 20)
    strange = Query(Kind.TERM, "khsearch")
    with ExitStack() as closing:
        asked = {name: closing.enter_context(Asked(name, folder)) for name, folder in folders.items()}
        with asking.begun(asked, [*known[:5], strange, *known[5:]]):
            assert agreement.compare([*known[:5], strange, *known[5:]], asked, titles) == {5}
        with (
            asking.begun(asked, [strange, *known[:3], strange, strange]),
            pytest.raises(DisagreementError, match="3 of 6 queries"),
        ):
            agreement.compare([strange, *known[:3], strange, strange], asked, titles)


def test_an_engine_that_fails_is_told(tmp_path: Path) -> None:
    with Asked("fts5", tmp_path / "nowhere") as asked, pytest.raises(BenchmarkError, match="asking fts5 failed"):
        asked.begin([Query(Kind.TERM, "khsearch")])
