"""text: the words and clusters of any text, without an index."""

from __future__ import annotations

from functools import lru_cache

from khsearch.arguments import BREAKER, TEXT, WORDS, checked, instance, optional
from khsearch.khmer import BREAKERS, Analyzer, Breaker, Lexicon, LexiconSource, Token, cluster_spans, factory_of, load
from khsearch.khmer import breaker as make_breaker

__all__ = ["Token", "clusters", "tokenize", "words"]

_ARGUMENTS = checked(text=TEXT, breaker=optional(BREAKER), lexicon=optional(instance(Lexicon, WORDS)))


@_ARGUMENTS
def words(text: str, breaker: str | Breaker | None = None, lexicon: LexiconSource | None = None) -> list[str]:
    """Words of a text, as they stand in it: no spaces, no punctuation.

    Serves as `CountVectorizer(tokenizer=words, token_pattern=None)` in scikit-learn. Arguments as for `tokenize`.
    """
    return [text[token.start : token.end] for token in tokenize(text, breaker, lexicon)]


@_ARGUMENTS
def tokenize(text: str, breaker: str | Breaker | None = None, lexicon: LexiconSource | None = None) -> list[Token]:
    """Words of a text as tokens: term, position, and offsets in code points of the text.

    breaker  "lattice" (None is the same), "icu", "crf", the name of one that was registered, or a breaker itself
    lexicon  for the lattice: the path of a word list or of a lexicon that was learnt, an iterable of words, or a
             mapping of words to how often each stands in a million, or None

    Raises LexiconError; ValueError for an unknown breaker, or a lexicon for one that reads none.
    """
    if breaker is None or isinstance(breaker, str):
        name = breaker or BREAKERS[0]
        return _analyzer(name, factory_of(name), load(lexicon)).tokens(text)
    if lexicon is not None:
        raise ValueError("a breaker brings its own lexicon; leave the lexicon out, or name the breaker")
    return Analyzer(breaker).tokens(text)


@checked(text=TEXT)
def clusters(text: str) -> list[str]:
    """Khmer clusters of a text, as they stand in it: each base with its subscripts, vowels and signs."""
    return [text[start:end] for start, end in cluster_spans(text)]


@lru_cache(maxsize=8)
def _analyzer(breaker: str, _factory: object, lexicon: Lexicon | None) -> Analyzer:
    """The analyzer of a breaker by name; another where another factory is registered under the name by now."""
    return Analyzer(make_breaker(breaker, lexicon))
