"""settings: what an index was told to be: held against what somebody declares, and as one file, to be kept or given on.

The file is the index's manifest with the files beside it inside, under "files", in base64: fields, breaker and lexicon,
ranking and spellings, below a checksum of all.
"""

from __future__ import annotations

import itertools
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson

from khsearch import manifest
from khsearch.errors import IndexDamagedError, IndexMismatchError, IndexStoreError
from khsearch.filetable import NO_FILES
from khsearch.khmer import Breaker, Lexicon, compile_lexicon
from khsearch.manifest import Manifest, make
from khsearch.query import DEFAULT, Ranking
from khsearch.schema import Declared, declared, kinds_of, weights_of


def differences(
    built: Manifest,
    *,
    fields: Declared | None,
    breaker: str | Breaker | None,
    lexicon: Lexicon | None,
    ranking: Ranking | None,
) -> Iterator[str]:
    """Tell how an index differs from what is declared, and what to do about each; None declares nothing.

    ValueError for what `manifest.make` refuses.
    """
    wanted = make(breaker, lexicon, fields or {}, ranking or DEFAULT)
    if fields is not None:
        here, there = built.declared, declared(kinds_of(fields), weights_of(fields))
        both = [name for name in here if name in there and here[name] != there[name]]
        told = [f"{name!r} is {here[name]!r} there, not {there[name]!r}" for name in both]
        told += [f"{name!r} ({here[name]!r}) is a field there" for name in here if name not in there]
        told += [f"{name!r} ({there[name]!r}) is none there" for name in there if name not in here]
        if told:
            yield f"its fields are others ({', '.join(told)}; index.set_fields changes them)"
    made, kept = wanted.analyzer.breaker, built.analyzer.breaker
    if breaker is not None and made.name != kept.name:
        yield f"its breaker is {kept.name!r}, not {made.name!r}"
    elif (
        (lexicon is not None or not isinstance(breaker, str | None))
        and made.version != kept.version
        and not _are_its_atoms(kept.lexicon, made.lexicon)
    ):
        yield "it was built with another lexicon"
    if ranking is not None and ranking != built.ranking:
        yield f"its ranking is {built.ranking!r} (a search takes another)"


def _are_its_atoms(kept: Lexicon | None, wanted: Lexicon | None) -> bool:
    """Whether what was kept is of when the words of a word list were atoms, and made of this one: it goes on so."""
    if kept is None or wanted is None or kept.own is not None or wanted.own is None or wanted.own.phrases is not None:
        return False
    return compile_lexicon(wanted.model).fingerprint == kept.fingerprint


def written(built: Manifest) -> bytes:
    """Return the file of the settings of an index."""
    numbers = itertools.count()
    files = manifest.write(replace(built, files=NO_FILES), lambda suffix: f"{next(numbers)}{suffix}")
    (_, head), *others = files.items()
    content = orjson.loads(head)
    del content["checksum"]
    return manifest.sealed({**content, "files": {name: b64encode(data).decode() for name, data in others}})


def read(path: str | Path) -> Manifest:
    """Return what an index is to be built with by a file that `written` wrote.

    Errors name the file: IndexStoreError where it cannot be read, IndexDamagedError where it is not what was written,
    IndexMismatchError for one of a later khsearch, or with a breaker that is not to be had here.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as problem:
        raise IndexStoreError(f"{path}: cannot be read ({problem.strerror}); name a file of settings") from None
    try:
        if not data.startswith(manifest.SEAL):
            raise ValueError
        files = orjson.loads(data)["files"]
        others = {str(name): b64decode(given, validate=True) for name, given in files.items()}
        return manifest.read(str(path), {"settings": data, **others})
    except IndexMismatchError:
        raise
    except (IndexStoreError, ValueError, TypeError, KeyError, AttributeError):
        raise IndexDamagedError(
            f"{path}: not settings as they were written; write them again: khsearch export INDEX --settings {path}"
        ) from None
