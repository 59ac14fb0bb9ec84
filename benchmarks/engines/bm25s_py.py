"""bm25s_py: bm25s, which keeps every score in one sparse matrix. It knows terms and OR, and cannot grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import orjson

from benchmarks.engines.base import ANY_OF, LIMIT, Hits, Kind, Query, Spaced
from benchmarks.errors import BenchmarkError
from khsearch import Document

STORED = "documents.json"


class Bm25s:
    """bm25s with numpy; its documents lie beside it as JSON."""

    kinds = frozenset({Kind.TERM}) | ANY_OF

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        """Index documents and write everything to files."""
        retriever = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        retriever.index([spaced(document.text).split() for document in documents], show_progress=False)
        retriever.save(str(folder / "scores"))
        stored = [[document.id, document.title, document.text] for document in documents]
        (folder / STORED).write_bytes(orjson.dumps(stored))

    def open(self, folder: Path, spaced: Spaced) -> Bm25sOpened:
        """Open the index."""
        return Bm25sOpened(folder, spaced)

    def stored_bytes(self, folder: Path) -> int | None:
        """Bytes of the documents."""
        return (folder / STORED).stat().st_size


class Bm25sOpened:
    """bm25s, loaded."""

    def __init__(self, folder: Path, spaced: Spaced) -> None:
        self._retriever = bm25s.BM25.load(str(folder / "scores"), mmap=True)
        self._stored = orjson.loads((folder / STORED).read_bytes())
        self._known = self._retriever.vocab_dict
        self._spaced = spaced

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        return [(self._stored[number][0], self._stored[number][1]) for number in self._best(query, LIMIT)]

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents."""
        return frozenset(self._stored[number][0] for number in self._best(query, len(self._stored)))

    def total(self, query: Query) -> int:
        """How many documents there are to find."""
        return len(self._best(query, len(self._stored)))

    def _best(self, query: Query, limit: int) -> list[int]:
        words = [word for word in self._spaced(query.text).split() if word in self._known]
        if not words:
            return []
        limit = min(limit, len(self._stored))
        numbers, scores = self._retriever.retrieve([words], k=limit, show_progress=False)
        return np.asarray(numbers[0])[np.asarray(scores[0]) > 0].tolist()  # type: ignore[no-any-return]

    def add(self, document: Document) -> None:
        """Refuse: everything would be indexed anew."""
        raise BenchmarkError("bm25s cannot add a document to an index")

    def close(self) -> None:
        """Let go of files when the object goes."""
