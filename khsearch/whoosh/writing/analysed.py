"""analysed: a document as Whoosh's users give it, field by field, ready for the arrays; refused where it does not fit.

What the arrays cannot keep is refused in words: weights of tokens. The boost of a document, or of one of its fields, is
a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import fields, formats
from whoosh.util.numeric import to_sortable

from khsearch.arrays import pack
from khsearch.engine import TokenBatch
from khsearch.errors import DocumentError
from khsearch.whoosh.boosts import boost_column, boost_of
from khsearch.whoosh.errors import SchemaError, UnknownFieldError, is_refusal, refused
from khsearch.whoosh.fields import KHMER
from khsearch.whoosh.reading import characters, columns
from khsearch.whoosh.reading.matchers import keeps_characters, keeps_positions
from khsearch.whoosh.reading.reader import field_of

if TYPE_CHECKING:
    from whoosh.fields import FieldType, Schema

Token = tuple[bytes, int]
"""A term and where it stands."""

_TOLERANCE = 1e-6  # relative, of weights, which Whoosh adds up


class Analysed:
    """One document that waits for its batch.

    texts are those of KHMER fields, which are analysed batch by batch; tokens those of all other indexed fields.
    """

    __slots__ = ("columns", "key", "places", "replace", "stored", "texts", "tokens")

    def __init__(self, *, replace: bool) -> None:
        self.replace = replace
        self.key = b""
        self.stored = b""
        self.texts: dict[str, str] = {}
        self.tokens: dict[str, list[Token]] = {}
        self.columns: dict[str, Any] = {}
        self.places: characters.Places = {}

    def tokens_of(self, name: str, field: FieldType) -> list[Token]:
        """The tokens of a field, those of a KHMER field's text, too."""
        if name in self.texts:
            return _tokens(name, field, self.texts[name])
        return self.tokens.get(name, [])


def check_field(name: str, field: FieldType) -> None:
    """Raise SchemaError for a field that the arrays cannot keep."""
    for kept in (field.format, field.vector):
        if isinstance(kept, formats.PositionBoosts | formats.CharacterBoosts):
            raise SchemaError(
                f"field {name!r}: {type(kept).__name__} cannot be kept, as tokens have no weights of their own; use "
                "Positions or Characters, and boost documents (_boost=...) or put the words of each weight in a field "
                "of its own"
            )


def check_schema(schema: Schema) -> None:
    """Raise SchemaError for a schema with a field that the arrays cannot keep."""
    for name, field in schema.items():
        check_field(name, field)


def analysed(schema: Schema, key: str | None, given: Mapping[str, Any], *, replace: bool) -> Analysed:
    """Return a document of keywords as Whoosh's add_document takes them; DocumentError where it does not fit.

    key: the field of ids, if any. replace: whether it takes the place of older ones of its id.
    """
    document = Analysed(replace=replace)
    stored: dict[str, Any] = {}
    for name in sorted(given):
        if name.startswith("_") or given[name] is None:
            continue
        field, value = field_of(schema, name), given[name]
        if field is None:
            raise UnknownFieldError(
                f"no field {name!r} in the schema; add it with the writer's add_field, or drop it from the document"
            )
        shown = given.get(f"_stored_{name}", value)
        try:
            if field.indexed:
                _take(document, name, field, value)
                if name == key:
                    document.key = bytes(field.to_bytes(value))
                _take_boost(document, name, given)
            if field.column_type is not None and shown is not None:
                document.columns[name] = columns.kept(field, shown)
        except DocumentError:
            raise
        except Exception as error:
            if not is_refusal(error):
                raise
            raise refused(f"field {name!r}: {value!r:.200} cannot be indexed: {error}", error) from error
        if field.stored:
            stored[name] = shown
    document.stored = characters.encoded(stored, document.places)
    return document


def term_of(name: str, field: FieldType, value: Any) -> bytes:
    """The term of a value that a field has as one; DocumentError where it does not fit."""
    try:
        return value if isinstance(value, bytes) else bytes(field.to_bytes(value))
    except Exception as error:
        if not is_refusal(error):
            raise
        raise refused(f"field {name!r}: {value!r:.200} does not fit: {error}", error) from error


