from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks import latency
from benchmarks.corpus import Corpus
from benchmarks.engines import KHSEARCH, PEERS, WORDS_ONLY, Kind, choose, engine
from benchmarks.engines.khs import KhsearchOpened
from benchmarks.errors import BenchmarkError, DisagreementError
from benchmarks.queries import Drawer
from benchmarks.worker import spaced_by_icu
from khsearch import Document
from khsearch.writing import Writer

BROKEN = "tests.benchmarks.broken"


def _compare(grown: Corpus, place: Path, *peers: str) -> None:
    names = [KHSEARCH, WORDS_ONLY, *peers]
    folders = latency.build(grown, names, place, lambda done, total: None)
    with ExitStack() as closing:
        opened = {name: engine(name).open(folders[name], spaced_by_icu()) for name in names}
        for one in opened.values():
            closing.callback(one.close)
        ours = opened[KHSEARCH]
        assert isinstance(ours, KhsearchOpened)
        drawer = Drawer(grown.documents, ours.index.analyzer, 7)
        titles = {document.id: document.title for document in grown.documents}
        for kind in Kind:
            able = {name: opened[name] for name in names if kind in engine(name).kinds}
            latency.compare(drawer.draw(kind, 12), able, titles)


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


def test_queries_are_drawn_alike_for_a_seed(grown: Corpus, tmp_path: Path) -> None:
    engine(KHSEARCH).build(tmp_path, grown.documents, str)
    analyzer = KhsearchOpened(tmp_path / "index").index.analyzer
    drawn = [Drawer(grown.documents, analyzer, seed).draw(Kind.OR, 5) for seed in (1, 1, 2)]
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


def test_totals_are_those_of_the_sets(grown: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "MANY_DOCUMENTS", 0)
    monkeypatch.setattr(latency, "FETCHED", 0)
    _compare(grown, tmp_path, "fts5")
    (tmp_path / "again").mkdir()
    with pytest.raises(DisagreementError, match="not as many documents for everybody: khsearch "):
        _compare(grown, tmp_path / "again", f"{BROKEN}:LosesADocument")
