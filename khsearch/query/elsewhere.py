"""elsewhere: filters as other engines' languages have them, which would find nothing here: refused, with what to write.

A filter is written by programs, and one that means something else than it says hides a fault of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from khsearch.query.clauses import Clause, Group, Item, Words
from khsearch.query.own_fields import NotForFieldError

_COMPARES = r"(?:[<>=!]=?|:|IN\b|TO\b|EXISTS\b)"
_JOINED = {"||": "OR", "&&": "AND", "|": "OR", "&": "AND"}
_SIGNS = ("'", "=", "!", "\u2018")


def refuse(item: Item, kinds: Mapping[str, str]) -> None:
    """NotForFieldError where a filter says something in another language; `kinds` are those of all fields by name."""
    names = "|".join(map(re.escape, sorted(kinds, key=len, reverse=True)))
    compared = re.compile(rf"(?<!\S)([-+!]*)({names})\s*{_COMPARES}\s*(\S*)")
    for words in _words(item):
        if words.field is not None:
            if kinds[words.field] != "text" and words.text.startswith(_SIGNS):
                value = words.text.lstrip("=!").strip("'\u2018\u2019")
                raise NotForFieldError(
                    f"{words.text[:80]!r} begins with a sign; a value that has signs stands in double quotes, "
                    f'{words.field}:"{value[:80]}", and -{words.field}:... is all others'
                )
            continue
        for token in words.text.split():
            if token in _JOINED:
                raise NotForFieldError(f"{token!r} says nothing here; write {_JOINED[token]}")
            if token == "*:*":
                raise NotForFieldError("'*:*' says nothing here; leave the filter out for all documents")
        found = compared.search(words.text)
        if found:
            field = found[2]
            raise NotForFieldError(
                f"{found[0][:80]!r} compares nothing; write {field}:value, {field}:>=value or {field}:[from TO to], "
                f"and -{field}:value for all others"
            )


def _words(item: Item) -> Iterator[Words]:
    """The free words of clauses."""
    for clause in item.clauses if isinstance(item, Group) else (Clause(item),):
        if isinstance(clause.item, Group):
            yield from _words(clause.item)
        elif isinstance(clause.item, Words):
            yield clause.item
