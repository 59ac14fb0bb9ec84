"""legacy_fonts: fonts from before Khmer was in Unicode, by name: their texts are Latin letters that only look Khmer.

What such a text says cannot be searched for; it is told, and converted elsewhere. The names are those under which the
fonts of the nineties are still met: Limon, ABC, Khek, Baidok, Truth, Kaohkong, Rasmei and the FK family.
"""

from __future__ import annotations

import re

_SUBSET = re.compile(r"[A-Z]{6}\+")  # a PDF names a part of a font so
_LEGACY = re.compile(
    r"limon|khek|baidok|kaohkong|rasmei|truth(?![a-z])|abc[ _-]?(?:text|zwsp|[0-9]|$)|(?:khmer[ _-]?)?fk[ _-]?[a-z0-9]",
    re.I,
)

REMEDY = "convert it to Unicode, for instance with Khmer Converter, and index what comes out"
"""What an owner of such a text can do."""


def is_legacy(font: str) -> bool:
    """Whether a font, by the name that a document has for it, is from before Unicode."""
    return bool(_LEGACY.match(_SUBSET.sub("", font).strip()))
