"""queries: a corpus in, queries of every class out that every engine reads alike, drawn with a seed.

A word is taken where it stands in a text, so frequent words are asked for more often, as people do. Only words of two
clusters or more are taken that PyICU and khsearch both leave whole, alone and side by side: then the peers, who break a
query with PyICU, ask for the same words as khsearch does, and must find the same documents.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from benchmarks.corpus import sentences
from benchmarks.engines.base import Kind, Query
from benchmarks.errors import BenchmarkError
from benchmarks.gold import CLUSTER
from benchmarks.words import IcuWords
from khsearch import Document
from khsearch.khmer import Analyzer, Token

_TRIES = 200  # for each query wanted
_KEPT = 500  # documents whose words are remembered
_HEADLINE = 80  # characters; a longer sentence is none


class Drawer:
    """Draws queries from documents."""

    def __init__(self, documents: Sequence[Document], analyzer: Analyzer, seed: int) -> None:
        self._documents = documents
        self._analyzer = analyzer
        self._icu = IcuWords()
        self._random = random.Random(seed)
        self._headlines = self._lines()
        self._tokens_of = lru_cache(_KEPT)(self._break)

    def draw(self, kind: Kind, count: int) -> list[Query]:
        """Draw so many different queries of a kind, or as many as the documents give; at least one."""
        drawer = _DRAWERS[kind]
        found: dict[str, Query] = {}
        for _ in range(count * _TRIES):
            text = drawer(self)
            if text:
                found[text] = Query(kind, text)
            if len(found) == count:
                break
        if not found:
            raise BenchmarkError(f"the documents give no query of the kind {kind}; name more of them with --docs")
        return list(found.values())

    def _tokens(self) -> tuple[str, list[Token]]:
        number = self._random.randrange(len(self._documents))
        return self._documents[number].text, list(self._tokens_of(number))

    def _break(self, number: int) -> list[Token]:
        return self._analyzer.tokens(self._documents[number].text)

    def _breaks_into(self, text: str, words: Sequence[str]) -> bool:
        if [token.term for token in self._analyzer.tokens(text)] != list(words):
            return False
        return self._icu.words(text) == list(words)

    def _words(self) -> Iterator[str]:
        """Words of one document, in random order, that everybody leaves whole."""
        text, tokens = self._tokens()
        self._random.shuffle(tokens)
        for token in tokens:
            word = text[token.start : token.end]
            if word == token.term and len(CLUSTER.findall(word)) > 1 and self._breaks_into(word, [word]):
                yield word

    def term(self) -> str | None:
        """One word."""
        return next(self._words(), None)

    def two(self) -> str | None:
        """Two words that stand in one document."""
        words = list(dict.fromkeys(word for word, _ in zip(self._words(), range(6), strict=False)))
        return " ".join(words[:2]) if len(words) > 1 else None

    def three(self) -> str | None:
        """Three words, of three documents."""
        words = {self.term() for _ in range(3)} - {None}
        return " ".join(sorted(map(str, words))) if len(words) == 3 else None

    def phrase(self) -> str | None:
        """Two words side by side."""
        text, tokens = self._tokens()
        pairs = list(pairwise(tokens))
        self._random.shuffle(pairs)
        for first, second in pairs[:20]:
            both = text[first.start : second.end]
            if first.end == second.start and self._breaks_into(both, [first.term, second.term]):
                return both
        return None

    def headline(self) -> str | None:
        """The words of a title, or of a sentence where there are no more titles: three or more.

        Without numbers: FTS5 parts one at its decimal point.
        """
        text = next(self._headlines, "")
        tokens = self._analyzer.tokens(text)
        words = [token.term for token in tokens if text[token.start : token.end] == token.term]
        words = [word for word in words if not any(map(str.isdigit, word))]
        kept = [word for word in dict.fromkeys(words) if self._breaks_into(word, [word])]
        return " ".join(kept) if len(kept) > 2 and self._breaks_into(" ".join(kept), kept) else None

    def _lines(self) -> Iterator[str]:
        """Titles, then first sentences, then all others, each once, in random order."""
        tiers: tuple[Callable[[Document], list[str]], ...] = (
            lambda document: [document.title.strip()],
            lambda document: sentences([document])[:1],
            lambda document: sentences([document])[1:],
        )
        for lines_of in tiers:
            lines = [line for document in self._documents for line in lines_of(document) if len(line) <= _HEADLINE]
            distinct = list(dict.fromkeys(lines))
            yield from self._random.sample(distinct, len(distinct))

    def prefix(self) -> str | None:
        """The first cluster of a longer word, of two characters or more."""
        word = self.term()
        if word is None:
            return None
        start = CLUSTER.findall(word)[0]
        return start if len(start) > 1 and self._breaks_into(start, [start]) else None

    def slip(self) -> str | None:
        """A word with one vowel or sign left out, which is still one: khsearch looks for several side by side, too."""
        word = self.term()
        places = [place for place, char in enumerate(word or "") if "\u17b6" <= char <= "\u17c8"]
        if word is None or not places or len(word) < 4:
            return None
        place = self._random.choice(places)
        slipped = word[:place] + word[place + 1 :]
        terms = self._analyzer.terms(slipped).words
        return slipped if len(terms) == 1 and len(terms[0]) == len(slipped) else None


_DRAWERS: dict[Kind, Callable[[Drawer], str | None]] = {
    Kind.TERM: Drawer.term,
    Kind.AND: Drawer.two,
    Kind.OR: Drawer.three,
    Kind.PHRASE: Drawer.phrase,
    Kind.PREFIX: Drawer.prefix,
    Kind.FUZZY: Drawer.slip,
    Kind.HEADLINE: Drawer.headline,
}
"""How each kind is drawn."""