def _take(document: Analysed, name: str, field: FieldType, value: Any) -> None:
    if type(field) is KHMER and isinstance(value, str):
        document.texts[name] = value
        return
    document.tokens[name] = _tokens(name, field, value)
    if keeps_characters(field.format):
        document.places[name] = characters.places_of(_characters(field, value))
    if field.separate_spelling():
        spelled = field.spelling_fieldname(name)
        words = sorted({str(word).encode() for word in field.spellable_words(value)})
        document.tokens[spelled] = [(word, place) for place, word in enumerate(words)]


def _take_boost(document: Analysed, name: str, given: Mapping[str, Any]) -> None:
    boost = float(given.get(boost_column(name), given.get("_boost", 1.0)))
    if not 0 <= boost < np.inf:
        raise ValueError(f"a boost is a number that is not negative, not {boost!r}")
    if boost != 1.0:
        document.columns[boost_column(name)] = boost


def _tokens(name: str, field: FieldType, value: Any) -> list[Token]:
    """The terms of a value as the field indexes it, each as often as it occurs, with its position."""
    # The field's index would encode the positions, for them to be decoded here.
    if keeps_positions(field.format) and type(field).index is fields.FieldType.index:
        if not isinstance(value, str | list | tuple):
            raise ValueError(f"{value!r:.200} is no str, nor a list of them")
        options = {"positions": True, "boosts": True, "mode": "index"}
        tokens = []
        for token in formats.tokens(value, field.analyzer, options):
            if token.boost != 1.0:
                raise _weighed(name)
            tokens.append((bytes(field.to_bytes(token.text)), token.pos))
        return sorted(tokens, key=itemgetter(1))  # an analyzer may go over a text more than once
    if type(field) in (fields.NUMERIC, fields.DATETIME) and not isinstance(value, list | tuple | bytes):
        return [(term, place) for place, term in enumerate(_steps(field, value))]
    found: list[Token] = []
    boost = boost_of(field)
    for term, frequency, weight, encoded in field.index(value):
        if abs(weight - frequency * boost) > _TOLERANCE * abs(weight):
            raise _weighed(name)
        if keeps_positions(field.format):
            found += [(bytes(term), place) for place in field.format.decode_positions(encoded)]
        else:
            found += [(bytes(term), len(found) + place) for place in range(int(frequency))]
    return sorted(found, key=itemgetter(1))


def _steps(field: fields.NUMERIC, value: Any) -> Iterator[bytes]:
    """The terms of a number or date, as the field's index has them, which prepares the value anew for each."""
    number = field.prepare_number(field.prepare_datetime(value) if isinstance(field, fields.DATETIME) else value)
    bits = to_sortable(field.numtype, field.bits, field.signed, number)
    for shift in range(0, field.bits, field.shift_step or field.bits):
        yield bytes(field.sortable_to_bytes(bits, shift))


def _characters(field: FieldType, value: Any) -> Iterator[tuple[bytes, int, int, int]]:
    for token in formats.tokens(value, field.analyzer, {"positions": True, "chars": True, "mode": "index"}):
        yield bytes(field.to_bytes(token.text)), token.pos, token.startchar, token.endchar


def _weighed(name: str) -> DocumentError:
    return refused(
        f"field {name!r}: its analyzer gives tokens weights, which cannot be kept; boost the document "
        f"({boost_column(name)}=...), or put the words of each weight in a field of its own",
        ValueError(),
    )


def token_batch(rows: Sequence[Sequence[Token]]) -> TokenBatch:
    """The tokens of documents, a row each."""
    flat = [token for row in rows for token in row]
    codes, starts = pack([term for term, _ in flat])
    counts = np.fromiter(map(len, rows), np.int64, len(rows))
    positions = np.fromiter((position for _, position in flat), np.int64, len(flat))
    return TokenBatch(codes, starts[:-1], starts[1:], counts, positions)


def khmer_batch(field: KHMER, texts: Sequence[str]) -> TokenBatch:
    """The tokens of documents' texts in a KHMER field, analysed together."""
    for text in texts:
        field.analyzer.analyzer.check("a text", text)
    tokens = field.analyzer.analyzer.batch(texts).of(field.analyzer.stream)
    return TokenBatch(tokens.codes, tokens.starts, tokens.ends, tokens.counts, term_ids=tokens.keys)
