"""column_queries: Whoosh's queries over a field that has values in a column and no terms, as own fields of an Index.

Text is compared in the form of the column. Every document that matches scores the query's boost.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import fields, query
from whoosh.lang.morph_en import variations
from whoosh.support.levenshtein import levenshtein

from khsearch.arrays import DOC
from khsearch.columnar import Matches, number_of
from khsearch.engine import nodes
from khsearch.errors import QueryError
from khsearch.whoosh.errors import is_refusal
from khsearch.whoosh.reading.reader import field_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from khsearch.engine import BM25
    from khsearch.whoosh.reading.reader import WhooshReader


def by_column(reader: WhooshReader, q: Any) -> nodes.Node | None:
    """The node that matches as the query does; None for a field that has terms, or no values, and for other queries."""
    plan = _PLANS.get(type(q))
    if plan is None or not q.fieldname or reader.commit.terms.has_field(q.fieldname):
        return None
    field = field_of(reader.schema, q.fieldname)
    if field is None or not field.indexed or reader.commit.documents.column(q.fieldname) is None:
        return None
    found: nodes.Node = plan(reader, q)
    return found


def pattern_of(q: Any) -> re.Pattern[str] | None:
    """What a Wildcard or Regex asks of a term; None for any term."""
    if q.text == ("*" if isinstance(q, query.Wildcard) else ".*"):
        return None
    try:
        return re.compile(q._get_pattern())
    except re.error as error:
        raise QueryError(f"pattern {q.text!r}: {error}", position=error.pos) from error


def _term(reader: WhooshReader, q: Any) -> nodes.Node:
    value = _value(reader, q.fieldname, q.text)
    return nodes.Nothing() if value is None else nodes.Between(q.fieldname, value, value, q.boost)


def _range(reader: WhooshReader, q: Any) -> nodes.Node:
    low, high = (None if bound is None else _value(reader, q.fieldname, bound) for bound in (q.start, q.end))
    if (low is None and q.start is not None) or (high is None and q.end is not None):
        return nodes.Nothing()
    return nodes.Between(q.fieldname, low, high, q.boost, with_low=not q.startexcl, with_high=not q.endexcl)


def _every(_: WhooshReader, q: Any) -> nodes.Node:
    return nodes.Between(q.fieldname, None, None, q.boost)


def _prefix(reader: WhooshReader, q: Any) -> nodes.Node:
    if not q.text:
        return _every(reader, q)
    prefix = _value(reader, q.fieldname, q.text)
    return _fitting(reader, q, lambda form: form.startswith(prefix)) if isinstance(prefix, bytes) else nodes.Nothing()


def _pattern(reader: WhooshReader, q: Any) -> nodes.Node:
    pattern = pattern_of(q)
    if pattern is None:
        return _every(reader, q)
    return _fitting(reader, q, lambda form: bool(pattern.match(form.decode("utf-8", "replace"))))


def _variations(reader: WhooshReader, q: Any) -> nodes.Node:
    wanted = {_value(reader, q.fieldname, word) for word in variations(q.text)}
    return _fitting(reader, q, wanted.__contains__)


def _fuzzy(reader: WhooshReader, q: Any) -> nodes.Node:
    wanted = _value(reader, q.fieldname, q.text)
    if not isinstance(wanted, bytes):
        return nodes.Nothing()
    word = wanted.decode("utf-8", "replace")
    return _fitting(
        reader, q, lambda form: is_near(form.decode("utf-8", "replace"), word, int(q.maxdist), q.prefixlength)
    )


def is_near(form: str, word: str, distance: int, prefix: int) -> bool:
    """Whether a word becomes another by so many edits, the first `prefix` characters being the same."""
    if form[:prefix] != word[:prefix] or abs(len(form) - len(word)) > distance:
        return False
    # An edit changes two characters at most: so most are told apart without a table of distances.
    return len(set(form) ^ set(word)) <= 2 * distance and levenshtein(form, word) <= distance


def _value(reader: WhooshReader, name: str, given: Any) -> Any:
    """What a query says as the column compares it; None where the column can hold no such value."""
    column, field = reader.commit.documents.column(name), field_of(reader.schema, name)
    is_text = column is not None and column.kind == "text"
    try:
        if isinstance(field, fields.BOOLEAN) and not is_text:
            return field.to_bytes(given) == field.bytestrings[1]
        if isinstance(field, fields.NUMERIC) and isinstance(given, str | bytes) and not is_text:
            given = field.from_bytes(field.to_bytes(given))
    except Exception as error:
        if not is_refusal(error):
            raise
        return None
    if not is_text:
        return number_of(given)
    if not isinstance(given, str | bytes):
        return None
    return reader.commit.documents.compared(given if isinstance(given, bytes) else given.encode("utf-8", "replace"))


def _fitting(reader: WhooshReader, q: Any, fits: Callable[[bytes], bool]) -> nodes.Node:
    """Documents with a text whose form fits."""

    def run(name: str, boost: float, _: BM25) -> Matches:
        column, live = reader.commit.documents.column(name), reader.commit.leaves.live
        has = np.zeros(reader.commit.doc_count_all, bool)
        if column is not None and column.kind == "text":
            fit = np.fromiter(map(fits, column.forms), bool, len(column.forms))
            has[column.owners()[fit.take(column.compared)]] = True
        docs = (has if live is None else has & live).nonzero()[0].astype(DOC)
        return Matches(docs, np.full(len(docs), boost, np.float32))

    return nodes.Foreign(partial(run, q.fieldname, q.boost))


_PLANS: dict[type, Any] = {
    query.Term: _term,
    query.TermRange: _range,
    query.NumericRange: _range,
    query.DateRange: _range,
    query.Every: _every,
    query.Prefix: _prefix,
    query.Wildcard: _pattern,
    query.Regex: _pattern,
    query.Variations: _variations,
    query.FuzzyTerm: _fuzzy,
}
