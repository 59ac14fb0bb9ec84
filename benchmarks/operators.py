"""operators: a corpus in; its documents with own fields of every kind, and queries of every operator, out."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import cycle, islice

from benchmarks.corpus import SEED
from khsearch import Document, words
from khsearch.schema import Declared

FIELDS: Declared = {"date": "date", "tags": "keyword", "price": "number", "ok": "boolean", "note": "text"}
"""Own fields of the documents, by kind."""

_KHMER = "\u1780\u17d3"
_TAGS = ("NGO", "ABC def", "zz", "\u1780\u17b8\u17a1\u17b6")
_TRIES = 100  # for each query


@dataclass(frozen=True, slots=True)
class Drawn:
    """Words of a document: two side by side, one from elsewhere in it, and one of another document."""

    first: str
    second: str
    third: str
    other: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and what it is an example of."""

    operator: str
    text: str


def with_fields(documents: Sequence[Document], seed: int = SEED) -> list[Document]:
    """Return the documents with own fields; each field is missing in some of them."""
    choose = random.Random(seed)
    found = []
    for number, document in enumerate(documents):
        fields: dict[str, object] = {"ok": bool(number % 2)}
        day = date(2020 + number % 4, 1 + number % 12, 1 + number % 28)
        if number % 7:
            fields["date"] = datetime(day.year, day.month, day.day, 3, 4, 5, number) if number % 3 else day
        if number % 5:
            fields["tags"] = choose.sample(_TAGS, 1 + number % 3)
        if number % 3:
            fields["price"] = number * 1.5 if number % 2 else number * 1_000_003
        if number % 4 == 0:
            fields["note"] = documents[number * 7 % len(documents)].text[:80]
        found.append(replace(document, fields=fields))
    return found


def draw(documents: Sequence[Document], count: int, seed: int = SEED) -> list[Asked]:
    """Return so many different queries, of each operator as many as of any other."""
    choose = random.Random(seed)
    found: dict[str, Asked] = {}
    for operator, write in islice(cycle(_OPERATORS.items()), count * _TRIES):
        if len(found) == count:
            break
        text = write(_words(documents, choose))
        found.setdefault(text, Asked(operator, text))
    return list(found.values())


def _words(documents: Sequence[Document], choose: random.Random) -> Drawn:
    while True:
        one, other = (words(choose.choice(documents).text[:2_000]) for _ in range(2))
        beside = [at for at in range(len(one) - 1) if _is_long(one[at]) and _is_long(one[at + 1])]
        apart = [list(filter(_is_long, found)) for found in (one, other)]
        if beside and all(apart):
            at = choose.choice(beside)
            return Drawn(one[at], one[at + 1], choose.choice(apart[0]), choose.choice(apart[1]))


def _is_long(word: str) -> bool:
    """Whether it is a Khmer word, and none of the shortest."""
    return len(word) > 2 and all(_KHMER[0] <= char <= _KHMER[1] for char in word)


_OPERATORS: dict[str, Callable[[Drawn], str]] = {
    "word": lambda drawn: drawn.first,
    "words": lambda drawn: f"{drawn.first} {drawn.third}",
    "words without a space": lambda drawn: drawn.first + drawn.second,
    "words of two documents": lambda drawn: f"{drawn.first} {drawn.third} {drawn.other}",
    "phrase": lambda drawn: f'"{drawn.first} {drawn.second}"',
    "phrase with a gap": lambda drawn: f'"{drawn.first} {drawn.third}"~3',
    "must, must not": lambda drawn: f"+{drawn.first} -{drawn.other}",
    "AND": lambda drawn: f"{drawn.first} AND {drawn.third}",
    "OR": lambda drawn: f"{drawn.first} OR {drawn.other}",
    "NOT": lambda drawn: f"NOT {drawn.first}",
    "brackets": lambda drawn: f'({drawn.first} OR {drawn.other}) AND tags:"NGO"',
    "weight": lambda drawn: f"{drawn.first}^3 {drawn.third}",
    "in the title": lambda drawn: f"title:{drawn.first}",
    "in an own text": lambda drawn: f"note:{drawn.first}",
    "a year": lambda drawn: f"{drawn.first} date:2021",
    "span of days": lambda drawn: f"{drawn.first} date:[2020-03 TO 2021-05]",
    "open span of days": lambda drawn: f"date:{{2020-03-02 TO 2021-05}} {drawn.first}",
    "span of numbers": lambda drawn: f"{drawn.first} price:[10 TO 5000]",
    "numbers from one on": lambda drawn: f"price:>=15 {drawn.third}",
    "any number": lambda drawn: f"{drawn.first} price:*",
    "keyword": lambda drawn: f'{drawn.first} tags:"ABC def"',
    "span of keywords": lambda drawn: f"{drawn.first} tags:[A TO n]",
    "boolean": lambda drawn: f"ok:true {drawn.first}",
    "beginning": lambda drawn: f"{drawn.first[:2]}*",
    "pattern": lambda drawn: f"{drawn.first[0]}*{drawn.first[-1]}",
    "words like it": lambda drawn: f"{drawn.first}~",
    "misspelt": lambda drawn: drawn.first + drawn.second[:1] + drawn.third[1:],
    "everything": lambda drawn: f"* -{drawn.first}",
    "Latin": lambda drawn: f"{drawn.first} Covid-19",
}
