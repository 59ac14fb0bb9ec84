from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import corpus, judged
from benchmarks.errors import BenchmarkError


def _beir(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": "d1", "title": "ក", "text": "ខ"}, {"_id": "d2", "title": "", "text": "គ"}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "ខ"}\n{"_id": "q2", "text": "x"}\n', encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\tgone\t1\n", encoding="utf-8"
    )
    return folder


def test_a_beir_folder(tmp_path: Path) -> None:
    found = judged.load(_beir(tmp_path / "set"))
    assert found.name == "set" or found.corpus.documents[0].id == "d1"
    assert found.queries == {"q1": "ខ"}, "a query whose documents are not there is left out"
    assert found.qrels == {"q1": {"d1": 2}}, "grade 0 is no answer"


def test_the_sample_documents() -> None:
    found = judged.load(corpus.SAMPLE_DOCS)
    assert len(found.queries) == 77
    assert len(found.corpus.documents) == 49


@pytest.mark.parametrize(
    "topics",
    ["q1\tខ\n", "<top>\n<num> Number: q1\n<title> ខ\n<desc> x\n</top>\n"],
    ids=["tabs", "sgml"],
)
def test_trec_files(tmp_path: Path, topics: str) -> None:
    folder = _beir(tmp_path / "set")
    (tmp_path / "topics").write_text(topics, encoding="utf-8")
    (tmp_path / "qrels").write_text("q1 0 d1 1\nq1 0 d2 0\n", encoding="utf-8")
    found = judged.load_trec(folder / "corpus.jsonl", tmp_path / "topics", tmp_path / "qrels")
    assert found.queries == {"q1": "ខ"}
    assert found.qrels == {"q1": {"d1": 1}}


def test_what_is_no_collection_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="judged queries"):
        judged.load(tmp_path)
