"""drop_in: one program of Whoosh's API, over stock Whoosh and over khsearch's index: documents a second, microseconds.

Both hold the same documents under the same schema, with `KHMER` for the text, so the same analyzer breaks it; stock
Whoosh keeps its files on disk, too. The two take turns: indexing in one process, each round into a new folder; queries
by classes, for each of which both are opened anew. The first round meets every query for the first time and is told by
itself; those that follow are `warm`. All queries of a class are different. Times are CPU time, without the drawing of
queries; what is told is how many times as long stock Whoosh takes in the same round.

Before a figure is told, both have been asked for all documents of every query, which must be the same; so must the
order of a sort and the counts of groups. Scores may differ by 5 percent, and hits that are nearer to each other than
this may change places: stock Whoosh rounds the length of a text to one byte, by up to 4 percent, khsearch does not.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import isclose
from pathlib import Path
from typing import Any

from whoosh import fields, index, query

from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.engines import Kind
from benchmarks.errors import DisagreementError
from benchmarks.latency import Times
from benchmarks.queries import Drawer
from benchmarks.timing import Spread, interleaved, percentile, quotients
from khsearch import whoosh as door
from khsearch.fields import KHMER
from khsearch.khmer import Analyzer, breaker

STOCK, OURS = "stock Whoosh", "khsearch"
INDEXING, SORT, GROUPS, RANGE = "indexing", "sorted by a date", "grouped by a keyword", "range of numbers"
LIMIT = 10
NUMBERS = 100_000  # that the numeric field may have
TOPICS = 20
ROUNDED = 0.05  # of a score, for lengths that stock Whoosh rounds
FIRST_DAY, SECONDS = datetime(2000, 1, 1), 800_000_000

_DOORS: Mapping[str, Any] = {STOCK: index, OURS: door}
_KINDS = {
    "term": Kind.TERM,
    "and": Kind.AND,
    "or": Kind.OR,
    "phrase": Kind.PHRASE,
    "prefix": Kind.PREFIX,
    SORT: Kind.TERM,
    GROUPS: Kind.TERM,
}


@dataclass(frozen=True, slots=True)
class Beside:
    """One kind of work, done by both.

    count  documents, or queries, all different
    first  how many times as long stock Whoosh takes, at first sight of each query; of indexing, in the first round
    warm   the same in the rounds after it
    stock, ours  microseconds of a query when warm; None of indexing
    stock_per_s, ours_per_s  documents a second of CPU; None of queries
    """

    count: int
    first: float
    warm: Spread
    stock: Times | None = None
    ours: Times | None = None
    stock_per_s: float | None = None
    ours_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of Whoosh's, and how its results are wanted."""

    query: Any
    how: Mapping[str, Any]


def measure(corpus: Corpus, count: int, rounds: int, show: Show) -> dict[str, Beside]:
    """Index and ask by both; DisagreementError where their answers differ."""
    rows = rows_of(corpus)
    asked = draw(corpus, count)
    steps = rounds + len(asked)
    with tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place:
        folders = {name: Path(place) / str(number) for number, name in enumerate(_DOORS)}
        found = {INDEXING: _indexing(rows, folders, rounds, lambda done, _: show(done, steps))}
        for number, (kind, queries) in enumerate(asked.items(), rounds):
            show(number, steps)
            found[kind] = _asking(kind, queries, folders, rounds)
    return found


def rows_of(corpus: Corpus) -> list[dict[str, Any]]:
    """Documents as keywords of `add_document`; all days are different, so that an order by them is the only one."""
    chosen = random.Random(SEED)
    days = chosen.sample(range(SECONDS), len(corpus.documents))
    return [
        {
            "id": document.id,
            "text": document.text,
            "number": chosen.randrange(NUMBERS),
            "topic": f"topic{chosen.randrange(TOPICS)}",
            "day": FIRST_DAY + timedelta(seconds=day),
        }
        for document, day in zip(corpus.documents, days, strict=True)
    ]


def _schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(unique=True, stored=True),
        text=KHMER(),
        number=fields.NUMERIC(sortable=True),
        topic=fields.KEYWORD(sortable=True),
        day=fields.DATETIME(sortable=True),
    )


