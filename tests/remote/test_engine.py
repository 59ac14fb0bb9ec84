"""An index at its latest commit: views are the same as long as the commit is, and new when it is not."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from khsearch import Index
from khsearch.errors import IndexNotFoundError, IndexStoreError, QueryError
from khsearch.remote import engine as engines
from khsearch.remote.engine import RemoteEngine
from tests import opensearch_node
from tests.remote.places import Place


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its only place."""
    now = [1_000.0]
    monkeypatch.setattr(engines.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    return now


def elsewhere(place: Place, *ids: str) -> None:
    """Another process commits."""
    before = engines._commits.copy()
    place.add(*ids)
    engines._commits.clear()
    engines._commits.update(before)


def test_a_view_is_the_same_until_a_commit_follows(place: Place, clock: list[float]) -> None:
    engine = place.open()
    first = engine.view()
    before = engine._client.requests
    assert engine.view() is first
    assert engine._client.requests == before
    clock[0] += engines.FRESH
    assert engine.view() is first
    assert engine._client.requests == before + 1
    elsewhere(place, "a")
    assert engine.view() is first
    clock[0] += engines.FRESH
    second = engine.view()
    assert second is not first
    assert second.commit_id != first.commit_id
    assert second.files is first.files
    assert engine.view() is second


@pytest.mark.usefixtures("clock")
def test_what_this_process_commits_is_seen_at_once(place: Place) -> None:
    engine = place.open()
    first = engine.view()
    place.add("a")
    assert engine.view() is not first
    assert place.engine.view().commit_id == engine.view().commit_id


def test_a_rebuild_is_seen_as_any_commit(place: Place) -> None:
    place.add("a")
    engine = place.open()
    first = engine.view()
    writer, raw = place.writer()
    raw.clear()
    raw.replace_files(lambda name: {name(".txt"): b"other"})
    writer.commit()
    view = engine.view()
    assert [*view.files.values()] == [b"other"]
    assert view.files is not first.files


def test_a_commit_that_is_followed_while_it_is_read_is_let_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.add("a")
    engine = place.open()
    whole = RemoteEngine.view_of
    rebuilt: list[int] = []

    def view_of(self: RemoteEngine, *given: object) -> object:
        if not rebuilt:
            rebuilt.append(1)
            place.rebuild("b")
        return whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(RemoteEngine, "view_of", view_of)
    assert engine.view().commit_id == place.head.commit_id


def test_all_threads_have_one_view(place: Place) -> None:
    engine = place.open()
    barrier = threading.Barrier(8)

    def look(_: int) -> int:
        barrier.wait()
        return id(engine.view())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(look, range(8)))) == 1


def test_an_index_that_has_gone_is_told(place: Place, node_url: str, clock: list[float]) -> None:
    engine = place.open()
    engine.view()
    opensearch_node.remove(node_url, engine._client.alias)
    clock[0] += engines.FRESH
    with pytest.raises(IndexNotFoundError):
        engine.view()


def test_an_index_that_goes_while_it_is_searched_is_told(place: Place, node_url: str, clock: list[float]) -> None:
    place.add("a")
    index = Index.open(place.url)
    place.client.ask("DELETE", f"/{place.client.alias}-1")
    with pytest.raises(IndexNotFoundError, match=r"any more|khsearch index"):
        index.search("សាលា")


def test_a_document_that_was_deleted_is_not_explained(place: Place) -> None:
    place.add("a", "b")
    (hit, _) = Index.open(place.url).search("សាលា")
    assert hit.explain()
    place.delete(hit.id)
    with pytest.raises(IndexStoreError, match="deleted meanwhile"):
        hit.explain()


def test_a_page_reaches_as_far_as_is_told(place: Place) -> None:
    place.add("a")
    index = Index.open(place.url)
    for more in (dict[str, Any](), {"group_by": "kind"}):
        assert index.search("សាលា", limit=9_999, **more).total == 1
        with pytest.raises((QueryError, ValueError), match="9,999"):
            index.search("សាលា", limit=10_000, **more)


def test_a_closed_engine_opens_again(place: Place) -> None:
    engine = place.open()
    first = engine.view()
    engine.close()
    engine.close()
    assert engine.view().commit_id == first.commit_id
    engine.close()
