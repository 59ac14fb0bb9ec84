"""Terms that hold a word, and which terms may be meant, against all terms looked through."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Index
from khsearch.arrays.spans import pack
from khsearch.engine import Part, TermList
from khsearch.khmer.terms.typed import letters_of
from khsearch.khmer.text.script import encode_term
from khsearch.query.candidates import Candidates
from khsearch.query.holding import holders
from khsearch.query.known import Known

LETTERS = ["ក", "គ", "ត", "ដ", "ន", "ណ", "រ", "អ", "ក\u17d2រ", "គ\u17d2រ", "ត\u17d2រ", "ន\u17d2ត"]
MARKS = ["", "", "\u17b6", "\u17b7", "\u17b8", "\u17bb", "\u17c1", "\u17c2", "\u17cb", "\u17b6\u17c6", "\u17ca\u17b7"]
clusters = st.builds("".join, st.tuples(st.sampled_from(LETTERS), st.sampled_from(MARKS)))
khmer = st.lists(clusters, min_size=1, max_size=6).map("".join).map(encode_term)
OTHER_LETTERS = "abco\u00e9\u0100\u0101\u0436\u4000\u4081\u4082\u90e8"  # in code form some look like the end of a term
terms = khmer | st.text(OTHER_LETTERS, min_size=1, max_size=6).map(encode_term)


def listed(vocabulary: set[bytes]) -> TermList:
    return TermList(*pack(sorted(vocabulary)), np.ones(len(vocabulary), np.int64))


def part(vocabulary: set[bytes]) -> Part:
    return Part(None, 1, lambda _: [listed(vocabulary)], lambda _: [])


@given(segments=st.lists(st.sets(terms, max_size=40), max_size=3), word=khmer)
def test_holders_are_those_of_a_scan(segments: list[set[bytes]], word: bytes) -> None:
    def holds(units: list[bytes], part: list[bytes]) -> bool:
        return any(units[at : at + len(part)] == part for at in range(len(units)))

    view = SimpleNamespace(vocabulary=lambda _: map(listed, segments))
    part = letters_of(word)
    longer = {term for some in segments for term in some if term != word and holds(letters_of(term), part)}
    assert holders(view, "text", part) == tuple(sorted(longer))  # type: ignore[arg-type]


LONG = ["a" * 65, "ក" * 65, "a" * 10_000, "ក" + "\u17d2ខ\u17d2គ" * 20]
ODD = ["2021", "a1", "\u00e91", "\u00e9-", "\u00e9\u17b6", "\u17b6", "ក" + 9 * "\u17b6"]


@pytest.mark.parametrize("kept", ["ការ", "covid", "caf\u00e9", "\u0436\u0436\u0436\u0436"])
def test_numbers_and_what_nobody_writes_are_never_meant(kept: str) -> None:
    vocabulary = set(map(encode_term, [kept, *LONG, *ODD]))
    found = Candidates([Known([part(vocabulary)], ["text"], [])], ["text"])
    view = Index.memory()._view()
    assert [near.spelling for near in found.of(encode_term(kept), view)][:1] == [encode_term(kept)]
    odd = {encode_term(term) for term in (*LONG, *ODD)}
    assert not odd & {near.spelling for term in vocabulary for near in found.of(term, view)}
