"""own: the entries of a user's word list, as a lexicon has them beside its words. Atoms in; atoms and whole words out.

An *own word* is a run of Khmer that the lexicon knows as one, so that the lattice finds its edges in running text. In
the index it is the atoms into which the lexicon would divide it without that: its *division*. So atoms are the same
whether a word stands alone or in a text, and its parts are found. An *own phrase* is made of atoms that the lexicon has
anyway (`phrases`). Both are whole in mode "word" wherever they stand with atoms at their edges.

What is kept is a line for every word, in code form with its atoms divided, then an empty line, then the phrases:

    khsearch own words 1
    97 bc 98 b7 7c 90 d2 98 b8      as bytes, 7c being "|": two atoms
    9f c4 98 8a b6                  an atom

    COVID-19
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.text import script
from khsearch.khmer.text.points import Offsets, codes_of
from khsearch.khmer.words.entries import MAX_PHRASE
from khsearch.khmer.words.lattice import MAX_WORD
from khsearch.khmer.words.listed import Listed, listed, slots_of
from khsearch.khmer.words.phrases import Phrases
from khsearch.khmer.words.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie
from khsearch.sharing import cached_property

MAGIC = b"khsearch own words 1\n"
_WORD = b"(?:" + script.BASED_PATTERN + b")++"
_WORDS = re.compile(b"(?:" + _WORD + rb"(?:\|" + _WORD + b")*+\n)*+")


@dataclass(frozen=True, eq=False)
class Own:
    """The entries of a user's word list.

    data     what an index keeps of them
    trie     of the lexicon that has the words
    marks    for every slot of the trie, as uint16: 0, or, of an own word that ends there, bit k where an atom begins
             with its k-th cluster, from 0: bit 0 is set
    phrases  those of other kinds; None where there are none
    """

    data: bytes = field(repr=False)
    trie: Trie
    marks: array[int] = field(repr=False)
    phrases: Phrases | None

    @cached_property
    def divides(self) -> bool:
        """Whether any own word is several atoms."""
        return bool((self._bits > 1).any())

    @cached_property
    def _bits(self) -> NDArray[np.uint16]:
        return np.frombuffer(self.marks, np.uint16)

    @cached_property
    def _opens(self) -> NDArray[np.bool_]:
        """Whether an own word begins with a cluster, by its number."""
        parents = self.trie.nodes >> PARENT_SHIFT
        slots = np.flatnonzero(self._bits)
        while (parents.take(slots) > 0).any():
            slots = np.where(parents.take(slots) > 0, parents.take(slots), slots)
        opens = np.zeros(len(self.trie.lengths) + 1, np.bool_)
        opens[slots - 1] = True
        return opens

    def divide(self, numbers: Sequence[int], counts: Sequence[int]) -> list[int]:
        """Divide the own words of one run into atoms: cluster numbers, clusters of every word -> of every atom."""
        slots, marks = self.trie.slots, self.marks
        atoms: list[int] = []
        at = 0
        for count in counts:
            end = at + count
            slot = numbers[at] + 1
            for place in range(at + 1, end):
                child = (slots[slot] & BASE_MASK) + numbers[place]
                if slots[child] >> PARENT_SHIFT != slot:
                    slot = 1  # that of a cluster of no word
                    break
                slot = child
            mark = marks[slot]
            if mark > 1:
                begins = [place for place in range(count) if mark >> place & 1]
                atoms += [after - before for before, after in zip(begins, [*begins[1:], count], strict=True)]
            else:
                atoms.append(count)
            at = end
        return atoms

    def divide_all(self, numbers: Offsets, begins: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Divide those of a batch: cluster numbers (c,) and where words begin (c,) -> (c,), where atoms do."""
        firsts = np.flatnonzero(begins)
        sizes = np.diff(firsts, append=len(begins))
        some = (sizes > 1) & (sizes <= MAX_WORD) & self._opens.take(numbers.take(firsts))
        firsts = firsts[some]
        bits = self._bits.take(slots_of(self.trie, numbers, firsts, sizes[some]))
        atoms = begins.copy()
        for place in range(1, MAX_WORD):
            atoms[firsts[(bits >> np.uint16(place) & np.uint16(1)) > 0] + place] = True
        return atoms

    def in_run(self, numbers: Sequence[int], counts: Sequence[int]) -> list[tuple[int, int]]:
        """Find own words in one run: cluster numbers, clusters of every atom -> first atom and the one behind, of each.

        They have atoms at their edges. Of those that begin at one atom the longest counts, and it comes before all
        others that overlap it and begin later.
        """
        slots, marks = self.trie.slots, self.marks
        total = len(numbers)
        atom_of = {end: i for i, end in enumerate(accumulate(counts), 1)}
        found = []
        at = behind = 0
        for atom, count in enumerate(counts):
            if at >= behind:
                slot, place, last = numbers[at] + 1, at + 1, 0
                while True:
                    if marks[slot] and place in atom_of:
                        last, behind = atom_of[place], place
                    if place == total:
                        break
                    child = (slots[slot] & BASE_MASK) + numbers[place]
                    if slots[child] >> PARENT_SHIFT != slot:
                        break
                    slot, place = child, place + 1
                if last:
                    found.append((atom, last))
            at += count
        return found

    def in_all(self, numbers: Offsets, leads: NDArray[np.bool_], begins: NDArray[np.bool_]) -> tuple[Offsets, Offsets]:
        """Find own words in the runs of a batch, as `in_run` does.

        Cluster numbers, where runs and where atoms begin, all (c,) -> first cluster of each (k,), and the one behind.
        """
        nodes = self.trie.nodes
        starts = np.flatnonzero(begins & self._opens.take(numbers))
        behind = np.zeros(len(starts), np.int64)
        edge, stop = np.append(begins, True), np.append(leads, True)
        which, at, slots = np.arange(len(starts)), starts + 1, numbers.take(starts) + 1
        while len(which):
            ends = np.flatnonzero((self._bits.take(slots) > 0) & edge.take(at))
            behind[which.take(ends)] = at.take(ends)
            on = np.flatnonzero(~stop.take(at))
            which, at, slots = which.take(on), at.take(on), slots.take(on)
            child = (nodes.take(slots) & BASE_MASK) + numbers.take(at)
            is_child = np.flatnonzero(nodes.take(child) >> PARENT_SHIFT == slots)
            which, at, slots = which.take(is_child), at.take(is_child) + 1, child.take(is_child)
        starts, behind = starts[behind > 0], behind[behind > 0]
        return _apart(starts, behind)


