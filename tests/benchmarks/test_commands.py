from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.commands import app, main
from benchmarks.engines import choose
from khsearch import Document
from khsearch.whoosh.writing.writer import ColumnarWriter
from khsearch.writing import Writer

QUICK = ("--size", "30", "--repeat", "1")
BROKEN = "tests.benchmarks.broken"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.slow
def test_indexing_is_measured_and_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run.json"
    assert run(monkeypatch, "indexing", *QUICK, "--peers", "fts5", "--json", str(out)) == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["settings"]["documents"] == 30
    assert len(told["settings"]["sha256"]) == 64
    assert set(told["figures"]) == {"khsearch", "fts5"}
    assert told["figures"]["khsearch"]["slower"]["median"] == 1
    assert os.uname().nodename not in json.dumps(told["machine"])
    assert "index/text" in capsys.readouterr().out


def test_indexing_with_a_broken_peer_fails_and_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "indexing", *QUICK, "--peers", f"{BROKEN}:LosesADocument") == 1
    told = capsys.readouterr().err
    assert "'d000000' only by a look at every document" in told
    assert "LosesADocument" in told


def test_latency_with_a_broken_khsearch_fails_and_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = Writer.add

    def forgetful(self: Writer, document: Document) -> None:
        if document.id != "d000003":
            add(self, document)

    monkeypatch.setattr(Writer, "add", forgetful)
    assert run(monkeypatch, "latency", *QUICK, "--queries", "10", "--peers", "fts5") == 1
    assert "'d000003' only by fts5" in capsys.readouterr().err


def test_a_program_of_whoosh_s_is_measured_over_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    assert run(monkeypatch, "whoosh", *QUICK, "--queries", "10", "--json", str(out)) == 0
    found = json.loads(out.read_text(encoding="utf-8"))["figures"]
    assert found["indexing"]["count"] == 30
    assert found["indexing"]["ours_per_s"] > 0
    for kind in (
        "term",
        "and",
        "or",
        "phrase",
        "prefix",
        "sorted by a date",
        "grouped by a keyword",
        "range of numbers",
    ):
        assert found[kind]["count"] == 10
        assert found[kind]["warm"]["median"] > 0


def test_an_index_that_loses_a_document_of_whoosh_s_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ColumnarWriter.add_document

    def forgetful(self: ColumnarWriter, **given: object) -> None:
        if given["id"] != "d000003":
            add(self, **given)

    monkeypatch.setattr(ColumnarWriter, "add_document", forgetful)
    assert run(monkeypatch, "whoosh", *QUICK, "--queries", "10") == 1
    assert "'d000003' is found by stock Whoosh only" in capsys.readouterr().err


def test_raw_words_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "raw.json"
    assert run(monkeypatch, "raw", "--size", "60", "--json", str(out)) == 0
    found = json.loads(out.read_text(encoding="utf-8"))["figures"]
    assert found["khsearch"]["found"] == 100
    assert found["tantivy"]["found"] < 50
    assert found["khsearch"]["precision"] > 90


def test_threads_are_told_beside_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "throughput.json"
    assert run(monkeypatch, "throughput", *QUICK, "--queries", "5", "--json", str(out)) == 0
    found = json.loads(out.read_text(encoding="utf-8"))["figures"]
    assert set(found) == {"khsearch", *choose(["tantivy"])[0]}
    for one in found.values():
        assert one["of_one"]["1"]["median"] == 1
        assert one["threads"]["2"]["median"] > 0
    assert found["khsearch"]["processes"]["2"]["median"] > 0


def test_segmentation_is_held_to_its_bars(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.txt"
    gold.write_text("ប្រទេស កម្ពុជា\n" * 6, encoding="utf-8")
    assert run(monkeypatch, "segmentation", "--gold", str(gold), "--quality-only", "--check") == 0
    gold.write_text("ប្រ ទេសកម្ព ុជា\n" * 6, encoding="utf-8")
    assert run(monkeypatch, "segmentation", "--gold", str(gold), "--quality-only", "--check") == 1
    assert "F1 of compound words" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("latency", "--peers", "nothing"),
        ("segmentation", "--check"),
        ("relevance", "--topics", __file__),
        ("indexing", "--core", "99999"),
        ("nothing",),
    ],
)
def test_what_cannot_be_done_ends_with_two(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    assert run(monkeypatch, *arguments) == 2


def test_every_command_is_in_the_guide() -> None:
    guide = (Path(machine.__file__).parent / "README.md").read_text(encoding="utf-8")
    for name in app.commands:
        assert f"`{name}`" in guide
