"""conversions: what a file has under the name of a field -> the value that people mean by it.

A conversion is declared behind the kind of a field, as `date:dmy` for 11/05/2021 or `keyword:;` for "NGO; UNICEF". It
belongs to the reading of files, not to the index: documents get dates and lists.
"""

from __future__ import annotations

from khsearch.documents import written_dates
from khsearch.documents.values import keyword


def check(kind: str, how: str) -> None:
    """Refuse what is no conversion for a kind of field; ValueError."""
    if kind == "date" and how in written_dates.ORDERS:
        return
    if kind == "keyword" and how and not how.isalnum():
        return
    if kind == "date":
        raise ValueError(f"dates have an order of {', '.join(written_dates.ORDERS)}, as in date:dmy, not {how!r:.40}")
    if kind == "keyword":
        raise ValueError(f'keywords are split at signs, as in keyword:; or keyword:",", not at {how!r:.40}')
    raise ValueError(f"nothing can stand behind {kind}; only date:dmy, keyword:; and text:0.5 have something there")


def converted(value: object, how: str) -> object:
    """Return a value as a field's conversion makes it, one that needs none as it is; ValueError for no date."""
    if not how:
        return value
    if how in written_dates.ORDERS:
        if how == "excel" and isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        return written_dates.written(value, how) if isinstance(value, str) else value
    if isinstance(value, str):
        parts = (part.strip() for part in value.split(how.strip() or how))
        return [part for part in parts if keyword(part)]
    return value
