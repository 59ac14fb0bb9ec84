r"""language: the text of a query in, clauses out.

    some words             documents in which each chunk stands, that is, what is typed between spaces: in any of its
                           spellings, in the text or title, as words side by side or inside longer words
    "side by side"         words in this order; "near"~2 lets up to two other words stand between
    +must -not             a clause that must, or must not, match: +word and -word, where the word stands
    a AND b, a OR b, NOT a with parentheses; in capitals, so that they are no words
    title:word             in one field; also date:2021-05, price:[10 TO 20], tags:"NGO"
    ពិកា*  ក?ង  word~       words that begin so; ? is any one cluster or letter, * any; words like it
    word^2                 counts twice

Free text is no program: whatever does not parse (a quote that never ends, a stray bracket) is searched as words, and
the result says so. A hyphen inside a word and a colon behind what is no field are text.

A pattern is what a person types as one: a chunk of its own, between spaces or brackets, of at most 24 characters, all
of them letters, marks or digits, one letter at least, but for * anywhere and ? between two others, never two of these
side by side; or digits with a * behind them. So a link, a sum (2*3), a question without a space behind it and a word in
**asterisks** are text. `~` stands behind a chunk of the same kind.

Clauses side by side are joined by AND in what counts as found and in a filter, where every chunk has to stand. Looser
hits, and all hits with match="any", are documents that hold any word of what need not match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from khsearch.errors import QueryError
from khsearch.query.clauses import Clause, Group, Item, Like, Pattern, Quoted, Range, Words

_MOST_NESTED = 40
LONGEST = 10_000
"""Characters of the longest query."""

_LONGEST_PATTERN = 24
"""Characters of the longest pattern: beyond, a question mark stands between sentences."""

_MOST_PATTERNS = 30
"""Patterns of one query: for each, all terms of the index may have to be looked through."""


_OPERATES = re.compile(r"""["\u201c\u201d()\[\]{}+:*?~^]|(?:^|\s)-\S|\b(?:AND|OR|NOT)\b""")
_BOUND = r"""(?:"[^"]*"|[^\s\[\]{}"]+)"""
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
      | (?P<open>\() | (?P<close>\))
      | (?P<sign>(?<![^\s(])[+-](?=[^\s+\-)]))
      | (?P<operator>(?:AND|OR|NOT)(?=[\s()]|$))
      | (?P<field>[^\W\d]\w*:(?=[^\s)/]))
      | (?:"(?P<quoted>[^"]*)" | \u201c(?P<curly>[^\u201c\u201d]*)\u201d) (?:~(?P<gap>\d{{1,4}}))?
      | (?P<range>[\[{{]\s*(?P<low>{_BOUND})\s+TO\s+(?P<high>{_BOUND})\s*(?P<end>[\]}}]))
      | (?P<boost>\^(?P<times>\d{{1,4}}(?:\.\d{{1,4}})?)(?=[\s()]|$))
      | (?P<word>[^\s()"^\u201c]+)
      | (?P<lone>[\u201c^])
      | (?P<stray>.)""",
    re.VERBOSE,
)
_LIKE = re.compile(r"([^~]+)~([0-3\u17e0-\u17e3]?)")
_PATTERN = re.compile(r"(?=.*[*?])\*?[^*?]+(?:[*?][^*?]+)*\*?", re.DOTALL)
_WILD = re.compile(r"[*?]")
_IN_WORDS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Cf"}


def parse(text: str, fields: Collection[str], *, strict: bool = False) -> tuple[Item, str | None]:
    """Read a query -> what it says, and what was wrong with it (None: nothing).

    fields  names that may stand before a colon
    strict  raise a QueryError with the position of what is wrong, instead of taking the query as words

    A query of more than LONGEST characters is a QueryError in any case.
    """
    if len(text) > LONGEST:
        what = f"query {text[:40]!r} \u2026 has {len(text):,} characters"
        raise QueryError(f"{what}, but at most {LONGEST:,} can be asked for; shorten it")
    if not _OPERATES.search(text):
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
        self._patterns = 0

    def parse(self) -> Item:
        if "*" in self._text and not self._text.strip("*? "):
            raise self._wrong("this stands for every word there is; begin it with a letter")
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
        alone = clauses[0]
        if len(clauses) == 1 and not alone.sign and (alone.boost == 1 or isinstance(alone.item, Words)):
            return alone.item  # a weight has no meaning beside nothing
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
        return token.lastgroup == "word" and not boosted and isinstance(self._word(token, None), Words)

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
            low, high = (None if bound == "*" else bound.strip('"') for bound in (token["low"], token["high"]))
            return Range(field, low, high, token[0][0] == "[", token["end"] == "]")
        quoted = token["quoted"] if token["quoted"] is not None else token["curly"]
        if quoted is not None:
            return Quoted(quoted, field, int(token["gap"] or 0))
        if token.lastgroup in ("word", "operator", "field"):
            item = self._word(token, field)
            self._patterns += not isinstance(item, Words)
            if self._patterns > _MOST_PATTERNS:
                raise self._wrong(f"more than {_MOST_PATTERNS} patterns in one query", token.start())
            return item
        raise self._wrong("here a word, a quoted text or, behind a field, a range has to stand", token.start())

    def _word(self, token: re.Match[str], field: str | None) -> Item:
        """Take a chunk for a pattern, a word and its like, or text."""
        text = token[0]
        if self._strict and field is None and text[-1] == ":" and text[:-1] in self._fields:
            raise self._wrong(f"a value has to stand right behind {text}, without a space", token.start())
        before, behind = self._text[token.start() - 1 : token.start()], self._text[token.end() : token.end() + 1]
        begins = field is not None or before in "(+-" or before.isspace()
        if begins and (behind in ")^" or behind.isspace()) and len(text) <= _LONGEST_PATTERN:
            bare = _WILD.sub("", text)
            if _PATTERN.fullmatch(text) and (_is_word(bare) or (bare.isdecimal() and text == f"{bare}*")):
                return Pattern(text, field)
            like = _LIKE.fullmatch(text)
            if like and _is_word(like[1]):
                return Like(like[1], int(like[2] or 1), field)
        return Words(text, field)

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


def _is_word(text: str) -> bool:
    """Whether a text is nothing but letters, marks and digits, one letter at least."""
    kinds = {unicodedata.category(char) for char in text}
    return kinds <= _IN_WORDS and any(kind[0] == "L" for kind in kinds)
