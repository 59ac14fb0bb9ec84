"""manifest: what built an index: settings, and the resources of its breaker, as the files that belong to its commits.

The manifest proper (`khsearch.json` in a new index) says which khsearch and breaker broke the texts, and how they are
ranked; what the breaker reads, a lexicon, is kept whole. So an index goes on breaking queries as it broke its documents
whatever lexicon a later khsearch brings. The engine keeps all with the commit, so that a rebuild puts them in their
places at once. Spellings of one's own, and the table of the files from which the documents came
(`documents.files.table`), are kept in the same way, and may change from one commit to the next. The first line of a
manifest is a checksum of all others, for one whose commit is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import orjson
import xxhash

from khsearch import version
from khsearch.documents import check_fields
from khsearch.errors import IndexDamagedError, IndexMismatchError, IndexStoreError, LexiconError
from khsearch.filetable import NO_FILES, FileTable
from khsearch.frozen import frozen
from khsearch.khmer import (
    DIVIDED_BY,
    ICU,
    WAYS,
    Analyzer,
    Breaker,
    Lexicon,
    breaker,
    check_registered,
    make_breaker,
    shared_analyzer,
)
from khsearch.query import DEFAULT, Ranking
from khsearch.schema import Declared, FieldKind, TextField, declared, kinds_of, weights_of
from khsearch.sharing import loading
from khsearch.spellings import NONE, Spellings

if TYPE_CHECKING:
    from khsearch.engine import Files, NameFile

SEAL = b'{"checksum":'
"""How a manifest begins, since format 2."""

_LEXICON = "lexicon"
_NAMED_ANEW = ("checksum", "spellings", "file_table", "resources")
_HEAD = re.compile(rb'\{"checksum":"([0-9a-f]{16})",\n')


@frozen
class Manifest:
    """What an index was built with.

    own_lexicon  whether by resources that its creator gave, a lexicon, not those that the breaker brings
    fields       the index's own fields by name, each with its kind
    ranking      how its documents are ranked, with the weights of own fields that a search looks into unnamed
    spellings    those of one's own that searches take for the same
    files        the table of the files from which the documents came, which is read when it is asked for
    built        what is kept of the analyzer's settings; of format 1, the only record of what its terms depend on
    finished     False where a rebuild was interrupted, as only format 1 tells
    """

    analyzer: Analyzer
    own_lexicon: bool
    fields: Mapping[str, FieldKind]
    ranking: Ranking
    built: Mapping[str, object]
    spellings: Spellings = NONE
    files: FileTable = NO_FILES
    finished: bool = True

    @property
    def declared(self) -> Declared:
        """The own fields as they were declared."""
        return declared(self.fields, self.ranking.own)


def make(chosen: str | Breaker | None, lexicon: Lexicon | None, fields: Declared, ranking: Ranking) -> Manifest:
    """Return the manifest of a new index, whose breaker is a name, or an object of a registered name.

    ValueError for an unknown breaker or kind of field, or for a lexicon beside a breaker that is an object.
    """
    check_fields(fields)
    ranking.to_json()  # refuses what an index cannot keep
    own = lexicon is not None
    if chosen is None or isinstance(chosen, str):
        made = breaker(chosen, lexicon)
    elif own:
        raise ValueError("a breaker that is an object brings its own lexicon; leave the lexicon out")
    else:
        made, own = check_registered(chosen), True
    analyzer = Analyzer(made)
    return Manifest(analyzer, own, kinds_of(fields), ranking.over(weights_of(fields)), analyzer.settings())


def write(manifest: Manifest, name_file: NameFile) -> Files:
    """Return the files that keep it, under the names that `name_file` gives for a suffix."""
    name, files = name_file(".json"), dict[str, bytes]()
    content: dict[str, object] = {
        "format": version.NOW,
        "khsearch": version.__version__,
        "analyzer": manifest.analyzer.settings(),
        "own_lexicon": manifest.own_lexicon,
        **_declaration(manifest.declared),
        "ranking": manifest.ranking.to_json(),
    }
    named: dict[str, str] = {}
    made = manifest.analyzer.breaker
    for resource, data in made.resources().items():
        if not isinstance(resource, str) or not isinstance(data, bytes):
            raise ValueError(  # noqa: TRY004  (as for all else that a breaker does wrong)
                f"the breaker {made.name!r} gives {resource!r} as a {type(data).__name__} among its resources: they "
                "are bytes by name; mend it"
            )
        named[resource] = name_file(".khl")
        files[named[resource]] = data
    if _LEXICON in named:  # format 1 knew no other
        lexicon = named.pop(_LEXICON)
        content |= {"lexicon": lexicon, "lexicon_sha256": _sha256(files[lexicon])}
    if named:
        content["resources"] = named
    files |= _beside(content, manifest.spellings.data, manifest.files.data, name_file)
    return {name: sealed(content), **files}


def respelled(where: str, files: Files, spellings: bytes, name_file: NameFile) -> Files:
    """Return the files of a commit with other spellings, all else as it is.

    Raises as `read` does.
    """
    _, content = _content(where, files)
    return _changed(where, files, {}, spellings, _kept(where, content, files)[1].data, name_file)


def refiled(where: str, files: Files, table: bytes, name_file: NameFile) -> Files:
    """Return the files of a commit with another table of files, all else as it is. Raises as `read` does."""
    _, content = _content(where, files)
    return _changed(where, files, {}, _kept(where, content, files)[0].data, table, name_file)


def reweighted(where: str, files: Files, fields: Declared, name_file: NameFile) -> Files:
    """Return the files of a commit with own fields of other weights, all else as it is.

    Raises as `read` does.
    """
    _, content = _content(where, files)
    spellings, table = _kept(where, content, files)
    return _changed(where, files, _declaration(fields), spellings.data, table.data, name_file)


def _declaration(fields: Declared) -> dict[str, object]:
    return {"fields": kinds_of(fields), "weights": weights_of(fields)}


def _changed(
    where: str, files: Files, changes: Mapping[str, object], spellings: bytes, table: bytes, name_file: NameFile
) -> dict[str, bytes]:
    _, old = _content(where, files)
    name, copies = name_file(".json"), dict[str, bytes]()
    content = {key: value for key, value in old.items() if key not in _NAMED_ANEW}
    content.update(changes)
    content["format"] = version.NOW
    named = {}
    for resource, known in _resource_names(old).items():
        if known not in files:
            raise _missing(where, known)
        named[resource] = name_file(".khl")
        copies[named[resource]] = files[known]
    if "lexicon_sha256" in old:
        content["lexicon"] = named.pop(_LEXICON)
    if named:
        content["resources"] = named
    copies |= _beside(content, spellings, table, name_file)
    return {name: sealed(content), **copies}


def _beside(content: dict[str, object], spellings: bytes, table: bytes, name_file: NameFile) -> dict[str, bytes]:
    """Name the files of spellings and of a table of files in a manifest -> these files, of what there is."""
    found = {}
    for key, suffix, data in (("spellings", ".tsv", spellings), ("file_table", ".files", table)):
        if data:
            content[key] = name = name_file(suffix)
            found[name] = data
    return found


def sealed(content: Mapping[str, object]) -> bytes:
    """The file of a manifest: its content below its checksum."""
    body = orjson.dumps(content, option=orjson.OPT_INDENT_2).removeprefix(b"{\n") + b"\n"
    return SEAL + b'"%b",\n' % xxhash.xxh3_64_hexdigest(body).encode() + body


def read(where: str, files: Files) -> Manifest:
    """Read the manifest of the index of a name from the files of a commit.

    IndexMismatchError for a later format or an unknown breaker; IndexDamagedError.
    """
    path, content = _content(where, files)
    return _manifest(where, path, content, files)


def renewed(where: str, files: Files) -> Manifest:
    """Return what an index that is rebuilt gets: its breaker, its own lexicon or the present default one.

    What divides other scripts without spaces is what this machine has. Raises as `read` does.
    """
    path, content = _content(where, files)
    old = _manifest(where, path, content, files, only_own=True)
    kept = old.analyzer.breaker
    analyzer = Analyzer(kept if old.own_lexicon else make_breaker(kept.name, {}))
    return Manifest(analyzer, old.own_lexicon, old.fields, old.ranking, analyzer.settings(), old.spellings, old.files)


def without_breaker(where: str, files: Files) -> Manifest:
    """Return what an index gets whose breaker cannot be had: the default one, and what can be read of its settings."""
    fields: Declared = {}
    ranking, spellings, table = DEFAULT, NONE, NO_FILES
    with suppress(IndexStoreError):
        path, content = _content(where, files)
        fields, ranking = _settings(where, path, content)
        spellings, table = _kept(where, content, files)
    return replace(make(None, None, fields, ranking), spellings=spellings, files=table)


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
    divided_by = built.get(DIVIDED_BY, ICU)
    if divided_by not in WAYS:
        raise _damaged(where, path, f"scripts without spaces divided by {divided_by!r}")
    resources = _resources(where, content, files) if own or not only_own else {}
    try:
        analyzer = shared_analyzer(breaker_name, resources, str(divided_by))
    except LexiconError as problem:
        raise _damaged(where, path, str(problem)) from None
    except ValueError as problem:
        raise IndexMismatchError(
            f"{where}: built with the breaker {breaker_name!r}, which is not to be had here ({problem}); call "
            "khsearch.register_breaker before, or install the package that brings it; or save the documents: "
            f"khsearch rebuild {where} --to NEW"
        ) from None
    fields, ranking = _settings(where, path, content)
    finished = content.get("finished", True) is True
    kept = _kept(where, content, files)
    return Manifest(analyzer, own, kinds_of(fields), ranking.over(weights_of(fields)), built, *kept, finished)


def _settings(where: str, path: str, content: Mapping[str, object]) -> tuple[Declared, Ranking]:
    """The own fields and the ranking."""
    try:
        fields, ranking = fields_of(content), Ranking.from_json(content.get("ranking", {}))
    except (TypeError, ValueError, AttributeError) as problem:
        raise _damaged(where, path, f"its fields or ranking: {problem}") from None
    return fields, ranking


def fields_of(content: Mapping[str, object]) -> Declared:
    """Read the own fields as `write` writes them; TypeError, ValueError, AttributeError."""
    kinds, weights = content.get("fields", {}), content.get("weights", {})
    if not isinstance(kinds, dict) or not isinstance(weights, dict) or not weights.keys() <= kinds.keys():
        raise TypeError("not the fields of an index")
    fields = {name: TextField(weights[name]) if name in weights else kind for name, kind in kinds.items()}
    check_fields(fields, kept=fields)
    if kinds_of(fields) != kinds:
        raise TypeError("a field that is no text has a weight")
    return fields


def _resources(where: str, content: Mapping[str, object], files: Files) -> dict[str, bytes]:
    """What was kept of the breaker, by name."""
    found = {}
    for resource, name in _resource_names(content).items():
        data = files.get(name)
        if data is None:
            raise _missing(where, name)
        # Since format 2, the commit vouches for its files.
        if resource == _LEXICON and content.get("format") == 1 and _sha256(data) != content["lexicon_sha256"]:
            raise _damaged(where, f"{where}/{name}", "not what was written")
        found[resource] = data
    return found


def _resource_names(content: Mapping[str, object]) -> dict[str, str]:
    """The files of what was kept of the breaker, by name of the resource."""
    others = content.get("resources", {})
    named = {str(resource): str(name) for resource, name in others.items()} if isinstance(others, dict) else {}
    if "lexicon_sha256" in content:
        named[_LEXICON] = str(content.get("lexicon", "lexicon.khl"))
    return named


def _kept(where: str, content: Mapping[str, object], files: Files) -> tuple[Spellings, FileTable]:
    named = (_named(where, content, files, key) for key in ("spellings", "file_table"))
    return Spellings(*next(named)), FileTable(*next(named))


def _named(where: str, content: Mapping[str, object], files: Files, key: str) -> tuple[str, bytes]:
    """The path and the bytes of the file that a manifest names under a key; both empty where it names none."""
    name = content.get(key)
    if name is None:
        return "", b""
    if not isinstance(name, str) or name not in files:
        raise _missing(where, str(name))
    return f"{where}/{name}", files[name]


def _sha256(data: bytes) -> str:
    loading("hashlib")
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _missing(where: str, name: str) -> IndexDamagedError:
    return _damaged(where, f"{where}/{name}", "the file is missing")


def _damaged(where: str, path: str, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path}: damaged ({what}); restore it from a backup, or save the documents: khsearch rebuild {where} --to NEW"
    )
