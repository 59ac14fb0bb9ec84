"""groups: spellings of one word, or names of one thing, as a file lists them, or a mapping.

A file is UTF-8, a group a line: spellings and, last, the reason, all divided by tabs; # comments. A reason may end in a
number over 0 and up to 1, the weight: "abbreviation 0.8". A mapping has the others by spelling; the file that says the
same is made of it, so that there is one form in which groups are kept and shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.spelling.forms import Forms

_REASON = "own"  # of groups that a mapping gives


@frozen
class Group:
    """Spellings of one word, or names of one thing, the usual one first; the reason says what parts them."""

    spellings: tuple[str, ...]
    reason: str
    weight: float = 1.0


class Row(NamedTuple):
    """A group and where it stands, for messages: in full, and among others of its kind."""

    where: str
    name: str
    group: Group


def read_groups(path: Path) -> list[Group]:
    """Groups of a file; LexiconError names the file and the line that cannot be one."""
    return checked(rows_of(text_of(path), str(path)))


def text_of(path: Path) -> str:
    """The text of a file; LexiconError."""
    try:
        return path.read_text("utf-8-sig")
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror or problem}); name another file") from None
    except UnicodeDecodeError as problem:
        raise LexiconError(f"{path}: not UTF-8 at its byte {problem.start}; convert it, or name another file") from None


def groups_of(text: str, where: str) -> Iterator[tuple[int, Group]]:
    """The groups of a text, each with the number of its line; LexiconError, naming `where`, for what is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if line and line[0] != "#" and not line.isspace():
            try:
                yield number, _parsed(line)
            except ValueError as problem:
                raise LexiconError(f"{where}, line {number}: {line.strip()!r}: {problem}; mend the line") from None


def rows_of(text: str, where: str) -> list[Row]:
    """The same with what messages call them."""
    return [Row(f"{where}, line {number}", f"line {number}", group) for number, group in groups_of(text, where)]


def checked(rows: Iterable[Row]) -> list[Group]:
    """The groups of some rows; LexiconError for a spelling without a letter, and for two that are the same."""
    rows = list(rows)
    forms = iter(Forms([spelling for row in rows for spelling in row.group.spellings]).forms)
    known: dict[bytes, str] = {}
    for where, name, group in rows:
        for spelling, form in zip(group.spellings, forms, strict=False):
            problem = ""
            if not form.strip(b" "):
                problem = "has no letter"
            elif form in known:
                problem = f"is the same to khsearch as one in {known[form]}"
            if problem:
                raise LexiconError(f"{where}: {' | '.join(group.spellings)}: {spelling!r} {problem}; mend it")
            known[form] = name
    return [row.group for row in rows]


def own_spellings(given: str | Path | Mapping[str, Iterable[str]]) -> str:
    """Return the text of a file, or the one that says what a mapping does; nothing where no group is in it.

    LexiconError names the line of the file, or the entry of the mapping, that cannot be one.
    """
    if isinstance(given, Mapping):
        return _text_of_mapping(given)
    text = text_of(Path(given))
    return text if checked(rows_of(text, str(given))) else ""


def _text_of_mapping(mapping: Mapping[str, Iterable[str]]) -> str:
    """The file that says what a mapping does, each group of weight 1; LexiconError names the entry that cannot be."""
    rows = []
    for key, others in mapping.items():
        name = f"the entry {key!r}"
        spellings = tuple(spelling.strip() for spelling in (key, *others))
        for spelling in spellings:
            try:
                spelling.encode()
                problem = "has a tab or a line end" if "\t" in spelling or len(spelling.splitlines()) > 1 else ""
            except UnicodeEncodeError:
                problem = "is no text"
            if problem or not spelling:
                raise LexiconError(f"spellings: {name}: {spelling!r} {problem or 'is empty'}; mend it")
        if len(spellings) < 2:
            raise LexiconError(f"spellings: {name} has no other spelling; give it one, or leave it out")
        rows.append(Row(f"spellings: {name}", name, Group(spellings, _REASON)))
    return "".join(_line(group) for group in checked(rows))


def _line(group: Group) -> str:
    line = "\t".join((*group.spellings, group.reason))
    return f" {line}\n" if line.startswith("#") else f"{line}\n"  # else it were a comment


def _parsed(line: str) -> Group:
    *spellings, reason = map(str.strip, line.split("\t"))
    if len(spellings) < 2 or not all(spellings) or not reason:
        raise ValueError("give two spellings or more and then the reason, divided by tabs")
    return Group(tuple(spellings), *_weighed(reason))


@lru_cache(maxsize=1 << 8)
def _weighed(reason: str) -> tuple[str, float]:
    """A reason without the number that it may end in, and that number, the weight."""
    head, _, tail = reason.rpartition(" ")
    try:
        weight = float(tail)
    except ValueError:
        return reason, 1.0
    if not head or not 0 < weight <= 1:
        raise ValueError("a weight is a number over 0 and up to 1, after the reason")
    return head.strip(), weight
