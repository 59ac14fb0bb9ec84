"""word_lists: words with costs in, a lexicon out; and the word lists of users, whose entries are added to one.

A word of a user's list costs what its frequency says, or else just less than the cheapest way in which the lexicon has
it already, so that running text has its edges. Where the lexicon has it as several words, it knows it is made of these.
"""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from khsearch.errors import LexiconError
from khsearch.khmer.text import script
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words import building, own
from khsearch.khmer.words.adding import add
from khsearch.khmer.words.entries import Entries
from khsearch.khmer.words.lattice import GAIN_ZERO, MAX_WORD
from khsearch.khmer.words.lexicon import MAX_COST, Lexicon
from khsearch.khmer.words.listed import Listed, listed, slots_of
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.paths import best_paths
from khsearch.khmer.words.trie import NO_WORD, VALUE_MASK, VALUE_SHIFT

_USER_COST = 9_000
"""Most that a word of a user's list costs unless its line says otherwise: that of one in eight thousand words."""

_LESS = 1_000
"""What it costs less than the cheapest path."""

_CLUSTER = re.compile(script.CLUSTER_PATTERN)
_RUN = re.compile(script.CLUSTER_PATTERN + b"+")


def split_word(word: str) -> tuple[bytes, ...]:
    """Clusters of a word in normal form; ValueError if it is not one run of Khmer, or too long."""
    codes = normalize(word).codes[1:-1]
    if _RUN.fullmatch(codes) is None:
        raise ValueError("not a Khmer word")
    found = tuple(_CLUSTER.findall(codes))
    if len(found) > MAX_WORD:
        raise ValueError(f"longer than {MAX_WORD} clusters")
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
    values = {word: cost - sum(costs[name] for name in word) + GAIN_ZERO for word, cost in split.items()}
    try:
        built = building.build(values, names)
    except ValueError as problem:
        raise LexiconError(str(problem)) from None
    cluster_costs = array("i", [costs[name] for name in names])
    return Lexicon(built, min(model.unknown, MAX_COST), model.rare_cluster, cluster_costs)


def extended(base: Lexicon, entries: Entries) -> Lexicon:
    """Return a lexicon with the entries of a word list; LexiconError where they are too many."""
    words = sorted(entries.words)
    if not words:
        data = own.pack(listed(b""), np.zeros(0, np.bool_), entries.phrases)
        return replace(base, own=own.read(data, base.trie)) if entries.phrases else base
    lines = listed(b"".join(word + b"\n" for word in words))
    found, strange, atoms, are_atoms = _paths(base, lines)
    costs = np.clip(found - _LESS, 0, _USER_COST)
    for i, often in enumerate(map(entries.words.__getitem__, words)):
        if often is not None:
            costs[i] = min(MAX_COST, round(-1000 * math.log(often / 1_000_000)))
    try:
        trie = add(base.trie, lines, costs - strange + GAIN_ZERO)
    except ValueError as problem:
        raise LexiconError(str(problem)) from None
    cluster_costs = array("i", base.cluster_costs)
    cluster_costs.extend([min(base.rare_cluster, MAX_COST)] * (len(trie.lengths) - len(cluster_costs)))
    made = replace(base, trie=trie, cluster_costs=cluster_costs)
    # Atoms that the lexicon has are whole as they are, and may go on being parts of longer words; but for those whose
    # parts are own words, too, and cheaper now.
    whole = are_atoms & _paths(made, lines)[3] if are_atoms.any() else are_atoms
    others = listed(b"".join(word + b"\n" for word, is_whole in zip(words, whole, strict=True) if not is_whole))
    kept = own.pack(others, atoms[np.repeat(~whole, lines.sizes)], entries.phrases)
    return replace(made, own=own.read(kept, trie))


def _paths(lexicon: Lexicon, words: Listed) -> tuple[Offsets, Offsets, NDArray[np.bool_], NDArray[np.bool_]]:
    """How a lexicon breaks words, each by itself.

    What the cheapest path of each costs (w,); what its clusters cost in an unknown stretch (w,); which of all clusters
    begin an atom (c,), some of what is not known being one; and which words are one that it has (w,).
    """
    numbers = lexicon.trie.numbering.number_all(words.codes, words.clusters)
    begins = best_paths(numbers, words.clusters.leads, lexicon.trie, lexicon.unknown)
    firsts = np.flatnonzero(begins)
    pieces = np.diff(firsts, append=len(numbers))
    values = lexicon.trie.nodes.take(slots_of(lexicon.trie, numbers, firsts, pieces)) >> VALUE_SHIFT & VALUE_MASK
    is_known = values != NO_WORD
    cluster_costs = np.append(min(lexicon.rare_cluster, MAX_COST), np.frombuffer(lexicon.cluster_costs, np.int32))
    strange = np.add.reduceat(cluster_costs.take(numbers), words.firsts)
    of = np.flatnonzero(words.clusters.leads.take(firsts))  # the first piece of every word
    gains = np.add.reduceat(np.where(is_known, values - GAIN_ZERO, lexicon.unknown), of)
    all_known = np.logical_and.reduceat(is_known, of)
    of_word = np.diff(of, append=len(firsts))
    # A word of one cluster beside what is not known is hardly one: names hold such by accident.
    sure = np.repeat(all_known, of_word) | (is_known & (pieces > 1))
    sure[1:] |= (is_known & (pieces > 1))[:-1]
    atoms = words.clusters.leads.copy()
    atoms[firsts[sure]] = True
    return strange + gains, strange, atoms, all_known & (of_word == 1)
