r"""language: the text of a query in, clauses out.

    some words             documents in which each chunk stands, that is, what is typed between spaces: in any of its
                           spellings, in the text or title, as words side by side or inside longer words
    "side by side"         words in this order; "near"~2 lets up to two other words stand between
    +must -not             a clause that must, or must not, match: +word and -word, where the word stands
    a AND b, a OR b, NOT a with parentheses; in capitals, so that they are no words
    title:word             in one field; also date:2021-05, tags:"NGO"
    price:[10 TO 20}       from 10 on and below 20: { and } leave a bound out; an end is open as [10 TO *] or [10 TO ]
    price:>=10             also >, < and <=; price:* where there is any value
    *                      all documents, as a blank query
    ពិកា*  ក?ង  word~       words that begin so; ? is any one cluster or letter, * any; words like it
    word^2                 counts twice

Free text is no program: whatever does not parse (a quote that never ends, a stray bracket) is searched as words, and
the result says so. A hyphen inside a word and a colon behind what is no field are text.

Within quotes everything is meant as it stands, but \" and \\, which are a quote and a backslash; so is every value in
`quoting.quote`. A bound may stand in quotes, too: "*" in quotes is no open end.

A pattern is what a person types as one: a chunk of its own, between spaces or brackets, of at most 24 characters, all
of them letters, marks or digits, one letter at least, but for * anywhere and ? between two others, never two of these
side by side; or digits with a * behind them. So a link, a sum (2*3), a question without a space behind it and a word in
**asterisks** are text. `~` stands behind a chunk of the same kind.

Clauses side by side are joined by AND in what counts as found and in a filter, where every chunk has to stand. Looser
hits, and all hits with match="any", are documents that hold any word of what need not match.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from khsearch.documents import named
from khsearch.errors import QueryError
from khsearch.khmer import script
from khsearch.query.clauses import Clause, Group, Item, Quoted, Range, Words
from khsearch.query.query_tokens import APART, OPERATES, VALUE, bound, in_quotes, length_beside, pattern_of, tokens_of

_INVISIBLE = dict.fromkeys(map(ord, script.INVISIBLE))
_MOST_NESTED = 40
LONGEST = 10_000
"""Characters of the longest query."""

_NO_END = "a quote that never ends"
_MOST_PATTERNS = 30
"""Patterns of one query: for each, all terms of the index may have to be looked through."""


def is_everything(text: str) -> bool:
    """Whether a text lets every document through: it has nothing but spaces and invisible characters, or is a star."""
    return text.translate(_INVISIBLE).strip() in ("", "*")


def parse(
    text: str, fields: Collection[str], *, strict: bool = False, values: Collection[str] = ()
) -> tuple[Item, str | None]:
    """Read a query -> what it says, and what was wrong with it (None: nothing).

    fields  names that may stand before a colon
    strict  raise a QueryError with the position of what is wrong, instead of taking the query as words
    values  names of fields of which a value in quotes may be of any length, if the query is strict

    A query of more than LONGEST characters is a QueryError in any case.
    """
    if len(text) > LONGEST and not (strict and length_beside(text, values) <= LONGEST):
        what = f"query {text[:40]!r} \u2026 has {len(text):,} characters"
        raise QueryError(f"{what}, but at most {LONGEST:,} can be asked for; shorten it")
    if not OPERATES.search(text):
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
        self._tokens = tokens_of(text)
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
            raise self._wrong(_NO_END)
        if token.lastgroup == "field":
            if named(token["name"], self._fields) is not None:
                return False
            if self._strict:
                raise self._wrong(f"no field {token['name']!r}; there are {', '.join(sorted(self._fields))}")
            return True
        following = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else None
        boosted = following is not None and following.lastgroup == "boost" and following.start() == token.end()
        if token.lastgroup in ("boost", "range", "lone"):
            return True  # behind nothing that it could belong to
        return (
            token.lastgroup == "word" and not boosted and isinstance(self._word(token[0], token.start(), None), Words)
        )

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
        field = named(token["name"], self._fields) if token.lastgroup == "field" else None
        if field is not None:
            return self._of_field(token, field)
        if token.lastgroup == "open":
            return self._bracket(depth)
        self._at += 1
        quoted = in_quotes(token)
        if quoted is not None:
            return Quoted(quoted, None, int(token["gap"] or 0))
        if token.lastgroup in ("word", "operator", "field"):
            return self._counted(self._word(token[0], token.start(), None), token)
        raise self._no_item(token)

    def _of_field(self, token: re.Match[str], field: str) -> Item:
        """The name of a field, and what stands right behind it."""
        compared = token["compared"]
        self._at += 1
        token = self._tokens[self._at]
        self._at += 1
        quoted = in_quotes(token)
        if token["range"] is not None and compared is None:
            item: Item = Range(
                field, bound(token["low"]), bound(token["high"]), token[0][0] == "[", token["end"] == "]"
            )
        elif quoted is not None and compared is None:
            item = Quoted(quoted, field, int(token["gap"] or 0))
        else:
            text = self._bare_value(token, field) if quoted is None else quoted
            if compared is None:
                item = self._counted(self._word(text, token.start(), field), token)
            else:
                low, high = (text, None) if compared[0] == ">" else (None, text)
                item = Range(field, low, high, with_low=compared != ">", with_high=compared != "<")
        self._check_end(field)
        return item

    def _check_end(self, field: str) -> None:
        """Refuse what stands right behind a value, where a query has to be exact: it was meant as part of it."""
        behind = self._tokens[self._at] if self._at < len(self._tokens) else None
        if not self._strict or behind is None or behind.lastgroup in ("close", "boost"):
            return
        if behind[0] == "TO":
            raise self._wrong(f"a range stands in brackets: {field}:[low TO high]", behind.start())
        if behind.start() == self._tokens[self._at - 1].end():
            raise self._wrong(f"this stands right behind the value of {field}; a value with signs stands in quotes")

    def _bare_value(self, token: re.Match[str], field: str) -> str:
        """A value without quotes, to its end, whatever tokens it is made of."""
        if token.lastgroup == "open":
            raise self._wrong(f"each value has its field before it: ({field}:\u2026 OR {field}:\u2026)", token.start())
        value = VALUE.match(self._text, token.start())
        if value is None or token.lastgroup == "range":
            raise self._no_item(token)
        while self._at < len(self._tokens) and self._tokens[self._at].start() < value.end():
            self._at += 1
        if self._strict and value[0][0] in "[{":
            written = f'{field}:[low TO high], where an end may be left out, and a value with brackets {field}:"\u2026"'
            raise self._wrong(f"this is no range; write {written}", token.start())
        return value[0]

    def _no_item(self, token: re.Match[str]) -> QueryError:
        if token.lastgroup == "stray":
            return self._wrong(_NO_END, token.start())
        return self._wrong("here a word, a quoted text or, behind a field, a range has to stand", token.start())

    def _counted(self, item: Item, token: re.Match[str]) -> Item:
        self._patterns += not isinstance(item, Words)
        if self._patterns > _MOST_PATTERNS:
            raise self._wrong(f"more than {_MOST_PATTERNS} patterns in one query", token.start())
        return item

    def _word(self, text: str, start: int, field: str | None) -> Item:
        """Take a chunk for a pattern, a word and its like, or text."""
        if self._strict and field is None:
            self._check_apart(text, start)
        before, behind = self._text[start - 1 : start], self._text[start + len(text) : start + len(text) + 1]
        begins = field is not None or before in "(+-" or before.isspace()
        alone = begins and (behind in ")^" or behind.isspace())
        return pattern_of(text, field) if alone else Words(text, field)

    def _check_apart(self, text: str, start: int) -> None:
        """Refuse the name of a field without a value, or with one that begins as a link goes on."""
        name = APART.match(text)
        if name is None or named(name[1], self._fields) is None:
            return
        if name.end() == len(text):
            raise self._wrong(f"a value has to stand right behind {text}, without a space", start)
        if text[name.end()] == "/":
            raise self._wrong(f'a value that begins with / stands in quotes: {name[0]}"{text[name.end() :]}"', start)

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
