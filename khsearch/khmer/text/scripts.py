"""scripts: which script a letter outside ASCII and the Khmer block is of, and what it is folded to. Characters in.

A change of script is a border of words. Python does not know the scripts of Unicode, but the names of characters, which
never change, begin with them: `LATIN SMALL LETTER A`. What is a shape of another letter (a ligature, a full-width or
mathematical letter) has the script of what it is folded to. Marks and letters that several scripts use go with what
stands before them.

Words of scripts that are written with spaces are the runs of their letters and marks: an apostrophe, a hyphen or a
middle dot parts words, a zero width joiner or non-joiner does not. Scripts without spaces are left to ICU, or every
letter of theirs, with its marks, is a word (`words.spaceless`).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.khmer.text.points import Points, points_of, text_of
from khsearch.khmer.text.script import LETTER, code_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

INHERITED = "COMMON"
"""What goes with the letters before it."""

_KANA_AND_HAN = "CJK"  # one run: Japanese mixes them within words
_OF_KANA_AND_HAN = ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HENTAIGANA", "VERTICAL", "IDEOGRAPHIC")
_TWO_WORDS = ("NEW", "OLD", "TAI", "LINEAR")  # names of scripts that begin so have two words
_COMMON = ("", "COMBINING", "MODIFIER", "VEDIC", "VIETNAMESE", "CARON", "MASU")
_TANGUT_AND_KHITAN = range(0x17000, 0x18D80)  # their names are made by rule, and not every Python knows them

SPACELESS = frozenset(
    {_KANA_AND_HAN, "THAI", "LAO", "MYANMAR", "TAI LE", "TAI THAM", "TAI VIET", "NEW TAI", "AHOM", "JAVANESE"}
    | {"BALINESE", "TANGUT", "NUSHU", "OLD CHINESE"}
)
"""Scripts that are written without spaces between words."""


@cache
def fold(char: str) -> str:
    """What one letter or mark is folded to: case, and shapes of other letters where these are letters and marks only.

    An accent is no matter of shape: it tells words apart in most languages, and stays.
    """
    plain = unicodedata.normalize("NFC", char.casefold())
    shape = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    return shape if all(unicodedata.category(letter)[0] in "LM" for letter in shape) else plain


@cache
def script_of(char: str) -> str:
    """Script of one letter or mark, by the beginning of its name."""
    if ord(char) in _TANGUT_AND_KHITAN:
        return "TANGUT"
    return next((of for of in map(_by_name, fold(char)) if of != INHERITED), INHERITED)


def _by_name(letter: str) -> str:
    first, second, *_ = [*unicodedata.name(letter, "").split(), "", ""]
    if first in _COMMON or (first == "HANGUL" and second in ("SINGLE", "DOUBLE")):  # tone marks
        return INHERITED
    if first in _OF_KANA_AND_HAN:
        return _KANA_AND_HAN
    if first == "TURNED":
        return "LATIN"  # the letter F of Claudius, U+2132
    if first == "HANGUL" and second != "SYLLABLE":
        return "HANGUL JAMO"  # a word of letters beside one of syllables is another, such as laughter in a chat
    return f"{first} {second}" if first in _TWO_WORDS else first


def is_spaceless(char: str) -> bool:
    """Whether a letter or mark is of a script without spaces."""
    return script_of(char) in SPACELESS


def any_spaceless(characters: str) -> bool:
    """Whether one of some characters, of any kind, is a letter or mark of a script without spaces."""
    return any(is_spaceless(char) for char in characters if code_of(char) == LETTER)


def is_letter(char: str) -> bool:
    """Whether something is a word if it has this: a mark alone is none, but for one that is folded to a letter."""
    return any(map(str.isalnum, fold(char)))


def is_mark(char: str) -> bool:
    """Whether this stands on a letter."""
    return unicodedata.category(char)[0] == "M"


_IS_LETTER, _IS_MARK, _IS_SPACELESS, _FIRST_SCRIPT = 1, 2, 4, 8  # bits of a kind: the rest is the number of the script
_numbers = {INHERITED: 0}
_next_number = count(1)  # threads that meet here may leave a number out, but take none twice
_MET = 1 << 15


@cache
def _kinds() -> NDArray[np.uint16]:
    """Kinds by code point, filled as characters are met; 0 is not met."""
    return np.zeros(0x110000, np.uint16)


def kinds(points: Points) -> NDArray[np.uint16]:
    """What letters and marks are, to ask the functions below about: code points (n,) -> (n,)."""
    table = _kinds()
    found = table.take(points)
    if not found.all():
        for point in set(points[found == 0].tolist()):
            char = chr(point)
            flags = is_letter(char) * _IS_LETTER | is_mark(char) * _IS_MARK | is_spaceless(char) * _IS_SPACELESS
            of = script_of(char)
            number = _numbers[of] if of in _numbers else _numbers.setdefault(of, next(_next_number))
            table[point] = _MET | number * _FIRST_SCRIPT | flags
        found = table.take(points)
    return found


def scripts(kinds: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Number of the script of each; 0 for what goes with the letters before it."""
    return (kinds & np.uint16(_MET - 1)) // np.uint16(_FIRST_SCRIPT)


def are_letters(kinds: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Which make a word."""
    return (kinds & np.uint16(_IS_LETTER)) > 0


def are_marks(kinds: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Which stand on a letter."""
    return (kinds & np.uint16(_IS_MARK)) > 0


def are_spaceless(kinds: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Which are of a script without spaces."""
    return (kinds & np.uint16(_IS_SPACELESS)) > 0


_SEVERAL = 0xFFFF_FFFF


@cache
def _folds() -> Points:
    """What is folded to one character, by code point, filled as characters are met; 0 is not met."""
    table = np.zeros(0x110000, np.uint32)
    table[0x0A] = 0x0A
    return table


def folded(word: str) -> str:
    """Return a word, folded."""
    return text_of(fold_all(points_of(word)))


def fold_all(lines: Points) -> Points:
    """Fold words, one a line: canonically composed, and every letter as `fold` tells."""
    composed = unicodedata.normalize("NFC", text_of(lines))
    points = points_of(composed)
    table = _folds()
    folded = table.take(points)
    if not folded.all():
        for point in set(points[folded == 0].tolist()):
            form = fold(chr(point))
            table[point] = ord(form) if len(form) == 1 else _SEVERAL
        folded = table.take(points)
    several = folded == _SEVERAL
    if not several.any():
        return points_of(unicodedata.normalize("NFC", text_of(folded)))
    folded[several] = points[several]
    text = text_of(folded)
    for point in set(points[several].tolist()):
        text = text.replace(chr(point), fold(chr(point)))
    return points_of(unicodedata.normalize("NFC", text))
