"""results: what a search returns. Hits know their rank and score; documents and snippets are fetched when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Self, overload

from khsearch import arguments, query
from khsearch.documents import Document, column_of, shown
from khsearch.engine import Counted, Key, Node, View, nodes
from khsearch.errors import QueryError
from khsearch.khmer import Analyzer, Variants
from khsearch.query import Judged, Marks, Plan, Ranking
from khsearch.schema import BIGRAMS, TEXT
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch.hits.explain import Part
    from khsearch.hits.snippets import Snippet

_LONG = 200_000  # characters of a text
_MOST_ROWS = 30  # that are looked for in a long text
_COMMON = 12  # what more than one in so many documents has is not marked in looser hits


@dataclass(frozen=True)
class Search:
    """What one search asked, and of which commit: what its hits and counts need later."""

    text: str
    view: View
    analyzer: Analyzer
    plan: Plan
    ranking: Ranking
    filter: Node | None
    fields: Mapping[str, str]
    variants: Variants
    known_total: int | None = None

    @property
    def ranked_set(self) -> Node:
        """What counts as found, scored by what ranks."""
        plan = self.plan
        if plan.found is None:
            return self.wanted
        return nodes.AndMaybe(nodes.Constant(self.settled[0], 0.0), plan.node)

    @property
    def wanted(self) -> Node:
        """What counts as found, together with the filter."""
        node = self.plan.node if self.plan.found is None else self.plan.found.node
        return node if self.filter is None else nodes.Require(node, self.filter)

    @cached_property
    def total(self) -> int:
        """How many documents count as found."""
        known = self.known_total
        if known is None and self.plan.found is not None and self.filter is None:
            known = self.plan.found.count
        return self.settled[1] if known is None else known

    @cached_property
    def settled(self) -> tuple[Node, int]:
        """What counts as found, worked out by the scores that the hits have, and how many documents that are."""
        return self.view.settled(self.wanted, self.ranking.weighting)

    @cached_property
    def marks(self) -> Marks:
        """What is marked in what counts as found."""
        plan = self.plan
        if plan.found is None:
            return plan.marks
        rows = [*plan.found.rows, *plan.said]
        return Marks([*rows, *self.loose_marks.rows], self.loose_marks.bigrams) if plan.found.nearly else Marks(rows)

    @cached_property
    def loose_marks(self) -> Marks:
        """What is marked in looser hits: nothing that very many documents have."""
        alone = [row for row in self.plan.marks.rows if len(row) == 1]
        common = self._common(TEXT, [row[0] for row in alone])
        rows = [row for row in self.plan.marks.rows if len(row) > 1 or row[0] not in common]
        bigrams = list(dict.fromkeys(self.plan.marks.bigrams))
        often = self._common(BIGRAMS, bigrams)
        return Marks(rows, [bigram for bigram in bigrams if bigram not in often])

    def _common(self, field: str, terms: Sequence[bytes]) -> set[bytes]:
        dfs = self.view.dfs([(field, term) for term in terms])
        return {term for term, df in zip(terms, dfs, strict=True) if df * _COMMON > self.view.doc_count}


@dataclass(frozen=True)
class Hit:
    """One document found: its rank, from 1, its score, its id and its title; the rest is fetched when asked for.

    loose: whether it is beyond what counts as found.

    A hit that was pickled knows its document and snippet, and nothing of the index any more.
    """

    rank: int
    score: float
    id: str
    title: str
    loose: bool = False

    @classmethod
    def of(cls, rank: int, judged: Judged, search: Search, *, loose: bool = False) -> Self:
        """Return the hit of a document of a search's commit."""
        hit = cls(rank, judged.score, *search.view.summary(judged.key), loose)
        hit.__dict__.update(_judged=judged, _search=search)
        return hit

    @cached_property
    def document(self) -> Document:
        """The document, equal to the one that was added."""
        return self._found.view.document(self._key)

    @cached_property
    def snippet(self) -> Snippet:
        """One to three excerpts of the document's text, with what the query asked for marked."""
        loading("khsearch.hits.snippets")
        from khsearch.hits.snippets import make_snippet

        text, search, marks = self.document.text, self._found, self._marks
        if len(text) > _LONG:
            # To look in vain for words that are not there takes longest of all.
            there = (row for row in marks.rows if all(search.view.has(TEXT, word, self._key) for word in row))
            # What counts as found may stand inside of longer words alone.
            rows = [*islice(there, _MOST_ROWS)] or ([] if self.loose else marks.rows[:_MOST_ROWS])
            marks = Marks(rows, marks.bigrams[:_MOST_ROWS])
        return make_snippet(text, marks, search.analyzer)

    @cached_property
    def title_marks(self) -> list[tuple[int, int]]:
        """Where what the query asked for stands in the title: offsets of its first characters and behind its last."""
        loading("khsearch.hits.snippets")
        from khsearch.hits.snippets import marks_in

        return marks_in(self.title, self._marks, self._found.analyzer)

    @property
    def _marks(self) -> Marks:
        return self._found.loose_marks if self.loose else self._found.marks

    def explain(self) -> list[Part]:
        """Why it counts as found, and why it scores what it scores.

        First what of the query stands in it, and as what, which adds 0; then terms that matched, fields, and what each
        adds: together, the score.
        """
        search = self._found
        loading("khsearch.hits.explain")
        from khsearch.hits.explain import explain, explain_set

        judged: Judged = self.__dict__["_judged"]
        view, found = search.view, search.plan.found
        parts = explain(view, judged.key, search.plan.node, search.ranking.weighting, judged.added)
        if found is None or self.loose:
            return parts
        return explain_set(view, judged.key, found, search.ranking) + parts

    @property
    def _key(self) -> Key:
        judged: Judged = self.__dict__["_judged"]
        return judged.key

    @property
    def _found(self) -> Search:
        found = self.__dict__.get("_search")
        if not isinstance(found, Search):
            raise QueryError("this hit is a copy without its index; search again, and ask the hits that you get")
        return found

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        fetched = {"document": self.document, "snippet": self.snippet, "title_marks": self.title_marks}
        return type(self), (self.rank, self.score, self.id, self.title, self.loose), fetched

    def __setstate__(self, fetched: dict[str, object]) -> None:
        self.__dict__.update(fetched)


