"""similar: a document in, a plan that finds others like it out: by its telling words, frequent here and rare elsewhere.

What counts as found are the documents that score at least half as high as the best of the others; looser hits are all
that have any of these words. The document itself is in neither.
"""

from __future__ import annotations

from collections import Counter

from khsearch.engine import BM25, Key, View, idf, nodes
from khsearch.khmer import Analyzer
from khsearch.query.plans import Found, Marks, Plan
from khsearch.schema import TEXT, Role, for_words

_TELLING = 25
"""Words that stand for a text."""

_LOOKED_AT = 20_000
"""Characters of a long text that are looked at: what it is about is told by then."""

_SHARE = 0.5
"""Of the best document's score, the least with which another one counts as similar."""


def like(id: str, view: View, analyzer: Analyzer, weighting: BM25) -> tuple[Plan, nodes.Node]:
    """Return the plan for documents like one, and a filter that all others pass; it finds nothing if there is none."""
    key = view.key(id)
    words = [] if key is None else _telling(view, key, analyzer)
    most = words[0][0] if words else 1.0
    terms = tuple(nodes.AnyField(for_words(Role.RANK), word, weight / most) for weight, word in words)
    # Few documents have all its telling words: these are asked whether they are it.
    itself = nodes.TwoPhase(nodes.And(terms), lambda keys: [one == key for one in keys])
    others = nodes.Not(view.settled(itself, weighting)[0])
    any_of_them = nodes.Or(terms) if terms else nodes.Nothing()
    node, count = view.settled(nodes.Leading(nodes.Require(any_of_them, others), _SHARE), weighting)
    marks = Marks([(word,) for _, word in words])
    return Plan(any_of_them, marks, Found(node, count, nearly=True), loose=True), others


def _telling(view: View, key: Key, analyzer: Analyzer) -> list[tuple[float, bytes]]:
    """The telling words of a document, each with its weight, greatest first: frequency here and rarity elsewhere."""
    document = view.document(key)
    counts = Counter(analyzer.terms(f"{document.title}\n{document.text}"[:_LOOKED_AT]).words)
    weighed = []
    for (word, count), df in zip(counts.items(), view.dfs([(TEXT, word) for word in counts]), strict=True):
        if df > 1:  # in another text, too
            weighed.append((count * idf(view.doc_count, df), word))
    return sorted(weighed, key=lambda item: (-item[0], item[1]))[:_TELLING]
