"""ranked: clauses in, nodes that rank out, with what snippets mark: any document that holds some of the words.

Every word goes through the analyzer, as the documents did. A word is looked for in the text and in the lead; bigrams
find what words miss where any word may match, and only add to the score where words must.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from khsearch.engine import View, nodes
from khsearch.query.clauses import Clause, Group, Item, Like, Pattern, Words
from khsearch.query.literal import Literal, check_words
from khsearch.query.matching import Matching, joined
from khsearch.query.own_fields import NotForFieldError
from khsearch.schema import BIGRAMS, WORDS, Role

if TYPE_CHECKING:
    from khsearch.khmer import Terms
    from khsearch.query.expansion import Expansion
    from khsearch.query.ranking import Ranking
    from khsearch.query.texts import Texts


@dataclass(slots=True)
class Gathered:
    """What is gathered on the way through the clauses that documents may or must match.

    exact: whether nothing is to be found but what is said, as in a strict query.
    """

    exact: bool
    words: list[bytes] = field(default_factory=list)
    texts: list[Terms] = field(default_factory=list)  # what was typed, text by text
    rows: list[list[bytes]] = field(default_factory=list)
    marked: list[tuple[bytes, ...]] = field(default_factory=list)  # of other readings
    said: list[tuple[bytes, ...]] = field(default_factory=list)  # of what is in quotes, and of patterns
    unfit: int = 0  # patterns that no word fits
    problems: list[str] = field(default_factory=list)


class Ranker:
    """Makes nodes for one commit of an index."""

    def __init__(
        self, view: View, texts: Texts, literal: Literal, matching: Matching, expansion: Expansion, ranking: Ranking
    ) -> None:
        self._view = view
        self._texts = texts
        self._literal = literal
        self._matching = matching
        self._expansion = expansion
        self._ranking = ranking

    def whole(self, item: Item, found: Gathered) -> nodes.Node:
        """The node of a whole query. ValueError for what does not go with its field."""
        if isinstance(item, Words) and item.field is None:
            return self._free(item.text, found) or nodes.Nothing()
        node = self._node(item, found)
        extra = self._more_terms(found)
        if node is not None and extra:
            node = nodes.AndMaybe(node, nodes.Or(extra))
        return node or nodes.Nothing()

    def _node(self, item: Item, found: Gathered) -> nodes.Node | None:
        """The node of a clause; None where it says nothing."""
        if isinstance(item, Group):
            return self._group(item, found)
        if isinstance(item, Words) and self._texts.is_text(item.field):
            return self._words(item, found)
        said = self._literal.of(item)
        if said is None:
            return None
        if not said.fits and isinstance(item, Pattern | Like) and not found.exact:
            found.unfit += 1
            found.problems.append(f"no word fits the pattern {item.text!r}; mend it, or put it in quotes")
            return self._words(Words(item.text, item.field), found)
        found.said += said.rows
        if said.terms is not None:
            found.texts.append(said.terms)
        return said.node

    def _free(self, text: str, found: Gathered) -> nodes.Node | None:
        """Plain words, any of which may match: one flat list of terms, which the index answers fastest."""
        typed = self._texts.read(text)
        terms = typed.terms
        found.words += terms.words
        found.rows.append(terms.words)
        found.texts.append(terms)
        words: tuple[nodes.Node, ...] = _either(terms.words, self._ranking) + self._more_terms(found)
        boost = self._ranking.bigram_boost(len(terms.words))
        for reading in self._expansion.readings(typed, self._texts.alternatives(typed)) if self._texts.tolerant else ():
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
        for mistaken, certain in self._literal.mistaken_values(group):
            if not found.exact:
                found.problems.append(mistaken)
            elif certain:
                raise NotForFieldError(mistaken)
        must: list[nodes.Node] = []
        may: list[nodes.Node] = []
        without: list[nodes.Node] = []
        for clause in group.clauses:
            if clause.sign == "-":
                unwanted = self._matching.every(clause.item)
                if unwanted is not None:
                    without.append(unwanted)
                continue
            node = self._node(clause.item, found)
            if node is None:
                continue
            if clause.sign == "+" and isinstance(clause.item, Words):
                where = self._matching.every(clause.item)
                if where is not None and self._view.count(where):
                    node = nodes.Require(node, where)
            if clause.boost != 1:
                node = nodes.Boost(node, clause.boost)
            (must if clause.sign == "+" or group.operator == "AND" else may).append(node)
        return joined(must, may, without)

    def _words(self, item: Words, found: Gathered) -> nodes.Node | None:
        typed = self._texts.read(item.text)
        terms = typed.terms
        if not terms.words:
            check_words(item)
            return None
        found.words += terms.words
        if item.field is not None:
            return nodes.Or(tuple(nodes.Term(item.field, word) for word in dict.fromkeys(terms.words)))
        found.texts.append(terms)
        found.rows.append(terms.words)
        readings = self._expansion.readings(typed, self._texts.alternatives(typed)) if self._texts.tolerant else []
        found.marked += (row for reading in readings for row in reading.marked)
        others = (node for reading in readings for node in reading.found)
        return nodes.Or((*_either(terms.words, self._ranking), *others))


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
    """Words in the text, in the lead, or in an own field that is searched unnamed."""
    names = ranking.word_fields
    return tuple(nodes.AnyField(names, word, count) for word, count in Counter(words).items())