class Results(Sequence[Hit]):
    """The hits of a search, best first or as sorted; behind those that count as found, looser ones.

    Results that were pickled know their hits, total, problem, reading and suggestion, and can count nothing more.
    """

    def __init__(self, hits: Sequence[Hit], seconds: float, search: Search | None) -> None:
        self._hits = hits
        self._search = search
        self.seconds = seconds
        """Time that the search took, in seconds."""

    @cached_property
    def total(self) -> int:
        """How many documents count as found in all, looser hits apart: exact."""
        return self._made.total

    @cached_property
    def corrected(self) -> str | None:
        """How the query was read where it stands nowhere as typed: with other spellings or more spaces; else None."""
        found = self._made.plan.found
        return None if found is None else found.corrected

    @cached_property
    def problem(self) -> str | None:
        """What was wrong with the query, or no word fits, where it was searched as plain words instead; else None."""
        return self._made.plan.problem

    @cached_property
    def suggestion(self) -> str | None:
        """What was probably meant ("did you mean"), in words of the index; None where nothing is likelier.

        None, too, for a query with operators, which are no words: `corrected` tells how its words were read.
        """
        search = self._made
        typed = search.plan.typed
        return None if typed is None else query.suggestion(search.view, typed, search.variants)

    @arguments.checked(field=arguments.TEXT)
    def facet(self, field: str) -> dict[str | int | float | bool | date, int]:
        """How many of all documents found have each value of a field, most frequent first."""
        search = self._made
        kind = search.fields.get(field, "text")
        counts = search.view.facets(search.settled[0], [Counted(column_of(search.fields, field))])[0]
        return {shown(value, kind): count for value, count in counts.items()}

    @property
    def _made(self) -> Search:
        if self._search is None:
            raise QueryError("these results are a copy without their index; search again, and ask what you get")
        return self._search

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        known = {
            "total": self.total,
            "problem": self.problem,
            "corrected": self.corrected,
            "suggestion": self.suggestion,
        }
        return type(self), (list(self._hits), self.seconds, None), known

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...

    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self._hits[index]

    def __len__(self) -> int:
        return len(self._hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self._hits)

    def __repr__(self) -> str:
        return f"<{len(self)} hits in {1000 * self.seconds:.1f} ms>"
