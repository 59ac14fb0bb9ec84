"""Tables of terms and pairs: what is counted is what stands in the documents; joined tables are those of all."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import pack
from khsearch.engine import PAIR, TermList, TokenBatch
from khsearch.engine import pairs as rule
from khsearch.remote import counting
from khsearch.remote.counting import Collector, Table, joined, read, written
from tests import extent

Texts = list[list[bytes]]
TERMS = st.sampled_from([b"a", b"a\x01", b"a\x02b", b"ab", b"b", b"\x00", b"long-term-of-many-bytes", b"\xff\xfe"])
DOCUMENTS = st.lists(st.lists(TERMS, max_size=8), max_size=6)


def batch(texts: Texts, *, ids: dict[bytes, int] | None = None, positions: list[int] | None = None) -> TokenBatch:
    terms = [term for text in texts for term in text]
    codes, starts = pack(terms)
    return TokenBatch(
        codes,
        starts[:-1],
        starts[1:],
        np.array([len(text) for text in texts], np.int64),
        None if positions is None else np.array(positions, np.int64),
        None if ids is None else np.array([ids[term] for term in terms], np.int32),
    )


def told(found: TermList) -> dict[bytes, int]:
    codes = found.codes.tobytes()
    terms = [codes[start:end] for start, end in pairwise(found.starts.tolist())]
    assert terms == sorted(set(terms))
    return dict(zip(terms, found.dfs.tolist(), strict=True))


def terms_of(texts: Texts) -> dict[bytes, int]:
    return dict(Counter(term for text in texts for term in set(text)))


def pairs_of(texts: Texts) -> dict[bytes, int]:
    return dict(
        Counter(
            pair
            for text in texts
            for pair in {PAIR.join(two) for two in pairwise(text) if PAIR[0] not in two[0] + two[1]}
        )
    )


def counted(batches: list[Texts]) -> Table:
    collector = Collector({"text"})
    for texts in batches:
        collector.add({"text": batch(texts)}, len(texts))
    assert collector.documents == sum(map(len, batches))
    return collector.tables()["text"]


@extent.examples(100)
@given(st.lists(DOCUMENTS, min_size=1, max_size=4))
def test_what_is_counted_is_what_stands_there(batches: list[Texts]) -> None:
    every = [text for texts in batches for text in texts]
    whole = counted(batches)
    for table in (whole, joined([counted([texts]) for texts in batches]), read(written(whole))):
        assert told(table.terms()) == terms_of(every)
        assert told(table.pairs()) == pairs_of(every)


def test_numbers_of_terms_spare_their_bytes() -> None:
    texts = [[b"a", b"b", b"a"], [b"b"]]
    collector = Collector(())
    for _ in range(2):
        collector.add({"text": batch(texts, ids={b"a": 7, b"b": 3})}, 2)
    assert told(collector.tables()["text"].terms()) == {b"a": 2, b"b": 4}


def test_only_neighbours_by_position_are_a_pair() -> None:
    collector = Collector({"text"})
    collector.add({"text": batch([[b"a", b"b", b"c"], [b"d", b"e"]], positions=[0, 1, 3, 0, 0])}, 2)
    assert told(collector.tables()["text"].pairs()) == {b"a\x02b": 1}


def test_streams_without_pairs_have_none() -> None:
    collector = Collector({"text"})
    collector.add({"lead": batch([[b"a", b"b"]]), "text": batch([[b"a", b"b"]])}, 1)
    assert {name: len(table.firsts) for name, table in collector.tables().items()} == {"lead": 0, "text": 1}


def test_of_too_many_pairs_those_of_the_fewest_documents_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_PAIRS", 4)
    monkeypatch.setattr(counting, "_WAITING", 3)
    rare = [[b"x%d" % number, b"y"] for number in range(20)]
    table = counted([[[b"a", b"b"], [b"a", b"b"]], rare, [[b"a", b"b"]]])
    found = told(table.pairs())
    assert found[b"a\x02b"] == 3
    assert len(found) <= 4
    assert told(table.terms())[b"y"] == 20


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]\n",
        b"{}\n",
        b'[["u1",1],["u1",1],["u1",1],["u1",0],["u1",0],["u1",0]]\na',
        b'[["u1",1],["u1",1],["u1",0],["u1",0],["u1",0],["u1",0]]\na\x01',
        b'[["u1",2],["u1",1],["u1",1],["u1",0],["u1",0],["u1",0]]\naa\x01\x01',
        b'[["u1",1],["u1",1],["u1",1],["u1",1],["u1",1],["u1",1]]\na\x01\x01\x01\x01\x01',
        b'[["O8",1],["u1",1],["u1",1],["u1",0],["u1",0],["u1",0]]\na\x01\x01',
        b'[["u1",-1],["u1",1],["u1",1],["u1",0],["u1",0],["u1",0]]\na\x01\x01',
    ],
)
def test_what_is_no_table_is_told(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(content)


def test_of_a_large_part_pairs_of_one_document_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    table = counted([[[b"a", b"b", b"c"], [b"a", b"b"], [b"c", b"d"]]])
    assert told(table.told()) == told(table.pairs()) == {b"a\x02b": 2, b"b\x02c": 1, b"c\x02d": 1}
    monkeypatch.setattr(rule, "FEWEST_TOKENS", 4)
    assert told(table.told()) == {b"a\x02b": 2}
