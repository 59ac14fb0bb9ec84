"""Writing to a real node: nothing is seen before the commit, everything after it; what goes wrong loses nothing."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from khsearch.documents import Document, json_line
from khsearch.errors import DocumentError, IndexLockedError, IndexMismatchError, IndexNotFoundError, IndexStoreError
from khsearch.remote import bulk as bulks
from khsearch.remote import lease as leases
from khsearch.remote import writer as writers
from khsearch.remote.client import BusyError, UnreachableError
from khsearch.remote.hits import DOCUMENTS, content_in, key_in
from khsearch.remote.mapping import key_of
from khsearch.remote.metadata import Metadata
from khsearch.schema import schema_of
from khsearch.writing import Writer
from tests.remote.places import Faults, Place


def test_nothing_is_seen_before_the_commit_and_everything_after_it(place: Place) -> None:
    writer, raw = place.writer()
    writer.add_all({"id": str(number), "text": f"ឆ្មា {number}"} for number in range(30))
    writer.flush()
    assert place.found() == {}
    writer.commit()
    assert raw.ended
    assert place.found() == {str(number): f"ឆ្មា {number}" for number in range(30)}
    assert (place.head.documents, place.head.deleted, place.head.next) == (30, 0, 31)
    assert place.head.sending is None


def test_a_writer_that_is_cancelled_leaves_everything_as_it_was(place: Place) -> None:
    place.add("a")
    before = place.head
    writer, raw = place.writer()
    writer.add({"id": "b", "text": "ត្រី"})
    writer.flush()
    raw.delete("a")
    raw.clear()
    writer.cancel()
    writer.cancel()
    assert place.head == before
    assert set(place.found()) == {"a"}
    with pytest.raises(IndexStoreError, match="has ended; get a new one"):
        raw.delete("a")


def test_a_later_document_of_an_id_replaces_the_earlier_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulks, "MOST_ITEMS", 1)  # so that two bulks are under way at once
    writer, _ = place.writer()
    for number in range(10):
        writer.add({"id": "same", "text": f"ឆ្មា {number}"})
    writer.commit()
    assert place.found() == {"same": "ឆ្មា 9"}
    place.add("same", text="ត្រី")
    assert place.found() == {"same": "ត្រី"}
    assert place.head.documents == 1


def test_deleting_tells_whether_there_was_one(place: Place) -> None:
    place.add("a", "b", "c")
    writer, raw = place.writer()
    assert raw.delete("a")
    assert not raw.delete("a")
    assert not raw.delete("never")
    assert raw.delete_many(["b", "b", "no", "a"]) == 1
    writer.add({"id": "new", "text": "ឆ្មា"})
    writer.add({"id": "a", "text": "ត្រី"})
    assert writer.delete("new")
    assert not writer.delete("new")
    assert writer.delete("a")
    writer.add({"id": "a", "text": "សាលា"})
    writer.commit()
    assert place.found() == {"a": "សាលា", "c": "សាលា និង ឆ្មា"}
    assert place.delete("c", "a", "b") == 2
    assert place.found() == {}


def test_ids_that_are_none_for_opensearch_are_kept(place: Place) -> None:
    ids = ["x" * 600, "\x01odd", "a/b?c#d%", "ខ្មែរ", "_x", " ", '"\\\n']
    place.add(*ids)
    assert set(place.found()) == set(ids)
    assert place.delete(*ids[:3]) == 3
    assert set(place.found()) == set(ids[3:])


def test_a_rebuild_takes_the_place_of_the_index_at_once(place: Place) -> None:
    place.add("a", "b")
    writer, raw = place.writer()
    writer.add({"id": "gone", "text": "ឆ្មា"})
    writer.flush()
    raw.clear()
    assert not raw.delete("a")
    writer.add({"id": "b", "text": "ត្រី"})
    writer.flush()
    assert set(place.found()) == {"a", "b"}
    writer.commit()
    assert place.found() == {"b": "ត្រី"}
    name = place.client.alias
    assert place.indexes() == {f"{name}-2", f"{name}-meta"}
    assert place.head.documents == 1
    assert [part.documents for part in place.head.parts] == [1]
    place.add("c")
    assert set(place.found()) == {"b", "c"}


def test_files_and_their_blobs_change_with_the_commit(place: Place) -> None:
    first = place.head.files
    for content in (b"one", b"two", b"three"):
        writer, raw = place.writer()
        raw.replace_files(lambda name, content=content: {name(".txt"): content})  # type: ignore[misc]
        assert place.head.files != {}
        writer.commit()
    (blob,) = place.head.files.values()
    metadata = Metadata(place.client)
    assert metadata.read(blob, "it") == b"three"
    assert first != place.head.files
    place.client.ask("POST", f"/{metadata.index}/_refresh")
    hits = place.client.ask("POST", f"/{metadata.index}/_search", {"size": 100, "_source": False})["hits"]["hits"]
    assert len([hit for hit in hits if hit["_id"].startswith("blob:")]) == 2  # of this commit and of the one before


def test_parts_grow_together_and_optimize_makes_them_one(place: Place) -> None:
    place.add(*(f"a{number}" for number in range(20)))
    place.add("b")
    place.add("c")
    assert [part.documents for part in place.head.parts] == [20, 2]
    place.add("d")
    place.add("d", "e")
    assert [part.documents for part in place.head.parts] == [20, 5]
    writer, _ = place.writer()
    writer.commit(optimize=True)
    assert [part.documents for part in place.head.parts] == [25]
    assert place.head.documents == 24
    assert place.engine.stats()["segments"] <= 2  # type: ignore[operator]  # one in each shard


def test_columns_and_documents_lie_in_the_index(place: Place) -> None:
    writer, _ = place.writer()
    document = Document("a", "ចំណងជើង", "ឆ្មា", {"year": 2020, "kind": ["x", "y"], "note": "kept"})
    writer.add(document)
    writer.commit()
    asked = {"query": {"term": {"k_kind": "y"}}, **DOCUMENTS}
    (hit,) = place.client.ask("POST", f"/{place.client.alias}/_search", asked)["hits"]["hits"]
    content = content_in(hit)
    assert content is not None
    assert content.doc == orjson.loads(json_line(document))
    assert key_in(hit) == key_of("a")


# One writer


def test_there_is_one_writer_at_a_time(place: Place) -> None:
    _, raw = place.writer()
    with pytest.raises(IndexLockedError, match="is writing"):
        place.writer()
    raw.cancel()
    _, raw = place.writer()
    del raw  # nobody holds it any more, but for the writer that was made of it
    del _
    place.add("a")


def test_a_writer_whose_lock_was_taken_over_does_not_commit(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(leases, "SECONDS", -1.0)
        first, _ = place.writer()
    first.add({"id": "first", "text": "ឆ្មា"})
    second, _ = place.writer()
    with pytest.raises(IndexLockedError, match=r"taken over.*nothing was committed"):
        first.commit()
    second.add({"id": "second", "text": "ឆ្មា"})
    second.commit()
    assert set(place.found()) == {"second"}
    assert place.head.next == 2


def test_a_writer_that_is_paused_while_it_commits_does_not_commit(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the look at its lock, the other one's commit document stops it."""
    first, raw = place.writer()
    first.add({"id": "first", "text": "ឆ្មា"})
    monkeypatch.setattr(raw._lease, "check", lambda: None)
    Metadata(place.client).remove("lock", raw._lease._sequence)
    second, other = place.writer()
    other._lease.inherited = True
    second.add({"id": "second", "text": "ឆ្មា"})
    second.commit()
    with pytest.raises(IndexStoreError, match=r"another writer.*nothing was committed"):
        first.commit()
    assert set(place.found()) == {"second"}


