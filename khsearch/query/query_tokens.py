"""query_tokens: the text of a query in, its tokens out, as matches of one regular expression; what they may be.

A token's kind is its `lastgroup`: open close sign operator field quoted curly gap range boost word lone stray.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from khsearch.documents import LATER
from khsearch.pattern import pattern
from khsearch.query.clauses import Item, Like, Pattern, Words
from khsearch.query.quoting import WITHIN, unquoted

LONGEST_PATTERN = 24
"""Characters of the longest pattern: beyond, a question mark stands between sentences."""

OPERATES = re.compile(r"""["\u201c\u201d()\[\]{}+:*?~^]|(?:^|\s)-\S|\b(?:AND|OR|NOT)\b""")
"""What a text has that is more than words."""

_VALUE = r"""[^\s()"^\u201c]+"""
VALUE = pattern(_VALUE)
"""What may stand behind the name of a field without quotes."""

_NAME = rf"[^\W\d][\w{LATER}]*"
APART = pattern(rf"({_NAME}):(?:[<>]=?)?")
"""The name of a field, and a sign that compares, behind which a value is lacking."""

_BOUND = rf"""(?:"{WITHIN}"|[^\s\[\]{{}}"]+)"""
_TOKEN = pattern(
    rf"""(?P<space>\s+)
      | (?P<open>\() | (?P<close>\))
      | (?P<sign>(?<![^\s(])[+-](?=[^\s+\-)]))
      | (?P<operator>(?:AND|OR|NOT)(?=[\s()]|$))
      | (?P<field>(?P<name>{_NAME}):(?:(?P<compared>[<>](?:=|(?!=)))|(?![<>]))(?=[^\s)/]))
      | (?:"(?P<quoted>{WITHIN})" | \u201c(?P<curly>[^\u201c\u201d]*)\u201d) (?:~(?P<gap>\d{{1,4}}))?
      | (?P<range>[\[{{]\s*(?:(?P<low>{_BOUND})\s+)?TO(?:\s+(?P<high>{_BOUND}))?\s*(?P<end>[\]}}]))
      | (?P<boost>\^(?P<times>\d{{1,4}}(?:\.\d{{1,4}})?)(?=[\s()]|$))
      | (?P<word>{_VALUE})
      | (?P<lone>[\u201c^])
      | (?P<stray>.)""",
    re.VERBOSE,
)
_LIKE = pattern(r"([^~]+)~([0-3\u17e0-\u17e3]?)")
_PATTERN = pattern(r"(?=.*[*?])\*?[^*?]+(?:[*?][^*?]+)*\*?", re.DOTALL)
_WILD = pattern(r"[*?]")
_IN_WORDS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Cf"}


def tokens_of(text: str) -> list[re.Match[str]]:
    """Return the tokens of a text but for spaces; none follow a quote that never ends."""
    found = []
    for token in _TOKEN.finditer(text):
        if token.lastgroup != "space":
            found.append(token)
        if token.lastgroup == "stray":
            break
    return found


def length_beside(text: str, fields: Collection[str]) -> int:
    """Return how many characters a text has beside values in quotes, and bounds, of some fields."""
    length, of_field = len(text), False
    for token in tokens_of(text):
        if of_field:
            length -= sum(len(token[part] or "") for part in ("quoted", "low", "high"))
        of_field = token["name"] in fields
    return length


def in_quotes(token: re.Match[str]) -> str | None:
    """Return what a token in quotes means; None for another token."""
    return token["curly"] if token["quoted"] is None else unquoted(token["quoted"])


def bound(written: str | None) -> str | None:
    """Return a bound of a range as it is meant; None for an open end."""
    if written is None or written == "*":
        return None
    return unquoted(written[1:-1]) if written[0] == '"' else written


def pattern_of(text: str, field: str | None) -> Item:
    """Return what a chunk that stands alone is: a pattern, a word and its like, or text."""
    if len(text) > LONGEST_PATTERN:
        return Words(text, field)
    bare = _WILD.sub("", text)
    if _PATTERN.fullmatch(text) and (_is_word(bare) or (bare.isdecimal() and text == f"{bare}*")):
        return Pattern(text, field)
    like = _LIKE.fullmatch(text)
    if like and _is_word(like[1]):
        return Like(like[1], int(like[2] or 1), field)
    return Words(text, field)


def _is_word(text: str) -> bool:
    """Whether a text is nothing but letters, marks and digits, one letter at least."""
    kinds = {unicodedata.category(char) for char in text}
    return kinds <= _IN_WORDS and any(kind[0] == "L" for kind in kinds)
