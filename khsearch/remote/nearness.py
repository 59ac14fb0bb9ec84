"""nearness: pairs of terms that should stand near each other in, a query whose score is what they add out.

A pair scores as a term: its frequency (tf) is how many tokens of the first are followed by the second within some
places. OpenSearch counts no such thing, but tells whether a pair stands there once, twice, ...: each level adds what
BM25 gains by it, up to LEVELS, where more adds next to nothing.
"""

from __future__ import annotations

from khsearch.engine import Proximity, term_weight
from khsearch.remote.frequencies import Frequencies
from khsearch.remote.mapping import stream_field
from khsearch.remote.terms import text_of
from khsearch.remote.translation import Query, ordered

LEVELS = 5
"""Times that a pair is counted in one document."""


def terms_of(wanted: Proximity) -> list[tuple[str, bytes]]:
    """Return the terms whose frequencies the weights of pairs are made of."""
    return [(wanted.field, term) for pair in wanted.pairs for term in pair]


def nearness(wanted: Proximity, docs: int, frequencies: Frequencies) -> Query | None:
    """Return the query; None where no pair can stand anywhere."""
    found = dict(zip(terms_of(wanted), frequencies.of(terms_of(wanted)), strict=True))
    scale, field = wanted.scale, stream_field(wanted.field)
    should: list[Query] = []
    for one, other in wanted.pairs:
        dfs = [min(found[wanted.field, term].df, docs) for term in (one, other)]
        if not all(dfs):
            continue
        weight = term_weight(docs, min(dfs), scale)
        texts = [text_of(one), text_of(other)]
        pair = ordered(texts, wanted.slop - 1)
        said = 0.0
        for tf in range(1, LEVELS + 1):
            score = tf * (scale.k1 + 1) / (tf + scale.k1)
            if tf == 1 and one != other:  # the same, and quicker
                terms = [{"span_term": {field: text}} for text in texts]
                rule: Query = {"span_near": {"clauses": terms, "slop": wanted.slop - 1, "in_order": True}}
            else:
                times = {"all_of": {"ordered": True, "intervals": [pair] * tf}} if tf > 1 else pair
                rule = {"intervals": {field: times}}
            should.append({"constant_score": {"filter": rule, "boost": weight * (score - said)}})
            said = score
    return {"bool": {"should": should}} if should else None
