"""entries: a word list in, its entries in normal form out: words of Khmer, and phrases of anything.

A list is a file, one entry a line, or a collection of entries, or a mapping of entries to how often each stands in a
million words. An entry that is one run of Khmer, at most MAX_WORD clusters long, is a *word*, for the lattice to know;
any other that has a letter or a digit is a *phrase*: what stands side by side in a text, whatever breaks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.text.normalize import normalize_all
from khsearch.khmer.words.lattice import MAX_WORD

MAX_PHRASE = 200
"""Characters of the longest phrase."""

_SHOWN = 20  # problems that are told one by one
_CLUSTER = re.compile(script.CLUSTER_PATTERN)
_WORD = re.compile(b"(?:" + script.BASED_PATTERN + b")++")
_LOOSE_MARK = re.compile(rb"(?<![\x80-\xd3\xdd])[\xb4-\xd3\xdd]")
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|[+-]?inf(?:inity)?", re.ASCII | re.IGNORECASE)
_LINE_END = re.compile("\r\n|\r|\n")
_COMMENT = re.compile(r"(?<!\S)#")


@frozen
class Entries:
    """What a word list holds.

    words    every word, in code form -> how often it stands in a million words, or None
    phrases  every phrase as it was given, one space between its parts; sorted
    """

    words: Mapping[bytes, float | None]
    phrases: Sequence[str]


_Line = tuple[int, str, str, float | str | None, str]
"""An entry as it was given: its line, or its place in a collection, from 1; all of it, for messages; the entry itself;
how often it stands in a million words; and what it is if it is no run of Khmer, so that the number is a part of it."""


def in_file(data: bytes, path: Path) -> Entries:
    """Read a word list: one entry a line. What follows a "#" at its beginning or behind a space is a comment.

    Behind a tab may stand how often the entry stands in a million words; behind a single word of Khmer, behind a space,
    too. LexiconError names each line that cannot be.
    """
    try:
        lines = _LINE_END.split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise LexiconError(f"{path}: cannot be read as a UTF-8 word list ({problem}); name another file") from None
    found: list[_Line] = []
    for number, line in enumerate(lines, 1):
        body = _COMMENT.split(line, maxsplit=1)[0].strip()
        parts = body.split(None, 1)
        if len(parts) == 1:
            found.append((number, line, body, None, ""))
        elif parts:
            text, _, behind = body.partition("\t")
            if behind:
                found.append((number, line, text, behind, ""))
            elif _NUMBER.fullmatch(parts[1]):
                found.append((number, line, parts[0], parts[1], body))
            else:
                found.append((number, line, body, None, ""))
    return _entries(found, f"{path}, line")


def given(words: Iterable[tuple[str, float | None]]) -> Entries:
    """Read entries, each with how often it stands in a million words, or None; LexiconError names what cannot be."""
    lines: list[_Line] = [(i, text, text.strip(), often, "") for i, (text, often) in enumerate(words, 1)]
    return _entries(lines, "lexicon, entry")


def _codes(texts: Sequence[str]) -> list[bytes]:
    """Codes of the normal form of each text."""
    return normalize_all(texts).codes[1:-1].split(bytes([script.END])) if texts else []


def _entries(lines: Sequence[_Line], where: str) -> Entries:
    words: dict[bytes, float | None] = {}
    phrases = set()
    problems = []
    codes = _codes([text for _, _, text, _, _ in lines])
    unlike = [i for i, line in enumerate(lines) if line[4] and not _WORD.fullmatch(codes[i])]
    others = dict(zip(unlike, _codes([lines[i][4] for i in unlike]), strict=True))
    for i, (number, shown, text, often, whole) in enumerate(lines):
        try:
            if i in others:
                phrases.add(_phrase(whole, others[i]))
                continue
            frequency = None if often is None else _frequency(often)
            word = codes[i]
            # What has no more codes has no more clusters.
            if not _WORD.fullmatch(word) or (len(word) > MAX_WORD and len(_CLUSTER.findall(word)) > MAX_WORD):
                phrases.add(_phrase(text, word))
                continue
            known = words.get(word)
            # Of one word given twice, the greater number counts, wherever it stands.
            words[word] = frequency if known is None else max(known, frequency or known)
        except ValueError as problem:
            problems.append(f"{where} {number}: {shown.strip()!r:.100}: {problem}")
    if problems:
        more = [f"and {len(problems) - _SHOWN:,} more"] if len(problems) > _SHOWN else []
        told = "\n".join([*problems[:_SHOWN], *more])
        raise LexiconError(f"{told}; mend {'them' if problems[1:] else 'it'}")
    return Entries(words, sorted(phrases))


def _phrase(text: str, codes: bytes) -> str:
    """The phrase that an entry is; ValueError where it can be none."""
    if _SURROGATE.search(text):
        raise ValueError("half of a character (a lone surrogate) stands in it")
    if _CONTROL.search(text):
        raise ValueError("a control character stands in it")
    found = " ".join("".join(char for char in text if script.code_of(char) != script.DELETED).split())
    if not found:
        raise ValueError("empty")
    if not any(map(str.isalnum, found)):
        raise ValueError("no letter and no digit stands in it")
    if _LOOSE_MARK.search(codes):
        raise ValueError("a vowel or sign stands in it without a letter before")
    if max(len(codes), len(found)) > MAX_PHRASE:
        raise ValueError(f"longer than {MAX_PHRASE} characters")
    return found


def _frequency(given: float | str) -> float:
    try:
        frequency = float(given)
        if 0 < frequency <= 1_000_000:
            return frequency
    except (ValueError, OverflowError):
        pass
    raise ValueError("after the word, one number above 0, up to 1,000,000, may stand: how often in a million words")
