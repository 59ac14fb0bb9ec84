"""Completions that stand nowhere are told, by the words of the command's last line and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import cache
from khsearch import Index
from tests.benchmarks.test_commands import run


@pytest.fixture
def collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache.index_of, "__defaults__", (tmp_path / "kept", None))
    rows = [
        {"_id": "1", "title": "", "text": "ជនពិការ"},
        {"_id": "2", "title": "ទឹកដោះគោ", "text": "cat"},
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "corpus.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_what_is_proposed_stands(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = collection / "run.json"
    assert run(monkeypatch, "completion", str(collection), "--beginnings", "30", "--json", str(out)) == 0
    figures = json.loads(out.read_text(encoding="utf-8"))["figures"]
    assert figures["beginnings"] == 30
    assert 0 < figures["completed"] <= figures["proposals"]
    assert figures["nowhere"] == []


def test_what_stands_nowhere_is_told(
    collection: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Index, "complete", lambda _, typed: [typed + "\u1781"])
    assert run(monkeypatch, "completion", str(collection), "--beginnings", "3") == 1
    assert "3 completions stand in no document" in capsys.readouterr().err
