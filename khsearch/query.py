"""query: what a person types in, a plan for the index out.

Free text is words: a document that holds any of them is found (`match="any"`), or only one that holds every one
(`match="all"`). "Quotes" ask for words side by side. All of it goes through the analyzer, as the documents did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from khsearch.columnar import nodes
from khsearch.khmer.analyzer import Analyzer, Terms

TITLE, TEXT, BIGRAMS = "title", "text", "bigrams"
"""The fields that every index has: words of the title, words of the text, cluster bigrams of both."""

Match = Literal["any", "all"]

# Guillemets are no quotes here: Khmer texts are full of them, and a pasted sentence should find its article.
_QUOTED = re.compile('"([^"]*)"|\u201c([^\u201d]*)\u201d')


@dataclass(frozen=True, slots=True)
class Plan:
    """A query for the index, and the terms that its snippets mark."""

    node: nodes.Node
    terms: Terms


def plan(text: str, analyzer: Analyzer, match: Match = "any") -> Plan:
    """Return the plan of a query; of one without a word, a plan that finds nothing."""
    phrases = [analyzer.terms(phrase) for phrase in _phrases(text)]
    phrases = [phrase for phrase in phrases if phrase.words]
    free = analyzer.terms(_QUOTED.sub("\n", text) if phrases else text)
    required: list[nodes.Node] = [_phrase(phrase.words) for phrase in phrases]
    optional: list[nodes.Node] = [
        nodes.Term(BIGRAMS, bigram, count)
        for bigram, count in Counter([*free.bigrams, *(b for phrase in phrases for b in phrase.bigrams)]).items()
    ]
    for word, count in Counter(free.words).items():
        either = nodes.Or((nodes.Term(TEXT, word, count), nodes.Term(TITLE, word, count)))
        (required if match == "all" else optional).append(either)
    words = [*free.words, *(word for phrase in phrases for word in phrase.words)]
    bigrams = [*free.bigrams, *(bigram for phrase in phrases for bigram in phrase.bigrams)]
    if not required:
        node: nodes.Node = nodes.Or(tuple(optional)) if optional else nodes.Nothing()
    else:
        node = nodes.And(tuple(required))
        if optional:
            node = nodes.AndMaybe(node, nodes.Or(tuple(optional)))
    return Plan(node, Terms(words, bigrams))


def _phrases(text: str) -> Iterator[str]:
    for found in _QUOTED.finditer(text):
        yield found[found.lastindex or 0]


def _phrase(words: list[bytes]) -> nodes.Node:
    if len(words) == 1:
        return nodes.Or((nodes.Term(TEXT, words[0]), nodes.Term(TITLE, words[0])))
    return nodes.Or((nodes.Phrase(TEXT, tuple(words)), nodes.Phrase(TITLE, tuple(words))))
