"""segmenting: the breaking of texts into words as a value, to hand to whoever asks for a tokenizer."""

from __future__ import annotations

from collections.abc import Mapping

from khsearch.arguments import BREAKER, TEXT, WORDS, checked, instance, one_of, optional
from khsearch.khmer import BREAKERS, MODES, Analyzer, Breaker, Lexicon, LexiconSource, make_breaker
from khsearch.text import analyzer_of, tokens_of, words_of


class Segmenter:
    """Breaks texts into words: `words` with its arguments chosen. Takes a text, gives its words as they stand.

        CountVectorizer(tokenizer=Segmenter(mode="atom"), token_pattern=None)      # of scikit-learn

    It can be pickled, copied and shared by threads. A pickle holds the lexicon itself, so that another process breaks
    alike; a breaker that was registered must be registered there, too.
    """

    @checked(breaker=optional(BREAKER), lexicon=optional(instance(Lexicon, WORDS)), mode=one_of(*MODES))
    def __init__(
        self,
        breaker: str | Breaker | None = None,
        lexicon: LexiconSource | None = None,
        *,
        mode: str = "word",
    ) -> None:
        """Choose a breaker, a lexicon and a mode, as for `tokenize`, which tells what is raised."""
        self.mode = mode
        self._breaker = breaker
        self._has_lexicon = lexicon is not None
        self._analyzer = analyzer_of(breaker, lexicon)

    @checked(text=TEXT)
    def __call__(self, text: str) -> list[str]:
        """Words of a text, as they stand in it."""
        return words_of(self._analyzer, text, self.mode)

    @checked(text=TEXT)
    def pre_tokenize_str(self, text: str) -> list[tuple[str, tuple[int, int]]]:
        """Words and signs of a text with their offsets, in the form of Hugging Face's pre-tokenizers: no spaces."""
        found = tokens_of(self._analyzer, text, self.mode, "all")
        return [(text[one.start : one.end], (one.start, one.end)) for one in found if one.kind != "space"]

    def __repr__(self) -> str:
        lexicon = ", lexicon=..." if self._has_lexicon else ""
        return f"Segmenter({self._breaker or BREAKERS[0]!r}{lexicon}, mode={self.mode!r})"

    def __reduce__(self) -> tuple[object, ...]:
        resources = dict(self._analyzer.breaker.resources()) if self._has_lexicon else None
        return _restored, (self._breaker, resources, self.mode)


def _restored(breaker: str | Breaker | None, resources: Mapping[str, bytes] | None, mode: str) -> Segmenter:
    """Make a segmenter from what a pickle holds: resources of its breaker, where it has a lexicon of its own."""
    made = Segmenter(breaker, mode=mode)
    if resources is not None:
        made._has_lexicon = True
        made._analyzer = Analyzer(make_breaker(str(breaker or BREAKERS[0]), resources))
    return made