def test_a_forked_child_cannot_use_the_writer_of_its_parent(place: Place) -> None:
    writer, raw = place.writer()
    child = os.fork()
    if not child:
        code = 1
        try:
            raw.delete("a")
        except IndexStoreError as problem:
            code = 0 if "forked" in str(problem) else 2
        finally:
            raw.cancel()
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    writer.add({"id": "a", "text": "ឆ្មា"})
    writer.commit()
    assert set(place.found()) == {"a"}


def test_other_fields_need_a_rebuild(place: Place) -> None:
    schema = schema_of({"other": "number"})
    raw = place.engine.writer(schema)
    writer = Writer(raw, place.built.analyzer, {"other": "number"})
    writer.add({"id": "a", "text": "ឆ្មា", "other": 1})
    with pytest.raises(IndexMismatchError, match="set_fields"):
        writer.flush()
    raw.clear()
    writer.commit()
    assert (
        "n_other"
        in place.client.ask("GET", f"/{place.head.index}/_mapping")[place.head.index]["mappings"]["properties"]
    )


# What goes wrong


def test_what_was_sent_before_an_error_counts_for_whoever_writes_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulks, "MOST_ITEMS", 1)
    monkeypatch.setattr(bulks, "_PARALLEL", 1)
    place.add("a")
    commit_id = place.head.commit_id
    writer, raw = place.writer()
    writer.add_all({"id": id, "text": "ត្រី"} for id in ("b", "c", "d"))
    sent: list[str] = []

    def answer(_: str, path: str, __: int) -> Exception | None:
        if path.endswith("/_bulk"):
            sent.append(path)
        return UnreachableError("gone") if len(sent) > 2 else None

    ask = place.client.ask
    Faults(place.client, answer)
    with pytest.raises(IndexStoreError, match=r"gone; not committed: 2 of 3 changes were sent.*repeat all of them"):
        writer.commit()
    place.client.ask = ask  # type: ignore[method-assign]
    assert raw.ended
    head = place.head
    assert head.commit_id == commit_id
    assert head.sending is not None
    assert set(place.found()) == {"a"}
    place.expire()
    place.add("e")
    assert place.head.sending is None
    assert set(place.found()) == {"a", "b", "c", "e"}
    assert sum(part.documents for part in place.head.parts) == 5  # what was not sent is counted: it may be there
    assert place.head.next == 6


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize(("clear", "ahead"), [(False, False), (True, False), (True, True)])
def test_every_request_of_a_commit_may_go_wrong_once(
    place: Place, clear: bool, ahead: bool, lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not sent, or carried out and the answer lost: the commit goes on, or says that nothing was committed."""
    if ahead:
        monkeypatch.setattr(writers, "AHEAD", -1)
    place.add("a")
    expected = {"a"}
    number = 0
    while True:
        number += 1
        writer, raw = place.writer()
        if clear:
            raw.clear()
            expected = set()
        id = f"n{number}"
        ask = place.client.ask

        def answer(_: str, __: str, count: int, number: int = number) -> Any:
            error = UnreachableError("gone")
            return ((error,) if lost else error) if count == number else None

        faults = Faults(place.client, answer)
        writer.add({"id": id, "text": "ត្រី"})
        writer.flush()
        writer.commit()
        place.client.ask = ask  # type: ignore[method-assign]
        expected = expected | {id}
        if faults.count < number:
            break
        place.expire()
        assert set(place.found()) == expected
        assert place.head.documents == len(expected)
        assert place.head.sending is None
    assert number > 8


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_of_many_faults_none_loses_a_document_or_passes_in_silence(
    place: Place, seed: int, ahead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is told of an error repeats all of it; whoever is told of none finds everything."""
    if ahead:
        monkeypatch.setattr(writers, "AHEAD", -1)
    choose = random.Random(seed)
    ask = place.client.ask

    def answer(*_: object) -> Any:
        if choose.random() > 0.12:
            return None
        error = choose.choice((UnreachableError("gone"), BusyError("busy"), IndexStoreError("odd")))
        return (error,) if isinstance(error, UnreachableError) and choose.random() < 0.5 else error

    expected: dict[str, str] = {}
    failed = 0
    for _ in range(12):
        changes = {str(choose.randrange(20)): choose.choice(("ឆ្មា", "ត្រី", "")) for _ in range(3)}
        clear = choose.random() < 0.2
        while True:
            Faults(place.client, answer)
            try:
                change(place, changes, clear=clear)
                break
            except IndexStoreError:
                failed += 1
            finally:
                place.client.ask = ask  # type: ignore[method-assign]
                place.expire()
        expected = {id: text for id, text in (({} if clear else expected) | changes).items() if text}
        assert place.found() == expected
        assert place.head.documents == len(expected)
    assert failed


def change(place: Place, changes: Mapping[str, str], *, clear: bool) -> None:
    """Write these texts, or delete where there is none, as one commit."""
    writer, raw = place.writer()
    if clear:
        raw.clear()
    for id, text in changes.items():
        if text:
            writer.add({"id": id, "text": text})
        else:
            writer.delete(id)
    writer.commit()


def test_a_rebuild_that_did_not_end_is_cleared_away(place: Place) -> None:
    place.add("a")
    writer, raw = place.writer()
    raw.clear()
    writer.add({"id": "b", "text": "ត្រី"})
    ask = place.client.ask
    Faults(place.client, lambda _, path, __: IndexStoreError("refused") if path.endswith("_refresh") else None)
    with pytest.raises(IndexStoreError, match="refused; nothing was committed"):
        writer.commit()
    place.client.ask = ask  # type: ignore[method-assign]
    name = place.client.alias
    assert place.indexes() == {f"{name}-1", f"{name}-2", f"{name}-meta"}
    assert set(place.found()) == {"a"}
    place.add("c")
    assert set(place.found()) == {"a", "c"}
    assert place.indexes() == {f"{name}-1", f"{name}-meta"}


def test_an_index_that_has_gone_is_not_made_anew_by_a_commit(place: Place) -> None:
    writer, _ = place.writer()
    writer.add({"id": "a", "text": "ឆ្មា"})
    place.client.ask("DELETE", f"/{place.client.alias}-1")
    with pytest.raises(IndexNotFoundError, match="make it again"):
        writer.commit()
    assert place.indexes() == {f"{place.client.alias}-meta"}


def test_a_document_that_opensearch_refuses_is_named(place: Place) -> None:
    writer, _ = place.writer()
    writer.add({"id": "odd", "text": "ឆ្មា", "kind": "x" * 40_000})
    with pytest.raises(DocumentError, match="'odd'"):
        writer.commit()
    assert place.found() == {}


def test_the_longest_keyword_is_kept_and_one_longer_is_told(place: Place) -> None:
    longest = "x" * 32_765
    writer, _ = place.writer()
    writer.add({"id": "a", "text": "ឆ្មា", "kind": longest})
    writer.commit()
    assert set(place.found()) == {"a"}
    writer, _ = place.writer()
    writer.add({"id": "b", "text": "ឆ្មា", "kind": longest + "x"})
    with pytest.raises(DocumentError, match=r"32,765 bytes"):
        writer.commit()


def test_a_document_too_long_for_a_request_is_refused_when_it_is_added(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "LONGEST", 2_000)
    writer, _ = place.writer()
    writer.add({"id": "short", "text": "ឆ្មា"})
    writer.flush()
    writer.add({"id": "long", "text": "ឆ្មា " * 500})
    with pytest.raises(DocumentError, match=r"'long'.*split it"):
        writer.flush()
    writer.cancel()
