"""indexes: the indexes in which documents are: made, removed, counted."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from khsearch.errors import IndexDamagedError, IndexExistsError, IndexNotFoundError, IndexStoreError
from khsearch.remote.client import Client
from khsearch.remote.mapping import Layout, body_of
from khsearch.remote.patience import patiently

_COPIED = {"wait_for_events": "languid", "wait_for_no_initializing_shards": True, "timeout": "10s"}


def door_of(index: str) -> str:
    """Return the alias of an index through which it is written: it goes with the index, and no write makes it anew."""
    return f"{index}-w"


def make_index(client: Client, index: str, layout: Layout, shards: int, replicas: int, *aliases: str) -> None:
    """Make an empty index for documents, in the place of what a writer that died may have left there.

    Copies of its shards are begun before it is written, where there are nodes for them: a node that dies in the
    middle of a first fill does not take the only copy with it.
    """
    body = body_of(layout, shards, replicas)
    body["aliases"] = {name: {} for name in (door_of(index), *aliases)}

    def make() -> None:
        remove_index(client, index)
        with suppress(IndexExistsError):  # the answer was lost, and the library has asked again
            client.ask("PUT", f"/{index}", body)

    patiently(make)
    with suppress(IndexStoreError):  # too slow, or without the right to ask: it can be written all the same
        client.ask("GET", f"/_cluster/health/{index}", params=_COPIED)


def remove_index(client: Client, index: str) -> None:
    """Remove an index, if there is one."""
    client.ask("DELETE", f"/{index}", params={"ignore_unavailable": True})


def led_to(client: Client) -> list[str]:
    """Return the indexes to which the alias of an index leads, in order."""
    try:
        return sorted(client.ask("GET", f"/{client.alias}/_alias"))
    except IndexNotFoundError:
        return []


def misled(client: Client, there: Iterable[str], index: str) -> IndexDamagedError:
    """Return the error that the alias leads elsewhere than to the index of the commit."""
    names = ", ".join(there) or "nothing"
    return IndexDamagedError(
        f"{client.name}: damaged: the alias {client.alias} leads to {names}, and the documents are in {index}; let it "
        "lead there alone, by POST /_aliases"
    )


def counts(client: Client, index: str) -> tuple[int, int]:
    """Return how many documents an index has, and how many deleted ones it still counts."""
    documents = client.checked(client.ask("POST", f"/{index}/_count", {"query": {"match_all": {}}}))["count"]
    stats: Any = client.checked(client.ask("GET", f"/{index}/_stats/docs"))
    return int(documents), int(stats["_all"]["primaries"]["docs"]["deleted"])
