"""model: what a lexicon is before it is packed into arrays: words, clusters and their costs.

A *cost* is a whole number of milli-nats, -1000 ln p, p being the share of the word among all words. The cheapest way to
write a run as words is the likeliest. A stretch that holds no known word costs `unknown`, and for each of its clusters
the cost of the cluster, so that a stretch of clusters common in Khmer is a likelier word than one of rare clusters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from khsearch.khmer.text import script

_PATTERN = script.decode_term(script.BASED_PATTERN)  # of characters instead of their codes
_CLUSTER = re.compile(_PATTERN)
_WORD = re.compile(f"(?:{_PATTERN})+")


def is_word(text: str) -> bool:
    """Whether a str can be a word of a lexicon: Khmer clusters from end to end, each with its base."""
    return _WORD.fullmatch(text) is not None


def clusters_of(word: str) -> list[str]:
    """Clusters of a word in normal form, for which `is_word` holds."""
    return _CLUSTER.findall(word)


@dataclass(frozen=True, slots=True)
class LexiconModel:
    """Words with costs, all in normal form; costs are milli-nats, -1000 ln p, as integers.

    words         cost of every word
    clusters      cost of every cluster in an unknown stretch
    unknown       cost of beginning an unknown stretch
    rare_cluster  cost of a cluster that `clusters` lacks
    """

    words: Mapping[str, int]
    clusters: Mapping[str, int]
    unknown: int
    rare_cluster: int
