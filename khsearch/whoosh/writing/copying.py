"""copying: the documents of a reader of Whoosh's, as they were indexed there: terms, positions, columns, values."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from whoosh.fields import SpellField

from khsearch.errors import DocumentError
from khsearch.whoosh.boosts import boost_column, boost_of
from khsearch.whoosh.reading import characters, columns
from khsearch.whoosh.reading.matchers import keeps_characters, keeps_positions
from khsearch.whoosh.writing.analysed import Analysed, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.fields import FieldType, Schema
    from whoosh.reading import IndexReader

_TOLERANCE = 1e-4  # relative, of weights, some of which Whoosh keeps as float32


def documents_of(reader: IndexReader, schema: Schema, key: str | None) -> Iterator[Analysed]:
    """Yield the live documents of a reader, what the schema has of them; key: the field of ids, if any.

    All of them are held at once. DocumentError for weights of single tokens, which the arrays cannot keep.
    """
    found: dict[int, Analysed] = defaultdict(lambda: Analysed(replace=False))
    for name in sorted(set(schema.names()) | set(reader.indexed_field_names())):
        if name in schema:
            field = schema[name]
            if field.indexed and field.format:
                _take_postings(reader, name, field, found, key)
            _take_column(reader, name, field, found)
    for number, stored in reader.iter_docs():
        document = found[number]
        kept = {name: value for name, value in stored.items() if name in schema}
        document.stored = characters.encoded(kept, document.places)
        yield document


def _take_postings(
    reader: IndexReader, name: str, field: FieldType, found: dict[int, Analysed], key: str | None
) -> None:
    tokens: dict[int, list[Token]] = defaultdict(list)
    boosts: dict[int, float] = {}
    factor = boost_of(field)
    for term in map(bytes, reader.lexicon(name)):
        matcher = reader.postings(name, term)
        while matcher.is_active():
            number = matcher.id()
            if keeps_positions(field.format):
                places = matcher.value_as("positions")
            else:
                first = len(tokens[number])
                places = range(first, first + _frequency(field, matcher))
            tokens[number] += [(term, place) for place in places]
            if keeps_characters(field.format):
                where = found[number].places.setdefault(name, {})
                where |= characters.places_of((term, *place) for place in matcher.value_as("characters"))
            boost = matcher.weight() / (len(places) * factor) if factor and not isinstance(field, SpellField) else 1.0
            if abs(boosts.setdefault(number, boost) - boost) > _TOLERANCE * max(abs(boost), 1.0):
                raise DocumentError(
                    f"field {name!r}, document {number}: its tokens have weights, which cannot be kept; index it anew, "
                    "with the words of each weight in a field of its own"
                )
            if name == key:
                found[number].key = term
            matcher.next()
    for number, mine in tokens.items():
        found[number].tokens[name] = sorted(mine, key=itemgetter(1))
        if abs(boosts[number] - 1.0) > _TOLERANCE:
            found[number].columns[boost_column(name)] = boosts[number]


def _frequency(field: FieldType, matcher: Any) -> int:
    if isinstance(field, SpellField) or not matcher.supports("frequency"):  # of the first, Whoosh encodes nonsense
        return 1
    return int(matcher.value_as("frequency"))


def _take_column(reader: IndexReader, name: str, field: FieldType, found: dict[int, Analysed]) -> None:
    if not field.column_type or not reader.has_column(name):
        return
    column, default = reader.column_reader(name, translate=False), columns.default_of(field.column_type)
    for number in reader.all_doc_ids():
        raw = column[number]
        if raw != default:  # a value that is the default is as good as none
            found[number].columns[name] = columns.kept_raw(field, raw)
