"""analyzer: texts in, terms out. The only road, for documents and for queries.

Every text gives two streams of terms. *Words* are what the breaker finds in its runs of Khmer, its numbers, and its
words of other scripts (`foreign`): letters part where the script changes and where digits begin. A word longer than
`script.LONGEST_TERM` is several, divided from its beginning on. *Bigrams* are pairs of neighbouring clusters, across
word boundaries and spaces but not across the end of a sentence: they rescue what no dictionary knows. A number or a
word of ASCII letters stands for a cluster there. Terms are in code form (`script.encode_term`).

A batch of texts is analysed as arrays (`batches`), a short text as lists (`typed`), both by the compiled core where it
is and the breaker is the lattice: one behaviour, held equal by tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import ModuleType
from typing import TYPE_CHECKING, cast
from weakref import WeakValueDictionary

import xxhash

from khsearch.khmer import terms
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.text.script import LONGEST_TERM
from khsearch.khmer.words.breakers import BREAKERS, Breaker, check_counts, compiled_of, factory_of, make_breaker
from khsearch.khmer.words.modes import joiner_of
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch._core import Breaking, Joining
    from khsearch.khmer.terms.batches import Batch
    from khsearch.khmer.terms.streams import Keys
    from khsearch.khmer.terms.tokens import Token
    from khsearch.khmer.terms.typed import Terms, Typed
    from khsearch.khmer.terms.whole_batches import WholeBatch
    from khsearch.khmer.text.normal_text import NormalText

FORMAT = 2
"""Raised whenever a change here, in `script`, `scripts`, `marks` or `normalize` makes a text give other terms.

1 is what khsearch 0.1 had. In 2, a term has a greatest length and a cluster a greatest number of subscripts, a change
of script is a border of words and shapes of letters are folded, and two encodings that look right are put right.
`behaviour.affected_by_format_2` knows which terms of 1 tell that a text gives others in 2.
"""

DIVIDED_BY = "divided_by"
"""Where the settings of an index say who divides other scripts without spaces."""

_REMEMBERED = 1 << 12  # spellings whose analyses are
_OF_KHMER = re.compile("[\0-\x7f\u1780-\u17ff]*")


class Analyzer:
    """Normalise, break, make terms."""

    def __init__(self, breaker: Breaker, divided_by: str | None = None) -> None:
        """Of a breaker; `divided_by` says who divides other scripts without spaces: None is what this machine has."""
        self.breaker = breaker
        self._divided_by = divided_by
        self._is_ours = breaker.name in BREAKERS
        self._spellings: dict[str, Typed] = {}

    @property
    def compiled(self) -> Breaking | None:
        """What breaks texts alike in the compiled core; None where that does not."""
        return compiled_of(self.breaker)

    @property
    def compiled_joiner(self) -> Joining | None:
        """What makes whole words as the joiner of its breaker does, in the compiled core; None where that does not."""
        return cast("Joining | None", getattr(joiner_of(self.breaker), "compiled", None))

    @cached_property
    def divided_by(self) -> str:
        """Who divides other scripts without spaces, one of `spaceless.WAYS`."""
        return self._divided_by or str(_spaceless().way_here())

    @property
    def wants_icu(self) -> bool:
        """Whether it is ICU."""
        return self.divided_by == "icu"

    @property
    def lacks_icu(self) -> bool:
        """Whether ICU does, and is not there: letters are words then, which is enough to show a text."""
        return self.wants_icu and not _spaceless().is_here()

    @property
    def _by_icu(self) -> bool:
        return self.wants_icu and not self.lacks_icu

    def settings(self) -> dict[str, object]:
        """What khsearch itself brings to how a text breaks, as JSON-able values; `behaviour` has the rest."""
        found = {"format": FORMAT, "breaker": self.breaker.name, "breaker_version": self.breaker.version}
        # What says nothing of it was divided by ICU: for long there was nothing else.
        return found if self.wants_icu else found | {DIVIDED_BY: self.divided_by}

    def batch(self, texts: Sequence[str]) -> Batch:
        """Analyse many texts as one array; a megabyte at a time is fastest."""
        return self.batch_of(normalize_all(texts))

    def batch_of(self, normal: NormalText) -> Batch:
        """Analyse what is in normal form already."""
        loading("khsearch.khmer.terms.batches")
        from khsearch.khmer.terms.batches import analyse

        return analyse(normal, self.breaker, self._keys, by_icu=self._by_icu)

    def whole_batch(self, texts: Sequence[str], mode: str = "word") -> WholeBatch:
        """Find the whole words, or the atoms, of many texts as one array; a megabyte at a time is fastest."""
        return self.whole_batch_of(normalize_all(texts), mode)

    def whole_batch_of(self, normal: NormalText, mode: str = "word") -> WholeBatch:
        """Find the whole words, or the atoms, of what is in normal form already."""
        loading("khsearch.khmer.terms.whole_batches")
        from khsearch.khmer.terms.whole_batches import analyse_whole

        return analyse_whole(normal, self.breaker, self._keys, mode, by_icu=self._by_icu)

    @cached_property
    def _keys(self) -> Keys | None:
        """Keys of the terms that the breaker's lexicon spells, if it reads one."""
        loading("khsearch.khmer.terms.streams")
        from khsearch.khmer.terms.streams import Keys

        return None if self.breaker.lexicon is None else Keys(self.breaker.lexicon)

    def typed(self, text: str) -> Typed:
        """Analyse one text."""
        short = len(text) <= terms.typed.SHORT
        return terms.typed.Typed(text, normalize(text) if short else normalize_all([text]), self)

    def spelled(self, spelling: str) -> Typed:
        """Analyse a spelling of a word or a few, which is asked for again and again."""
        found = self._spellings.get(spelling)
        if found is None:
            if len(self._spellings) >= _REMEMBERED:
                self._spellings.clear()
            found = self._spellings[spelling] = self.typed(spelling)
        return found

    def terms(self, text: str) -> Terms:
        """Both streams of one text."""
        return self.typed(text).terms

    def tokens(self, text: str, mode: str = "atom") -> list[Token]:
        """Return the words of one text as tokens, offsets in code points of `text`."""
        typed = self.typed(text)
        return typed.tokens if mode == "atom" else typed.whole_tokens

    def boundaries(self, text: str, mode: str = "atom") -> list[int]:
        """Offsets between words, and between words and what is none: 0 first, len(text) last, rising, no two alike."""
        typed = self.typed(text)
        starts, ends = typed.spans if mode == "atom" else typed.whole_spans
        return sorted({0, len(text), *starts, *ends})

    def broken(self, run: bytes) -> tuple[list[bytes], list[int]]:
        """Break one run of Khmer: its clusters, in code form, and how many of them each word has."""
        breaking = compiled_of(self.breaker)
        if breaking is not None:
            ((_, _, units, counts, _),) = breaking.runs(run)
            return units, counts
        clusters = terms.typed.clusters_of(run)
        counts = self.breaker.break_run(clusters)
        if not self._is_ours:
            check_counts(self.breaker, counts, len(clusters))
        if len(clusters) > LONGEST_TERM and max(counts) > LONGEST_TERM:
            counts = [part for count in counts for part in _parts(count)]
        return clusters, counts

    def run_words(self, run: bytes) -> list[bytes]:
        """Words of one run of Khmer, all in code form."""
        clusters, counts = self.broken(run)
        ends = list(accumulate(counts))
        return [b"".join(clusters[a:b]) for a, b in zip([0, *ends], ends, strict=False)]

    def reading_depends(self, text: str) -> tuple[str, bool]:
        """What the answer for one text depends on besides the breaker.

        Distinct characters outside ASCII and the Khmer block, sorted, and whether ICU divides a run of it.
        """
        if _OF_KHMER.fullmatch(text):
            return "", False
        others = "".join(sorted(char for char in set(text) if not _OF_KHMER.fullmatch(char)))
        return others, self.wants_icu and _any_spaceless(others)

    def is_divided_by_icu(self, batch: Batch) -> bool:
        """Whether ICU divides a run of a batch."""
        return self.wants_icu and batch.spaceless

    def check(self, what: str, text: str) -> None:
        """Raise MissingExtraError where ICU has to divide a run of a text and is not there; `what` names the text."""
        if not _OF_KHMER.fullmatch(text) and self.lacks_icu and _any_spaceless("".join(set(text))):
            told = f"{what} has words of a script without spaces that ICU divides in this index"
            raise _spaceless().missing(told, "; or let the index do without it: khsearch rebuild INDEX")


