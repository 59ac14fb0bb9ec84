"""characters: where in their text the tokens of fields with chars=True stand: kept beside the stored values.

    {"title": ..., "_characters": {"body": {"cat": [1, 4, 7, 5, 21, 24]}}}

says that the field body has the token cat twice: at position 1, characters 4 to 7, and at position 5, 21 to 24.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from khsearch.errors import IndexDamagedError
from khsearch.whoosh import values

NAME = "_characters"
"""Where they are among the stored values: the name of no field, for those do not begin with a _."""

Places = dict[str, dict[str, list[int]]]
"""By field, by term, whose bytes are characters here."""


def places_of(tokens: Iterable[tuple[bytes, int, int, int]]) -> dict[str, list[int]]:
    """Return what is kept of a field: tokens are terms, each with its position, first character, and end."""
    found: dict[str, list[int]] = {}
    for term, *place in tokens:
        found.setdefault(term.decode("latin-1"), []).extend(place)
    return found


def encoded(stored: Mapping[str, Any], places: Places) -> bytes:
    """Return stored values with the places of tokens beside them, as they are kept; DocumentError as values.encode."""
    return values.encode({**stored, NAME: places} if places else stored)


def of_term(stored: bytes, name: str, term: bytes) -> list[tuple[int, int, int]]:
    """Return the places of a term in a field of a document: position, first character, end."""
    kept: Any = values.decode(stored).get(NAME, {})
    try:
        flat = kept.get(name, {}).get(term.decode("latin-1"), [])
        return list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
    except (AttributeError, TypeError, ValueError) as error:
        raise IndexDamagedError("a stored document is not what was written; rebuild the index") from error
