"""variants: other spellings of what a person typed. A typed text in; the places that can be spelled otherwise, out.

Three sources, all at query time, so that an index never changes with them:

- groups of spellings of one word (`data/variants.tsv`), of names of one thing (`data/synonyms.tsv`), and those of a
  user's file: found by their *units* (a cluster, a number, a word of another script, a space, a sign), the longest
  first, at any cluster boundary, so also inside a compound and across the breaker's words;
- rules that the lexicon agrees to (`respelling`);
- repetition: a word twice and the word with the repetition sign U+17D7 are the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from khsearch import native
from khsearch.arrays import np
from khsearch.frozen import frozen
from khsearch.khmer import spelling as rooms
from khsearch.khmer.spelling.forms import UNIT, Forms, Units, units_of
from khsearch.khmer.spelling.groups import Group, groups_of, read_groups, text_of
from khsearch.khmer.words import lattice
from khsearch.khmer.words.lexicon import Lexicon, default_lexicon
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch._core import Breaking
    from khsearch._core import Variants as SpellingsInCore
    from khsearch.khmer.terms.typed import Typed
    from khsearch.khmer.text.normal_text import NormalText

BUILT_IN = ("variants.tsv", "synonyms.tsv")
_SHORT = 2  # clusters: what is this short is part of many other words
_MOST = 1_000  # stretches of a text, each with another spelling: nobody looks at more
_CONTEXT = 8  # clusters on either side that decide where a word ends


@frozen
class Alternative:
    """Another spelling of a stretch of a typed text: what to search besides.

    start, end  code points of the typed text, whole clusters
    spelling    what could stand there instead
    weight      how sure it is the same: 1 for a spelling, less for a synonym
    """

    start: int
    end: int
    spelling: str
    weight: float


class Variants:
    """Groups of spellings, ready to be found in texts. Built once; safe for threads."""

    def __init__(self, groups: Iterable[Group], lexicon: Lexicon | None = None) -> None:
        """`lexicon` tells what a word is; None is the one that khsearch brings."""
        self.groups = tuple(groups)
        self._lexicon = lexicon
        # Texts say one thing over and over, the longer the more.
        self._stands_among = lru_cache(maxsize=1 << 12)(self._is_among)
        self._starts = list(accumulate([len(group.spellings) for group in self.groups], initial=0))

    @classmethod
    def read(cls, path: str | Path, lexicon: Lexicon | None = None) -> Variants:
        """Read a file of groups (see `groups`). Raises LexiconError."""
        return cls(read_groups(Path(path)), lexicon)

    @classmethod
    def parse(cls, text: str, where: str) -> Variants:
        """Read the text of such a file, checked before; LexiconError, which names `where`, all the same."""
        return cls(group for _, group in groups_of(text, where))

    def __reduce__(self) -> tuple[object, ...]:
        return Variants, (self.groups, self._lexicon)

    def joined(self, *others: Variants) -> Variants:
        """The groups of all: a spelling that stands in several has all its alternatives."""
        return Variants(chain(self.groups, *(other.groups for other in others)), self._lexicon)

    def alternatives(self, typed: Typed) -> list[Alternative]:
        """Other spellings of stretches of a typed text, in order of where they begin, the usual spelling first.

        Stretches may overlap; those of a spelling that is part of a longer one are left out. Of very many, the first
        are returned.
        """
        normal = typed.normal
        units = units_of(normal)
        found = list(islice(self._listed(units), _MOST))
        room = rooms.respelling
        if room.may_be_respelled(normal.codes, units):
            trie = self._words.trie
            listed = bytearray(len(units))
            for first, end, _, weight in found:
                if weight == 1:
                    listed[first:end] = b"\1" * (end - first)
            twice = (
                item for item in islice(room.repeated(units, trie), _MOST) if self._is_whole(units, item[0], item[1])
            )
            for first, end, spelling in chain(islice(room.ruled(units, trie), _MOST), twice):
                if not any(listed[first:end]):
                    found.append((first, end, spelling, 1.0))
        if not found:
            return []
        edges = [1]  # the first code is END
        for piece in UNIT.findall(normal.codes):
            edges.append(edges[-1] + len(piece))
        out = []
        for first, end, spelling, weight in sorted(found, key=lambda item: item[:2]):
            span = _span(normal, edges[first], edges[end])
            if span is not None:
                out.append(Alternative(*span, spelling, weight))
        return out

    @property
    def compiled(self) -> tuple[SpellingsInCore, Breaking] | None:
        """The groups, and the lexicon that tells what a word is, in the compiled core, where there is one."""
        return None if native.core is None else self._in_core

    @cached_property
    def _in_core(self) -> tuple[SpellingsInCore, Breaking]:
        loading("khsearch.khmer.spelling.compiled")
        from khsearch.khmer.spelling.compiled import groups_of

        return groups_of(self.groups, self._forms.forms), self._words.compiled

    def is_usual(self, spelling: str) -> bool:
        """Whether a group lists a spelling as the usual one."""
        return spelling in self._usual

    @cached_property
    def _usual(self) -> frozenset[str]:
        return frozenset(group.spellings[0] for group in self.groups)

    def _listed(self, units: Sequence[bytes]) -> Iterator[tuple[int, int, str, float]]:
        """Groups with a spelling that stands in the text -> first unit, last unit + 1, another spelling, weight."""
        covered = 0
        for first in range(len(units)):
            for end, numbers in reversed(self._forms.standing(units, first)):
                if end <= covered:
                    break
                others = self._others(numbers)
                if others and (end - first > _SHORT or self._stands(units, first, end, tuple(others))):
                    for number, weight in others.items():
                        yield first, end, self._spelling(number), weight
                        if weight == 1:  # inside a synonym, a word may still be spelled otherwise
                            covered = end
                    break

    def _others(self, numbers: Sequence[int]) -> dict[int, float]:
        """The numbers of the other spellings of some that are one to khsearch, each with its weight."""
        names: dict[str, tuple[int, float]] = {}
        for number in numbers:
            spelling = self._spelling(number)
            at = bisect_right(self._starts, number) - 1
            group = self.groups[at]
            for other, name in enumerate(group.spellings, self._starts[at]):
                if name != spelling and group.weight > names.get(name, (0, 0.0))[1]:
                    names[name] = other, group.weight
        return dict(names.values())

    def _spelling(self, number: int) -> str:
        at = bisect_right(self._starts, number) - 1
        return self.groups[at].spellings[number - self._starts[at]]

    @cached_property
    def _forms(self) -> Forms:
        return Forms([spelling for group in self.groups for spelling in group.spellings])

    def _stands(self, units: Sequence[bytes], first: int, end: int, others: tuple[int, ...]) -> bool:
        """Whether a few clusters are a word where they stand, as typed or in another spelling."""
        low = max(0, first - _CONTEXT)
        return self._stands_among(tuple(units[low : end + _CONTEXT]), first - low, end - low, others)

    def _is_among(self, units: Units, first: int, end: int, others: tuple[int, ...]) -> bool:
        forms = (form for form in map(self._forms.units, others) if all(map(rooms.respelling.is_khmer, form)))
        return self._is_whole(units, first, end) or any(self._is_whole(units, first, end, form) for form in forms)

    def _is_whole(self, units: Sequence[bytes], first: int, end: int, form: Sequence[bytes] = ()) -> bool:
        """Whether words begin and end at the edges of a stretch, as typed or in another form."""
        middle = form or units[first:end]
        is_khmer = rooms.respelling.is_khmer
        if not is_khmer(units[first]):
            return True
        left, right = first, end
        while left > 0 and first - left < _CONTEXT and is_khmer(units[left - 1]):
            left -= 1
        while right < len(units) and right - end < _CONTEXT and is_khmer(units[right]):
            right += 1
        trie = self._words.trie
        numbers = [trie.numbers.get(unit, 0) for unit in (*units[left:first], *middle, *units[end:right])]
        edges = set(accumulate(lattice.best_path(numbers, trie, self._words.unknown), initial=left))
        return first in edges and first + len(middle) in edges

    @property
    def _words(self) -> Lexicon:
        return self._lexicon or default_lexicon()


def _span(normal: NormalText, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in the typed text of a stretch of its codes; None where it ends inside a character."""
    if normal.places is None:
        return start - 1, end - 1
    places = normal.places
    if places[start] == places[start - 1] or places[end] == places[end - 1]:
        return None  # U+17A8 is one character and two clusters
    first, last = normal.spans(np.array([start]), np.array([end]))
    return int(first[0]) - 1, int(last[0]) - 1


@cache
def default_variants() -> Variants:
    """The spellings and synonyms that khsearch brings; that no two of them are the same is for a test to check."""
    data = Path(__file__).parent.parent / "data"
    found = [Variants.parse(text_of(data / name), name) for name in BUILT_IN]
    return found[0].joined(*found[1:])