def build(door_: Any, folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Index documents, as any program of Whoosh's does."""
    folder.mkdir(parents=True)
    with closing(door_.create_in(str(folder), _schema())) as made:
        writer = made.writer()
        for row in rows:
            writer.add_document(**row)
        writer.commit()


def _indexing(rows: Sequence[Mapping[str, Any]], folders: Mapping[str, Path], rounds: int, show: Show) -> Beside:
    """Index by both, into the folders that are asked later and, in each round, into others."""

    def work(name: str) -> None:
        if not folders[name].exists():
            build(_DOORS[name], folders[name], rows)
            return
        with tempfile.TemporaryDirectory(dir=folders[name].parent) as place:
            build(_DOORS[name], Path(place) / "index", rows)

    first: dict[str, float] = {}

    def timed(name: str) -> None:
        started = time.process_time()
        work(name)
        first.setdefault(name, time.process_time() - started)

    seconds = interleaved({name: partial(timed, name) for name in _DOORS}, rounds, show=show)
    per_s = {name: len(rows) * rounds / sum(seconds[name]) for name in _DOORS}
    return Beside(
        len(rows),
        first[STOCK] / first[OURS],
        quotients(seconds[STOCK], seconds[OURS]),
        stock_per_s=per_s[STOCK],
        ours_per_s=per_s[OURS],
    )


def draw(corpus: Corpus, count: int) -> dict[str, list[Asked]]:
    """Queries by class, each as Whoosh has it, with what is asked of its results."""
    drawer = Drawer(corpus.documents[:5_000], Analyzer(breaker()), SEED)
    chosen = random.Random(SEED)
    field = KHMER()
    found: dict[str, list[Asked]] = {}
    for kind, drawn in _KINDS.items():
        found[kind] = [
            Asked(_query(kind, [token.text for token in field.analyzer(one.text)]), _how(kind))
            for one in drawer.draw(drawn, count)
        ]
    ends = {tuple(sorted(chosen.sample(range(NUMBERS), 2))) for _ in range(count)}
    found[RANGE] = [Asked(query.NumericRange("number", low, high), {}) for low, high in sorted(ends)]
    return found


def _query(kind: str, words: Sequence[str]) -> Any:
    if kind == "prefix":
        return query.Prefix("text", words[0])
    if kind == "phrase":
        return query.Phrase("text", list(words))
    terms = [query.Term("text", word) for word in words]
    return terms[0] if len(terms) == 1 else (query.Or if kind == "or" else query.And)(terms)


def _how(kind: str) -> dict[str, Any]:
    return {SORT: {"sortedby": "day"}, GROUPS: {"groupedby": "topic"}}.get(kind, {})


def _asking(kind: str, asked: Sequence[Asked], folders: Mapping[str, Path], rounds: int) -> Beside:
    opened = {name: door_.open_dir(str(folders[name])) for name, door_ in _DOORS.items()}
    searchers = {name: one.searcher() for name, one in opened.items()}
    taken: dict[str, list[list[float]]] = {name: [] for name in _DOORS}
    for number in range(rounds + 1):
        for name in list(_DOORS)[:: -1 if number % 2 else 1]:
            taken[name].append([_microseconds(searchers[name], one) for one in asked])
    compare(kind, asked, searchers)
    for name, one in opened.items():
        searchers[name].close()
        one.close()
    sums = {name: [sum(row) for row in rows] for name, rows in taken.items()}
    return Beside(
        len(asked),
        sums[STOCK][0] / sums[OURS][0],
        quotients(sums[STOCK][1:], sums[OURS][1:]),
        stock=_times(taken[STOCK][1:]),
        ours=_times(taken[OURS][1:]),
    )


def _microseconds(searcher: Any, asked: Asked) -> float:
    started = time.thread_time_ns()
    answer(searcher, asked)
    return (time.thread_time_ns() - started) / 1000


def _times(rows: Sequence[Sequence[float]]) -> Times:
    each = [sum(taken) / len(taken) for taken in zip(*rows, strict=True)]
    return Times(percentile(each, 0.5), percentile(each, 0.95))


Scored = tuple[str, float]  # an id and a score


def answer(searcher: Any, asked: Asked) -> tuple[list[Scored], dict[str, int]]:
    """The ten hits of a query, as ids and scores, and how many documents are in each group."""
    results = searcher.search(asked.query, limit=LIMIT, **asked.how)
    groups = results.groups() if "groupedby" in asked.how else {}
    # Where results are sorted or grouped, stock Whoosh has all of them, whatever the limit.
    hits = [(hit["id"], hit.score) for hit in results[:LIMIT]]
    return hits, {name: len(numbers) for name, numbers in groups.items()}


def compare(kind: str, asked: Sequence[Asked], searchers: Mapping[str, Any]) -> None:
    """Ask both for everything that a query has to say; DisagreementError with the query where they differ."""
    ids = {name: _ids(searcher) for name, searcher in searchers.items()}
    for one in asked:
        stock, ours = (
            frozenset(ids[name][number] for number in searchers[name].docs_for_query(one.query)) for name in _DOORS
        )
        if stock != ours:
            only, where = min(
                (document, name) for name, some in ((STOCK, stock - ours), (OURS, ours - stock)) for document in some
            )
            raise DisagreementError(f"{kind}, {one.query}: document {only!r} is found by {where} only")
        (hits, groups), (our_hits, our_groups) = (answer(searchers[name], one) for name in _DOORS)
        if groups != our_groups:
            raise DisagreementError(f"{kind}, {one.query}: groups of {STOCK} {groups}, of {OURS} {our_groups}")
        if not _are_alike(hits, our_hits, ordered="sortedby" in one.how):
            raise DisagreementError(f"{kind}, {one.query}: hits of {STOCK} {hits}, of {OURS} {our_hits}")


def _ids(searcher: Any) -> dict[int, str]:
    return {number: searcher.stored_fields(number)["id"] for number in searcher.reader().all_doc_ids()}


def _are_alike(hits: Sequence[Scored], others: Sequence[Scored], *, ordered: bool) -> bool:
    """Whether the same ids stand in the same order; where scores make the order, whether those are the same."""
    if ordered or len(hits) != len(others):
        return [id for id, _ in hits] == [id for id, _ in others]
    theirs = dict(others)
    pairs = [(score, theirs[id]) for id, score in hits if id in theirs]
    pairs += [(score, other) for (_, score), (_, other) in zip(hits, others, strict=True)]
    return all(isclose(score, other, rel_tol=ROUNDED) for score, other in pairs)


COLUMNS = ["work", "of", "stock: \u00b5s p50", "p95", "khsearch: p50", "p95", "times as fast: first", "warm"]


def rows(found: Mapping[str, Beside]) -> list[list[str]]:
    """Rows of a table with COLUMNS; of indexing, documents a second stand in place of the medians."""
    return [[kind, f"{one.count:,}", *_cells(one), f"{one.first:.1f}", str(one.warm)] for kind, one in found.items()]


def _cells(one: Beside) -> list[str]:
    if one.stock is None or one.ours is None:
        return [f"{one.stock_per_s:,.0f} docs/s", "", f"{one.ours_per_s:,.0f} docs/s", ""]
    return [f"{value:,.0f}" for times in (one.stock, one.ours) for value in (times.p50, times.p95)]
