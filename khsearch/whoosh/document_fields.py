"""document_fields: the schema that Whoosh's users see of an Index: its id, title and text, and its own fields.

Keywords, numbers, dates and truth values of an Index lie in columns, not in postings. These field types say which term
each value would be, so that queries, lexicons and postings can be told of them (`column_terms`); each value is one
term, as a NUMERIC without steps has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from whoosh import analysis, fields

from khsearch.documents import keyword_form
from khsearch.khmer import Analyzer
from khsearch.schema import ID, TEXT, TITLE
from khsearch.whoosh.fields import KHMER


class _FormAnalyzer(analysis.Analyzer):  # type: ignore[misc]
    """The whole value as one token, in the form in which an Index compares keywords."""

    def __call__(self, value: Any, positions: bool = False, mode: str = "", **kwargs: Any) -> Iterator[analysis.Token]:
        """Yield the token of a keyword, or that of each of a list."""
        for number, one in enumerate(value if isinstance(value, list | tuple) else [value]):
            token = analysis.Token(positions, mode=mode)
            token.text, token.boost, token.pos = form_of(one), 1.0, number
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

    def prepare_number(self, value: Any) -> Any:
        """Return a value as a float."""
        return super().prepare_number(float(value) if isinstance(value, Decimal) else value)


class DateField(fields.DATETIME):  # type: ignore[misc]
    """Dates and times of an Index; a date is the first moment of its day."""

    def __init__(self) -> None:
        super().__init__(stored=True, sortable=True)
        self.shift_step = 0

    def prepare_datetime(self, value: Any) -> Any:
        """Return a value as microseconds since year 1, without its time zone."""
        return super().prepare_datetime(moment_of(value) if isinstance(value, date) else value)


class BooleanField(fields.BOOLEAN):  # type: ignore[misc]
    """Truth values of an Index."""

    def __init__(self) -> None:
        super().__init__(stored=True)
        self.set_sortable(True)


_TYPES = {"keyword": KeywordField, "number": NumberField, "date": DateField, "boolean": BooleanField}


def schema_of(own: Mapping[str, str], analyzer: Analyzer) -> fields.Schema:
    """Return the schema of an Index with own fields of some kinds."""
    schema = fields.Schema(**{ID: fields.ID(unique=True, stored=True)})
    for name in (TITLE, TEXT):
        schema.add(name, KHMER(analyzer=analyzer, stored=True))
    for name, kind in own.items():
        schema.add(name, KHMER(analyzer=analyzer, stored=True) if kind == "text" else _TYPES[kind]())
    return schema


def moment_of(day: date) -> datetime:
    """Return a date as the first moment of its day, a time as what the clocks there show."""
    return day.replace(tzinfo=None) if isinstance(day, datetime) else datetime.combine(day, time())


def form_of(keyword: Any) -> str:
    """Return the form in which a keyword is compared."""
    return keyword_form(str(keyword).encode("utf-8", "surrogatepass")).decode()
