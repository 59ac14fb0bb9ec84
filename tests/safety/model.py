"""Small indexes whose whole contents a test can know, and what a reader sees of them."""

from __future__ import annotations

import random

from khsearch.engine import SortKey, nodes
from tests.columnar.corpora import WORDS, add, id_of, opened

Contents = dict[str, bytes]


def documents(rng: random.Random, count: int) -> list[tuple[str, list[bytes]]]:
    names = rng.sample([f"d{i}" for i in range(3 * count)], count)
    return [(name, rng.choices(WORDS, k=rng.randint(0, 30))) for name in names]


def contents(folder) -> Contents:
    """Everything that a reader finds, by every road: ids, stored blobs, postings, columns."""
    searcher = opened(folder).searcher()
    found = {id_of(searcher, doc): searcher.documents.stored(doc) for doc in searcher.documents.all_live().tolist()}
    assert len(found) == searcher.commit.doc_count
    documents = searcher.documents
    assert all(documents.summary(doc).decode() == id_of(searcher, doc) for doc in documents.all_live().tolist())
    for word in WORDS[:4]:
        for field in ("words", "bigrams"):
            docs = searcher.matching(nodes.Term(field, word)).docs.tolist()
            assert {id_of(searcher, doc) for doc in docs} == {n for n, b in found.items() if word in b.split(b"|")}
    searcher.matching(nodes.Phrase("words", (WORDS[0], WORDS[1])))
    searcher.search(nodes.Every(), 5, sort=[SortKey("length")])
    return found


def grow(index, rng: random.Random, commits: int = 3, *, merge: bool = True) -> None:
    """Commit additions, updates and deletions."""
    for _ in range(commits):
        with index.writer() as writer:
            add(writer, documents(rng, 12))
            writer.delete(f"d{rng.randint(0, 35)}")
            writer.commit(merge=merge)
