"""A news site in small: articles, what is posted in each commit, and by brute force what every query finds after it.

All is drawn from the numbers of commits, so every process knows it without asking another.
"""

from __future__ import annotations

import heapq
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from khsearch import Document, Facet, Index

WORDS = [
    *("សាលា", "ឆ្មា", "ត្រី", "ទឹក", "ផ្ទះ", "ប្រជុំ", "ក្រសួង", "ពិការ", "គ្រូ", "ដំរី"),
    *("ភូមិ", "ផ្លូវ", "ស្រូវ", "ទីក្រុង", "ព្រៃ", "ភ្នំ", "ទន្លេ", "សមុទ្រ", "សុខភាព", "អប់រំ"),
    *("នារី", "កុមារ", "ច្បាប់", "តុលាការ", "ប៉ូលិស", "ទាហាន", "ពន្ធ", "ធនាគារ", "កាសែត", "អគ្គិសនី"),
]
FIELDS = {"category": "keyword", "day": "date", "draft": "boolean", "number": "number"}
POSTED, CHANGED, REMOVED = 4, 8, 3
CACHE_MB = 48.0


@dataclass(frozen=True, slots=True)
class Article:
    """What is searched of an article."""

    words: frozenset[str]
    category: str
    day: date
    draft: bool
    number: int


Change = tuple[str, Document | None]
"""An id, and the document that it has from now on."""


@dataclass
class Site:
    """The articles after a commit, the first of which posts `size` of them."""

    size: int
    commit: int = -1
    live: dict[str, Article] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    written: int = 0

    def post(self) -> list[Change]:
        """Go on by a commit -> what it changes."""
        self.commit += 1
        draw = random.Random(self.commit)
        changes = []
        for _ in range(POSTED if self.commit else self.size):
            self.ids.append(f"a{len(self.ids)}")
            changes.append(self._written(self.ids[-1], draw))
        if self.commit:
            changes += [self._written(draw.choice(self.ids), draw) for _ in range(CHANGED)]
            for _ in range(REMOVED):
                name = draw.choice(self.ids)
                self.live.pop(name, None)
                changes.append((name, None))
        return changes

    def _written(self, name: str, draw: random.Random) -> Change:
        words = draw.choices(WORDS, range(len(WORDS), 0, -1), k=12)
        day = date(2010, 1, 1) + timedelta(days=draw.randrange(4000))
        self.written += 1
        article = Article(frozenset(words), f"ផ្នែក {draw.randrange(6)}", day, draw.random() < 0.1, self.written)
        self.live[name] = article
        fields = {"category": article.category, "day": day, "draft": article.draft, "number": self.written}
        return name, Document(name, " ".join(words[:3]), " ".join(words), fields)


@dataclass(frozen=True, slots=True)
class Question:
    """What a page of the site asks: words, and what is filtered by."""

    words: tuple[str, ...]
    category: str | None = None
    since: int | None = None

    def matches(self, article: Article) -> bool:
        return (
            not article.draft
            and article.words.issuperset(self.words)
            and self.category in (None, article.category)
            and (self.since is None or article.day.year >= self.since)
        )

    @property
    def filter(self) -> Mapping[str, object]:
        named = {} if self.category is None else {"category": self.category}
        since = {} if self.since is None else {"day": {"gte": date(self.since, 1, 1)}}
        return {"draft": False, **named, **since}


QUESTIONS = (
    Question(("សាលា",)),
    Question(("ឆ្មា", "ត្រី")),
    Question(("អគ្គិសនី",), since=2015),
    Question(("ទន្លេ", "ភ្នំ"), category="ផ្នែក 1"),
    Question((), category="ផ្នែក 2"),
    Question((), since=2018),
    Question(("ប្រជុំ", "ក្រសួង", "គ្រូ")),
)
FACETS = [Facet("category"), Facet("day", by="year")]
Answer = tuple[int, dict[object, int], dict[object, int], list[str]]
"""Total, counts of both facets, and the ids of the latest ten."""


class Finding:
    """What a question finds, kept up to date article by article, none of which is ever found by an index."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.found: dict[str, Article] = {}
        self.categories: Counter[str] = Counter()
        self.years: Counter[int] = Counter()

    def change(self, name: str, article: Article | None) -> None:
        """Take note of an article, or that it is gone."""
        before = self.found.pop(name, None)
        if before is not None:
            self._count(before, -1)
        if article is not None and self.question.matches(article):
            self.found[name] = article
            self._count(article, 1)

    def _count(self, article: Article, by: int) -> None:
        self.categories[article.category] += by
        self.years[article.day.year] += by

    def answer(self) -> Answer:
        """The answer now."""
        latest = heapq.nsmallest(10, self.found.items(), key=lambda item: (-item[1].day.toordinal(), item[1].number))
        return len(self.found), dict(+self.categories), dict(+self.years), [name for name, _ in latest]


def told(index: Index, question: Question) -> Answer:
    """What the index says to it."""
    results = index.search(
        " ".join(question.words), match="all", filter=question.filter, facets=FACETS, sort=["-day", "number"]
    )
    return results.total, results.facets["category"], results.facets["day"], [hit.id for hit in results]


def answers(size: int) -> Iterator[list[Answer]]:
    """The answers to all questions, commit after commit."""
    site, findings = Site(size), [Finding(question) for question in QUESTIONS]
    while True:
        for name, _ in site.post():
            for finding in findings:
                finding.change(name, site.live.get(name))
        yield [finding.answer() for finding in findings]


def begin(path: Path, commit: int) -> None:
    """Tell the readers of an index that a commit may be there from now on."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(str(commit), "ascii")
    fresh.replace(path.with_suffix(".begun"))


def read(path: str, size: int, seconds: float) -> None:
    """Ask the questions in turn: every answer is that of some commit, and never of one before another that was seen."""
    index = Index.open(path, cache_mb=CACHE_MB)
    index.warm()
    known = answers(size)
    commits = [next(known)]
    started, at, asked, first_mb = time.monotonic(), 0, 0, 0.0
    while time.monotonic() < started + seconds:
        for number, question in enumerate(QUESTIONS):
            answer = told(index, question)
            begun = int(Path(path).with_suffix(".begun").read_text("ascii"))
            while len(commits) <= begun:
                commits.append(next(known))
            at = next((one for one in range(at, begun + 1) if commits[one][number] == answer), -1)
            assert at >= 0, f"question {number}: of no commit up to {begun}: {answer}"
            asked += 1
        cache = index.stats()["cache"]
        assert isinstance(cache, dict)
        assert cache["held"] <= cache["budget"] <= CACHE_MB * 1_000_000
        if time.monotonic() > started + seconds / 3:
            first_mb = first_mb or resident_mb()
    print(asked, at, first_mb, resident_mb())


def resident_mb() -> float:
    """Megabytes of memory of its own that this process has, mapped files apart."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("RssAnon"))


if __name__ == "__main__":
    read(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
