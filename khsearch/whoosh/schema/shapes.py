"""shapes: the classes that a schema is made of, and what each of their attributes has to be.

A schema that is kept as data names classes. Those of Whoosh and khsearch are the ones below, and an object is taken
only with the attributes that its methods ask for, each of a kind that they can work with: no data can make a field
that runs code of its own, or that fails when it is first used.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from whoosh import analysis, columns, fields, formats

from khsearch.whoosh.fields import KHMER

Check = Callable[[Any], bool]
Shape = dict[str, Check]
"""What attributes have to be, by name."""

BASES = (fields.Schema, fields.FieldType, analysis.Composable, formats.Format, columns.Column)
"""What users subclass: a class of theirs is one of these."""

TYPES = (bool, int, float, str, bytes, Decimal)
"""Types that an attribute may be: the type of a number, what converts a token's attribute."""

MAX_PATTERN = 1 << 17  # characters of a pattern
MAX_PATTERNS = 1 << 18
"""Characters of all patterns of a schema: some seconds of work at most, whatever they are."""

INTRAWORD = 100
"""As how many of them the patterns of an IntraWordFilter count, most of which are alike."""

OPTIONAL = {"boundary"}
"""Attributes that an object may lack."""

_METHODS = (FunctionType, BuiltinFunctionType, MethodType, type, property)
_MAX_PLACES = 1000  # of a decimal number
_COMPRESSING = ("zlib", "bz2", "lzma")  # Whoosh imports the module that a column names


def shape_of(cls: type) -> Shape | None:
    """The shape of a class: its own, or that of the nearest class of Whoosh's above it; None where there is none."""
    return next((SHAPES[one] for one in cls.__mro__ if one in SHAPES), None)


def misfit(value: Any, state: Mapping[Any, Any]) -> str | None:
    """What is wrong with an object that has these attributes: "its NAME"; None where nothing is.

    Nothing may stand in the place of a method. What the classes below ask for has to be there; a class of a user's may
    find it in a way of its own.
    """
    cls = type(value)
    for name in state:
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("__"):
            return f"an attribute {name!r:.60}"
        if isinstance(getattr(cls, name, None), _METHODS):
            return f"its {name}"
    for name, fits in (shape_of(cls) or {}).items():
        if name not in state and (cls not in SHAPES or name in OPTIONAL):
            continue
        if (name not in state and not hasattr(cls, name)) or not fits(state.get(name, getattr(cls, name, None))):
            return f"its {name}"
    return None


def is_pattern(value: Any) -> bool:
    """Whether a value is a compiled pattern for text, of a length that is no attack."""
    return isinstance(value, re.Pattern) and isinstance(value.pattern, str) and len(value.pattern) <= MAX_PATTERN


def _any(_: Any) -> bool:
    return True


def _flag(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) <= _MAX_PLACES
    return isinstance(value, int | float)


def _words(value: Any) -> bool:
    return isinstance(value, set | frozenset) and all(isinstance(word, str) for word in value)


def _within(low: int, high: int) -> Check:
    return lambda value: isinstance(value, int) and low <= value <= high


def _is(*classes: type) -> Check:
    return lambda value: isinstance(value, classes)


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _items(check: Check, least: int) -> Check:
    return lambda value: isinstance(value, list | tuple) and len(value) >= least and all(map(check, value))


