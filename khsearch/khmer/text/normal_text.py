"""normal_text: a text in normal form, with the way back to every original offset."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import field
from types import ModuleType
from typing import TYPE_CHECKING

from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.text.script import DELETED, END, LETTER
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch.khmer.text.points import Codes, Offsets, Points
    from khsearch.native import NormalForm

GIVE_PLAIN, GIVE = b"\xa2\xc4\x99", b"\xb1\xd2\x99"
"""The longest spelling of "give", and the one of the normal form."""

Move = Callable[["Offsets"], "Offsets"]
"""One step from the originals to the normal form, told backwards: places after it (k,) -> where they were before."""


@frozen
class NormalText:
    """One text, or a batch of texts, in normal form.

    raw      the originals: one str, with a character of no meaning before, between and after the texts
    firsts   (t,) place in `raw` where each text begins
    codes    the normal form: bytes, one code a character (see `script`), END before, between and after the texts
    moves    what became of the characters, step by step; none where every one was kept in its place
    read     the code points of `raw`, where they were read as an array
    dropped  places in `raw`, rising, of invisible characters, where nothing else was moved
    form     what the compiled core has of it, moves too, if it made it
    """

    raw: str
    firsts: Sequence[int]
    codes: bytes
    moves: Sequence[Move] = ()
    read: Points | None = field(default=None, repr=False)
    dropped: Sequence[int] = ()
    form: NormalForm | None = field(default=None, repr=False)

    @cached_property
    def points(self) -> Points:
        """Code points of `raw`: (n,) uint32."""
        return arrays().points_of(self.raw) if self.read is None else self.read

    @property
    def is_kept(self) -> bool:
        """Whether every character was kept in its place."""
        return not self.moves if self.form is None else self.form.is_kept

    def origin_of(self, places: Offsets) -> Offsets:
        """Places in the codes (k,) -> the places in `raw` that they come from, (k,) int64."""
        if self.form is not None:
            found: Offsets = arrays().offsets_of(self._of_form, places)
            return found
        for move in reversed(self.moves):
            places = move(places)
        return places

    @cached_property
    def origin(self) -> Offsets:
        """Place in `raw` of every code: (n,) int64. Inside a reordered cluster the places are not rising."""
        return self.origin_of(arrays().range_of(self.codes))

    @property
    def places(self) -> Offsets | None:
        """The origin, or None where every character was kept in its place."""
        return None if self.is_kept else self.origin

    @property
    def others(self) -> str:
        """Distinct characters outside ASCII and the Khmer block of `raw`, sorted."""
        known = None if self.form is None else self.form.others
        found: str = arrays().others_in(self.points) if known is None else "".join(map(chr, known))
        return found

    @cached_property
    def array(self) -> Codes:
        """The codes as an array, (n,) uint8."""
        found: Codes = arrays().codes_of(self.codes)
        return found

    @property
    def text(self) -> str:
        """The normal form as a str, texts divided by line ends; letters outside ASCII and Khmer as they stand."""
        chars = []
        places = self._places()
        for code, place in zip(self.codes[1:-1], places[1:-1], strict=True):
            if code == LETTER:
                chars.append(self.raw[place])
            else:
                chars.append("\n" if code == END else script.decode_term(bytes([code])))
        return "".join(chars)

    def spans(self, starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
        """Places in `raw` of stretches of codes: (k,) and (k,), each stretch whole clusters -> the same, in `raw`.

        A stretch ends after the last character that belongs to it: zero width characters behind it do not.
        """
        if self.is_kept:
            return starts, ends
        first, last = self.origin.take(starts), self.origin.take(ends)
        if (self.origin.take(ends - 1) != last - 1).any():
            last = self._behind_visible.take(last)
        return first, last

    def span_lists(self, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
        """The same of few stretches, as lists."""
        if self.is_kept or not starts:
            return starts, ends
        if self.dropped or self.form is not None:
            places = self._places()
            return [places[start] for start in starts], [self._behind_seen(places[end]) for end in ends]
        first, last = self.spans(arrays().offsets(starts), arrays().offsets(ends))
        return first.tolist(), last.tolist()

    def place_of(self, origin: int) -> int | None:
        """Return the first code from a place in `raw` on; None where something from before it comes behind."""
        if self._is_rising:
            return bisect_left(self._places(), origin)
        if self.form is not None:
            places = self._places()
            count = sum(place < origin for place in places)
            return count if max(places[:count], default=-1) < origin else None
        before = self.origin < origin
        place = int(before.sum())
        return place if before[:place].all() else None

    def characters(self, start: int, end: int) -> str:
        """The characters of `raw` that codes from one place to another come from, in their order."""
        if self.is_kept:
            return self.raw[start:end]
        return "".join(map(self.raw.__getitem__, self._places()[start:end]))

    def _places(self) -> Sequence[int]:
        """The origin as a list, without arrays if there are none yet."""
        if self.is_kept:
            return range(len(self.codes))
        if self.form is not None:
            return self._of_form
        return self._kept if self.dropped else self.origin.tolist()

    @property
    def _is_rising(self) -> bool:
        """Whether it is known that no code comes from before one that is before it."""
        return not self.moves or bool(self.dropped) if self.form is None else self.form.is_rising

    @cached_property
    def _of_form(self) -> memoryview:
        """The origin, as the core tells it: uint32."""
        assert self.form is not None
        return memoryview(self.form.origin).cast("I")

    @cached_property
    def _kept(self) -> list[int]:
        dropped = set(self.dropped)
        return [place for place in range(len(self.raw)) if place not in dropped]

    def _behind_seen(self, place: int) -> int:
        """The place behind the last visible character before a place, as `_behind_visible` has it."""
        while script.code_of(self.raw[place - 1]) == DELETED and self.raw[place - 1] not in script.INHERENT_VOWELS:
            place -= 1
        return place

    @cached_property
    def _behind_visible(self) -> Offsets:
        """For every place in `raw`, and behind it: the place behind the last character before it that can be seen."""
        found: Offsets = arrays().behind_visible(self.points)
        return found


def arrays() -> ModuleType:
    """What is done with arrays; a short text needs none."""
    loading("khsearch.khmer.text.points")
    from khsearch.khmer.text import points

    return points
