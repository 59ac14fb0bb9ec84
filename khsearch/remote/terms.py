"""terms: terms in code form in, as OpenSearch has them out, and back.

OpenSearch is given the terms of a field as one text, divided by spaces, and does nothing but divide it there. So a term
may hold no space itself: that of a bigram with a number or a word of letters is written as a low line, which no term
has. Terms stay readable: Khmer is Khmer there.

    codes of a stream    \u2026 one document's terms, end to end, with the spans that they are
    text of a document   "term term term | term"; the bar, which is no term either, stands where a bigram does not go on
                         from the one before it: an analyzer drops it and leaves its place empty
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from itertools import pairwise

import numpy as np

from khsearch.arrays import Array, spread, starts_of
from khsearch.engine import TokenBatch
from khsearch.khmer import script

GAP = "|"
"""What stands where a stream does not go on."""

_SPACE, _BLANK = ord(" "), ord("_")
_TABLE = "".join(
    "." if code == script.POINT else chr(script.KHMER_FIRST + code - 0x80) if code >= 0x80 else chr(code)
    for code in range(256)
)


@lru_cache(maxsize=1 << 14)
def text_of(term: bytes) -> str:
    """Return a term as OpenSearch has it; what no UTF-8 has becomes a question mark, and is found nowhere."""
    return script.decode_term(term).replace(" ", "_").encode("utf-8", "replace").decode()


def term_of(text: str) -> bytes:
    """Return the code form of a term of OpenSearch."""
    return script.encode_term(text.replace("_", " "))


def texts_of(tokens: TokenBatch, *, linked: bool = False) -> list[str]:
    """Return the text of each document of a batch; empty for one without terms.

    linked: whether neighbouring terms share a part of the codes, as bigrams do; a gap stands where they do not.
    """
    starts, ends = tokens.starts, tokens.ends
    apart = np.zeros(len(starts), np.bool_)
    first = np.cumsum(tokens.counts) - tokens.counts
    if linked and len(starts):
        apart[1:] = starts[1:] >= ends[:-1]
        apart[first[tokens.counts > 0]] = False
    sizes = ends - starts + 1 + 2 * apart  # with a space behind it, and a gap with its space before it
    places = starts_of(sizes)
    text = np.full(int(places[-1]), _SPACE, np.uint8)
    lengths = ends - starts
    into = places[:-1] + 2 * apart
    copied = tokens.codes[spread(starts, lengths)]
    copied[copied == _SPACE] = _BLANK
    text[spread(into, lengths)] = copied
    text[places[:-1][apart]] = ord(GAP)
    whole = codecs.charmap_decode(text.tobytes(), "strict", _TABLE)[0]
    edges = places.take(np.append(first, len(starts))).tolist()
    found = [whole[start : end - 1] if end > start else "" for start, end in pairwise(edges)]
    for number in _with_letters(tokens, first):
        found[number] = _one_by_one(tokens, int(first[number]), int(tokens.counts[number]), apart)
    return found


def _with_letters(tokens: TokenBatch, first: Array) -> list[int]:
    """The documents whose terms have letters that take four codes each."""
    spots = np.flatnonzero(tokens.codes == script.LETTER)
    if not len(spots):
        return []
    holds = np.searchsorted(spots, tokens.starts) < np.searchsorted(spots, tokens.ends)
    owners = np.repeat(np.arange(len(first)), tokens.counts)
    found: list[int] = np.unique(owners[holds]).tolist()
    return found


def _one_by_one(tokens: TokenBatch, first: int, count: int, apart: Array) -> str:
    """The text of one document, term by term: a byte of a letter may look like a space."""
    parts = []
    for at in range(first, first + count):
        if apart[at]:
            parts.append(GAP)
        parts.append(text_of(tokens.codes[int(tokens.starts[at]) : int(tokens.ends[at])].tobytes()))
    return " ".join(parts)
