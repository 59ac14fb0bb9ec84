"""planning: a query of Whoosh's, for Index.search: the plan that finds, scores and marks as Whoosh's searcher would."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from whoosh import query

from khsearch.columnar import EmbeddedView
from khsearch.errors import IndexStoreError
from khsearch.query import Marks, Plan
from khsearch.schema import TEXT, TITLE
from khsearch.whoosh.documents.fields import schema_of
from khsearch.whoosh.documents.reader import DocumentReader, DocumentSearcher
from khsearch.whoosh.weighting import PlanWeighting

if TYPE_CHECKING:
    from khsearch.columnar import Searcher
    from khsearch.engine import View
    from khsearch.opening import Commit

_MOST_MARKED = 1_000
"""Terms that snippets mark of those that a query's patterns stand for."""


def plan_of(commit: Commit, q: query.Query) -> Plan:
    """Plan a query of Whoosh's; QueryError, IndexMismatchError, IndexStoreError for an index in no folder."""
    searcher = searcher_of(commit)
    words = islice(_marked(q, searcher.reader()), _MOST_MARKED)
    return Plan(searcher.node(q), Marks([(word,) for word in dict.fromkeys(words)]))


def searcher_of(commit: Commit, columns: Searcher | None = None, **kwargs: Any) -> DocumentSearcher:
    """A Whoosh Searcher of a commit, which ranks as the index does unless `weighting` is given.

    columns: what searches the commit by arrays; of a draft, what searches that.
    """
    columns, built = columns or columns_of(commit.view), commit.built
    reader = DocumentReader(columns.commit, schema_of(built.fields, built.analyzer))
    kwargs["weighting"] = kwargs.get("weighting") or PlanWeighting(built.ranking.weighting)
    return DocumentSearcher(reader, columns, agreement=commit.agreement, **kwargs)


def columns_of(view: View) -> Searcher:
    """What searches a commit of an index in a folder by arrays; IndexStoreError for an index elsewhere."""
    if not isinstance(view, EmbeddedView):
        raise IndexStoreError(
            f"{view.name}: Whoosh searches and writes indexes that lie in a folder; make one there: Index.create(path)"
        )
    return view.searcher


def _marked(q: query.Query, reader: DocumentReader) -> Iterator[bytes]:
    """Terms of text and title that a query looks for; not those that must not be there."""
    if isinstance(q, query.Not):
        return
    if not q.is_leaf():
        for child in [q.a] if isinstance(q, query.AndNot) else q.children():
            yield from _marked(child, reader)
    elif q.field() in (TEXT, TITLE):
        for name, text in q.expanded_terms(reader, phrases=True):
            yield reader.term_bytes(name, text)
