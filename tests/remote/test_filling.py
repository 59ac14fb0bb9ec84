"""What goes to a new index before the commit: nobody sees it before, and nothing of it stays where none follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from khsearch.errors import DocumentError, IndexLockedError
from khsearch.remote import lease as leases
from khsearch.remote import writer as writers
from khsearch.remote.client import UnreachableError
from khsearch.remote.writer import RemoteWriter
from khsearch.writing import Writer
from tests.remote.places import Faults, Place


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first document is enough to begin."""
    monkeypatch.setattr(writers, "AHEAD", -1)


def begun(place: Place, *ids: str, clear: bool = False) -> tuple[Writer, RemoteWriter]:
    """A writer that has sent documents, which nobody sees yet."""
    writer, raw = place.writer()
    if clear:
        raw.clear()
    writer.add_all({"id": id, "text": "\u178f\u17d2\u179a\u17b8"} for id in ids)
    writer.flush()
    return writer, raw


def names(place: Place, *suffixes: str) -> set[str]:
    return {f"{place.client.alias}-{suffix}" for suffix in suffixes}


def aliases(place: Place) -> set[str]:
    told = place.client.ask("GET", f"/{place.client.alias}-*/_alias")
    return {alias for name, one in told.items() if not name.endswith("-meta") for alias in one["aliases"]}


def test_the_first_documents_are_seen_with_the_commit(place: Place) -> None:
    writer, raw = begun(place, "a", "b")
    assert place.indexes() == names(place, "1", "2", "meta")
    raw._fillings[0].bulk.finish()
    place.client.ask("POST", f"/{place.client.alias}-2/_refresh")
    assert place.found() == {}
    assert place.head.documents == 0
    writer.commit()
    assert set(place.found()) == {"a", "b"}
    assert place.head.documents == 2
    assert place.indexes() == names(place, "2", "meta")
    name = place.client.alias
    assert aliases(place) == {name, f"{name}-2-w"}
    place.add("c")
    assert set(place.found()) == {"a", "b", "c"}
    assert place.indexes() == names(place, "2", "meta")


def test_a_rebuild_is_seen_with_the_commit(place: Place) -> None:
    place.add("a")
    writer, _ = begun(place, "b", clear=True)
    assert set(place.found()) == {"a"}
    writer.commit()
    assert set(place.found()) == {"b"}


def test_deletions_and_later_documents_count(place: Place) -> None:
    writer, _ = begun(place, "a", "b")
    assert writer.delete("a")
    assert not writer.delete("a")
    assert not writer.delete("x")
    writer.add({"id": "b", "text": "\u1786\u17d2\u1798\u17b6"})
    writer.commit()
    assert place.found() == {"b": "\u1786\u17d2\u1798\u17b6"}


@pytest.mark.parametrize("end", [RemoteWriter.cancel, RemoteWriter.clear])
def test_nothing_stays_of_what_is_given_up(place: Place, end: Callable[[RemoteWriter], None]) -> None:
    _, raw = begun(place, "a")
    end(raw)
    assert place.indexes() == names(place, "1", "meta")
    raw.cancel()
    place.add("b")
    assert set(place.found()) == {"b"}


def test_nothing_stays_of_a_writer_that_nobody_holds(place: Place) -> None:
    writer, raw = begun(place, "a")
    del writer, raw
    assert place.indexes() == names(place, "1", "meta")


def test_what_a_process_left_that_died_is_removed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    _, raw = begun(place, "a")
    monkeypatch.setattr("khsearch.remote.filling.Filling.drop", lambda self: self.bulk.stop())
    raw.cancel()
    assert place.indexes() == names(place, "1", "2", "meta")
    monkeypatch.setattr(writers, "AHEAD", 1 << 40)
    place.add("b")
    assert set(place.found()) == {"b"}
    assert place.indexes() == names(place, "1", "meta")


def test_whoever_took_over_is_not_written_into(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(leases, "SECONDS", -1.0)
        patch.setattr(leases.Lease, "check", lambda _: None)
        first, raw = begun(place, "first")
    second, _ = begun(place, "second")
    first.add({"id": "late", "text": "\u1786\u17d2\u1798\u17b6"})
    first.flush()
    with pytest.raises(IndexLockedError, match=r"taken over.*nothing was committed"):
        first.commit()
    assert raw.ended
    second.commit()
    assert set(place.found()) == {"second"}


def test_what_goes_wrong_meanwhile_is_told_by_the_commit(place: Place) -> None:
    writer, _ = begun(place, "a")
    ask = place.client.ask
    Faults(place.client, lambda _, path, __: UnreachableError("gone") if path.endswith("/_bulk") else None)
    writer.add({"id": "b", "text": "\u1786\u17d2\u1798\u17b6"})
    with pytest.raises(UnreachableError, match="gone; nothing was committed"):
        writer.commit()
    place.client.ask = ask  # type: ignore[method-assign]
    place.expire()
    place.add("c")
    assert set(place.found()) == {"c"}


def test_a_document_that_opensearch_refuses_is_named(place: Place) -> None:
    writer, _ = begun(place, "a")
    writer.add({"id": "odd", "text": "\u1786\u17d2\u1798\u17b6", "kind": "x" * 40_000})
    with pytest.raises(DocumentError, match="'odd'"):
        writer.commit()
    assert place.found() == {}
