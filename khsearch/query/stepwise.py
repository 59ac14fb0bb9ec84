"""stepwise: a query in, a plan out, step by step: for what the compiled core leaves, and where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from khsearch.engine import Foreseen, View, nodes
from khsearch.errors import QueryError
from khsearch.khmer import Analyzer, Typed, Variants
from khsearch.query.clauses import Filter, Group, Item, Match, Words
from khsearch.query.expansion import Expansion
from khsearch.query.foreseeing import terms_of
from khsearch.query.language import parse
from khsearch.query.literal import Literal
from khsearch.query.matching import Matching
from khsearch.query.plans import Marks, Plan
from khsearch.query.ranked import Gathered, Ranker, is_plain
from khsearch.query.ranking import Ranking
from khsearch.query.standing import Standing
from khsearch.query.texts import Texts
from khsearch.schema import Role, with_positions
from khsearch.sharing import cached_property, loading


class Stepwise:
    """Plans queries for one commit of an index; all is as for `Planner`."""

    def __init__(
        self, view: View, analyzer: Analyzer, fields: Mapping[str, str], variants: Variants, ranking: Ranking
    ) -> None:
        self._view = view
        self._analyzer = analyzer
        self._variants = variants
        self._ranking = ranking
        self._fields = fields

    @cached_property
    def _own(self) -> list[str]:
        return [name for name, kind in self._fields.items() if kind == "text"]

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return {**dict.fromkeys(with_positions(), "text"), **self._fields}

    @cached_property
    def _standing(self) -> Standing:
        ranking = self._ranking
        inside = bool(ranking.streams(Role.RESCUE))
        return Standing(self._view, ranking.weighting, inside=inside, own=ranking.own)

    def reads(self, text: str, chunks: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return what chunks of a query that stand nowhere are read as."""
        texts, _, matching = self._ways(text)
        return matching.reads(chunks) if texts.tolerant else {}

    def plan(self, text: str, match: Match, *, strict: bool, correct: bool) -> Plan:
        """Plan a query. QueryError only if `strict`; correct: whether chunks that stand nowhere are read otherwise."""
        texts, literal, matching = self._ways(text)
        self._foresee(text, texts)
        item, planned = self._ranked(text, texts, literal, matching, strict=strict)
        if self._own:
            asked = set(_fields_of(item))
            looked = {*asked, *(self._ranking.own if None in asked else ())}
            planned = replace(planned, fields=tuple(name for name in self._own if name in looked))
        if match == "any":
            return planned
        if match == "all":
            return replace(planned, found=matching.all(item))
        found = matching.found(item, text, planned.node, correct=correct and texts.tolerant)
        if found.corrected is not None and found.corrected.replace(" ", "") != text.replace(" ", ""):
            # Where only spaces were added, the words are the same.
            _, meant = self._ranked(found.corrected, texts, literal, matching, strict=False)
            planned = replace(planned, node=_either(planned.node, meant.node), rows=[*planned.rows, *meant.rows])
        return replace(planned, found=found, loose=match == "best")

    def _foresee(self, text: str, texts: Texts) -> None:
        """Have the document frequencies of a query's terms asked for in one request, where each takes one."""
        far = self._view.far
        if far is not None:

            def terms() -> Foreseen:
                item, _ = parse(text, self._kinds, strict=False)
                return Foreseen(terms=terms_of(item, texts, self._ranking))

            far.foresee(("terms", text, texts.tolerant), self._ranking.weighting, terms)

    def filter(self, given: Filter, check: Callable[..., None]) -> nodes.Node | None:
        """Plan what hits must match without scoring for it; None for data that says nothing. QueryError.

        check: called with every text of it that has to break as the documents did.
        """
        if not isinstance(given, str):
            loading("khsearch.query.filters")
            from khsearch.query.filters import Reader

            return Reader(self._kinds, lambda words: self._ways(words.text)[2].every(words), check).read(given)
        check(given)
        loading("khsearch.query.elsewhere")
        from khsearch.query.elsewhere import refuse

        values = [name for name, kind in self._kinds.items() if kind != "text"]
        item, _ = parse(given, self._kinds, strict=True, values=values)
        try:
            _, literal, matching = self._ways(given)
            refuse(item, self._kinds)
            literal.check(item)
            return matching.every(item) or nodes.Nothing()
        except ValueError as wrong:
            raise QueryError(f"filter {given[:200]!r}: {wrong}") from None

    def _ways(self, text: str) -> tuple[Texts, Literal, Matching]:
        texts = Texts(self._analyzer, self._kinds, self._variants, text, tolerant=bool(self._ranking.readings))
        literal = Literal(self._view, texts, self._standing)
        return texts, literal, Matching(self._view, self._ranking.weighting, texts, literal, self._standing)

    def _ranked(
        self, text: str, texts: Texts, literal: Literal, matching: Matching, *, strict: bool
    ) -> tuple[Item, Plan]:
        """What a query says, and what ranks for it. QueryError only if `strict`."""
        ranker = Ranker(self._view, texts, literal, matching, Expansion(self._view, self._ranking.own), self._ranking)
        item, problem = parse(text, self._kinds, strict=strict)
        found = Gathered(strict)
        try:
            planned = _planned(ranker, item, problem, found)
        except ValueError as wrong:
            problem = f"query {text[:200]!r}: {wrong}"
            if strict:
                raise QueryError(problem) from None
        else:
            if not found.unfit or not is_plain(item, found.unfit):
                return item, replace(planned, typed=_analysed(texts, text) if item == Words(text) else None)
            problem = planned.problem
        item = Words(text)
        planned = _planned(ranker, item, problem, Gathered(strict))
        return item, replace(planned, typed=_analysed(texts, text))


def _analysed(texts: Texts, text: str) -> Callable[[], Typed] | None:
    """What has a query analysed, where it has words."""
    return None if texts.known(text) is None else partial(texts.read, text)


def _planned(ranker: Ranker, item: Item, problem: str | None, found: Gathered) -> Plan:
    node = ranker.whole(item, found)
    bigrams = [bigram for terms in found.texts for bigram in terms.bigrams]
    marks = Marks([*((word,) for word in found.words), *found.marked, *found.said], bigrams)
    problems = "; ".join(filter(None, [problem, *found.problems])) or None
    return Plan(node, marks, said=found.said, rows=found.rows, problem=problems)


def _fields_of(item: Item) -> Iterator[str | None]:
    """The fields that clauses name which may or must match; None for a clause that names none."""
    if isinstance(item, Group):
        for clause in item.clauses:
            if clause.sign != "-":
                yield from _fields_of(clause.item)
    else:
        yield item.field


def _either(one: nodes.Node, other: nodes.Node) -> nodes.Node:
    """What two queries find together; what is part of both counts once."""
    children = [child for node in (other, one) for child in (node.children if isinstance(node, nodes.Or) else (node,))]
    return nodes.Or(tuple(dict.fromkeys(children)))
