"""boosts: what multiplies the weights of tokens: a factor of the field, and one of the document, kept as a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whoosh import fields

if TYPE_CHECKING:
    from whoosh.fields import FieldType


def boost_of(field: FieldType | None) -> float:
    """What a field's `field_boost` multiplies weights by; numbers and truth values have none, whatever is said."""
    if field is None or isinstance(field, fields.NUMERIC | fields.BOOLEAN):
        return 1.0
    return float(getattr(field.format, "field_boost", 1.0))


def boost_column(name: str) -> str:
    """The column of the boosts of documents in a field: the keyword that Whoosh's users give them by."""
    return f"_{name}_boost"


def boosted_field(name: str) -> str:
    """The field of a column that may be one of boosts; other names as they are, for none of a field begins so."""
    return name.removeprefix("_").removesuffix("_boost") if name.startswith("_") else name
