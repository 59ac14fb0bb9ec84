"""arguments: what a caller gave in; what the function takes out, or a ValueError that names the parameter.

A public function names the kinds of its parameters, and is called with values of these kinds alone:

    @checked(query=TEXT, limit=COUNT)
    def search(self, query: str, limit: int = 10) -> Results: ...
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from functools import wraps
from inspect import signature
from itertools import chain
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

from khsearch.frozen import frozen

_P = ParamSpec("_P")
_R = TypeVar("_R")
_MOST = 1 << 60
"""More than anything is counted to."""


@frozen
class Kind:
    """What a parameter takes, in words, and what makes of a value the one to use, or None where it is no such value.

    `or_none` is for parameters that take None, too.
    """

    takes: str
    read: Callable[[Any], Any]
    or_none: bool = False

    def of(self, name: str, value: object) -> Any:
        """Return the value to use; ValueError."""
        if value is None and self.or_none:
            return None
        try:
            found = self.read(value)
        except (TypeError, ValueError, OverflowError):
            found = None
        if found is None:
            shown = repr(value)
            raise ValueError(f"{name} takes {self.takes}, not {shown if len(shown) <= 60 else shown[:60] + '...'}")
        return found


def checked(**kinds: Kind) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Decorate a function: its parameters of these names are of these kinds, or a ValueError is raised."""

    def decorated(function: Callable[_P, _R]) -> Callable[_P, _R]:
        parameters = signature(function).parameters
        names = list(parameters)
        places = [(name, names.index(name), kind, parameters[name].default) for name, kind in kinds.items()]

        @wraps(function)
        def call(*args: _P.args, **named: _P.kwargs) -> _R:
            given: list[Any] = list(args)
            for name, place, kind, default in places:
                if name in named:
                    if named[name] is not default:  # which is what the function takes if nothing is given
                        named[name] = kind.of(name, named[name])
                elif place < len(given) and given[place] is not default:
                    given[place] = kind.of(name, given[place])
            return function(*given, **named)

        return call

    return decorated


def one_of(*choices: str) -> Kind:
    """Return the kind of a parameter that takes one of some strings."""
    return Kind(" or ".join(map(repr, choices)), lambda value: value if _is_text(value) and value in choices else None)


def instance(of: type, other: Kind | None = None) -> Kind:
    """Return the kind of a parameter that takes an object of a class, or what another kind takes."""
    takes = f"a {of.__name__}" + (f", or {other.takes}" if other else "")
    return Kind(takes, lambda value: value if isinstance(value, of) else other and other.read(value))


def several(kind: Kind) -> Kind:
    """Return the kind of a parameter that takes one of a kind, or several in a list; they make a tuple."""

    def read(value: Any) -> tuple[Any, ...] | None:
        alone = kind.read(value)
        if alone is not None:
            return (alone,)
        found = tuple(map(kind.read, value)) if isinstance(value, list | tuple) else (None,)
        return None if None in found else found

    return Kind(f"{kind.takes}, or several in a list", read)


def optional(kind: Kind) -> Kind:
    """Return the kind of a parameter that takes None, too."""
    return replace(kind, takes=f"{kind.takes}, or None", or_none=True)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _count(value: Any) -> int | None:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    return min(int(value), _MOST) if whole and value >= 0 else None


def _seconds(value: Any) -> float | None:
    number = isinstance(value, Real) and not isinstance(value, bool)
    return float(value) if number and value >= 0 and not math.isnan(value) else None


def _path(value: object) -> str | None:
    path = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    return path if isinstance(path, str) and path and "\0" not in path else None


def _spellings(value: Any) -> str | Mapping[str, tuple[str, ...]] | None:
    if not isinstance(value, Mapping):
        return _path(value)
    named = {key: (others,) if _is_text(others) else tuple(others) for key, others in value.items()}
    named = {key: tuple(sorted(others)) if isinstance(value[key], Set) else others for key, others in named.items()}
    return named if all(map(_is_text, chain(named, *named.values()))) else None


def _texts(value: Any) -> list[str] | None:
    found = list(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else None
    return found if found is not None and all(map(_is_text, found)) else None


def _words(value: Any) -> str | Mapping[str, float | None] | tuple[str, ...] | None:
    if isinstance(value, str | os.PathLike):
        return _path(value)
    if isinstance(value, Mapping):
        known = {key: often if often is None else float(often) for key, often in value.items() if _is_text(key)}
        odd = any(not isinstance(often, Real | None) or isinstance(often, bool) for often in value.values())
        return None if odd or len(known) < len(value) else known
    found = _texts(value)
    return None if found is None else tuple(found)


def _element(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch("[A-Za-z][A-Za-z0-9-]*", value) else None


def _breaker(value: object) -> object | None:
    is_one = callable(getattr(value, "break_run", None)) and not isinstance(value, type)
    return value if is_one or isinstance(value, str) else None


def _query(value: object) -> object | None:
    whoosh = sys.modules.get("whoosh.query")  # who has not loaded it has no query of its kinds
    return value if _is_text(value) or (whoosh is not None and isinstance(value, whoosh.Query)) else None


def _filter(value: Any) -> object | None:
    return dict(value) if isinstance(value, Mapping) else _query(value)


TEXT = Kind("a str", lambda value: str.__str__(value) if _is_text(value) else None)
TEXTS = Kind("an iterable of str", _texts)
QUERY = Kind("a str, or a query of whoosh.query", _query)
FILTER = Kind("a str, a mapping, or a query of whoosh.query", _filter)
COUNT = Kind("a whole number that is not negative", _count)
FACTOR = Kind("a number that is not negative", lambda value: None if _seconds(value) == math.inf else _seconds(value))
SECONDS = Kind("a number of seconds that is not negative", _seconds)
TRUTH = Kind("True or False", lambda value: value if isinstance(value, bool) else None)
PATH = Kind("the path of a file or folder, as a str or Path", _path)
FUNCTION = Kind("a function", lambda value: value if callable(value) else None)
ITERABLE = Kind(
    "an iterable of documents",
    lambda value: value if isinstance(value, Iterable) and not isinstance(value, Mapping) else None,
)
QUERIES = Kind(
    "an iterable of queries, but no str",
    lambda value: value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else None,
)
EACH_TEXT = Kind("an iterable of str, but no str", QUERIES.read)
WORDS = Kind(
    "the path of a word list or lexicon, an iterable of words, or a mapping of words to their times in a million",
    _words,
)
SPELLINGS = Kind("the path of a file, or a mapping of spellings to their others", _spellings)
BREAKER = Kind("the name of a breaker, or a breaker", _breaker)
ELEMENT = Kind("the name of an HTML element, such as 'mark'", _element)
