"""word_lists: words with costs in, a lexicon out; and the word lists of users, whose words are added to one."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.khmer.text import script
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.words import building, lattice
from khsearch.khmer.words.lexicon import MAX_COST, Lexicon
from khsearch.khmer.words.model import LexiconModel

_USER_COST = 9_000
"""Most that a word of a user's list costs unless its line says otherwise: that of one in eight thousand words."""
_CLUSTER = re.compile(script.CLUSTER_PATTERN)
_RUN = re.compile(script.CLUSTER_PATTERN + b"+")


def split_word(word: str) -> tuple[bytes, ...]:
    """Clusters of a word in normal form; ValueError if it is not one run of Khmer, or too long."""
    codes = normalize(word).codes[1:-1]
    if _RUN.fullmatch(codes) is None:
        raise ValueError("not a Khmer word")
    found = tuple(_CLUSTER.findall(codes))
    if len(found) > lattice.MAX_WORD:
        raise ValueError(f"longer than {lattice.MAX_WORD} clusters")
    return found


def compile_lexicon(model: LexiconModel) -> Lexicon:
    """Compile a model; LexiconError names a word that cannot be one."""
    split: dict[tuple[bytes, ...], int] = {}
    for word, cost in sorted(model.words.items()):
        try:
            clusters = split_word(word)
        except ValueError as problem:
            raise LexiconError(f"{word!r}: {problem}; take it out of the word list") from None
        split[clusters] = min(cost, MAX_COST, split.get(clusters, MAX_COST))
    listed = {script.encode_term(cluster) for cluster in model.clusters}
    names = sorted(listed.union(*split))
    costs = {name: min(model.clusters.get(script.decode_term(name), model.rare_cluster), MAX_COST) for name in names}
    values = {word: cost - sum(costs[name] for name in word) + lattice.GAIN_ZERO for word, cost in split.items()}
    try:
        built = building.build(values, names)
    except ValueError as problem:
        raise LexiconError(str(problem)) from None
    cluster_costs = array("i", [costs[name] for name in names])
    return Lexicon(built, min(model.unknown, MAX_COST), model.rare_cluster, cluster_costs)


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
        (frequency,) = map(float, rest)
        if 0 < frequency <= 1_000_000:
            return frequency
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
            costs[term] = min(MAX_COST, round(-1000 * math.log(frequency / 1_000_000)))
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