def _spaceless() -> ModuleType:
    """What a text of Khmer alone does without."""
    loading("khsearch.khmer.words.spaceless")
    from khsearch.khmer.words import spaceless

    return spaceless


def _any_spaceless(characters: str) -> bool:
    loading("khsearch.khmer.text.scripts")
    from khsearch.khmer.text.scripts import any_spaceless

    return any_spaceless(characters)


def _parts(count: int) -> list[int]:
    """Clusters of a word as those of the words that it is divided into."""
    whole, rest = divmod(count, LONGEST_TERM)
    return [*[LONGEST_TERM] * whole, *filter(None, [rest])]


_shared: WeakValueDictionary[tuple[object, ...], Analyzer] = WeakValueDictionary()


def shared_analyzer(breaker: str, resources: Mapping[str, bytes], divided_by: str) -> Analyzer:
    """The analyzer of a breaker that is made from its resources: all that keep the same share one.

    ValueError and LexiconError as `make_breaker` raises them.
    """
    content = ((resource, xxhash.xxh3_128_hexdigest(data)) for resource, data in sorted(resources.items()))
    key = (breaker, factory_of(breaker), divided_by, *content)
    found = _shared.get(key)
    if found is None:
        found = _shared.setdefault(key, Analyzer(make_breaker(breaker, resources), divided_by))
    return found


def cluster_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of every Khmer cluster of a text: first character, last character + 1."""
    normal = normalize(text)
    starts, ends = normal.span_lists(*terms.typed.cluster_edges(normal.codes))
    # The first of the two clusters that one U+17A8 stands for has no length.
    return [(a - 1, b - 1) for a, b in zip(starts, ends, strict=True) if a < b]
