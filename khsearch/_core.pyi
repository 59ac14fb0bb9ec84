"""The compiled core: what it offers to Python."""

from array import array
from collections.abc import Callable, Mapping, Sequence, Set
from os import PathLike
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from khsearch.engine.nodes import Node

Scale = tuple[float, float, float, float, str]
Outside = Callable[[Node], Any]
Passes = Callable[[Sequence[bytes], Sequence[int]], Sequence[bool]]
ToldChunk = tuple[int, int, list[tuple[tuple[bytes, ...], tuple[bytes, ...]]]]

INTERFACE: int

@final
class Characters:
    """What is known of characters; it normalises texts."""

    def __new__(
        cls,
        code_of: Callable[[int], int],
        *,
        fold: bytes,
        classes: bytes,
        sentence_ends: bytes,
        ranks: bytes,
        above_before: bytes,
        above_behind: bytes,
        strong: bytes,
    ) -> Characters:
        """Make it of the tables of `khsearch.khmer.text`; ValueError where these cannot be."""

    def normalize(self, text: str) -> NormalForm:
        """Normalise one text."""

    def normalize_all(self, joined: str, lengths: list[int]) -> NormalForm:
        """Normalise texts that were joined, with one character before, between and after them: how long each is."""

    def stand(self, units: Sequence[bytes], texts: Sequence[bytes]) -> list[bool] | None:
        """Whether units, in code form, stand one behind the other in each of some texts, in UTF-8.

        None for units that take Python.
        """

@final
class NormalForm:
    """Texts in normal form.

    codes      one a character
    origin     for every code, the place that it comes from, as uint32
    is_kept    whether every character was kept in its place
    is_rising  whether no code comes from before one that is before it
    others     code points outside ASCII and the Khmer block of a batch, rising; None of what is no batch, or a copy
    """

    codes: bytes
    origin: bytes
    is_kept: bool
    is_rising: bool
    others: list[int] | None

    def __new__(cls, codes: bytes, origin: bytes, has_ligature: bool, is_kept: bool, is_rising: bool) -> NormalForm:
        """Make again what was pickled."""

@final
class Breaking:
    """What breaks texts by a lexicon."""

    def __new__(
        cls,
        characters: Characters,
        *,
        slots: array[int],
        clusters: bytes,
        lengths: bytes,
        costs: array[int],
        unknown: int,
        marks: array[int] | None,
    ) -> Breaking:
        """Make it of the arrays of a lexicon; ValueError where these cannot be."""

    def batch(self, normal: NormalForm) -> Batch:
        """Find the terms of texts in normal form."""

    def atoms(self, normal: NormalForm) -> Atoms:
        """Find the units and atoms of texts in normal form."""

    def terms(self, codes: bytes) -> tuple[list[bytes], list[bytes]]:
        """Find words and bigrams of the codes of a short text."""

    def runs(self, codes: bytes) -> list[tuple[int, int, list[bytes], list[int], bool]]:
        """Find the runs of the codes of a short text: start, end, units, units of each word, whether Khmer."""

@final
class Batch:
    """The terms of texts. Places and counts are int64, keys int32.

    words         starts, ends, counts by text, keys
    bigrams       the same, of stretches of `bigram_codes`
    foreign       starts and ends of the words that are runs with letters outside ASCII
    """

    words: tuple[bytes, bytes, bytes, bytes]
    bigrams: tuple[bytes, bytes, bytes, bytes]
    bigram_codes: bytes
    foreign: tuple[bytes, bytes]

    def with_foreign_words(
        self,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        runs: NDArray[np.int64],
        form_ends: NDArray[np.int64],
        codes: int,
    ) -> tuple[tuple[bytes, bytes, bytes, bytes], bytes, bytes]:
        """Put words in the place of the runs that they are of.

        Their starts and ends in the codes, numbers of their runs, ends of their forms, all int64, and how many codes
        there are before the forms -> the stream, and where its words begin and end in the codes.
        """

@final
class Atoms:
    """The atoms of texts. Numbers and places are int64, flags one byte each.

    firsts  which units begin words
    units   starts, ends, cluster numbers, and whether Khmer, apart, opening
    """

    firsts: bytes
    units: tuple[bytes, bytes, bytes, bytes, bytes, bytes]

class DamageError(Exception):
    """A file of an index is not what was written: its path, and which part of it."""

