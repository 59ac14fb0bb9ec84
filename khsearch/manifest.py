"""identity: what built an index: a manifest and its lexicon, as two files in the index folder.

The manifest (`khsearch.json` in a new index) says which khsearch, breaker and lexicon broke the texts, and how they are
ranked; the lexicon is kept whole. So an index goes on breaking queries as it broke its documents whatever lexicon a
later khsearch brings. The catalog names the manifest that goes with its commit, and its checksum, so that a rebuild
puts both in their places at once and no other index's manifest is taken for it. The first line of a manifest is a
checksum of all others, for one whose catalog is lost.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from weakref import WeakValueDictionary

import orjson
import xxhash

from khsearch.columnar import LEXICON_NAME, MANIFEST_NAME, Disk, told_as_store_errors, wholefile
from khsearch.columnar import format as formats
from khsearch.documents import check_fields
from khsearch.errors import IndexDamagedError, IndexMismatchError, LexiconError
from khsearch.khmer import Analyzer, LatticeBreaker, Lexicon, breaker, parse
from khsearch.query import Ranking
from khsearch.version import __version__

_TEMPORARY_NAME = "00000000-0000.tmp"  # named as what the next writer sweeps up
FILE_NAMES = (MANIFEST_NAME, LEXICON_NAME, _TEMPORARY_NAME)
_MOST_BYTES = 1 << 20
_HEAD = re.compile(rb'\{"checksum":"([0-9a-f]{16})",\n')


@dataclass(frozen=True, slots=True)
class Identity:
    """What an index was built with.

    own_lexicon  whether by a lexicon that its creator gave, not the one khsearch brings
    fields       the index's own fields by name, each with its kind (see `columns.KINDS`)
    ranking      how its documents are ranked
    built        what the manifest says of the analyzer; of format 1 the only record of what its texts' terms depend on
    finished     False where a rebuild was interrupted, which only format 1 can tell
    """

    analyzer: Analyzer
    own_lexicon: bool
    fields: Mapping[str, str]
    ranking: Ranking
    built: Mapping[str, object]
    finished: bool = True


def make(breaker_name: str | None, lexicon: Lexicon | None, fields: Mapping[str, str], ranking: Ranking) -> Identity:
    """Return the identity of a new index; ValueError for an unknown breaker or kind of field."""
    check_fields(fields)
    analyzer = Analyzer(breaker(breaker_name, lexicon))
    return Identity(analyzer, lexicon is not None, dict(fields), ranking, analyzer.settings())


def save(folder: Path, identity: Identity, new_name: Callable[[str], str] | None = None) -> dict[str, str]:
    """Write the files durably -> their names, each with its checksum, the manifest first.

    `new_name` gives names with a suffix, for files beside those that count now.
    """
    manifest_name = MANIFEST_NAME if new_name is None else new_name(".json")
    files = {manifest_name: ""}
    content: dict[str, object] = {
        "format": formats.NOW,
        "khsearch": __version__,
        "analyzer": identity.analyzer.settings(),
        "own_lexicon": identity.own_lexicon,
        "fields": dict(identity.fields),
        "ranking": identity.ranking.to_json(),
    }
    chosen = identity.analyzer.breaker
    disk, temporary = Disk(), folder / _TEMPORARY_NAME
    with told_as_store_errors(folder):
        if isinstance(chosen, LatticeBreaker):
            name = LEXICON_NAME if new_name is None else new_name(".khl")
            content |= {"lexicon": name, "lexicon_sha256": chosen.lexicon.fingerprint}
            wholefile.replace(disk, folder / name, temporary, chosen.lexicon.data)
            files[name] = wholefile.checksum(chosen.lexicon.data)
        body = orjson.dumps(content, option=orjson.OPT_INDENT_2).removeprefix(b"{\n") + b"\n"
        head = b'{"checksum":"%b",\n' % xxhash.xxh3_64_hexdigest(body).encode()
        wholefile.replace(disk, folder / manifest_name, temporary, head + body)
        files[manifest_name] = wholefile.checksum(head + body)
    return files


def load(folder: Path, files: Mapping[str, str]) -> Identity:
    """Read the identity of an index; the first of the files is its manifest, given with its checksum.

    FileNotFoundError where a rebuild has put another in its place; IndexMismatchError for a later format or an unknown
    breaker; IndexDamagedError.
    """
    name, content = _content(folder, files)
    return _identity(folder, name, content)


def renewed(folder: Path, files: Mapping[str, str]) -> Identity:
    """Return what an index that is rebuilt gets: its breaker, its own lexicon or the present default one.

    Raises as `load` does.
    """
    name, content = _content(folder, files)
    old = _identity(folder, name, content, only_own=True)
    chosen = old.analyzer.breaker
    lexicon = chosen.lexicon if isinstance(chosen, LatticeBreaker) and old.own_lexicon else None
    return make(chosen.name, lexicon, old.fields, old.ranking)


def _content(folder: Path, files: Mapping[str, str]) -> tuple[str, Mapping[str, object]]:
    """The name of the manifest, and what it says."""
    name, checksum = next(iter(files.items()), (MANIFEST_NAME, ""))
    path = folder / name
    data = wholefile.read(path, _MOST_BYTES)
    if checksum and wholefile.checksum(data) != checksum:
        raise _damaged(path, "not what was written")
    head = _HEAD.match(data)
    if head and xxhash.xxh3_64_hexdigest(data[head.end() :]).encode() != head[1]:
        raise _damaged(path, "its checksum differs")
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as problem:
        raise _damaged(path, str(problem)) from None
    if not isinstance(content, dict) or not isinstance(content.get("analyzer"), dict):
        raise _damaged(path, "not the settings of an index")
    if not head and content.get("format") != 1:
        raise _damaged(path, "its checksum is missing")
    formats.check(folder, content.get("format"))
    return name, content


def _identity(folder: Path, name: str, content: Mapping[str, object], *, only_own: bool = False) -> Identity:
    path = folder / name
    built = cast("Mapping[str, object]", content["analyzer"])
    breaker_name, own = built.get("breaker"), content.get("own_lexicon") is True
    if not isinstance(breaker_name, str):
        raise _damaged(path, "no breaker named")
    data = None
    if breaker_name == "lattice" and (own or not only_own):
        data = _lexicon_data(folder, content)
    try:
        analyzer = _analyzer(breaker_name, data, str(folder / str(content.get("lexicon", LEXICON_NAME))))
    except ValueError:
        raise IndexMismatchError(
            f"{folder}: built with the breaker {breaker_name!r}, which this khsearch lacks; use the one that wrote it"
        ) from None
    try:
        fields, ranking = content.get("fields", {}), Ranking.from_json(content.get("ranking", {}))
        check_fields(cast("Mapping[str, str]", fields))
    except (TypeError, ValueError, AttributeError) as problem:
        raise _damaged(path, f"its fields or ranking: {problem}") from None
    finished = content.get("finished", True) is True
    return Identity(analyzer, own, cast("Mapping[str, str]", fields), ranking, built, finished)


def _lexicon_data(folder: Path, content: Mapping[str, object]) -> bytes:
    path = folder / str(content.get("lexicon", LEXICON_NAME))
    try:
        data = wholefile.read(path, 64 * _MOST_BYTES)
    except NotADirectoryError:
        raise _damaged(path, "no file") from None
    if hashlib.sha256(data).hexdigest() != content.get("lexicon_sha256"):
        raise _damaged(path, "not what was written")
    return data


_analyzers: WeakValueDictionary[tuple[str, bytes | None], Analyzer] = WeakValueDictionary()


def _analyzer(name: str, lexicon: bytes | None, source: str) -> Analyzer:
    """The analyzer of a breaker and the content of its lexicon: indexes that have the same share one."""
    key = (name, None if lexicon is None else hashlib.sha256(lexicon).digest())
    found = _analyzers.get(key)
    if found is None:
        try:
            read = None if lexicon is None else parse(lexicon, source)
        except LexiconError as problem:
            raise IndexDamagedError(str(problem)) from None
        found = _analyzers.setdefault(key, Analyzer(breaker(name, read)))
    return found


def _damaged(path: Path, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path}: damaged ({what}); restore it from a backup, or save the documents: "
        f"khsearch rebuild {path.parent} --to NEW"
    )
