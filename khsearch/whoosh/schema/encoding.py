"""encoding: a Whoosh schema as data: JSON that a person can read, and files for resources that are bytes.

    {"schema": 1,
     "$": "whoosh.fields:Schema",
     "fields": {"title": {"$": "whoosh.fields:TEXT", "analyzer": {...}, "stored": true, ...}, ...},
     "patterns": [["*_date", {...}], ...],
     "subfields": {"title": ["title"], ...}}

An object is its class and its attributes, as a copy of it would have them. What JSON has not is an object with a tag at
"$": a name with a colon is a class (`names`), all others are kinds of values (`decoding` lists them). A field that
holds what is no data (a function or a class that nobody finds by its name) is kept as {"$": "code"}, with a word about
what it is: whoever opens the index has to give the schema then.

Equal schemas give equal bytes: sets, attributes and fields come in order. Patterns of field names keep theirs, since
the first that fits a name counts.
"""

from __future__ import annotations

import base64
import datetime
import fnmatch
import itertools
import logging
import math
import re
from decimal import Decimal
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import orjson
from whoosh import analysis

from khsearch.khmer import DIVIDED_BY, ICU
from khsearch.whoosh.fields import KhmerAnalyzer
from khsearch.whoosh.schema import names
from khsearch.whoosh.schema.shapes import BASES, INTRAWORD, MAX_PATTERNS, SHAPES, TYPES, is_pattern, misfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from whoosh.fields import Schema

    from khsearch.engine import Files, NameFile

FORMAT = 1
MARK = "$"
MAX_DEPTH = 60
"""How deep objects lie in each other; what is deeper is no data."""

