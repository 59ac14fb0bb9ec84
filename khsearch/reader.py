"""reader: an index to be asked: it searches, completes and exports, and sees what other processes commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from khsearch import arguments, arrays, query, searching, spellings
from khsearch.addresses import is_path
from khsearch.arguments import checked
from khsearch.documents import Document, written_field
from khsearch.errors import IndexStoreError
from khsearch.khmer import Analyzer, Variants, default_variants
from khsearch.opening import Commit, latest
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.engine import Engine, View
    from khsearch.hits import Facet, Hit, Results
    from khsearch.query import Filter, Match, Plan, Ranking
    from khsearch.schema import Declared
    from khsearch.searching import Asked
    from khsearch.spellings import Spellings

_NOWHERE = "\u1780\u17d2\u1780\u17d2\u1780"
"""What no text has: to look for it in vain reads all that tells what was meant."""


class Reader:
    """What `khsearch.Index` answers. One object serves all threads."""

    def __init__(
        self, engine: Engine, commit: Commit, variants: Variants | None = None, cache_mb: float | None = None
    ) -> None:
        self._engine = engine
        self._cache_mb = cache_mb
        self._commit: Commit | None = commit
        self._variants = variants
        self._given = None if variants is None else spellings.name_of(variants)
        self._joined: tuple[Spellings, Variants] | None = None

    def close(self) -> None:
        """Give back what is held of the files; hits that are still held keep theirs. A second call does nothing."""
        if self._commit is not None:
            self._commit = None
            self._engine.close()
            arrays.give_back_freed_memory()

    def __del__(self) -> None:
        with suppress(Exception):  # the interpreter may be ending, or the index have never been opened
            self.close()

    @property
    def address(self) -> str:
        """Where it is, as `open` takes it: the path of a folder, or an address without secrets."""
        return self._engine.name

    @property
    def path(self) -> Path:
        """The folder that it is in; IndexStoreError for an index that lies elsewhere."""
        if not is_path(self.address):
            raise IndexStoreError(f"{self.address}: this index lies in no folder; ask for its address instead")
        return Path(self.address)

    @property
    def ranking(self) -> Ranking:
        """How documents are ranked unless a search says otherwise."""
        return self._last_commit().built.ranking

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def analyzer(self) -> Analyzer:
        """The analyzer of documents and queries."""
        return self._last_commit().built.analyzer

    @property
    def fields(self) -> Declared:
        """The index's own fields by name, as they were declared: each a kind, or a `TextField` with its weight."""
        return self._last_commit().built.declared

    @property
    def spellings(self) -> str:
        """The index's own spellings, as a file that `set_spellings` takes has them; empty where it has none."""
        return spellings.text_of(self._last_commit().built.spellings)

    @property
    def commit_id(self) -> str:
        """Names the last commit: the same in every process, another when anything was changed. An ETag, say.

        Where spellings were given when it was opened, these count, too: other answers follow from them.
        """
        commit = self._view().commit_id
        return commit if self._given is None else f"{commit}-{self._given}"

    @property
    def doc_count(self) -> int:
        """How many documents the index holds."""
        return self._view().doc_count

    def __len__(self) -> int:
        return self.doc_count

    def __bool__(self) -> bool:
        return True  # an index is one without a document, too

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._view().key(id) is not None

    def __iter__(self) -> Iterator[Document]:
        return self.export()

    def search(
        self,
        query: str | Any = "",
        limit: int = 10,
        offset: int = 0,
        match: Match = "best",
        *,
        filter: Filter | Any | None = None,
        sort: str | Sequence[str] | None = None,
        facets: str | Facet | Sequence[str | Facet] = (),
        group_by: str | None = None,
        search_after: str | None = None,
        ranking: Ranking | None = None,
        strict: bool = False,
        correct: bool = True,
    ) -> Results:
        """Find documents, best first: hits `offset` to `offset + limit`.

        query         words in any spelling, and operators if you like: see `khsearch.query.language`; or a query of
                      whoosh.query, over the fields that `whoosh()` has: as its searcher, this finds, scores and orders.
                      Empty, or "*": all documents, in the order in which they were added
        match         "best" begins with what counts as found, and looser hits follow, which hold some of the words;
                      "strict" finds what counts alone, "all" documents in which everything stands that was typed
                      between spaces, "any" those that hold any of the words
        filter        what hits must match, too, but do not score for: {"tags": ["a", "b"], "date": {"gte": "2021"}},
                      see `khsearch.query.filters`, or a query, 'date:2021 tags:"NGO"' (both); blank or empty is none
        sort          fields to order by instead of the score, "-date" for the greatest first, each where those before
                      are equal; "score" puts the best first. Documents without a value come last, equals in the order
                      in which they were added; no looser hits then, and no stages
        facets        fields whose values are counted in all that counts as found (`results.facets`), or `Facet`
        group_by      a field: of all documents with the same value only the first is shown, with how many more there
                      are (`hit.more`); no looser hits then, and no stages
        search_after  `results.after` of a page before: what follows it, at the same cost however deep; without offset
        ranking       what makes one document better than another, instead of the index's own
        strict        raise a QueryError with the position of what is wrong in a query, instead of searching for its
                      words
        correct       whether what stands in no document may be read in another spelling, or as several words
                      (`corrected`)

        What counts as found are the documents in which all stands that was typed between spaces; else those for what
        was probably meant; else those that hold nearly as much of the query as the best one. Total, facets, filters
        and sorting speak of these.

        Pages of one commit never overlap. Raises QueryError for a field or filter that cannot be, and for a query or
        filter in writing of more than 10,000 characters.
        """
        asked = searching.asked(
            query,
            limit,
            offset,
            match,
            filter=filter,
            sort=sort,
            facets=facets,
            group_by=group_by,
            search_after=search_after,
            ranking=ranking,
            strict=strict,
            correct=correct,
        )
        return self._search(self._last_commit(), asked)

    @checked(queries=arguments.QUERIES)
    def search_many(
        self, queries: Iterable[str | Any], limit: int = 10, offset: int = 0, match: Match = "best", **options: Any
    ) -> list[Results]:
        """Search for several queries, all in one commit. Options are those of `search`."""
        commit = self._last_commit()
        return [self._search(commit, searching.asked(query, limit, offset, match, **options)) for query in queries]

    def _search(self, commit: Commit, asked: Asked) -> Results:
        return searching.search(commit, self._spellings(commit), asked, plan_of)

    def warm(self) -> None:
        """Read beforehand what searches will ask for, so that the first one is as quick as others.

        For a process that serves others, when it has opened the index, and if it likes when another commit is there:
        most of what was read stays. It takes from milliseconds to seconds, by the size of the index.
        """
        commit = self._last_commit()
        commit.view.warm()
        self._search(commit, searching.asked(_NOWHERE))
        query.complete(commit.view, commit.built.analyzer, _NOWHERE[0], 1)

    @checked(prefix=arguments.TEXT, limit=arguments.COUNT)
    def complete(self, prefix: str, limit: int = 10) -> list[str]:
        """How what a person is typing may go on: texts whose words stand side by side in documents, most of them first.

        What is behind the last space is completed, to a whole word or to one that another follows; what documents have
        together with the words before it comes first.
        """
        commit = self._last_commit()
        commit.agreement.check(prefix)
        return query.complete(commit.view, commit.built.analyzer, prefix, limit)

    @checked(text=arguments.TEXT, limit=arguments.COUNT)
    def corrections(self, text: str, limit: int = 3) -> list[str]:
        """What was probably meant by a text with slips in it, likeliest first; [] where nothing near is likelier.

        Each is the text with its chunks, what stands between spaces, as they stand in documents. A chunk that stands
        as it was typed is corrected only where something near is much likelier.
        """
        commit = self._last_commit()
        commit.agreement.check(text)
        typed, own = commit.built.analyzer.typed(text), commit.built.ranking.own
        return query.corrections(commit.view, typed, limit, self._spellings(commit), own)

    @checked(limit=arguments.COUNT, by=arguments.one_of("documents", "occurrences"))
    def words(self, limit: int = 100, by: str = "documents") -> dict[str, int]:
        """The words of titles and texts, as people read them, each with how many documents have it, most of them first.

        limit  how many, at most
        by     "documents", or "occurrences" for how often each stands in all documents

        An index keeps no whole words: every commit is read and broken when it is first asked, a megabyte in some 50 ms.
        """
        commit = self._last_commit()
        return query.common_words(commit.view, commit.built.analyzer, limit, by)

    @checked(id=arguments.TEXT, limit=arguments.COUNT)
    def similar(self, id: str, limit: int = 10) -> Results:
        """Find documents that are like one of the index, which is not among them; none if there is no such document.

        Those count as found that are at least half as like as the best; looser hits follow, which share some words.
        """
        commit = self._last_commit()
        return searching.similar(commit, self._spellings(commit), id, limit)

    @checked(id=arguments.TEXT, query=arguments.TEXT, correct=arguments.TRUTH)
    def hit(self, id: str, query: str, *, correct: bool = True) -> Hit | None:
        """The document of an id as a hit of a query, wherever that ranks it: with its marks and snippet, its rank 0.

        None if there is no such document. QueryError for a query of more than 10,000 characters.
        """
        commit = self._last_commit()
        asked = searching.asked(query, correct=correct)
        return searching.hit_of(commit, self._spellings(commit), id, asked, plan_of)

    @checked(id=arguments.TEXT)
    def get(self, id: str) -> Document | None:
        """The document of an id, or None."""
        view = self._view()
        key = view.key(id)
        return None if key is None else view.document(key)

    @checked(ids=arguments.TEXTS)
    def get_many(self, ids: Iterable[str]) -> list[Document | None]:
        """The documents of some ids, from one commit, in their order; None for each that no document has."""
        view = self._view()
        return [None if key is None else view.document(key) for key in view.keys(cast("list[str]", ids))]

    def export(self) -> Iterator[Document]:
        """All documents, from one commit, in the order in which they were added."""
        yield from self._view().documents()

    def stats(self) -> dict[str, object]:
        """Documents, breaker, fields, and what the engine tells: segments, terms by field, bytes by part.

        `divided_by` says who divides words of other scripts without spaces, such as Thai: ICU, or clusters, each of
        which is a word.
        """
        commit = self._last_commit()
        return {
            "documents": commit.view.doc_count,
            **self._engine.stats(),
            "breaker": commit.built.analyzer.breaker.name,
            "divided_by": commit.built.analyzer.divided_by,
            "lexicon": "own" if commit.built.own_lexicon else "default",
            "fields": {name: written_field(field) for name, field in commit.built.declared.items()},
        }

    def _spellings(self, commit: Commit) -> Variants:
        """Those that khsearch brings, those of the commit and those given when it was opened.

        Read when first searched, and again when another commit has others.
        """
        own = commit.built.spellings
        known = self._joined
        if known is None or known[0].data != own.data:
            given = [] if self._variants is None else [self._variants]
            kept = [spellings.variants_of(own)] if own.path else []
            default = default_variants()
            known = self._joined = own, default.joined(*kept, *given) if kept or given else default
        return known[1]

    def _view(self) -> View:
        return self._last_commit().view

    def _last_commit(self) -> Commit:
        """The last commit, with what built it."""
        known = self._commit
        if known is None:
            raise IndexStoreError(f"{self._engine.name}: this index is closed; open it again")
        found = latest(self._engine, known)
        if found is not known:
            self._commit = found
        return found

    def __repr__(self) -> str:
        name = self._engine.name
        return f"<Index {name}>" if self._commit is None else f"<Index {name}: {self.doc_count} documents>"


def plan_of(commit: Commit, asked: object) -> Plan:
    """Plan a query of Whoosh's."""
    loading("khsearch.whoosh.documents.planning")
    from khsearch.whoosh import plan_of

    return plan_of(commit, asked)
