"""writing: documents in; analysed in batches, handed to the index as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from khsearch.columnar import TokenBatch
from khsearch.columnar.writer import BatchWriter
from khsearch.documents import Document
from khsearch.documents.document import json_line, validate
from khsearch.khmer.analyzer import Analyzer, Stream, join_streams, pieces
from khsearch.query import BIGRAMS, TEXT, TITLE

BATCH = 350_000
"""Characters that are analysed at a time: about a megabyte of Khmer in UTF-8."""

_MOST_DOCUMENTS = 4_000


class Writer:
    """Adds, replaces and deletes documents of one index; a context manager that commits, or rolls back on an exception.

    Nothing that it does is seen before the commit.
    """

    def __init__(self, writer: BatchWriter, analyzer: Analyzer) -> None:
        self._writer = writer
        self._analyzer = analyzer
        self._waiting: list[Document] = []
        self._size = 0

    def add(self, document: Document) -> None:
        """Add a document, replacing one of the same id; DocumentError, and nothing added, if it cannot be indexed."""
        validate(document)
        self._waiting.append(document)
        self._size += len(document.title) + len(document.text)
        if self._size >= BATCH or len(self._waiting) >= _MOST_DOCUMENTS:
            self.flush()

    def add_all(self, documents: Iterable[Document]) -> None:
        """Add any number of documents."""
        for document in documents:
            self.add(document)

    def delete(self, id: str) -> bool:
        """Delete the document of an id; whether there was one."""
        self.flush()
        return self._writer.delete(id)

    def commit(self, *, optimize: bool = False) -> None:
        """Make everything durable and visible, and end; `optimize` leaves one segment."""
        try:
            self.flush()
        except BaseException:
            self._writer.cancel()
            raise
        self._writer.commit(optimize=optimize)

    def cancel(self) -> None:
        """End, and leave the index as it was."""
        self._waiting.clear()
        self._writer.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.cancel()

    def flush(self) -> None:
        """Analyse what waits and hand it to the index; nothing is seen before the commit all the same."""
        documents, self._waiting, self._size = self._waiting, [], 0
        if documents:
            stored = [json_line(document) for document in documents]
            self._writer.add_batch([document.id for document in documents], stored, analyse(documents, self._analyzer))


def analyse(documents: Sequence[Document], analyzer: Analyzer) -> dict[str, TokenBatch]:
    """Tokens of the three fields of some documents. A long text goes through the analyzer a piece at a time."""
    words: list[Stream] = []
    bigrams: list[Stream] = []
    owners: list[int] = []  # of every piece: twice its document's number, and 1 for its text
    for part in _parts(documents):
        batch = analyzer.batch([text for _, text in part])
        words.append(batch.words)
        bigrams.append(batch.bigrams)
        owners += [owner for owner, _ in part]
    count = len(documents)
    owner = np.array(owners, np.int64)
    word_stream, bigram_stream = join_streams(words), join_streams(bigrams)
    return {
        TITLE: _field(word_stream, owner % 2 == 0, owner // 2, count),
        TEXT: _field(word_stream, owner % 2 == 1, owner // 2, count),
        BIGRAMS: _field(bigram_stream, np.ones(len(owner), np.bool_), owner // 2, count),
    }


def _parts(documents: Sequence[Document]) -> Iterator[list[tuple[int, str]]]:
    part: list[tuple[int, str]] = []
    size = 0
    for number, document in enumerate(documents):
        part.append((2 * number, document.title))
        size += len(document.title)
        for piece in pieces(document.text, BATCH):
            part.append((2 * number + 1, piece))
            size += len(piece)
            if size >= BATCH:
                yield part
                part, size = [], 0
    if part:
        yield part


def _field(stream: Stream, chosen: NDArray[np.bool_], owner: NDArray[np.int64], count: int) -> TokenBatch:
    counts = np.bincount(owner[chosen], stream.counts[chosen], count).astype(np.int64)
    if chosen.all():
        return TokenBatch(stream.codes, stream.starts, stream.ends, counts)
    kept = np.repeat(chosen, stream.counts)
    return TokenBatch(stream.codes, stream.starts[kept], stream.ends[kept], counts)
