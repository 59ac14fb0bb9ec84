"""patterns: a word with * or ?, or a word and its like -> the terms of an index that it stands for.

Terms lie in the index in code form (`script.encode_term`): one byte a character in Khmer and ASCII, four bytes in other
scripts. A pattern is brought to that form, all but its * and ?, and is matched by whole characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from khsearch.columnar import Reader, nodes
from khsearch.columnar.fuzzy import near_terms
from khsearch.khmer import script
from khsearch.khmer.analyzer import Analyzer
from khsearch.khmer.normalize import normalize
from khsearch.query.clauses import Like, Pattern
from khsearch.query.foreign import near_foreign_terms

_MOST_MARKED = 2_000
"""Terms that one pattern may stand for and that snippets still look for; documents are found by all of them."""

_PARTS = re.compile(r"([*?])")
_LETTER = rb"\x01[\x00-\x7f]{3}"
_ANY = rb"(?:[\x80-\xb3](?:\xd2[\x80-\xb3]|[\xb4-\xd1\xd3\xdd])*|%b|[^\x01])" % _LETTER
_ONE = rb"(?:%b|[^\x01])" % _LETTER


@dataclass(frozen=True, slots=True)
class Fitting:
    """Terms of the index that a pattern stands for, in order, and the node that finds any of them."""

    terms: Sequence[bytes]
    node: nodes.Node

    @property
    def marked(self) -> Sequence[bytes]:
        """Those that snippets mark."""
        return self.terms[:_MOST_MARKED]


def fitting(item: Pattern | Like, field: str, reader: Reader, analyzer: Analyzer) -> Fitting | None:
    """Find the terms of a field that a pattern stands for; None where no document has any."""
    if isinstance(item, Like):
        found = _like(item, field, reader, analyzer)
    else:
        found = _pattern(item.text, field, reader, analyzer)
    return found if any(reader.df(field, term) for term in found.terms) else None


def _like(item: Like, field: str, reader: Reader, analyzer: Analyzer) -> Fitting:
    word = _form(item.text, analyzer)
    near = nodes.Fuzzy(field, word, item.distance, utf8=False)
    # Where a letter takes four bytes, edits of bytes are none of letters.
    terms = [] if script.LETTER in word else near_terms(reader, near)
    foreign = near_foreign_terms(reader, field, word, item.distance)
    if not foreign:
        return Fitting(terms, near if terms else nodes.Nothing())
    terms = sorted({*terms, *foreign})
    return Fitting(terms, nodes.AnyOf(field, tuple(terms)))


def _pattern(text: str, field: str, reader: Reader, analyzer: Analyzer) -> Fitting:
    first, *others = (part if part in ("*", "?") else _form(part, analyzer) for part in _PARTS.split(text))
    assert isinstance(first, bytes)
    starting = reader.terms(field, first)
    if others == ["*", b""]:
        return Fitting(starting, nodes.Prefix(field, first))
    fits = re.compile(_expression([first, *others]), re.DOTALL).fullmatch
    terms = list(filter(fits, starting))
    return Fitting(terms, nodes.AnyOf(field, tuple(terms)))


def _expression(parts: Sequence[str | bytes]) -> bytes:
    """Write a pattern as a regular expression over a term's bytes.

    What stands between two * is looked for from left to right and never again elsewhere (an atomic group): the first
    place is as good as any, and a term of any length is read in a time in proportion to its length.
    """
    stretches: list[bytes] = [b""]
    for part in parts:
        if part == "*":
            stretches.append(b"")
        else:
            stretches[-1] += _ANY if isinstance(part, str) else re.escape(part)
    first, *middle = stretches
    last = _ONE + b"*" + middle.pop() if middle else b""
    return first + b"".join(b"(?>%b*?%b)" % (_ONE, stretch) for stretch in middle) + last


def _form(part: str, analyzer: Analyzer) -> bytes:
    """Bring a part of a pattern to the form of the terms."""
    codes = normalize(part).codes[1:-1]
    if script.LETTER not in codes:
        return codes.replace(b" ", b"")
    return b"".join(analyzer.terms(part).words) or script.encode_term(part.casefold())
