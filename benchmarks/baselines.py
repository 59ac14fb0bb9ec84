"""baselines: what khsearch's ranking is compared with: what one would have without it.

PyICU words and cluster bigrams are ranked by textbook BM25, after the least that one does to such text: zero-width
characters out, Khmer digits to ASCII, lower case. Stock Whoosh is what its own default analyzer makes of the raw text,
asked for any of the words.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks import machine
from benchmarks.bm25 import BruteForce
from benchmarks.gold import CLUSTER
from benchmarks.judged import Collection
from benchmarks.words import IcuWords

Run = dict[str, list[str]]
"""Document ids, best first, by query id."""

DEPTH = 100

_PLAIN = {0x200B: None, 0x200C: None, 0x200D: None, 0xFEFF: None} | {0x17E0 + digit: str(digit) for digit in range(10)}


def plain(text: str) -> str:
    """Take zero-width characters out, make Khmer digits ASCII, and letters small."""
    return text.translate(_PLAIN).lower()


def icu_words(collection: Collection) -> Run:
    """Rank by PyICU's words."""
    words = IcuWords().words
    return _textbook(collection, lambda text: words(plain(text)))


def cluster_bigrams(collection: Collection) -> Run:
    """Rank by pairs of neighbouring clusters, across spaces; what is not Khmer is left out."""
    return _textbook(collection, lambda text: [a + b for a, b in pairwise(CLUSTER.findall(plain(text)))])


def _textbook(collection: Collection, terms: Callable[[str], Sequence[str]]) -> Run:
    documents = collection.corpus.documents
    index = BruteForce([terms(f"{document.title}\n{document.text}") for document in documents])
    return {
        query: [documents[number].id for number in index.search(terms(text), DEPTH)]
        for query, text in collection.queries.items()
    }


def stock_whoosh(collection: Collection) -> Run:
    """Rank as Whoosh does out of the box."""
    from whoosh import fields, index, qparser

    with tempfile.TemporaryDirectory(prefix="khsearch-bench-") as folder:
        schema = fields.Schema(id=fields.ID(stored=True), text=fields.TEXT)
        made = index.create_in(folder, schema)
        writer = made.writer()
        for document in collection.corpus.documents:
            writer.add_document(id=document.id, text=f"{document.title}\n{document.text}")
        writer.commit()
        parser = qparser.QueryParser("text", schema, group=qparser.OrGroup)
        with made.searcher() as searcher:
            return {
                query: [hit["id"] for hit in searcher.search(parser.parse(text), limit=DEPTH)]
                for query, text in collection.queries.items()
            }


BASELINES: dict[str, Callable[[Collection], Run]] = {
    "PyICU words": icu_words,
    "cluster bigrams": cluster_bigrams,
    "stock Whoosh": stock_whoosh,
}


def ranked(name: str, collection: Collection, cache: Path) -> Run:
    """Rank the queries of a collection by a baseline; a baseline never changes, so its ranking is kept in a folder."""
    key = [name, collection.corpus.sha256, collection.queries, machine.installed("PyICU"), DEPTH]
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    kept = cache / f"baseline-{digest[:16]}.json"
    if kept.exists():
        found: Run = json.loads(kept.read_text(encoding="utf-8"))
        return found
    run = BASELINES[name](collection)
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(run), encoding="utf-8")
    return run
