"""lexicon: words and their costs: load, save, extend, fingerprint.

A `LexiconModel` is what people and the learner handle: words with costs. A `Lexicon` is its compiled form, arrays that
load in milliseconds; its file holds nothing but a line of JSON and arrays. What a user adds to it (`own`) is kept
beside that file. Its fingerprint, a SHA-256 of both, lies in every index that was built with it.
"""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.words import trie
from khsearch.khmer.words.lattice import GAIN_ZERO
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch.khmer.words.model import LexiconModel
    from khsearch.khmer.words.own import Own
    from khsearch.native import Breaking

MAGIC = b"khsearch lexicon 1\n"
_HEAD = re.compile(
    MAGIC + rb'\{"unknown":(\d{1,9}),"rare_cluster":(\d{1,18}),"nodes":(\d{1,9}),"clusters":(\d{1,9})'
    rb',"sha256":"([0-9a-f]{64})"\}\n'
)
MAX_COST = 40_000
"""The most that a word or a cluster costs."""


@frozen
class Lexicon:
    """A compiled lexicon: the trie of words, and the costs that its model has beside them.

    unknown, rare_cluster  as in the model
    cluster_costs          cost of every cluster of the trie in an unknown stretch, by number less one, as int32
    own                    entries of a user's word list, whose words are in the trie; None where there are none
    """

    trie: trie.Trie
    unknown: int
    rare_cluster: int
    cluster_costs: array[int] = field(repr=False)
    own: Own | None = field(default=None, repr=False)

    __eq__, __hash__ = object.__eq__, object.__hash__  # each is like no other

    @cached_property
    def data(self) -> bytes:
        """The lexicon as a file's content, without what is in `own`."""
        slots, costs = _little_endian(self.trie.slots), _little_endian(self.cluster_costs)
        body = b"".join([slots.tobytes(), costs.tobytes(), self.trie.lengths, self.trie.clusters])
        head = (
            f'{{"unknown":{self.unknown},"rare_cluster":{self.rare_cluster},"nodes":{len(slots)},'
            f'"clusters":{len(costs)},"sha256":"{_sha256(body)}"}}\n'
        )
        return MAGIC + head.encode() + body

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of `data`, and of what is kept of own entries where there are any, in hex."""
        return _sha256(self.data if self.own is None else self.data + self.own.data)

    def __getstate__(self) -> dict[str, object]:
        """All but what is made anew, where there is a compiled core, and can be in no pickle."""
        return {name: value for name, value in self.__dict__.items() if name != "compiled"}

    @cached_property
    def compiled(self) -> Breaking:
        """What breaks texts by it, in the compiled core."""
        loading("khsearch.khmer.words.compiled")
        from khsearch.khmer.words.compiled import breaking_of

        return breaking_of(self)

    @cached_property
    def model(self) -> LexiconModel:
        """The words and clusters with their costs."""
        loading("khsearch.khmer.words.model")
        from khsearch.khmer.words.model import LexiconModel

        costs = dict(zip(self.trie.numbers, self.cluster_costs.tolist(), strict=True))
        words = {
            script.decode_term(b"".join(word)): value - GAIN_ZERO + sum(costs[cluster] for cluster in word)
            for word, value in self.trie.words()
        }
        clusters = {script.decode_term(name): cost for name, cost in costs.items()}
        return LexiconModel(words, clusters, self.unknown, self.rare_cluster)


_DEFAULT = Path(__file__).parent.parent / "data" / "lexicon.khl"
_known: WeakValueDictionary[bytes, Lexicon] = WeakValueDictionary()
"""Lexicons in use, by the content of their files: an index has its own, mostly the one that khsearch brings."""


def parse(data: bytes, source: str) -> Lexicon:
    """Read the content of a lexicon file; LexiconError, naming `source`, if it is not one or is damaged."""
    known = _known.get(data)
    if known is not None:
        return known
    try:
        if data == _DEFAULT.read_bytes():  # as most are: what a package brings is not looked through
            return default_lexicon()
        found = _parsed(data, checked=True)
        loading("khsearch.khmer.words.checking")
        from khsearch.khmer.words.checking import check

        check(found.trie, MAX_COST)
    except ValueError as problem:
        raise LexiconError(f"{source}: cannot be read as a lexicon ({problem}); make it again") from None
    return _known.setdefault(data, found)


def with_own(lexicon: Lexicon, data: bytes, source: str) -> Lexicon:
    """Return a lexicon with the own entries that were kept beside it; LexiconError, which names `source`."""
    loading("khsearch.khmer.words.own")
    from khsearch.khmer.words.own import read

    try:
        return replace(lexicon, own=read(data, lexicon.trie))
    except ValueError as problem:
        raise LexiconError(f"{source}: cannot be read as own words ({problem}); make it again") from None


def _parsed(data: bytes, *, checked: bool) -> Lexicon:
    """Read what is as it was written; whether texts can be broken by its trie is for `checking` to say. ValueError."""
    head = _HEAD.match(data)
    if head is None:
        raise ValueError("damaged" if data.startswith(MAGIC) else "not a lexicon")
    unknown, rare_cluster, nodes, clusters = map(int, head.groups()[:4])
    body = data[head.end() :]
    if (checked and _sha256(body).encode() != head[5]) or not nodes or not clusters or unknown > MAX_COST:
        raise ValueError("damaged")
    edges = (8 * nodes, 8 * nodes + 4 * clusters, 8 * nodes + 5 * clusters)
    lengths, names = body[edges[1] : edges[2]], body[edges[2] :]
    if len(lengths) < clusters or sum(lengths) != len(names):
        raise ValueError("damaged")
    slots, costs = array("q", body[: edges[0]]), array("i", body[edges[0] : edges[1]])
    return Lexicon(trie.Trie(_little_endian(slots), names, lengths), unknown, rare_cluster, _little_endian(costs))


def _sha256(data: bytes) -> str:
    loading("hashlib")
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _little_endian(numbers: array[int]) -> array[int]:
    """Numbers in the byte order of files, or those of a file in this machine's."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers


@cache
def default_lexicon() -> Lexicon:
    """Return the lexicon that khsearch brings."""
    try:
        return _parsed(_DEFAULT.read_bytes(), checked=False)  # a test checks the rest
    except (OSError, ValueError) as problem:
        raise LexiconError(f"{_DEFAULT}: cannot be read as a lexicon ({problem}); install khsearch again") from None
