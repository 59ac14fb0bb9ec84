"""plan: a query in; what counts as found, what ranks, and what snippets mark, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from khsearch.engine import View, nodes
from khsearch.errors import QueryError
from khsearch.frozen import frozen
from khsearch.khmer import Analyzer, Typed, Variants
from khsearch.query.chunks import Chunk, chunks_of
from khsearch.query.clauses import Item, Match, Words
from khsearch.query.expansion import Expansion
from khsearch.query.language import parse
from khsearch.query.matching import Found, Matching
from khsearch.query.ranked import Gathered, Ranker, is_plain
from khsearch.query.ranking import Ranking
from khsearch.schema import with_positions
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.query.correcting import Correction

_TOLERANT = 300
"""Characters of the longest query that is read otherwise: a longer one says enough."""


@frozen
class Marks:
    """What snippets mark.

    rows     words side by side, each in code form: a word alone, or what stands there as a whole
    bigrams  what is marked where none of these stands
    """

    rows: Sequence[tuple[bytes, ...]]
    bigrams: Sequence[bytes] = ()


@frozen
class Plan:
    """What a query comes to.

    node       ranks; finds what counts, unless `found` says that, and looser hits
    marks      of looser hits, or of all
    found      the set of what counts; None: all that `node` matches
    loose      whether looser hits follow the set
    rows       words of free text, and of its other readings, each in order: for stages that ask where words stand
    problem    what was wrong with the query, where it was searched as words instead
    typed      the query, analysed, where it was searched as words
    """

    node: nodes.Node
    marks: Marks
    found: Found | None = None
    loose: bool = False
    rows: Sequence[Sequence[bytes]] = ()
    problem: str | None = None
    typed: Typed | None = None


class Planner:
    """Plans queries for one commit of an index; `fields` are its own fields by name, with their kinds."""

    def __init__(
        self, view: View, analyzer: Analyzer, fields: Mapping[str, str], variants: Variants, ranking: Ranking
    ) -> None:
        self._view = view
        self._analyzer = analyzer
        self._variants = variants
        self._readings = bool(ranking.readings)
        self._kinds = {**dict.fromkeys(with_positions(), "text"), **fields}
        self._typed: dict[str, Typed] = {}
        self._chunks: dict[str, list[Chunk]] = {}
        self._matching = Matching(
            view, ranking.weighting, self._chunks_of, self._exactly, self._is_text, self._read, self._correction
        )
        self._ranker = Ranker(
            view, analyzer, self._kinds, Expansion(view, variants), ranking, self._read, self._matching.every
        )

    def plan(self, text: str, match: Match = "best", *, strict: bool = False, correct: bool = True) -> Plan:
        """Plan a query; one without a word finds nothing. QueryError only if `strict`.

        correct: whether chunks that stand nowhere are read otherwise.
        """
        item, planned = self._ranked(text, strict=strict)
        if match == "any":
            return planned
        if match == "all":
            node = self._matching.every(item, function_words=False) or nodes.Nothing()
            count = self._view.count(node)
            return replace(planned, found=Found(node, count, None, self._matching.ways(item)))
        found = self._matching.found(item, text, planned.node, correct=correct)
        if found.corrected is not None and found.corrected.replace(" ", "") != text.replace(" ", ""):
            _, meant = self._ranked(found.corrected, strict=False)
            planned = replace(planned, node=_either(planned.node, meant.node), rows=[*planned.rows, *meant.rows])
        return replace(planned, found=found, loose=match == "best")

    def filter(self, text: str) -> nodes.Node | None:
        """Plan what hits must match without scoring for it; None for a blank text, which says nothing. QueryError."""
        if not text.strip():
            return None
        item, _ = parse(text, self._kinds, strict=True)
        try:
            self._ranker.check(item)
            return self._matching.every(item) or nodes.Nothing()
        except ValueError as wrong:
            raise QueryError(f"filter {text[:200]!r}: {wrong}") from None

    def _ranked(self, text: str, *, strict: bool) -> tuple[Item, Plan]:
        """What a query says, and what ranks for it. QueryError only if `strict`."""
        item, problem = parse(text, self._kinds, strict=strict)
        tolerant = self._tolerates(text)
        found = Gathered(tolerant, strict)
        try:
            planned = self._planned(item, problem, found)
        except ValueError as wrong:
            problem = f"query {text[:200]!r}: {wrong}"
            if strict:
                raise QueryError(problem) from None
        else:
            if not found.unfit or not is_plain(item, found.unfit):
                return item, replace(planned, typed=self._typed.get(text))
            problem = planned.problem
        item = Words(text)
        planned = self._planned(item, problem, Gathered(tolerant, strict))
        return item, replace(planned, typed=self._typed.get(text))

    def _planned(self, item: Item, problem: str | None, found: Gathered) -> Plan:
        node = self._ranker.whole(item, found)
        bigrams = [bigram for terms in found.texts for bigram in terms.bigrams]
        marks = Marks([*((word,) for word in found.words), *found.marked], bigrams)
        problems = "; ".join(filter(None, [problem, *found.problems])) or None
        return Plan(node, marks, rows=found.rows, problem=problems)

    def _tolerates(self, text: str) -> bool:
        return self._readings and len(text) <= _TOLERANT

    def _read(self, text: str) -> Typed:
        """Analyse a text, if that was not done before."""
        found = self._typed.get(text)
        if found is None:
            found = self._typed[text] = self._analyzer.typed(text)
        return found

    def _chunks_of(self, text: str) -> list[Chunk]:
        found = self._chunks.get(text)
        if found is None:
            variants = self._variants if self._tolerates(text) else None
            found = self._chunks[text] = chunks_of(self._read(text), variants)
        return found

    def _is_text(self, field: str) -> bool:
        return self._kinds[field] == "text"

    def _exactly(self, item: Item) -> nodes.Node | None:
        return self._ranker.node(item, Gathered(tolerant=False, exact=True))

    def _correction(self, typed: Typed) -> Correction | None:
        loading("khsearch.query.correcting")
        from khsearch.query.correcting import corrected

        return next(iter(corrected(self._view, typed, 1)), None)


def _either(one: nodes.Node, other: nodes.Node) -> nodes.Node:
    """What two queries find together; what is part of both counts once."""
    children = [child for node in (other, one) for child in (node.children if isinstance(node, nodes.Or) else (node,))]
    return nodes.Or(tuple(dict.fromkeys(children)))