@final
class Segment:
    """One segment, read from its file."""

    def __new__(
        cls,
        path: PathLike[str],
        size: int,
        sums: bytes,
        docs: int,
        sections: dict[str, Any],
        fields: Sequence[tuple[str, int, bool, str]],
    ) -> Segment:
        """Open it: bytes that have checksums, and these. docs: documents.

        sections: of the file, by name: [first byte, bytes, what its numbers are]. fields: name, tokens in all, whether
        it keeps positions, and how the names of its sections begin. OSError, DamageError.
        """

    def stored(self, docs: Sequence[int]) -> list[bytes] | None:
        """What is stored of the first of some documents, of one at least, compressed as it is.

        None for a segment that does not say where. DamageError.
        """

def text_of(body: bytes) -> bytes | None:
    """The text of what is stored beside id and title, in UTF-8; None for one that takes Python."""

@final
class Weighting:
    """How terms score."""

    def __new__(cls, default: Scale, fields: Mapping[str, Scale]) -> Weighting:
        """Scales as weight, k1, b, sharpness, field of rarity: of all fields, and of those named."""

@final
class Docs:
    """A set of documents, rising."""

    def __len__(self) -> int: ...
    def bytes(self) -> bytes:
        """Their numbers, four bytes each."""

@final
class Ranked:
    """A node that was made in the core."""

@final
class Commit:
    """One commit, for any number of threads.

    outside: called with a node that the core does not know; returns `Docs`, `Ranked`, or documents and scores as bytes.
    """

    def __new__(cls, segments: Sequence[tuple[Segment, bytes | None]]) -> Commit:
        """Segments in order, each with a byte for each of its documents, 0 where it is deleted; None where none is."""

    def dfs(self, terms: Sequence[tuple[str, bytes]]) -> list[int]:
        """Live documents of each of some terms, which come with their fields."""

    def top(
        self,
        node: Node,
        limit: int,
        weighting: Weighting,
        outside: Outside,
        behind: tuple[float, int] | None = None,
    ) -> tuple[list[int], bytes]:
        """The best documents, best first, ties by number, and their scores, four bytes each."""

    def best(
        self,
        ranked: Node,
        wanted: Node | None,
        known: int | None,
        share: float | None,
        loose: bool,
        near: tuple[str, Sequence[tuple[bytes, bytes]], int, Scale, int] | None,
        count: int,
        weighting: Weighting,
        outside: Outside,
    ) -> tuple[list[int], list[float], list[float], int, int | None]:
        """The best documents of a search, as `khsearch.engine.Best` has them.

        near: field, pairs, places and scale of what stands near each other, and how many of the best it adds to; the
        rest is what `khsearch.engine.Sought` says.
        """

    def heads(self, docs: Sequence[int]) -> list[tuple[str, str]] | None:
        """Id and title of each of some documents; None where one is not what was written."""

    def docs(self, node: Node, weighting: Weighting, outside: Outside) -> Docs:
        """The documents that a node matches."""

    def matches(self, node: Node, weighting: Weighting, outside: Outside) -> tuple[bytes, bytes]:
        """Documents and scores of all that a node matches, four bytes each."""

    def scores(self, docs: Sequence[int], node: Node, weighting: Weighting, outside: Outside) -> bytes:
        """What a node gives some documents that it matches, rising, four bytes each."""

    def among(self, docs: Sequence[int], node: Node, weighting: Weighting, outside: Outside) -> list[bool]:
        """Which of some live documents, in any order, a node matches."""

    def proximity(
        self,
        docs: Sequence[int],
        field: str,
        pairs: Sequence[tuple[bytes, bytes]],
        slop: int,
        scale: Scale,
    ) -> list[float]:
        """What documents, in any order, get for pairs of terms that stand near each other."""

@final
class Variants:
    """Groups of spellings."""

    def __new__(cls, spellings: Sequence[str], forms: Sequence[bytes], groups: Sequence[tuple[int, float]]) -> Variants:
        """Spellings one group after the other, the form of each; of each group, how many it has, and its weight."""

@final
class Ranking:
    """What a ranking says of plans."""

    def __new__(
        cls, fields: Sequence[str], bigrams: bool, few_words: float, readings: float, function_words: Set[str]
    ) -> Ranking:
        """Fields of words, whether bigrams have weight, words up to which it is full, what those of readings have.

        function_words: chunks that need not stand where every chunk must.
        """

@final
class Planner:
    """What queries of one commit are planned with."""

    def __new__(
        cls,
        commit: Commit,
        breaking: Breaking,
        variants: Variants,
        words: Breaking,
        ranking: Ranking,
        weighting: Weighting,
    ) -> Planner:
        """breaking: as documents were broken. words: whose lexicon goes with `variants`."""

    def plan(self, text: str, wanted: str, passes: Passes) -> Plan | None:
        """Plan a query of plain words; None for one that takes Python.

        wanted: "any", "all" or "best". passes: whether units follow each other in documents.
        """

    def read_as(
        self,
        plan: Plan,
        readings: Sequence[Sequence[str]],
        passes: Passes,
    ) -> tuple[Docs | None, list[list[ToldChunk]]] | None:
        """Where a plan's chunks stand if those that stand nowhere are read as texts, several for each, in order.

        And the chunks of these texts. No documents where they do not stand together; None where it takes Python.
        """

