"""Two small lexicons that break the same text differently: what one has as a word, the other has as three."""

from __future__ import annotations

from functools import cache

from khsearch.khmer.words.lexicon import Lexicon
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.word_lists import compile_lexicon

COMMON = ("លោក", "នៅ", "និង", "ទឹក", "សាលា", "ឆ្មា", "ត្រី", "ភូមិ")
PARTS, WHOLE = ("សោម", "ដា", "លីន"), "សោមដាលីន"


@cache
def of_parts() -> Lexicon:
    """The lexicon that knows the parts alone."""
    return _compiled(*PARTS)


@cache
def of_wholes() -> Lexicon:
    """The lexicon that knows the whole alone."""
    return _compiled(WHOLE)


def _compiled(*words: str) -> Lexicon:
    return compile_lexicon(LexiconModel(dict.fromkeys((*COMMON, *words), 6_000), {}, 4_000, 9_000))
