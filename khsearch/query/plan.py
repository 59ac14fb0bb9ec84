"""plan: clauses in, nodes for the index out, with the terms that snippets mark.

Every word goes through the analyzer, as the documents did. A word is looked for in the text and in the lead; bigrams
find what words miss where any word may match, and only add to the score where words must.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from khsearch.columnar import Reader, nodes
from khsearch.columnar.closeness import Closeness
from khsearch.columnar.fuzzy import near_terms
from khsearch.errors import QueryError
from khsearch.khmer.analyzer import Analyzer, Terms
from khsearch.khmer.normalize import normalize
from khsearch.khmer.variants import Variants
from khsearch.query.language import Group, Item, Like, Match, Pattern, Quoted, Range, Words, parse
from khsearch.query.own_fields import NotForFieldError, of_column
from khsearch.query.tolerance import Reading, Tolerance
from khsearch.ranking import BIGRAMS, LEAD, TEXT, TITLE, Ranking

_MOST_TERMS = 2_000
"""Terms of the index that one pattern may stand for; beyond, it says too little."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query comes to.

    node       for the index
    terms      words and bigrams that snippets mark
    closeness  the bonus for words near each other
    problem    what was wrong with the query, where it was searched as words instead
    """

    node: nodes.Node
    terms: Terms
    closeness: Closeness | None = None
    problem: str | None = None


@dataclass(slots=True)
class _Found:
    """What is gathered on the way through the clauses that documents may or must match."""

    words: list[bytes] = field(default_factory=list)
    bigrams: list[bytes] = field(default_factory=list)
    rows: list[list[bytes]] = field(default_factory=list)  # words of free text, and of its other readings, in order
    marked: list[bytes] = field(default_factory=list)  # words of the index that a pattern stands for


class Planner:
    """Plans queries for one commit of an index; `fields` are its own fields by name, with their kinds."""

    def __init__(
        self, reader: Reader, analyzer: Analyzer, fields: Mapping[str, str], variants: Variants, ranking: Ranking
    ) -> None:
        self._reader = reader
        self._analyzer = analyzer
        self._ranking = ranking
        self._kinds = {TITLE: "text", TEXT: "text", **fields}
        self._tolerance = Tolerance(reader, analyzer, variants)

    def plan(self, text: str, match: Match = "any", *, strict: bool = False) -> Plan:
        """Plan a query; one without a word finds nothing. QueryError only if `strict`."""
        item, problem = parse(text, self._kinds, strict=strict)
        try:
            return self._planned(item, match, problem)
        except ValueError as wrong:
            told = f"query {text[:200]!r}: {wrong}"
            if strict:
                raise QueryError(f"{told}; mend it") from None
            return self._planned(Words(text), match, told)

    def _planned(self, item: Item, match: Match, problem: str | None) -> Plan:
        found = _Found()
        if isinstance(item, Words) and item.field is None and match == "any":
            node = self._free(item.text, found)
        else:
            node = self._node(item, match, found)
            extra = self._bigram_terms(found)
            if node is not None and extra:
                node = nodes.AndMaybe(node, nodes.Or(extra))
        return Plan(
            node or nodes.Nothing(),
            Terms(found.words + found.marked, found.bigrams),
            self._ranking.closeness_of(found.rows),
            problem,
        )

    def filter(self, text: str) -> nodes.Node:
        """Plan what hits must match without scoring for it; QueryError."""
        item, _ = parse(text, self._kinds, strict=True)
        try:
            return self._node(item, "all", _Found()) or nodes.Nothing()
        except ValueError as wrong:
            raise QueryError(f"filter {text[:200]!r}: {wrong}; mend it") from None

    def _free(self, text: str, found: _Found) -> nodes.Node | None:
        """Plain words, any of which may match: one flat list of terms, which the index answers fastest."""
        terms = self._analyzer.terms(text)
        found.words = terms.words
        found.rows.append(terms.words)
        found.bigrams = terms.bigrams
        words: tuple[nodes.Node, ...] = _either(terms.words, self._ranking) + self._bigram_terms(found)
        boost = self._ranking.bigram_boost(len(terms.words))
        for reading in self._readings(text, terms):
            found.marked += reading.new
            found.rows.append(reading.words)
            words += reading.found
            words += tuple(
                nodes.Term(BIGRAMS, bigram, boost * self._ranking.readings * reading.weight)
                for bigram in reading.bigrams
            )
        return nodes.Or(words) if words else None

    def _readings(self, text: str, terms: Terms) -> list[Reading]:
        return self._tolerance.readings(text, terms) if self._ranking.readings else []

    def _bigram_terms(self, found: _Found) -> tuple[nodes.Term, ...]:
        if not self._ranking.bigrams.weight:
            return ()
        boost = self._ranking.bigram_boost(len(found.words))
        return tuple(nodes.Term(BIGRAMS, bigram, boost * count) for bigram, count in Counter(found.bigrams).items())

    def _node(self, item: Item, match: Match, found: _Found) -> nodes.Node | None:
        if isinstance(item, Group):
            return self._group(item, match, found)
        kind = self._kinds[item.field] if item.field is not None else "text"
        if kind != "text":
            return of_column(item, kind)
        if isinstance(item, Words):
            return self._words(item, match, found)
        if isinstance(item, Quoted):
            return self._quoted(item, found)
        if isinstance(item, Range):
            raise NotForFieldError(f"{item.field} is text, which has no range")
        return self._pattern(item, found)

    def _group(self, group: Group, match: Match, found: _Found) -> nodes.Node | None:
        must: list[nodes.Node] = []
        may: list[nodes.Node] = []
        without: list[nodes.Node] = []
        for clause in group.clauses:
            node = self._node(clause.item, match, _Found() if clause.sign == "-" else found)
            if node is None:
                continue
            if clause.boost != 1:
                node = nodes.Boost(node, clause.boost)
            if clause.sign == "-":
                without.append(node)
            elif clause.sign == "+" or group.operator == "AND" or (group.operator is None and match == "all"):
                must.append(node)
            else:
                may.append(node)
        return _joined(must, may, without)

    def _words(self, item: Words, match: Match, found: _Found) -> nodes.Node | None:
        terms = self._analyzer.terms(item.text)
        if not terms.words:
            return None
        found.words += terms.words
        if item.field is None:
            found.bigrams += terms.bigrams
            found.rows.append(terms.words)
            if match == "any":
                readings = self._readings(item.text, terms)
                found.marked += (word for reading in readings for word in reading.new)
                others = (node for reading in readings for node in reading.found)
                return nodes.Or((*_either(terms.words, self._ranking), *others))
            ways = self._tolerance.substituted(item.text) if self._ranking.readings else []
            found.marked += (word for way in ways for word in way)
            return (
                nodes.Or(tuple(_all_of(words, self._ranking) for words in (terms.words, *ways)))
                if ways
                else _all_of(terms.words, self._ranking)
            )
        single = tuple(nodes.Term(item.field, word) for word in dict.fromkeys(terms.words))
        return nodes.Or(single) if match == "any" else nodes.And(single)

    def _quoted(self, item: Quoted, found: _Found) -> nodes.Node | None:
        terms = self._analyzer.terms(item.text)
        if not terms.words:
            return None
        found.words += terms.words
        found.bigrams += terms.bigrams
        fields = (TEXT, TITLE) if item.field is None else (item.field,)
        if len(terms.words) == 1:
            return nodes.Or(tuple(nodes.Term(name, terms.words[0]) for name in fields))
        words = tuple(terms.words)
        return nodes.Or(tuple(nodes.Phrase(name, words, item.gap + 1) for name in fields))

    def _pattern(self, item: Pattern | Like, found: _Found) -> nodes.Node:
        """A pattern stands for terms of the index, so it is brought to their spelling, all but its * and ?."""
        names = (TEXT, TITLE) if item.field is None else (item.field,)
        parts = [part if part in "*?" else _one_spelling(part) for part in _PARTS.split(item.text)]
        pattern = b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)
        if isinstance(item, Like):
            like = [nodes.Fuzzy(name, _one_spelling(item.text), item.distance, utf8=False) for name in names]
            found.marked += near_terms(self._reader, like[0])
            return _one_or_any(like)
        letters = pattern.rstrip(b"*")
        if not letters.strip(b"*?"):
            raise ValueError(f"{item.text!r} stands for every word there is; begin it with a letter")
        if not _PARTS.search(letters.decode("latin-1")):
            found.marked += islice(self._reader.terms(names[0], letters), _MOST_TERMS)
            return _one_or_any([nodes.Prefix(name, letters) for name in names])
        each = [nodes.AnyOf(name, tuple(self._matching(name, pattern))) for name in names]
        found.marked += each[0].terms
        return _one_or_any(each)

    def _matching(self, name: str, pattern: bytes) -> Iterator[bytes]:
        first = re.split(rb"[*?]", pattern)[0]
        fits = re.compile(
            b"".join(_ANY.get(part) or re.escape(part) for part in re.split(rb"([*?])", pattern)), re.DOTALL
        ).fullmatch
        return islice((term for term in self._reader.terms(name, first) if fits(term)), _MOST_TERMS)


def _one_or_any(each: Sequence[nodes.Node]) -> nodes.Node:
    """What any of some nodes matches; one alone stays itself, so that the index sees what it is."""
    return each[0] if len(each) == 1 else nodes.Or(tuple(each))


_PARTS = re.compile(r"([*?])")
_ANY = {b"*": b".*", b"?": rb"(?:[\x80-\xb3](?:\xd2[\x80-\xb3]|[\xb4-\xd1\xd3\xdd])*|.)"}


def _one_spelling(text: str) -> bytes:
    return normalize(text).codes[1:-1].replace(b" ", b"")


def _all_of(words: Sequence[bytes], ranking: Ranking) -> nodes.Node:
    """Every one of some words, in the text or in the lead."""
    return nodes.And(_either(tuple(dict.fromkeys(words)), ranking))


def _either(words: Sequence[bytes], ranking: Ranking) -> tuple[nodes.AnyField, ...]:
    """Words in the text or in the lead."""
    names = (TEXT, LEAD) if ranking.lead.weight else (TEXT,)
    return tuple(nodes.AnyField(names, word, count) for word, count in Counter(words).items())


def _joined(must: list[nodes.Node], may: list[nodes.Node], without: list[nodes.Node]) -> nodes.Node | None:
    optional = may[0] if len(may) == 1 else nodes.Or(tuple(may)) if may else None
    if must:
        node: nodes.Node | None = must[0] if len(must) == 1 else nodes.And(tuple(must))
        if optional is not None and node is not None:
            node = nodes.AndMaybe(node, optional)
    else:
        node = optional
    if not without:
        return node
    unwanted = nodes.Or(tuple(without))
    return nodes.Not(unwanted) if node is None else nodes.AndNot(node, unwanted)
