"""Tables of a commit, read when they are asked for; parts that grow together tell what they told apart."""

from __future__ import annotations

from itertools import pairwise

import pytest

from khsearch.engine import TermList
from khsearch.errors import IndexDamagedError
from khsearch.remote.metadata import Metadata, PartOf
from khsearch.remote.tables import Tables, grown
from tests.remote.places import Place
from tests.remote.test_counting import counted, pairs_of, terms_of

TEXTS = [[b"a", b"b"], [b"b", b"c", b"b"]]


def told(lists: list[TermList]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for one in lists:
        codes = one.codes.tobytes()
        for (start, end), df in zip(pairwise(one.starts.tolist()), one.dfs.tolist(), strict=True):
            found[codes[start:end]] = found.get(codes[start:end], 0) + df
    return found


@pytest.fixture
def metadata(place: Place) -> Metadata:
    return Metadata(place.client)


def part_of(metadata: Metadata, texts: list[list[bytes]]) -> tuple[PartOf, ...]:
    return grown(metadata, (), {"text": counted([texts])}, len(texts), whole=False)


def test_terms_and_pairs_of_all_parts_are_told(metadata: Metadata) -> None:
    parts = (*part_of(metadata, TEXTS), *part_of(metadata, TEXTS[:1]))
    tables = Tables(metadata, parts)
    assert told(tables.terms("text")) == terms_of([*TEXTS, TEXTS[0]])
    assert told(tables.pairs("text")) == pairs_of([*TEXTS, TEXTS[0]])
    assert tables.terms("lead") == tables.pairs("lead") == []
    assert tables.counted == 3
    first, second = tables.parts()
    assert (first.of, first.documents, second.documents) == (parts[0].of, 2, 1)
    assert told(first.terms(["text", "title"])) == terms_of(TEXTS)
    assert told(second.pairs(["text", "title"])) == pairs_of(TEXTS[:1])


def test_parts_of_about_one_size_become_one(metadata: Metadata) -> None:
    large = part_of(metadata, TEXTS * 10)
    parts = grown(metadata, large, {"text": counted([TEXTS])}, 2, whole=False)
    assert [part.documents for part in parts] == [20, 2]
    parts = grown(metadata, parts, {"text": counted([TEXTS]), "lead": counted([TEXTS])}, 2, whole=False)
    assert [part.documents for part in parts] == [20, 4]
    assert parts[-1].terms == {"text": 3, "lead": 3}
    whole = grown(metadata, parts, {}, 0, whole=True)
    assert [part.documents for part in whole] == [24]
    for found in (parts, whole):
        tables = Tables(metadata, found)
        assert told(tables.terms("text")) == terms_of(TEXTS * 12)
        assert told(tables.pairs("text")) == pairs_of(TEXTS * 12)
        assert told(tables.terms("lead")) == terms_of(TEXTS)


def test_without_documents_parts_stay(metadata: Metadata) -> None:
    parts = part_of(metadata, TEXTS)
    assert grown(metadata, parts, {}, 0, whole=False) == parts
    assert grown(metadata, parts, {}, 0, whole=True) == parts
    assert grown(metadata, (), {}, 0, whole=True) == ()


def test_a_table_is_read_once_and_goes_over_to_later_commits(metadata: Metadata, place: Place) -> None:
    parts = part_of(metadata, TEXTS)
    tables = Tables(metadata, parts)
    before = place.client.requests
    tables.terms("text")
    assert place.client.requests == before + 1
    later = Tables(metadata, (*parts, *part_of(metadata, [[b"z"]])), tables)
    before = place.client.requests
    tables.pairs("text")
    later.terms("text")
    assert place.client.requests == before + 1


def test_a_blob_that_is_no_table_is_told(metadata: Metadata) -> None:
    blob = metadata.write(b"[]\n")
    tables = Tables(metadata, [PartOf("x", 1, {"text": blob}, {"text": 1})])
    with pytest.raises(IndexDamagedError, match=r"damaged: the terms of 'text'.*no table of terms"):
        tables.terms("text")


def test_terms_of_what_is_written_are_what_its_documents_have(place: Place) -> None:
    place.add("a", "b", text="ឆ្មា និង ត្រី")
    tables = Tables(Metadata(place.client), place.head.parts)
    assert sorted(told(tables.terms("text")).values()) == [2, 2, 2]
    assert sorted(told(tables.pairs("text")).values()) == [2, 2]
    assert tables.pairs("lead") == []
