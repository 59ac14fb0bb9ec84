"""decoding: a Whoosh schema from the files that keep it (`encoding`).

Tags at "$", of what is no object of a class:

    text int float bytes decimal datetime date tuple set frozenset dict
                    plain values: a text with lone surrogates as code points, a number that JSON has not as a str
    pattern         a compiled pattern, with the letters of its flags
    type logger     a type of values; a logger, by its name
    function        a function, or a method of a stemmer, of the closed list of `names`
    charset         a table of characters that leaves out all that it does not name
    intraword       an IntraWordFilter, by the options that it was made with
    khmer           a KhmerAnalyzer: its stream, its breaker, the files of the breaker's resources, and who divides
                    other scripts without spaces, unless it is ICU
    code            what could not be kept
"""

from __future__ import annotations

import base64
import datetime
import fnmatch
import functools
import logging
import operator
import re
import sys
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from whoosh import analysis, fields

from khsearch.errors import IndexDamagedError, IndexMismatchError, LexiconError
from khsearch.khmer import DIVIDED_BY, ICU, WAYS, Analyzer, make_breaker
from khsearch.whoosh.fields import KhmerAnalyzer
from khsearch.whoosh.schema import names
from khsearch.whoosh.schema.encoding import FLAGS, FORMAT, MARK, MAX_DEPTH
from khsearch.whoosh.schema.names import UnavailableError
from khsearch.whoosh.schema.shapes import INTRAWORD, MAX_PATTERN, MAX_PATTERNS, SHAPES, misfit

if TYPE_CHECKING:
    from whoosh.fields import FieldType, Schema

    from khsearch.engine import Files

T = TypeVar("T")
_MAX_NAME = 1 << 12  # characters of a pattern of names
_ADVICE = "pass schema=, the schema that the index was made with, to open_dir"


def decode(where: str, files: Files) -> Schema:
    """Return the schema that files keep, the main one first; `where` is the index, for messages.

    IndexMismatchError, which names the fields, where a schema holds what is no data or is not to be had here, and for a
    later format; IndexDamagedError.
    """
    path = f"{where}/{next(iter(files), 'schema')}"
    try:
        content = orjson.loads(next(iter(files.values())))
        number = _of(dict, content)["schema"]
        if type(number) is int and number > FORMAT:
            raise IndexMismatchError(
                f"{path}: a schema of format {number}, and this khsearch reads {FORMAT}; use a newer one, or {_ADVICE}"
            )
        if number != FORMAT:
            raise ValueError("no schema")
        reader = _Decoder(files)
        schema = reader.schema(content)
    except IndexMismatchError:
        raise
    except UnavailableError as problem:
        raise IndexMismatchError(f"{path}: the schema needs {problem}; import it before, or {_ADVICE}") from None
    except Exception as problem:  # whatever Whoosh's classes make of attributes that they never had
        raise IndexDamagedError(
            f"{path}: damaged: the schema is not what was written ({str(problem) or type(problem).__name__:.100}); "
            f"restore the file from a backup, or {_ADVICE}"
        ) from problem
    if reader.missing:
        told = "; ".join(f"field {name!r} needs {what}" for name, what in reader.missing.items())
        raise IndexMismatchError(f"{path}: the schema cannot be had from the index alone: {told}; {_ADVICE}")
    return schema


