r"""language: the text of a query in, clauses out.

    words                  documents that hold any of them; all of them with match="all"
    "side by side"         words in this order; "near"~2 lets up to two other words stand between
    +must -not             a clause that must, or must not, match
    a AND b, a OR b, NOT a with parentheses; in capitals, so that they are no words
    title:word             in one field; also date:2021-05, price:[10 TO 20], tags:"NGO"
    ពិកា*  ក?ង  word~       words that begin so; ? is any one cluster or letter, * any; words like it
    word^2                 counts twice

Free text is no program: whatever does not parse (a quote that never ends, a stray bracket) is searched as words, and
the result says so. A hyphen inside a word, a colon behind what is no field, a question mark at a word's end are text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from khsearch.errors import QueryError

Match = Literal["any", "all"]

_MOST_NESTED = 40
_LONGEST = 100_000
"""Characters beyond which a query is free text: nobody writes operators by the megabyte."""

_LONGEST_PATTERN = 40
"""Characters of the longest pattern: beyond, a question mark stands between sentences."""


@dataclass(frozen=True, slots=True)
class Words:
    """Free text."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words side by side, or a value of a field; `gap` other words may stand between two of them."""

    text: str
    field: str | None = None
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word with * or ? in it."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """A word and those at most so many clusters or letters away."""

    text: str
    distance: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Values of a field from low to high; None is open, and a bound may be left out."""

    field: str
    low: str | None
    high: str | None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of a group: `sign` is "+" for must, "-" for must not, "" for neither."""

    item: Item
    sign: str = ""
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses joined by AND, by OR, or (None) as the search joins words."""

    clauses: tuple[Clause, ...]
    operator: str | None = None


Item = Words | Quoted | Pattern | Like | Range | Group