FLAGS = {"a": re.ASCII, "i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
"""Flags of a pattern, by the letters that stand for them within one."""

_MAX_JSON_INT = 1 << 63


class NoDataError(Exception):
    """Something in a schema is no data; the message says what."""


def encode(schema: Schema, name_file: NameFile) -> Files:
    """Return the files that keep a schema, the one to begin with first, under the names that `name_file` gives.

    Never refuses: what is no data is told when the schema is decoded.
    """
    main = name_file(".json")
    writer = _Encoder(name_file)
    content = {"schema": FORMAT, **writer.schema(schema)}
    return {main: orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n", **writer.files}


def same(a: Schema, b: Schema) -> bool:
    """Whether two schemas are equal in all that is kept of them, analyzers and options included."""
    return encode(a, _numbered()) == encode(b, _numbered())


def _numbered() -> NameFile:
    numbers = itertools.count()
    return lambda suffix: f"{next(numbers)}{suffix}"


class _Encoder:
    """What is written of one schema."""

    def __init__(self, name_file: NameFile) -> None:
        self.files: dict[str, bytes] = {}
        self._name_file = name_file
        self._spent = 0

    def schema(self, schema: Schema) -> dict[str, Any]:
        try:
            head, state = _class_and_state(schema)
            own = {name: self._value(state[name]) for name in sorted(state) if name not in _PARTS}
        except NoDataError as problem:
            return _code(problem)
        return {
            MARK: head,
            "fields": {name: self._field(field) for name, field in schema.items()},
            "patterns": [
                [name, self._field(field), *self._pattern_name(schema, name, pattern)]
                for name, (pattern, field) in state["_dyn_fields"].items()
            ],
            "subfields": {name: list(subfields) for name, subfields in sorted(state["_subfields"].items())},
            **own,
        }

    def _field(self, field: Any) -> Any:
        before = dict(self.files)
        try:
            return self._value(field)
        except NoDataError as problem:
            self.files = before
            return _code(problem)

    def _pattern_name(self, schema: Schema, name: str, pattern: Any) -> list[Any]:
        """What a pattern of names is made of, where that is not the name that it has."""
        for made_of in (name, *sorted(given for given, below in schema._subfields.items() if name in below)):
            if pattern.pattern == fnmatch.translate(made_of):
                return [] if made_of == name else [made_of]
        return [self._value(pattern)]

    def _value(self, value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise NoDataError("objects that lie too deep in each other")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, re.Pattern):
            self._spend(len(value.pattern))
        plain = _plain(value)
        if plain is not None:
            return plain
        return self._compound(value, depth + 1)

    def _compound(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is list:
            return [self._value(item, depth) for item in value]
        if kind is tuple:
            return _tagged("tuple", [self._value(item, depth) for item in value])
        if kind in (set, frozenset):
            return _tagged(kind.__name__, sorted((self._value(item, depth) for item in value), key=orjson.dumps))
        if names.is_charset(value):  # it grows while it is used
            value = {char: to for char, to in sorted(value.items()) if to is not None}
            return _tagged("charset", self._pairs(value, depth))
        if kind is dict:
            if MARK not in value and all(isinstance(key, str) for key in value):
                return {str(key): self._value(item, depth) for key, item in value.items()}
            return _tagged("dict", self._pairs(value, depth))
        if kind is KhmerAnalyzer:
            return self._khmer(value)
        if kind is analysis.IntraWordFilter and (options := _options(value)) is not None:
            self._spend(INTRAWORD)
            return {MARK: "intraword", **options}
        if isinstance(value, BASES):
            name, state = _class_and_state(value)
            return {MARK: name, **{key: self._value(state[key], depth) for key in sorted(state)}}
        raise NoDataError(f"a {kind.__module__}.{kind.__qualname__}")

    def _spend(self, characters: int) -> None:
        self._spent += characters
        if self._spent > MAX_PATTERNS:
            raise NoDataError("patterns that are too long together")

    def _pairs(self, value: Mapping[Any, Any], depth: int) -> list[list[Any]]:
        return [[self._value(key, depth), self._value(item, depth)] for key, item in value.items()]

    def _khmer(self, analyzer: KhmerAnalyzer) -> dict[str, Any]:
        breaker = analyzer.analyzer.breaker
        named = {}
        for resource, data in sorted(breaker.resources().items()):
            name = next((name for name, known in self.files.items() if known == data), "")
            named[resource] = name or self._name_file(".khl")
            self.files[named[resource]] = data
        found = {MARK: "khmer", "stream": analyzer.stream, "breaker": breaker.name, "resources": named}
        divided_by = analyzer.analyzer.divided_by
        return found if divided_by == ICU else found | {DIVIDED_BY: divided_by}


_PARTS = ("_fields", "_dyn_fields", "_subfields")


def _class_and_state(value: Any) -> tuple[str, dict[str, Any]]:
    """The name of an object's class, and its attributes as a copy would have them; NoDataError."""
    cls = type(value)
    name = names.name_of(cls)
    try:
        if names.class_of(name) is not cls:
            raise ValueError
        made, args, *rest = value.__reduce_ex__(2)
    except Exception:  # of a class of a user's, whatever that raises
        raise NoDataError(f"the class {name}") from None
    state = (rest[0] if rest else None) or {}
    if getattr(made, "__name__", "") != "__newobj__" or args != (cls,) or any(part is not None for part in rest[1:]):
        raise NoDataError(f"the class {name}, which has a way of its own to be copied")
    wrong = misfit(value, state) if isinstance(state, dict) else "its slots"
    if wrong is not None:
        raise NoDataError(f"the class {name} with {wrong}")
    return name, _in_order(state) if cls in SHAPES else state


def _in_order(state: dict[str, Any]) -> dict[str, Any]:
    """Attributes whose dicts come in order: but for patterns of names, nothing of Whoosh's asks for that of one."""
    return {
        name: dict(sorted(value.items(), key=lambda item: str(item[0])))
        if type(value) is dict and name != "_dyn_fields"
        else value
        for name, value in state.items()
    }


def _plain(value: Any) -> Any:
    """A value without parts as JSON; None for one that is not."""
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            return _tagged("text", list(map(ord, value)))
        return str(value)
    if isinstance(value, int):
        return int(value) if -_MAX_JSON_INT <= value < _MAX_JSON_INT else _tagged("int", str(int(value)))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _tagged("float", repr(float(value)))
    if isinstance(value, bytes):
        return _tagged("bytes", base64.b64encode(value).decode("ascii"))
    if isinstance(value, Decimal):
        return _tagged("decimal", str(value))
    if isinstance(value, datetime.datetime):
        return _tagged("datetime", value.isoformat())
    if isinstance(value, datetime.date):
        return _tagged("date", value.isoformat())
    if isinstance(value, re.Pattern):
        return _pattern(value)
    if isinstance(value, type) and value in TYPES:
        return _tagged("type", value.__name__)
    if type(value) in (logging.Logger, logging.RootLogger):
        return _tagged("logger", value.name)
    if isinstance(value, FunctionType | MethodType):
        name = names.function_name(value)
        if name is None:
            raise NoDataError(f"the function {names.name_of(value)}")
        return _tagged("function", name)
    return None


def _pattern(pattern: re.Pattern[Any]) -> dict[str, Any]:
    letters = "".join(letter for letter, flag in FLAGS.items() if pattern.flags & flag)
    known = re.UNICODE
    for flag in FLAGS.values():
        known |= flag
    if not is_pattern(pattern) or pattern.flags & ~known:
        raise NoDataError(f"the pattern {pattern!r:.60}")
    return {**_tagged("pattern", _plain(pattern.pattern)), **({"flags": letters} if letters else {})}


def _options(value: analysis.IntraWordFilter) -> dict[str, Any] | None:
    """What the filter was made with, instead of its long patterns; None where it has been changed."""
    delims = re.sub(r"\\(.)", r"\1", value.delims, flags=re.DOTALL)
    for splitwords in (True, False):
        for splitnums in (True, False):
            options = {"splitwords": splitwords, "splitnums": splitnums}
            options |= {name: bool(getattr(value, name)) for name in ("mergewords", "mergenums")}
            if vars(analysis.IntraWordFilter(delims, **options)) == vars(value):
                return {"delims": delims, **options}
    return None


def _tagged(kind: str, value: Any) -> dict[str, Any]:
    return {MARK: kind, "v": value}


def _code(problem: NoDataError) -> dict[str, Any]:
    return {MARK: "code", "what": str(problem)}
