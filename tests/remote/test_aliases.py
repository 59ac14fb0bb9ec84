"""Where the alias of an index leads, and what is told of names that are no index of khsearch's."""

from __future__ import annotations

import pytest

from khsearch.errors import IndexDamagedError, IndexExistsError, IndexMismatchError
from khsearch.remote.cluster import Cluster
from tests.remote.places import Place


@pytest.fixture
def foreign(place: Place) -> str:
    """An index of other software, whose name begins otherwise."""
    name = f"x{place.client.alias}"
    place.client.ask("PUT", f"/{name}/_doc/1", {"title": "other"}, params={"refresh": True})
    return name


def lead(place: Place, *actions: tuple[str, str]) -> None:
    alias = place.client.alias
    place.client.ask("POST", "/_aliases", {"actions": [{do: {"index": one, "alias": alias}} for do, one in actions]})


def test_an_alias_that_leads_elsewhere_too_is_told(place: Place, foreign: str) -> None:
    place.add("a")
    lead(place, ("add", foreign))
    with pytest.raises(IndexDamagedError, match=rf"leads to .*{foreign}.*let it lead there alone"):
        place.open().view()
    lead(place, ("remove", f"{place.client.alias}-1"))
    with pytest.raises(IndexDamagedError, match=rf"leads to {foreign}, and the documents are in .*-1"):
        place.open().view()
    lead(place, ("remove", foreign))
    with pytest.raises(IndexDamagedError, match="leads to nothing, and the documents are in"):
        place.open().view()
    lead(place, ("add", f"{place.client.alias}-1"))
    assert place.open().view().doc_count == 1


def test_a_rebuild_puts_the_alias_right(place: Place, foreign: str) -> None:
    place.add("a")
    lead(place, ("add", foreign))
    place.rebuild("b")
    assert set(place.found()) == {"b"}
    assert place.open().view().doc_count == 1


def test_an_index_of_others_is_not_advised_to_be_made_or_deleted(place: Place, foreign: str) -> None:
    url = place.url.replace(place.client.alias, foreign)
    with pytest.raises(IndexMismatchError, match="not one of khsearch's"):
        Cluster().open(url)
    with pytest.raises(IndexExistsError, match=r"could be opened; choose another name"):
        Cluster().create(url, place.schema, lambda _: {})


def test_an_index_whose_commits_have_gone_is_told(place: Place) -> None:
    place.add("a")
    place.client.ask("DELETE", f"/{place.client.alias}-meta")
    with pytest.raises(IndexDamagedError, match="-meta, which says what was committed, has gone"):
        Cluster().open(place.url)


def test_a_document_of_others_is_told(place: Place) -> None:
    place.add("a")
    place.client.ask("PUT", f"/{place.client.alias}-1/_doc/x", {}, params={"refresh": True})
    with pytest.raises(IndexDamagedError, match="document that khsearch did not write"):
        list(place.open().view().documents())
