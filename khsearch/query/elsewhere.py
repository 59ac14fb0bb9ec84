"""elsewhere: filters as other engines' languages have them, which would find nothing here: refused, with what to write.

A filter is written by programs, and one that means something else than it says hides a fault of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from khsearch.query.clauses import Clause, Group, Item, Words
from khsearch.query.own_fields import NotForFieldError

_COMPARES = r"(?:[<>]=?|[=!]?=|:(?=\S)|(?:IN|IS|LIKE|BETWEEN|CONTAINS|EXISTS)\b)"
_JOINED = {"||": "OR", "&&": "AND"}
_LOWER = {"and": "AND", "or": "OR", "not": "NOT"}
_SIGNS = ("'", "=", "!", "\u2018")


def refuse(item: Item, kinds: Mapping[str, str]) -> None:
    """NotForFieldError where a filter says something in another language; `kinds` are those of all fields by name."""
    names = "|".join(map(re.escape, sorted(kinds, key=len, reverse=True)))
    compared = re.compile(rf"(?<!\S)([-+!]*)({names})\s*{_COMPARES}\s*(\S*)")
    every = list(_words(item))
    named = any(words.field is not None for words in every)
    for words in every:
        if words.field is not None:
            if kinds[words.field] != "text" and words.text.startswith(_SIGNS):
                raise NotForFieldError(
                    f"{words.text[:80]!r} begins with a sign; where that is part of the value, write it in double "
                    f'quotes, {words.field}:"{words.text[:80]}", and -{words.field}:value for all others'
                )
            continue
        joining = _LOWER.get(words.text) if named else None
        for token in words.text.split():
            joining = joining or _JOINED.get(token)
            if token == "*:*":
                raise NotForFieldError("'*:*' says nothing here; leave the filter out for all documents")
        if joining:
            raise NotForFieldError(f"{words.text[:80]!r} joins nothing here; write {joining}, or the word in quotes")
        found = compared.search(words.text)
        if found:
            field = found[2]
            raise NotForFieldError(
                f"{found[0][:80]!r} compares nothing; write {field}:value, {field}:>=value or {field}:[from TO to], "
                f"-{field}:value for all others, and words of a text in quotes"
            )


def _words(item: Item) -> Iterator[Words]:
    """The free words of clauses."""
    for clause in item.clauses if isinstance(item, Group) else (Clause(item),):
        if isinstance(clause.item, Group):
            yield from _words(clause.item)
        elif isinstance(clause.item, Words):
            yield clause.item
