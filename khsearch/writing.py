"""writing: documents in; analysed in batches, handed to the index as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from khsearch import arguments
from khsearch.arguments import checked
from khsearch.columnar import MAX_BLOB, MAX_POSITION, BatchWriter
from khsearch.documents import Document, bodies_of, head_of, text_fields, validate
from khsearch.documents import fields as columns
from khsearch.engine import TokenBatch
from khsearch.errors import DocumentError
from khsearch.khmer import Analyzer, Stream, behaviour, join_streams, pieces
from khsearch.schema import BIGRAMS, LEAD, LEAD_WORDS, TEXT, TITLE
from khsearch.sharing import Lock

BATCH = 350_000
"""Characters that are analysed at a time: about a megabyte of Khmer in UTF-8."""

_MOST_DOCUMENTS = 4_000


class Writer:
    """Adds, replaces and deletes documents of one index; a context manager that commits, or rolls back on an exception.

    Nothing that it does is seen before the commit. Any number of threads may use one; a forked process may not. One
    that nobody holds any more is gone, with what it did, and others can write.
    """

    def __init__(self, writer: BatchWriter, analyzer: Analyzer, fields: Mapping[str, str]) -> None:
        self._writer = writer
        self._analyzer = analyzer
        self._fields = fields
        self._kinds = columns.kinds(fields)
        self._mutex = Lock()
        self._waiting: list[_Waiting] = []
        self._size = 0

    def add(self, document: Document) -> None:
        """Add a document as it is now, replacing one of the same id.

        DocumentError, and nothing added, if it cannot be indexed. IndexStoreError if the writer has ended.
        """
        plain, text = validate(document)
        self._take(_Waiting(plain, text, columns.row(plain, self._fields)))

    def add_again(self, document: Document) -> list[str]:
        """Add a document that an index held -> which of its values do not go with their fields, and are passed over."""
        plain, text = validate(document)
        row, problems = columns.fitting(plain, self._fields)
        self._take(_Waiting(plain, text, row))
        return problems

    @checked(documents=arguments.ITERABLE)
    def add_all(self, documents: Iterable[Document]) -> None:
        """Add any number of documents."""
        for document in documents:
            self.add(document)

    @checked(id=arguments.TEXT)
    def delete(self, id: str) -> bool:
        """Delete the document of an id; whether there was one."""
        with self._mutex:
            self._flush()
            return self._writer.delete(id)

    @checked(optimize=arguments.TRUTH)
    def commit(self, *, optimize: bool = False) -> None:
        """Make everything durable and visible, and end; `optimize` leaves one segment."""
        with self._mutex:
            try:
                self._flush()
            except BaseException:
                self._writer.cancel()
                raise
            self._writer.commit(optimize=optimize)

    def cancel(self) -> None:
        """End, and leave the index as it was."""
        with self._mutex:
            self._waiting.clear()
            self._writer.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.cancel()
        elif not self._writer.ended:
            self.commit()

    def flush(self) -> None:
        """Analyse what waits and hand it to the index; nothing is seen before the commit all the same."""
        with self._mutex:
            self._flush()

    def _take(self, waiting: _Waiting) -> None:
        _check_length(waiting.document, waiting.text, self._analyzer, self._fields)
        with self._mutex:
            self._writer.check_open()
            self._waiting.append(waiting)
            self._size += len(waiting.document.title) + len(waiting.document.text)
            if self._size >= BATCH or len(self._waiting) >= _MOST_DOCUMENTS:
                self._flush()

    def _flush(self) -> None:
        self._writer.check_open()
        waiting = self._waiting
        if not waiting:
            return
        documents = [item.document for item in waiting]
        ids = [document.id for document in documents]
        heads, bodies = list(map(head_of, documents)), bodies_of(documents, [item.text for item in waiting])
        rows = {name: [item.row.get(name) for item in waiting] for name in self._kinds}
        tokens, traits = analyse(documents, self._analyzer, columns.text_fields(self._fields))
        traits |= self._of_keywords(rows)
        self._writer.add_batch(ids, bodies, tokens, rows, heads=heads, kinds=self._kinds, traits=traits)
        # Not before: whoever interrupts this and commits afterwards loses nothing. Added twice, a document replaces
        # itself.
        self._waiting, self._size = [], 0

    def _of_keywords(self, rows: Mapping[str, Sequence[object]]) -> frozenset[str]:
        """What the forms of keywords depend on, in which they are compared."""
        kept: set[str] = set()
        for name, kind in self._kinds.items():
            if kind == "text":
                for value in rows[name]:
                    kept.update(value if isinstance(value, list) else [] if value is None else [str(value)])
        characters, _ = self._analyzer.reading_depends("".join(kept))
        return behaviour.traits(characters, by_icu=False, breaker=self._analyzer.breaker) if characters else frozenset()


class _Waiting(NamedTuple):
    """A document in plain values, its text as UTF-8, and the values of its columns."""

    document: Document
    text: bytes
    row: Mapping[str, object]


def _check_length(document: Document, text: bytes, analyzer: Analyzer, fields: Mapping[str, str]) -> None:
    """Refuse a document that is longer than an index can hold; DocumentError."""
    size = len(document.title) + len(text)
    for value in document.fields.values():
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, list):
            size += sum(map(len, value))
    if size < MAX_POSITION:  # a word has a character or more
        return
    texts = [document.title, document.text, *(str(document.fields.get(name) or "") for name in text_fields(fields))]
    words = max(sum(len(analyzer.batch([piece]).words.starts) for piece in pieces(part, BATCH)) for part in texts)
    if words >= MAX_POSITION or len(bodies_of([document], [text])[0]) > MAX_BLOB:
        raise DocumentError(
            f"document {document.id!r:.200}: it is longer than an index can hold ({MAX_POSITION:,} words, "
            f"{MAX_BLOB:,} bytes); split it"
        )


def analyse(
    documents: Sequence[Document], analyzer: Analyzer, own: Sequence[str] = ()
) -> tuple[dict[str, TokenBatch], set[str]]:
    """Tokens of the fields of some documents, and what they depend on; `own` names the index's own text fields.

    A long text goes through the analyzer a piece at a time.
    """
    traits: set[str] = set()
    words: list[Stream] = []
    bigrams: list[Stream] = []
    owners: list[int] = []  # of every piece: its document
    parts: list[int] = []  # and which part of it: 0 the title, 1 the text, 2 the first own field, ...
    for texts in _batches(documents, own):
        batch = analyzer.batch([text for _, _, text in texts])
        traits |= behaviour.traits(batch.foreign, by_icu=batch.by_icu, breaker=analyzer.breaker)
        words.append(batch.words)
        bigrams.append(batch.bigrams)
        owners += [owner for owner, _, _ in texts]
        parts += [part for _, part, _ in texts]
    count = len(documents)
    owner, part = np.array(owners, np.int64), np.array(parts, np.int64)
    word_stream, bigram_stream = join_streams(words), join_streams(bigrams)
    found = {name: _field(word_stream, part == number, owner, count) for number, name in enumerate((TITLE, TEXT, *own))}
    # Words of own fields are found in these fields only.
    common = part < 2
    found[LEAD] = _lead(_field(word_stream, common, owner, count), found[TITLE].counts)
    found[BIGRAMS] = _field(bigram_stream, common, owner, count)
    return found, traits


def _batches(documents: Sequence[Document], own: Sequence[str]) -> Iterator[list[tuple[int, int, str]]]:
    batch: list[tuple[int, int, str]] = []
    size = 0
    for number, document in enumerate(documents):
        batch.append((number, 0, document.title))
        size += len(document.title)
        others = [str(document.fields.get(name) or "") for name in own]
        for part, text in enumerate((document.text, *others), 1):
            for piece in pieces(text, BATCH):
                batch.append((number, part, piece))
                size += len(piece)
                if size >= BATCH:
                    yield batch
                    batch, size = [], 0
    if batch:
        yield batch


def _field(stream: Stream, chosen: NDArray[np.bool_], owner: NDArray[np.int64], count: int) -> TokenBatch:
    counts = np.bincount(owner[chosen], stream.counts[chosen], count).astype(np.int64)
    if chosen.all():
        return TokenBatch(stream.codes, stream.starts, stream.ends, counts, names=stream.keys)
    return _some(stream, np.flatnonzero(np.repeat(chosen, stream.counts)), counts)


def _some(of: Stream, chosen: NDArray[np.int64], counts: NDArray[np.int64]) -> TokenBatch:
    names = None if of.keys is None else of.keys.take(chosen)
    return TokenBatch(of.codes, of.starts.take(chosen), of.ends.take(chosen), counts, names=names)


def _lead(both: TokenBatch, titles: NDArray[np.int64]) -> TokenBatch:
    """The first LEAD_WORDS words of title and text; all of a title that has more."""
    kept = np.minimum(both.counts, np.maximum(titles, LEAD_WORDS))
    first = np.cumsum(both.counts) - both.counts
    chosen = np.repeat(first - (np.cumsum(kept) - kept), kept) + np.arange(int(kept.sum()))
    names = None if both.names is None else both.names.take(chosen)
    return TokenBatch(both.codes, both.starts.take(chosen), both.ends.take(chosen), kept, names=names)
