"""fields: the Whoosh field type and analyzer where Khmer meets an index.

`KHMER` is for any Whoosh schema: what is indexed and what is searched goes through khsearch's analyzer. `KhmerAnalyzer`
is for those who keep their own `TEXT` field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token
from whoosh.fields import TEXT

from khsearch.khmer import CLUSTERS, ICU, Analyzer, breaker, make_breaker, script

STREAMS = ("words", "bigrams")
_LEXICON = "lexicon"  # this resource of a breaker has a place of its own in what is pickled


class KhmerAnalyzer(WhooshAnalyzer):  # type: ignore[misc]
    """khsearch's analyzer as a Whoosh analyzer: the words of a text, or its cluster bigrams, one token each.

    It yields no spaces and no punctuation, so Whoosh's query parser meets nothing that it would take for a word. What a
    person types without spaces is several words, and that parser asks for all of them. A field that should also find
    documents that hold some of them says so:

        schema = Schema(id=ID(stored=True), body=TEXT(analyzer=KhmerAnalyzer(), multitoken_query="or"))
        parser = QueryParser("body", schema, group=OrGroup)

    Offsets (`chars=True`, as Whoosh's highlighter asks for) are those of the original text; bigrams have none.
    """

    def __init__(self, stream: str = "words", *, analyzer: Analyzer | None = None) -> None:
        if stream not in STREAMS:
            raise ValueError(f"unknown stream {stream!r}; choose one of {', '.join(STREAMS)}")
        self.stream = stream
        self.analyzer = analyzer or Analyzer(breaker())
        chosen = self.analyzer.breaker
        others = dict(chosen.resources())
        self._settings = (stream, chosen.name, others.pop(_LEXICON, None), *sorted(others.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        # Stock Whoosh pickles its schema. What says nothing of ICU is of it: for long there was nothing else.
        by_icu = self.analyzer.divided_by == ICU
        return _from_settings if by_icu else _from_settings_without_icu, self._settings

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KhmerAnalyzer):
            return False
        return (self._settings, self.analyzer.divided_by) == (other._settings, other.analyzer.divided_by)

    def __hash__(self) -> int:
        return hash(self._settings)

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        removestops: bool = True,
        start_pos: int = 0,
        start_char: int = 0,
        mode: str = "",
        **kwargs: Any,
    ) -> Iterator[Token]:
        """Yield one Whoosh token, over and over, with the next term: Whoosh's protocol for analyzers."""
        self.analyzer.check("this text", value)
        token = Token(positions, chars, removestops=removestops, mode=mode, **kwargs)
        if self.stream == "bigrams":
            found = [(script.decode_term(term), 0, len(value)) for term in self.analyzer.terms(value).bigrams]
        elif chars:
            found = [(word.term, word.start, word.end) for word in self.analyzer.tokens(value)]
        else:
            found = [(script.decode_term(term), 0, len(value)) for term in self.analyzer.terms(value).words]
        for position, (term, start, end) in enumerate(found):
            token.text, token.boost = term, 1.0
            if keeporiginal:
                token.original = term
            if positions:
                token.pos = start_pos + position
            if chars:
                token.startchar, token.endchar = start_char + start, start_char + end
            yield token


def _from_settings(
    stream: str, name: str, lexicon: bytes | None, *others: tuple[str, bytes], divided_by: str = ICU
) -> KhmerAnalyzer:
    resources = dict(others) if lexicon is None else {_LEXICON: lexicon, **dict(others)}
    return KhmerAnalyzer(stream, analyzer=Analyzer(make_breaker(name, resources), divided_by))


def _from_settings_without_icu(*settings: Any) -> KhmerAnalyzer:
    return _from_settings(*settings, divided_by=CLUSTERS)


class KHMER(TEXT):  # type: ignore[misc]
    """Whoosh field type for Khmer text: `Schema(body=KHMER(stored=True))`.

    Words keep their positions, for phrases, unless told not to; cluster bigrams (`stream="bigrams"`) keep none. Terms
    lie in the index as one byte per character (`script.encode_term`).
    """

    one_byte_per_character = True

    def __init__(
        self,
        stream: str = "words",
        *,
        stored: bool = False,
        positions: bool = True,
        analyzer: Analyzer | None = None,
        multitoken_query: str = "default",
    ) -> None:
        whoosh_analyzer = KhmerAnalyzer(stream, analyzer=analyzer)
        super().__init__(
            whoosh_analyzer, phrase=positions and stream == "words", stored=stored, multitoken_query=multitoken_query
        )

    def index(self, value: str, **kwargs: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield each distinct term of a text with its frequency, weight and encoded positions, as Whoosh asks."""
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is not a str")
        kwargs.setdefault("mode", "index")
        for term, frequency, weight, positions in self.format.word_values(value, self.analyzer, **kwargs):
            yield script.encode_term(term), frequency, weight, positions

    def to_bytes(self, value: str | bytes | list[str] | tuple[str, ...]) -> bytes:
        """Return a term as it lies in the index."""
        if isinstance(value, list | tuple):
            value = value[0]
        return value if isinstance(value, bytes) else script.encode_term(value)

    def from_bytes(self, bs: bytes) -> str:
        """Return the term that lies in the index as these bytes."""
        return script.decode_term(bytes(bs))
