"""plan: clauses in, nodes for the index out, with the terms that snippets mark.

Every word goes through the analyzer, as the documents did. A word is looked for in the text and in the lead; bigrams
find what words miss where any word may match, and only add to the score where words must.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from khsearch.engine import View, nodes
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.khmer import Analyzer, Terms, Typed, Variants
from khsearch.query.clauses import Clause, Group, Item, Like, Match, Pattern, Quoted, Range, Words
from khsearch.query.expansion import Expansion
from khsearch.query.language import parse
from khsearch.query.own_fields import NotForFieldError, of_column
from khsearch.query.ranking import Ranking
from khsearch.schema import BIGRAMS, WORDS, Role, with_positions
from khsearch.sharing import loading

_TOLERANT = 300
"""Characters of the longest query that is read otherwise: a longer one says enough."""


@frozen
class Plan:
    """What a query comes to.

    node       for the index
    terms      words and bigrams that snippets mark
    rows       words of free text, and of its other readings, each in order: for stages that ask where words stand
    problem    what was wrong with the query, where it was searched as words instead
    typed      the query, analysed, where it was searched as words
    """

    node: nodes.Node
    terms: Terms
    rows: Sequence[Sequence[bytes]] = ()
    problem: str | None = None
    typed: Typed | None = None


@dataclass(slots=True)
class _Gathered:
    """What is gathered on the way through the clauses that documents may or must match.

    tolerant  whether the words are read otherwise, too
    exact     whether nothing is to be found but what is said: in a filter, in a strict query, behind "-"
    """

    tolerant: bool
    exact: bool
    words: list[bytes] = field(default_factory=list)
    texts: list[Terms] = field(default_factory=list)  # what was typed, text by text
    rows: list[list[bytes]] = field(default_factory=list)
    marked: list[bytes] = field(default_factory=list)  # words of the index that a pattern stands for
    unfit: int = 0  # patterns that no word fits
    problems: list[str] = field(default_factory=list)


class Planner:
    """Plans queries for one commit of an index; `fields` are its own fields by name, with their kinds."""

    def __init__(
        self, view: View, analyzer: Analyzer, fields: Mapping[str, str], variants: Variants, ranking: Ranking
    ) -> None:
        self._view = view
        self._analyzer = analyzer
        self._ranking = ranking
        self._kinds = {**dict.fromkeys(with_positions(), "text"), **fields}
        self._expansion = Expansion(view, variants)
        self._known: dict[str, Typed] = {}

    def plan(self, text: str, match: Match = "any", *, strict: bool = False) -> Plan:
        """Plan a query; one without a word finds nothing. QueryError only if `strict`."""
        item, problem = parse(text, self._kinds, strict=strict)
        tolerant = self._tolerates(text)
        found = _Gathered(tolerant, strict)
        try:
            planned = self._planned(item, match, problem, found)
        except ValueError as wrong:
            problem = f"query {text[:200]!r}: {wrong}"
            if strict:
                raise QueryError(problem) from None
        else:
            if not found.unfit or not _is_plain(item, found.unfit):
                return replace(planned, typed=self._known.get(text))
            problem = planned.problem
        planned = self._planned(Words(text), match, problem, _Gathered(tolerant, strict))
        return replace(planned, typed=self._known.get(text))

    def _tolerates(self, text: str) -> bool:
        return bool(self._ranking.readings) and len(text) <= _TOLERANT

    def _planned(self, item: Item, match: Match, problem: str | None, found: _Gathered) -> Plan:
        if isinstance(item, Words) and item.field is None and match == "any":
            node = self._free(item.text, found)
        else:
            node = self._node(item, match, found)
            extra = self._more_terms(found)
            if node is not None and extra:
                node = nodes.AndMaybe(node, nodes.Or(extra))
        return Plan(
            node or nodes.Nothing(),
            Terms(found.words + found.marked, [bigram for terms in found.texts for bigram in terms.bigrams]),
            found.rows,
            "; ".join(filter(None, [problem, *found.problems])) or None,
        )

    def filter(self, text: str) -> nodes.Node | None:
        """Plan what hits must match without scoring for it; None for a blank text, which says nothing. QueryError."""
        if not text.strip():
            return None
        item, _ = parse(text, self._kinds, strict=True)
        try:
            return self._node(item, "all", _Gathered(self._tolerates(text), exact=True)) or nodes.Nothing()
        except ValueError as wrong:
            raise QueryError(f"filter {text[:200]!r}: {wrong}") from None

    def _free(self, text: str, found: _Gathered) -> nodes.Node | None:
        """Plain words, any of which may match: one flat list of terms, which the index answers fastest."""
        typed = self._typed(text)
        terms = typed.terms
        found.words += terms.words
        found.rows.append(terms.words)
        found.texts.append(terms)
        words: tuple[nodes.Node, ...] = _either(terms.words, self._ranking) + self._more_terms(found)
        boost = self._ranking.bigram_boost(len(terms.words))
        for reading in self._expansion.readings(typed) if found.tolerant else ():
            found.marked += reading.new
            found.rows.append(reading.words)
            words += reading.found
            words += tuple(
                nodes.Term(stream.name, bigram, boost * self._ranking.readings * reading.weight)
                for stream in self._ranking.streams(Role.RESCUE)
                if stream.source == BIGRAMS
                for bigram in reading.bigrams
            )
        return nodes.Or(words) if words else None

    def _more_terms(self, found: _Gathered) -> tuple[nodes.Term, ...]:
        """Terms of what was typed in streams of other sources than words."""
        boost = self._ranking.bigram_boost(len(found.words))
        added: list[nodes.Term] = []
        for role, weight in ((Role.RANK, 1.0), (Role.RESCUE, boost)):
            for stream in self._ranking.streams(role):
                if stream.source != WORDS:
                    counts = Counter(term for terms in found.texts for term in terms.of(stream.source))
                    added += (nodes.Term(stream.name, term, weight * count) for term, count in counts.items())
        return tuple(added)

    def _node(self, item: Item, match: Match, found: _Gathered) -> nodes.Node | None:
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
            raise NotForFieldError(f"the field {item.field!r} is text, which has no range; search it for words")
        return self._pattern(item, match, found)

    def _group(self, group: Group, match: Match, found: _Gathered) -> nodes.Node | None:
        self._check_values(group, found)
        must: list[nodes.Node] = []
        may: list[nodes.Node] = []
        without: list[nodes.Node] = []
        for clause in group.clauses:
            node = self._node(
                clause.item, match, _Gathered(found.tolerant, exact=True) if clause.sign == "-" else found
            )
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

    def _typed(self, text: str) -> Typed:
        """Analyse a text, if that was not done before."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._analyzer.typed(text)
        return found

    def _with_words(self, item: Words | Quoted) -> Typed:
        typed = self._typed(item.text)
        if not typed.terms.words and item.field is not None:
            raise NotForFieldError(f"{item.text!r} has no word to look for in {item.field!r}; write a letter or digit")
        return typed

    def _words(self, item: Words, match: Match, found: _Gathered) -> nodes.Node | None:
        typed = self._with_words(item)
        terms = typed.terms
        if not terms.words:
            return None
        found.words += terms.words
        if item.field is None:
            found.texts.append(terms)
            found.rows.append(terms.words)
            if match == "any":
                readings = self._expansion.readings(typed) if found.tolerant else []
                found.marked += (word for reading in readings for word in reading.new)
                others = (node for reading in readings for node in reading.found)
                return nodes.Or((*_either(terms.words, self._ranking), *others))
            ways = self._expansion.substituted(typed) if found.tolerant else []
            found.marked += (word for way in ways for word in way)
            return (
                nodes.Or(tuple(_all_of(words, self._ranking) for words in (terms.words, *ways)))
                if ways
                else _all_of(terms.words, self._ranking)
            )
        single = tuple(nodes.Term(item.field, word) for word in dict.fromkeys(terms.words))
        return nodes.Or(single) if match == "any" else nodes.And(single)

    def _quoted(self, item: Quoted, found: _Gathered) -> nodes.Node | None:
        terms = self._with_words(item).terms
        if not terms.words:
            return None
        found.words += terms.words
        found.texts.append(terms)
        fields = with_positions() if item.field is None else (item.field,)
        if len(terms.words) == 1:
            return nodes.Or(tuple(nodes.Term(name, terms.words[0]) for name in fields))
        words = tuple(terms.words)
        return nodes.Or(tuple(nodes.Phrase(name, words, item.gap + 1) for name in fields))

    def _pattern(self, item: Pattern | Like, match: Match, found: _Gathered) -> nodes.Node | None:
        """Terms that a pattern stands for, or its own words side by side; where there are none, the words as typed."""
        names = with_positions() if item.field is None else (item.field,)
        loading("khsearch.query.patterns")
        from khsearch.query.patterns import fitting

        fit = fitting(item, names, self._view, self._analyzer)
        if fit is None and not found.exact:
            found.unfit += 1
            found.problems.append(f"no word fits the pattern {item.text!r}; mend it, or put it in quotes")
            return self._node(Words(item.text, item.field), match, found)
        each: list[nodes.Node] = []
        if fit is not None:
            found.marked += fit.marked
            each += fit.each
        words = tuple(self._typed(item.text).terms.words)
        if len(words) > 1:
            found.words += words
            each += [
                nodes.Phrase(name, words) for name in names if all(self._view.dfs([(name, word) for word in words]))
            ]
        return nodes.Or(tuple(each)) if len(each) > 1 else each[0] if each else nodes.Nothing()

    def _check_values(self, group: Group, found: _Gathered) -> None:
        """Tell where one word was taken for a value of several: author:First Last, date:2021-05-11 10:30."""
        for one, two in pairwise(group.clauses):
            first, behind = one.item, two.item
            if not isinstance(first, Words) or first.field is None or group.operator is not None:
                continue
            kind = self._kinds[first.field]
            if kind not in ("keyword", "date") or not isinstance(behind, Words) or behind.field is not None or two.sign:
                continue
            whole = f"{first.text} {behind.text}"
            try:
                meant = of_column(Words(whole, first.field), kind)
            except NotForFieldError:  # no date
                continue
            if kind == "keyword" and self._view.count(of_column(first, kind)):
                continue
            message = f"{behind.text[:80]!r}, which is no part of {first.field}:{first.text}"
            message += f'; a value of several words stands in quotes: {first.field}:"{whole[:80]}"'
            if not found.exact:
                found.problems.append(message)
            elif kind == "date" or self._view.count(meant):
                raise NotForFieldError(message)


def _is_plain(item: Item, patterns: int) -> bool:
    """Whether a query is nothing but words and so many patterns."""
    clauses = item.clauses if isinstance(item, Group) else (Clause(item),)
    if isinstance(item, Group) and item.operator is not None:
        return False
    if not all(isinstance(one.item, Words | Pattern | Like) and one == Clause(one.item) for one in clauses):
        return False
    items = [one.item for one in clauses if isinstance(one.item, Words | Pattern | Like)]
    return all(one.field is None for one in items) and sum(not isinstance(one, Words) for one in items) == patterns


def _all_of(words: Sequence[bytes], ranking: Ranking) -> nodes.Node:
    """Every one of some words, in the text or in the lead."""
    return nodes.And(_either(tuple(dict.fromkeys(words)), ranking))


def _either(words: Sequence[bytes], ranking: Ranking) -> tuple[nodes.AnyField, ...]:
    """Words in the text or in the lead."""
    names = tuple(stream.name for stream in ranking.streams(Role.RANK) if stream.source == WORDS)
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
