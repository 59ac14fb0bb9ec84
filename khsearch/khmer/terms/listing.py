"""listing: texts in, the words of each as a list of str or of tokens out: as of each by itself, but quicker."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.terms.tokens import PUNCTUATION, Token, atom_tokens, decoded, whole_tokens, word_terms
from khsearch.khmer.terms.whole_batches import WholeBatch
from khsearch.khmer.text import script

MEGABYTE = 350_000
"""Characters of a megabyte of Khmer in UTF-8: what is quickest as one batch."""


def word_lists(analyzer: Analyzer, texts: Sequence[str], mode: str) -> Iterator[list[str]]:
    """Words of some texts, together a megabyte or one long text, as they stand."""
    if len(texts) == 1 and len(texts[0]) > 2 * MEGABYTE:
        parts = [words for line in _parts(texts[0]) for words in _words(analyzer, [line], mode)]
        yield [word for words in parts for word in words]
        return
    yield from _words(analyzer, texts, mode)


def token_lists(analyzer: Analyzer, texts: Sequence[str], mode: str) -> Iterator[list[Token]]:
    """Words of some texts, together a megabyte or one long text, as tokens."""
    if len(texts) == 1 and len(texts[0]) > 2 * MEGABYTE:
        found: list[Token] = []
        words = atoms = offset = 0
        for part in _parts(texts[0]):
            (tokens,) = _tokens(analyzer, [part], mode)
            found += [_moved(token, words, atoms, offset) for token in tokens]
            words += sum(token.kind != PUNCTUATION for token in tokens)
            atoms += sum(len(token.parts) for token in tokens)
            offset += len(part)
        yield found
        return
    yield from _tokens(analyzer, texts, mode)


def term_lists(analyzer: Analyzer, texts: Sequence[str]) -> Iterator[list[str]]:
    """Terms of the whole words of some texts, together about a megabyte."""
    batch = analyzer.whole_batch(texts, "word")
    terms = _terms(batch, list(map(decoded, batch.atoms.terms())))
    signs = set(batch.signs.tolist())
    for first, last in _stretches(batch.counts.tolist()):
        yield [terms[number] for number in range(first, last) if number not in signs] if signs else terms[first:last]


def _parts(text: str) -> Iterator[str]:
    """Lines of a text, about a megabyte at a time: no word reaches over a line end."""
    start = 0
    while len(text) - start > MEGABYTE:
        end = text.find("\n", start + MEGABYTE) + 1
        if not end:
            break
        yield text[start:end]
        start = end
    yield text[start:]


def _words(analyzer: Analyzer, texts: Sequence[str], mode: str) -> Iterator[list[str]]:
    batch = analyzer.whole_batch(texts, mode)
    starts, ends = (places.tolist() for places in batch.spans())
    signs = set(batch.signs.tolist())
    # A character that is not printed is in few texts, if not in all.
    hidden = not batch.normal.raw.isprintable()
    for text, (first, last) in zip(texts, _stretches(batch.counts.tolist()), strict=True):
        words = [text[start:end] for start, end in zip(starts[first:last], ends[first:last], strict=True)]
        if signs:
            words = [word for number, word in enumerate(words, first) if number not in signs]
        yield list(map(script.shown, words)) if hidden and not text.isprintable() else words


def _tokens(analyzer: Analyzer, texts: Sequence[str], mode: str) -> Iterator[list[Token]]:
    batch = analyzer.whole_batch(texts, mode)
    terms = list(map(decoded, batch.atoms.terms()))
    atom_starts, atom_ends = (places.tolist() for places in batch.atom_spans())
    found = terms if mode == "atom" else _terms(batch, terms)
    firsts = batch.firsts.tolist()
    starts, ends = (places.tolist() for places in batch.spans())
    signs = batch.signs.tolist()
    of_text = zip(_stretches(batch.atoms.counts.tolist()), _stretches(batch.counts.tolist()), strict=True)
    for (first, last), (a, b) in of_text:
        atoms = atom_tokens(terms[first:last], atom_starts[first:last], atom_ends[first:last])
        if mode == "atom":
            yield atoms
            continue
        own = [number - first for number in firsts[a:b]]
        mine = {number - a for number in signs[bisect_left(signs, a) : bisect_left(signs, b)]}
        yield whole_tokens(atoms, found[a:b], own, starts[a:b], ends[a:b], mine)


def _terms(batch: WholeBatch, atoms: Sequence[str]) -> list[str]:
    """Terms of all whole words, of those of the atoms."""
    edges = batch.atom_starts.tolist(), batch.atom_ends.tolist()
    return word_terms(batch.normal, atoms, edges, batch.firsts.tolist(), (batch.starts.tolist(), batch.ends.tolist()))


def _stretches(counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    return pairwise(accumulate(counts, initial=0))


def _moved(token: Token, position: int, atoms: int, offset: int) -> Token:
    """A token behind so many words, atoms and characters."""
    parts = [
        Token(part.term, part.position + atoms, part.start + offset, part.end + offset, part.kind)
        for part in token.parts
    ]
    number, start, end = token.position + position, token.start + offset, token.end + offset
    one = parts[0]
    if (one.position, one.start, one.end) == (number, start, end):
        return one
    return Token(token.term, number, start, end, token.kind, tuple(parts))
