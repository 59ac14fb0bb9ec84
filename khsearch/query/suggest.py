"""suggest: what a person may have meant, from an index's own terms.

    corrections  words of a query -> near terms to search besides
    suggestion   a query -> the query that was probably meant, or None ("did you mean")

A query word is taken for a slip where the index does not know it, or knows it in few documents beside a term at most
half a cluster away that is a hundred times as frequent: in news, a common misspelling is some hundred times rarer than
its word, while a rare word seldom has a frequent one that near. Ten times is enough where no document has the word
between the clusters that stand around it in the query, and several have the near one there. A slip often makes the
breaker divide a word otherwise, so neighbouring words are also taken as one where one of them is unknown, rare or a
bare letter.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from khsearch.engine import View
from khsearch.frozen import frozen
from khsearch.khmer import Typed, Variants, edits, normalize, script
from khsearch.query.frequencies import Frequencies
from khsearch.query.near_terms import Near, TermTable, term_table
from khsearch.schema import BIGRAMS, TEXT, TITLE

_RARE = 200  # a word that less than one in so many documents has may be a slip
_TIMES = 100  # and is one if a near term is so many times as frequent
_TIMES_SHORT = 300  # or, of one cluster, so many times
_COMMON = 12  # a word that more than one in so many documents has is no slip
_TIMES_FITTING = 10  # so many times, where the near term fits the words around and the word does not
_FITTING = 3  # documents that have the near term there, at least
_HALF = 0.5  # clusters: as far as a slip is assumed where the index knows all the words
_JOINED = 4  # neighbouring words that are taken as one
_FEWEST, _LONGEST = 2, 12  # units of words taken as one
_TYPED = 300  # characters of the longest query that is looked at
_EACH = 3  # corrections of one stretch


@frozen
class Correction:
    """A term to search besides some words of a query.

    first, end  the words, by number
    near        the term, its distance and its documents
    weight      what to multiply its scores by: .8 for what is broken otherwise, .36 for what is farthest
    """

    first: int
    end: int
    near: Near
    weight: float


def corrections(view: View, words: Sequence[bytes], settled: Collection[int] = ()) -> list[Correction]:
    """Terms of the index that were probably meant by words of a query, in order of the words, likeliest first.

    words    of one query, in order, in code form
    settled  numbers of words that need no correction, as those for which the index has another spelling
    """
    table = term_table(view)
    dfs = _dfs(view, words)
    odd = [i not in settled and _is_odd(word, dfs[i], table) for i, word in enumerate(words)]
    found = []
    for first, word in enumerate(words):
        if first in settled:
            continue
        if not dfs[first]:
            found += [_correction(first, first + 1, item) for item in _living(view, table.nearest(word, _EACH))]
        elif dfs[first] * _COMMON < table.documents:
            near = _living(view, table.alike(word, _TIMES_FITTING * dfs[first]), _TIMES_FITTING * dfs[first])
            near = _likelier(view, words, first, dfs, near)
            found += [_correction(first, first + 1, item) for item in near[:_EACH]]
        for end in range(first + 2, min(first + _JOINED, len(words)) + 1):
            if end - 1 in settled:
                break
            if any(odd[first:end]):
                found += _of_words(view, first, words[first:end], dfs[first:end])
    return found


def _dfs(view: View, words: Sequence[bytes]) -> list[int]:
    """How many documents have each of some words; in title and text is twice."""
    return Frequencies(view, TEXT, TITLE).of(words)


def _living(view: View, found: Sequence[Near], at_least: int = 1) -> list[Near]:
    """Of terms from the table, which counts deleted documents, those in so many documents, likeliest first."""
    dfs = _dfs(view, [near.term for near in found])
    living = [Near(near.term, near.distance, df) for near, df in zip(found, dfs, strict=True) if df >= max(at_least, 1)]
    return sorted(living, key=lambda near: -near.likelihood)


def _is_odd(word: bytes, df: int, table: TermTable) -> bool:
    """Whether a word may be a piece of one that the breaker divided."""
    bare = len(word) == 1 and script.CLASS[word[0]] == script.BASE
    return (bare or df * _RARE < table.documents or not df) and script.CLASS[word[0]] != script.DIGIT


def _likelier(view: View, words: Sequence[bytes], at: int, dfs: Sequence[int], near: Sequence[Near]) -> list[Near]:
    """Of the terms near a word that the index knows, those that were rather meant."""
    clusters, df = edits.units(words[at]), dfs[at]
    times = _TIMES_SHORT if len(clusters) == 1 else _TIMES
    near = [item for item in near if item.distance <= _HALF]
    if not near or near[0].df >= times * df:
        return [item for item in near if item.df >= times * df]
    # Only neighbours that are no slips themselves tell anything.
    before = edits.units(words[at - 1])[-1:] if at and dfs[at - 1] * _RARE >= view.doc_count else []
    behind = edits.units(words[at + 1])[:1] if dfs[at + 1 : at + 2] and dfs[at + 1] * _RARE >= view.doc_count else []
    if _fits(view, [*before, *clusters, *behind]):
        return []
    return [item for item in near if _fits(view, [*before, *edits.units(item.term), *behind]) >= _FITTING]


def _fits(view: View, clusters: Sequence[bytes]) -> int:
    """How many documents have the rarest pair of neighbouring clusters."""
    return Frequencies(view, BIGRAMS).rarest([one + other for one, other in pairwise(clusters)])


def _of_words(view: View, first: int, words: Sequence[bytes], dfs: Sequence[int]) -> list[Correction]:
    """Corrections of neighbouring words taken as one word that the breaker divided."""
    whole = b"".join(words)
    if not _FEWEST <= len(edits.units(whole)) <= _LONGEST:
        return []
    end = first + len(words)
    (df,) = _dfs(view, [whole])
    if df:
        return [_correction(first, end, Near(whole, 0.0, df))]
    # A slip that divides a word may change any cluster, but to look for that costs too much for what it finds.
    farthest = _HALF if all(dfs) else edits.MOST
    near = [item for item in term_table(view).alike(whole, min(dfs) + 1) if item.distance <= farthest]
    near = _living(view, near, min(dfs) + 1)
    return [_correction(first, end, item) for item in near[:_EACH]]


def _correction(first: int, end: int, near: Near) -> Correction:
    return Correction(first, end, near, 0.8 - 0.4 * near.distance)


def suggestion(view: View, typed: Typed, variants: Variants | None = None) -> str | None:
    """Return the query that was probably meant, in ordinary spelling; None where nothing is better than what was typed.

    What is not corrected stays as it was typed. `variants` are other spellings: what the index has in one of them is no
    slip, and is only suggested where the index lacks, or hardly has, what was typed.
    """
    text = typed.text
    if len(text) > _TYPED:
        return None
    words, tokens = typed.terms.words, typed.tokens
    dfs = _dfs(view, words)
    changes: list[tuple[int, int, str]] = []
    settled: set[int] = set()
    for other in variants.alternatives(typed) if variants else ():
        within = [i for i, token in enumerate(tokens) if token.start < other.end and other.start < token.end]
        if other.weight == 1 and settled.isdisjoint(within):
            known = min(_dfs(view, typed.analyzer.spelled(other.spelling).terms.words), default=0)
            if known:
                settled.update(within)
                if known >= _TIMES * min((dfs[i] for i in within), default=0):
                    changes.append((other.start, other.end, other.spelling))
    found = corrections(view, words, settled)
    likely = sorted(
        found, key=lambda item: (-item.near.likelihood - len(edits.units(item.near.term)), item.first, item.end)
    )
    taken: set[int] = set()
    for item in likely:
        stretch = range(item.first, item.end)
        apart = _is_apart(typed, item.first, item.end)
        if (
            item.near.distance
            and not apart
            and taken.isdisjoint(stretch)
            and item.near.df > min(dfs[i] for i in stretch)
        ):
            taken.update(stretch)
            start, end = tokens[item.first].start, tokens[item.end - 1].end
            changes.append((start, end, script.decode_term(item.near.term)))
    if not changes:
        return None
    meant = text
    for start, end, spelling in sorted(changes, reverse=True):
        meant = meant[:start] + spelling + meant[end:]
    return meant if normalize(meant).text.casefold() != typed.normal.text.casefold() else None


def _is_apart(typed: Typed, first: int, end: int) -> bool:
    """Whether something other than invisible characters stands between some words, given by number."""
    starts, ends = typed.edges
    return starts[first + 1 : end] != ends[first : end - 1]
