"""The commit document and blobs on a real node: what is written is read, and only the one who may replaces it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from khsearch.errors import IndexDamagedError, IndexLockedError, IndexMismatchError, IndexNotFoundError
from khsearch.remote import lease as leases
from khsearch.remote import metadata as rooms
from khsearch.remote.addresses import read_address
from khsearch.remote.client import Client, ConflictError, UnreachableError
from khsearch.remote.lease import Lease
from khsearch.remote.metadata import Head, Metadata, PartOf, Sending
from tests import opensearch_node
from tests.remote.places import Faults

PART = PartOf("part", 3, {"text": "aa:1"}, {"text": 2})
HEAD = Head("one", "n-1", "made", {"a.json": "bb:1"}, (PART,), ("trait",), 7, 5, 2, None, ("n-0",))


@pytest.fixture
def client(node_url: str, fresh_name: str) -> Iterator[Client]:
    address, auth = read_address(f"{node_url}/{fresh_name}")
    found = Client(address, auth)
    found.ask("PUT", f"/{fresh_name}-meta", Metadata(found).body(0))
    yield found
    found.close()


@pytest.fixture
def metadata(client: Client) -> Metadata:
    return Metadata(client)


def test_the_commit_document_comes_back_equal(metadata: Metadata) -> None:
    with pytest.raises(IndexNotFoundError, match="create it"):
        metadata.head()
    first = metadata.put_head(HEAD)
    assert metadata.head() == first == replace(HEAD, sequence=first.sequence)
    sending = Sending("n-2", (PART, PART), ("trait", "other"), 9)
    second = metadata.put_head(replace(first, sending=sending))
    assert metadata.head() == second
    assert second.sending == sending


def test_of_two_who_go_on_from_one_commit_document_one_does(metadata: Metadata) -> None:
    first = metadata.put_head(HEAD)
    metadata.put_head(replace(first, commit_id="two"))
    with pytest.raises(ConflictError):
        metadata.put_head(replace(first, commit_id="three"))
    with pytest.raises(ConflictError):
        metadata.put_head(HEAD)
    assert metadata.head().commit_id == "two"


def test_a_commit_document_that_was_sent_twice_is_written_once(metadata: Metadata, client: Client) -> None:
    first = metadata.put_head(HEAD)
    whole, sent = client.ask, list[str]()

    def ask(method: str, path: str, *given: Any, **named: Any) -> Any:
        if method == "PUT":
            sent.append(path)
            if len(sent) == 1:  # its answer is lost, so the library asks again
                whole(method, path, *given, **named)
        return whole(method, path, *given, **named)

    client.ask = ask  # type: ignore[method-assign]
    second = metadata.put_head(replace(first, commit_id="two"))
    assert metadata.head() == second
    assert len(sent) == 1


@pytest.mark.parametrize("source", [{}, {"format": 1}, {"format": "x"}, {"format": 1, "khsearch": "1", "sending": 3}])
def test_a_commit_document_that_is_none_is_told(metadata: Metadata, source: object) -> None:
    metadata.put("commit", source, rooms.MISSING_SEQUENCE)
    with pytest.raises(IndexDamagedError, match=r"commit document in .*-meta.*--to NEW"):
        metadata.head()


def test_a_later_format_is_refused(metadata: Metadata) -> None:
    metadata.put("commit", {"format": 99, "khsearch": "9.0"}, rooms.MISSING_SEQUENCE)
    with pytest.raises(IndexMismatchError, match=r"khsearch 9\.0.*update"):
        metadata.head()


@pytest.mark.parametrize("size", [0, 1, 10_000])
def test_blobs_come_back_equal(metadata: Metadata, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "_PIECE", 1_000)
    content = os.urandom(size)
    blob = metadata.write(content)
    assert metadata.write(content) == blob
    assert metadata.read(blob, "it") == content


def test_a_blob_that_was_written_is_not_sent_again(metadata: Metadata, client: Client) -> None:
    metadata.write(b"content")
    before = client.requests
    metadata.write(b"content")
    assert client.requests == before + 1


def test_a_blob_that_is_not_what_was_written_is_told(
    metadata: Metadata, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_PIECE", 100)
    blob, other = metadata.write(os.urandom(300)), metadata.write(b"other")
    place = f"/{metadata.index}/_doc/blob:{blob.partition(':')[0]}:1"
    for body in ({"data": "AAAA"}, {"data": "%"}, {"data": None}, {}):
        client.ask("PUT", place, body)
        with pytest.raises(IndexDamagedError, match="damaged: the lexicon"):
            metadata.read(blob, "the lexicon")
    client.ask("DELETE", place)
    with pytest.raises(IndexDamagedError, match="a piece is missing"):
        metadata.read(blob, "the lexicon")
    assert metadata.read(other, "it") == b"other"


def test_only_blobs_that_nobody_names_are_swept_away(metadata: Metadata) -> None:
    metadata.put_head(HEAD)
    kept, gone = metadata.write(b"kept"), metadata.write(b"gone")
    metadata.sweep({kept})
    assert metadata.read(kept, "it") == b"kept"
    assert metadata.head().commit_id == "one"
    with pytest.raises(IndexDamagedError):
        metadata.read(gone, "it")


def test_an_index_that_has_gone_is_not_made_by_writing(metadata: Metadata, node_url: str, fresh_name: str) -> None:
    opensearch_node.remove(node_url, fresh_name)
    with pytest.raises(IndexNotFoundError):
        metadata.put_head(HEAD)
    with pytest.raises(IndexNotFoundError):
        metadata.head()


# The lock


def taken(metadata: Metadata, wait: float = 0.0) -> Lease:
    found = Lease("http://host/news", metadata)
    found.take(wait)
    return found


def test_one_has_the_lock_at_a_time(metadata: Metadata) -> None:
    first = taken(metadata)
    told = rf"http://host/news: .*, process {os.getpid()} \(since 20.*UTC\) is writing; retry"
    with pytest.raises(IndexLockedError, match=told):
        taken(metadata)
    first.release()
    first.release()
    second = taken(metadata)
    assert not second.inherited
    second.release()


def test_the_lock_is_waited_for(metadata: Metadata, monkeypatch: pytest.MonkeyPatch) -> None:
    first = taken(metadata)
    monkeypatch.setattr(leases.time, "sleep", lambda _: first.release())  # type: ignore[attr-defined]
    taken(metadata, 60.0).release()


def test_who_gives_no_sign_of_life_loses_the_lock_and_finds_out(
    metadata: Metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(leases, "SECONDS", -1.0)
        first = taken(metadata)
        first.check()
    second = taken(metadata)
    assert second.inherited
    with pytest.raises(IndexLockedError, match=r"has taken over from this writer.*add it again"):
        first.check()
    first.release()
    second.check()
    with pytest.raises(IndexLockedError):
        taken(metadata)
    second.release()


def test_a_pause_in_which_nobody_came_costs_nothing(metadata: Metadata, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(leases, "SECONDS", -1.0)
        first = taken(metadata)
    first.check()
    with pytest.raises(IndexLockedError):
        taken(metadata)
    first.release()


def test_the_lock_is_renewed_while_the_writer_works(metadata: Metadata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "EVERY", 0.01)
    first = taken(metadata)
    sequence = metadata.get("lock")["_seq_no"]
    while metadata.get("lock")["_seq_no"] == sequence:
        pass
    first.check()
    first.release()
    assert metadata.get("lock") is None


def test_a_forked_child_gives_no_lock_back(metadata: Metadata) -> None:
    first = taken(metadata)
    child = os.fork()
    if not child:
        try:
            first.release()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert metadata.get("lock") is not None
    first.check()
    first.release()


@pytest.mark.parametrize("carried_out", [False, True])
def test_the_lock_is_given_back_though_an_answer_is_lost(metadata: Metadata, client: Client, carried_out: bool) -> None:
    first = taken(metadata)
    whole = client.ask

    def lost(number: int) -> Any:
        error = UnreachableError("gone")
        return ((error,) if carried_out else error) if number == 1 else None

    Faults(client, lambda method, _, number: lost(number) if method == "DELETE" else None)
    first.release()
    client.ask = whole  # type: ignore[method-assign]
    assert metadata.get("lock") is None


def test_a_lock_that_was_taken_though_the_answer_was_lost_is_taken(metadata: Metadata, client: Client) -> None:
    whole = client.ask
    Faults(client, lambda method, _, number: (UnreachableError("gone"),) if number == 2 else None)
    first = taken(metadata)
    client.ask = whole  # type: ignore[method-assign]
    first.check()
    first.release()
    assert metadata.get("lock") is None


def test_a_lock_that_was_renewed_unknown_to_its_holder_is_given_back(metadata: Metadata) -> None:
    first = taken(metadata)
    there = metadata.get("lock")
    metadata.put("lock", there["_source"], (there["_seq_no"], there["_primary_term"]))
    first.check()
    there = metadata.get("lock")
    metadata.put("lock", there["_source"], (there["_seq_no"], there["_primary_term"]))
    first.release()
    assert metadata.get("lock") is None
