"""similar: a text in, a plan that finds texts like it out: by its telling words, frequent here and rare elsewhere."""

from __future__ import annotations

from collections import Counter

from khsearch.engine import View, idf, nodes
from khsearch.khmer import Analyzer
from khsearch.query.plan import Marks, Plan
from khsearch.schema import TEXT, Role, for_words

_TELLING = 25
"""Words that stand for a text."""

_LOOKED_AT = 20_000
"""Characters of a long text that are looked at: what it is about is told by then."""


def like(text: str, view: View, analyzer: Analyzer) -> Plan:
    """Return the plan for texts like one; words are weighed by frequency here and rarity elsewhere (tf idf)."""
    counts = Counter(analyzer.terms(text[:_LOOKED_AT]).words)
    weighed = []
    for (word, count), df in zip(counts.items(), view.dfs([(TEXT, word) for word in counts]), strict=True):
        if df > 1:  # in another text, too
            weighed.append((count * idf(view.doc_count, df), word))
    telling = sorted(weighed, key=lambda item: (-item[0], item[1]))[:_TELLING]
    most = telling[0][0] if telling else 1.0
    terms = tuple(nodes.AnyField(for_words(Role.RANK), word, weight / most) for weight, word in telling)
    return Plan(nodes.Or(terms) if terms else nodes.Nothing(), Marks([(word,) for _, word in telling]))
