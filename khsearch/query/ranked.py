"""ranked: clauses in, nodes that rank out, with what snippets mark: any document that holds some of the words.

Every word goes through the analyzer, as the documents did. A word is looked for in the text and in the lead; bigrams
find what words miss where any word may match, and only add to the score where words must.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from khsearch.engine import View, nodes
from khsearch.khmer import Analyzer, Terms, Typed
from khsearch.query.chunks import way_of
from khsearch.query.clauses import Clause, Group, Item, Like, Pattern, Quoted, Range, Words
from khsearch.query.expansion import Expansion
from khsearch.query.matching import joined
from khsearch.query.own_fields import NotForFieldError, of_column
from khsearch.query.ranking import Ranking
from khsearch.query.standing import Standing
from khsearch.schema import BIGRAMS, WORDS, Role, with_positions
from khsearch.sharing import loading


@dataclass(slots=True)
class Gathered:
    """What is gathered on the way through the clauses that documents may or must match.

    tolerant  whether the words are read otherwise, too
    exact     whether nothing is to be found but what is said: in a filter, in a strict query, behind "-"
    """

    tolerant: bool
    exact: bool
    words: list[bytes] = field(default_factory=list)
    texts: list[Terms] = field(default_factory=list)  # what was typed, text by text
    rows: list[list[bytes]] = field(default_factory=list)
    marked: list[tuple[bytes, ...]] = field(default_factory=list)  # of other readings, and of patterns
    unfit: int = 0  # patterns that no word fits
    problems: list[str] = field(default_factory=list)


class Ranker:
    """Makes nodes for one commit of an index.

    kinds  of what may be named: its own fields and the streams with positions
    read   analyses a text
    every  where all that a clause says stands
    """

    def __init__(
        self,
        view: View,
        analyzer: Analyzer,
        kinds: Mapping[str, str],
        expansion: Expansion,
        ranking: Ranking,
        read: Callable[[str], Typed],
        every: Callable[[Item], nodes.Node | None],
    ) -> None:
        self._view = view
        self._analyzer = analyzer
        self._kinds = kinds
        self._expansion = expansion
        self._ranking = ranking
        self._typed = read
        self._every = every
        self._standing = Standing(view)

    def whole(self, item: Item, found: Gathered) -> nodes.Node:
        """The node of a whole query."""
        if isinstance(item, Words) and item.field is None:
            return self._free(item.text, found) or nodes.Nothing()
        node = self.node(item, found)
        extra = self._more_terms(found)
        if node is not None and extra:
            node = nodes.AndMaybe(node, nodes.Or(extra))
        return node or nodes.Nothing()

    def node(self, item: Item, found: Gathered) -> nodes.Node | None:
        """The node of a clause; None where it says nothing. ValueError for what does not go with its field."""
        if isinstance(item, Group):
            return self._group(item, found)
        kind = self._kinds[item.field] if item.field is not None else "text"
        if kind != "text":
            return of_column(item, kind)
        if isinstance(item, Words):
            return self._words(item, found)
        if isinstance(item, Quoted):
            return self._quoted(item, found)
        if isinstance(item, Range):
            raise NotForFieldError(f"the field {item.field!r} is text, which has no range; search it for words")
        return self._pattern(item, found)

    def _free(self, text: str, found: Gathered) -> nodes.Node | None:
        """Plain words, any of which may match: one flat list of terms, which the index answers fastest."""
        typed = self._typed(text)
        terms = typed.terms
        found.words += terms.words
        found.rows.append(terms.words)
        found.texts.append(terms)
        words: tuple[nodes.Node, ...] = _either(terms.words, self._ranking) + self._more_terms(found)
        boost = self._ranking.bigram_boost(len(terms.words))
        for reading in self._expansion.readings(typed) if found.tolerant else ():
            found.marked += reading.marked
            found.rows.append(reading.words)
            words += reading.found
            words += tuple(
                nodes.Term(stream.name, bigram, boost * self._ranking.readings * reading.weight)
                for stream in self._ranking.streams(Role.RESCUE)
                if stream.source == BIGRAMS
                for bigram in reading.bigrams
            )
        return nodes.Or(words) if words else None

    def _more_terms(self, found: Gathered) -> tuple[nodes.Term, ...]:
        """Terms of what was typed in streams of other sources than words."""
        boost = self._ranking.bigram_boost(len(found.words))
        added: list[nodes.Term] = []
        for role, weight in ((Role.RANK, 1.0), (Role.RESCUE, boost)):
            for stream in self._ranking.streams(role):
                if stream.source != WORDS:
                    counts = Counter(term for terms in found.texts for term in terms.of(stream.source))
                    added += (nodes.Term(stream.name, term, weight * count) for term, count in counts.items())
        return tuple(added)

    def _group(self, group: Group, found: Gathered) -> nodes.Node | None:
        self._check_values(group, found)
        must: list[nodes.Node] = []
        may: list[nodes.Node] = []
        without: list[nodes.Node] = []
        for clause in group.clauses:
            if clause.sign == "-":
                unwanted = self._every(clause.item)
                if unwanted is not None:
                    without.append(unwanted)
                continue
            node = self.node(clause.item, found)
            if node is None:
                continue
            if clause.sign == "+" and isinstance(clause.item, Words):
                where = self._every(clause.item)
                if where is not None and self._view.count(where):
                    node = nodes.Require(node, where)
            if clause.boost != 1:
                node = nodes.Boost(node, clause.boost)
            (must if clause.sign == "+" or group.operator == "AND" else may).append(node)
        return joined(must, may, without)

    def _with_words(self, item: Words | Quoted) -> Typed:
        typed = self._typed(item.text)
        if not typed.terms.words and item.field is not None:
            raise NotForFieldError(f"{item.text!r} has no word to look for in {item.field!r}; write a letter or digit")
        return typed

    def _words(self, item: Words, found: Gathered) -> nodes.Node | None:
        typed = self._with_words(item)
        terms = typed.terms
        if not terms.words:
            return None
        found.words += terms.words
        if item.field is not None:
            return nodes.Or(tuple(nodes.Term(item.field, word) for word in dict.fromkeys(terms.words)))
        found.texts.append(terms)
        found.rows.append(terms.words)
        readings = self._expansion.readings(typed) if found.tolerant else []
        found.marked += (row for reading in readings for row in reading.marked)
        others = (node for reading in readings for node in reading.found)
        return nodes.Or((*_either(terms.words, self._ranking), *others))

    def _quoted(self, item: Quoted, found: Gathered) -> nodes.Node | None:
        terms = self._with_words(item).terms
        if not terms.words:
            return None
        words = tuple(terms.words)
        found.marked.append(words)
        found.texts.append(terms)
        fields = with_positions() if item.field is None else (item.field,)
        if len(words) == 1:
            each: list[nodes.Node] = [nodes.Term(name, words[0]) for name in fields]
        else:
            each = [nodes.Phrase(name, words, item.gap + 1) for name in fields]
        if item.field is None and not item.gap:
            each += self._standing.within_longer_words(way_of(terms))
        return nodes.Or(tuple(each))

    def _pattern(self, item: Pattern | Like, found: Gathered) -> nodes.Node | None:
        """Terms that a pattern stands for, or its own words side by side; where there are none, the words as typed."""
        names = with_positions() if item.field is None else (item.field,)
        loading("khsearch.query.patterns")
        from khsearch.query.patterns import fitting

        fit = fitting(item, names, self._view, self._analyzer)
        if fit is None and not found.exact:
            found.unfit += 1
            found.problems.append(f"no word fits the pattern {item.text!r}; mend it, or put it in quotes")
            return self._words(Words(item.text, item.field), found)
        each: list[nodes.Node] = []
        if fit is not None:
            found.marked += ((term,) for term in fit.marked)
            each += fit.each
        words = tuple(self._typed(item.text).terms.words)
        if len(words) > 1:
            found.marked.append(words)
            each += [
                nodes.Phrase(name, words) for name in names if all(self._view.dfs([(name, word) for word in words]))
            ]
        return nodes.Or(tuple(each)) if len(each) > 1 else each[0] if each else nodes.Nothing()

    def check(self, item: Item) -> None:
        """ValueError where one word of a query that has to be exact was taken for a value of several."""
        if isinstance(item, Group):
            self._check_values(item, Gathered(tolerant=False, exact=True))
            for clause in item.clauses:
                self.check(clause.item)

    def _check_values(self, group: Group, found: Gathered) -> None:
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


def is_plain(item: Item, patterns: int) -> bool:
    """Whether a query is nothing but words and so many patterns."""
    clauses = item.clauses if isinstance(item, Group) else (Clause(item),)
    if isinstance(item, Group) and item.operator is not None:
        return False
    if not all(isinstance(one.item, Words | Pattern | Like) and one == Clause(one.item) for one in clauses):
        return False
    items = [one.item for one in clauses if isinstance(one.item, Words | Pattern | Like)]
    return all(one.field is None for one in items) and sum(not isinstance(one, Words) for one in items) == patterns


def _either(words: Sequence[bytes], ranking: Ranking) -> tuple[nodes.AnyField, ...]:
    """Words in the text or in the lead."""
    names = tuple(stream.name for stream in ranking.streams(Role.RANK) if stream.source == WORDS)
    return tuple(nodes.AnyField(names, word, count) for word, count in Counter(words).items())
