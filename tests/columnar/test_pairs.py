"""Pairs of neighbouring terms: what a segment's postings say is what a look at its documents says."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from khsearch.columnar import EmbeddedView
from khsearch.columnar.segments import pairs
from khsearch.engine import PAIR, TokenBatch
from tests.columnar.corpora import Arrays, create, histories, opened, play, tokens
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


def counted(texts: list[list[bytes]]) -> Counter[bytes]:
    return Counter(pair for text in texts for pair in {PAIR.join(two) for two in pairwise(text)})


@examples(60)
@given(history=histories)
def test_pairs_are_those_of_the_documents(history, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "x"
    index = create(folder)
    truth = play(index, history)
    with index.writer() as writer:
        writer.commit(optimize=True)  # which forgets what is deleted
    assert told(opened(folder)) == counted(list(truth.values()))
    assert not told(index, "bigrams")  # which keep no positions


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
    firsts = np.array([0, 1 << 30, 1 << 30, 1 << 30])
    seconds = np.array([5, 1 << 31, 1 << 31, 7])
    found = pairs._counted(firsts, seconds, np.array([1 << 20, 3, 4, 4]))
    assert found.firsts.tolist() == [0, 1 << 30, 1 << 30]
    assert found.seconds.tolist() == [5, 7, 1 << 31]
    assert found.dfs.tolist() == [1, 1, 2]
