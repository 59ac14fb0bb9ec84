"""The examples of the page about OpenSearch do what they say."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from khsearch import Document, Index
from tests.pages import example, page
from tests.test_readme import run

PAGE = page("docs/opensearch.md")


@pytest.fixture(autouse=True)
def _named_as_in_the_page(node_url: str, fresh_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER", node_url)
    monkeypatch.setenv("NAME", fresh_name)


def test_an_index_is_created_and_searched(tmp_path: Path) -> None:
    printed = run([sys.executable, "-"], tmp_path, code=example(PAGE, "first", "python")).splitlines()
    assert printed[0].startswith("1 False ")
    assert "<mark>ស្រូវ</mark>" in printed[0]
    assert printed[-1] == "1 {'ស្រូវ': 1} 2"


def test_an_index_moves_there_and_back(tmp_path: Path) -> None:
    with Index.create(tmp_path / "news.idx", fields={"tags": "keyword"}) as index, index.writer() as writer:
        writer.add(Document("1", "តម្លៃ", "តម្លៃស្រូវ", {"tags": ["ស្រូវ"]}))
        writer.add(Document("2", "ទឹក", "ទឹកជំនន់"))
    printed = run(["bash", "-e"], tmp_path, code=example(PAGE, "move", "bash")).splitlines()
    assert [json.loads(line)["id"] for line in printed] == ["1"]
    assert (tmp_path / "back.jsonl").read_bytes() == (tmp_path / "news.jsonl").read_bytes()
