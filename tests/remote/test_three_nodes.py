"""Three nodes: one of them dies while documents are written, and with it the only copy of a shard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.error import URLError

import pytest

from khsearch import Index, IndexStoreError
from khsearch.remote.addresses import read_address
from khsearch.remote.client import Client
from khsearch.remote.indexes import make_index
from khsearch.remote.mapping import layout_of
from khsearch.schema import schema_of
from tests import opensearch_node
from tests.opensearch_node import ask
from tests.remote import corpora

pytestmark = pytest.mark.slow

DOCUMENTS = 3_000
NAME = "three"


def address(cluster: dict[str, str]) -> str:
    """An index that any of the nodes is asked for."""
    return f"http://{','.join(url.removeprefix('http://') for url in cluster.values())}/{NAME}"


def shards(url: str, index: str) -> dict[str, set[str]]:
    """Numbers of the shards of an index that each node has a copy of."""
    found: dict[str, set[str]] = {}
    for one in ask(url, f"/_cat/shards/{index}?format=json&h=shard,node,state"):
        found.setdefault(one["node"], set()).add(one["shard"])
    return found


def written(url: str) -> int:
    """How many documents the shards were told to write, copies counted."""
    told = ask(url, f"/{NAME}-1,{NAME}-2/_stats/indexing?ignore_unavailable=true")
    return int(told["_all"]["total"]["indexing"]["index_total"])


def test_a_new_index_has_its_copies_before_it_is_written(cluster):
    client = Client(read_address(address(cluster))[0])
    url = next(iter(cluster.values()))
    for number in range(10):
        make_index(client, f"{NAME}-{number}", layout_of(schema_of({})), shards=3, replicas=1)
        states = [one["state"] for one in ask(url, f"/_cat/shards/{NAME}-{number}?format=json&h=state")]
        assert states == ["STARTED"] * 6


@pytest.mark.parametrize("ahead", [-1, 1 << 40])  # before the commit, to a new index; by the commit
def test_a_node_that_is_killed_while_documents_are_written_loses_none(cluster, monkeypatch, ahead):
    monkeypatch.setattr("khsearch.remote.writer.AHEAD", ahead)
    monkeypatch.setattr("khsearch.remote.bulk.MOST_BYTES", 20_000)  # many bulks: it dies in the middle of them
    first, *_, last = cluster
    documents = corpora.make(range(DOCUMENTS))
    outcome: list[BaseException | None] = []

    def write(index: Index) -> None:
        try:
            with index.writer() as writer:
                writer.add_all(documents)
        except BaseException as problem:
            outcome.append(problem)
        else:
            outcome.append(None)

    with Index.create(address(cluster), fields=corpora.FIELDS, shards=3, replicas=1) as index:
        thread = threading.Thread(target=write, args=(index,))
        thread.start()
        while written(cluster[first]) < DOCUMENTS // 10:
            assert thread.is_alive(), outcome
            time.sleep(0.01)
        opensearch_node.kill(last)
        assert thread.is_alive(), "all was written before the node died: there is nothing to see"
        thread.join(300)
        assert outcome == [None]
        corpora.holds(index, {document.id: document for document in documents})


ASKED: dict[str, Callable[[Index], object]] = {
    "total": lambda index: index.search("kind:a", limit=10).total,
    "hits": lambda index: [hit.id for hit in index.search(corpora.query(0), limit=DOCUMENTS)],
    "documents": lambda index: [hit.document for hit in index.search("kind:a", limit=DOCUMENTS)],
    "facets": lambda index: index.search("kind:a", limit=0, facets=["kind"]).facet("kind"),
    "sort": lambda index: [hit.id for hit in index.search("kind:a", sort="size", limit=DOCUMENTS)],
    "export": lambda index: list(index.export()),
    "get": lambda index: index.get_many([f"d{number}" for number in range(300)]),
}


def test_a_shard_that_is_lost_is_an_error_and_never_fewer_hits(cluster, monkeypatch):
    monkeypatch.setattr("khsearch.remote.bulk._TIMEOUT", "1s")  # it does not come back
    monkeypatch.setattr("khsearch.remote.bulk.TRIES", 2)
    with Index.create(address(cluster), fields=corpora.FIELDS, shards=3, replicas=0) as index:
        with index.writer() as writer:
            writer.add_all(corpora.make(range(300)))
        right = {what: asked(index) for what, asked in ASKED.items()}
        url = next(iter(cluster.values()))
        kept = shards(url, f"{NAME}-meta")
        lost = next(node for node in shards(url, NAME) if node not in kept)  # settings and terms can still be read
        opensearch_node.kill(lost)
        left = {name: url for name, url in cluster.items() if name != lost}
        _wait_until_lost(next(iter(left.values())), lost)
        for what, asked in ASKED.items():
            with Index.open(address(left)) as again, pytest.raises(IndexStoreError, match=NAME):
                pytest.fail(f"{what} is no error, but {asked(again)!r:.100}")
            with suppress(IndexStoreError):  # what it still knows is no less right
                assert asked(index) == right[what]
        with pytest.raises(IndexStoreError), index.writer() as writer:
            writer.add_all(corpora.make(range(300), seed=1))


def _wait_until_lost(url: str, node: str) -> None:
    """Wait until the other nodes have seen that it is gone."""
    for _ in range(300):
        try:
            names = {one["name"] for one in ask(url, "/_cat/nodes?format=json&h=name")}
        except URLError:  # until they have chosen a new manager
            names = {node}
        if node not in names and ask(url, "/_cluster/health")["status"] == "red":
            return
        time.sleep(0.2)
    raise AssertionError(f"{node} is still there")
