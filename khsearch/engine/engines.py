"""engines: the kinds of engines from elsewhere, by the scheme of an address: "shelf" for "shelf://...".

One is registered by its package:

    register_engine("shelf", ShelfKind())

or names an object under the entry point group `khsearch.engines`, by its scheme.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from khsearch import plugins
from khsearch.arguments import TEXT, Kind, checked

if TYPE_CHECKING:
    from khsearch.documents import Document
    from khsearch.engine.view import Engine, Files, NameFile
    from khsearch.schema import Schema

_METHODS = ("create", "open", "verify", "rescue")
GROUP = "khsearch.engines"
FILE, IN_MEMORY = "file", "memory"
CLUSTERS = ("http", "https")
"""Schemes of the engines that khsearch brings; "file" is that of every path."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


class EngineKind(Protocol):
    """Makes and opens indexes at addresses of one scheme. Addresses come as they were given; a path is absolute."""

    def create(self, address: str, schema: Schema, write_files: Callable[[NameFile], Files]) -> Engine:
        """Create an empty index whose first commit has some files.

        IndexExistsError, IndexLockedError where another is creating one, IndexStoreError.
        """

    def open(self, address: str, *, cache_bytes: int | None = None) -> Engine:
        """Open an index; IndexNotFoundError, IndexDamagedError, IndexMismatchError for a later format.

        cache_bytes: what it may keep in memory of what it was asked for; None leaves it to the engine.
        """

    def verify(self, address: str) -> list[str]:
        """Read all there is -> what is wrong, part by part; IndexNotFoundError where there is no index."""

    def rescue(self, address: str) -> tuple[Files, Iterator[Document | str]]:
        """What can still be read of a damaged index: its files, and its documents; for what is lost, a str that tells.

        IndexDamagedError where nothing can be read.
        """


_kinds: dict[str, EngineKind] = {}
_KIND = Kind(
    "an object, no class, with the methods create, open, verify and rescue of EngineKind",
    lambda value: value if not isinstance(value, type) and _has_methods(value) else None,
)


@checked(scheme=TEXT, kind=_KIND)
def register_engine(scheme: str, kind: EngineKind) -> None:
    """Let a kind of engine keep the indexes at addresses of a scheme, as "shelf".

    A second kind of a scheme takes the place of the first; ValueError for what is no scheme, or one of khsearch's own.
    """
    if scheme != scheme.lower() or not _SCHEME.fullmatch(f"{scheme}://"):
        raise ValueError(
            f"scheme takes two or more lower case letters, digits, +, . and -, a letter first, not {scheme!r}"
        )
    if scheme in (FILE, IN_MEMORY, *CLUSTERS):
        raise ValueError(f"khsearch brings an engine for {scheme}; choose another scheme")
    _kinds[scheme] = kind


def scheme_of(address: str) -> str:
    """Return the scheme of an address; "file" for a path."""
    found = _SCHEME.match(address)
    return found[1].lower() if found else FILE


def engine_kind(address: str) -> EngineKind:
    """Return what keeps the index at an address; ValueError for a scheme that nothing is registered for."""
    scheme = scheme_of(address)
    found = _kinds.get(scheme)
    if found is None:
        point = plugins.entry_points(GROUP).get(scheme)
        if point is None:  # the address may hold a password
            raise ValueError(f"no engine for {scheme}:// addresses; install the package that brings it, or give a path")
        found = _kinds.setdefault(scheme, plugins.load(point, f"the engine for {scheme}://", _KIND))
    return found


def _has_methods(value: object) -> bool:
    return all(callable(getattr(value, name, None)) for name in _METHODS)
