"""Faults between an index and its node: what was written is there, once; what is found is all, or there is an error."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from khsearch import Document, Index, IndexStoreError
from tests.remote import corpora
from tests.remote.proxy import Fault, Proxy, after, at_random

PATIENCE = 120  # seconds until something that is tried again and again has to be done


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that nobody gives back runs out soon, all is tried again soon, documents go a few at a time."""
    monkeypatch.setattr("khsearch.remote.bulk.MOST_ITEMS", 5)
    monkeypatch.setattr("khsearch.remote.lease.SECONDS", 3.0)
    monkeypatch.setattr("khsearch.remote.lease.EVERY", 0.5)
    monkeypatch.setattr("khsearch.remote.patience._FIRST", 0.01)


def until_done(work: Callable[[], object], proxy: Proxy) -> int:
    """Do something again until it raises nothing -> how often it raised: khsearch's error of its store, no other."""
    failed, since = 0, time.monotonic()
    while True:
        told = ""
        try:
            work()
        except IndexStoreError as problem:
            told = str(problem)
        if not told:
            return failed
        assert "127.0.0.1" in told
        assert proxy.given, f"nothing was disturbed, and yet: {told}"
        assert time.monotonic() - since < PATIENCE, (told, proxy.given[-10:])
        failed += 1
        time.sleep(0.1)


def write(index: Index, added: list[Document], gone: list[str]) -> None:
    with index.writer(wait=30) as writer:
        writer.add_all(added)
        for id in gone:
            writer.delete(id)


def answers(index: Index, number: int) -> Iterator[object]:
    """What several searches say, each as it comes."""
    text = corpora.query(number)
    found = index.search(text, limit=500, facets=["kind"])
    yield sorted(hit.id for hit in found), found.total, found.facet("kind")
    yield [hit.id for hit in index.search(text, limit=20, sort=["-size", "day"])]
    yield sorted(hit.document.text for hit in index.search(text, limit=500, match="all"))
    yield index.search(text, limit=0, filter="size:[10 TO 60]").total


@pytest.mark.parametrize(
    ("wanted", "seed"),
    [(4, 1), pytest.param(50, 2, marks=pytest.mark.slow), pytest.param(50, 3, marks=pytest.mark.slow)],
)
def test_nothing_is_lost_nothing_is_there_twice_nothing_is_silent(node_url, fresh_name, wanted, seed):
    choose, truth, round = random.Random(seed), {}, 0
    here = Index.memory(fields=corpora.FIELDS)
    direct = Index.create(f"{node_url}/{fresh_name}", fields=corpora.FIELDS)
    with Proxy(node_url, at_random(seed, 0.12)).running() as proxy:
        index = _opened(f"{proxy.url}/{fresh_name}", proxy)
        while len(proxy.given) < wanted:
            round += 1
            added = corpora.make(choose.sample(range(400), 40), seed=round)
            gone = [f"d{number}" for number in choose.sample(range(400), 8)]
            until_done(partial(write, index, added, gone), proxy)
            write(here, added, gone)
            truth |= {document.id: document for document in added}
            truth = {id: document for id, document in truth.items() if id not in gone}
            _compare(here, index, proxy, round)
            with Index.open(direct.address) as again:
                corpora.holds(again, truth)
            assert round < 200, f"only {len(proxy.given)} faults"
        index.close()
    direct.close()
    assert len({fault for fault, _ in proxy.given}) > min(wanted // 4, 5)


def _opened(address: str, proxy: Proxy) -> Index:
    found: list[Index] = []
    until_done(lambda: found.append(Index.open(address)), proxy)
    return found[0]


def _compare(here: Index, there: Index, proxy: Proxy, number: int) -> None:
    """What is answered is right; an error may come instead of it."""
    given: list[list[object]] = []
    until_done(lambda: given.append(list(answers(there, number))), proxy)
    assert given == [list(answers(here, number))], proxy.given[-10:]


@pytest.mark.slow
@pytest.mark.parametrize("fault", Fault)
def test_a_commit_that_a_fault_hits_says_so_or_is_one(node_url, fresh_name, fault):
    """The same fault at many of the requests that open and commit, one after the other."""
    address = f"{node_url}/{fresh_name}"
    Index.create(address, fields=corpora.FIELDS).close()
    truth: dict[str, Document] = {}
    for count in range(list(Fault).index(fault) % 3, 36, 3):
        added = corpora.make(range(count * 3, count * 3 + 6), seed=count)
        with Proxy(node_url, after(count, [fault])).running() as proxy:
            index = _opened(f"{proxy.url}/{fresh_name}", proxy)
            until_done(partial(write, index, added, []), proxy)
            index.close()
        truth |= {document.id: document for document in added}
        with Index.open(address) as direct:
            corpora.holds(direct, truth)


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.BROKEN, Fault.TRUNCATED, Fault.HALF])
def test_a_node_that_never_gets_better_is_an_error_that_names_it(node_url, fresh_name, fault):
    Index.create(f"{node_url}/{fresh_name}", fields=corpora.FIELDS).close()
    with (
        Proxy(node_url, (fault for _ in iter(int, 1))).running() as proxy,
        pytest.raises(IndexStoreError, match=r"127\.0\.0\.1"),
        Index.open(f"{proxy.url}/{fresh_name}") as index,
    ):
        index.search("x")
