"""What the figures about real misspellings mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import standing, typos
from benchmarks.commands import app
from benchmarks.errors import BenchmarkError
from benchmarks.typos import Misspelt, Outcome
from khsearch import Document, Index

DOCUMENTS = [Document(str(number), "", "កម្ពុជា ព័ត៌មាន ប៉ាល់") for number in range(3)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "retrieval").mkdir()
    texts = [{"_id": one.id, "title": "", "text": one.text} for one in DOCUMENTS]
    pairs = [{"wrong": "កម្ពុជ", "right": "កម្ពុជា", "part": "check"}, {"wrong": "ឆា", "right": "ឆ្មា", "part": "learn"}]
    for name, rows in (("retrieval/corpus.jsonl", texts), ("pairs.jsonl", pairs)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    words = {"corrections": pairs[:1], "alone": [{**pairs[0], "docs": ["0", "1", "2"]}]}
    (tmp_path / "words.json").write_text(json.dumps(words), "utf-8")
    return tmp_path


def test_right_words_are_those_that_stand(folder: Path) -> None:
    found = typos.read(folder, standing.whole(DOCUMENTS))
    assert found.right == ["កម្ពុជា"]
    assert found.corrections == [Misspelt("កម្ពុជ", "កម្ពុជា")]
    assert found.alone[0].relevant == {"0", "1", "2"}


def test_figures(folder: Path) -> None:
    index = Index.memory()
    with index.writer() as writer:
        for document in DOCUMENTS:
            writer.add(document)
    found, outcomes = typos.measure(index, typos.read(folder, standing.whole(DOCUMENTS)), lambda *_: None)
    assert (found.words, found.first, found.three, found.misspelt, found.spelt) == (1, 100, 100, 100, 100)
    assert (found.right, found.changed) == (1, 0)
    assert typos.missed(outcomes, 3) == []


def test_a_rank_is_that_of_the_right_word_however_it_is_written() -> None:
    word = Misspelt("x", "ប៉ុន")
    assert Outcome(word, ["ក", "ប\u17bb\u17c9ន"]).rank == 1  # the same marks in another order
    assert Outcome(word, ["ក"]).rank == typos.LIMIT
    assert typos.missed([Outcome(word, ["ក"])], 1) == [["x", "ប៉ុន", "ក"]]


def test_another_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"pairs\.jsonl"):
        typos.read(tmp_path, lambda _: frozenset())


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app(["typos", str(folder), "--json", str(folder / "out.json")], standalone_mode=False)
    assert "Real misspellings" in capsys.readouterr().out
    assert json.loads((folder / "out.json").read_text("utf-8"))["figures"]["misspelt words"]["first"] == 100
