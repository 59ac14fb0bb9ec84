"""targets: the path and the query string of a request, held to say one thing: percent-encoded UTF-8, nothing else.

Servers and frameworks decode what they cannot read as U+FFFD, or leave it as it is: then one document is asked for
under the id of another. Such a request is refused instead.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from khsearch.errors import QueryError

_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]")
_LOST = "\ufffd"


def check(scope: Scope) -> None:
    """QueryError for a path or query string that is not percent-encoded UTF-8."""
    path = scope.get("raw_path")
    if path is None and _LOST in scope["path"]:
        raise QueryError("the path is not told as it was sent, and may be wrong; give the id as ?id=, percent-encoded")
    for name, raw in (("path", path or b""), ("query string", scope["query_string"])):
        if _BROKEN.search(raw):
            raise QueryError(f"the {name} is not percent-encoded; write % as %25, and other signs as bytes of UTF-8")
        try:
            unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError:
            raise QueryError(f"the {name} is not UTF-8; percent-encode its bytes in UTF-8") from None


def raw(scope: Scope) -> bytes:
    """Return what was asked for, path and query string, as bytes: it names the answer in a commit."""
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    query: bytes = scope["query_string"]
    return path + b"?" + query
