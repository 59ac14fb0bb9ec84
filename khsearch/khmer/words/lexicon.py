"""lexicon: words and their costs: load, save, extend, fingerprint.

A `LexiconModel` is what people and the learner handle: words with costs. A `Lexicon` is its compiled form, arrays that
load in milliseconds; its file holds nothing but a line of JSON and arrays. Its fingerprint, the SHA-256 of that file,
lies in every index that was built with it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
import orjson
from numpy.typing import NDArray

from khsearch.errors import LexiconError
from khsearch.khmer.text import script
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.words import lattice, trie
from khsearch.khmer.words.model import LexiconModel
from khsearch.sharing import cached_property

_MAGIC = b"khsearch lexicon 1\n"
_MAX_COST = 40_000
_USER_COST = 9_000
"""Most that a word of a user's list costs unless its line says otherwise: that of one in eight thousand words."""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """A compiled lexicon: the trie of words, and the costs that its model has beside them.

    unknown, rare_cluster  as in the model
    cluster_costs          (c,) int32, cost of every cluster of the trie in an unknown stretch, by number less one
    """

    trie: trie.Trie
    unknown: int
    rare_cluster: int
    cluster_costs: NDArray[np.int32] = field(repr=False)

    @cached_property
    def data(self) -> bytes:
        """The lexicon as a file's content."""
        arrays = [self.trie.nodes.astype("<i8"), self.cluster_costs.astype("<i4"), self.trie.lengths]
        body = b"".join([*(array.tobytes() for array in arrays), self.trie.clusters])
        head = {
            "unknown": self.unknown,
            "rare_cluster": self.rare_cluster,
            "nodes": len(self.trie.nodes),
            "clusters": len(self.trie.lengths),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        return _MAGIC + orjson.dumps(head) + b"\n" + body

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of `data`, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def model(self) -> LexiconModel:
        """The words and clusters with their costs."""
        costs = dict(zip(self.trie.numbers, self.cluster_costs.tolist(), strict=True))
        words = {
            script.decode_term(b"".join(word)): value - lattice.GAIN_ZERO + sum(costs[cluster] for cluster in word)
            for word, value in self.trie.words()
        }
        clusters = {script.decode_term(name): cost for name, cost in costs.items()}
        return LexiconModel(words, clusters, self.unknown, self.rare_cluster)


def split_word(word: str) -> tuple[bytes, ...]:
    """Clusters of a word in normal form; ValueError if it is not one run of Khmer, or too long."""
    normal = normalize(word)
    codes = normal.array
    kinds = script.classes(normal.codes)
    if len(codes) < 3 or not np.isin(kinds[1:-1], (script.BASE, script.MARK)).all():
        raise ValueError("not a Khmer word")
    found = script.clusters(codes, kinds)
    if len(found.starts) > lattice.MAX_WORD:
        raise ValueError(f"longer than {lattice.MAX_WORD} clusters")
    return tuple(normal.codes[a:b] for a, b in zip(found.starts.tolist(), found.ends.tolist(), strict=True))


def compile_lexicon(model: LexiconModel) -> Lexicon:
    """Compile a model; LexiconError names a word that cannot be one."""
    split: dict[tuple[bytes, ...], int] = {}
    for word, cost in sorted(model.words.items()):
        try:
            clusters = split_word(word)
        except ValueError as problem:
            raise LexiconError(f"{word!r}: {problem}; take it out of the word list") from None
        split[clusters] = min(cost, _MAX_COST, split.get(clusters, _MAX_COST))
    listed = {script.encode_term(cluster) for cluster in model.clusters}
    names = sorted(listed.union(*split))
    costs = {name: min(model.clusters.get(script.decode_term(name), model.rare_cluster), _MAX_COST) for name in names}
    values = {word: cost - sum(costs[name] for name in word) + lattice.GAIN_ZERO for word, cost in split.items()}
    try:
        built = trie.build(values, names)
    except ValueError as problem:
        raise LexiconError(str(problem)) from None
    cluster_costs = np.array([costs[name] for name in names], np.int32)
    return Lexicon(built, min(model.unknown, _MAX_COST), model.rare_cluster, cluster_costs)


_known: WeakValueDictionary[bytes, Lexicon] = WeakValueDictionary()
"""Lexicons in use, by the heads of their files: an index has its own, mostly the one that khsearch brings."""


def parse(data: bytes, source: str) -> Lexicon:
    """Read the content of a lexicon file; LexiconError, naming `source`, if it is not one or is damaged."""
    end = data.find(b"\n", len(_MAGIC))
    try:
        if not data.startswith(_MAGIC) or end < 0:
            raise ValueError("not a lexicon")
        head = orjson.loads(data[len(_MAGIC) : end])
        nodes, clusters = int(head["nodes"]), int(head["clusters"])
        unknown, rare_cluster = int(head["unknown"]), int(head["rare_cluster"])
        body = data[end + 1 :]
        if hashlib.sha256(body).hexdigest() != head["sha256"] or min(nodes, clusters) < 1:
            raise ValueError("damaged")
        if known := _known.get(data[:end]):
            return known
        slots = np.frombuffer(body, "<i8", nodes)
        costs = np.frombuffer(body, "<i4", clusters, 8 * nodes)
        lengths = np.frombuffer(body, np.uint8, clusters, 8 * nodes + 4 * clusters)
        names = body[8 * nodes + 5 * clusters :]
        highest = int((slots & trie.BASE_MASK).max())
        if int(lengths.sum()) != len(names) or highest + clusters >= nodes or not 0 <= unknown <= _MAX_COST:
            raise ValueError("damaged")
        found = Lexicon(trie.Trie(slots, names, lengths), unknown, rare_cluster, costs)
        return _known.setdefault(data[:end], found)
    except (ValueError, KeyError, TypeError) as problem:
        raise LexiconError(f"{source}: cannot be read as a lexicon ({problem}); make it again") from None


def load(source: Lexicon | str | Path | None) -> Lexicon | None:
    """Return the lexicon that a caller names: a word list, added to the default lexicon, or a lexicon that was learnt.

    Raises LexiconError, naming the file and the line.
    """
    if source is None or isinstance(source, Lexicon):
        return source
    path = Path(source)
    try:
        found = path.stat()
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror}); name a word list or lexicon") from None
    return _load(path, (found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=8)
def _load(path: Path, stamp: tuple[int, int, int]) -> Lexicon:
    data = _content(path)  # read once: a pipe gives it only once
    return parse(data, str(path)) if data.startswith(_MAGIC) else extended(default_lexicon(), word_list(data, path))


@cache
def default_lexicon() -> Lexicon:
    """Return the lexicon that khsearch brings."""
    path = Path(__file__).parent.parent / "data" / "lexicon.khl"
    return parse(path.read_bytes(), str(path))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror}); name a word list or lexicon") from None


