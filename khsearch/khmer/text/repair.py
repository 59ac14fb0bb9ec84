"""repair: a text in, the same text out with its Khmer put right: what `normalize` does that changes no word.

typed    \u1780\u17b6\u200b\u17d2\u179a 1,500   the vowel before the subscript, a zero width space
right    \u1780\u17d2\u179a\u17b6 1,500
"""

from __future__ import annotations

import re
from itertools import takewhile
from unicodedata import category

from khsearch.khmer.text import script
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.text.script import BASES, CLASS, DELETED, INHERENT_VOWELS, LIGATURE, MARK
from khsearch.sharing import loading

_KHMER = re.compile("[\u1780-\u17ff]")
_FOLDED = re.compile("\u17d2\u178a|\u17a3")  # put right in place
_VARIANT = "\u17b2"  # another shape of a letter, in the usual spelling of "give"


def put_right(text: str) -> str:
    """Put marks in order, and leave out what is doubled, subscribes nothing, or is not seen beside Khmer.

    All else stays as it stands: digits, case, punctuation, the spelling of words. A text that is right stays itself.
    """
    if not _KHMER.search(text) or (_FOLDED.search(text) is None and normalize(text).is_kept):
        return text
    loading("khsearch.khmer.text.steps")
    from khsearch.khmer.text.steps import in_order

    normal = in_order(text)
    raw = normal.raw
    places = normal.origin.tolist()[1:-1]
    out: list[str] = []
    behind = 1  # a character stands before the text
    beside_khmer = False
    for code, place in zip(normal.codes[1:-1], places, strict=True):
        char = raw[place]
        is_khmer = _KHMER.match(char) is not None
        if behind < place and not beside_khmer:
            between = raw[behind:place]
            out += takewhile(_is_mark, between) if is_khmer else filter(_is_hidden, between)
        if code in BASES or CLASS[code] == MARK:
            if char == LIGATURE:
                out += char * (behind <= place)  # one character, two codes
            else:
                out.append(char if char == _VARIANT else script.decode_term(bytes([code])))
        else:
            out.append(char)
        behind = max(behind, place + 1)
        beside_khmer = is_khmer
    if not beside_khmer:
        out += filter(_is_hidden, raw[behind:-1])
    return "".join(out)


def _is_mark(char: str) -> bool:
    """Whether this changes how the character before it is drawn."""
    return (category(char) == "Mn" or script.is_tag(char)) and _is_hidden(char)


def _is_hidden(char: str) -> bool:
    """Whether this is not seen and not Khmer."""
    return script.code_of(char) == DELETED and char not in INHERENT_VOWELS
