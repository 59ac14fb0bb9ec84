"""batches: many texts, or a long one, in normal form in; their words and bigrams out, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import keep_freed_memory
from khsearch.frozen import frozen
from khsearch.khmer.terms import compiled
from khsearch.khmer.terms.foreign import foreign_units, with_foreign_words
from khsearch.khmer.terms.streams import Keys, TermKeys, Tokens, bigrams_of, count_in_texts
from khsearch.khmer.text import scripts
from khsearch.khmer.text.clusters import Clusters, Units, units
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.points import Offsets
from khsearch.khmer.text.script import END, LETTER, LIGATURE, LONGEST_TERM
from khsearch.khmer.words.breakers import BREAKERS, Breaker, compiled_of


@frozen
class Batch:
    """The terms of a batch: the normal form, the two streams, and where in the normal form each word stands."""

    normal: NormalText
    words: Tokens
    bigrams: Tokens
    word_starts: Offsets
    word_ends: Offsets

    def of(self, source: str) -> Tokens:
        """One of the streams, by the name that `khsearch.schema` has for it."""
        return {"words": self.words, "bigrams": self.bigrams}[source]

    @property
    def foreign(self) -> str:
        """Distinct characters outside ASCII and the Khmer block that the originals hold, sorted."""
        return self.normal.others

    @property
    def spaceless(self) -> bool:
        """Whether it has a run of a script without spaces, other than Khmer."""
        return LETTER in self.normal.codes and scripts.any_spaceless(self.foreign)

    def word_spans(self) -> tuple[Offsets, Offsets]:
        """Offsets of every word in its own original text: two arrays (k,) int64."""
        starts, ends = self.normal.spans(self.word_starts, self.word_ends)
        firsts = np.repeat(np.array(self.normal.firsts, np.int64), self.words.counts)
        return starts - firsts, ends - firsts


@frozen
class Atoms:
    """The atoms of a batch, as units.

    units    the u units
    firsts   (k,) int64, which units begin atoms
    numbers  (u,) int64, of the clusters in the breaker's lexicon, 0 for no clusters; None if it reads none
    inside   (n,) bool, true for every code inside of a unit; None of the core's, which finds bigrams by itself
    """

    units: Units
    firsts: Offsets
    numbers: Offsets | None
    inside: NDArray[np.bool_] | None = None


def analyse(normal: NormalText, breaker: Breaker, keys: Keys | None, *, by_icu: bool) -> Batch:
    """Find the terms of a batch in normal form.

    keys    those of the breaker's lexicon, if it reads one
    by_icu  whether ICU divides scripts without spaces
    """
    breaking = compiled_of(breaker)
    if breaking is not None and normal.form is not None:
        keep_freed_memory()
        found = breaking.batch(normal.form)
        words, starts, ends = compiled.words_of(found, normal, by_icu=by_icu)
        return Batch(normal, words, compiled.bigrams_of(found), starts, ends)
    atoms = find_atoms(normal, breaker, keys)
    word_keys = pair_keys = None
    if keys is not None and atoms.numbers is not None:
        word_keys = keys.of_words(atoms.numbers, atoms.firsts)
        pair_keys = keys.of_pairs(atoms.numbers)
    foreign = foreign_units(normal, atoms.units)
    text_ends = np.flatnonzero(normal.array == END)
    assert atoms.inside is not None
    bigrams = bigrams_of(normal.array, atoms.inside, atoms.units, pair_keys, foreign, text_ends)
    words, starts, ends = words_of(normal, atoms, word_keys, foreign, text_ends, by_icu=by_icu)
    return Batch(normal, words, bigrams, starts, ends)


def find_atoms(normal: NormalText, breaker: Breaker, keys: Keys | None) -> Atoms:
    """Break a batch in normal form."""
    keep_freed_memory()
    breaking = compiled_of(breaker)
    if breaking is not None and normal.form is not None:
        return Atoms(*compiled.atoms_of(breaking.atoms(normal.form)))
    found, inside = units(normal.codes)
    opens, numbers = _broken(normal.codes, found, breaker, keys)
    joined = None
    if LIGATURE in normal.raw:
        joined = normal.origin.take(found.starts) == normal.origin.take(found.starts - 1)
        opens = opens & ~joined
    return Atoms(found, _divide(opens, joined), numbers, inside)


def words_of(
    normal: NormalText,
    atoms: Atoms,
    keys: TermKeys | None,
    foreign: NDArray[np.bool_] | None,
    text_ends: Offsets,
    *,
    by_icu: bool,
) -> tuple[Tokens, Offsets, Offsets]:
    """The stream of words, and their edges in the codes."""
    units, firsts = atoms.units, atoms.firsts
    starts = units.starts.take(firsts)
    ends = units.ends.take(np.append(firsts, len(units.starts))[1:] - 1)
    if foreign is not None:
        return with_foreign_words(normal, starts, ends, keys, foreign.take(firsts), text_ends, by_icu=by_icu)
    return Tokens(normal.array, starts, ends, count_in_texts(starts, text_ends), keys), starts, ends


def mostly_khmer(units: Units) -> bool:
    """Whether so few units are no clusters that they need not be taken out: each is a run of one cluster of no word."""
    return bool(8 * np.count_nonzero(units.khmer) > 7 * len(units.khmer))


def _broken(
    codes: bytes, units: Units, breaker: Breaker, keys: Keys | None
) -> tuple[NDArray[np.bool_], Offsets | None]:
    """Which units begin words, and for a breaker that reads a lexicon, their cluster numbers, 0 for no clusters."""
    if keys is not None and mostly_khmer(units):
        numbers = keys.number_all(codes, units.all())
        numbers *= units.khmer
        return _begins(breaker, codes, units.all(), numbers), numbers
    clusters, which = units.clusters()
    opens = np.ones(len(units.starts), np.bool_)  # a run of digits or letters is a word
    if keys is None:
        opens[which] = _begins(breaker, codes, clusters)
        return opens, None
    found = keys.number_all(codes, clusters)
    opens[which] = _begins(breaker, codes, clusters, found)
    numbers = np.zeros(len(opens), np.int64)
    numbers[which] = found
    return opens, numbers


def _begins(breaker: Breaker, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
    """What `break_all` finds; ValueError where that of a breaker from outside is no breaking of these clusters."""
    found = breaker.break_all(codes, clusters, numbers)
    if breaker.name not in BREAKERS:
        leads = clusters.leads
        like = isinstance(found, np.ndarray) and found.dtype == leads.dtype and found.shape == leads.shape
        if not like or not found[leads].all():
            raise ValueError(
                f"the breaker {breaker.name!r} breaks {len(leads)} clusters of a batch into {found!r:.60}: its "
                "break_all gives an array with a bool for each, true wherever a run begins; mend it"
            )
    return found


def _divide(opens: NDArray[np.bool_], joined: NDArray[np.bool_] | None) -> Offsets:
    """Divide words of more than LONGEST_TERM units; `joined` tells units that are one character with the one before.

    Which units begin words (u,), changed in place -> their numbers.
    """
    firsts = np.flatnonzero(opens)
    lengths = np.append(firsts, len(opens))
    lengths = lengths[1:] - lengths[:-1]
    if lengths.max(initial=0) <= LONGEST_TERM:
        return firsts
    long = np.flatnonzero(lengths > LONGEST_TERM)
    for first, length in zip(firsts.take(long).tolist(), lengths.take(long).tolist(), strict=True):
        at = first + LONGEST_TERM
        while at < first + length:
            at -= joined is not None and bool(joined[at])
            opens[at] = True
            at += LONGEST_TERM
    return np.flatnonzero(opens)
