"""legacy_fonts: fonts from before Khmer was in Unicode, by name: their texts are Latin letters that only look Khmer.

What such a text says cannot be searched for; it is told, and converted elsewhere. The names are those under which the
fonts of the nineties are still met: Limon, ABC, Khek, Baidok, Truth, Kaohkong, Rasmei and the FK family.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SUBSET = re.compile(r"[A-Z]{6}\+")  # a PDF names a part of a font so
_LEGACY = re.compile(
    r"limon|khek|baidok|kaohkong|rasmei|truth(?![a-z])|abc[ _-]?(?:text|zwsp|[0-9]|$)|(?:khmer[ _-]?)?fk[ _-]?[a-z0-9]",
    re.I,
)
_SHAPED = re.compile(r"[^\s0-9.,:()/%+-]")  # what is not the same in any font
_KHMER = re.compile("[\u1780-\u17ff]")

REMEDY = "convert it to Unicode, for instance with Khmer Converter, and index what comes out"
"""What an owner of such a text can do."""


@lru_cache(maxsize=1 << 10)
def is_legacy(font: str) -> bool:
    """Whether a font, by the name that a document has for it, is from before Unicode."""
    return bool(_LEGACY.match(_SUBSET.sub("", font).strip()))


def is_legacy_text(text: str, font: str) -> bool:
    """Whether a text in a font is made of Latin letters that look Khmer: not where Khmer letters stand in it."""
    return bool(font) and is_legacy(font) and bool(_SHAPED.search(text)) and not _KHMER.search(text)
