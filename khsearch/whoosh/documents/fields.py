"""fields: the schema that Whoosh's users see of an Index: its id, title and text, and its own fields.

Keywords, numbers, dates and truth values of an Index lie in columns, not in postings. These field types say which term
each value would be, so that queries, lexicons and postings can be told of them (`column_terms`); each value is one
term, as a NUMERIC without steps has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from whoosh import analysis, columns, fields, query

from khsearch.documents import keyword_form
from khsearch.khmer import Analyzer
from khsearch.schema import ID, TEXT, TITLE
from khsearch.whoosh.fields import KHMER

_NO_NUMBER = (1 << 64) - 1  # in columns of 64 bits; that of no float, and of no date


class _FormAnalyzer(analysis.Analyzer):  # type: ignore[misc]
    """The whole value as one token, in the form in which an Index compares keywords."""

    def __call__(
        self, value: Any, positions: bool = False, chars: bool = False, mode: str = "", **kwargs: Any
    ) -> Iterator[analysis.Token]:
        """Yield the token of a keyword, or that of each of a list."""
        for number, one in enumerate(value if isinstance(value, list | tuple) else [value]):
            token = analysis.Token(positions, chars, mode=mode)
            token.text, token.boost, token.pos = form_of(one), 1.0, number
            token.original, token.startchar, token.endchar = one, 0, len(str(one))
            yield token


class KeywordField(fields.KEYWORD):  # type: ignore[misc]
    """Keywords of an Index: each value is one, whatever spaces it has."""

    def __init__(self) -> None:
        super().__init__(stored=True, sortable=True, analyzer=_FormAnalyzer())

    def to_bytes(self, value: Any) -> bytes:
        """Return the term of a keyword."""
        value = value[0] if isinstance(value, list | tuple) else value
        return value if isinstance(value, bytes) else form_of(value).encode("utf-8", "surrogatepass")


class NumberField(fields.NUMERIC):  # type: ignore[misc]
    """Numbers of an Index: int, float or Decimal; the column compares them exactly, terms are those of the floats."""

    def __init__(self) -> None:
        super().__init__(float, stored=True, sortable=True, shift_step=0)

    def default_column(self) -> columns.Column:
        """Return the type of its column: documents without a number come last."""
        return columns.NumericColumn(self.sortable_typecode, default=_NO_NUMBER)

    def from_column_value(self, value: int) -> float | None:
        """Return the number of a value of the column; None where a document has none."""
        return None if value == _NO_NUMBER else super().from_column_value(value)

    def prepare_number(self, value: Any) -> Any:
        """Return a value as a float."""
        return super().prepare_number(float(value) if isinstance(value, Decimal) else value)

    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> query.Query:
        """Return the query for a number that somebody typed; one that is no float stays exact."""
        exact = _beyond_floats(qstring)
        if exact is None:
            return super().parse_query(fieldname, qstring, boost=boost)
        return query.Term(fieldname, exact, boost=boost)

    def parse_range(
        self, fieldname: str, start: str | None, end: str | None, startexcl: bool, endexcl: bool, boost: float = 1.0
    ) -> query.Query:
        """Return the query for a range that somebody typed; bounds that are no floats stay exact."""
        found = super().parse_range(fieldname, start, end, startexcl, endexcl, boost=boost)
        low, high = _beyond_floats(start), _beyond_floats(end)
        found.start = found.start if low is None else low
        found.end = found.end if high is None else high
        return found


def _beyond_floats(typed: str | None) -> int | None:
    """The whole number that somebody typed, where it is no float; else None."""
    try:
        number = int(typed or "")
        return None if number == float(number) else number
    except (ValueError, OverflowError):
        return None


class DateField(fields.DATETIME):  # type: ignore[misc]
    """Dates and times of an Index; a date is the first moment of its day."""

    def __init__(self) -> None:
        super().__init__(stored=True, sortable=True)
        self.shift_step = 0

    def default_column(self) -> columns.Column:
        """Return the type of its column: documents without a date come last."""
        return columns.NumericColumn(self.sortable_typecode, default=_NO_NUMBER)

    def from_column_value(self, value: int) -> datetime | None:
        """Return the time of a value of the column; None where a document has none."""
        return None if value == _NO_NUMBER else super().from_column_value(value)

    def prepare_datetime(self, value: Any) -> Any:
        """Return a value as microseconds from year 1, without its time zone."""
        if isinstance(value, int):
            return value
        return super().prepare_datetime(moment_of(value) if isinstance(value, date) else value)

    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> query.Query:
        """Return the query for a date that somebody typed; * stands for any."""
        if qstring == "*":
            return query.Every(fieldname, boost=boost)
        return super().parse_query(fieldname, qstring, boost=boost)


class BooleanField(fields.BOOLEAN):  # type: ignore[misc]
    """Truth values of an Index."""

    def __init__(self) -> None:
        super().__init__(stored=True)
        # False, True, and behind them documents without a value.
        self.column_type = columns.NumericColumn("B", default=len(self.bytestrings))

    def to_column_value(self, value: Any) -> int:
        """Return what the column has for a value."""
        return int(self._obj_to_bool(value))

    def from_column_value(self, value: int) -> bool | None:
        """Return the truth value of a value of the column; None where a document has none."""
        return bool(value) if value < len(self.bytestrings) else None

    def from_bytes(self, term: bytes) -> bool:
        """Return the truth value of a term."""
        return bool(self.bytestrings.index(term))


_TYPES = {"keyword": KeywordField, "number": NumberField, "date": DateField, "boolean": BooleanField}


def schema_of(own: Mapping[str, str], analyzer: Analyzer) -> fields.Schema:
    """Return the schema of an Index with own fields of some kinds."""
    text = KHMER(analyzer=analyzer, stored=True)
    schema = fields.Schema(**{ID: fields.ID(unique=True, stored=True), TITLE: text, TEXT: text})
    for name, kind in own.items():
        if not name.startswith("_"):  # as no field of Whoosh's may; its values are stored all the same
            schema.add(name, text if kind == "text" else _TYPES[kind]())
    return schema


def moment_of(day: date) -> datetime:
    """Return a date as the first moment of its day, a time as what the clocks there show."""
    return day.replace(tzinfo=None) if isinstance(day, datetime) else datetime.combine(day, time())


def form_of(keyword: Any) -> str:
    """Return the form in which a keyword is compared."""
    return keyword_form(str(keyword).encode("utf-8", "surrogatepass")).decode()
