"""index: create, open, write, maintain. The one room that knows everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack, cast

from khsearch import arguments, manifest, searching
from khsearch import settings as kept_settings
from khsearch import spellings as own
from khsearch.addresses import address_of, kind_at, new_in_memory
from khsearch.arguments import checked, instance, optional
from khsearch.documents import FIELDS, check_fields
from khsearch.errors import IndexExistsError, IndexLockedError, IndexMismatchError, IndexNotFoundError
from khsearch.khmer import Breaker, Lexicon, LexiconSource, Variants, load
from khsearch.manifest import Manifest
from khsearch.opening import begin, latest
from khsearch.query import DEFAULT, Filter, Ranking
from khsearch.reader import Reader, plan_of
from khsearch.schema import Declared
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.documents import Stream
    from khsearch.syncing import Listener, SyncOptions, SyncReport
    from khsearch.whoosh import DocumentIndex
    from khsearch.writing import Writer


_CREATING, _AGAIN = 5.0, 0.02
"""Seconds for which an index that another process is creating is waited for, and between two looks at it."""


class Index(Reader):
    """A folder of documents, searchable. Make one with `Index.create`, get it again with `Index.open`.

    One object serves all threads, and sees what other processes commit. A copy, a pickled one too, opens the index
    anew.
    """

    @classmethod
    @checked(
        path=arguments.PATH,
        breaker=optional(arguments.BREAKER),
        lexicon=optional(instance(Lexicon, arguments.WORDS)),
        fields=optional(FIELDS),
        ranking=instance(Ranking),
        settings=optional(arguments.PATH),
    )
    def create(
        cls,
        path: str | Path,
        *,
        breaker: str | Breaker | None = None,
        lexicon: LexiconSource | None = None,
        fields: Declared | None = None,
        ranking: Ranking = DEFAULT,
        settings: str | Path | None = None,
    ) -> Self:
        """Create an empty index in a folder, which is made if need be and must hold nothing else.

        breaker  "lattice" (the default), "icu", "crf", another registered name, or a breaker of a registered name
        lexicon  for the lattice: words of one's own, added to the lexicon that khsearch brings (the path of a word
                 list, an iterable of words, or a mapping of words to how often each stands in a million, or None), or
                 the path of a lexicon that was learnt, instead of it
        fields   which of the documents' fields can be searched, filtered, sorted and counted by, each with its kind:
                 "text", "keyword", "number", "date" or "boolean"; or a `TextField`, in whose text every search looks
        ranking  how documents are ranked unless a search says otherwise
        settings a file with all of these, and spellings, of another index (`settings`), instead of these

        Raises IndexExistsError, IndexLockedError where another is creating one, LexiconError, IndexStoreError;
        ValueError for an unknown breaker or kind of field, or for settings beside others.
        """
        if settings is None:
            built = manifest.make(breaker, load(lexicon), fields or {}, ranking)
        elif (breaker, lexicon, fields) == (None, None, None) and ranking == DEFAULT:
            built = kept_settings.read(settings)
        else:
            raise ValueError("settings has breaker, lexicon, fields and ranking in it; leave the others out")
        return cls._created(address_of(path), built)

    @classmethod
    @checked(
        path=arguments.PATH,
        fields=optional(FIELDS),
        breaker=optional(arguments.BREAKER),
        lexicon=optional(instance(Lexicon, arguments.WORDS)),
        ranking=optional(instance(Ranking)),
        spellings=optional(arguments.PATH),
        cache_mb=optional(arguments.FACTOR),
    )
    def open_or_create(
        cls,
        path: str | Path,
        *,
        fields: Declared | None = None,
        breaker: str | Breaker | None = None,
        lexicon: LexiconSource | None = None,
        ranking: Ranking | None = None,
        spellings: str | Path | None = None,
        cache_mb: float | None = None,
    ) -> Self:
        """Open the index in a folder, or create an empty one where there is none; any number of processes may at once.

        What it shall be is given as for `create`, how it is opened as for `open`. IndexMismatchError for an index that
        is there and differs from what is given; it says how, and what to do. What is not given may be anything.
        """
        address = address_of(path)
        known = load(lexicon)
        deadline = time.monotonic() + _CREATING
        refused: IndexExistsError | None = None
        while True:
            try:
                found = cls.open(path, spellings=spellings, cache_mb=cache_mb)
                break
            except IndexNotFoundError:
                if refused is not None:  # for other files that are in the folder
                    raise refused from None
            try:
                cls.create(address, breaker=breaker, lexicon=known, fields=fields, ranking=ranking or DEFAULT)
            except IndexExistsError as problem:  # another process may have been quicker
                refused = problem
            except IndexLockedError:  # or is creating it
                if time.monotonic() > deadline:
                    raise
                time.sleep(_AGAIN)
        built = found._last_commit().built
        told = [*kept_settings.differences(built, fields=fields, breaker=breaker, lexicon=known, ranking=ranking)]
        if told:
            raise IndexMismatchError(
                f"{address}: this index is declared otherwise: {'; '.join(told)}; say what it is, or make a new one"
            )
        return found

    @classmethod
    def _created(cls, address: str, built: Manifest) -> Self:
        engine = kind_at(address).create(
            address, built.ranking.schema(built.fields), lambda name_file: manifest.write(built, name_file)
        )
        return cls(engine, latest(engine))

    @classmethod
    def memory(
        cls,
        *,
        breaker: str | Breaker | None = None,
        lexicon: LexiconSource | None = None,
        fields: Declared | None = None,
        ranking: Ranking = DEFAULT,
    ) -> Self:
        """Create an empty index in memory, for tests and notebooks: it does all that others do, slowly.

        It lives as long as this process holds it, and has an `address` that `open` takes until then. Arguments as for
        `create`.
        """
        while True:
            with suppress(IndexExistsError):  # somebody may have chosen that address
                return cls.create(new_in_memory(), breaker=breaker, lexicon=lexicon, fields=fields, ranking=ranking)

    @classmethod
    @checked(path=arguments.PATH, spellings=optional(arguments.PATH), cache_mb=optional(arguments.FACTOR))
    def open(cls, path: str | Path, *, spellings: str | Path | None = None, cache_mb: float | None = None) -> Self:
        """Open the index in a folder; it knows how its texts were broken.

        spellings  a file of further spellings, synonyms and abbreviations that searches take for the same: a group a
                   line, divided by tabs, the reason last, which may end in a weight ("abbreviation 0.8"); for this
                   object alone, and beside those that the index keeps (`set_spellings`)
        cache_mb   megabytes that it may keep in memory of what it was asked for (`stats` says what it holds); None:
                   what pays, and the tables of its terms. With less than these take, about 400 bytes a term, searching
                   for what is misspelt is slow.

        An index of an earlier khsearch opens, too, and one made under another Python or ICU. What was broken otherwise
        there is refused where it is searched for, with an IndexMismatchError that names `khsearch rebuild`.

        Raises LexiconError for such a file, IndexNotFoundError, IndexDamagedError; IndexMismatchError for an index of
        a later khsearch.
        """
        variants = Variants.read(spellings) if spellings is not None else None
        return cls._opened(address_of(path), variants, cache_mb)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self)._opened, (self._engine.name, self._variants, self._cache_mb)

    @classmethod
    def _opened(cls, address: str, variants: Variants | None, cache_mb: float | None) -> Self:
        cache_bytes = None if cache_mb is None else int(cache_mb * 1_000_000)
        engine = kind_at(address).open(address, cache_bytes=cache_bytes)
        return cls(engine, latest(engine), variants, cache_mb)

    @checked(wait=arguments.SECONDS)
    def writer(self, wait: float = 0.0) -> Writer:
        """The one writer: a context manager that commits on exit and rolls everything back on an exception.

        IndexLockedError where another writer works for longer than `wait` seconds.
        """
        loading("khsearch.writing")
        from khsearch.writing import Writer

        writer, commit = begin(self._engine, wait, self._last_commit())
        built = commit.built
        return Writer(
            writer,
            built.analyzer,
            built.fields,
            find=lambda filter: searching.ids_of(commit, self._spellings(commit), filter, plan_of),
        )

    @checked(filter=arguments.FILTER, wait=arguments.SECONDS)
    def delete_by(self, filter: Filter | object, wait: float = 0.0) -> int:
        """Delete the documents that a filter, as `search` takes it, lets through -> how many there were.

        It is a commit, unless there are none. QueryError for a filter that cannot be, or is blank; IndexLockedError
        where another writer works for longer than `wait` seconds.
        """
        with self.writer(wait) as writer:
            count = writer.delete_by(filter)
            if not count:
                writer.cancel()
        return count

    @checked(spellings=optional(arguments.SPELLINGS), wait=arguments.SECONDS)
    def set_spellings(
        self, spellings: str | Path | Mapping[str, str | Iterable[str]] | None, wait: float = 0.0
    ) -> None:
        """Keep spellings, synonyms and abbreviations of one's own in the index: whoever searches it has them.

        spellings  a file as `open` takes it, or a mapping, {"NGO": ["...", "..."]}; they replace those before. None: no
                   more

        It is a commit: other handles and processes have them from their next search on. Nothing is indexed anew.

        Raises LexiconError, which names the line or the entry that cannot be, IndexLockedError where another writer
        works for longer than `wait` seconds, IndexStoreError for more than 64 MB; all is as it was then.
        """
        data = own.given(cast("str | Mapping[str, tuple[str, ...]] | None", spellings))
        writer, commit = begin(self._engine, wait, self._last_commit())
        try:
            view = commit.view
            writer.replace_files(lambda name_file: manifest.respelled(view.name, view.files, data, name_file))
            writer.commit()
        except BaseException:
            writer.cancel()
            raise

    @checked(fields=FIELDS, wait=arguments.SECONDS, on_lost=optional(arguments.FUNCTION))
    def set_fields(self, fields: Declared, wait: float = 0.0, on_lost: Callable[[str], None] | None = None) -> None:
        """Let the index have these own fields instead of those before, with what its documents hold of them.

        `index.set_fields({**index.fields, "year": "number"})` adds one. It is a commit: until then, everybody searches
        the index as it was. Weights alone take no time; for all else every document is analysed anew.

        A value that does not go with its field is a DocumentError that names both, and nothing is changed; or `on_lost`
        is told of it, and its document is not found by it. ValueError for an unknown kind of field, IndexLockedError
        where another writer works for longer than `wait` seconds.
        """
        check_fields(fields, kept=self.fields)
        loading("khsearch.maintenance")
        from khsearch import maintenance

        maintenance.set_fields(self._engine, fields, wait, on_lost)

    def whoosh(self) -> DocumentIndex:
        """Return the index as a whoosh.index.Index over the same folder: for Whoosh's queries, collectors and writers.

        It ranks as this index does; `searcher(weighting=...)` takes Whoosh's own. IndexStoreError for an index that
        lies in no folder.
        """
        loading("khsearch.whoosh.documents.index")
        from khsearch.whoosh import DocumentIndex

        return DocumentIndex(self._last_commit, self.writer)

    def sync(
        self, *paths: str | Path | Stream, listener: Listener | None = None, **options: Unpack[SyncOptions]
    ) -> SyncReport:
        """Read what changed in files and below folders since the last time, and delete what is gone there.

        options: see `khsearch.syncing.Options`, such as root="archive", ocr=True, wait=5; listener: told of each file.
        DocumentError for a path that is not there; all else that cannot be read is in the report. It commits every half
        minute: what was committed before an error or an interrupt stays, and the next run goes on from there.
        """
        loading("khsearch.syncing")
        from khsearch import syncing

        sources = [syncing.SOURCE.of("paths", path) for path in paths]
        return syncing.sync(
            self._engine, sources, syncing.Options.of(options), syncing.LISTENER.of("listener", listener)
        )

    @checked(wait=arguments.SECONDS)
    def optimize(self, wait: float = 0.0) -> None:
        """Merge everything into one segment, without what was deleted."""
        self.writer(wait).commit(optimize=True)

    def settings(self) -> bytes:
        """What the index was told to be, as a file that `create` takes: fields, breaker, lexicon, ranking, spellings.

        With what `export` gives, it is a backup.
        """
        return kept_settings.written(self._last_commit().built)

    @classmethod
    @checked(path=arguments.PATH)
    def verify(cls, path: str | Path) -> list[str]:
        """Read all of an index and check it: what is wrong, file by file, and what to do; nothing where it is whole."""
        loading("khsearch.maintenance")
        from khsearch import maintenance

        return maintenance.verify(address_of(path))

    @classmethod
    @checked(path=arguments.PATH, wait=arguments.SECONDS, on_lost=optional(arguments.FUNCTION))
    def rebuild(cls, path: str | Path, wait: float = 0.0, on_lost: Callable[[str], None] | None = None) -> int:
        """Break and index all documents anew, as this khsearch does it; how many there are.

        For an index that another khsearch, Python or ICU built otherwise, or to bring an index to a newer default
        lexicon. It is replaced at once when all is done; nothing is lost if it is interrupted. A document that is none
        of khsearch's, and a value that this khsearch does not take, is passed over and told to `on_lost`, by default
        the log. IndexDamagedError, and nothing changed, where files are not what was written: then `rescue` helps.
        """
        loading("khsearch.maintenance")
        from khsearch import maintenance

        return maintenance.rebuild(address_of(path), wait, on_lost)

    @classmethod
    @checked(path=arguments.PATH, to=arguments.PATH)
    def rescue(cls, path: str | Path, to: str | Path) -> list[str]:
        """Save what is still readable of a damaged index into a new one -> what was lost, item by item.

        The new index gets the fields and ranking of the old one where they can be read, and the default lexicon where
        that cannot. Raises IndexNotFoundError, IndexExistsError; IndexDamagedError where nothing can be read.
        """
        lost = list[str]()
        loading("khsearch.maintenance")
        from khsearch import maintenance

        built, documents = maintenance.rescue(address_of(path), lost.append)
        new = cls._created(address_of(to), built)
        with new.writer() as writer:
            maintenance.add_rescued(documents, writer, lost.append)
        return lost
