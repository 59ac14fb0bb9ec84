"""script: what each character is. Characters in; their codes, and the classes of codes, out.

The whole zone works on *codes*: one byte per character, so that tables, comparisons and sorts run over a megabyte of
text at once. The Khmer block (U+1780 to U+17FF) becomes 0x80 to 0xFF, ASCII stays itself in lower case, and the few
control codes that no text needs stand for everything else:

    DELETED  an invisible character: dropped by `normalize`, never seen after it
    LETTER   a letter outside ASCII and the Khmer block; its identity is looked up in the original when it is needed
    END      before the first text of a batch, between texts, after the last
    POINT    the decimal point (or comma) of a number, which is no punctuation
    SPACE    whatever is neither letter, digit, mark nor punctuation that matters here

A *cluster* is what Khmer readers see as one letter group: a base (consonant or independent vowel) with its subscripts
(each written as coeng U+17D2 and a consonant), vowel and signs. A *run* is a stretch of one class: Khmer, letters or
digits.

This room is plain Python, so that a short text needs no arrays; `points` and `clusters` do the same for many texts.
"""

from __future__ import annotations

import unicodedata

DELETED, LETTER, END, POINT, SPACE = 0x00, 0x01, 0x02, 0x03, 0x20
LINE_END = 0x0A

KHMER_FIRST, KHMER_LAST = 0x1780, 0x17FF
COENG = 0xD2  # U+17D2, makes the next consonant a subscript
RO, DA, TA, BA, TO, LLA = 0x9A, 0x8A, 0x8F, 0x94, 0x91, 0xA1
ROBAT = 0xCC

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Characters that nobody sees and people type, between words and inside clusters; more are `DELETED`."""

INHERENT_VOWELS = "\u17b4\u17b5"
"""`DELETED` vowels that are never seen, but stand in a cluster."""

KHMER_DIGITS = "\u17e0\u17e1\u17e2\u17e3\u17e4\u17e5\u17e6\u17e7\u17e8\u17e9"
"""The digits 0 to 9."""

LIGATURE = "\u17a8"
"""One character that stands for two clusters: no word begins inside it."""

LONGEST_TERM = 64
"""Letters, digits or clusters of the longest word: a longer run is several words, divided from its beginning on."""

SEPARATOR, BASE, MARK, DIGIT, ALPHA = range(5)

BASES = range(0x80, 0xB4)
_MARKS = (*range(0xB4, 0xD4), 0xDD)
SENTENCE_ENDS = (0xD4, 0xD5, 0xD9, 0xDA, ord("?"), ord("!"), LINE_END, END)
"""Khan, bariyoosan and the camnuc pii kuuh of headings end a sentence or a thought; so do ? ! and a line end."""

MARK_PATTERN = b"(?:\xd2[\x80-\xb3]|[\xb4-\xd1\xd3\xdd])"
"""Regular expression of one mark in codes, a coeng with the letter that it subscribes being one."""

BASED_PATTERN = b"[\x80-\xb3]" + MARK_PATTERN + b"*"
"""Regular expression of a cluster in codes that has its base."""

CLUSTER_PATTERN = b"(?:" + BASED_PATTERN + b"|" + MARK_PATTERN + b"+)"
"""Regular expression of any cluster in codes; one without a base stands only where no base is before it."""


def _class_table() -> bytes:
    table = bytearray(256)
    for code in BASES:
        table[code] = BASE
    for code in _MARKS:
        table[code] = MARK
    for code in (*range(ord("0"), ord("9") + 1), POINT):
        table[code] = DIGIT
    for code in (*range(ord("a"), ord("z") + 1), LETTER):
        table[code] = ALPHA
    return bytes(table)


def _fold_table() -> bytes:
    table = bytearray(range(256))
    for code in (*range(0x20), 0x7F):
        table[code] = SPACE
    for line_end in "\n\v\f\r":
        table[ord(line_end)] = LINE_END
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = code + 32
    for value in range(10):
        table[0xE0 + value] = ord("0") + value
    table[0xA3] = 0xA2  # U+17A3, deprecated spelling of the letter QA
    table[0xB2] = 0xB1  # U+17B2, a variant shape of U+17B1
    table[0xB4] = table[0xB5] = DELETED  # the inherent vowels are never seen
    return bytes(table)


CLASS = _class_table()
"""Class of every code: SEPARATOR, BASE, MARK, DIGIT or ALPHA."""

FOLD = _fold_table()
"""Code of every low byte of an ASCII or Khmer code point: case, digits and variant shapes folded."""


def code_of(char: str) -> int:
    """Return the code of one character of any script (0 to 255)."""
    point = ord(char)
    if point < 0x80 or KHMER_FIRST <= point <= KHMER_LAST:
        return FOLD[point & 0xFF]
    if char in "\x85\u2028\u2029\uff1f\uff01\u3002":
        return LINE_END
    category = unicodedata.category(char)
    if category == "Nd":
        return ord("0") + unicodedata.decimal(char)
    if category == "Cf" or 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF:
        return DELETED
    return LETTER if category[0] in "LM" else SPACE


def is_tag(char: str) -> bool:
    """Whether a character is a tag, which tells with others before it whose flag is drawn."""
    return "\U000e0020" <= char <= "\U000e007f"


def shown(word: str) -> str:
    """Return a word as it stands, but without what nobody sees inside Khmer, digits and ASCII: spaces of no width.

    In words of other letters such characters may tell how to draw or read them.
    """
    if word.isprintable() or any(code_of(char) == LETTER for char in word):
        return word
    return "".join(char for char in word if unicodedata.category(char) != "Cf")


def encode_term(term: str) -> bytes:
    """Return a term as an index keeps it: a code per character, sorted as its characters are.

    A character that has no code of its own is written as LETTER and three bytes of seven bits, so every str has
    exactly one form, and the form of a prefix is the prefix of the form. `decode_term` is the way back.
    """
    if term.isascii() and term.isprintable():
        return term.encode().replace(b".", bytes([POINT]))
    return b"".join(_encode_char(char) for char in term)


def _encode_char(char: str) -> bytes:
    point = ord(char)
    if 0x20 <= point < 0x7F:
        return bytes([POINT if char == "." else point])
    if KHMER_FIRST <= point <= KHMER_LAST:
        return bytes([point & 0xFF])
    return bytes([LETTER, point >> 14, point >> 7 & 0x7F, point & 0x7F])


def decode_term(form: bytes) -> str:
    """Return the term of an `encode_term` form."""
    if form.isalnum():  # ASCII letters and digits, which stay themselves
        return form.decode()
    chars = []
    at = 0
    while at < len(form):
        code = form[at]
        if code == LETTER:
            high, middle, low = form[at + 1 : at + 4]
            chars.append(chr(high << 14 | middle << 7 | low))
            at += 4
            continue
        chars.append("." if code == POINT else chr(KHMER_FIRST + code - 0x80) if code >= 0x80 else chr(code))
        at += 1
    return "".join(chars)
