"""facets: what is counted of the documents that a node matches, one dict for each count.

A text is counted in the form in which it is compared, and told as it was written first in the index: the document that
was added first tells that, once for each form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from khsearch.documents import compared, several, written
from khsearch.engine import Counted, Node
from khsearch.remote.asking import Body
from khsearch.remote.counts import aggregation, field_of, first_written, pages, told
from khsearch.remote.hits import Hit, content_in
from khsearch.remote.kept import Kept
from khsearch.remote.mapping import Layout, as_text
from khsearch.remote.questions import Questions
from khsearch.remote.translation import Query

_REMEMBERED = 1 << 13  # forms
_BYTES = 300
_EXACT = 1 << 53


class Facets:
    """Counts for one commit."""

    def __init__(self, layout: Layout, commit_id: str, kept: Kept, questions: Questions) -> None:
        self._layout, self._questions = layout, questions
        self._written: dict[tuple[str, str], str] = kept.memo(
            commit_id, "written", None, dict, lambda _: _REMEMBERED * _BYTES
        )

    def of(self, node: Node, wanted: Sequence[Counted]) -> list[dict[Any, int]]:
        """Return what is counted, for each that is wanted."""
        query = self._questions.translation(self._questions.plain).filter(node)
        asked = {str(number): aggregation(self._layout, one) for number, one in enumerate(wanted)}
        found = self._asked(query, asked) if asked else {}
        counts = [
            told(one, found[str(number)], lambda one=one: self._pages(query, one))  # type: ignore[misc]
            for number, one in enumerate(wanted)
        ]
        texts = [not one.ranges and self._layout.columns.get(one.column) == "text" for one in wanted]
        self._learn([(one.column, each) for one, each, is_text in zip(wanted, counts, texts, strict=True) if is_text])
        return [
            {(self._written[one.column, value] if is_text else _number(value)): count for value, count in each}
            for one, each, is_text in zip(wanted, counts, texts, strict=True)
        ]

    def _asked(self, query: Query, aggregations: dict[str, Any]) -> dict[str, Any]:
        body: Body = {"size": 0, "track_total_hits": False, "query": {"bool": {"filter": [query]}}}
        answer: dict[str, Any] = self._questions.asking.one({**body, "aggs": aggregations})["aggregations"]
        return answer

    def _pages(self, query: Query, wanted: Counted) -> Iterator[dict[str, Any]]:
        return pages(lambda one: self._asked(query, {"all": one})["all"], field_of(self._layout, wanted))

    def _learn(self, counts: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> None:
        """Find out how forms were written first."""
        if len(self._written) > _REMEMBERED:
            self._written.clear()
        lacking = {column: [form for form, _ in each if (column, form) not in self._written] for column, each in counts}
        asked = {
            str(number): first_written(field_of(self._layout, Counted(column)), forms)
            for number, (column, forms) in enumerate(lacking.items())
            if forms
        }
        if not asked:
            return
        found = self._asked({"match_all": {}}, asked)
        for number, (column, forms) in enumerate(lacking.items()):
            for bucket in found.get(str(number), {"buckets": []})["buckets"]:
                (hit,) = bucket["first"]["hits"]["hits"]
                self._written[column, bucket["key"]] = _as_written(hit, column, bucket["key"])
            for form in forms:
                self._written.setdefault((column, form), form)


def _as_written(hit: Hit, column: str, form: str) -> str:
    """The value of a document that is compared in a form."""
    content = content_in(hit)
    values = [] if content is None else several(content.doc.get("fields", {}).get(column))
    same = (value for value in values if as_text(compared(str(value))) == form)
    return written(next(same, form)).decode("utf-8", "replace")


def _number(value: Any) -> Any:
    """A number as it is told: whole ones are int, as far as a float knows them."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT else value
