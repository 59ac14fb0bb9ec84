"""Pairs of neighbouring terms: what a segment's postings say is what a look at its documents says."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import columnar
from khsearch.columnar import EmbeddedView
from khsearch.columnar.segments import pairs
from khsearch.engine import PAIR, TokenBatch
from tests.columnar.corpora import OPTIONS, TABLED, Arrays, add, create, histories, opened, play, tables, tokens
from tests.extent import examples

placed = st.lists(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"a\x01", b"a\x02"]), st.integers(0, 6)), max_size=8))


def told(index: Arrays, field: str = "words") -> Counter[bytes]:
    """What a commit says of its pairs, the segments' added up; each list in order."""
    found: Counter[bytes] = Counter()
    for codes, starts, dfs in EmbeddedView(index.searcher(), {}).pairs(field):
        terms = [codes[a:b].tobytes() for a, b in pairwise(starts.tolist())]
        assert terms == sorted(set(terms))
        found.update(dict(zip(terms, dfs.tolist(), strict=True)))
    return found


def counted_in(texts: list[list[bytes]]) -> Counter[bytes]:
    return Counter(pair for text in texts for pair in {PAIR.join(two) for two in pairwise(text)})


@examples(60)
@given(history=histories)
def test_pairs_are_those_of_the_documents(history, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "x"
    index = create(folder)
    truth = play(index, history)
    with index.writer() as writer:
        writer.commit(optimize=True)  # which forgets what is deleted
    assert told(opened(folder)) == counted_in(list(truth.values()))
    assert not told(index, "bigrams")  # which keep no positions


@contextmanager
def played(history: list[Any]) -> Iterator[tuple[Arrays, dict[str, list[bytes]]]]:
    """An index of tables after a history, and its documents."""
    with tempfile.TemporaryDirectory() as folder:
        columnar.create(Path(folder), TABLED)
        index = Arrays(Path(folder), TABLED)
        yield index, play(index, history)


@pytest.mark.parametrize("counted", [1 << 22, -1])
@examples(60)
@given(history=histories)
def test_tables_hold_what_a_count_would_say(counted, history):
    with tables(counted=counted), played(history) as (index, truth):
        for segment in index.searcher().commit.leaves.segments:
            field = segment.field("words")
            assert field is None or segment.has_pairs("words")
            if field is not None:
                found, all_of_them = segment.pairs("words"), pairs.count(field, segment.lengths("words"))
                assert [found.firsts.tolist(), found.seconds.tolist(), found.dfs.tolist()] == [
                    all_of_them.firsts.tolist(),
                    all_of_them.seconds.tolist(),
                    all_of_them.dfs.tolist(),
                ]
        assert columnar.verify(index.folder) == []
        index.writer().commit(optimize=True)
        assert told(index) == counted_in(list(truth.values()))


@pytest.mark.parametrize("counted", [1 << 22, -1])
@examples(60)
@given(history=histories, least=st.integers(1, 3), most=st.integers(1, 6))
def test_a_table_keeps_the_frequent_pairs_and_never_too_many_documents(counted, history, least, most):
    with tables(least, most, counted), played(history) as (index, truth):
        for segment in index.searcher().commit.leaves.segments:
            found = segment.pairs("words")
            assert len(found.dfs) <= most
            assert found.dfs.min(initial=least) >= least
        assert columnar.verify(index.folder) == []
        index.writer().commit(optimize=True)
        expected, found = counted_in(list(truth.values())), told(index)
        assert found <= expected
        if counted > 0 and len(index.searcher().commit.leaves.segments) == 1 and found:
            assert sorted(found.values()) == sorted(df for df in expected.values() if df >= least)[-most:]


@pytest.mark.parametrize("large", [254, 255, 256, 700])
def test_a_table_holds_pairs_of_many_documents(tmp_path, large):
    columnar.create(tmp_path, TABLED)
    index = Arrays(tmp_path, TABLED)
    with tables(), index.writer() as writer:
        add(writer, [(str(number), [b"a", b"b"]) for number in range(large)] + [("last", [b"b", b"a", b"a"])])
    assert told(index) == {b"a\2b": large, b"b\2a": 1, b"a\2a": 1}


@pytest.mark.parametrize(("options", "patched"), [(TABLED, False), (OPTIONS, True)])
def test_a_small_segment_has_no_table_nor_has_one_of_a_writer_that_wants_none(tmp_path, options, patched):
    columnar.create(tmp_path, options)
    index = Arrays(tmp_path, options)
    with tables() if patched else nullcontext():
        for number in range(2):
            with index.writer() as writer:
                add(writer, [(str(number), [b"a", b"b"])])
        index.writer().commit(optimize=True)
    assert not any(segment.has_pairs("words") for segment in index.searcher().commit.leaves.segments)
    assert told(index) == {b"a\2b": 2}


@examples(60)
@given(documents=placed)
def test_positions_may_leave_gaps_and_hold_several_terms(documents, tmp_path_factory):
    documents = [sorted(document, key=lambda token: token[1]) for document in documents]
    batch = tokens([[term for term, _ in document] for document in documents])
    places = np.array([place for document in documents for _, place in document], np.int64)
    batch = TokenBatch(batch.codes, batch.starts, batch.ends, batch.counts, places)
    index = create(tmp_path_factory.mktemp("pairs") / "x")
    with index.writer() as writer:
        writer.add_batch(
            [str(number) for number in range(len(documents))], [b""] * len(documents), {"words": batch}, {}
        )
    expected = Counter(
        pair
        for document in documents
        for pair in {PAIR.join((one, two)) for one, at in document for two, to in document if to == at + 1}
        if pair.count(PAIR) == 1
    )
    assert told(index) == expected


def test_numbers_too_long_for_one_key_are_counted_in_parts():
    counts = np.array([1, 0, 3, 2])
    seconds = np.array([5, (1 << 32) - 1, (1 << 32) - 1, 7, 5, 5])
    found = pairs._counted(10, counts, seconds, np.array([1 << 30, 3, 4, 4, 2, 2]))
    assert found.firsts.tolist() == [10, 12, 12, 13]
    assert found.seconds.tolist() == [5, 7, (1 << 32) - 1, 5]
    assert found.dfs.tolist() == [1, 1, 2, 1]
