"""sets: what counts as found: the documents found are those in which what was typed stands, and marks cover it there.

A file of queries has, by kind, the exact set of each: `{kind: [{"q", "docs", ...}]}`, `docs` being numbers of the
collection's documents, from 0. `also` are documents that hold a listed variant of the spelling instead: they count
neither for nor against. `forms` are spellings that marks may cover, where these are not the chunks of the query.

Some kinds are made of those: three, four and five words of one document, glued. Their sets come from a look at every
document.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import fmean

from benchmarks import corpus, standing
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.errors import BenchmarkError
from khsearch import Hit, Index
from khsearch.schema import Declared

MEAN = "mean of kinds"
FIELDS: Declared = {"date": "date"}
COLUMNS = ["kind", "queries", "precision", "recall", "F1", 'match="all"', "total right", "marks right", "by date"]

_FIRST, _DAYS = date(2015, 1, 1), 3_000
_SHOWN = 10
_MARKED = 5  # hits whose marks are looked at
_GLUED = {"glued, three": 3, "glued, four": 4, "glued, five": 5}
_MADE = 120  # queries of each such kind

Stands = Callable[[str], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and the documents in which it stands, by number.

    ignored  documents that count neither way
    forms    spellings that marks may cover
    literal  whether it stands there as it was typed: one that is misspelt or glued does not
    """

    text: str
    wanted: frozenset[int]
    ignored: frozenset[int]
    forms: Sequence[str]
    literal: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one query found.

    asked      the query
    precision  share of the documents found that are of the set
    recall     share of the set that is found
    f1         their harmonic mean
    every      F1 with match="all"; None where it does not stand as it was typed
    total      whether the totals of the set and of the page are the size of what is found
    marked     characters marked in the titles and snippets of its first hits
    right      how many of these lie in an occurrence
    by_date    of the latest ten found, the share that is of the set
    """

    asked: Asked
    precision: float
    recall: float
    f1: float
    every: float | None
    total: bool
    marked: int
    right: int
    by_date: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The same over the queries of a kind, in percent; None where no query tells."""

    queries: int
    precision: float | None
    recall: float | None
    f1: float | None
    every: float | None
    total: float | None
    marked: float | None
    by_date: float | None


