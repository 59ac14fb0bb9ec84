"""sentences: where the sentences of a text begin and end. Plain Python, in one pass.

A khan, a bariyoosan and their kin end a sentence; so do ? and ! that nothing is typed against, a full stop before a
space, and a line end. Marks that follow, and quotes and brackets that close, belong to it. The sign for *and so on*, a
khan on either side of a letter, is one mark, and camnuc pii kuuh (a colon) ends none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category

from khsearch.khmer.text.script import is_tag

_CLOSING = "\u00bb\u201d\u2019\u203a\u300d\u300f)\\]}"
_GAP = "[ \u00a0\u200b]"
_MARKS = "\u17d4\u17d5\u17d9\u17da\u3002\uff01\uff1f"
_LINE = "\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
_FOUND = re.compile(
    rf"""
      (?P<link> (?:https?|ftp):// [^\s{_MARKS}{_CLOSING}<>"]*+ )
    | (?P<line> [{_LINE}] )
    | (?P<end> (?: \u17d4{_GAP}*+\u179b{_GAP}*+[\u17d4\u17d5] | [{_MARKS}] | [?!](?![0-9A-Za-z=]) )
        (?: {_GAP}*+ (?: [{_MARKS}] | [?!](?![0-9A-Za-z=]) ) | [{_CLOSING}] | ["'](?=[\s"'{_CLOSING}{_MARKS}]|\Z) )*+ )
    | (?P<stop> (?<![.\s]) \. (?![.]) (?: [{_CLOSING}"'] )*+ (?=\s|\Z) )
    """,
    re.VERBOSE,
)
_LAST = re.compile(r"[^\s(\[\u00ab\u201c\"']*\Z")
_LONGEST = 24  # characters of a word before a full stop that are looked at
_SHORTENED = re.compile(
    r"""(?: [A-Za-z] | [\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17dd])* )
        (?: \. (?: [A-Za-z]{1,2} | [\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17dd])* ) )*+
      | mr | mrs | ms | dr | prof | st | no | nos | vs | pp | vol | fig | jr | sr | ph\.d | [0-9\u17e0-\u17e9]{1,3}""",
    re.VERBOSE | re.IGNORECASE,
)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the sentences, without the spaces around them; nothing but spaces is left out."""
    start = 0
    for found in _FOUND.finditer(text):
        kind = found.lastgroup
        if kind == "link" or (kind == "stop" and not _ends(text, start, found)):
            continue
        yield from _trimmed(text, start, found.end())
        start = found.end()
    yield from _trimmed(text, start, len(text))


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence: not behind what is shortened, a list's number, or before small letters."""
    follows = text[stop.end() : stop.end() + 2].strip()
    if follows[:1].islower():
        return False
    word = _LAST.search(text, max(start, stop.start() - _LONGEST), stop.start())
    assert word is not None
    if _SHORTENED.fullmatch(word[0]) is None:
        return True
    return word[0][-1].isdigit() and bool(text[start : word.start()].strip())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without spaces at its ends; none if there is nothing else."""
    while start < end and _is_space(text[start]):
        start += 1
    while start < end and _is_space(text[end - 1]):
        end -= 1
    if start < end:
        yield start, end


def _is_space(char: str) -> bool:
    return char.isspace() or (category(char) in ("Cc", "Cf") and not is_tag(char))
