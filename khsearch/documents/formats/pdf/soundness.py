"""soundness: the text of a page in; whether it is what the page shows, out.

A text layer lies where a font does not say which letters its glyphs are, or says it wrongly: then what comes out has
letters that nobody writes so. Sound texts have fewer than 1 such sign in 100 letters, carelessly typed ones up to 3,
text layers that lie mostly 9 and more. Where vowels stand in the order in which they are drawn, or fonts give wrong
letters, there may be fewer: then most of the words, too, are none.

Where LibreOffice takes Khmer from another font than the text names, it gives some glyphs a coeng alone, and loses the
letter below. Such words look like others that exist, so the glyphs are counted.
"""

from __future__ import annotations

import re
from functools import cache

from khsearch.khmer import default_lexicon, script
from khsearch.sharing import loading

_MOST_SIGNS = 0.03  # a letter
_SOME_SIGNS = 0.004  # a letter, from which on the words are looked at
_MOST_UNKNOWN = 0.16  # of the letters of Khmer, in words that no dictionary has; sound texts have up to 0.12
_ENOUGH = 200  # letters of Khmer whose words tell
_MOST_TORN = 0.01  # coengs that are a glyph of their own, a letter: sound pages of a producer that shapes have none
_FEW = 12  # signs or letters below which nothing can be said of a page

_INVISIBLE = re.compile(f"[{script.INVISIBLE}]")
_KHMER_LETTER = re.compile("[\u1780-\u17b3]")
_UNKNOWN = "[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]"  # controls, what stands for no character, private use
_SIGN = re.compile(
    "|".join(
        (
            _UNKNOWN,
            "(?<![\u1780-\u17d3\u17dd])[\u17b6-\u17d3]",  # a dependent sign without a base
            "\u17d2(?![\u1780-\u17b3])",  # a coeng that subscribes nothing
            "[\u17b6-\u17c5]{2,}",  # two dependent vowels
            r"\(cid:\d+\)",
            "(?<=[\u1780-\u17d3])[A-Za-z!-'*-,<-@\u00a1-\u024f](?=[\u1780-\u17d3])",  # Latin in the midst of Khmer
        )
    )
)
_UNKNOWN_SIGN = re.compile(_UNKNOWN)


def lies(text: str, torn: int = 0) -> bool:
    """Whether the text of a page, as its text layer has it, is something else than what the page shows.

    torn: coengs whose glyphs have lost the letter below (`Page.torn`)
    """
    text = _INVISIBLE.sub("", text).replace("\n", " ")
    khmer = len(_KHMER_LETTER.findall(text))
    if torn > _MOST_TORN * khmer:
        return True
    if khmer >= _FEW:
        signs = len(_SIGN.findall(text))
        if signs > max(_MOST_SIGNS * khmer, 2):
            return True
        return khmer >= _ENOUGH and signs > _SOME_SIGNS * khmer and _unknown(text) > _MOST_UNKNOWN
    letters = sum(char.isalpha() for char in text)
    return len(_UNKNOWN_SIGN.findall(text)) > max(_MOST_SIGNS * letters, 2)


def _unknown(text: str) -> float:
    """How much of the Khmer of a text is in words that the lexicon has not."""
    loading("khsearch.text")
    from khsearch.text import words

    known = _known_words()
    khmer = [word for word in words(text, mode="atom") if _KHMER_LETTER.match(word)]
    return sum(len(word) for word in khmer if word not in known) / max(1, sum(map(len, khmer)))


@cache
def _known_words() -> frozenset[str]:
    return frozenset(default_lexicon().model.words)
