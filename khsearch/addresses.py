"""addresses: where an index is, as a path or with a scheme; what keeps it there.

/data/news.idx     a folder: the embedded engine
memory://1         the memory of this process
http://host:9200/news, https://...    OpenSearch
anything://...     what `register_engine`, or an entry point, brings for the scheme
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from khsearch.columnar import Embedded
from khsearch.engine import CLUSTERS, FILE, IN_MEMORY, EngineKind, engine_kind, scheme_of
from khsearch.sharing import loading

_EMBEDDED = Embedded()
_counter = count(1)


def address_of(path: str | Path) -> str:
    """Return the address as engines take it: a path in full, anything else as it is; ValueError for file://..."""
    given = str(path)
    if not is_path(given):
        return given
    if given.lower().startswith(f"{FILE}://"):  # as a path, it would be that of a folder "file:" here
        raise ValueError(f"path takes the path of a folder as it is, without {FILE}://, not {given!r}")
    return str(Path(given).absolute())


def is_path(address: str) -> bool:
    """Whether an address is the path of a folder."""
    return scheme_of(address) == FILE


def new_in_memory() -> str:
    """Return an address in memory that no index has had."""
    return f"{IN_MEMORY}://{next(_counter)}"


def kind_at(address: str) -> EngineKind:
    """Return what keeps the index at an address; ValueError for a scheme that nothing is registered for."""
    scheme = scheme_of(address)
    if scheme == FILE:
        return _EMBEDDED
    if scheme == IN_MEMORY:
        loading("khsearch.memory.store")
        from khsearch import memory

        return memory.MEMORY
    if scheme in CLUSTERS:
        return cluster()
    return engine_kind(address)


def cluster(
    *,
    shards: int = 1,
    replicas: int = 0,
    http_auth: tuple[str, str] | Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> EngineKind:
    """Return what keeps indexes in OpenSearch: with so many shards and replicas, by a client with such options."""
    loading("khsearch.remote.cluster")
    from khsearch.remote import Cluster

    return Cluster(shards=shards, replicas=replicas, http_auth=http_auth, options=options)


def is_cluster(address: str) -> bool:
    """Whether an address is that of an index in OpenSearch."""
    return scheme_of(address) in CLUSTERS


def without_secrets(address: str) -> str:
    """Return an address as it can be shown; this process keeps user and password that it had, and opens it by them.

    ValueError for an address of OpenSearch that cannot be.
    """
    if not is_cluster(address):
        return address
    loading("khsearch.remote.cluster")
    from khsearch.remote import keep_secret

    return keep_secret(address)


def remove_empty(address: str) -> None:
    """Remove an index in OpenSearch, for who has its writer, if there are no documents in it."""
    loading("khsearch.remote.cluster")
    from khsearch.remote import Cluster

    Cluster().remove_empty(address)


def title_of(address: str) -> str:
    """Return what to call an index by: the name of its folder without an ending, or its name in OpenSearch."""
    return Path(address).stem if is_path(address) else address.rpartition("/")[2]