def _of(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError(f"a {type(value).__name__} where a {kind.__name__} has to be")
    return value


def _instance(value: Any, cls: type[Any]) -> Any:
    if not isinstance(value, cls):
        raise TypeError(f"a {type(value).__name__} where a {cls.__name__} has to be")
    return value


class _Decoder:
    """What is read of one schema.

    missing  what a field needs that is not to be had, by the name of the field
    """

    def __init__(self, files: Files) -> None:
        self.missing: dict[str, str] = {}
        self._files = files
        self._spent = 0
        self._analyzers: dict[bytes, KhmerAnalyzer] = {}

    def schema(self, content: dict[str, Any]) -> Schema:
        if content.get(MARK) == "code":
            raise UnavailableError(_of(str, content["what"]))
        parts = {name: content.pop(name) for name in ("fields", "patterns", "subfields")}
        del content["schema"]
        patterns: dict[str, Any] = {}
        for name, field, *made_of in _of(list, parts["patterns"]):
            patterns[_of(str, name)] = self._name_pattern(made_of[0] if made_of else name), self._field(name, field)
        schema = self._object(
            content,
            0,
            _fields={name: self._field(name, field) for name, field in _of(dict, parts["fields"]).items()},
            _dyn_fields=patterns,
            _subfields={
                name: [_of(str, subfield) for subfield in _of(list, subfields)]
                for name, subfields in _of(dict, parts["subfields"]).items()
            },
        )
        return _instance(schema, fields.Schema)

    def _field(self, name: str, content: Any) -> FieldType:
        try:
            field = self._value(content, 0)
        except UnavailableError as problem:
            self.missing[name] = str(problem)
            return fields.STORED()
        return _instance(field, fields.FieldType)

    def _name_pattern(self, made_of: Any) -> re.Pattern[str]:
        if isinstance(made_of, dict):
            pattern = self._value(made_of, 0)
            return pattern if isinstance(pattern, re.Pattern) else re.compile(_of(str, pattern))
        if len(_of(str, made_of)) > _MAX_NAME:
            raise ValueError("a pattern of names that is too long")
        self._spend(len(made_of))
        return re.compile(fnmatch.translate(made_of))

    def _value(self, value: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("objects lie too deep in each other")
        if isinstance(value, list):
            return [self._value(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        if MARK not in value:
            return {key: self._value(item, depth + 1) for key, item in value.items()}
        kind = _of(str, value[MARK])
        if ":" in kind:
            return self._object(value, depth + 1)
        if kind == "code":
            raise UnavailableError(_of(str, value["what"]))
        if kind == "khmer":
            return self._khmer(value)
        if kind == "intraword":
            self._spend(INTRAWORD)
            return _intraword(value)
        if kind == "pattern":
            return self._pattern(value)
        read = _PLAIN.get(kind)
        if read is not None:
            return read(value["v"])
        items = [self._value(item, depth + 1) for item in _of(list, value["v"])]
        return _COLLECTIONS[kind](items)

    def _pattern(self, content: dict[str, Any]) -> re.Pattern[str]:
        source = content["v"]
        text = _surrogates(source["v"]) if isinstance(source, dict) else _of(str, source)
        if len(text) > MAX_PATTERN:
            raise ValueError("a pattern that is too long")
        self._spend(len(text))
        flags = (FLAGS[letter] for letter in _of(str, content.get("flags", "")))
        return re.compile(text, functools.reduce(operator.or_, flags, re.NOFLAG))

    def _spend(self, characters: int) -> None:
        self._spent += characters
        if self._spent > MAX_PATTERNS:
            raise ValueError("patterns that are too long together")

    def _object(self, content: dict[str, Any], depth: int, **more: Any) -> Any:
        cls = names.class_of(_of(str, content.pop(MARK)))
        state = {name: self._value(value, depth) for name, value in content.items()} | more
        try:
            found: Any = object.__new__(cls)
            wrong = misfit(found, state) if type(found) is cls else "another class"
            if wrong is not None:
                raise ValueError(f"the class {names.name_of(cls)} with {wrong}")
            _check_there(cls)
            if hasattr(found, "__setstate__"):
                found.__setstate__(state)
            else:
                vars(found).update(state)
        except Exception as problem:
            if cls in SHAPES or isinstance(problem, UnavailableError):
                raise
            # A class of a user's may have changed since.
            raise UnavailableError(f"the class {names.name_of(cls)} as it was ({problem!r:.100})") from problem
        return found

    def _khmer(self, content: dict[str, Any]) -> KhmerAnalyzer:
        key = orjson.dumps(content)
        known = self._analyzers.get(key)
        if known is not None:
            return known
        stream, name = _of(str, content["stream"]), _of(str, content["breaker"])
        named = _of(dict, content["resources"])
        resources = {resource: self._files[_of(str, file)] for resource, file in named.items()}
        divided_by = _of(str, content.get(DIVIDED_BY, ICU))
        if divided_by not in WAYS:
            raise ValueError(f"scripts without spaces divided by {divided_by!r:.100}")
        try:
            breaker = make_breaker(name, resources)
        except LexiconError:
            raise
        except ValueError as problem:
            raise UnavailableError(
                f"the breaker {name!r}, which is not to be had here ({problem}): call khsearch.register_breaker before"
            ) from None
        return self._analyzers.setdefault(key, KhmerAnalyzer(stream, analyzer=Analyzer(breaker, divided_by)))


def _check_there(cls: type[Any]) -> None:
    if issubclass(cls, analysis.PyStemmerFilter) and "Stemmer" not in sys.modules:
        raise UnavailableError("the package PyStemmer, whose module Stemmer is not imported")


def _intraword(content: dict[str, Any]) -> analysis.IntraWordFilter:
    options = {name: _of(bool, content[name]) for name in ("splitwords", "splitnums", "mergewords", "mergenums")}
    delims = _of(str, content["delims"])
    if len(delims) > MAX_PATTERN:
        raise ValueError("a pattern that is too long")
    return analysis.IntraWordFilter(delims, **options)


def _surrogates(points: Any) -> str:
    return "".join(chr(_of(int, point)) for point in _of(list, points))


def _logger(name: Any) -> logging.Logger:
    return logging.getLogger(_of(str, name))


def _charset(pairs: list[Any]) -> defaultdict[int, Any]:
    return defaultdict(names.dropped, ((_of(int, char), to) for char, to in pairs))


_PLAIN: dict[str, Any] = {
    "text": _surrogates,
    "int": lambda value: int(_of(str, value)),
    "float": lambda value: float(_of(str, value)),
    "bytes": lambda value: base64.b64decode(_of(str, value), validate=True),
    "decimal": lambda value: Decimal(_of(str, value)),
    "datetime": lambda value: datetime.datetime.fromisoformat(_of(str, value)),
    "date": lambda value: datetime.date.fromisoformat(_of(str, value)),
    "type": lambda value: names.type_of(_of(str, value)),
    "function": lambda value: names.function_of(_of(str, value)),
    "logger": _logger,
}
_COLLECTIONS: dict[str, Any] = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": lambda pairs: dict(map(tuple, pairs)),
    "charset": _charset,
}
