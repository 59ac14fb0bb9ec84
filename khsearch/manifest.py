"""manifest: what built an index: settings and a lexicon, as the files that belong to its commits.

The manifest proper (`khsearch.json` in a new index) says which khsearch, breaker and lexicon broke the texts, and how
they are ranked; the lexicon is kept whole. So an index goes on breaking queries as it broke its documents whatever
lexicon a later khsearch brings. The engine keeps both with the commit, so that a rebuild puts them in their places at
once. The first line of a manifest is a checksum of all others, for one whose commit is lost.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from weakref import WeakValueDictionary

import orjson
import xxhash

from khsearch import version
from khsearch.documents import check_fields
from khsearch.engine import Files, NameFile
from khsearch.errors import IndexDamagedError, IndexMismatchError, LexiconError
from khsearch.khmer import Analyzer, LatticeBreaker, Lexicon, breaker, parse
from khsearch.query import Ranking

_HEAD = re.compile(rb'\{"checksum":"([0-9a-f]{16})",\n')


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built with.

    own_lexicon  whether by a lexicon that its creator gave, not the one khsearch brings
    fields       the index's own fields by name, each with its kind
    ranking      how its documents are ranked
    built        what is kept of the analyzer's settings; of format 1, the only record of what its terms depend on
    finished     False where a rebuild was interrupted, which only format 1 can tell
    """

    analyzer: Analyzer
    own_lexicon: bool
    fields: Mapping[str, str]
    ranking: Ranking
    built: Mapping[str, object]
    finished: bool = True


def make(breaker_name: str | None, lexicon: Lexicon | None, fields: Mapping[str, str], ranking: Ranking) -> Manifest:
    """Return the manifest of a new index; ValueError for an unknown breaker or kind of field."""
    check_fields(fields)
    analyzer = Analyzer(breaker(breaker_name, lexicon))
    return Manifest(analyzer, lexicon is not None, dict(fields), ranking, analyzer.settings())


def write(manifest: Manifest, name_file: NameFile) -> Files:
    """Return the files that keep it, under the names that `name_file` gives for a suffix."""
    name, files = name_file(".json"), dict[str, bytes]()
    content: dict[str, object] = {
        "format": version.NOW,
        "khsearch": version.__version__,
        "analyzer": manifest.analyzer.settings(),
        "own_lexicon": manifest.own_lexicon,
        "fields": dict(manifest.fields),
        "ranking": manifest.ranking.to_json(),
    }
    chosen = manifest.analyzer.breaker
    if isinstance(chosen, LatticeBreaker):
        lexicon = name_file(".khl")
        content |= {"lexicon": lexicon, "lexicon_sha256": chosen.lexicon.fingerprint}
        files[lexicon] = chosen.lexicon.data
    body = orjson.dumps(content, option=orjson.OPT_INDENT_2).removeprefix(b"{\n") + b"\n"
    head = b'{"checksum":"%b",\n' % xxhash.xxh3_64_hexdigest(body).encode()
    return {name: head + body, **files}


def read(where: str, files: Files) -> Manifest:
    """Read the manifest of the index of a name from the files of a commit.

    IndexMismatchError for a later format or an unknown breaker; IndexDamagedError.
    """
    path, content = _content(where, files)
    return _manifest(where, path, content, files)


def renewed(where: str, files: Files) -> Manifest:
    """Return what an index that is rebuilt gets: its breaker, its own lexicon or the present default one.

    Raises as `read` does.
    """
    path, content = _content(where, files)
    old = _manifest(where, path, content, files, only_own=True)
    chosen = old.analyzer.breaker
    lexicon = chosen.lexicon if isinstance(chosen, LatticeBreaker) and old.own_lexicon else None
    return make(chosen.name, lexicon, old.fields, old.ranking)


def _content(where: str, files: Files) -> tuple[str, Mapping[str, object]]:
    """Where the manifest is, for messages, and what it says."""
    name, data = next(iter(files.items()))
    path = f"{where}/{name}"
    head = _HEAD.match(data)
    if head and xxhash.xxh3_64_hexdigest(data[head.end() :]).encode() != head[1]:
        raise _damaged(where, path, "its checksum differs")
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as problem:
        raise _damaged(where, path, str(problem)) from None
    if not isinstance(content, dict) or not isinstance(content.get("analyzer"), dict):
        raise _damaged(where, path, "not the settings of an index")
    if not head and content.get("format") != 1:
        raise _damaged(where, path, "its checksum is missing")
    version.check_format(where, content.get("format"))
    return path, content


def _manifest(
    where: str, path: str, content: Mapping[str, object], files: Files, *, only_own: bool = False
) -> Manifest:
    built = cast("Mapping[str, object]", content["analyzer"])
    breaker_name, own = built.get("breaker"), content.get("own_lexicon") is True
    if not isinstance(breaker_name, str):
        raise _damaged(where, path, "no breaker named")
    data, source = None, where
    if breaker_name == "lattice" and (own or not only_own):
        source, data = _lexicon(where, content, files)
    try:
        analyzer = _analyzer(breaker_name, data, source)
    except ValueError:
        raise IndexMismatchError(
            f"{where}: built with the breaker {breaker_name!r}, which this khsearch lacks; use the one that wrote it"
        ) from None
    try:
        fields, ranking = content.get("fields", {}), Ranking.from_json(content.get("ranking", {}))
        check_fields(cast("Mapping[str, str]", fields))
    except (TypeError, ValueError, AttributeError) as problem:
        raise _damaged(where, path, f"its fields or ranking: {problem}") from None
    finished = content.get("finished", True) is True
    return Manifest(analyzer, own, cast("Mapping[str, str]", fields), ranking, built, finished)


def _lexicon(where: str, content: Mapping[str, object], files: Files) -> tuple[str, bytes]:
    name = str(content.get("lexicon", "lexicon.khl"))
    data = files.get(name)
    if data is None:
        raise _damaged(where, f"{where}/{name}", "the file is missing")
    if hashlib.sha256(data).hexdigest() != content.get("lexicon_sha256"):
        raise _damaged(where, f"{where}/{name}", "not what was written")
    return f"{where}/{name}", data


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


def _damaged(where: str, path: str, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path}: damaged ({what}); restore it from a backup, or save the documents: khsearch rebuild {where} --to NEW"
    )
