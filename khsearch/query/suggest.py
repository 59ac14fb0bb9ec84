"""suggest: how what a person types may go on, from an index's own terms.

complete     the beginning of a query -> queries that go on from it
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from khsearch.engine import View
from khsearch.khmer import Analyzer, letters_of, script
from khsearch.query.frequencies import Frequencies
from khsearch.query.near_terms import Near, term_table
from khsearch.schema import BIGRAMS, TEXT, TITLE

_RARE = 200  # a word that less than one in so many documents has may be a slip
_TYPED = 300  # characters of the longest query that is looked at
_COMPLETED = 3  # last words that are taken as one unfinished word
_WIDER = 4  # so many times more terms are held against the word before
_LAST_RUN = re.compile(rb"(?:[\x80-\xd3\xdd]+|[a-z\x01]+)(?=\x02\Z)")


def _living(view: View, found: Sequence[Near]) -> list[Near]:
    """Of terms from the table, which counts deleted documents, those in documents, most frequent first."""
    dfs = _dfs(view, [near.term for near in found])
    living = [Near(near.term, df) for near, df in zip(found, dfs, strict=True) if df]
    return sorted(living, key=lambda near: -near.df)


def _dfs(view: View, words: Sequence[bytes]) -> list[int]:
    """How many documents have each of some words; in title and text is twice."""
    return Frequencies(view, TEXT, TITLE).of(words)


def _is_odd(word: bytes, df: int, documents: int) -> bool:
    """Whether a word may be a piece of one that the breaker divided."""
    bare = len(word) == 1 and script.CLASS[word[0]] == script.BASE
    return (bare or df * _RARE < documents or not df) and script.CLASS[word[0]] != script.DIGIT


def _fits(view: View, clusters: Sequence[bytes]) -> int:
    """How many documents have the rarest pair of neighbouring clusters."""
    return Frequencies(view, BIGRAMS).rarest([one + other for one, other in pairwise(clusters)])


def complete(view: View, analyzer: Analyzer, prefix: str, limit: int = 10) -> list[str]:
    """Return what a query that begins so may become: its last word finished by a term of the index, most popular first.

    A half-typed word breaks into pieces, so the last pieces are also taken as one. What follows a word is ranked by how
    often it stands behind that word's last cluster. A half-typed cluster counts as the beginning of a cluster.
    """
    typed = analyzer.typed(prefix[-_TYPED:])
    normal = typed.normal
    run = _LAST_RUN.search(normal.codes)
    if run is None:
        return []
    places = normal.origin[run.start() : run.end()].tolist()
    if script.LETTER in run[0]:
        tokens = [token for token in typed.tokens if token.start >= places[0] - 1]
        words = [script.encode_term(token.term) for token in tokens]
        starts = [token.start for token in tokens]
    else:
        words = analyzer.run_words(run[0]) if script.CLASS[run[0][0]] != script.ALPHA else [run[0]]
        starts = [places[edge] - 1 for edge in accumulate(map(len, words[:-1]), initial=0)]
    # Normalisation drops a coeng with nothing below it; here the consonant is yet to come.
    unfinished = bytes([script.COENG]) if typed.text.endswith("\u17d2") else b""
    table = term_table(view)
    scores: dict[str, int] = {}
    for count in range(min(_COMPLETED, len(words)), 0, -1):
        last = len(words) - count
        if last and scores and _is_odd(words[last - 1], _dfs(view, words[last - 1 : last])[0], view.doc_count):
            break  # what stands before is no word, but the beginning of one that was found
        before = letters_of(words[last - 1])[-1:] if last else []
        head = prefix[: len(prefix) - len(typed.text) + starts[last]]
        popular = table.popular(b"".join(words[last:]) + unfinished, _WIDER * limit if before else limit)
        for near in _living(view, popular):
            score = min(near.df, _fits(view, [*before, *letters_of(near.term)[:1]])) if before else near.df
            scores.setdefault(head + script.decode_term(near.term), score)
    return sorted((text for text in scores if scores[text]), key=lambda text: -scores[text])[:limit]
