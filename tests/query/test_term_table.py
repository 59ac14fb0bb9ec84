"""Terms that hold a word, against all terms looked through."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.arrays.spans import pack
from khsearch.khmer.terms.typed import letters_of
from khsearch.khmer.text.script import encode_term
from khsearch.query.near_terms import TermTable, term_table

LETTERS = ["ក", "គ", "ត", "ដ", "ន", "ណ", "រ", "អ", "ក\u17d2រ", "គ\u17d2រ", "ត\u17d2រ", "ន\u17d2ត"]
MARKS = ["", "", "\u17b6", "\u17b7", "\u17b8", "\u17bb", "\u17c1", "\u17c2", "\u17cb", "\u17b6\u17c6", "\u17ca\u17b7"]
clusters = st.builds("".join, st.tuples(st.sampled_from(LETTERS), st.sampled_from(MARKS)))
OTHER_LETTERS = "abco\u00e9\u0100\u0101\u0436\u4000\u4081\u4082\u90e8"  # in code form some look like the end of a term
latin = st.text(OTHER_LETTERS, min_size=1, max_size=6) | st.text("abco", min_size=1, max_size=6)
terms = (st.lists(clusters, min_size=1, max_size=6).map("".join) | latin).map(encode_term)


def table(vocabulary: dict[bytes, int], documents: int) -> TermTable:
    """The table of two fields that share a term."""
    names = sorted(vocabulary)
    halves = [names[: len(names) // 2 + 1], names[len(names) // 2 :]]
    shared = set(halves[0]) & set(halves[1])
    sources = [
        (*pack(half), np.array([vocabulary[name] - (name in shared and number) for name in half], np.uint32))
        for number, half in enumerate(halves)
    ]
    for name in shared:  # the first has all of its documents but one, the second that one
        at = halves[0].index(name)
        sources[0][2][at] = vocabulary[name] - 1
        sources[1][2][halves[1].index(name)] = 1
    return TermTable(sources, documents)


@given(vocabulary=st.dictionaries(terms, st.integers(1, 9), max_size=60), word=terms, limit=st.integers(1, 9))
def test_holding_are_those_of_a_scan(vocabulary, word, limit):
    def holds(units: list[bytes], part: list[bytes]) -> bool:
        return any(units[at : at + len(part)] == part for at in range(len(units)))

    part = letters_of(word)
    khmer = len(part) > 1 and word[0] >= 0x80
    longer = {term for term in vocabulary if term != word and khmer and holds(letters_of(term), part)}
    found = table(vocabulary, 100).holding(word, limit)
    expected = sorted(longer, key=lambda term: (-vocabulary[term], term))[:limit]
    assert [(near.term, near.df) for near in found] == [(term, vocabulary[term]) for term in expected]


def test_terms_of_other_kinds_are_left_out():
    kept = [encode_term("ការ"), b"covid", encode_term("caf\u00e9"), encode_term("\u0436")]
    odd = [
        b"2021",
        b"a1",
        encode_term("\u00e91"),
        encode_term("\u00e9-"),
        encode_term("\u00e9\u17b6"),
        encode_term("\u17b6"),
        encode_term("ក" + 9 * "\u17b6"),
    ]
    found = table(dict.fromkeys([*kept, *odd], 1), 10)
    assert found.terms == sorted(kept)
    assert TermTable([], 0).holding(encode_term("ការងារ"), 3) == []


def test_a_commit_has_its_own_table(tmp_path):
    index = Index.create(tmp_path / "index")
    first = index._view()
    assert term_table(first) is term_table(first)
    with index.writer() as writer:
        writer.add(Document(id="1", title="កម្ពុជា", text="កម្ពុជា"))
    assert term_table(index._view()).terms == [encode_term("កម្ពុជា")]
