"""matching: a node in, the documents that it matches with their scores out, by a look at every document.

The formulas are the textbook's, in plain Python: what an engine for large indexes answers is held against this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from khsearch.documents import compared, several
from khsearch.engine import BM25, EQUAL, FieldScale, Node, Proximity, boosts_of, nodes, term_weight
from khsearch.errors import QueryError
from khsearch.memory.commit import Commit

Scores = dict[int, float]
"""Numbers of documents, rising, each with its score."""


def matches(commit: Commit, node: Node, weighting: BM25) -> Scores:
    """Return the documents that a node matches; QueryError for a node of another engine."""
    match = _MATCHES.get(type(node))
    if match is None:
        raise QueryError(
            f"an index in memory knows no {type(node).__name__}; build the query from khsearch.engine.nodes"
        )
    found: Scores = match(commit, node, weighting)
    return dict(sorted(found.items()))


def near_terms(commit: Commit, node: nodes.Fuzzy) -> list[bytes]:
    """Return the terms that are so many edits away at most."""

    def characters(term: bytes) -> str | bytes:
        return term.decode("utf-8", "surrogateescape") if node.utf8 else term

    word = characters(node.term)
    return [
        term
        for term in commit.vocabulary(node.field)
        if characters(term)[: node.prefix] == word[: node.prefix]
        and len(term) >= node.prefix
        and _distance(characters(term), word) <= node.distance
    ]


def near_pairs(commit: Commit, number: int, wanted: Proximity) -> float:
    """Return what one document gets for pairs of terms that stand near each other."""
    words = commit.entries[number].terms.get(wanted.field, ())
    scale, total = wanted.scale, 0.0
    for one, two in wanted.pairs:
        tf = sum(word == one and two in words[at + 1 : at + 1 + wanted.slop] for at, word in enumerate(words))
        if tf:
            df = min(commit.df(wanted.field, one), commit.df(wanted.field, two))
            average = commit.average_length(wanted.field)
            weight = term_weight(len(commit.entries), df, scale)
            total += weight * _saturated(commit, wanted.field, number, tf, scale, average)
    return total


def _distance(one: str | bytes, other: str | bytes) -> int:
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row = row, [i]
        for j, another in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != another)))
    return row[-1]


def _saturated(commit: Commit, stream: str, number: int, tf: int, scale: FieldScale, average: float) -> float:
    """The part of the formula that the document decides."""
    boost, column = boosts_of(scale)
    own = next(map(compared, several(commit.entries[number].values.get(column))), 1)
    weight = tf * boost * float(own)
    length = commit.length(stream, number) / average if average > 0 else 1.0
    return weight * (scale.k1 + 1) / (weight + scale.k1 * (1 - scale.b + scale.b * length)) if weight else 0.0


def _term(commit: Commit, node: nodes.Term, weighting: BM25) -> Scores:
    scale = weighting.scale(node.field)
    df = commit.df(node.field, node.term)
    if scale.rarity_in:
        df = max(df, commit.df(scale.rarity_in, node.term))
    weight = node.boost * term_weight(len(commit.entries), df, scale)
    average = commit.average_length(node.field)  # once: it looks at every document
    found = {}
    for number, entry in enumerate(commit.entries):
        tf = entry.counts[node.field][node.term] if node.field in entry.counts else 0
        if tf:
            found[number] = weight * _saturated(commit, node.field, number, tf, scale, average)
    return found


def _any_field(commit: Commit, node: nodes.AnyField, weighting: BM25) -> Scores:
    return _or(commit, nodes.Or(tuple(child for child, _ in node.scoring())), weighting)


def _and(commit: Commit, node: nodes.And, weighting: BM25) -> Scores:
    found = [matches(commit, child, weighting) for child in node.children]
    common = set.intersection(*map(set, found)) if found else set()
    return {number: sum(scores[number] for scores in found) for number in common}


def _or(commit: Commit, node: nodes.Or, weighting: BM25) -> Scores:
    total: Scores = {}
    for child in node.children:
        for number, score in matches(commit, child, weighting).items():
            total[number] = total.get(number, 0.0) + score
    return total


def _and_maybe(commit: Commit, node: nodes.AndMaybe, weighting: BM25) -> Scores:
    extra = matches(commit, node.should, weighting)
    return {n: score + extra.get(n, 0.0) for n, score in matches(commit, node.must, weighting).items()}


def _and_not(commit: Commit, node: nodes.AndNot, weighting: BM25) -> Scores:
    without = matches(commit, node.without, weighting)
    return {n: score + node.bonus for n, score in matches(commit, node.child, weighting).items() if n not in without}


def _require(commit: Commit, node: nodes.Require, weighting: BM25) -> Scores:
    required = matches(commit, node.required, weighting)
    return {n: score for n, score in matches(commit, node.child, weighting).items() if n in required}


def _not(commit: Commit, node: nodes.Not, weighting: BM25) -> Scores:
    child = matches(commit, node.child, weighting)
    return {number: 1.0 for number in range(len(commit.entries)) if number not in child}


def _phrase(commit: Commit, node: nodes.Phrase, weighting: BM25) -> Scores:
    words = [matches(commit, nodes.Term(node.field, term), weighting) for term in node.terms]
    return {
        number: node.boost * sum(scores[number] for scores in words)
        for number, entry in enumerate(commit.entries)
        if _holds(list(entry.terms.get(node.field, ())), node.terms, node.slop)
    }


def _holds(words: list[bytes], terms: tuple[bytes, ...], slop: int) -> bool:
    """Whether each term stands at most `slop` places behind some place of the one before."""
    places = {at for at, word in enumerate(words) if word == terms[0]}
    for term in terms[1:]:
        behind = {at for before in places for at in range(before + 1, before + 1 + slop)}
        places = {at for at, word in enumerate(words) if word == term and at in behind}
    return bool(places)


def _with_terms(commit: Commit, stream: str, fits: Callable[[bytes], bool], boost: float) -> Scores:
    return {
        number: boost for number, entry in enumerate(commit.entries) if any(map(fits, entry.counts.get(stream, ())))
    }


def _prefix(commit: Commit, node: nodes.Prefix, _: BM25) -> Scores:
    return _with_terms(commit, node.field, lambda term: term.startswith(node.prefix), node.boost)


def _term_range(commit: Commit, node: nodes.TermRange, _: BM25) -> Scores:
    def fits(term: bytes) -> bool:
        return term >= node.start and (node.stop is None or term < node.stop)

    return _with_terms(commit, node.field, fits, node.boost)


def _any_of(commit: Commit, node: nodes.AnyOf, _: BM25) -> Scores:
    return _with_terms(commit, node.field, set(node.terms).__contains__, node.boost)


def _fuzzy(commit: Commit, node: nodes.Fuzzy, _: BM25) -> Scores:
    return _with_terms(commit, node.field, set(near_terms(commit, node)).__contains__, node.boost)


def _between(commit: Commit, node: nodes.Between, _: BM25) -> Scores:
    low, high = (None if bound is None else compared(bound) for bound in (node.low, node.high))

    def fits(value: Any) -> bool:
        if low is not None and not (value >= low if node.with_low else value > low):
            return False
        return high is None or bool(value <= high if node.with_high else value < high)

    return {
        number: node.boost
        for number, entry in enumerate(commit.entries)
        if any(fits(compared(value)) for value in several(entry.values.get(node.column)))
    }


def _any_between(commit: Commit, node: nodes.AnyBetween, weighting: BM25) -> Scores:
    each = (_between(commit, nodes.Between(node.column, low, high), weighting) for low, high in node.spans)
    return dict.fromkeys(set().union(*each), node.boost)


def _every(commit: Commit, node: nodes.Every, _: BM25) -> Scores:
    numbers = range(len(commit.entries))
    return {n: node.boost for n in numbers if node.field is None or commit.length(node.field, n)}


def _constant(commit: Commit, node: nodes.Constant, weighting: BM25) -> Scores:
    return dict.fromkeys(matches(commit, node.child, weighting), node.score)


def _boost(commit: Commit, node: nodes.Boost, weighting: BM25) -> Scores:
    return {n: score * node.factor for n, score in matches(commit, node.child, weighting).items()}


def _leading(commit: Commit, node: nodes.Leading, weighting: BM25) -> Scores:
    found = matches(commit, node.child, weighting)
    edge = node.share * max(found.values(), default=0.0) * EQUAL
    return {number: score for number, score in found.items() if score >= edge}


def _two_phase(commit: Commit, node: nodes.TwoPhase, weighting: BM25) -> Scores:
    found = matches(commit, node.approximation, weighting)
    passed = node.passes(list(found))
    return {number: score for (number, score), passes in zip(found.items(), passed, strict=True) if passes}


def _foreign(_: Commit, node: nodes.Foreign, weighting: BM25) -> Scores:
    found: Scores = node.run(weighting)
    return found


def _nothing(_: Commit, __: nodes.Nothing, ___: BM25) -> Scores:
    return {}


_MATCHES: dict[type, Callable[..., Scores]] = {
    nodes.Term: _term,
    nodes.AnyField: _any_field,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.AndMaybe: _and_maybe,
    nodes.AndNot: _and_not,
    nodes.Require: _require,
    nodes.Not: _not,
    nodes.Phrase: _phrase,
    nodes.Prefix: _prefix,
    nodes.TermRange: _term_range,
    nodes.AnyOf: _any_of,
    nodes.Fuzzy: _fuzzy,
    nodes.Between: _between,
    nodes.AnyBetween: _any_between,
    nodes.Every: _every,
    nodes.Constant: _constant,
    nodes.Boost: _boost,
    nodes.Leading: _leading,
    nodes.TwoPhase: _two_phase,
    nodes.Foreign: _foreign,
    nodes.Nothing: _nothing,
}
