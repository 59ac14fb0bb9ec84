"""reasons: why a file, or a part of one, is passed over, in the few words by which such are counted."""

from __future__ import annotations

EMPTY = "empty"
ENCODING = "not UTF-8"
BROKEN = "broken"
ENCRYPTED = "encrypted"
TOO_LARGE = "too large"
TOO_SLOW = "took too long"
UNREADABLE = "cannot be opened"
UNKNOWN_KIND = "of a kind that is not read"
NO_PACKAGE = "needs a package that is not installed"
SCANNED = "pages without text"
TEXT_LAYER = "a text layer that is broken"
LEGACY_FONT = "in a font from before Unicode"
TWICE = "an id that is there already"
VALUE = "a value that does not go with its field"
OUTSIDE = "a link to outside"
NO_FILE = "a link to nothing, or no file"

READ_BY_PICTURE = frozenset({SCANNED, TEXT_LAYER, LEGACY_FONT})
"""What is wrong with pages that OCR reads all the same."""
