"""compiled: a lexicon in the compiled core: its arrays to it, what breaks texts by it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khsearch import native
from khsearch.khmer.text.compiled import characters

if TYPE_CHECKING:
    from khsearch.khmer.words.lexicon import Lexicon
    from khsearch.native import Breaking


def breaking_of(lexicon: Lexicon) -> Breaking:
    """Return what breaks texts by a lexicon, of which it keeps a copy."""
    core, trie, own = native.core, lexicon.trie, lexicon.own
    assert core is not None
    found: Breaking = core.Breaking(
        characters(),
        slots=trie.slots,
        clusters=trie.clusters,
        lengths=trie.lengths,
        costs=lexicon.cluster_costs,
        unknown=lexicon.unknown,
        marks=own.marks if own is not None and own.divides else None,
    )
    return found
