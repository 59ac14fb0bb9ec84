"""judged: documents with queries and judgments, as BEIR folders, tables of tabs, or TREC files have them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpus
from benchmarks.corpus import Corpus
from benchmarks.errors import BenchmarkError

_TOPIC = re.compile("<top>(.*?)</top>", re.DOTALL)
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*(\S+)")
_TITLE = re.compile(r"<title>\s*(?:Topic:)?\s*([^<]*)")


@dataclass(frozen=True, slots=True)
class Collection:
    """What was asked of which documents, and how good an answer each of them is.

    queries  text by query id
    qrels    by query id: grade, above 0 for an answer, by document id
    """

    corpus: Corpus
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.corpus.name


def load(folder: Path) -> Collection:
    """Read a BEIR folder (corpus.jsonl, queries.jsonl, qrels/*.tsv), or .txt files beside queries.tsv and qrels.tsv."""
    tables = corpus.SAMPLE_JUDGMENTS if folder.resolve() == corpus.SAMPLE_DOCS.resolve() else folder
    if (folder / "corpus.jsonl").exists():
        documents = corpus.read(folder / "corpus.jsonl")
        queries = {entry["_id"]: entry["text"] for entry in _json_lines(folder / "queries.jsonl")}
        judgments = [row for path in sorted((folder / "qrels").glob("*.tsv")) for row in _rows(path)]
    elif (tables / "queries.tsv").exists():
        documents = corpus.read(folder, "txt")
        queries = {row[0]: row[1] for row in _rows(tables / "queries.tsv")}
        judgments = _rows(tables / "qrels.tsv")
    else:
        raise BenchmarkError(f"{folder}: neither corpus.jsonl nor queries.tsv in it; name a folder of judged queries")
    return _make(corpus.make(folder.resolve().name, documents), queries, judgments)


def documents(folder: Path) -> Corpus:
    """Read the documents of a BEIR folder, whatever else is in it."""
    return corpus.make(folder.resolve().name, corpus.read(folder / "corpus.jsonl"))


def load_trec(docs: Path, topics: Path, qrels: Path) -> Collection:
    """Read documents, TREC topics (<top> entries, or an id, a tab and the text a line), TREC qrels of four columns."""
    rows = [line.split() for line in _lines(qrels)]
    if any(len(row) != 4 for row in rows):
        raise BenchmarkError(f"{qrels}: a line of TREC qrels has four columns: topic, iteration, document, grade")
    judgments = [[topic, document, grade] for topic, _, document, grade in rows]
    return _make(corpus.load(docs), _topics(topics), judgments)


def _topics(path: Path) -> dict[str, str]:
    content = "\n".join(_lines(path))
    entries = _TOPIC.findall(content)
    if not entries:
        return {row[0]: row[1] for row in (line.split("\t", 1) for line in content.splitlines()) if len(row) == 2}
    found = {}
    for entry in entries:
        number, title = _NUMBER.search(entry), _TITLE.search(entry)
        if number is None or title is None:
            raise BenchmarkError(f"{path}: a topic without <num> or <title>")
        found[number[1]] = title[1].strip()
    return found


def _make(found: Corpus, queries: Mapping[str, str], judgments: Sequence[Sequence[str]]) -> Collection:
    known = {document.id for document in found.documents}
    qrels: dict[str, dict[str, int]] = {}
    for query, document, grade in judgments:
        if document in known and int(grade) > 0:
            qrels.setdefault(query, {})[document] = int(grade)
    judged = {query: text for query, text in queries.items() if query in qrels}
    if not judged:
        raise BenchmarkError(
            f"{found.name}: no query has a judged document; are qrels and documents of one collection?"
        )
    return Collection(found, judged, {query: qrels[query] for query in judged})


def _rows(path: Path) -> list[list[str]]:
    """Rows of a table of tabs, without its header."""
    return [line.split("\t") for line in _lines(path)][1:]


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8-sig").split("\n") if line.strip()]
    except OSError as problem:
        raise BenchmarkError(f"{path}: cannot be read ({problem.strerror})") from None


def _json_lines(path: Path) -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in _lines(path))
