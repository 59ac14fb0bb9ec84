"""The trie of spellings against all of them measured one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import pack
from khsearch.khmer.spelling import nearby
from khsearch.khmer.spelling.costs import EditCosts, default_costs, strokes
from khsearch.khmer.spelling.nearby import Nearby
from khsearch.khmer.text.script import encode_term

khmer = st.lists(
    st.builds(
        "".join, st.tuples(st.sampled_from(["ក", "គ", "ត", "ក\u17d2រ"]), st.sampled_from(["", "\u17b6", "\u17b7"]))
    ),
    min_size=1,
    max_size=4,
).map("".join)
latin = st.text("abo\u00e9\u0101\u4000", min_size=1, max_size=5)
terms = (khmer | latin).map(encode_term)
COSTS = default_costs()


def excess(typed: bytes, right: bytes, costs: EditCosts = COSTS) -> float:
    """The cheapest way, by the book."""
    a, b = strokes(typed), strokes(right)
    every = np.array(sorted({*a, *b}))
    place = {stroke: number for number, stroke in enumerate(every.tolist())}
    instead, put, out = costs.excess(a, every)
    best = {(0, 0): 0.0}
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            ways = [best[i, j]] if not i and not j else []
            if i and j:
                ways.append(best[i - 1, j - 1] + instead[i - 1, place[b[j - 1]]])
            if i:
                ways.append(best[i - 1, j] + put[i - 1])
            if j:
                ways.append(best[i, j - 1] + out[place[b[j - 1]]])
            if i > 1 and j > 1 and a[i - 2 : i] == [b[j - 1], b[j - 2]] and all(map(costs.swaps, a[i - 2 : i])):
                ways.append(best[i - 2, j - 2] + costs.swapped)
            best[i, j] = min(ways)
    return best[len(a), len(b)]


def table(vocabulary: dict[bytes, int]) -> tuple[list[bytes], Nearby]:
    names = sorted(vocabulary)
    priors = np.log(np.array([vocabulary[name] for name in names], np.float32) + np.float32(0.5))
    return names, Nearby(*pack(names), priors.astype(np.float32), COSTS)


@given(vocabulary=st.dictionaries(terms, st.integers(1, 1000), max_size=25), typed=terms, limit=st.integers(1, 6))
def test_the_likeliest_are_those_of_a_scan(vocabulary, typed, limit):
    names, found = table(vocabulary)
    far = {name: excess(typed, name) for name in names}
    score = {name: np.log(vocabulary[name] + 0.5) - far[name] for name in names if far[name] <= 12}
    near = found.likeliest(typed, limit, 12)
    assert [one.score for one in near] == pytest.approx(sorted(score.values(), reverse=True)[:limit], abs=1e-3)
    for one in near:
        assert one.excess == pytest.approx(far[names[one.number]], abs=1e-3)
        assert one.score == pytest.approx(score[names[one.number]], abs=1e-3)


def test_what_is_typed_rightly_exceeds_nothing():
    names, found = table(dict.fromkeys(map(encode_term, ("ការងារ", "ការងារ\u17cb", "khmer", "\u4000\u4001")), 3))
    for name in names:
        assert found.likeliest(name, 1, 1)[0].excess == pytest.approx(0, abs=1e-4)


def test_too_long_or_nothing_is_near_to_nothing():
    names, found = table({encode_term("ក" * 40): 1, encode_term("ក" * nearby.LONGEST): 1})
    assert [names[near.number] for near in found.likeliest(encode_term("ក" * nearby.LONGEST), 5, 99)] == [names[0]]
    assert found.likeliest(encode_term("ក" * 40), 5, 99) == found.likeliest(b"", 5, 99) == []
    assert Nearby(*pack([]), np.zeros(0, np.float32), COSTS).likeliest(encode_term("ក"), 5, 99) == []


def test_the_best_of_many_branches_are_followed(monkeypatch):
    names, found = table({encode_term(f"ក{one}{other}"): 1 for one in "កខគឃងចឆ" for other in "តថទធន"})
    exact = found.likeliest(encode_term("កគត"), 1, 20)
    monkeypatch.setattr(nearby, "_FOLLOWED", 4)
    assert found.likeliest(encode_term("កគត"), 1, 20) == exact
    assert names[exact[0].number] == encode_term("កគត")
