"""names: what a schema that is kept as data may name, and what each name stands for.

Names are "module:name". Those of Whoosh's and khsearch's own classes, and of the functions below, are a closed list. A
class of a user's is taken where its module is loaded already and it is a kind of field, analyzer, format, column or
schema: nothing that is named is imported, and nothing else is looked up.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from importlib import import_module
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from khsearch.sharing import loading
from khsearch.whoosh.schema.shapes import BASES, SHAPES, TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

_STEMMERS = {
    "whoosh.lang.isri": ("ISRIStemmer",),
    **{
        f"whoosh.lang.snowball.{language}": (f"{language.title()}Stemmer",)
        for language in (
            *("danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian"),
            *("norwegian", "romanian", "russian", "spanish", "swedish"),
        )
    },
    "whoosh.lang.snowball.portugese": ("PortugueseStemmer",),
}
_FUNCTIONS = {
    **dict.fromkeys(("whoosh.lang.porter", "whoosh.lang.porter2", "whoosh.lang.lovins"), ("stem",)),
    "whoosh.lang.phonetic": ("soundex_en", "soundex_esp", "soundex_ar"),
}
STEMMERS = frozenset(f"{module}:{name}" for module, names in _STEMMERS.items() for name in names)
"""Classes of stemmers that take no arguments; a schema has their method `stem`."""

FUNCTIONS = frozenset(f"{module}:{name}" for module, names in _FUNCTIONS.items() for name in names)
"""Functions that depend on nothing but the word that they are given."""

PAICE_HUSK = "whoosh.lang.paicehusk:stem"
"""A bound method, of an object that Whoosh makes of its standard rules."""


def name_of(named: Any) -> str:
    """The name of a class or function."""
    return f"{named.__module__}:{named.__qualname__}"


_OWN = {name_of(cls): cls for cls in SHAPES}
_TYPES = {cls.__name__: cls for cls in TYPES}


class UnavailableError(Exception):
    """What a name stands for is not to be had here; the message says what is missing."""


def class_of(name: str) -> type[Any]:
    """The class of a name: Whoosh's, khsearch's, or one of a user's that is loaded; UnavailableError, ValueError."""
    if name in _OWN:
        return _OWN[name]
    module, _, path = name.partition(":")
    if module.partition(".")[0] in ("whoosh", "khsearch") or not all(part.isidentifier() for part in path.split(".")):
        raise ValueError(f"{name!r} is no class that a schema is made of")
    loaded = sys.modules.get(module)
    if loaded is None:
        raise UnavailableError(f"the class {name}, whose module is not imported")
    at: Any = loaded
    for part in path.split("."):
        if at is not loaded and not isinstance(at, type):
            raise ValueError(f"{name!r} is no class that a schema is made of")
        at = vars(at).get(part)
        if at is None:
            raise UnavailableError(f"the class {name}, which its module does not have")
    if not isinstance(at, type) or not issubclass(at, BASES) or name_of(at) != name:
        raise ValueError(f"{name!r} is no class that a schema is made of")
    return at


def type_of(name: str) -> type[Any]:
    """One of the types that an attribute may be; ValueError."""
    if name not in _TYPES:
        raise ValueError(f"{name!r} is no type of values")
    return _TYPES[name]


def function_of(name: str) -> Callable[..., Any]:
    """The function, or method of a stemmer, of a name of the closed lists; ValueError."""
    if name not in FUNCTIONS and name not in STEMMERS and name != PAICE_HUSK:
        raise ValueError(f"{name!r} is no function of a schema")
    module, _, path = name.partition(":")
    loading(module)
    found = getattr(import_module(module), path)
    stem: Callable[..., Any] = found().stem if name in STEMMERS else found
    return stem


def function_name(function: Any) -> str | None:
    """The name by which `function_of` finds a function or the method of a stemmer; None where it does not."""
    if isinstance(function, MethodType):
        name = name_of(type(function.__self__))
        if name in STEMMERS and function.__name__ == "stem":
            return name
        rules = sys.modules.get("whoosh.lang.paicehusk")
        return PAICE_HUSK if rules is not None and function == rules.stem else None
    name = name_of(function) if isinstance(function, FunctionType) else ""
    return name if name in FUNCTIONS and function_of(name) is function else None


def dropped() -> None:
    """What a table of characters gives for one that it does not name: a character to leave out."""


def is_charset(value: Any) -> bool:
    """Whether a value is a table of characters as `whoosh.support.charset.charset_table_to_dict` makes it."""
    if not isinstance(value, defaultdict):
        return False
    made = value.default_factory
    return made is dropped or (
        isinstance(made, FunctionType)
        and made.__module__ == "whoosh.support.charset"
        and made.__qualname__ == "charset_table_to_dict.<locals>.<lambda>"
    )
