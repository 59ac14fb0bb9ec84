"""text: the words, clusters, sentences and normal form of any text, without an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

from khsearch.arguments import BREAKER, EACH_TEXT, TEXT, WORDS, checked, instance, one_of, optional
from khsearch.khmer import (
    BREAKERS,
    MODES,
    SHORT,
    Analyzer,
    Breaker,
    Lexicon,
    LexiconSource,
    cluster_spans,
    factory_of,
    load,
    script,
)
from khsearch.khmer import breaker as make_breaker
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.khmer import Token

KEPT = ("words", "all")
"""What `tokenize` may keep of a text, the default first."""

_CHOICES = {"breaker": optional(BREAKER), "lexicon": optional(instance(Lexicon, WORDS)), "mode": one_of(*MODES)}
_FIRST_BATCH = 1 << 12
_PATIENCE = 0.1


@checked(text=TEXT, **_CHOICES)
def words(
    text: str,
    breaker: str | Breaker | None = None,
    lexicon: LexiconSource | None = None,
    *,
    mode: str = "word",
) -> list[str]:
    """Words of a text, as they stand in it: no spaces, no punctuation, no spaces of no width inside words of Khmer.

    Arguments as for `tokenize`. `words_all` is quicker for many texts; `Segmenter` is this function as a value.
    """
    return words_of(analyzer_of(breaker, lexicon), text, mode)


@checked(text=TEXT, keep=one_of(*KEPT), **_CHOICES)
def tokenize(
    text: str,
    breaker: str | Breaker | None = None,
    lexicon: LexiconSource | None = None,
    *,
    mode: str = "word",
    keep: str = "words",
) -> list[Token]:
    """Words of a text as tokens: term, position, offsets in code points of the text, kind, and atoms as `parts`.

    breaker  "lattice" (None is the same), "icu", "crf", the name of one that was registered, or a breaker itself
    lexicon  for the lattice: the path of a word list or of a lexicon that was learnt, an iterable of words, or a
             mapping of words to how often each stands in a million, or None
    mode     "word" for the whole words that people read, "atom" for the finest ones, which an index keeps: those of a
             breaker without whole words differ only where signs belong to words, as in dates and links
    keep     "words"; or "all": every character of the text is in a token, and all tokens joined are the text

    Raises LexiconError; ValueError for an unknown breaker, or a lexicon for one that reads none.
    """
    return tokens_of(analyzer_of(breaker, lexicon), text, mode, keep)


@checked(texts=EACH_TEXT, **_CHOICES)
def words_all(
    texts: Iterable[str],
    breaker: str | Breaker | None = None,
    lexicon: LexiconSource | None = None,
    *,
    mode: str = "word",
) -> Iterator[list[str]]:
    """Words of many texts: `words` of each, in order, many at a time, which is far quicker for short texts.

    `texts` may be endless: a batch is broken when it is large, or when one comes a tenth of a second after its first.
    """
    from khsearch.khmer import word_lists

    analyzer = analyzer_of(breaker, lexicon)
    return (words for batch in _batches(texts) for words in word_lists(analyzer, batch, mode))


@checked(texts=EACH_TEXT, keep=one_of(*KEPT), **_CHOICES)
def tokenize_all(
    texts: Iterable[str],
    breaker: str | Breaker | None = None,
    lexicon: LexiconSource | None = None,
    *,
    mode: str = "word",
    keep: str = "words",
) -> Iterator[list[Token]]:
    """Words of many texts as tokens: `tokenize` of each, in order, as `words_all` has them."""
    from khsearch.khmer import token_lists

    analyzer = analyzer_of(breaker, lexicon)
    return (
        _kept(text, tokens, keep)
        for batch in _batches(texts)
        for text, tokens in zip(batch, token_lists(analyzer, batch, mode), strict=True)
    )


@checked(text=TEXT)
def clusters(text: str) -> list[str]:
    """Khmer clusters of a text, as they stand in it: each base with its subscripts, vowels and signs."""
    return [text[start:end] for start, end in cluster_spans(text)]


@checked(text=TEXT)
def normalize(text: str) -> str:
    """Put the Khmer of a text right, and leave all else as it stands.

    Marks take the order of the Khmer Encoding Structure, what is doubled or subscribes nothing goes, and so do
    characters that nobody sees beside Khmer; encodings that look alike become one. Words stay spelt as they are. It
    breaks as before, and a text that is right stays as it is.
    """
    loading("khsearch.khmer.text.repair")
    from khsearch.khmer import put_right

    return put_right(text)


@checked(text=TEXT)
def sentences(text: str) -> list[str]:
    """Sentences of a text, as they stand in it, without the spaces around them; nothing else is left out.

    One ends with a khan, a bariyoosan or their kin, with ? or !, with a full stop before a space, and at a line end;
    closing quotes and brackets belong to it. Numbers, links and abbreviations do not end one.
    """
    loading("khsearch.khmer.text.sentences")
    from khsearch.khmer import sentence_spans

    return [text[start:end] for start, end in sentence_spans(text)]


def analyzer_of(breaker: str | Breaker | None, lexicon: LexiconSource | None) -> Analyzer:
    """Return the analyzer of a breaker, or of the name of one, with a lexicon; raises as `tokenize` does."""
    if breaker is None or isinstance(breaker, str):
        name = breaker or BREAKERS[0]
        return _analyzer(name, factory_of(name), load(lexicon))
    if lexicon is not None:
        raise ValueError("a breaker brings its own lexicon; leave the lexicon out, or name the breaker")
    return Analyzer(breaker)


@lru_cache(maxsize=8)
def _analyzer(breaker: str, _factory: object, lexicon: Lexicon | None) -> Analyzer:
    """The analyzer of a breaker by name; another where another factory is registered under the name by now."""
    return Analyzer(make_breaker(breaker, lexicon))


def words_of(analyzer: Analyzer, text: str, mode: str) -> list[str]:
    """Words of one text."""
    if len(text) > SHORT:
        loading("khsearch.khmer.terms.listing")
        from khsearch.khmer import word_lists

        (found,) = word_lists(analyzer, [text], mode)
        return found
    typed = analyzer.typed(text)
    starts, ends = typed.spans if mode == "atom" else typed.whole_spans
    found = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    if mode == "word" and typed.whole.signs:
        found = [word for number, word in enumerate(found) if number not in typed.whole.signs]
    return found if text.isprintable() else list(map(script.shown, found))


def tokens_of(analyzer: Analyzer, text: str, mode: str, keep: str) -> list[Token]:
    """Tokens of one text."""
    if len(text) > SHORT:
        loading("khsearch.khmer.terms.listing")
        from khsearch.khmer import token_lists

        (found,) = token_lists(analyzer, [text], mode)
    else:
        found = analyzer.tokens(text, mode)
    return _kept(text, found, keep)


def _kept(text: str, tokens: list[Token], keep: str) -> list[Token]:
    from khsearch.khmer import with_gaps, without_signs

    return without_signs(tokens) if keep == "words" else list(with_gaps(text, tokens))


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts in batches of a megabyte, the first ones smaller; a long one by itself."""
    loading("khsearch.khmer.terms.listing")
    from khsearch.khmer import MEGABYTE

    batch: list[str] = []
    size, most, began = 0, _FIRST_BATCH, 0.0
    numbered = enumerate(texts)
    while True:
        try:
            number, given = next(numbered)
            text = TEXT.of(f"number {number} of texts", given)
        except StopIteration:
            break
        except Exception:  # whatever `texts` raises, those before have their words
            if batch:
                yield batch
            raise
        if len(text) > MEGABYTE:
            if batch:
                yield batch
                batch = []
            yield [text]
            continue
        if not batch:
            size, began = 0, monotonic()
        batch.append(text)
        size += len(text) + 1
        if size > most or monotonic() > began + _PATIENCE:
            yield batch
            batch, most = [], min(4 * most, MEGABYTE)
    if batch:
        yield batch
