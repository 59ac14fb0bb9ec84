"""What an index must answer, by loops over its documents: the oracle of the state machine.

A query and a filter come as pairs of what is typed and what it means of one document. The words of a document are those
that the same lexicon finds in it; which documents match, in which order a sort puts them and how often each value
stands there follows from a look at every one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from khsearch import Document
from khsearch.documents import values
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.words.breakers import breaker
from khsearch.khmer.words.lexicon import Lexicon

FIELDS = {"kind": "keyword", "size": "number", "day": "date", "open": "boolean", "note": "text"}
SORTED = ("kind", "size", "day", "open")

Words = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """A document as a lexicon reads it: the words of its parts, in order, and the values of its fields by name."""

    document: Document
    title: Words
    text: Words
    note: Words
    values: dict[str, list[object]]

    def has(self, word: bytes) -> bool:
        """Whether title or text has a word."""
        return word in self.title or word in self.text


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed, and which documents it means."""

    text: str
    means: Callable[[Read], bool]


class Truth:
    """Documents in the order in which they were added, and what they answer."""

    def __init__(self, documents: Iterable[Document], lexicon: Lexicon) -> None:
        self.read = [_read(document, lexicon) for document in documents]

    def ids(self, query: Typed, filter: Typed | None) -> list[str]:
        """Ids of the documents that a query and a filter mean."""
        return [read.document.id for read in self._found(query, filter)]

    def sorted_ids(self, query: Typed, filter: Typed | None, name: str, *, reverse: bool) -> list[str]:
        """The same by the first value of a field; without one last, either way; equal ones as they were added."""
        found = self._found(query, filter)
        some = [read for read in found if read.values[name]]
        some.sort(key=lambda read: _order(read.values[name][0]), reverse=reverse)
        return [read.document.id for read in (*some, *(read for read in found if not read.values[name]))]

    def facet(self, query: Typed, filter: Typed | None, name: str) -> dict[object, int]:
        """How many of the documents have each value of a field."""
        return dict(Counter(_shown(value) for read in self._found(query, filter) for value in set(read.values[name])))

    def _found(self, query: Typed, filter: Typed | None) -> list[Read]:
        return [read for read in self.read if query.means(read) and (filter is None or filter.means(read))]


@lru_cache(maxsize=1 << 16)
def words_of(text: str, lexicon: Lexicon) -> tuple[bytes, ...]:
    """Words of a text, in order."""
    return tuple(_analyzer(lexicon).terms(text).words)


@lru_cache
def _analyzer(lexicon: Lexicon) -> Analyzer:
    return Analyzer(breaker("lattice", lexicon))


def _read(document: Document, lexicon: Lexicon) -> Read:
    fields = document.fields
    parts = (document.title, document.text, str(fields.get("note", "")))
    title, text, note = (words_of(part, lexicon) for part in parts)
    return Read(document, title, text, note, {name: _values(fields.get(name), FIELDS[name]) for name in SORTED})


def _values(told: object, kind: str) -> list[object]:
    if told is None:
        return []
    if isinstance(told, list):
        return list(told)
    if isinstance(told, str) and kind != "keyword":
        return [_WRITTEN[kind](told)]
    if isinstance(told, date) and not isinstance(told, datetime):
        return [datetime.combine(told, time())]
    return [told]


_WRITTEN: dict[str, Callable[[str], object]] = {
    "number": values.number,
    "boolean": values.truth,
    "date": lambda text: values.days(text)[0],
}


def _order(value: object) -> object:
    return value.encode() if isinstance(value, str) else value


def _shown(value: object) -> object:
    return value.date() if isinstance(value, datetime) and value.time() == time() else value


# What is typed


def word(one: str, lexicon: Lexicon) -> Typed:
    """One word, in quotation marks where the lexicon has it as several."""
    atoms = words_of(one, lexicon)
    return Typed(one, lambda read: read.has(atoms[0])) if len(atoms) == 1 else phrase([one], lexicon)


def phrase(words: Sequence[str], lexicon: Lexicon) -> Typed:
    """Words side by side, in the title or in the text."""
    typed = " ".join(words)
    wanted = words_of(typed, lexicon)
    return Typed(f'"{typed}"', lambda read: _stand_in(wanted, read.title) or _stand_in(wanted, read.text))


def prefix(letters: str) -> Typed:
    """Words that begin so."""
    codes = normalize(letters).codes[1:-1]
    return Typed(f"{letters}*", lambda read: any(held.startswith(codes) for held in (*read.title, *read.text)))


def of_part(part: str, one: str, lexicon: Lexicon) -> Typed:
    """Words side by side in one part: title, text or note."""
    wanted = words_of(one, lexicon)
    return Typed(f'{part}:"{one}"', lambda read: _stand_in(wanted, getattr(read, part)))


def _stand_in(wanted: Words, held: Words) -> bool:
    return any(tuple(held[at : at + len(wanted)]) == tuple(wanted) for at in range(len(held)))


EVERY = Typed("(NOT khsearch)", lambda read: True)
"""Every document: none has this word."""


def either(one: Typed, other: Typed) -> Typed:
    """What one or the other means."""
    return Typed(f"({one.text} OR {other.text})", lambda read: one.means(read) or other.means(read))


def both(one: Typed, other: Typed) -> Typed:
    """What both mean."""
    return Typed(f"({one.text} AND {other.text})", lambda read: one.means(read) and other.means(read))


def without(one: Typed, other: Typed) -> Typed:
    """What one means and the other does not."""
    return Typed(f"({one.text} -{other.text})", lambda read: one.means(read) and not other.means(read))


def valued(name: str, typed: str, low: object, high: object) -> Typed:
    """A value of a field from low to high, both included; None: open."""

    def means(read: Read) -> bool:
        keys = [_order(value) for value in read.values[name]]
        first, last = (None if end is None else _order(end) for end in (low, high))
        return any((first is None or first <= key) and (last is None or key <= last) for key in keys)  # type: ignore[operator]

    return Typed(f"{name}:{typed}", means)
