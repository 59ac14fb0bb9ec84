"""typed: one text that was typed, analysed once. What is asked of it is found when first asked for, and kept.

A short text is read as lists, by the compiled core where it is, else in plain Python: its *runs*, the *units* that each
is made of (clusters; a number or a word of ASCII letters is one unit), and how many units each word has. Words, bigrams
and tokens follow from these. A long text, or one with letters of other scripts, is read as a batch of one (`batches`),
with the same terms.

    text     "\u1791\u17b8 12ab"           typed
    codes    02 91 b8 20 31 32 61 62 02   normal form
    runs     (91 b8)(31 32)(61 62)

With a stretch of it spelled otherwise, a text has other terms (`spliced`): its codes are put together from those of
what stays and of the spelling, and only runs that are new are broken. Where characters on both sides of a seam might
change each other, the whole text is analysed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from khsearch.frozen import frozen
from khsearch.khmer.terms.wholes import Wholes, whole_words
from khsearch.khmer.text import script
from khsearch.khmer.text.normal_text import GIVE_PLAIN, NormalText
from khsearch.khmer.text.script import CLASS, COENG, DELETED, LETTER, LIGATURE, LONGEST_TERM, MARK, POINT
from khsearch.khmer.words.breakers import compiled_of
from khsearch.khmer.words.modes import joiner_of
from khsearch.pattern import pattern
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch.khmer.terms.batches import Batch
    from khsearch.khmer.terms.tokens import Token
    from khsearch.khmer.terms.whole_batches import WholeBatch
    from khsearch.khmer.words.breakers import Breaker

SHORT = 2_000
"""Codes of the longest text that is read as lists: beyond, arrays are faster."""

# A run of Khmer, of digits, of letters, or what no bigram crosses.
_RUN = pattern(rb"([\x80-\xd3\xdd]+)|([0-9\x03]+)|([a-z\x01]+)|[\xd4\xd5\xd9\xda?!\n\x02]")
_CLUSTER = pattern(script.CLUSTER_PATTERN)
_LETTER = pattern(script.CLUSTER_PATTERN + rb"|\x01[\x00-\x7f]{3}|[^\x80-\xff]")
_OF_NUMBERS = frozenset(b"0123456789.,") | {POINT}


@frozen
class Terms:
    """The two streams of one text, in code form: what a query is made of."""

    words: list[bytes]
    bigrams: list[bytes]

    def of(self, source: str) -> list[bytes]:
        """One of the streams, by the name that `khsearch.schema` has for it."""
        return {"words": self.words, "bigrams": self.bigrams}[source]


Change = tuple[int, int, str]
"""A stretch of a text, by its offsets, and what stands there instead."""

Run = tuple[int, int, list[bytes], list[int], bool]
"""A run of a short text, or, without units, what no bigram crosses.