def word_list(data: bytes, path: Path) -> dict[str, float | None]:
    """Read a user's word list: one word a line, then, if you like, how often it stands in a million words.

    What follows "#" is a comment. LexiconError names the line that is not a Khmer word, or has no such number.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as problem:
        raise LexiconError(f"{path}: cannot be read as a UTF-8 word list ({problem}); name another file") from None
    words: dict[str, float | None] = {}
    for number, line in enumerate(lines, 1):
        parts = line.partition("#")[0].split()
        if not parts:
            continue
        try:
            split_word(parts[0])
            words[parts[0]] = _frequency(parts[1:])
        except ValueError as problem:
            raise LexiconError(f"{path}, line {number}: {line.strip()!r}: {problem}; mend the line") from None
    return words


def _frequency(rest: Sequence[str]) -> float | None:
    if not rest:
        return None
    try:
        (told,) = rest
        if 0 < float(told) <= 1_000_000:
            return float(told)
    except ValueError:
        pass
    raise ValueError("after the word, one number from 0 to 1,000,000 may stand: how often in a million words")


def extended(base: Lexicon, words: Mapping[str, float | None]) -> Lexicon:
    """Return a lexicon with words added: each with its frequency per million, or None for enough to stay whole."""
    model = base.model
    costs = dict(model.words)
    for word, frequency in words.items():
        clusters = split_word(word)
        term = script.decode_term(b"".join(clusters))
        if frequency is not None:
            costs[term] = min(_MAX_COST, round(-1000 * math.log(frequency / 1_000_000)))
        else:
            costs[term] = max(0, min(_USER_COST, _path_cost(base, clusters) - 1000))
    return compile_lexicon(replace(model, words=costs))


def _path_cost(lexicon: Lexicon, clusters: Sequence[bytes]) -> int:
    """Cost of the cheapest breaking of a string of clusters."""
    model = lexicon.model
    numbers = [lexicon.trie.numbers.get(cluster, 0) for cluster in clusters]
    cost, at = 0, 0
    for count in lattice.best_path(numbers, lexicon.trie, model.unknown):
        piece = [script.decode_term(cluster) for cluster in clusters[at : at + count]]
        strange = model.unknown + sum(model.clusters.get(cluster, model.rare_cluster) for cluster in piece)
        cost += model.words.get("".join(piece), strange)
        at += count
    return cost
