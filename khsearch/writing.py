"""writing: documents in; analysed in batches, handed to the index as arrays."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from khsearch import arguments
from khsearch.arguments import checked
from khsearch.documents import Document, Documents, Parts, fitting, given, json_line, row, validate
from khsearch.engine import Batch, EngineWriter, Limits, TokenBatch
from khsearch.errors import DocumentError, IndexStoreError, MissingExtraError, UnbreakableDocumentError
from khsearch.khmer import Analyzer, Tokens, behaviour, join_tokens, pieces
from khsearch.schema import TEXT, TITLE, Schema, schema_of
from khsearch.sharing import Lock

BATCH = 350_000
"""Characters that are analysed at a time: about a megabyte of Khmer in UTF-8."""

_MOST_DOCUMENTS = 4_000
_PARTS = 5
"""Of a document, as `Documents` has them."""


if TYPE_CHECKING:
    from khsearch.query import Filter

Find = Callable[[object], Sequence[str]]
"""Tells the ids of the documents that a filter finds in the commit from which a writer goes on."""


class Writer:
    """Adds, replaces and deletes documents of one index; a context manager that commits, or rolls back on an exception.

    Nothing that it does is seen before the commit. Any number of threads may use one; a forked process may not. One
    that nobody holds any more is gone, with what it did, and others can write.
    """

    def __init__(
        self, writer: EngineWriter, analyzer: Analyzer, fields: Mapping[str, str], find: Find | None = None
    ) -> None:
        """find: what `delete_by` asks, for a writer that has it."""
        self._find = find
        self._writer = writer
        self._analyzer = analyzer
        self._fields = fields
        self._schema = schema_of(fields)
        self._short = min(writer.limits)
        self._mutex = Lock()
        # Of the documents that wait, one after another: parts, and values of columns. One list, for Python's collector
        # counts all objects that can hold others, and whoever interrupts this leaves no document without its values.
        self._waiting: list[Any] = []
        self._columns = tuple(self._schema.columns)
        self._size = 0
        self._added = False

    @property
    def engine(self) -> EngineWriter:
        """The writer of the engine, to which this one hands what it analysed."""
        return self._writer

    def add(self, document: Document | Mapping[str, object]) -> None:
        """Add a document as it is now, replacing one of the same id.

        A dict is one, too, flat like a line of JSON: {"id": "3", "text": "...", "n": 4}; what is not its id, title or
        text becomes a field. DocumentError, and nothing added, if it cannot be indexed. IndexStoreError if the writer
        has ended.
        """
        parts = validate(given(document))
        self._take(parts, row(parts, self._fields))

    def add_fitting(self, document: Document, lenient: Container[str]) -> list[str]:
        """Add a document -> which of its values of some fields do not go with these, and are passed over.

        DocumentError for all else that `add` refuses.
        """
        parts = validate(document)
        strict = {name: kind for name, kind in self._fields.items() if name not in lenient}
        others = {name: kind for name, kind in self._fields.items() if name in lenient}
        values, problems = fitting(parts, others) if others else ({}, [])
        self._take(parts, row(parts, strict) | values)
        return problems

    def add_again(self, document: Document) -> list[str]:
        """Add a document that an index held -> which of its values do not go with their fields, and are passed over."""
        parts = validate(document)
        values, problems = fitting(parts, self._fields)
        self._take(parts, values)
        return problems

    @checked(documents=arguments.ITERABLE)
    def add_all(self, documents: Iterable[Document | Mapping[str, object]]) -> None:
        """Add any number of documents, each as `add` takes it."""
        for document in documents:
            self.add(document)

    @checked(id=arguments.TEXT)
    def delete(self, id: str) -> bool:
        """Delete the document of an id; whether there was one."""
        with self._mutex:
            self._flush()
            return self._writer.delete(id)

    @checked(filter=arguments.FILTER)
    def delete_by(self, filter: Filter | object) -> int:
        """Delete the documents that a filter, as `Index.search` takes it, lets through -> how many there were.

        It speaks of what is committed: IndexStoreError where this writer has added documents before. QueryError for a
        filter that cannot be, or is blank; nothing is deleted then.
        """
        with self._mutex:
            self._writer.check_open()
            if self._added or self._find is None:
                raise IndexStoreError(
                    "delete_by finds what is committed, and this writer has added documents; commit first, or call "
                    "delete_by before add"
                )
            return self._writer.delete_many(self._find(filter))

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
            self._find = None  # it has the files of the commit before open

    def cancel(self) -> None:
        """End, and leave the index as it was."""
        with self._mutex:
            self._waiting.clear()
            self._writer.cancel()
            self._find = None

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

    def _take(self, parts: Parts, values: Mapping[str, object]) -> None:
        if 4 * _most_words(parts) >= self._short:  # a character has four bytes or fewer
            _check_length(parts, self._analyzer, self._schema, self._writer.limits)
        if self._analyzer.lacks_icu:
            _check_scripts(parts, self._analyzer, self._schema)
        with self._mutex:
            self._writer.check_open()
            self._waiting += (*parts, *map(values.get, self._columns))
            self._added = True
            self._size += len(parts[1]) + len(parts[2])
            if self._size >= BATCH or len(self._waiting) >= _MOST_DOCUMENTS * (_PARTS + len(self._columns)):
                self._flush()

    def _flush(self) -> None:
        self._writer.check_open()
        waiting = self._waiting
        if not waiting:
            return
        each = _PARTS + len(self._columns)
        documents = Documents(*(waiting[part::each] for part in range(_PARTS)))
        rows = {name: waiting[part::each] for part, name in enumerate(self._columns, _PARTS)}
        tokens, traits = analyse(documents, self._analyzer, self._schema)
        traits |= self._of_keywords(rows)
        self._writer.add_batch(Batch(documents, tokens, rows, frozenset(traits)))
        # Not before: whoever interrupts this and commits afterwards loses nothing. Added twice, a document replaces
        # itself.
        self._waiting, self._size = [], 0

    def _of_keywords(self, rows: Mapping[str, Sequence[object]]) -> frozenset[str]:
        """What the forms of keywords depend on, in which they are compared."""
        kept: set[str] = set()
        for name, kind in self._schema.columns.items():
            if kind == "text":
                for value in rows[name]:
                    if isinstance(value, list):
                        kept.update(value)
                    elif value is not None:
                        kept.add(str(value))
        characters, _ = self._analyzer.reading_depends("".join(kept))
        return behaviour.traits(characters, by_icu=False, breaker=self._analyzer.breaker) if characters else frozenset()


def _most_words(parts: Parts) -> int:
    """What a document has at most of words, each of which has a character or more."""
    _, title, text, _, fields = parts
    size = len(title) + len(text)
    for value in fields.values():
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, list):
            size += sum(map(len, value))
    return size


def _check_length(parts: Parts, analyzer: Analyzer, schema: Schema, limits: Limits) -> None:
    """Refuse a document that is longer than an index can hold; DocumentError."""
    id_, title, text, encoded, fields = parts
    documents = Documents([id_], [title], [text], [encoded], [fields])
    texts = [part for name in _parts(schema) for part in _texts(documents, name)]
    words = max(sum(len(analyzer.batch([piece]).words.starts) for piece in pieces(part, BATCH)) for part in texts)
    if words >= limits.words or len(json_line(documents[0])) > limits.bytes:
        raise DocumentError(
            f"document {id_!r:.200}: it is longer than an index can hold ({limits.words:,} words, "
            f"{limits.bytes:,} bytes); split it"
        )


def _check_scripts(parts: Parts, analyzer: Analyzer, schema: Schema) -> None:
    """Refuse a document that only ICU can break as the others were broken; UnbreakableDocumentError."""
    id_, title, text, encoded, fields = parts
    documents = Documents([id_], [title], [text], [encoded], [fields])
    for name in _parts(schema):
        for part in _texts(documents, name):
            try:
                analyzer.check(f"document {id_!r:.200}", part)
            except MissingExtraError as problem:
                raise UnbreakableDocumentError(str(problem)) from None


def analyse(documents: Documents, analyzer: Analyzer, schema: Schema) -> tuple[dict[str, TokenBatch], set[str]]:
    """Tokens of the streams of some documents, and what they depend on.

    A long text goes through the analyzer a piece at a time.
    """
    names = _parts(schema)
    traits: set[str] = set()
    found: dict[str, list[Tokens]] = {source: [] for source in dict.fromkeys(s.source for s in schema.streams)}
    owner, part, texts = _pieces(documents, names)
    for together in _batches(texts):
        batch = analyzer.batch(together)
        traits |= behaviour.traits(batch.foreign, by_icu=analyzer.is_divided_by_icu(batch), breaker=analyzer.breaker)
        for source, tokens in found.items():
            tokens.append(batch.of(source))
    joined = {source: join_tokens(tokens) for source, tokens in found.items()}
    out = {}
    for stream in schema.streams:
        chosen = np.array([name in stream.parts for name in names]).take(part)
        out[stream.name] = _field(joined[stream.source], chosen, owner, len(documents))
        if stream.most is not None:
            head = part == names.index(stream.parts[0]) if len(stream.parts) > 1 else np.zeros(len(part), np.bool_)
            whole = _field(joined[stream.source], head, owner, len(documents)).counts
            out[stream.name] = _first(out[stream.name], np.maximum(whole, stream.most))
    return out, traits


def _parts(schema: Schema) -> list[str]:
    """The parts of documents that streams are made of: title, text, own fields."""
    return list(dict.fromkeys(part for stream in schema.streams for part in stream.parts))


def _texts(documents: Documents, name: str) -> Sequence[str]:
    """A part of each document."""
    if name == TITLE:
        return documents.titles
    return documents.texts if name == TEXT else [str(fields.get(name) or "") for fields in documents.fields]


def _pieces(documents: Documents, names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    """Pieces of the parts of documents: numbers of their documents, of their parts (p,), and they.

    A document has its text at least; other parts that are empty are left out.
    """
    given = {number: _texts(documents, name) for number, name in enumerate(names)}
    given = {number: of for number, of in given.items() if names[number] == TEXT or any(of)}
    texts = [text for of in zip(*given.values(), strict=True) for text in of]
    owner = np.arange(len(documents)).repeat(len(given))
    part = np.tile(np.array(list(given), np.int64), len(documents))
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    kept = (sizes > 0) | (part == names.index(TEXT))
    if not kept.all():
        owner, part, texts = owner[kept], part[kept], list(compress(texts, kept.tolist()))
    if sizes.max(initial=0) > BATCH:
        cut = [[*pieces(text, BATCH)] if len(text) > BATCH else [text] for text in texts]
        counts = np.fromiter(map(len, cut), np.int64, len(cut))
        owner, part, texts = owner.repeat(counts), part.repeat(counts), [piece for of in cut for piece in of]
    return owner, part, texts


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Texts, as many as go together."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    first, base = 0, 0
    while first < len(texts):
        last = min(int(ends.searchsorted(base + BATCH)), len(texts) - 1)
        yield texts[first : last + 1]
        first, base = last + 1, int(ends[last])


def _field(tokens: Tokens, chosen: NDArray[np.bool_], owner: NDArray[np.int64], count: int) -> TokenBatch:
    """The tokens of chosen pieces (p,), whose documents are the owners (p,); there are `count` documents."""
    counts = np.bincount(owner[chosen], tokens.counts[chosen], count).astype(np.int64)
    if chosen.all():
        return TokenBatch(tokens.codes, tokens.starts, tokens.ends, counts, term_ids=tokens.keys)
    which = np.flatnonzero(np.repeat(chosen, tokens.counts))
    term_ids = None if tokens.keys is None else tokens.keys.take(which)
    return TokenBatch(tokens.codes, tokens.starts.take(which), tokens.ends.take(which), counts, term_ids=term_ids)


def _first(of: TokenBatch, most: NDArray[np.int64]) -> TokenBatch:
    """The first tokens of each document, at most so many (docs,)."""
    kept = np.minimum(of.counts, most)
    first = np.cumsum(of.counts) - of.counts
    chosen = np.repeat(first - (np.cumsum(kept) - kept), kept) + np.arange(int(kept.sum()))
    term_ids = None if of.term_ids is None else of.term_ids.take(chosen)
    return TokenBatch(of.codes, of.starts.take(chosen), of.ends.take(chosen), kept, term_ids=term_ids)
