"""text: the words and clusters of any text, without an index."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from khsearch.arguments import PATH, TEXT, checked, instance, optional
from khsearch.khmer import Analyzer, Lexicon, Token, cluster_spans, load
from khsearch.khmer import breaker as make_breaker

__all__ = ["Token", "clusters", "tokenize", "words"]

_ARGUMENTS = checked(text=TEXT, breaker=optional(TEXT), lexicon=optional(instance(Lexicon, PATH)))


@_ARGUMENTS
def words(text: str, breaker: str | None = None, lexicon: Lexicon | str | Path | None = None) -> list[str]:
    """Words of a text, as they stand in it: no spaces, no punctuation.

    Serves as `CountVectorizer(tokenizer=words, token_pattern=None)` in scikit-learn. Arguments as for `tokenize`.
    """
    return [text[token.start : token.end] for token in tokenize(text, breaker, lexicon)]


@_ARGUMENTS
def tokenize(text: str, breaker: str | None = None, lexicon: Lexicon | str | Path | None = None) -> list[Token]:
    """Words of a text as tokens: term, position, and offsets in code points of the text.

    breaker  "lattice" (None is the same), "icu" or "crf"
    lexicon  for the lattice: a word list or lexicon file

    Raises LexiconError; ValueError for an unknown breaker.
    """
    return _analyzer(breaker, load(lexicon)).tokens(text)


@checked(text=TEXT)
def clusters(text: str) -> list[str]:
    """Khmer clusters of a text, as they stand in it: each base with its subscripts, vowels and signs."""
    return [text[start:end] for start, end in cluster_spans(text)]


@lru_cache(maxsize=8)
def _analyzer(breaker: str | None, lexicon: Lexicon | None) -> Analyzer:
    return Analyzer(make_breaker(breaker, lexicon))