def _values(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(isinstance(k, str) and check(v) for k, v in value.items())


def _attribute(value: Any) -> bool:
    return isinstance(value, str) and value.isidentifier() and not value.startswith("__")


_size = _within(0, 1 << 16)
_whole = _is(int)
_format = _is(formats.Format)
_analyzer = _is(analysis.Composable)
_column = _is(columns.Column)

_FIELD: Shape = {
    "format": _or_none(_format),
    "analyzer": _or_none(_analyzer),
    "vector": lambda value: not value or _format(value),
    "column_type": _or_none(_column),
    "multitoken_query": _text,
    **dict.fromkeys(("scorable", "stored", "unique", "indexed"), _flag),
}
_INDEXED: Shape = _FIELD | {"format": _format}
_ANALYZED: Shape = _INDEXED | {"analyzer": _analyzer}
_NUMERIC: Shape = _INDEXED | {
    "numtype": lambda value: value is int or value is float,
    "bits": lambda value: isinstance(value, int) and value in (8, 16, 32, 64),
    "sortable_typecode": lambda value: value in ("B", "H", "I", "Q"),
    "signed": _flag,
    "decimal_places": _within(0, _MAX_PLACES),
    "shift_step": _within(0, 255),
    "min_value": _number,
    "max_value": _number,
    "default": _number,
}
_WRAPPER: Shape = _FIELD | {"subfield": _is(fields.FieldType), "name_prefix": _text}
_FORMAT: Shape = {"field_boost": _number, "options": _values(_any)}
_COMPRESSED: Shape = {"_level": _within(-1, 9), "_module": lambda value: value in _COMPRESSING}
_NESTED: Shape = {"_child": _column}

SHAPES: Mapping[type, Shape] = {
    fields.Schema: {"_fields": _values(_is(fields.FieldType)), "_dyn_fields": _values(_any), "_subfields": _any},
    # Fields
    fields.FieldType: _FIELD,
    fields.ID: _ANALYZED,
    fields.IDLIST: _ANALYZED,
    fields.NUMERIC: _NUMERIC,
    fields.DATETIME: _NUMERIC,
    fields.BOOLEAN: _INDEXED,
    fields.STORED: _FIELD,
    fields.COLUMN: _FIELD | {"column_type": _column},
    fields.KEYWORD: _ANALYZED,
    fields.TEXT: _ANALYZED | {"spelling": _flag, "spelling_prefix": _text},
    KHMER: _ANALYZED | {"spelling": _flag, "spelling_prefix": _text},
    fields.SpellField: _ANALYZED,
    fields.NGRAM: _ANALYZED | {"queryor": _flag},
    fields.NGRAMWORDS: _ANALYZED | {"queryor": _flag},
    fields.FieldWrapper: _WRAPPER,
    fields.ReverseField: _WRAPPER,
    # Tokenizers and analyzers
    analysis.CompositeAnalyzer: {"items": _items(_analyzer, 1)},
    analysis.IDTokenizer: {},
    analysis.RegexTokenizer: {"expression": is_pattern, "gaps": _flag},
    analysis.CharsetTokenizer: {"charmap": _is(dict)},
    analysis.PathTokenizer: {"expr": is_pattern},
    analysis.NgramTokenizer: {"min": _size, "max": _size},
    # Filters
    analysis.PassFilter: {},
    analysis.LoggingFilter: {"logger": _is(logging.Logger)},
    analysis.MultiFilter: {"filters": _values(_analyzer)},
    analysis.TeeFilter: {"filters": _items(_analyzer, 2)},
    analysis.ReverseTextFilter: {},
    analysis.LowercaseFilter: {},
    analysis.StripFilter: {},
    analysis.StopFilter: {"stops": _words, "min": _whole, "max": _or_none(_whole), "renumber": _flag},
    analysis.CharsetFilter: {"charmap": _is(dict)},
    analysis.DelimitedAttributeFilter: {
        "delim": _text,
        "attr": _attribute,
        "default": _any,
        "type": _is(type),
    },
    analysis.SubstitutionFilter: {"pattern": is_pattern, "replacement": _text},
    analysis.NgramFilter: {"min": _size, "max": _size, "at": _within(-1, 1)},
    analysis.CompoundWordFilter: {"wordset": _is(set, frozenset, list, tuple, dict), "keep_compound": _flag},
    analysis.BiWordFilter: {"sep": _text},
    analysis.ShingleFilter: {"size": _size, "sep": _text},
    analysis.IntraWordFilter: {
        "delims": _text,
        "between": is_pattern,
        "possessive": is_pattern,
        "boundary": is_pattern,
        **dict.fromkeys(("splitting", "mergewords", "mergenums"), _flag),
    },
    analysis.StemFilter: {
        "stemfn": callable,
        "lang": _or_none(_text),
        "ignore": _words,
        "cachesize": _or_none(_whole),
    },
    analysis.PyStemmerFilter: {"lang": _text, "ignore": _words, "cachesize": _whole},
    analysis.DoubleMetaphoneFilter: {"primary_boost": _number, "secondary_boost": _number, "combine": _flag},
    # Formats of postings
    formats.Existence: _FORMAT,
    formats.Frequency: _FORMAT,
    formats.Positions: _FORMAT,
    formats.Characters: _FORMAT,
    formats.PositionBoosts: _FORMAT,
    formats.CharacterBoosts: _FORMAT,
    # Columns
    columns.VarBytesColumn: {"allow_offsets": _flag, "write_offsets_cutoff": _whole},
    columns.FixedBytesColumn: {"_fixedlen": _whole, "_default": _is(bytes)},
    columns.RefBytesColumn: {"_fixedlen": _whole, "_default": _is(bytes)},
    columns.NumericColumn: {"_typecode": lambda value: value in tuple("bBhHiIqQfd"), "_default": _number},
    columns.BitColumn: {"_compressat": _whole},
    columns.CompressedBytesColumn: _COMPRESSED,
    columns.CompressedBlockColumn: _COMPRESSED | {"_blocksize": _whole},
    columns.StructColumn: {"_spec": _text, "_fixedlen": _whole, "_default": _any},
    columns.PickleColumn: _NESTED,
    columns.ClampedNumericColumn: _NESTED,
    columns.VarBytesListColumn: _NESTED,
    columns.FixedBytesListColumn: _NESTED,
}
