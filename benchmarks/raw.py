"""raw: why khsearch exists: of words from inside runs of Khmer, how many does each engine find as it comes.

A run is what stands between spaces, zero width spaces and punctuation; most words stand inside one, with neighbours on
both sides. Each engine gets the raw texts, with the settings that it has when nobody changes any. It *finds* a word if
the document that the word was taken from is among its hits; its *precision* is the share of its hits that hold the word
as a word, its *recall* the share of the documents that do which are hits. Which documents do, people would have to
say; here the documents are broken by khsearch's default breaker, and those in which the word's characters stand across
its boundaries are in doubt: they count neither for nor against.
"""

from __future__ import annotations

import random
import re
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.errors import BenchmarkError
from benchmarks.gold import CLUSTER
from khsearch import Document, Index
from khsearch.khmer import Analyzer, breaker

WORDS = 100
FEW, MANY = 2, 200  # documents that a word stands in

_RUN = re.compile("[\u1780-\u17d3\u17dd]+")

Find = Callable[[str], set[int]]
"""A word -> numbers of the documents that an engine finds for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one engine made of raw Khmer, in percent of words, of hits, and of documents that hold the word."""

    words: int
    found: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word, the document that it was taken from, and what its hits are worth."""

    word: str
    source: int
    holders: frozenset[int]
    doubtful: frozenset[int]


def choose(documents: Sequence[Document], count: int = WORDS) -> list[Wanted]:
    """Draw words of two clusters or more from inside runs, each with the documents that hold it as a word."""
    analyzer = Analyzer(breaker())
    inside: dict[str, int] = {}
    holders: dict[str, set[int]] = {}
    draw = random.Random(SEED)
    for number in draw.sample(range(len(documents)), len(documents)):
        text = documents[number].text
        tokens = analyzer.tokens(text)
        runs = {(run.start(), run.end()) for run in _RUN.finditer(text)}
        starts, ends = {start for start, _ in runs}, {end for _, end in runs}
        for token in tokens:
            word = text[token.start : token.end]
            if word != token.term or len(CLUSTER.findall(word)) < 2:
                continue
            holders.setdefault(word, set()).add(number)
            if token.start not in starts and token.end not in ends:
                inside.setdefault(word, number)
    several = sorted(word for word in inside if len(holders[word]) >= FEW)
    # Few texts grown to many documents have no rare words: then the rarest of theirs.
    rarest = sorted(several, key=lambda word: len(holders[word]))[:count]
    fitting = [word for word in several if len(holders[word]) <= MANY] or sorted(rarest)
    if not fitting:
        raise BenchmarkError("no word stands inside a run in two documents or more; name more documents with --docs")
    wanted = []
    for word in draw.sample(fitting, min(count, len(fitting))):
        # Zero width spaces inside a word part nobody's word; khsearch folds other spellings into one.
        loose = {
            number
            for number, document in enumerate(documents)
            if word in f"{document.title} {document.text}".replace("\u200b", "")
        }
        wanted.append(Wanted(word, inside[word], frozenset(holders[word]), frozenset(loose - holders[word])))
    return wanted


def measure(corpus: Corpus, engines: Sequence[str], show: Show) -> dict[str, Found]:
    """Ask every engine for the same words."""
    documents = corpus.documents
    wanted = choose(documents)
    figures = {}
    with tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place:
        for number, name in enumerate(engines):
            show(number, len(engines))
            folder = Path(place) / name
            folder.mkdir()
            find = ENGINES[name][1](folder, documents)
            figures[name] = _score([(one, find(one.word)) for one in wanted])
    return figures


def _score(answers: Sequence[tuple[Wanted, set[int]]]) -> Found:
    precisions, recalls = [], []
    for one, hits in answers:
        sure = hits - one.doubtful
        if sure:
            precisions.append(len(sure & one.holders) / len(sure))
        recalls.append(len(hits & one.holders) / len(one.holders))
    found = sum(one.source in hits for one, hits in answers)
    mean = fmean(precisions) if precisions else 0.0
    return Found(len(answers), 100 * found / len(answers), 100 * mean, 100 * fmean(recalls))


def _khsearch(folder: Path, documents: Sequence[Document]) -> Find:
    index = Index.create(folder / "index")
    with index.writer() as writer:
        writer.add_all(Document(str(number), d.title, d.text) for number, d in enumerate(documents))
    return lambda word: {int(hit.id) for hit in index.search(word, limit=len(documents), match="all")}


def _tantivy(folder: Path, documents: Sequence[Document]) -> Find:
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("number", stored=True)
    schema.add_text_field("text")
    index = tantivy.Index(schema.build(), str(folder))
    writer = index.writer()
    for number, document in enumerate(documents):
        writer.add_document(tantivy.Document(number=number, text=f"{document.title}\n{document.text}"))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(word: str) -> set[int]:
        hits = searcher.search(index.parse_query(word, ["text"]), len(documents)).hits
        return {int(searcher.doc(address)["number"][0]) for _, address in hits}

    return find


def _fts5(tokenizer: str) -> Callable[[Path, Sequence[Document]], Find]:
    def make(folder: Path, documents: Sequence[Document]) -> Find:
        path = folder / "index.db"
        rows = ((number, f"{document.title}\n{document.text}") for number, document in enumerate(documents))
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(f"CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='{tokenizer}')")
            database.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", rows)

        def find(word: str) -> set[int]:
            with closing(sqlite3.connect(path)) as opened:
                found = opened.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (f'"{word}"',))
                return {number for (number,) in found}

        return find

    return make


def _whoosh(folder: Path, documents: Sequence[Document]) -> Find:
    from whoosh import fields, index, qparser

    schema = fields.Schema(number=fields.STORED, text=fields.TEXT)
    made = index.create_in(folder, schema)
    writer = made.writer()
    for number, document in enumerate(documents):
        writer.add_document(number=number, text=f"{document.title}\n{document.text}")
    writer.commit()
    searcher, parser = made.searcher(), qparser.QueryParser("text", schema)

    def find(word: str) -> set[int]:
        found = searcher.docs_for_query(parser.parse(word))
        return {searcher.stored_fields(number)["number"] for number in found}

    return find


def _bm25s(folder: Path, documents: Sequence[Document]) -> Find:
    import bm25s

    texts = [f"{document.title}\n{document.text}" for document in documents]
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    def find(word: str) -> set[int]:
        tokens = bm25s.tokenize([word], show_progress=False, return_ids=False)
        known = [token for token in tokens[0] if token in retriever.vocab_dict]
        if not known:
            return set()
        numbers, scores = retriever.retrieve([known], k=len(documents), show_progress=False)
        return set(numbers[0][scores[0] > 0].tolist())

    return find


ENGINES: Mapping[str, tuple[str | None, Callable[[Path, Sequence[Document]], Find]]] = {
    "khsearch": (None, _khsearch),
    "tantivy": ("tantivy", _tantivy),
    "fts5 unicode61": (None, _fts5("unicode61")),
    "fts5 trigram": (None, _fts5("trigram")),
    "whoosh": ("whoosh", _whoosh),
    "bm25s": ("bm25s", _bm25s),
}
"""Each with the package that it needs, and how it is set up."""


def rows(found: Mapping[str, Found]) -> list[list[str]]:
    """Rows for people."""
    return [[name, f"{one.found:.0f}", f"{one.precision:.0f}", f"{one.recall:.0f}"] for name, one in found.items()]
