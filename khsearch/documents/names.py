"""names: names of fields as people write them, at the head of a column as in a query: which may be, which are the same.

A name has Khmer or ASCII letters, digits and _. Khmer ones that only differ as spellings of a text may (code points in
another order, other digits, invisible characters) are one name. At the head of a column more is one: letter case makes
no difference there, and spaces and signs stand for _.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from khsearch import documents
from khsearch.khmer import script
from khsearch.pattern import pattern

LETTERS = "A-Za-z_\u1780-\u17b3\u17d7\u17dc"
LATER = f"{LETTERS}0-9\u17b4-\u17d3\u17dd\u17e0-\u17e9{script.INVISIBLE}"
"""Characters that a name may begin with, and all that may follow, for a class of a regular expression."""

_NAME = pattern(f"[{LETTERS}][{LATER}]*")
_OTHERS = pattern(f"[^{LATER}]+")


def is_name(text: str) -> bool:
    """Whether a field can be called so."""
    return _NAME.fullmatch(text) is not None


def named(name: str, names: Iterable[str]) -> str | None:
    """Return the one of some names that a name in a query stands for; None if it is none of them."""
    if name.isascii():
        return name if name in names else None
    return next((known for known in names if known == name or form(known) == form(name)), None)


@lru_cache(maxsize=1 << 10)
def form(head: str) -> str:
    """Return the form in which heads of columns and names of fields are compared."""
    return _OTHERS.sub("_", documents.values.keyword(head)).strip("_") or head