def _apart(starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
    """Stretches by rising starts -> without those that overlap one that stays before them."""
    if not len(starts):
        return starts, ends
    reach = np.maximum.accumulate(ends)
    fresh = np.append(True, starts[1:] >= reach[:-1])  # overlaps none before it
    keep = fresh.copy()
    at = 0
    for i in np.flatnonzero(~fresh | np.append(~fresh[1:], False)).tolist():
        start = int(starts[i])
        if start >= at:
            keep[i] = True
            at = int(ends[i])
    return starts[keep], ends[keep]


def pack(words: Listed, atoms: NDArray[np.bool_], phrases: Iterable[str]) -> bytes:
    """What is kept of own words in order, (c,) true where an atom begins, and of phrases."""
    inner = atoms.copy()
    inner[words.firsts] = False
    divided = np.insert(codes_of(words.codes), words.clusters.starts[inner], ord("|"))
    told = "".join(f"{phrase}\n" for phrase in sorted(phrases))
    return MAGIC + divided[1:].tobytes() + b"\n" + told.encode()


def read(data: bytes, trie: Trie) -> Own:
    """Read what was kept beside a lexicon of a trie; ValueError where it is not what `pack` makes of its words."""
    body = data.removeprefix(MAGIC)
    words = _WORDS.match(body)
    if body is data or words is None or body[words.end() : words.end() + 1] != b"\n" or not body.endswith(b"\n"):
        raise ValueError("damaged: no list of own words")
    phrases = body[words.end() + 1 :].decode().split("\n")[:-1]
    if not all(0 < len(phrase) <= MAX_PHRASE for phrase in phrases):
        raise ValueError("damaged: a phrase is empty or too long")
    marks = array("H", _marks(listed(words[0]), trie).tobytes())
    return Own(data, trie, marks, Phrases(tuple(phrases)) if phrases else None)


def _marks(words: Listed, trie: Trie) -> NDArray[np.uint16]:
    """Marks of the slots of a trie, of own words: (s,)."""
    marks = np.zeros(len(trie.slots), np.uint16)
    found = words.clusters
    if not len(found.starts):
        return marks
    if int(words.sizes.max()) > MAX_WORD:
        raise ValueError(f"damaged: an own word has more than {MAX_WORD} clusters")
    place = np.arange(len(found.starts)) - np.repeat(words.firsts, words.sizes)
    bits = np.add.reduceat(np.where(found.leads, np.int64(1) << place, 0), words.firsts)
    slots = slots_of(trie, trie.numbering.number_all(words.codes, found), words.firsts, words.sizes)
    is_word = (trie.nodes.take(slots) >> VALUE_SHIFT & VALUE_MASK) != NO_WORD
    if not is_word.all():
        raise ValueError("damaged: an own word is none of the lexicon")
    marks[slots] = bits
    return marks
