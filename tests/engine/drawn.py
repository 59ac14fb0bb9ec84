"""Nodes over the terms and values of some documents, of every kind that engines know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from hypothesis import strategies as st

from khsearch.engine import Node, View, nodes
from khsearch.schema import Role, for_words

_BOOSTS = st.sampled_from([1.0, 0.5, 2.0])
_VALUES: dict[str, list[object]] = {
    "kind": ["a", "b", "\u1780"],
    "size": [-2, 0, 1.5, 2],
    "day": [datetime(2020, 6, 1), datetime(2021, 5, 11), datetime(2022, 1, 1)],
    "open": [False, True],
}


def passing(answer: bool) -> Callable[[Sequence[object]], list[bool]]:
    """A check that all documents pass, or none."""
    return lambda keys: [answer] * len(keys)


def leaves(view: View) -> st.SearchStrategy[Node]:
    """Nodes without children, over what a commit holds, and a little that it does not."""
    fields = ("title", "text", "note", *for_words(Role.RANK), "bigrams")
    terms = {name: [*view.terms(name), b"never"] for name in dict.fromkeys(fields)}
    field = st.sampled_from(list(terms))
    words = st.sampled_from(terms["text"])

    def of_field(name: str) -> st.SearchStrategy[Node]:
        term = st.sampled_from(terms[name])
        return st.one_of(
            st.builds(nodes.Term, st.just(name), term, _BOOSTS),
            st.builds(nodes.Prefix, st.just(name), term.map(lambda found: found[:2]), _BOOSTS),
            st.builds(nodes.TermRange, st.just(name), term, st.none() | term, _BOOSTS),
            st.builds(nodes.AnyOf, st.just(name), st.lists(term, max_size=3).map(tuple), _BOOSTS),
            st.builds(nodes.Fuzzy, st.just(name), term, st.integers(0, 3), st.integers(0, 2), _BOOSTS, st.just(False)),
            st.builds(nodes.Every, st.just(name), _BOOSTS),
        )

    def of_column(name: str) -> st.SearchStrategy[Node]:
        value = st.sampled_from(_VALUES[name])
        bound = st.none() | value
        spans = st.lists(st.tuples(value, value), max_size=3).map(tuple)
        return st.one_of(
            st.builds(nodes.Between, st.just(name), bound, bound, _BOOSTS, st.booleans(), st.booleans()),
            st.builds(nodes.AnyBetween, st.just(name), spans, _BOOSTS),
        )

    return st.one_of(
        field.flatmap(of_field),
        st.builds(nodes.AnyField, st.just(for_words(Role.RANK)), words, _BOOSTS),
        st.builds(nodes.Phrase, st.just("text"), st.lists(words, min_size=1, max_size=3).map(tuple), st.integers(1, 3)),
        st.sampled_from(sorted(_VALUES)).flatmap(of_column),
        st.just(nodes.Every()),
        st.just(nodes.Nothing()),
    )


def trees(view: View) -> st.SearchStrategy[Node]:
    """Nodes with children, too."""

    def joined(child: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(child, max_size=3).map(tuple)
        return st.one_of(
            st.builds(nodes.And, several),
            st.builds(nodes.Or, several),
            st.builds(nodes.AndMaybe, child, child),
            st.builds(nodes.AndNot, child, child),
            st.builds(nodes.Require, child, child),
            st.builds(nodes.Not, child),
            st.builds(nodes.Constant, child, _BOOSTS),
            st.builds(nodes.Constant, child, st.just(0.0)),
            st.builds(nodes.Boost, child, _BOOSTS),
            st.builds(nodes.TwoPhase, child, st.booleans().map(passing)),
            st.builds(nodes.Leading, child, st.sampled_from([0.0, 0.5, 0.8, 1.0])),
        )

    return st.recursive(leaves(view), joined, max_leaves=6)
