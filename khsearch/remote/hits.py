"""hits: what a search of OpenSearch returns for each document: what it calls it, its number, the document itself.

All comes from doc values: to read what Lucene stores beside them takes most of the time of a search, since it keeps
there, until segments are merged, all that was sent.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any, Final

import orjson

from khsearch.errors import IndexDamagedError, IndexStoreError
from khsearch.frozen import frozen

Hit = dict[str, Any]

KEYS: Final = {"stored_fields": "_none_", "docvalue_fields": ["key"]}
"""What a search asks for whose documents are only named."""

DOCUMENTS: Final = {"stored_fields": "_none_", "docvalue_fields": ["key", "added", "doc"]}
"""What a search asks for whose documents are read."""

_PLAIN, _DEFLATED = b"p", b"d"
_SHORT = 200  # bytes: what is shorter gets no shorter by it
_LEVEL = 1  # of zlib: a third of the size is had quickly


@frozen
class Content:
    """A document of OpenSearch: its number in the order of adding, and its JSON."""

    number: int
    doc: dict[str, Any]


def packed(line: bytes) -> str:
    """Return a document's line of JSON as a field of OpenSearch keeps it."""
    data = _PLAIN + line if len(line) < _SHORT else _DEFLATED + zlib.compress(line, _LEVEL)
    return base64.b64encode(data).decode()


def key_in(hit: Hit) -> str:
    """Return what OpenSearch calls the document of a hit."""
    key: str = _fields(hit)["key"][0]
    return key


def gone(name: str, key: str) -> IndexStoreError:
    """Return the error that a document of an index is not there any more."""
    return IndexStoreError(f"{name}: the document {key!r:.200} was deleted meanwhile; search again")


def content_in(hit: Hit) -> Content | None:
    """Return the document of a hit; None where it did not ask for it. ValueError for what khsearch never wrote."""
    fields = _fields(hit)
    if "doc" not in fields:
        return None
    return Content(int(fields["added"][0]), _unpacked(fields["doc"][0]))


def _fields(hit: Hit) -> dict[str, Any]:
    fields: dict[str, Any] | None = hit.get("fields")
    if fields is None or "key" not in fields:
        raise IndexDamagedError(
            f"{hit.get('_index')}: damaged: it holds a document that khsearch did not write; delete what has no field "
            "'key' there, by POST _delete_by_query"
        )
    return fields


def _unpacked(text: str) -> dict[str, Any]:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)  # it comes back without its padding
        line = zlib.decompress(data[1:]) if data[:1] == _DEFLATED else data[1:]
    except (binascii.Error, zlib.error) as problem:
        raise ValueError(str(problem)) from None
    found = orjson.loads(line)
    if not isinstance(found, dict):
        raise ValueError("no document")  # noqa: TRY004  (what is kept is wrong, not an argument)
    return found
