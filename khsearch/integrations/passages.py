"""passages: a question and an index in; what a language model reads of the best documents out."""

from __future__ import annotations

from khsearch.frozen import frozen
from khsearch.hits import Hit, plain_fields
from khsearch.query import LONGEST, Filter, Match, Ranking
from khsearch.reader import Reader

_EXCERPTS = 5


@frozen
class Passage:
    """A document found, for a language model.

    id        of the document
    content   its text, or excerpts of it
    score     its score
    metadata  its fields as JSON has them, and "title"; with excerpts, of a document with pages, "page"
    """

    id: str
    content: str
    score: float
    metadata: dict[str, object]


def passages(
    index: Reader,
    question: str,
    k: int,
    *,
    filter: Filter | None = None,
    match: Match = "best",
    ranking: Ranking | None = None,
    length: int | None = None,
) -> list[Passage]:
    """Find the best k documents; arguments as for `Index.search`.

    length  of contents, in characters: excerpts around what was asked for, about so long in all; None: whole texts

    Of a question that is longer than a query may be, its beginning is asked.
    """
    hits = index.search(question[:LONGEST], k, match=match, filter=filter, ranking=ranking)
    return [_passage(hit, length) for hit in hits]


def _passage(hit: Hit, length: int | None) -> Passage:
    document = hit.document
    metadata: dict[str, object] = {**plain_fields(document), "title": hit.title}
    if length is None or len(document.text) <= length:
        return Passage(hit.id, document.text, hit.score, metadata)
    snippet = hit.make_snippet(length, _EXCERPTS)
    if snippet.page is not None and snippet.field == "text":
        metadata["page"] = snippet.page
    return Passage(hit.id, snippet.text, hit.score, metadata)