@final
class Plan:
    """What a query comes to."""

    ranked: Ranked
    docs: Docs | None
    nearly: bool
    nowhere: list[tuple[int, int]]
    rows: list[list[bytes]]
    marked: list[tuple[bytes, ...]]
    bigrams: tuple[bytes, ...]
    chunks: list[ToldChunk]

@final
class Joining:
    """What joins atoms to words."""

    def __new__(
        cls,
        *,
        names: Sequence[bytes],
        slots: Sequence[int],
        rows: memoryview,
        unknown: memoryview,
        ends: tuple[int, int],
        transitions: tuple[tuple[int, int], tuple[int, int]],
        tags: array[int],
        values: array[int],
        words: Sequence[tuple[int, ...]],
    ) -> Joining:
        """Make it of the arrays of a field and of a table of pairs; ValueError where these cannot be.

        names: clusters of the field, from number 1. ends: what the first and the last cluster of a run add. words: the
        pairs of each listed word.
        """

@final
class Wanted:
    """What a query asked for."""

    def __new__(
        cls, rows: Sequence[tuple[bytes, ...]], bigrams: Sequence[bytes], breaking: Breaking, joining: Joining
    ) -> Wanted:
        """Rows of words, and what is marked where none of these stands, all in code form."""

    def excerpts(
        self, text: str, size: tuple[int, int | None, int]
    ) -> list[tuple[int, int, tuple[tuple[int, int], ...], int | None]] | None:
        """The excerpts of a text: where each begins and ends, marks in it, and its page; None where it takes Python.

        size: characters of an excerpt, about and at most, and how many excerpts there are at most.
        """

    def excerpts_of(
        self, utf8: bytes, size: tuple[int, int | None, int]
    ) -> list[tuple[str, int, tuple[tuple[int, int], ...], int | None]] | None:
        """The same of a text as UTF-8: each with what stands there, and where that begins."""

    def marks(self, text: str) -> list[tuple[int, int]] | None:
        """Where it stands in all of a text; None where it takes Python."""

@final
class Inverter:
    """Collects the tokens of one field.

    tokens  so far
    terms   distinct ones so far
    """

    tokens: int
    terms: int

    def __new__(cls, positions: bool) -> Inverter:
        """positions: whether the field keeps them."""

    def add(
        self,
        codes: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        counts: NDArray[np.int64],
        positions: NDArray[np.int64] | None,
        ids: NDArray[np.int32] | None,
        first: int,
    ) -> None:
        """Take in the tokens of documents, the first of which has the number `first`, as `TokenBatch` has them.

        ValueError for arrays that disagree or hold what cannot be; OverflowError for what no segment has room for.
        """

    def finish(self, docs: int, least: int | None) -> Inverted:
        """Put all in the order of terms, for a segment of so many documents. The inverter is spent.

        least: documents of the pairs of neighbours that are counted; None for no pairs.
        """

@final
class Inverted:
    """The postings of one field, in the order of terms."""

    def coded(self) -> list[Coded]:
        """Code the next terms: some parts, none where all is done."""

    def pairs(self) -> tuple[bytes, bytes, bytes] | None:
        """Pairs of neighbours in what was coded: first terms, second ones, documents, uint32.

        None where tokens stand elsewhere than at 0, 1, 2, ...
        """

@final
class Coded:
    """Postings as the streams of a segment have them.

    streams  high, low, tf, rest, pos, terms
    counts   of each term: documents, tokens beyond these, bytes, uint32 each, and bits of a position's rest, uint8
    rows     where the parts of each block begin, and last where all end: six int64 each
    keys     the first eight bytes of each block's first term, uint64
    top      the highest position
    """

    streams: tuple[bytes, bytes, bytes, bytes, bytes, bytes]
    counts: tuple[bytes, bytes, bytes, bytes]
    rows: bytes
    keys: bytes
    top: int

def coded(
    codes: NDArray[np.uint8],
    starts: NDArray[np.int64],
    df: NDArray[np.int64],
    docs: NDArray[np.int64],
    tf: NDArray[np.int64],
    positions: NDArray[np.int64] | None,
    count: int,
) -> Coded:
    """Code postings that are in order, for a segment of `count` documents; ValueError where they disagree.

    codes of terms are cut at starts (t + 1,); df (t,), docs, tf (p,), positions (n,).
    """
