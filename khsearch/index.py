"""index: create, open, write, search. The one room that knows everybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

from whoosh.fields import ID, Schema

from khsearch import columnar, identity, suggest
from khsearch.columnar import Reader, SortKey
from khsearch.columnar.catalog import TEMPORARY_NAME as CATALOG_TEMPORARY
from khsearch.columnar.disk import LOCK_NAME, told_as_store_errors
from khsearch.columns import column_of, text_fields
from khsearch.documents import Document
from khsearch.errors import IndexExistsError, IndexNotFoundError, IndexStoreError, KhsearchError
from khsearch.fields import KHMER
from khsearch.khmer.analyzer import Analyzer
from khsearch.khmer.breakers import LatticeBreaker
from khsearch.khmer.lexicon import Lexicon, load
from khsearch.khmer.variants import Variants, default_variants
from khsearch.query import Match, Planner, like
from khsearch.ranking import DEFAULT, Ranking
from khsearch.results import Hit, Results, Search
from khsearch.stored import document_of
from khsearch.writing import Writer


class Index:
    """A folder of documents, searchable. Make one with `Index.create`, get it again with `Index.open`.

    One object serves all threads, and sees what other processes commit.
    """

    def __init__(
        self, path: Path, columns: columnar.ColumnarIndex, built: identity.Identity, variants: Variants | None = None
    ) -> None:
        self.path = path
        self._variants = variants
        self._columns = columns
        self._built = built
        self._stamp = identity.stamp(path)
        self._reader = columns.reader()
        self._lock = threading.Lock()

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        breaker: str | None = None,
        lexicon: Lexicon | str | Path | None = None,
        fields: Mapping[str, str] | None = None,
        ranking: Ranking = DEFAULT,
    ) -> Self:
        """Create an empty index in a folder, which is made if need be and must hold nothing else.

        breaker  "lattice" (the default), "icu" or "crf"
        lexicon  for the lattice: a word list or lexicon file, added to, or instead of, the one khsearch brings
        fields   which of the documents' fields can be searched, filtered, sorted and counted by, each with its kind:
                 "text", "keyword", "number", "date" or "boolean"
        ranking  how documents are ranked unless a search says otherwise

        Raises IndexExistsError, LexiconError, IndexStoreError; ValueError for an unknown breaker or kind of field.
        """
        folder = Path(path)
        built = identity.make(breaker, load(lexicon), fields or {}, ranking)
        with told_as_store_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            # What a creation that was interrupted leaves is no reason to refuse another.
            unfinished = {LOCK_NAME, CATALOG_TEMPORARY, *identity.FILE_NAMES}
            strange = sorted(item.name for item in folder.iterdir() if item.name not in unfinished)
        if columnar.exists_in(folder):
            raise IndexExistsError(f"{folder}: holds an index already; open it, or choose another folder")
        if strange:
            raise IndexExistsError(f"{folder}: holds other files ({strange[0]} ...); choose an empty or new folder")
        identity.save(folder, built)
        return cls(folder, columnar.create_in(folder, _schema(built)), built)

    @classmethod
    def open(cls, path: str | Path, *, spellings: str | Path | None = None) -> Self:
        """Open the index in a folder; it knows how its texts were broken.

        spellings  a file of further spellings, synonyms and abbreviations that searches take for the same: a group a
                   line, divided by tabs, the reason last, which may end in a weight ("abbreviation 0.8")

        Raises LexiconError for such a file, IndexNotFoundError, IndexDamagedError, and IndexMismatchError where this
        khsearch or ICU would break texts differently: `khsearch rebuild` mends that.
        """
        folder = Path(path)
        if not columnar.exists_in(folder):
            raise IndexNotFoundError(f"{folder}: no index here; make one with: khsearch index {folder} PATH")
        variants = Variants.read(spellings) if spellings is not None else None
        built = identity.load(folder)
        return cls(folder, columnar.open_dir(folder, _schema(built)), built, variants)

    @property
    def analyzer(self) -> Analyzer:
        """The analyzer of documents and queries."""
        return self._built.analyzer

    @property
    def fields(self) -> Mapping[str, str]:
        """The index's own fields by name, each with its kind."""
        return self._built.fields

    @property
    def doc_count(self) -> int:
        """How many documents the index holds."""
        return int(self._latest().doc_count)

    def writer(self, wait: float = 0.0) -> Writer:
        """The one writer: a context manager that commits on exit and rolls everything back on an exception.

        IndexLockedError where another writer works for longer than `wait` seconds.
        """
        self._latest()
        return Writer(self._columns.writer(wait), self.analyzer, self.fields)

    def search(
        self,
        query: str,
        limit: int = 10,
        offset: int = 0,
        match: Match = "any",
        *,
        filter: str | None = None,
        sort: str | None = None,
        ranking: Ranking | None = None,
        strict: bool = False,
    ) -> Results:
        """Find documents, best first: hits `offset` to `offset + limit`.

        query    words in any spelling, and operators if you like: see `khsearch.query.language`
        match    "any" finds documents that hold any of the words, "all" only those that hold every one
        filter   a query that hits must match, too, but do not score for: 'date:2021 tags:"NGO"'
        sort     a field to order by instead of the score, "-date" for the greatest first
        ranking  what makes one document better than another, instead of the index's own
        strict   raise a QueryError with the position of what is wrong in a query, instead of searching for its words
        """
        started = time.perf_counter()
        if limit < 0 or offset < 0:
            raise ValueError(f"limit {limit} and offset {offset}: neither can be negative")
        reader = self._latest()
        chosen = ranking or self._built.ranking
        planner = Planner(reader, self.analyzer, self.fields, self._spellings, chosen)
        wanted = planner.plan(query, match, strict=strict)
        kept = planner.filter(filter) if filter else None
        found = reader.search(
            wanted.node,
            limit,
            offset,
            weighting=chosen.weighting,
            filter=kept,
            sort=[SortKey(column_of(self.fields, sort.removeprefix("-")), sort.startswith("-"))] if sort else None,
            closeness=wanted.closeness,
        )
        search = Search(query, reader, self.analyzer, wanted, chosen, kept, self.fields, self._spellings)
        pairs = zip(found.docnums.tolist(), found.scores.tolist(), strict=True)
        hits = [Hit(rank, score, docnum, search) for rank, (docnum, score) in enumerate(pairs, offset + 1)]
        return Results(hits, time.perf_counter() - started, search)

    def complete(self, prefix: str, limit: int = 10) -> list[str]:
        """How what a person is typing may go on, in words of the index, most frequent first."""
        return suggest.complete(self._latest(), self.analyzer, prefix, limit)

    def similar(self, id: str, limit: int = 10) -> Results:
        """Find documents that are like one of the index, which is not among them; none if there is no such document."""
        started = time.perf_counter()
        reader = self._latest()
        docnum = reader.docnum(id)
        document = None if docnum is None else document_of(reader.head(docnum), reader.stored(docnum))
        text = "" if document is None else f"{document.title}\n{document.text}"
        wanted = like(text, reader, self.analyzer)
        found = reader.search(wanted.node, limit + 1, weighting=self._built.ranking.weighting)
        search = Search("", reader, self.analyzer, wanted, self._built.ranking, None, self.fields, self._spellings)
        pairs = zip(found.docnums.tolist(), found.scores.tolist(), strict=True)
        others = [(other, score) for other, score in pairs if other != docnum][:limit]
        hits = [Hit(rank, score, other, search) for rank, (other, score) in enumerate(others, 1)]
        return Results(hits, time.perf_counter() - started, search)

    def get(self, id: str) -> Document | None:
        """The document of an id, or None."""
        reader = self._latest()
        docnum = reader.docnum(id)
        return None if docnum is None else document_of(reader.head(docnum), reader.stored(docnum))

    def export(self) -> Iterator[Document]:
        """All documents, from one commit, in the order in which they were added."""
        reader = self._latest()
        for docnum in reader.all_live().tolist():
            yield document_of(reader.head(docnum), reader.stored(docnum))

    def optimize(self, wait: float = 0.0) -> None:
        """Merge everything into one segment, without what was deleted."""
        self._columns.writer(wait).commit(optimize=True)

    def stats(self) -> dict[str, object]:
        """Documents, segments, terms by field (of each segment, added up), and bytes by part."""
        reader = self._latest()
        with told_as_store_errors(self.path):
            size = sum(item.stat().st_size for item in self.path.iterdir() if item.is_file())
        return {
            "documents": reader.doc_count,
            "deleted": reader.doc_count_all - reader.doc_count,
            "segments": len(reader.segments),
            "terms": reader.term_counts(),
            "bytes": reader.part_sizes() | {"files in all": size},
            "breaker": self.analyzer.breaker.name,
            "lexicon": "own" if self._built.own_lexicon else "default",
            "fields": dict(self.fields),
        }

    @classmethod
    def verify(cls, path: str | Path) -> list[str]:
        """Read all of an index and check it: what is wrong, file by file; nothing where it is whole."""
        folder = Path(path)
        if not columnar.exists_in(folder):
            raise IndexNotFoundError(f"{folder}: no index here; make one with: khsearch index {folder} PATH")
        problems = []
        try:
            identity.load(folder)
        except IndexStoreError as problem:
            problems.append(str(problem))
        return problems + columnar.verify(folder)

    @classmethod
    def rebuild(cls, path: str | Path, wait: float = 0.0) -> int:
        """Break and index all documents anew, as this khsearch does it; how many there are.

        For an index that `open` refuses as built by another khsearch or ICU, or to bring an index to a newer default
        lexicon. Nothing is lost if it is interrupted: run it again.
        """
        folder = Path(path)
        if not columnar.exists_in(folder):
            raise IndexNotFoundError(f"{folder}: no index here; make one with: khsearch index {folder} PATH")
        built = identity.renewed(folder)
        columns = columnar.open_dir(folder, _schema(built))
        reader = columns.reader()
        writer = Writer(columns.writer(wait), built.analyzer, built.fields)
        try:
            for docnum in reader.all_live().tolist():
                writer.add(document_of(reader.head(docnum), reader.stored(docnum)))
            writer.flush()
        except BaseException:
            writer.cancel()
            raise
        identity.save(folder, built, finished=False)
        writer.commit(optimize=True)
        identity.save(folder, built)
        return int(reader.doc_count)

    @classmethod
    def rescue(cls, path: str | Path, to: str | Path) -> list[str]:
        """Save what is still readable of a damaged index into a new one -> what was lost, item by item.

        The new index gets the fields and ranking of the old one where they can be read, and the default lexicon where
        that cannot. Raises IndexNotFoundError, IndexExistsError; IndexDamagedError where nothing can be read.
        """
        folder = Path(path)
        lost = []
        try:
            built = identity.renewed(folder)
        except IndexStoreError as problem:
            built = identity.make(None, None, {}, DEFAULT)
            lost.append(f"the settings ({problem})")
        chosen = built.analyzer.breaker
        new = cls.create(
            to,
            breaker=chosen.name,
            lexicon=chosen.lexicon if isinstance(chosen, LatticeBreaker) and built.own_lexicon else None,
            fields=built.fields,
            ranking=built.ranking,
        )
        with new.writer() as writer:
            for found in columnar.salvage(folder):
                if isinstance(found, str):
                    lost.append(found)
                    continue
                try:
                    writer.add(document_of(*found))
                except KhsearchError as problem:
                    lost.append(str(problem))
        return lost

    @cached_property
    def _spellings(self) -> Variants:
        """Read when first searched: a table of some thousand words."""
        default = default_variants()
        return default if self._variants is None else default.joined(self._variants)

    def _latest(self) -> Reader:
        """The last commit; where it came from a rebuild, with its new analyzer."""
        reader = self._columns.reader()
        if reader is not self._reader:
            with self._lock:
                if identity.stamp(self.path) != self._stamp:
                    self._built = identity.load(self.path)
                    self._stamp = identity.stamp(self.path)
                self._reader = reader
        return reader

    def __repr__(self) -> str:
        return f"<Index {self.path}: {self.doc_count} documents>"


def _schema(built: identity.Identity) -> Schema:
    analyzer = built.analyzer
    schema = Schema(
        id=ID(unique=True),
        title=KHMER(analyzer=analyzer),
        text=KHMER(analyzer=analyzer),
        lead=KHMER(positions=False, analyzer=analyzer),
        bigrams=KHMER("bigrams", analyzer=analyzer),
    )
    for name in text_fields(built.fields):
        schema.add(name, KHMER(analyzer=analyzer))
    return schema
