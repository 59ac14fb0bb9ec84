"""index: create, open, write, maintain. The one room that knows everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from khsearch import arguments, khmer, manifest, searching
from khsearch.addresses import address_of, cluster, is_cluster, kind_at, new_in_memory
from khsearch.arguments import checked, instance, optional
from khsearch.documents import FIELDS
from khsearch.errors import IndexExistsError, IndexLockedError, IndexMismatchError, IndexNotFoundError
from khsearch.khmer import Lexicon, Variants
from khsearch.opening import begin, latest
from khsearch.query import DEFAULT, Filter, Ranking
from khsearch.reader import plan_of
from khsearch.sharing import loading
from khsearch.upkeep import Maintained

if TYPE_CHECKING:
    from khsearch.engine import EngineKind
    from khsearch.khmer import Breaker, LexiconSource
    from khsearch.schema import Declared
    from khsearch.whoosh import DocumentIndex
    from khsearch.writing import Writer


_CREATING, _AGAIN = 5.0, 0.02
"""Seconds for which an index that another process is creating is waited for, and between two looks at it."""


class Index(Maintained):
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
        shards=optional(arguments.COUNT),
        replicas=optional(arguments.COUNT),
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
        shards: int | None = None,
        replicas: int | None = None,
        http_auth: tuple[str, str] | Callable[..., Any] | None = None,
        client: Mapping[str, Any] | None = None,
    ) -> Self:
        """Create an empty index in a folder, which is made if need be and must hold nothing else, or in OpenSearch.

        path     of the folder; or "http://host:9200/NAME", for the index NAME in OpenSearch there
        breaker  "lattice" (the default), "icu", "crf", another registered name, or a breaker of a registered name
        lexicon  for the lattice: words of one's own, added to the lexicon that khsearch brings (the path of a word
                 list, an iterable of words, or a mapping of words to how often each stands in a million, or None), or
                 the path of a lexicon that was learnt, instead of it
        fields   which of the documents' fields can be searched, filtered, sorted and counted by, each with its kind:
                 "text", "keyword", "number", "date" or "boolean"; or a `TextField`, in whose text every search looks
        ranking  how documents are ranked unless a search says otherwise
        settings  a file with all of these, and spellings, of another index (`settings`), instead of these
        shards, replicas    in OpenSearch: into how many parts it is divided, 1, and how many copies each has besides, 0
        http_auth, client   user and password, and what else opensearch-py takes, see `connect`

        Raises IndexExistsError, IndexLockedError where another is creating one, LexiconError, IndexStoreError;
        ValueError for an unknown breaker or kind of field, or for settings beside others.
        """
        if settings is None:
            built = manifest.make(breaker, khmer.load(lexicon), fields or {}, ranking)
        elif (breaker, lexicon, fields) == (None, None, None) and ranking == DEFAULT:
            loading("khsearch.settings")
            from khsearch.settings import read

            built = read(settings)
        else:
            raise ValueError("settings has breaker, lexicon, fields and ranking in it; leave the others out")
        address = address_of(path)
        if not is_cluster(address):
            given = {"shards": shards, "replicas": replicas, "http_auth": http_auth, "client": client}
            wrong = [name for name, value in given.items() if value is not None]
            if wrong:
                raise ValueError(
                    f"{wrong[0]} goes with an index in OpenSearch, http://host:9200/NAME, not with a folder"
                )
            return cls._created(address, built)
        if shards == 0:
            raise ValueError("shards takes a whole number from 1 on, not 0")
        shape = {"shards": 1 if shards is None else shards, "replicas": replicas or 0}
        kind = cluster(**shape, http_auth=_authority(http_auth), options=client)
        return cls._created(address, built, kind)

    @classmethod
    @checked(
        url=arguments.TEXT, name=arguments.TEXT, spellings=optional(arguments.PATH), cache_mb=optional(arguments.FACTOR)
    )
    def connect(
        cls,
        url: str,
        name: str = "",
        *,
        http_auth: tuple[str, str] | Callable[..., Any] | None = None,
        spellings: str | Path | None = None,
        cache_mb: float | None = None,
        **client_options: Any,
    ) -> Self:
        """Open an index in OpenSearch: `connect("http://host:9200", "news")`, or both in one address.

        http_auth       user and password, or what signs requests for opensearch-py; else those of the address, else of
                        the environment's KHSEARCH_HTTP_AUTH ("user:password")
        client_options  what opensearch-py takes besides: ca_certs="root.pem", verify_certs=True, timeout=30, ...

        A copy of it, in this process, has both, too. All else is as for `open`, which takes such an address, too.

        MissingExtraError without opensearch-py, IndexNotFoundError, IndexMismatchError, IndexStoreError.
        """
        address = f"{url.rstrip('/')}/{name}" if name else url
        if not is_cluster(address):
            raise ValueError(
                "url takes the address of OpenSearch, as http://host:9200; open takes the path of a folder"
            )
        variants = Variants.read(spellings) if spellings is not None else None
        return cls._opened(
            address, variants, cache_mb, cluster(http_auth=_authority(http_auth), options=client_options)
        )

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
        known = khmer.load(lexicon)
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
        loading("khsearch.settings")
        from khsearch.settings import differences

        told = [*differences(built, fields=fields, breaker=breaker, lexicon=known, ranking=ranking)]
        if told:
            raise IndexMismatchError(
                f"{address}: this index is declared otherwise: {'; '.join(told)}; say what it is, make a new one, or "
                "change its fields: khsearch fields, Index.set_fields"
            )
        return found

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
    def _opened(
        cls, address: str, variants: Variants | None, cache_mb: float | None, kind: EngineKind | None = None
    ) -> Self:
        cache_bytes = None if cache_mb is None else int(cache_mb * 1_000_000)
        engine = (kind or kind_at(address)).open(address, cache_bytes=cache_bytes)
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

    @checked(wait=arguments.SECONDS)
    def optimize(self, wait: float = 0.0) -> None:
        """Merge everything into one segment, without what was deleted."""
        self.writer(wait).commit(optimize=True)

    def whoosh(self) -> DocumentIndex:
        """Return the index as a whoosh.index.Index over the same folder: for Whoosh's queries, collectors and writers.

        It ranks as this index does; `searcher(weighting=...)` takes Whoosh's own. IndexStoreError for an index that
        lies in no folder.
        """
        loading("khsearch.whoosh.documents.index")
        from khsearch.whoosh import DocumentIndex

        return DocumentIndex(self._last_commit, self.writer)


def _authority(http_auth: object) -> tuple[str, str] | Callable[..., Any] | None:
    """User and password, or what signs requests, as they were given; ValueError, which tells nothing of them."""
    if http_auth is None or callable(http_auth):
        return http_auth
    if isinstance(http_auth, tuple | list):
        match http_auth:
            case [str() as user, str() as password]:
                return user, password
    raise ValueError("http_auth takes user and password, as (user, password)")