def read(path: Path, stands: Stands, count: int, most: int | None = None) -> dict[str, list[Asked]]:
    """Read a file of queries for a collection of so many documents, and make the kinds that it does not have.

    At most so many queries of each kind. BenchmarkError.
    """
    try:
        rows: Mapping[str, Sequence[Mapping[str, object]]] = json.loads(path.read_text(encoding="utf-8"))
        found = {kind: [_asked(row, stands, count) for row in some] for kind, some in rows.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BenchmarkError(f"{path}: not a file of queries with their sets for this collection ({problem})") from None
    if not any(found.values()):
        raise BenchmarkError(f"{path}: no query in it")
    found |= {kind: glued(found, stands, words) for kind, words in _GLUED.items()}
    return {kind: some[:most] for kind, some in found.items() if some}


def _asked(row: Mapping[str, object], stands: Stands, count: int) -> Asked:
    text, wanted, ignored = str(row["q"]), _numbers(row["docs"]), _numbers(row.get("also", ()))
    if not wanted or not (wanted | ignored) <= set(range(count)):
        raise ValueError(f"the documents of {text!r} are not among {count}")
    chunks = text.split(" ")
    forms = row.get("forms", chunks)
    if not isinstance(forms, list):
        raise TypeError(f"the forms of {text!r} are no list")
    # The two that say what a set is differ in a document here and there, and a glued query may stand in a few.
    literal = 2 * len(_standing(chunks, stands) & wanted) >= len(wanted)
    return Asked(text, wanted, ignored - wanted, forms, literal)


def _numbers(values: object) -> frozenset[int]:
    if not isinstance(values, Iterable):
        raise TypeError(f"{values!r} are no documents")
    return frozenset(map(int, values))


def _standing(chunks: Sequence[str], stands: Stands) -> frozenset[int]:
    return frozenset.intersection(*map(stands, chunks))


def agreement(kinds: Mapping[str, Sequence[Asked]], stands: Stands) -> float:
    """Of the queries that stand as they were typed, the percentage whose set a look at every document gives as well."""
    typed = [one for some in kinds.values() for one in some if one.literal]
    return 100 * fmean(_standing(one.text.split(" "), stands) == one.wanted for one in typed) if typed else 100.0


def glued(kinds: Mapping[str, Sequence[Asked]], stands: Stands, count: int) -> list[Asked]:
    """Glue words of the file's queries, so many of one document each, that stand in no document side by side."""
    pool = {one.text: one for kind in ("atom", "comp") for one in kinds.get(kind, ()) if one.literal}
    choose, made = random.Random(SEED * count), list[Asked]()
    for first in choose.sample(sorted(pool), len(pool)):
        words, wanted = [first], stands(first)
        for word in choose.sample(sorted(pool), len(pool)):
            if len(words) == count:
                break
            if word not in words and wanted & stands(word) and not stands(words[-1] + word):
                words.append(word)
                wanted &= stands(word)
        if len(words) == count:
            near = frozenset.intersection(*(stands(word) | pool[word].ignored for word in words))
            forms = [form for word in words for form in pool[word].forms]
            made.append(Asked("".join(words), wanted, near - wanted, forms, literal=False))
    return made[:_MADE]


def dated(whole: Corpus) -> Corpus:
    """The documents, each with a day that its id decides."""
    days = (int(sha256(document.id.encode()).hexdigest(), 16) % _DAYS for document in whole.documents)
    fields = ({"date": _FIRST + timedelta(day)} for day in days)
    documents = [replace(document, fields=one) for document, one in zip(whole.documents, fields, strict=True)]
    return corpus.make(whole.name, documents)


def ask(index: Index, ids: Sequence[str], asked: Asked) -> Outcome:
    """Ask one query in every way; `ids` are those of the documents, by number."""
    wanted, ignored = ({ids[number] for number in numbers} for numbers in (asked.wanted, asked.ignored))
    found = index.search(asked.text, limit=len(ids), match="strict")
    got = {hit.id for hit in found}
    page = index.search(asked.text, limit=_SHOWN)
    every = index.search(asked.text, limit=len(ids), match="all") if asked.literal else None
    marked = right = 0
    for hit in _of_set(list(page)[:_MARKED]):
        shown = [(hit.title, hit.title_marks), *((part.text, part.marks) for part in hit.snippet.fragments)]
        for text, spans in shown:
            marks = {place for start, end in spans for place in range(start, end)}
            marked += len(marks)
            right += len(marks & standing.places(text, asked.forms))
    latest = [hit.id for hit in _of_set(index.search(asked.text, limit=_SHOWN, sort="-date")) if hit.id not in ignored]
    precision, recall, f1 = _measured(got - ignored, wanted)
    return Outcome(
        asked,
        precision,
        recall,
        f1,
        None if every is None else _measured({hit.id for hit in every} - ignored, wanted)[2],
        found.total == page.total == len(got),
        marked,
        right,
        len(wanted.intersection(latest)) / len(latest) if latest else 0.0,
    )


def _of_set(hits: Iterable[Hit]) -> list[Hit]:
    return [hit for hit in hits if not hit.loose]


def _measured(got: set[str], wanted: set[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of a set."""
    right = len(got & wanted)
    precision, recall = right / len(got) if got else 0.0, right / len(wanted)
    return precision, recall, 2 * right / (len(got) + len(wanted))


def measure(
    index: Index, ids: Sequence[str], kinds: Mapping[str, Sequence[Asked]], show: Show
) -> dict[str, list[Outcome]]:
    """Ask all queries, kind by kind."""
    count = sum(map(len, kinds.values()))
    found = dict[str, list[Outcome]]()
    for kind, some in kinds.items():
        found[kind] = []
        for asked in some:
            show(sum(map(len, found.values())), count)
            found[kind].append(ask(index, ids, asked))
    return found


def summarise(outcomes: Mapping[str, Sequence[Outcome]]) -> dict[str, Figures]:
    """Figures by kind, and their mean over the kinds of the file."""
    found = {kind: _figures(some) for kind, some in outcomes.items()}
    own = [figures for kind, figures in found.items() if kind not in _GLUED]

    def over(values: Iterable[float | None]) -> float | None:
        told = [value for value in values if value is not None]
        return fmean(told) if told else None

    return found | {
        MEAN: Figures(
            queries=sum(one.queries for one in own),
            precision=over(one.precision for one in own),
            recall=over(one.recall for one in own),
            f1=over(one.f1 for one in own),
            every=over(one.every for one in own),
            total=over(one.total for one in own),
            marked=over(one.marked for one in own),
            by_date=over(one.by_date for one in own),
        )
    }


def _figures(outcomes: Sequence[Outcome]) -> Figures:
    every = [one.every for one in outcomes if one.every is not None]
    marked = sum(one.marked for one in outcomes)
    return Figures(
        queries=len(outcomes),
        precision=100 * fmean(one.precision for one in outcomes),
        recall=100 * fmean(one.recall for one in outcomes),
        f1=100 * fmean(one.f1 for one in outcomes),
        every=100 * fmean(every) if every else None,
        total=100 * fmean(one.total for one in outcomes),
        marked=100 * sum(one.right for one in outcomes) / marked if marked else None,
        by_date=100 * fmean(one.by_date for one in outcomes),
    )


def rows(found: Mapping[str, Figures]) -> list[list[str]]:
    """Rows for people, as `COLUMNS` names them."""

    def shown(*values: float | None) -> list[str]:
        return ["" if value is None else f"{value:.1f}" for value in values]

    def row(kind: str, one: Figures) -> list[str]:
        shares = shown(one.precision, one.recall, one.f1, one.every, one.total, one.marked, one.by_date)
        return [kind, str(one.queries), *shares]

    return [row(kind, one) for kind, one in found.items()]


def worst(outcomes: Mapping[str, Sequence[Outcome]], count: int) -> list[list[str]]:
    """Rows for people: the queries whose sets are least right: kind, F1, documents of the set, query."""
    apart = sorted(
        (one.f1, kind, one.asked.text, len(one.asked.wanted)) for kind, some in outcomes.items() for one in some
    )
    return [[kind, f"{100 * f1:.0f}", str(size), text] for f1, kind, text, size in apart[:count] if f1 < 1]
