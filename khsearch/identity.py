"""identity: what built an index. Its analyzer's settings and its lexicon, as two files in the index folder.

`khsearch.json` says which khsearch, breaker, ICU and lexicon broke its texts; `lexicon.khl` is that lexicon. So an
index goes on breaking queries as it broke its documents whatever lexicon a later khsearch brings. Where this khsearch
would break a text differently all the same, opening is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson

from khsearch.columnar.disk import Disk, told_as_store_errors
from khsearch.columns import check_fields
from khsearch.errors import IndexDamagedError, IndexMismatchError, LexiconError
from khsearch.khmer.analyzer import Analyzer
from khsearch.khmer.breakers import LatticeBreaker, breaker
from khsearch.khmer.lexicon import Lexicon, parse
from khsearch.ranking import Ranking
from khsearch.version import __version__

SETTINGS_NAME = "khsearch.json"
LEXICON_NAME = "lexicon.khl"
TEMPORARY_NAME = "00000000-0000.tmp"  # named as what the next writer sweeps up
FILE_NAMES = (SETTINGS_NAME, LEXICON_NAME, TEMPORARY_NAME)
_FORMAT = 1
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Identity:
    """What an index was built with.

    own_lexicon  whether by a lexicon that its creator gave, not the one khsearch brings
    fields       the index's own fields by name, each with its kind (see `columns.KINDS`)
    ranking      how its documents are ranked
    """

    analyzer: Analyzer
    own_lexicon: bool
    fields: Mapping[str, str]
    ranking: Ranking


def make(breaker_name: str | None, lexicon: Lexicon | None, fields: Mapping[str, str], ranking: Ranking) -> Identity:
    """Return the identity of a new index; ValueError for an unknown breaker or kind of field."""
    check_fields(fields)
    return Identity(Analyzer(breaker(breaker_name, lexicon)), lexicon is not None, dict(fields), ranking)


def save(folder: Path, identity: Identity, *, finished: bool = True) -> None:
    """Write the two files durably. `finished=False` marks an index that is being rebuilt: it cannot be opened."""
    content: dict[str, object] = {
        "format": _FORMAT,
        "khsearch": __version__,
        "analyzer": identity.analyzer.settings(),
        "own_lexicon": identity.own_lexicon,
        "fields": dict(identity.fields),
        "ranking": identity.ranking.to_json(),
        "finished": finished,
    }
    chosen = identity.analyzer.breaker
    with told_as_store_errors(folder):
        if isinstance(chosen, LatticeBreaker):
            content["lexicon_sha256"] = chosen.lexicon.fingerprint
            _replace(folder, LEXICON_NAME, chosen.lexicon.data)
        _replace(folder, SETTINGS_NAME, orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


def load(folder: Path) -> Identity:
    """Read the identity of an index.

    IndexMismatchError where this khsearch, ICU or Python would break texts differently; IndexDamagedError.
    """
    content = _content(folder)
    identity = _identity(folder, content)
    if content.get("finished") is not True:
        raise IndexMismatchError(f"{folder}: its rebuilding was interrupted; run: khsearch rebuild {folder}")
    told, now = _analyzer_settings(content), identity.analyzer.settings()
    for name in sorted({*told, *now}):
        if told.get(name) != now.get(name):
            raise IndexMismatchError(
                f"{folder}: built with {name} {told.get(name)!r}, but this khsearch has {now.get(name)!r} and would "
                f"break texts differently; run: khsearch rebuild {folder}"
            )
    return identity


def renewed(folder: Path) -> Identity:
    """Return what an index that is rebuilt gets: its breaker, its own lexicon or the present default one."""
    content = _content(folder)
    old = _identity(folder, content, only_own=True)
    chosen = old.analyzer.breaker
    lexicon = chosen.lexicon if isinstance(chosen, LatticeBreaker) and old.own_lexicon else None
    return make(chosen.name, lexicon, old.fields, old.ranking)


def stamp(folder: Path) -> tuple[int, int]:
    """What changes whenever the settings are written anew."""
    try:
        found = (folder / SETTINGS_NAME).stat()
    except OSError as problem:
        raise _damaged(folder, problem.strerror or "unreadable") from problem
    return found.st_ino, found.st_mtime_ns


def _content(folder: Path) -> Mapping[str, object]:
    try:
        content = orjson.loads(_read(folder, SETTINGS_NAME))
    except orjson.JSONDecodeError as problem:
        raise _damaged(folder, str(problem)) from None
    if not isinstance(content, dict) or not isinstance(content.get("analyzer"), dict):
        raise _damaged(folder, "not the settings of an index")
    if content.get("format") != _FORMAT:
        raise IndexMismatchError(
            f"{folder}: its format is {content.get('format')!r}, this khsearch reads {_FORMAT}; "
            f"use the khsearch that wrote it to export its documents, and index them again"
        )
    return content


def _analyzer_settings(content: Mapping[str, object]) -> Mapping[str, object]:
    return cast("Mapping[str, object]", content["analyzer"])


def _identity(folder: Path, content: Mapping[str, object], *, only_own: bool = False) -> Identity:
    name, own = _analyzer_settings(content).get("breaker"), content.get("own_lexicon") is True
    if not isinstance(name, str):
        raise _damaged(folder, "no breaker named")
    lexicon = None
    if name == LatticeBreaker.name and (own or not only_own):
        data = _read(folder, LEXICON_NAME)
        if hashlib.sha256(data).hexdigest() != content.get("lexicon_sha256"):
            raise IndexDamagedError(f"{folder / LEXICON_NAME}: not what was written; restore the index from a backup")
        try:
            lexicon = parse(data, str(folder / LEXICON_NAME))
        except LexiconError as problem:
            raise IndexDamagedError(str(problem)) from None
    try:
        chosen = breaker(name, lexicon)
    except ValueError:
        raise IndexMismatchError(
            f"{folder}: built with the breaker {name!r}, which this khsearch lacks; use the khsearch that wrote it"
        ) from None
    try:
        fields, ranking = content.get("fields", {}), Ranking.from_json(content.get("ranking", {}))
        check_fields(cast("Mapping[str, str]", fields))
    except (TypeError, ValueError, AttributeError) as problem:
        raise _damaged(folder, f"its fields or ranking: {problem}") from None
    return Identity(Analyzer(chosen), own, cast("Mapping[str, str]", fields), ranking)


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    most = _MOST_BYTES if name == SETTINGS_NAME else 64 * _MOST_BYTES
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
            raise OSError("no such file, or not one that khsearch wrote")
        return path.read_bytes()
    except OSError as problem:
        raise IndexDamagedError(
            f"{path}: {problem.strerror or problem}; restore the index from a backup, or index the documents again"
        ) from None


def _damaged(folder: Path, what: str) -> IndexDamagedError:
    return IndexDamagedError(f"{folder / SETTINGS_NAME}: damaged ({what}); restore the index from a backup")


def _replace(folder: Path, name: str, data: bytes) -> None:
    disk = Disk()
    temporary = folder / TEMPORARY_NAME
    disk.remove(temporary)
    descriptor = disk.create(temporary)
    try:
        disk.write(descriptor, data)
        disk.fsync(descriptor)
    finally:
        disk.close(descriptor)
    disk.rename(temporary, folder / name)
    disk.fsync_folder(folder)
