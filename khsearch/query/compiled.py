"""compiled: plans of plain queries as the compiled core makes them, in one call; what is seldom asked of a plan, later.

The core leaves to Python what is rare in queries (`native/src/planning`): then there is no such plan, and it is made
step by step, with the same outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar, overload

from khsearch.engine import CompiledView, Passes, Planned, ToldChunk, View, nodes
from khsearch.khmer import Analyzer, Variants
from khsearch.query.chunks import FUNCTION_WORDS, Chunk, Way
from khsearch.query.clauses import Match
from khsearch.query.inside import Inside
from khsearch.query.plans import SHARE, Found, Leaf, Marks, Plan, Reading, read_so
from khsearch.query.query_tokens import OPERATES
from khsearch.query.ranking import Ranking
from khsearch.schema import Role
from khsearch.sharing import cached_property

T = TypeVar("T")

_LONGEST = 300
"""Characters of the longest query that the core is asked for."""


class _Later(Sequence[T], Generic[T]):
    """A sequence that is made when somebody looks into it."""

    def __init__(self, make: Callable[[], Sequence[T]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Sequence[T]:
        return self._make()

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._made[index]

    def __len__(self) -> int:
        return len(self._made)


def planned(
    view: View,
    analyzer: Analyzer,
    variants: Variants,
    ranking: Ranking,
    text: str,
    match: Match,
    stepwise: Callable[[], Plan],
    reads: Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]],
) -> Plan | None:
    """Return the plan of a query; None where it has to be made step by step, as `stepwise` makes it.

    reads: what chunks that stand nowhere are read as, if all of them are.
    """
    core, breaking, spellings = view.compiled, analyzer.compiled, variants.compiled
    if core is None or breaking is None or spellings is None or ranking.own:
        return None
    if len(text) > _LONGEST or OPERATES.search(text) or not ranking.word_fields:
        return None
    numbers = (
        [*ranking.word_fields],
        bool(ranking.streams(Role.RESCUE)),
        ranking.few_words,
        ranking.readings,
        FUNCTION_WORDS,
    )
    readers = breaking, *spellings

    def passes(units: Sequence[bytes], docs: Sequence[int]) -> Sequence[bool]:
        return Inside(view).passes(units, docs)

    made = core.plan(readers, numbers, ranking.weighting, passes, text, "best" if match == "strict" else match)
    if made is None:
        return None
    found = None
    if match != "any":
        found = _found(made, text)
        readings = reads([text[start:end] for start, end in made.nowhere]) if made.nowhere else None
        if readings:
            read = _read(core, made, text, readings, passes)
            if read is None:
                return None
            found = read
    rows = made.rows
    marks = Marks(
        _Later(lambda: [*((word,) for word in rows[0]), *made.marked]),
        _Later(lambda: made.bigrams),
    )
    return Plan(
        made.ranked,
        marks,
        found,
        loose=match == "best",
        rows=rows,
        typed=partial(analyzer.typed, text),
        stepwise=stepwise,
    )


def _found(made: Planned, text: str) -> Found:
    """What counts as found of a plan whose chunks are read as they were typed."""
    leaves = _Later(lambda: [Leaf(chunk, None, text[chunk.start : chunk.end]) for chunk in map(_chunk, made.chunks)])
    node = nodes.Leading(made.ranked, SHARE) if made.docs is None else made.docs
    return Found(node, made.count, None, leaves, made.nearly)


def _read(
    core: CompiledView, made: Planned, text: str, readings: Mapping[str, tuple[str, ...]], passes: Passes
) -> Found | None:
    """The same of one whose chunks that stand nowhere are read as others; None where it has to be made step by step."""
    nowhere = [text[start:end] for start, end in made.nowhere]
    if any("".join(parts) != typed.replace(" ", "") for typed, parts in readings.items()):
        return None  # other words rank, too
    told = core.read_as(made, [readings[typed] for typed in nowhere], passes)
    if told is None:
        return None
    settled, chunks = told
    if settled is None:
        return _found(made, text)
    known = {
        typed: Reading(" ".join(readings[typed]), tuple(map(_chunk, own)))
        for typed, own in zip(nowhere, chunks, strict=True)
    }

    def leaves() -> list[Leaf]:
        each = map(_chunk, made.chunks)
        typed = [(chunk, text[chunk.start : chunk.end]) for chunk in each]
        return [Leaf(chunk, None, own, known.get(own)) for chunk, own in typed]

    corrected = read_so(text, {(None, typed): known[typed] for typed in readings})
    return Found(*settled, corrected, _Later(leaves))


def _chunk(told: ToldChunk) -> Chunk:
    start, end, ways = told
    return Chunk(start, end, tuple(Way(words, bigrams) for words, bigrams in ways))
