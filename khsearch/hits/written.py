"""written: hits and results in; what JSON and a notebook show of them, out."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from khsearch.hits.compiled import Mark
from khsearch.hits.snippets import Fragment, Snippet

if TYPE_CHECKING:
    from khsearch.documents import Document
    from khsearch.hits.facets import Value
    from khsearch.hits.hit import Hit
    from khsearch.hits.results import Results

_EXACT = 2**53
"""From here on, a float may stand for a neighbour of the number that it shows."""


def dict_of_hit(hit: Hit) -> dict[str, object]:
    """Return a hit for JSON; `Hit.to_dict` says what is in it."""
    snippet = hit.snippet
    found: dict[str, object] = {
        "rank": hit.rank,
        "score": hit.score,
        "loose": hit.loose,
        "id": hit.id,
        "title": hit.title,
        "title_marks": list(hit.title_marks),
        "snippet": snippet.text,
        "marks": snippet.marks,
        "fields": plain_fields(hit.document),
    }
    known = {"page": hit.page, "more": hit.more}
    return found | {name: value for name, value in known.items() if value is not None}


def dict_of_results(results: Results) -> dict[str, object]:
    """Return results for JSON; `Results.to_dict` says what is in them."""
    return {
        "total": results.total,
        "corrected": results.corrected,
        "nearly": results.nearly,
        "suggestion": results.suggestion,
        "facets": {
            name: {written_value(value): count for value, count in counts.items()}
            for name, counts in results.facets.items()
        },
        "hits": [dict_of_hit(hit) for hit in results],
    }


def plain_fields(document: Document) -> dict[str, object]:
    """Return the fields of a document for JSON: dates as ISO 8601 has them, decimals as text."""
    return {name: _plain(value) for name, value in document.fields.items()}


def html_of_hit(hit: Hit) -> str:
    """Return a hit for a notebook: marked title and snippet."""
    title = _marked(hit.title, hit.title_marks) if hit.title else html.escape(hit.id)
    loose = ' style="opacity: 0.6"' if hit.loose else ""
    place = html.escape(hit.id) if hit.page is None else f"{html.escape(hit.id)}, p. {hit.page}"
    return f'<div lang="km"{loose}><b>{title}</b> <small>{place}</small><br>{hit.snippet.html()}</div>'


def html_of_results(results: Results) -> str:
    """Return results for a notebook: how many there are, then the hits as a list that begins with the first's rank."""
    first = results[0].rank if results else 1
    items = "".join(f"<li>{html_of_hit(hit)}</li>" for hit in results)
    return f'<p>{results.total:,} found</p><ol start="{first}">{items}</ol>'


def _marked(text: str, marks: Sequence[Mark]) -> str:
    return Snippet((Fragment(text, 0, tuple(marks)),)).html()


def _plain(value: object) -> object:
    """A value of a field as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def written_value(value: Value) -> str:
    """Return a value that was counted as text, as filters take it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " TO ".join("*" if bound is None else written_value(bound) for bound in value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return f"{value:.0f}"
    return str(_plain(value))
