"""hit: one document found. It knows its rank and score; document, snippet and marks are worked out when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Self

from khsearch import arguments
from khsearch.documents import Document, Stored
from khsearch.engine import Key
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.hits.compiled import MarkFinder
from khsearch.hits.page import Page
from khsearch.hits.search import Search
from khsearch.query import Judged, Marks
from khsearch.schema import TEXT
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch.hits.compiled import Mark
    from khsearch.hits.explain import Part
    from khsearch.hits.snippets import Snippet

_LONG = 200_000  # characters of a text
_MOST_ROWS = 30  # that are looked for in a long text
_MANY_ROWS = 300  # more than that come of patterns alone, whose words stand as words of a text


@frozen
class Hit:
    """One document found: its rank, from 1, its score, its id and its title; the rest is fetched when asked for.

    loose  whether it is beyond what counts as found
    more   where hits were grouped, how many more documents of its group count as found

    A hit that was pickled knows its document, snippet and marks, and nothing of the index any more.
    """

    rank: int
    score: float
    id: str
    title: str
    loose: bool = False
    more: int | None = None

    @classmethod
    def each_of(
        cls, judged: Sequence[Judged], search: Search, first: int, ahead: int, more: Sequence[int] | None = None
    ) -> list[Self]:
        """Return the hits of documents of a search's commit, from a rank on; from number `ahead` on they are looser."""
        keys = [one.key for one in judged]
        heads, page = search.view.summaries(keys), Page(search.view, keys)
        hits = []
        for number, (one, (id, title)) in enumerate(zip(judged, heads, strict=True)):
            hit = object.__new__(cls)
            # As its own constructor would, which sets one after the other.
            hit.__dict__.update(
                rank=first + number,
                score=one.score,
                id=id,
                title=title,
                loose=number >= ahead,
                more=None if more is None else more[number],
                _judged=one,
                _search=search,
                _page=page,
            )
            hits.append(hit)
        return hits

    @cached_property
    def document(self) -> Document:
        """The document, equal to the one that was added."""
        return self._stored.document

    @cached_property
    def snippet(self) -> Snippet:
        """One to three excerpts of the document's text, with what the query asked for marked.

        Of an own field (`snippet.field`) that the query looks into, where it stands there and not in the text.
        """
        loading("khsearch.hits.snippets")
        from khsearch.hits.snippets import make_snippet, quick_snippet

        stored, sought = self._stored, self._sought
        found = None if len(sought.marks.rows) > _MANY_ROWS else quick_snippet(stored.utf8, sought)
        return self._excerpts(make_snippet, found)

    @property
    def page(self) -> int | None:
        """Of a document with pages, as a PDF has, the one on which the first mark of the snippet is, from 1; else None.

        None, too, where nothing is marked in the document's text.
        """
        snippet = self.snippet
        return snippet.page if snippet.field == "text" else None

    @arguments.checked(length=arguments.COUNT, excerpts=arguments.COUNT)
    def make_snippet(self, length: int = 180, excerpts: int = 1) -> Snippet:
        """Return a snippet of another size than `snippet` has: at most so many excerpts, together about so long.

        length: in characters, from 20 on; it is exceeded by half at most, to end with a sentence or word.
        """
        loading("khsearch.hits.snippets")
        from khsearch.hits.snippets import snippet_of_length

        return self._excerpts(lambda text, sought: snippet_of_length(text, sought, length, excerpts))

    @cached_property
    def title_marks(self) -> list[Mark]:
        """Where what the query asked for stands in the title: offsets of its first characters and behind its last."""
        return self._marked(self.title, self._sought_in(self.title))

    @cached_property
    def text_marks(self) -> list[Mark]:
        """The same in all of the document's text."""
        return self._marked(self.document.text, self._sought_in_text)

    @cached_property
    def field_marks(self) -> dict[str, list[Mark]]:
        """The same in own text fields that the query looks into: those that it names, and those that have weight."""
        return {name: self._marked(text, self._sought_in(text)) for name, text in self._own_texts()}

    def _own_texts(self) -> Iterator[tuple[str, str]]:
        for name in self._found.plan.fields:
            text = self.document.fields.get(name)
            if isinstance(text, str):
                yield name, text

    def _excerpts(self, make: Callable[[str, MarkFinder], Snippet], found: Snippet | None = None) -> Snippet:
        """The excerpts of the text, unless they were found before; of an own field, where these show nothing."""
        found = found or make(self.document.text, self._sought_in_text)
        if any(fragment.marks for fragment in found.fragments) or not self._found.plan.fields:
            return found
        sought = self._sought_in_text
        own = (replace(make(text, sought), field=name) for name, text in self._own_texts())
        return next((one for one in own if one.marks), found)

    def _marked(self, text: str, sought: MarkFinder) -> list[Mark]:
        loading("khsearch.hits.snippets")
        from khsearch.hits.snippets import marks_in

        return marks_in(text, sought)

    @property
    def _sought(self) -> MarkFinder:
        return self._found.loosely_sought if self.loose else self._found.sought

    def _sought_in(self, text: str) -> MarkFinder:
        """What is to be marked in a text: of very many rows, those whose words are among its own."""
        sought = self._sought
        marks, analyzer = sought.marks, sought.analyzer
        if not text:
            return MarkFinder(Marks([]), analyzer)
        if len(marks.rows) <= _MANY_ROWS:
            return sought
        words = set(analyzer.batch([text]).words.terms())
        there = [row for row in marks.rows if words.issuperset(row)]
        return MarkFinder(Marks(there or marks.rows[:_MOST_ROWS], marks.bigrams[:_MOST_ROWS]), analyzer)

    @property
    def _sought_in_text(self) -> MarkFinder:
        text, sought = self.document.text, self._sought
        if len(text) <= _LONG:
            return self._sought_in(text)
        marks, view = sought.marks, self._found.view
        # To look in vain for words that are not there takes longest of all.
        there = (row for row in marks.rows if all(view.has(TEXT, word, self._key) for word in row))
        # What counts as found may stand inside of longer words alone.
        rows = [*islice(there, _MOST_ROWS)] or ([] if self.loose else marks.rows[:_MOST_ROWS])
        return MarkFinder(Marks(rows, marks.bigrams[:_MOST_ROWS]), sought.analyzer)

    def to_dict(self) -> dict[str, object]:
        """Return what a page shows of it, ready for JSON.

        rank, score, loose, id, title, title_marks, the text of the snippet, its marks, and the document's fields, dates
        as ISO 8601 has them; of a document with pages, the page; of a grouped search, how many more.
        """
        loading("khsearch.hits.written")
        from khsearch.hits.written import dict_of_hit

        return dict_of_hit(self)

    def _repr_html_(self) -> str:
        loading("khsearch.hits.written")
        from khsearch.hits.written import html_of_hit

        return html_of_hit(self)

    def explain(self) -> list[Part]:
        """Why it counts as found, and why it scores what it scores.

        First what of the query stands in it, and as what, which adds 0; then terms that matched, fields, and what each
        adds: together, the score.
        """
        search = self._found
        loading("khsearch.hits.explain")
        from khsearch.hits.explain import explain, explain_set

        judged: Judged = self.__dict__["_judged"]
        view, plan = search.view, search.plan.in_full
        parts = explain(view, judged.key, plan.node, search.ranking.weighting, judged.told(view))
        if plan.found is None or self.loose:
            return parts
        return explain_set(view, judged.key, plan.found, search.ranking) + parts

    @property
    def _key(self) -> Key:
        judged: Judged = self.__dict__["_judged"]
        return judged.key

    @property
    def _stored(self) -> Stored:
        page = self.__dict__.get("_page")
        if not isinstance(page, Page):
            raise _without_index()
        return page[self._key]

    @property
    def _found(self) -> Search:
        found = self.__dict__.get("_search")
        if not isinstance(found, Search):
            raise _without_index()
        return found

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        names = ("document", "snippet", "title_marks", "text_marks", "field_marks")
        values = (self.rank, self.score, self.id, self.title, self.loose, self.more)
        return type(self), values, {name: getattr(self, name) for name in names}

    def __setstate__(self, fetched: dict[str, object]) -> None:
        self.__dict__.update(fetched)


def _without_index() -> QueryError:
    return QueryError("this hit is a copy without its index; search again, and ask the hits that you get")
