"""paging: where a page of hits ended, as a token that a web page can hold, and back."""

from __future__ import annotations

import orjson
import xxhash

from khsearch.engine import Place
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.sharing import loading

_LONGEST = 200_000  # characters of a token: a key to sort by may be a long text


@frozen
class Behind:
    """What comes behind the last hit of a page.

    rank   of that hit
    loose  whether it is a looser one
    place  where it stands in the engine's order; None: the rank says where to go on
    """

    rank: int
    loose: bool
    place: Place | None


def token(search: str, behind: Behind) -> str:
    """Write a token; `search` says what was asked, which it then goes with."""
    loading("base64")
    import base64

    content = [_digest(search), behind.rank, int(behind.loose), behind.place]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def behind(search: str, given: str) -> Behind:
    """Read a token; QueryError for what is none, or belongs to another search."""
    loading("base64")
    import base64

    try:
        if len(given) > _LONGEST:
            raise ValueError("too long")
        content = orjson.loads(base64.b64decode(given.encode() + b"=" * (-len(given) % 4), b"-_", validate=True))
        of, rank, loose, place = content
        if type(rank) is not int or rank < 1 or loose not in (0, 1) or not isinstance(place, list | None):
            raise ValueError("other values")
    except (ValueError, TypeError):  # as that of base64 is
        shown = given if len(given) <= 40 else given[:40] + "\u2026"
        raise QueryError(
            f"search_after takes what results.after told, not {shown!r}; begin at the first page"
        ) from None
    if of != _digest(search):
        raise QueryError(
            "search_after was told by another search; give it with the same query, match, sort and group_by, or begin "
            "at the first page"
        )
    return Behind(rank, bool(loose), place)


def _digest(search: str) -> str:
    return xxhash.xxh3_64_hexdigest(search.encode("utf-8", "surrogatepass"))
