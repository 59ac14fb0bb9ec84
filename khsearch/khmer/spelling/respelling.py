"""respelling: rules that lead from one spelling of a word to another. Units of a typed text in, spellings out.

A rule changes one cluster, or two. It counts only where the lexicon agrees: where what it gives is a word and what was
typed is none, and backwards where texts are known to have the other spelling. Words of two clusters and more may both
be in the lexicon, since there the rules were checked: of its 22,860 words, nikahit and M with coeng part 196 pairs, a
shifter and the vowel U 27 (those under BA are left, see `marks`), reahmuk and yuukaleapintu 12, and all are two
spellings of one word. (Ahsda and toandakhiat part words of one letter: only what is no word is changed.)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from khsearch.khmer.text import script
from khsearch.khmer.text.script import COENG
from khsearch.khmer.words.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie
from khsearch.pattern import pattern

Respelled = tuple[int, int, str]
"""First unit, last unit + 1, another spelling."""

_M, _NIKAHIT, _REAHMUK, _YUUKALEAPINTU, _TOANDAKHIAT, _AHSDA, _REPEAT = 0x98, 0xC6, 0xC7, 0xC8, 0xCD, 0xCF, 0xD7
_REPEAT_SIGN = "\u17d7"
_MAX_REPEATED = 4  # clusters of a word that is written twice
_REACH = 4  # clusters of a word before the one that a rule changes, and behind it

_RULED = pattern(rb"[\xc6-\xc8\xcf]|\x98\xd2|[\xb7-\xba\xbe]\xbb|[\xc9\xca][\xb7-\xba\xbe]")
_BASE = rb"[\x80-\xa2](?:\xd2[\x80-\xa2])*"
# Patterns that are compiled when a text first has what they are for, not on import.
_PLAIN = _BASE
_WITH_NIKAHIT = _BASE + b"\xc6"
_UNDER_VOWEL = b"(" + _BASE + rb")([\xb7-\xba\xbe])\xbb(.*)"
_WITH_SHIFTER = b"(" + _BASE + rb")[\xc9\xca]([\xb7-\xba\xbe])(.*)"


def may_be_respelled(codes: bytes, units: Sequence[bytes]) -> bool:
    """Whether a text has what a rule changes, or anything twice: if not, `ruled` and `repeated` find nothing."""
    spaces = units.count(b" ")
    twice = len(set(units)) - (spaces > 0) < len(units) - spaces
    return twice or _REPEAT in codes or _RULED.search(codes) is not None


def ruled(units: Sequence[bytes], trie: Trie) -> Iterator[Respelled]:
    """What the rules make of the units of a text, by the words that there are."""
    for place, changes in enumerate(map(_changes, units, (*units[1:], b""))):
        for rule, made in changes:
            yield from _through(trie, units, place, made, rule in _BACKWARDS, rule in _BOTH_WORDS)


def repeated(units: Sequence[bytes], trie: Trie) -> Iterator[Respelled]:
    """A word and the repetition sign as the word twice, and the word twice, no more often, as the word and the sign."""
    for place in (i for i, unit in enumerate(units) if unit[0] == _REPEAT):
        for first in range(max(0, place - _MAX_REPEATED), place):
            if is_word(trie, units[first:place]):
                yield first, place + 1, 2 * spelled(units[first:place])
                break
    if len(set(units)) == len(units):
        return
    for size in range(1, min(_MAX_REPEATED, len(units) // 2) + 1):
        same = bytes(map(operator.eq, units, units[size:]))
        for stretch in re.finditer(b"\1+", same):
            length = stretch.end() - stretch.start()
            if size <= length < 2 * size:
                for first in range(stretch.start(), stretch.end() - size + 1):
                    word = units[first : first + size]
                    if is_word(trie, word):
                        yield first, first + 2 * size, spelled(word) + _REPEAT_SIGN


def is_khmer(unit: bytes) -> bool:
    """Whether a unit is a Khmer cluster with its base."""
    return script.CLASS[unit[0]] == script.BASE


def spelled(units: Sequence[bytes]) -> str:
    """Units of Khmer as a str."""
    return script.decode_term(b"".join(units))


def _nikahit_as_m(unit: bytes, behind: bytes) -> list[tuple[bytes, ...]]:
    """C+nikahit C as C M+coeng+C: the older and the newer spelling of the infix -am-."""
    if not re.fullmatch(_WITH_NIKAHIT, unit) or not behind or not is_khmer(behind) or behind[1:2] == bytes([COENG]):
        return []
    below = bytes([script.TA if behind[0] == script.DA else behind[0]])  # a subscript DA is written as TA (normalize)
    return [(unit[:-1], bytes([_M, COENG]) + below + behind[1:])]


def _m_as_nikahit(unit: bytes, behind: bytes) -> list[tuple[bytes, ...]]:
    """The same backwards."""
    if not re.fullmatch(_PLAIN, unit) or behind[:2] != bytes([_M, COENG]) or behind[3:4] == bytes([COENG]):
        return []
    firsts = [script.DA, script.TA] if behind[2] == script.TA else [behind[2]]
    return [(unit + bytes([_NIKAHIT]), bytes([first]) + behind[3:]) for first in firsts]


def _u_as_shifter(unit: bytes, _: bytes) -> list[tuple[bytes, ...]]:
    """A register shifter under a vowel above looks like the vowel U, and is typed so.

    `normalize` knows which shifter other letters than BA take; it puts U behind the vowel.
    """
    found = re.fullmatch(_UNDER_VOWEL, unit)
    return [(found[1] + shifter + found[2] + found[3],) for shifter in (b"\xca", b"\xc9")] if found else []


def _shifter_as_u(unit: bytes, _: bytes) -> list[tuple[bytes, ...]]:
    """The same backwards."""
    found = re.fullmatch(_WITH_SHIFTER, unit) if script.BA in unit else None
    return [(found[1] + found[2] + b"\xbb" + found[3],)] if found else []


def _visarga(unit: bytes, _: bytes) -> list[tuple[bytes, ...]]:
    """Reahmuk and yuukaleapintu look alike and are taken for each other."""
    swap = {_REAHMUK: _YUUKALEAPINTU, _YUUKALEAPINTU: _REAHMUK}.get(unit[-1])
    return [(unit[:-1] + bytes([swap]),)] if swap else []


def _ahsda(unit: bytes, _: bytes) -> list[tuple[bytes, ...]]:
    """Ahsda typed for toandakhiat."""
    return [(unit[:-1] + bytes([_TOANDAKHIAT]),)] if unit[-1] == _AHSDA else []


_Rule = Callable[[bytes, bytes], list[tuple[bytes, ...]]]
_RULES: tuple[_Rule, ...] = (_nikahit_as_m, _m_as_nikahit, _u_as_shifter, _shifter_as_u, _visarga, _ahsda)
_BACKWARDS = (_m_as_nikahit, _shifter_as_u)  # from a word to what texts have but no lexicon lists
_BOTH_WORDS = (_nikahit_as_m, _m_as_nikahit, _u_as_shifter, _shifter_as_u, _visarga)


@lru_cache(maxsize=1 << 14)
def _changes(unit: bytes, behind: bytes) -> list[tuple[_Rule, list[tuple[bytes, ...]]]]:
    """What every rule that applies makes of a unit and the one behind it."""
    if not _RULED.search(unit + behind[:2]):
        return []
    return [(rule, made) for rule in _RULES if (made := rule(unit, behind))]


def _through(
    trie: Trie, units: Sequence[bytes], place: int, changes: list[tuple[bytes, ...]], backwards: bool, both: bool
) -> Iterator[Respelled]:
    """What a rule makes of the word around `place`: the first of its changes that the lexicon agrees to."""
    base = max(0, place - _REACH)
    for change in changes:
        end = place + len(change)
        known = all(unit in trie.numbers for unit in change)
        if not known and not backwards:
            continue
        other = [*units[base:place], *change, *units[end : end + _REACH]]
        for first in range(base, place + 1):
            other_end = first + word_end(trie, other[first - base :]) if known else first
            if other_end < end and not backwards:
                continue
            typed_end = first + word_end(trie, units[first : end + _REACH])
            better = other_end > typed_end or (both and other_end == typed_end > first + 1)
            if other_end >= end and better:
                if not _inside_word(trie, units, base, first, end):
                    yield first, other_end, spelled(other[first - base : other_end - base])
                    return
                break
            if typed_end >= end:  # a word of the lexicon stands here, and the change gives none
                if backwards:
                    yield first, typed_end, spelled(other[first - base : typed_end - base])
                    return
                break


def _inside_word(trie: Trie, units: Sequence[bytes], base: int, first: int, end: int) -> bool:
    """Whether a word that begins from `base` on and before `first` reaches `end`."""
    return any(start + word_end(trie, units[start : end + _REACH]) >= end for start in range(base, first))


def word_end(trie: Trie, units: Sequence[bytes]) -> int:
    """How many units the longest word has that they begin with."""
    slots, numbers = trie.slots, trie.numbers
    slot = end = 0
    for at, unit in enumerate(units, 1):
        number = numbers.get(unit)
        if number is None:
            break
        child = (slots[slot] & BASE_MASK) + number
        if slots[child] >> PARENT_SHIFT != slot:
            break
        slot = child
        if slots[slot] >> VALUE_SHIFT & VALUE_MASK != NO_WORD:
            end = at
    return end


def is_word(trie: Trie, units: Sequence[bytes]) -> bool:
    """Whether units are a word."""
    return len(units) > 0 and word_end(trie, units) == len(units)
