"""compiled: a lexicon, and what joins atoms, in the compiled core: their arrays to it, what it makes of them out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from khsearch import native
from khsearch.khmer.text.compiled import characters

if TYPE_CHECKING:
    from khsearch.khmer.words.crf_table import CrfTable
    from khsearch.khmer.words.lexicon import Lexicon
    from khsearch.khmer.words.pair_table import PairTable
    from khsearch.native import Breaking, Joining


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


@cache
def joining_of(field: CrfTable, pairs: PairTable) -> Joining:
    """Return what joins atoms by a field and a table of pairs, of which it keeps copies."""
    core = native.core
    assert core is not None
    found: Joining = core.Joining(
        names=field.names,
        slots=field.slots,
        rows=field.rows,
        unknown=field.unknown,
        ends=(field.bos, field.eos),
        transitions=field.transitions,
        tags=pairs.tags,
        values=pairs.values,
        words=[word for words in pairs.words.values() for word in words],
    )
    return found
