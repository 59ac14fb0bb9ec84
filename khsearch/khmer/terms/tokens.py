"""tokens: words as objects: a term, its place among the words, where it stands in the text, what it is, its atoms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import field
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING
from unicodedata import category, normalize

from khsearch.frozen import frozen
from khsearch.khmer.terms.signs import SIGNS
from khsearch.khmer.text import script
from khsearch.khmer.text.script import LETTER, SPACE, is_tag
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.khmer.text.normal_text import NormalText

KHMER, NUMBER, LATIN, OTHER, PUNCTUATION, SPACES = "khmer", "number", "latin", "other", "punctuation", "space"
KINDS = (KHMER, NUMBER, LATIN, OTHER, PUNCTUATION, SPACES)
"""What a token may be: a word of Khmer; a number, signs included; a word of Latin letters, digits and signs included;
another word; a sign, of any kind; spaces, line ends and characters that nobody sees."""


@frozen
class Token:
    """A word of a text, or what stands between two.

    term      its normal form, by which an index finds an atom; of what is no word, itself
    position  its place among the words; of what is no word, that of the next word
    start     offset of its first character
    end       offset behind its last
    kind      "khmer", "number", "latin", "other", "punctuation" or "space"
    """

    term: str
    position: int
    start: int
    end: int
    kind: str
    _parts: tuple[Token, ...] = field(default=(), repr=False)

    @property
    def parts(self) -> tuple[Token, ...]:
        """Its atoms, as tokens whose positions are those among the atoms; of what is one itself, itself."""
        return self._parts or (self,)


def atom_tokens(terms: Sequence[str], starts: Sequence[int], ends: Sequence[int]) -> list[Token]:
    """Atoms of one text as tokens: their terms and offsets."""
    return list(map(Token, terms, range(len(terms)), starts, ends, map(kind_of, terms)))


def whole_tokens(
    atoms: Sequence[Token],
    terms: Sequence[str],
    firsts: Sequence[int],
    starts: Sequence[int],
    ends: Sequence[int],
    signs: Set[int],
) -> list[Token]:
    """Whole words of one text as tokens: its atoms; the term, first atom and offsets of each word; which are signs."""
    words: list[Token] = []
    behind = [*firsts, len(atoms)][1:]
    position = 0
    for number, (term, first, last, start, end) in enumerate(zip(terms, firsts, behind, starts, ends, strict=True)):
        one = atoms[first]
        is_sign = number in signs
        if first == position and last == first + 1 and one.start == start and one.end == end:
            words.append(one)
        else:
            parts = tuple(atoms[first:last])
            words.append(Token(term, position, start, end, PUNCTUATION if is_sign else kind_of_parts(parts), parts))
        position += not is_sign
    return words


def word_terms(
    normal: NormalText,
    terms: Sequence[str],
    edges: tuple[Sequence[int], Sequence[int]],
    firsts: Sequence[int],
    words: tuple[Sequence[int], Sequence[int]],
) -> list[str]:
    """Terms of whole words: the terms of atoms and their edges in the codes, the first atom of each word, its edges."""
    starts, ends = edges
    found = []
    for first, behind, start, end in zip(firsts, [*firsts, len(terms)][1:], *words, strict=True):
        if behind == first + 1 and starts[first] == start and ends[first] == end:
            found.append(terms[first])
            continue
        pieces = []
        at = start
        for atom in range(first, behind):
            if at < starts[atom]:
                pieces.append(_signs(normal, at, starts[atom]))
            pieces.append(terms[atom])
            at = ends[atom]
        pieces.append(_signs(normal, at, end))
        found.append("".join(pieces))
    return found


def _signs(normal: NormalText, start: int, end: int) -> str:
    """What stands between atoms, in normal form."""
    codes = normal.codes[start:end]
    if SPACE not in codes and LETTER not in codes:  # a mark that stands on no letter has the code of one
        return script.decode_term(codes)
    chars = zip(codes, normal.characters(start, end), strict=True)
    return "".join(
        _form(char) if code in (SPACE, LETTER) else script.decode_term(bytes([code])) for code, char in chars
    )


@lru_cache(maxsize=1 << 8)
def _form(sign: str) -> str:
    like = SIGNS.get(sign, "")
    return " " if sign.isspace() else like if like in ("'", "-") else normalize("NFKC", sign)


def kind_of(term: str) -> str:
    """Kind of an atom, by its term."""
    first = term[0]
    if "\u1780" <= first <= "\u17ff":
        return KHMER
    if first.isascii():
        return NUMBER if first.isdigit() else LATIN
    return _kind_of_letters(term)


@lru_cache(maxsize=1 << 12)
def _kind_of_letters(term: str) -> str:
    loading("khsearch.khmer.text.scripts")
    from khsearch.khmer.text.scripts import INHERITED, script_of

    script_of_term = next((of for of in map(script_of, term) if of != INHERITED), INHERITED)
    return LATIN if script_of_term == "LATIN" else OTHER


def kind_of_parts(parts: Sequence[Token]) -> str:
    """Kind of a whole word, by its atoms."""
    kinds = {part.kind for part in parts}
    if len(kinds) == 1:
        return kinds.pop()
    return LATIN if kinds == {LATIN, NUMBER} else OTHER


@lru_cache(maxsize=1 << 14)
def decoded(form: bytes) -> str:
    """Return the term of a code form: most of a text are few."""
    return script.decode_term(form)


def with_gaps(text: str, words: Sequence[Token]) -> Iterator[Token]:
    """The words of a text and, as tokens, all that stands between them."""
    at = 0
    for word in words:
        if at < word.start:
            yield from _gap(text, at, word.start, word.position)
        yield word
        at = word.end
    yield from _gap(text, at, len(text), words[-1].position + 1 if words else 0)


def without_signs(tokens: Sequence[Token]) -> list[Token]:
    """Tokens that are words."""
    return [token for token in tokens if token.kind != PUNCTUATION]


def _gap(text: str, start: int, end: int, position: int) -> Iterator[Token]:
    """Tokens of a stretch without words: one of some spaces side by side, one of a sign, however often it is there."""
    for is_space, chars in groupby(range(start, end), lambda at: is_space_like(text[at])):
        places = list(chars)
        first, behind = places[0], places[-1] + 1
        if is_space:
            yield Token(text[first:behind], position, first, behind, SPACES)
            continue
        at = first
        for place in range(first + 1, behind + 1):
            if place == behind or (text[place] != text[at] and not _clings(text[place])):
                yield Token(text[at:place], position, at, place, PUNCTUATION)
                at = place


def _clings(char: str) -> bool:
    """Whether a character changes how the sign before it is drawn: marks, and the tags that tell whose a flag is."""
    return category(char)[0] == "M" or is_tag(char)


@lru_cache(maxsize=1 << 12)
def is_space_like(char: str) -> bool:
    """Whether a character is a space, a line end, or none that anybody sees."""
    return char.isspace() or (category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp") and not is_tag(char))
