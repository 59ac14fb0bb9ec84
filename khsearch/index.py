"""index: create, open, write, search. The one room that knows everybody."""

from __future__ import annotations

import logging
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from khsearch import columnar, maintenance, opening
from khsearch import manifest as identity
from khsearch.arguments import COUNT, FUNCTION, NAMES, PATH, SECONDS, TEXT, TRUTH, checked, instance, one_of, optional
from khsearch.arrays import give_back_freed_memory
from khsearch.columnar import Reader, SortKey, told_as_store_errors
from khsearch.documents import Document, column_of, document_of
from khsearch.errors import IndexStoreError
from khsearch.hits import Hit, Results, Search
from khsearch.khmer import Analyzer, LatticeBreaker, Lexicon, Variants, default_variants, load
from khsearch.opening import Commit
from khsearch.query import DEFAULT, Match, Planner, Ranking, complete, like
from khsearch.sharing import cached_property
from khsearch.writing import Writer

_log = logging.getLogger("khsearch")


class Index:
    """A folder of documents, searchable. Make one with `Index.create`, get it again with `Index.open`.

    One object serves all threads, and sees what other processes commit. A copy, a pickled one too, opens the index
    anew.
    """

    def __init__(self, columns: columnar.IndexFolder, commit: Commit, variants: Variants | None = None) -> None:
        self.path = columns.folder
        self._variants = variants
        self._columns = columns
        self._commit: Commit | None = commit

    @classmethod
    @checked(
        path=PATH,
        breaker=optional(TEXT),
        lexicon=optional(instance(Lexicon, PATH)),
        fields=optional(NAMES),
        ranking=instance(Ranking),
    )
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

        Raises IndexExistsError, IndexLockedError where another is creating one, LexiconError, IndexStoreError;
        ValueError for an unknown breaker or kind of field.
        """
        folder = Path(path).absolute()
        built = identity.make(breaker, load(lexicon), fields or {}, ranking)
        columns = opening.create(folder, built)
        return cls(columns, opening.latest(columns, None))

    @classmethod
    @checked(path=PATH, spellings=optional(PATH))
    def open(cls, path: str | Path, *, spellings: str | Path | None = None) -> Self:
        """Open the index in a folder; it knows how its texts were broken.

        spellings  a file of further spellings, synonyms and abbreviations that searches take for the same: a group a
                   line, divided by tabs, the reason last, which may end in a weight ("abbreviation 0.8")

        An index of an earlier khsearch opens, too, and one made under another Python or ICU. What was broken otherwise
        there is refused where it is searched for, with an IndexMismatchError that names `khsearch rebuild`.

        Raises LexiconError for such a file, IndexNotFoundError, IndexDamagedError; IndexMismatchError for an index of
        a later khsearch.
        """
        variants = Variants.read(spellings) if spellings is not None else None
        return cls(*opening.open_columns(Path(path).absolute()), variants)

    def close(self) -> None:
        """Give back what is held of the files; hits that are still held keep theirs. A second call does nothing."""
        if self._commit is not None:
            self._commit = None
            self._columns.close()
            give_back_freed_memory()

    def __del__(self) -> None:
        with suppress(Exception):  # the interpreter may be ending, or the index have never been opened
            self.close()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self)._reopened, (self.path, self._variants)

    @classmethod
    def _reopened(cls, path: Path, variants: Variants | None) -> Self:
        return cls(*opening.open_columns(path), variants)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def analyzer(self) -> Analyzer:
        """The analyzer of documents and queries."""
        return self._last_commit().built.analyzer

    @property
    def fields(self) -> Mapping[str, str]:
        """The index's own fields by name, each with its kind."""
        return self._last_commit().built.fields

    @property
    def doc_count(self) -> int:
        """How many documents the index holds."""
        return int(self._latest().doc_count)

    @checked(wait=SECONDS)
    def writer(self, wait: float = 0.0) -> Writer:
        """The one writer: a context manager that commits on exit and rolls everything back on an exception.

        IndexLockedError where another writer works for longer than `wait` seconds.
        """
        self._last_commit()  # a closed index says so
        writer = self._columns.writer(wait)
        try:
            built = self._last_commit().built  # of another's rebuild, while this one waited for the lock
        except BaseException:
            writer.cancel()
            raise
        return Writer(writer, built.analyzer, built.fields)

    @checked(query=TEXT, limit=COUNT, offset=COUNT, match=one_of("any", "all"), filter=optional(TEXT))
    @checked(sort=optional(TEXT), ranking=optional(instance(Ranking)), strict=TRUTH)
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
        filter   a query that hits must match, too, but do not score for: 'date:2021 tags:"NGO"' (both); blank is none
        sort     a field to order by instead of the score, "-date" for the greatest first
        ranking  what makes one document better than another, instead of the index's own
        strict   raise a QueryError with the position of what is wrong in a query, instead of searching for its words

        Raises QueryError for a filter that cannot be, and for a query or filter of more than 10,000 characters.
        """
        started = time.perf_counter()
        commit = self._last_commit()
        reader, built = commit.reader, commit.built
        for text in (query, filter or ""):
            commit.agreement.check(text)
        chosen = ranking or built.ranking
        planner = Planner(reader, built.analyzer, built.fields, self._spellings, chosen)
        wanted = planner.plan(query, match, strict=strict)
        kept = planner.filter(filter) if filter is not None else None
        found = reader.search(
            wanted.node,
            limit,
            offset,
            weighting=chosen.weighting,
            filter=kept,
            sort=[SortKey(column_of(built.fields, sort.removeprefix("-")), sort.startswith("-"))] if sort else None,
            closeness=wanted.closeness,
        )
        search = Search(query, reader, built.analyzer, wanted, chosen, kept, built.fields, self._spellings)
        pairs = zip(found.docnums.tolist(), found.scores.tolist(), strict=True)
        hits = [Hit.of(rank, score, docnum, search) for rank, (docnum, score) in enumerate(pairs, offset + 1)]
        return Results(hits, time.perf_counter() - started, search)

    @checked(prefix=TEXT, limit=COUNT)
    def complete(self, prefix: str, limit: int = 10) -> list[str]:
        """How what a person is typing may go on, in words of the index, most frequent first."""
        commit = self._last_commit()
        commit.agreement.check(prefix)
        return complete(commit.reader, commit.built.analyzer, prefix, limit)

    @checked(id=TEXT, limit=COUNT)
    def similar(self, id: str, limit: int = 10) -> Results:
        """Find documents that are like one of the index, which is not among them; none if there is no such document."""
        started = time.perf_counter()
        commit = self._last_commit()
        reader, built = commit.reader, commit.built
        docnum = reader.docnum(id)
        document = None if docnum is None else document_of(reader.head(docnum), reader.stored(docnum))
        text = "" if document is None else f"{document.title}\n{document.text}"
        wanted = like(text, reader, built.analyzer)
        found = reader.search(wanted.node, limit + 1, weighting=built.ranking.weighting)
        search = Search("", reader, built.analyzer, wanted, built.ranking, None, built.fields, self._spellings)
        pairs = zip(found.docnums.tolist(), found.scores.tolist(), strict=True)
        others = [(other, score) for other, score in pairs if other != docnum][:limit]
        hits = [Hit.of(rank, score, other, search) for rank, (other, score) in enumerate(others, 1)]
        return Results(hits, time.perf_counter() - started, search)

    @checked(id=TEXT)
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

    @checked(wait=SECONDS)
    def optimize(self, wait: float = 0.0) -> None:
        """Merge everything into one segment, without what was deleted."""
        self.writer(wait).commit(optimize=True)

    def stats(self) -> dict[str, object]:
        """Documents, segments, terms by field (of each segment, added up), and bytes by part."""
        commit = self._last_commit()
        reader, built = commit.reader, commit.built
        with told_as_store_errors(self.path):
            size = sum(map(_size, self.path.iterdir()))
        return {
            "documents": reader.doc_count,
            "deleted": reader.doc_count_all - reader.doc_count,
            "segments": len(reader.segments),
            "terms": reader.term_counts(),
            "bytes": reader.part_sizes() | {"files in all": size},
            "breaker": built.analyzer.breaker.name,
            "lexicon": "own" if built.own_lexicon else "default",
            "fields": dict(built.fields),
        }

    @classmethod
    @checked(path=PATH)
    def verify(cls, path: str | Path) -> list[str]:
        """Read all of an index and check it: what is wrong, file by file, and what to do; nothing where it is whole."""
        return maintenance.verify(Path(path).absolute())

    @classmethod
    @checked(path=PATH, wait=SECONDS, on_lost=FUNCTION)
    def rebuild(cls, path: str | Path, wait: float = 0.0, on_lost: Callable[[str], None] = _log.warning) -> int:
        """Break and index all documents anew, as this khsearch does it; how many there are.

        For an index that another khsearch, Python or ICU built otherwise, or to bring an index to a newer default
        lexicon. It is replaced at once when all is done; nothing is lost if it is interrupted. A document that is none
        of khsearch's, and a value that this khsearch does not take, is passed over and told to `on_lost`, by default
        the log. IndexDamagedError, and nothing changed, where files are not what was written: then `rescue` helps.
        """
        return maintenance.rebuild(Path(path).absolute(), wait, on_lost)

    @classmethod
    @checked(path=PATH, to=PATH)
    def rescue(cls, path: str | Path, to: str | Path) -> list[str]:
        """Save what is still readable of a damaged index into a new one -> what was lost, item by item.

        The new index gets the fields and ranking of the old one where they can be read, and the default lexicon where
        that cannot. Raises IndexNotFoundError, IndexExistsError; IndexDamagedError where nothing can be read.
        """
        folder, lost = Path(path).absolute(), list[str]()
        built = maintenance.identity_for_rescue(folder, lost.append)
        chosen = built.analyzer.breaker
        own = chosen.lexicon if isinstance(chosen, LatticeBreaker) and built.own_lexicon else None
        new = cls.create(to, breaker=chosen.name, lexicon=own, fields=built.fields, ranking=built.ranking)
        with new.writer() as writer:
            maintenance.rescue(folder, writer, lost.append)
        return lost

    @cached_property
    def _spellings(self) -> Variants:
        """Read when first searched: a table of some thousand words."""
        default = default_variants()
        return default if self._variants is None else default.joined(self._variants)

    def _latest(self) -> Reader:
        return self._last_commit().reader

    def _last_commit(self) -> Commit:
        """The last commit, with what built it."""
        known = self._commit
        if known is None:
            raise IndexStoreError(f"{self.path}: this index is closed; open it again")
        found = opening.latest(self._columns, known)
        if found is not known:
            self._commit = found
        return found

    def __repr__(self) -> str:
        return f"<Index {self.path}>" if self._commit is None else f"<Index {self.path}: {self.doc_count} documents>"


def _size(path: Path) -> int:
    """Bytes of a file; none of what is no file, or was replaced by a commit meanwhile."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
