"""pickles: a reader of pickles that makes nothing but what an index of Whoosh's is made of.

That is Whoosh's own classes for schemas and segments, khsearch's field types, and plain values. Any other name in a
pickle is an error that says which, unless pickles are trusted.
"""

from __future__ import annotations

import _compat_pickle
import datetime
import decimal
import io
import logging
import pickle
import re
import uuid
from collections import defaultdict
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any, BinaryIO

from whoosh import columns, formats, index
from whoosh.codec import whoosh3
from whoosh.filedb import structfile

from khsearch.whoosh import fields
from khsearch.whoosh.schema import names
from khsearch.whoosh.schema.shapes import SHAPES


class UntrustedError(Exception):
    """A pickle names what is not on the list."""


def _stem_of(stemmer: Any, name: str) -> Any:
    """A method of a stemmer, as a pickle asks for it."""
    if name != "stem" or names.name_of(type(stemmer)) not in _STEMMERS:
        raise UntrustedError(f"the attribute {name!r} of a {type(stemmer).__name__}")
    return getattr(stemmer, name)


def _pattern(source: str, flags: int) -> re.Pattern[str]:
    return re.compile(source, flags & ~re.DEBUG)


def _khmer(stream: str, name: str, *resources: Any) -> Any:
    """An analyzer for Khmer."""
    try:
        return fields._from_settings(stream, name, *resources)
    except ValueError as problem:
        raise names.UnavailableError(f"the breaker {name!r} ({problem})") from None


def _copy_of(kind: type) -> Any:
    """What makes bytes of a kind of others, and none of a number, which would be as many of them."""

    def copied(*given: Any) -> Any:
        if given and isinstance(given[0], int):
            raise UntrustedError(f"so many {kind.__name__}: {given[0]}")
        return kind(*given)

    return copied


_STEMMERS = frozenset({*names.STEMMERS, "whoosh.lang.paicehusk:PaiceHuskStemmer"})
_LATER = {*names.FUNCTIONS, *_STEMMERS}  # whose rooms are loaded when a pickle names them

_KNOWN: dict[str, Any] = {
    **{names.name_of(cls): cls for cls in SHAPES},
    **{names.name_of(cls): cls for cls in (whoosh3.W3Segment, whoosh3.W3Codec)},
    **{f"{cls.__module__}:{cls.__name__}": cls for cls in (decimal.Decimal, uuid.UUID)},
    **{f"builtins:{cls.__name__}": cls for cls in (bool, int, float, str, set, frozenset, complex)},
    **{f"builtins:{kind.__name__}": _copy_of(kind) for kind in (bytes, bytearray)},
    **{
        f"datetime:{cls.__name__}": cls
        for cls in (datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone)
    },
    # Where KHMER's analyzers were before, and are now.
    **{
        f"{module}:{name}": known
        for module in ("khsearch.fields", "khsearch.whoosh.fields")
        for name, known in (("KHMER", fields.KHMER), ("_from_settings", _khmer))
    },
    "collections:OrderedDict": dict,
    "collections:defaultdict": defaultdict,
    "re:_compile": _pattern,
    "_codecs:encode": str.encode,  # how bytes are pickled; this one takes text only, and is called for every posting
    "builtins:getattr": _stem_of,
    "logging:getLogger": logging.getLogger,
}


class _Unpickler(pickle.Unpickler):
    """Reads what is on the list."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name of a pickle stands for; UntrustedError."""
        # As pickles of old protocols name things.
        module, name = _compat_pickle.NAME_MAPPING.get((module, name), (module, name))
        module = _compat_pickle.IMPORT_MAPPING.get(module, module)
        full = f"{module}:{name}"
        if full in _KNOWN:
            return _KNOWN[full]
        if full in _LATER:
            return getattr(import_module(module), name)
        raise UntrustedError(f"{module}.{name}")


def loads(data: bytes, *, encoding: str = "ASCII") -> Any:
    """Read a pickle; UntrustedError, and whatever a pickle that is none raises. encoding: of strings of Python 2."""
    return _Unpickler(io.BytesIO(data), encoding=encoding).load()


def load(file: BinaryIO) -> Any:
    """Read a pickle from a file."""
    return _Unpickler(file).load()


def choose_readers(*, trust: bool) -> None:
    """Let all of Whoosh's rooms that read pickles read them so, in this process, for good; trust: any pickle."""
    # Values of postings are bytes, which Python 2 called strings.
    whoosh3.loads = partial(pickle.loads if trust else loads, encoding="bytes")
    if trust:
        return
    for room in (columns, formats):
        room.loads = loads
    structfile.load_pickle = load
    index.pickle = SimpleNamespace(loads=loads, PicklingError=pickle.PicklingError)
    # Tables of contents of older formats are read in ways of their own.
    index.toc_loaders = {}
