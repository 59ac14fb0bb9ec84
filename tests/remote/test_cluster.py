"""Indexes in OpenSearch as a whole: made once, opened, checked; user and password are told nobody."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from khsearch.errors import (
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    IndexStoreError,
    MissingExtraError,
)
from khsearch.khmer.words.lexicon import Lexicon
from khsearch.remote import cluster as clusters
from khsearch.remote import lease as leases
from khsearch.remote.cluster import Cluster
from khsearch.remote.metadata import Metadata
from tests import opensearch_node
from tests.remote.places import Place


def test_an_index_is_made_once(place: Place) -> None:
    place.add("a")
    with pytest.raises(IndexExistsError, match="holds an index already"):
        place.create()
    assert set(place.found()) == {"a"}


@pytest.mark.parametrize("left", ["meta", "index", "both"])
def test_what_a_creation_that_was_killed_has_left_is_in_nobodys_way(place: Place, left: str) -> None:
    client, metadata = place.client, Metadata(place.client)
    client.ask("DELETE", f"/{metadata.index}/_doc/commit")
    if left == "meta":
        client.ask("DELETE", f"/{client.alias}-1")
    elif left == "index":
        client.ask("DELETE", f"/{metadata.index}")
    with pytest.raises(IndexNotFoundError):
        place.open()
    place.engine = place.create()
    place.add("a")
    assert set(place.found()) == {"a"}


def test_one_creates_an_index_at_a_time(place: Place) -> None:
    metadata = Metadata(place.client)
    place.client.ask("DELETE", f"/{metadata.index}/_doc/commit")
    lease = leases.Lease("x", metadata)
    lease.take(0.0)
    with pytest.raises(IndexLockedError):
        place.create()
    lease.release()
    place.create()


def test_documents_without_their_commit_document_are_not_removed(place: Place) -> None:
    place.add("a")
    place.client.ask("DELETE", f"/{place.client.alias}-meta")
    with pytest.raises(IndexExistsError, match="delete it, or choose another name"):
        place.create()
    assert set(place.found()) == {"a"}


@pytest.mark.parametrize("suffix", ["", "-1", "-meta"])
def test_an_index_of_others_is_left_alone(node_url: str, fresh_name: str, few_words: Lexicon, suffix: str) -> None:
    opensearch_node.ask(node_url, f"/{fresh_name}{suffix}", "PUT", {})
    try:
        with pytest.raises(IndexExistsError, match="choose another name"):
            Place(f"{node_url}/{fresh_name}", few_words)
    finally:
        opensearch_node.ask(node_url, f"/{fresh_name}{suffix}", "DELETE")


def test_there_is_no_index_where_none_was_made(node_url: str, fresh_name: str) -> None:
    for ask in (Cluster().open, Cluster().verify, Cluster().rescue):
        with pytest.raises(IndexNotFoundError, match="khsearch index"):
            ask(f"{node_url}/{fresh_name}")


def test_a_whole_index_has_nothing_wrong(place: Place) -> None:
    place.add("a", "b")
    assert Cluster().verify(place.url) == []


@pytest.mark.parametrize("what", ["file", "table", "document", "index"])
def test_damage_is_named(place: Place, what: str) -> None:
    place.add("a", "b")
    client, head = place.client, place.head
    blobs = {"file": next(iter(head.files.values())), "table": head.parts[0].tables["text"]}
    if what in blobs:
        client.ask("DELETE", f"/{client.alias}-meta/_doc/blob:{blobs[what].partition(':')[0]}:0")
    elif what == "document":
        client.ask("DELETE", f"/{head.index}/_doc/a", params={"refresh": True})
    else:
        client.ask("DELETE", f"/{head.index}")
    told = {"file": "the file", "table": "the terms of 'text'", "document": "1 documents", "index": "has gone"}
    assert any(told[what] in problem for problem in Cluster().verify(place.url))


def test_stats_tell_terms_and_shards(place: Place) -> None:
    place.add("a", "b")
    found = place.engine.stats()
    assert (found["shards"], found["replicas"], found["deleted"]) == (2, 0, 0)
    terms = found["terms"]
    assert isinstance(terms, Mapping)
    assert terms["text"] == 3


# User and password


def test_user_and_password_of_an_address_are_kept_for_it_and_told_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_given", {})
    first = Cluster()._client("http://me:hush@host/news")
    assert first._auth == ("me", "hush")
    assert Cluster()._client("http://host:9200/news")._auth is None  # nobody has let it in yet
    Cluster()._remember("http://me:hush@host/news")
    assert Cluster()._client("http://host:9200/news")._auth == ("me", "hush")
    assert Cluster()._client("http://host/other")._auth is None
    given = Cluster(http_auth=("you", "hush"), options={"verify_certs": False})
    assert given._client("http://me:hushed@host/news")._auth == ("you", "hush")
    given._remember("http://me:hushed@host/news")
    assert Cluster()._client("http://host/news")._options == {"verify_certs": False}
    assert "hush" not in repr(given) + repr(first) + first.name


def test_the_environment_tells_user_and_password_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_given", {})
    monkeypatch.setenv("KHSEARCH_HTTP_AUTH", "env:a:b")
    assert Cluster()._client("http://host/news")._auth == ("env", "a:b")
    assert Cluster()._client("http://me:hush@host/news")._auth == ("me", "hush")
    assert Cluster(options={"http_auth": print})._client("http://host/signed")._auth is print
    monkeypatch.setenv("KHSEARCH_HTTP_AUTH", "hush")
    with pytest.raises(IndexStoreError, match="user:password") as caught:
        Cluster()._client("http://host/other")
    assert "hush" not in str(caught.value)


def test_what_can_be_read_of_a_damaged_index_is_saved(place: Place) -> None:
    place.add("a", "b", text="ឆ្មា")
    name, blob = next(iter(place.head.files.items()))
    place.client.ask("DELETE", f"/{place.client.alias}-meta/_doc/blob:{blob.partition(':')[0]}:0")
    files, found = Cluster().rescue(place.url)
    assert files[name] == b""
    assert all(content for other, content in files.items() if other != name)
    assert [document.id for document in found if not isinstance(document, str)] == ["a", "b"]


def test_the_package_that_asks_opensearch_is_told_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "opensearchpy":
                raise ModuleNotFoundError(name=name)

    monkeypatch.delitem(sys.modules, "opensearchpy", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(MissingExtraError, match=r"pip install 'khsearch\[opensearch\]'"):
        Cluster().open("http://host/news")