_OPERATES = re.compile(r"""["\u201c\u201d()\[\]{}+:*?~^]|(?:^|\s)-\S|\b(?:AND|OR|NOT)\b""")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>\() | (?P<close>\))
      | (?P<sign>(?<![^\s(])[+-](?=[^\s+\-)]))
      | (?P<operator>(?:AND|OR|NOT)(?=[\s()]|$))
      | (?P<field>[^\W\d]\w*:(?=[^\s)/]))
      | (?:"(?P<quoted>[^"]*)" | \u201c(?P<curly>[^\u201d]*)\u201d) (?:~(?P<gap>\d{1,4}))?
      | (?P<range>[\[{]\s*(?P<low>[^\s\[\]{}]+)\s+TO\s+(?P<high>[^\s\[\]{}]+)\s*(?P<end>[\]}]))
      | (?P<boost>\^(?P<times>\d{1,4}(?:\.\d{1,4})?)(?=[\s()]|$))
      | (?P<word>[^\s()"^\u201c]+)
      | (?P<lone>\u201c)
      | (?P<stray>.)""",
    re.VERBOSE,
)
_LIKE = re.compile(r"(.*[^~])~([0-3\u17e0-\u17e3]?)")
_PATTERN = re.compile(r"\*|\?(?=\w)")


def parse(text: str, fields: Collection[str], *, strict: bool = False) -> tuple[Item, str | None]:
    """Read a query -> what it says, and what was wrong with it (None: nothing).

    fields  names that may stand before a colon
    strict  raise a QueryError with the position of what is wrong, instead of taking the query as words
    """
    if len(text) > _LONGEST or not _OPERATES.search(text):
        return Words(text), None
    try:
        return _Parser(text, fields, strict=strict).parse(), None
    except QueryError as problem:
        if strict:
            raise
        return Words(text), str(problem)


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, text: str, fields: Collection[str], *, strict: bool) -> None:
        self._text = text
        self._fields = fields
        self._strict = strict
        self._tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup != "space"]
        self._at = 0

    def parse(self) -> Item:
        item = self._either(0)
        if self._at < len(self._tokens):
            raise self._wrong("a bracket that nothing opens")
        return item

    def _kind(self) -> str | None:
        return self._tokens[self._at].lastgroup if self._at < len(self._tokens) else None

    def _operator(self) -> str | None:
        return self._tokens[self._at][0] if self._kind() == "operator" else None

    def _either(self, depth: int) -> Item:
        parts = [self._both(depth)]
        while self._operator() == "OR":
            self._at += 1
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Group(tuple(Clause(part) for part in parts), "OR")

    def _both(self, depth: int) -> Item:
        parts = [self._row(depth)]
        while self._operator() == "AND":
            self._at += 1
            parts.append(self._row(depth))
        return parts[0] if len(parts) == 1 else Group(tuple(Clause(part) for part in parts), "AND")

    def _row(self, depth: int) -> Item:
        """Clauses one behind the other; words among them that nothing divides stay one text."""
        clauses: list[Clause] = []
        first = last = None  # of a stretch of plain words
        while self._kind() not in (None, "close") and self._operator() not in ("AND", "OR"):
            token = self._tokens[self._at]
            if self._is_plain(token):
                first, last = (token.start() if first is None else first), token.end()
                self._at += 1
                continue
            if first is not None:
                clauses.append(Clause(Words(self._text[first:last])))
                first = None
            clauses.append(self._clause(depth))
        if first is not None:
            clauses.append(Clause(Words(self._text[first:last])))
        if not clauses:
            raise self._wrong("nothing to search for here")
        if len(clauses) == 1 and clauses[0] == Clause(clauses[0].item):
            return clauses[0].item
        return Group(tuple(clauses))

    def _is_plain(self, token: re.Match[str]) -> bool:
        if token.lastgroup == "stray":
            raise self._wrong("a quote that never ends")
        if token.lastgroup == "field":
            if token[0][:-1] in self._fields:
                return False
            if self._strict:
                raise self._wrong(f"no field {token[0][:-1]!r}; there are {', '.join(sorted(self._fields))}")
            return True
        following = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else None
        boosted = following is not None and following.lastgroup == "boost" and following.start() == token.end()
        if token.lastgroup in ("boost", "range", "lone"):
            return True  # behind nothing that it could belong to
        return token.lastgroup == "word" and not (boosted or _is_pattern(token[0]) or _LIKE.fullmatch(token[0]))

    def _clause(self, depth: int) -> Clause:
        sign = ""
        if self._operator() == "NOT":
            sign = "-"
            self._at += 1
        elif self._kind() == "sign":
            sign = self._tokens[self._at][0]
            self._at += 1
        if self._kind() in (None, "close", "operator"):
            raise self._wrong("nothing to search for here")
        item = self._item(depth)
        boost = 1.0
        if self._kind() == "boost" and self._tokens[self._at].start() == self._tokens[self._at - 1].end():
            boost = float(self._tokens[self._at]["times"])
            self._at += 1
        return Clause(item, sign, boost)

    def _item(self, depth: int) -> Item:
        token = self._tokens[self._at]
        field = None
        if token.lastgroup == "field" and token[0][:-1] in self._fields:
            field = token[0][:-1]
            self._at += 1
            token = self._tokens[self._at]
        if token.lastgroup == "open" and field is None:
            return self._bracket(depth)
        self._at += 1
        if token["range"] is not None and field is not None:
            low, high = (None if bound == "*" else bound for bound in (token["low"], token["high"]))
            return Range(field, low, high, token[0][0] == "[", token["end"] == "]")
        quoted = token["quoted"] if token["quoted"] is not None else token["curly"]
        if quoted is not None:
            return Quoted(quoted, field, int(token["gap"] or 0))
        if token.lastgroup in ("word", "operator", "field"):
            return _word(token[0], field)
        raise self._wrong("here a word, a quoted text or, behind a field, a range has to stand", token.start())

    def _bracket(self, depth: int) -> Item:
        opened = self._tokens[self._at].start()
        if depth >= _MOST_NESTED:
            raise self._wrong("too many brackets inside each other")
        self._at += 1
        item = self._either(depth + 1)
        if self._kind() != "close":
            raise self._wrong("a bracket that is never closed", opened)
        self._at += 1
        return item

    def _wrong(self, what: str, place: int | None = None) -> QueryError:
        if place is None:
            place = self._tokens[self._at].start() if self._at < len(self._tokens) else len(self._text)
        shown = self._text if len(self._text) <= 200 else self._text[:200] + "\u2026"
        return QueryError(
            f"query {shown!r}, position {place}: {what}; mend it, or put operators that are meant as text in quotes",
            position=place,
        )


def _is_pattern(text: str) -> bool:
    return len(text) <= _LONGEST_PATTERN and _PATTERN.search(text) is not None


def _word(text: str, field: str | None) -> Item:
    if _is_pattern(text):
        return Pattern(text, field)
    like = _LIKE.fullmatch(text)
    if like:
        return Like(like[1], int(like[2] or 1), field)
    return Words(text, field)
