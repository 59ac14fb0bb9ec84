"""nearness: pairs of terms that should stand near each other in, a query whose score is what they add out.

A pair scores as a term: its frequency (tf) is how many tokens of the first are followed by the second within some
places, and its score tf * (k1 + 1) / (tf + k1). OpenSearch counts no such thing. It tells whether a pair stands there,
which counts 1; and its intervals score f / (f + 1), f being how often it stands side by side, with what is further
apart counted less. The greater of the two, 1 and twice that, is near what BM25 gives: 1, 1.33, 1.5, 1.6 for 1, 1.38,
1.57, 1.69. To ask exactly whether a pair stands there twice, three times, ... takes four times as long as all the rest.
"""

from __future__ import annotations

from khsearch.engine import Proximity, term_weight
from khsearch.remote.frequencies import Frequencies
from khsearch.remote.mapping import stream_field
from khsearch.remote.terms import text_of
from khsearch.remote.translation import Query, ordered


def terms_of(wanted: Proximity) -> list[tuple[str, bytes]]:
    """Return the terms whose frequencies the weights of pairs are made of."""
    return [(wanted.field, term) for pair in wanted.pairs for term in pair]


def nearness(wanted: Proximity, docs: int, frequencies: Frequencies) -> Query | None:
    """Return the query; None where no pair can stand anywhere."""
    found = dict(zip(terms_of(wanted), frequencies.of(terms_of(wanted)), strict=True))
    field, gap = stream_field(wanted.field), wanted.slop - 1
    should: list[Query] = []
    for one, other in wanted.pairs:
        dfs = [min(found[wanted.field, term].df, docs) for term in (one, other)]
        if not all(dfs):
            continue
        weight = term_weight(docs, min(dfs), wanted.scale)
        texts = [text_of(one), text_of(other)]
        often = ordered(texts, gap)
        there: Query = {"intervals": {field: often}}
        if one != other:  # the same, and quicker
            terms = [{"span_term": {field: text}} for text in texts]
            there = {"span_near": {"clauses": terms, "slop": gap, "in_order": True}}
        once = {"constant_score": {"filter": there, "boost": weight}}
        should.append({"dis_max": {"queries": [once, {"intervals": {field: {**often, "boost": 2 * weight}}}]}})
    return {"bool": {"should": should}} if should else None