start, end  where it is in the codes
units       its clusters; of digits or letters, itself, divided where it is longer than a term may be
counts      how many units each word has
khmer       whether it is Khmer
"""


class Analysis(Protocol):
    """What a typed text asks of its analyzer."""

    breaker: Breaker

    def batch_of(self, normal: NormalText) -> Batch:
        """Analyse what is in normal form already, as arrays."""

    def whole_batch_of(self, normal: NormalText) -> WholeBatch:
        """Find the whole words of what is in normal form already, as arrays."""

    def broken(self, run: bytes) -> tuple[list[bytes], list[int]]:
        """Break one run of Khmer: its clusters, in code form, and how many of them each word has."""

    def spelled(self, spelling: str) -> Typed:
        """Analyse a spelling of a word or a few."""


@frozen
class Typed:
    """One text, its normal form, and what `analyzer` makes of it.

    `broken` has the clusters and words of its runs of Khmer, and of those of other spellings of it, as far as they were
    asked for: a run breaks alike wherever it stands.
    """

    text: str
    normal: NormalText
    analyzer: Analysis = field(repr=False)
    broken: dict[bytes, tuple[list[bytes], list[int]]] = field(default_factory=dict, repr=False)
    _spliced: dict[tuple[Change, ...], Terms] = field(default_factory=dict, repr=False)

    __eq__, __hash__ = object.__eq__, object.__hash__  # each is like no other

    @cached_property
    def is_short(self) -> bool:
        """Whether it is read as lists."""
        codes = self.normal.codes
        return len(codes) <= SHORT and LETTER not in codes and LIGATURE not in self.text

    @cached_property
    def batch(self) -> Batch:
        """The text as a batch of one."""
        return self.analyzer.batch_of(self.normal)

    @cached_property
    def runs(self) -> list[Run]:
        """The runs of a short text, in order."""
        return self._runs_of(self.normal.codes)

    def _runs_of(self, codes: bytes) -> list[Run]:
        breaking = compiled_of(self.analyzer.breaker)
        if breaking is not None:
            return breaking.runs(codes)
        runs: list[Run] = []
        for found in _RUN.finditer(codes):
            run, kind = found[0], found.lastindex
            if kind == 1:
                known = self.broken.get(run)
                if known is None:
                    known = self.broken[run] = self.analyzer.broken(run)
                runs.append((found.start(), found.end(), *known, True))
            elif kind is None:
                runs.append((found.start(), found.end(), [], [], False))
            else:
                units = [run] if len(run) <= LONGEST_TERM else _divided(run)
                runs.append((found.start(), found.end(), units, [1] * len(units), False))
        return runs

    @cached_property
    def terms(self) -> Terms:
        """Both streams."""
        if not self.is_short:
            return Terms(self.batch.words.terms(), self.batch.bigrams.terms())
        return self._terms_of(self.normal.codes)

    @cached_property
    def edges(self) -> tuple[list[int], list[int]]:
        """Where the words begin and end in the codes of the normal form, which have nothing invisible."""
        if not self.is_short:
            return self.batch.word_starts.tolist(), self.batch.word_ends.tolist()
        edges = [list(accumulate(map(len, _words([run])), initial=run[0])) for run in self.runs]
        return [edge for of_run in edges for edge in of_run[:-1]], [edge for of_run in edges for edge in of_run[1:]]

    @cached_property
    def spans(self) -> tuple[list[int], list[int]]:
        """Offsets of the words: of their first characters, and behind their last."""
        if not self.is_short:
            firsts, lasts = self.batch.word_spans()
            return firsts.tolist(), lasts.tolist()
        starts, ends = self.normal.span_lists(*self.edges)
        return [place - 1 for place in starts], [place - 1 for place in ends]  # a character stands before the text

    @cached_property
    def tokens(self) -> list[Token]:
        """The words as tokens, offsets in code points of the text."""
        loading("khsearch.khmer.terms.tokens")
        from khsearch.khmer.terms.tokens import atom_tokens, decoded

        return atom_tokens(list(map(decoded, self.terms.words)), *self.spans)

    @cached_property
    def whole(self) -> Wholes:
        """The whole words that people read: unions of the words, which are atoms."""
        if not self.is_short:
            found = self.analyzer.whole_batch_of(self.normal)
            return Wholes(*(part.tolist() for part in (found.firsts, found.starts, found.ends, found.signs)))
        return whole_words(self.normal, self.runs, joiner_of(self.analyzer.breaker))

    @cached_property
    def whole_spans(self) -> tuple[list[int], list[int]]:
        """Offsets of the whole words: of their first characters, and behind their last."""
        whole = self.whole
        starts, ends = self.normal.span_lists(whole.starts, whole.ends)
        return [place - 1 for place in starts], [place - 1 for place in ends]

    @cached_property
    def whole_tokens(self) -> list[Token]:
        """The whole words as tokens, each with its atoms."""
        loading("khsearch.khmer.terms.tokens")
        from khsearch.khmer.terms.tokens import whole_tokens, word_terms

        whole, atoms = self.whole, self.tokens
        terms = [atom.term for atom in atoms]
        found = word_terms(self.normal, terms, self.edges, whole.firsts, (whole.starts, whole.ends))
        return whole_tokens(atoms, found, whole.firsts, *self.whole_spans, set(whole.signs))

    def part(self, start: int, end: int) -> Terms:
        """Terms of a stretch of the text, by itself."""
        first, last = self._cut(start), self._cut(end)
        if first is None or last is None or not self.is_short:
            return self.analyzer.spelled(self.text[start:end]).terms
        return self._terms_of(b"\x02%b\x02" % self.normal.codes[first:last])

    def cut(self, start: int, end: int) -> Typed:
        """A stretch of the text as a text of its own."""
        if (start, end) == (0, len(self.text)):
            return self
        found = self.analyzer.spelled(self.text[start:end])
        found.broken.update(self.broken)
        return found

    def spliced(self, *changes: Change) -> Terms:
        """Terms of the text with other spellings of some stretches, in order and apart."""
        known = self._spliced.get(changes)
        if known is None:
            known = self._spliced[changes] = self._spliced_anew(changes)
        return known

    def _spliced_anew(self, changes: Sequence[Change]) -> Terms:
        pieces = [*self._pieces(changes)]
        codes = self._joined(pieces)
        if codes is None or len(codes) > SHORT:
            return self.analyzer.spelled("".join(text for text, _ in pieces)).terms
        return self._terms_of(codes)

    def _terms_of(self, codes: bytes) -> Terms:
        breaking = compiled_of(self.analyzer.breaker)
        if breaking is not None:
            return Terms(*breaking.terms(codes))
        runs = self.runs if codes == self.normal.codes else self._runs_of(codes)
        return Terms(_words(runs), bigrams_of(runs))

    def _pieces(self, changes: Sequence[Change]) -> Iterator[tuple[str, bytes | None]]:
        """What stays of the text and the spellings, in order, each with its codes; None where these are not its own."""
        at = 0
        for start, end, spelling in (*changes, (len(self.text), len(self.text), "")):
            first, last = self._cut(at), self._cut(start)
            known = self.is_short and first is not None and last is not None
            yield self.text[at:start], self.normal.codes[first:last] if known else None
            if spelling:
                spelled = self.analyzer.spelled(spelling)
                self.broken.update(spelled.broken)
                yield spelling, spelled.normal.codes[1:-1] if spelled.is_short else None
            at = end

    def _joined(self, pieces: Sequence[tuple[str, bytes | None]]) -> bytes | None:
        """Codes of pieces of text side by side; None where they change each other."""
        joined = b"\x02"
        before = ""
        for text, codes in pieces:
            if not text:
                continue
            if codes is None or (before and not _are_apart(before, text[0])):
                return None
            seam = len(joined)
            joined += codes
            if joined.find(GIVE_PLAIN, seam - 2, seam + 2) >= 0:
                return None
            before = text[-1]
        return joined + b"\x02"

    def _cut(self, offset: int) -> int | None:
        """Where in the codes the text can be cut, so that both parts have the codes that they have by themselves."""
        text, codes = self.text, self.normal.codes
        if offset == 0 or offset == len(text):
            return len(codes) - 1 if offset else 1
        if not _are_apart(text[offset - 1], text[offset]):
            return None
        place = self.normal.place_of(offset + 1)  # a character stands before the text
        if place is None or codes[place - 1] == COENG or CLASS[codes[place]] == MARK:
            return None
        return place


def _are_apart(left: str, right: str) -> bool:
    """Whether the normal forms of two characters side by side do not depend on each other."""
    before, behind = map(script.code_of, (left, right))
    if before in (COENG, DELETED, LETTER) or behind in (DELETED, LETTER) or CLASS[behind] == MARK:
        return False
    return not (before in _OF_NUMBERS and behind in _OF_NUMBERS)


def clusters_of(run: bytes) -> list[bytes]:
    """Clusters of a run of Khmer, all in code form."""
    return _CLUSTER.findall(run)


def letters_of(word: bytes) -> list[bytes]:
    """Clusters of a word of Khmer, or letters of a word of another script, all in code form."""
    return _LETTER.findall(word)


def cluster_edges(codes: bytes) -> tuple[list[int], list[int]]:
    """Where the clusters of some codes begin and end."""
    spans = [found.span() for found in _CLUSTER.finditer(codes)]
    return [start for start, _ in spans], [end for _, end in spans]


def _words(runs: Sequence[Run]) -> list[bytes]:
    words: list[bytes] = []
    for _, _, units, counts, _ in runs:
        if len(counts) == len(units):
            words += units
            continue
        at = 0
        for count in counts:
            words.append(units[at] if count == 1 else b"".join(units[at : at + count]))
            at += count
    return words


def bigrams_of(runs: Sequence[Run]) -> list[bytes]:
    """Pairs of neighbouring units, with a space between them where a number or a word of letters has one before it."""
    bigrams: list[bytes] = []
    last, behind = b"", 0
    for start, end, units, _, khmer in runs:
        if not units:
            last = b""
            continue
        if last:
            bigrams.append(last + units[0] if khmer or behind == start else last + b" " + units[0])
        bigrams += map(bytes.__add__, units, units[1:])
        last, behind = units[-1], end
    return bigrams


def bigrams_between(words: Sequence[bytes]) -> list[bytes]:
    """Bigrams of a text of words with spaces between them, all in code form."""
    runs: list[Run] = []
    for word in words:
        khmer = word[0] >= script.BASES.start
        units = clusters_of(word) if khmer else [] if LETTER in word else [word]
        runs.append((1, 0, units, [], khmer))  # none begins where the one before it ends
    return bigrams_of(runs)


def _divided(run: bytes) -> list[bytes]:
    """The words of a run of digits or ASCII letters."""
    return [run[at : at + LONGEST_TERM] for at in range(0, len(run), LONGEST_TERM)]
