"""patterns: a word with * or ?, or a word and its like -> the terms of an index that it stands for.

Terms lie in the index in code form (`script.encode_term`): one byte a character in Khmer and ASCII, four bytes in other
scripts. A pattern is brought to that form, all but its * and ?, and is matched by whole characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from khsearch.engine import View, nodes
from khsearch.frozen import frozen
from khsearch.khmer import Analyzer, script
from khsearch.query.clauses import Like, Pattern
from khsearch.query.foreign import near_foreign_terms

_MOST_MARKED = 2_000
"""Terms that one pattern stands for and snippets mark; documents are found by all of them."""

_PARTS = re.compile(r"([*?])")
_LETTER = rb"\x01[\x00-\x7f]{3}"
_ANY = rb"(?:%b|%b|[^\x01])" % (script.BASED_PATTERN, _LETTER)
_ONE = rb"(?:%b|[^\x01])" % _LETTER


@frozen
class Fitting:
    """What a pattern stands for in some fields: the nodes that find it, one a field, and terms for snippets to mark."""

    each: list[nodes.Node]
    marked: Sequence[bytes]


def fitting(item: Pattern | Like, fields: Sequence[str], view: View, analyzer: Analyzer) -> Fitting | None:
    """Find the terms of some fields that a pattern stands for; None where no document has any."""
    if isinstance(item, Like):
        word = _form(item.text, analyzer)
        return _any_of(fields, [_near(word, item.distance, field, view) for field in fields], view)
    first, *others = (part if part in ("*", "?") else _form(part, analyzer) for part in _PARTS.split(item.text))
    assert isinstance(first, bytes)
    if others == ["*", b""]:
        return _prefix(fields, first, view)
    fits = re.compile(_expression([first, *others]), re.DOTALL).fullmatch
    return _any_of(fields, [list(filter(fits, view.terms(field, first))) for field in fields], view)


def _any_of(fields: Sequence[str], terms: Sequence[list[bytes]], view: View) -> Fitting | None:
    found = [(field, some) for field, some in zip(fields, terms, strict=True) if _stand(some, field, view)]
    if not found:
        return None
    return Fitting([nodes.AnyOf(field, tuple(some)) for field, some in found], terms[0][:_MOST_MARKED])


def _prefix(fields: Sequence[str], prefix: bytes, view: View) -> Fitting | None:
    marked = view.terms(fields[0], prefix)
    # Terms may be many: those of other fields are looked through only where they decide.
    rest = (_stand(view.terms(field, prefix), field, view) for field in fields[1:])
    if not _stand(marked, fields[0], view) and not any(rest):
        return None
    return Fitting([nodes.Prefix(field, prefix) for field in fields], marked[:_MOST_MARKED])


def _stand(terms: Sequence[bytes], field: str, view: View) -> bool:
    """Whether any of some terms stands in a document that was not deleted."""
    some = 8  # the first has nearly always one
    at = 0
    while at < len(terms):
        if any(view.dfs([(field, term) for term in terms[at : at + some]])):
            return True
        at, some = at + some, 4 * some
    return False


def _near(word: bytes, distance: int, field: str, view: View) -> list[bytes]:
    # Where a letter takes four bytes, edits of bytes are none of letters.
    near = [] if script.LETTER in word else view.near(nodes.Fuzzy(field, word, distance, utf8=False))
    foreign = near_foreign_terms(view, field, word, distance)
    return sorted({*near, *foreign}) if foreign else near


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
    typed = analyzer.typed(part)
    codes = typed.normal.codes[1:-1]
    if script.LETTER not in codes:
        return codes.replace(b" ", b"")
    return b"".join(typed.terms.words) or script.encode_term(part.casefold())
