"""behaviour: what the analyzer's answers for a text depend on, besides this code and the lexicon. Records in and out.

Python's tables of characters grow with Unicode, ICU's dictionaries with ICU. Which version there is says nothing: what
counts is whether the characters of a text are treated alike, and, where ICU or khmer-nltk broke a run, whether it is
the same one. *Traits* are lines that record this for some texts. Lines of several texts, put together, are a record of
all of them: a line stands for one character, and says the same whatever else is recorded.

    e9 1 LATIN letter-word = 65.301   character, code, script, what it is, what it is folded to, its canonical parts
    2019 20                           a character of a code that says all
    icu 74.2                          ICU broke a run
    khmer-nltk 1.6                    khmer-nltk broke all: the trait of the breaker
    breaker mine 2.1                  another breaker did

An index of texts that were analysed as in format 1 (`analyzer.FORMAT`) has the same terms now where none of its terms
is one of those that `affected_by_format_2` knows; a query asks for the same there unless `changed_in_format_2`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from types import ModuleType

from khsearch import khmer
from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.text.mark_order import MOST_SUBSCRIPTS
from khsearch.khmer.text.normalize import normalize_all
from khsearch.khmer.text.script import LETTER, LONGEST_TERM
from khsearch.khmer.words.breakers import Breaker
from khsearch.pattern import pattern
from khsearch.sharing import loading

_ICU = "icu"
_BREAKERS = ("khmer-nltk", "breaker")  # what the traits of the other breakers begin with


@frozen
class Differences:
    """Where texts that some traits record would be treated in another way now.

    characters  those whose treatment is not the same, and what they are folded to: of both, a query may have either
    icu         the ICU that broke runs, and the one here, as part of a sentence: "ICU 72.1, here 74.2"; or None
    breaker     the same of the breaker, where it is another one, or where a line is of a khsearch to come; or None
    """

    characters: frozenset[str]
    icu: str | None = None
    breaker: str | None = None

    def __bool__(self) -> bool:
        return bool(self.characters or self.icu or self.breaker)


def traits(characters: str, *, by_icu: bool, breaker: Breaker) -> frozenset[str]:
    """Record how some distinct characters outside ASCII and the Khmer block are treated, and who broke the texts.

    `characters` are `foreign` of a batch, `by_icu` is whether ICU divided a run of it. The lines hold no line end.
    """
    lines = {f"{ord(char):x} {_treatment(char)}" for char in characters}
    if by_icu:
        lines.add(_by_icu().icu_trait())
    return frozenset({*lines, *filter(None, [_trait(breaker)])})


def differing(traits: Iterable[str], breaker: Breaker) -> Differences:
    """Compare a record with the present: Python, ICU, and a breaker."""
    characters: set[str] = set()
    icu = other = None
    trait = _trait(breaker)
    for line in sorted(set(traits)):
        kind, _, rest = line.partition(" ")
        point = _point(kind)
        if kind == _ICU:
            here = _by_icu().icu_version()
            if rest != here:
                icu = f"ICU {rest}, here {here}"
        elif kind in _BREAKERS:
            if line != trait:
                other = f"{line}, here {trait if trait.startswith(f'{kind} ') else f'the breaker {breaker.name!r}'}"
        elif point is None:
            other = f"something of a later khsearch ({line[:60]!r}), which is not known here"
        elif _treatment(chr(point)) != rest:
            characters.update(as_folded(chr(point)))
    return Differences(frozenset(characters), icu, other or (icu if is_of_icu(trait) else None))


def is_of_icu(trait: str) -> bool:
    """Whether a line of a record tells which ICU broke runs; to compare it, ICU is loaded."""
    return trait.startswith(f"{_ICU} ")


def _by_icu() -> ModuleType:
    """Return what asks ICU: most records have none of it."""
    loading("khsearch.khmer.words.icu")
    from khsearch.khmer.words import icu

    return icu


def is_of_character(trait: str) -> bool:
    """Whether a line of a record tells how a character is treated."""
    return _point(trait.partition(" ")[0]) is not None


def _trait(breaker: Breaker) -> str:
    """The trait of a breaker as one line of a kind that is known here; empty where it has none."""
    kind, *rest = [*breaker.trait.split(), ""]
    known = kind in ("", _ICU, *_BREAKERS)
    return " ".join([kind, *rest] if known else ["breaker", kind, *rest]).strip()


def as_folded(characters: Iterable[str]) -> set[str]:
    """Some characters and those that they are folded to."""
    return {form for char in characters for form in (char, *khmer.scripts.fold(char))}


def _point(hexadecimal: str) -> int | None:
    if re.fullmatch("[0-9a-f]{1,6}", hexadecimal) is None:
        return None
    point = int(hexadecimal, 16)
    return point if point <= 0x10FFFF else None


@cache
def _treatment(char: str) -> str:
    """All that the analyzer asks Python about a character."""
    code = script.code_of(char)
    if code != LETTER:
        return f"{code:x}"
    fold, parts = khmer.scripts.fold(char), unicodedata.normalize("NFD", char)
    kind = ("mark" if khmer.scripts.is_mark(char) else "letter") + "-word" * khmer.scripts.is_letter(char)
    facts = [f"{code:x}", khmer.scripts.script_of(char).replace(" ", "-"), kind]
    facts += ["=" if form == char else _hexadecimal(form) for form in (fold, parts)]
    order = unicodedata.combining(char)
    return " ".join([*facts, str(order)] if order else facts)


def _hexadecimal(text: str) -> str:
    return ".".join(f"{ord(char):x}" for char in text)


_TOO_LONG = b"[a-z]{%d}|[0-9\x03]{%d}" % (LONGEST_TERM + 1, LONGEST_TERM + 1)
_MENDED = rb"\x91\xd2\x94|[\xb7-\xba]\xbb|\xbb[\xbe\xbf\xd0\xdd]|\xb6\xbb\xc6"
_OVERLONG = rb"(?:\xd2[\x80-\xb3]){%d}|[\x80-\xd3\xdd]{%d}" % (MOST_SUBSCRIPTS + 1, LONGEST_TERM + 1)
CANDIDATES_OF_FORMAT_2 = pattern(b"\x01|" + b"|".join([_TOO_LONG, _MENDED, _OVERLONG]))
"""What stands in every term that `affected_by_format_2` knows, and in some others: look for it in all terms, joined."""

_CERTAIN = pattern(_TOO_LONG)
_BASE = pattern(rb"(?<!\xd2)[\x80-\xb3]|^[\xb4-\xd3\xdd]")


def affected_by_format_2(term: bytes) -> bool:
    """Whether a text that had this term, in code form, in an index of format 1 may have other terms now.

    A text has other terms only if one of its terms says so, since each rule of format 2 leaves a sign in what format 1
    made of the characters that it changes, all of which are in words:

    - what is longer than a term may be was one term, and a cluster with too many subscripts stood in one;
    - an encoding that is put right stood in a word as it was typed, in the same order of marks;
    - letters are folded as they were and then once more, so that a term that this changes held one of them;
    - a run of letters of several scripts was broken by ICU. Where no word of it has two scripts, all borders of scripts
      were borders of words, and ICU sees between them what it saw; scripts with spaces it leaves whole, but for
      a letter of several scripts, which it may take for the beginning of a word, and a mark on Hangul.

    Bigrams change only where words do, and may be asked about as well.
    """
    if CANDIDATES_OF_FORMAT_2.search(term) is None:
        return False
    if _CERTAIN.search(term):
        return True
    text = script.decode_term(term)
    if LETTER not in term:
        return len(_BASE.findall(term)) > LONGEST_TERM or normalize_all([text]).codes[1:-1] != term
    of = [khmer.scripts.script_of(char) for char in text if char.isascii() or script.code_of(char) == LETTER]
    several = len({*of} - {khmer.scripts.INHERITED}) > 1
    loose = khmer.scripts.INHERITED in of and (
        "HANGUL" in of or (of[0] == khmer.scripts.INHERITED and not khmer.scripts.is_mark(text[0]))
    )
    long = len(unicodedata.normalize("NFD", text)) > LONGEST_TERM
    return several or loose or long or khmer.scripts.folded(text) != text


_RUNS = pattern(rb"[a-z\x01]+|[0-9\x03.,]+|[\x80-\xd3\xdd]+")
_VOWELS = rb"[\xb7-\xba\xbe\xbf\xd0\xdd]"
_U_AND_ANOTHER = pattern(
    rb"\xbb[\xb6-\xd1\xd3\xdd]*V|V[\xb6-\xd1\xd3\xdd]*\xbb|\xb6\xbb|\xbb\xb6".replace(b"V", _VOWELS)
)
"""What is put right, in whatever order its marks were typed."""


def changed_in_format_2(text: str) -> bool:
    """Whether a text may have other terms than format 1 made of it. Of a few it says so that have the same."""
    kept = [char for char in text if script.code_of(char) != script.DELETED]
    codes = bytes(map(script.code_of, kept))
    if _U_AND_ANOTHER.search(codes):
        return True
    for run in _RUNS.finditer(codes):
        piece = "".join(kept[run.start() : run.end()])
        if LETTER in run[0]:
            piece = unicodedata.normalize("NFC", unicodedata.normalize("NFC", piece).casefold())
        if affected_by_format_2(script.encode_term(piece)):
            return True
    return False
