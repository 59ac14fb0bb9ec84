"""version: which khsearch this is, and which formats of indexes it reads."""

from __future__ import annotations

from khsearch.errors import IndexMismatchError

__version__ = "0.1.0"

OLDEST, NOW = 1, 5
"""Numbers of the formats that are read, of all that an index keeps; NOW is the one that is written."""


def check_format(where: object, number: object) -> int:
    """Return the number of a format that is read; IndexMismatchError, which names `where`, for another."""
    if type(number) is int and OLDEST <= number <= NOW:
        return number
    raise IndexMismatchError(
        f"{where}: its format is {number!r}, and this khsearch reads {OLDEST} to {NOW}; use the khsearch that wrote it "
        "or a newer one, whose export gives the documents to any other"
    )
