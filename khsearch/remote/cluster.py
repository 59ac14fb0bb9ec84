"""cluster: indexes in OpenSearch, as `khsearch.engine.EngineKind` has them: made, opened, checked, saved.

An index NAME is an alias of NAME-1, which holds the documents, and NAME-meta (`metadata`). A rebuild makes NAME-2 and
puts the alias over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Any

from khsearch.documents import Document
from khsearch.engine import Files, NameFile
from khsearch.errors import IndexDamagedError, IndexExistsError, IndexNotFoundError, IndexStoreError
from khsearch.remote.addresses import Address, Auth, read_address
from khsearch.remote.client import Client, Signer
from khsearch.remote.engine import RemoteEngine
from khsearch.remote.indexes import counts, led_to, make_index, misled, remove_index
from khsearch.remote.lease import Lease
from khsearch.remote.mapping import layout_from, layout_of
from khsearch.remote.metadata import Head, Metadata
from khsearch.remote.tables import read_table
from khsearch.schema import Schema

AUTH_VARIABLE = "KHSEARCH_HTTP_AUTH"
"""The variable of the environment with "user:password" for all indexes in OpenSearch that are given none."""

_ATTEMPTS = 5  # to verify a commit while others follow

_given: dict[
    str, tuple[Auth | Signer | None, Mapping[str, Any]]
] = {}  # for each address, so that a copy of an index opens, too


class Cluster:
    """Indexes in OpenSearch."""

    def __init__(
        self,
        *,
        shards: int = 1,
        replicas: int = 0,
        http_auth: Auth | Signer | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """shards, replicas: of indexes that are created. http_auth: user and password, or what signs requests.

        options: of the client, see `client.Client`. Without these two, an index is opened with what this process was
        given for its address before, or with user and password of the address, or of the environment.
        """
        self._shape = shards, replicas
        self._options = dict(options or {})
        self._http_auth: Auth | Signer | None = http_auth or self._options.pop("http_auth", None)

    def __repr__(self) -> str:
        return f"Cluster(shards={self._shape[0]}, replicas={self._shape[1]})"

    def create(self, address: str, schema: Schema, write_files: Callable[[NameFile], Files]) -> RemoteEngine:
        """Create an empty index; what a creation that was interrupted has left is no reason to refuse it."""
        client = self._client(address)
        metadata = Metadata(client)
        layout = layout_of(schema)
        files = write_files(lambda suffix: f"{token_hex(8)}{suffix}")
        _check_free(client, metadata)
        with suppress(IndexExistsError):
            client.ask("PUT", f"/{metadata.index}", metadata.body(self._shape[1]))
        lease = Lease(client.name, metadata)
        lease.take(0.0)
        try:
            _check_free(client, metadata)
            index = f"{client.alias}-1"
            make_index(client, index, layout, *self._shape, client.alias)
            blobs = {name: metadata.write(content) for name, content in files.items()}
            metadata.put_head(Head(token_hex(8), index, token_hex(8), blobs))
        finally:
            lease.release()
        self._remember(address)
        return RemoteEngine(client, None)

    def open(self, address: str, *, cache_bytes: int | None = None) -> RemoteEngine:
        """Open an index."""
        client = self._client(address)
        try:
            Metadata(client).head()
        except IndexNotFoundError:
            _check_foreign(client)
            raise
        self._remember(address)
        return RemoteEngine(client, cache_bytes)

    def verify(self, address: str) -> list[str]:
        """Read the commit document, files and tables, and count the documents.

        What a later commit has removed meanwhile is not missing: the later one is looked at.
        """
        client = self._client(address)
        metadata = Metadata(client)
        for _ in range(_ATTEMPTS):
            try:
                head = metadata.head()
                problems = self._problems(client, metadata, head)
                if not problems or metadata.head().sequence == head.sequence:
                    break
            except IndexDamagedError as problem:
                return [str(problem)]
        return problems

    def _problems(self, client: Client, metadata: Metadata, head: Head) -> list[str]:
        """What is wrong with a commit."""
        problems: list[str] = []

        def read(what: Callable[[], object]) -> None:
            try:
                what()
            except IndexStoreError as problem:
                problems.append(str(problem))

        for name, blob in head.files.items():
            read(lambda: metadata.read(blob, f"the file {name}"))  # noqa: B023
        for part in head.parts:
            for name, blob in part.tables.items():
                read(lambda: read_table(metadata, blob, name))  # noqa: B023
        read(lambda: _check_documents(client, head))
        return problems

    def rescue(self, address: str) -> tuple[Files, Iterator[Document | str]]:
        """What can be read."""
        client = self._client(address)
        metadata = Metadata(client)
        head = metadata.head()
        files: dict[str, bytes] = {}
        for name, blob in head.files.items():
            files[name] = b""  # whoever reads it finds that it is not what was written
            with suppress(IndexDamagedError):
                files[name] = metadata.read(blob, name)
        return files, _saved(RemoteEngine(client, None), head, files)

    def remove_empty(self, address: str) -> None:
        """Remove an index without documents, for who has its writer; nothing where there are some."""
        client = self._client(address)
        metadata = Metadata(client)
        head = metadata.head()
        if head.sending is None and not counts(client, head.index)[0]:
            remove_index(client, head.index)
            remove_index(client, metadata.index)

    def _client(self, address: str) -> Client:
        place, auth = self._read(address)
        options: Mapping[str, Any] = self._options
        if auth is None and not options:
            auth, options = _given.get(place.name, (None, {}))
        return Client(place, auth or _auth_of_environment(), **options)

    def _remember(self, address: str) -> None:
        """Open copies of an index with what opened it; what the cluster refused is never remembered."""
        place, auth = self._read(address)
        if auth is not None or self._options:
            _given[place.name] = auth, self._options

    def _read(self, address: str) -> tuple[Address, Auth | Signer | None]:
        place, told = read_address(address)
        return place, self._http_auth or told


CLUSTER = Cluster()
"""Indexes in OpenSearch, made with one shard and no replica."""


def keep_secret(address: str) -> str:
    """Keep user and password of an address in this process -> the address without them, which opens the same index.

    ValueError for an address that cannot be.
    """
    place, auth = read_address(address)
    if auth is not None:
        _given[place.name] = auth, _given[place.name][1] if place.name in _given else {}
    return place.name


def _auth_of_environment() -> Auth | None:
    told = os.environ.get(AUTH_VARIABLE)
    if not told:
        return None
    user, colon, password = told.partition(":")
    if not colon:
        raise IndexStoreError(f"{AUTH_VARIABLE} holds user:password, with a colon between; set it so, or unset it")
    return user, password


def _check_free(client: Client, metadata: Metadata) -> None:
    """IndexExistsError where there is an index at the address, or something else is in the way of one."""
    name = client.name
    try:
        meta = client.ask("GET", f"/{metadata.index}/_mapping")
    except IndexNotFoundError:
        pass
    else:
        if any("khsearch" not in one["mappings"].get("_meta", {}) for one in meta.values()):
            raise IndexExistsError(f"{name}: {metadata.index} is no index of khsearch's; choose another name")
        if metadata.get("commit") is not None:
            raise IndexExistsError(f"{name}: holds an index already; open it, or choose another name")
    first = f"{client.alias}-1"
    for there in (client.alias, first):
        try:
            found = client.ask("GET", f"/{there}/_mapping")
        except IndexNotFoundError:
            continue
        empty = counts(client, there)[0] == 0
        if set(found) != {first} or not empty or "khsearch" not in found[first]["mappings"].get("_meta", {}):
            ours = all("khsearch" in one["mappings"].get("_meta", {}) for one in found.values())
            raise IndexExistsError(
                f"{name}: {', '.join(sorted(found))} is there, and is no index that could be opened; "
                f"{'delete it, or ' if ours else ''}choose another name"
            )


def _check_foreign(client: Client) -> None:
    """IndexMismatchError where an index without commits is none of khsearch's, IndexDamagedError where it is one."""
    with suppress(IndexNotFoundError):
        for told in client.ask("GET", f"/{client.alias}/_mapping").values():
            layout_from(client.name, told["mappings"])
        if counts(client, client.alias)[0]:  # what a creation that was interrupted has left is empty
            raise IndexDamagedError(
                f"{client.name}: damaged: {client.alias}-meta, which says what was committed, has gone; restore it "
                "from a snapshot"
            )


def _check_documents(client: Client, head: Head) -> None:
    """IndexStoreError where not all documents of a commit can be read, or others are there."""
    try:
        found, _ = counts(client, head.index)
    except IndexNotFoundError:
        raise IndexDamagedError(
            f"{client.name}: damaged: {head.index}, which holds the documents, has gone; restore it from a snapshot"
        ) from None
    if found != head.documents and head.sending is None:
        raise IndexDamagedError(
            f"{client.name}: damaged: {head.index} has {found:,} documents, and {head.documents:,} were committed; "
            "whoever writes to it beside khsearch changes what is found"
        )
    leads = led_to(client)
    if leads != [head.index] and head.sending is None:
        raise misled(client, leads, head.index)


def _saved(engine: RemoteEngine, head: Head, files: Files) -> Iterator[Document | str]:
    lost: list[str] = []
    view, _ = engine.view_of(head, files)
    for document in view.documents(lost.append):
        yield from lost
        lost.clear()
        yield document
    yield from lost
