"""What others do to an index while it is read is told for what it is, and changes no answer more than it has to."""

from __future__ import annotations

import pytest

from khsearch import Document, Index
from khsearch.errors import IndexDamagedError, IndexNotFoundError, IndexStoreError
from khsearch.remote import contents
from khsearch.remote.cluster import Cluster
from khsearch.remote.metadata import Head, Metadata
from tests import opensearch_node
from tests.remote.places import Place


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_SCANNED", 2)


@pytest.mark.usefixtures("few_at_once")
@pytest.mark.parametrize("how", ["rebuild", "fields"])
def test_an_export_tells_that_the_index_was_rebuilt(place: Place, how: str) -> None:
    place.add(*"abcdef")
    index = Index.open(place.url)
    documents = index.export()
    assert next(documents).id == "a"
    if how == "rebuild":
        Index.rebuild(place.url)
    else:
        index.set_fields({"year": "number"})
    with pytest.raises(IndexStoreError, match=r"was rebuilt, .* khsearch export") as told:
        list(documents)
    assert type(told.value) is IndexStoreError
    assert "khsearch index" not in str(told.value)
    assert [document.id for document in index.export()] == [*"abcdef"]


@pytest.mark.usefixtures("few_at_once")
def test_an_export_tells_that_the_index_has_gone(place: Place, node_url: str) -> None:
    place.add(*"abcdef")
    documents = Index.open(place.url).export()
    next(documents)
    opensearch_node.remove(node_url, place.client.alias)
    with pytest.raises(IndexNotFoundError):
        list(documents)


@pytest.mark.usefixtures("few_at_once")
def test_an_export_tells_that_its_moment_is_kept_no_longer(place: Place) -> None:
    place.add(*"abcdef")
    documents = Index.open(place.url).export()
    next(documents)
    place.client.ask("DELETE", "/_search/point_in_time/_all")
    with pytest.raises(IndexStoreError, match=r"no longer keeps the moment .* run it again"):
        list(documents)


def test_no_term_is_in_more_documents_than_there_are(node_url: str, fresh_name: str) -> None:
    """Lucene counts replaced documents, too, which made what ranks by rarity a request that OpenSearch refuses."""
    index = Index.create(f"{node_url}/{fresh_name}")
    for _ in range(3):
        with index.writer() as writer:
            writer.add_all(Document(str(number), "", "សាលា សាលា ឆ្មា" if number < 6 else "សាលា") for number in range(20))
    view = index._view()
    assert view.dfs([("text", term) for term in index.analyzer.terms("សាលា ឆ្មា").words]) == [20, 6]
    assert {hit.id for hit in index.similar("1")} >= set("02345")


def test_terms_that_later_commits_have_removed_are_no_damage(place: Place) -> None:
    place.add("a")
    view = place.open().view()
    for id in "bcd":
        place.add(id, text=f"ត្រី {id}")
    with pytest.raises(IndexStoreError, match="ask again") as told:
        view.terms("text")
    assert not isinstance(told.value, IndexDamagedError)


def test_a_commit_that_is_followed_while_it_is_verified_is_no_damage(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add("a")
    whole = Metadata.head
    rebuilt: list[int] = []

    def head(self: Metadata) -> Head:
        found = whole(self)
        if not rebuilt:
            rebuilt.append(1)
            place.rebuild("b")
            place.add("c")
        return found

    monkeypatch.setattr(Metadata, "head", head)
    assert Cluster().verify(place.url) == []


def test_an_alias_that_was_led_elsewhere_is_told_and_costs_no_document(place: Place) -> None:
    place.add("a", "b")
    before = Index.open(place.url)
    client, other = place.client, f"{place.client.alias}-other"
    client.ask("PUT", f"/{other}")
    actions = [
        {"add": {"index": other, "alias": client.alias}},
        {"remove": {"index": place.head.index, "alias": client.alias}},
    ]
    client.ask("POST", "/_aliases", {"actions": actions})
    (problem,) = Cluster().verify(place.url)
    assert f"leads to {other}" in problem
    assert [document.id for document in before.export()] == ["a", "b"]
    with pytest.raises(IndexDamagedError, match=f"leads to {other}"):
        Index.rebuild(place.url)
    client.ask("DELETE", f"/{other}")
    client.ask("POST", "/_aliases", {"actions": [{"add": {"index": place.head.index, "alias": client.alias}}]})
    assert Cluster().verify(place.url) == []
    assert Index.rebuild(place.url) == 2
    assert [document.id for document in Index.open(place.url).export()] == ["a", "b"]
