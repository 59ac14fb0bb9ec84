"""sources: what a caller gives as a lexicon -> Lexicon: words of their own, or a lexicon that was learnt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from os import PathLike
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.khmer.words.lexicon import MAGIC, Lexicon, default_lexicon, parse
from khsearch.sharing import loading

LexiconSource = Lexicon | str | PathLike[str] | Iterable[str] | Mapping[str, float | None]
"""A lexicon, the path of a word list or of a lexicon that was learnt, words, or words with how often each stands in a
million words, or None."""


def load(source: LexiconSource | None) -> Lexicon | None:
    """Return the lexicon that a caller gives: one that was learnt, or the default lexicon with their words added.

    LexiconError names the file and the lines, or the entries, that cannot be.
    """
    if source is None or isinstance(source, Lexicon):
        return source
    if isinstance(source, Mapping):
        return _of_words(default_lexicon(), tuple(source.items()))
    if not isinstance(source, str | PathLike):
        return _of_words(default_lexicon(), tuple((word, None) for word in source))
    path = Path(source)
    try:
        found = path.stat()
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror}); name a word list or lexicon") from None
    return _load(path, (found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=8)
def _of_words(base: Lexicon, words: tuple[tuple[str, float | None], ...]) -> Lexicon:
    _wake()
    from khsearch.khmer.words.entries import given
    from khsearch.khmer.words.word_lists import extended

    return extended(base, given(words))


@lru_cache(maxsize=8)
def _load(path: Path, stamp: tuple[int, int, int]) -> Lexicon:
    data = _content(path)  # read once: a pipe gives it only once
    if data.startswith(MAGIC):
        return parse(data, str(path))
    _wake()
    from khsearch.khmer.words.entries import in_file
    from khsearch.khmer.words.word_lists import extended

    return extended(default_lexicon(), in_file(data, path))


def _wake() -> None:
    loading("khsearch.khmer.words.word_lists")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror}); name a word list or lexicon") from None
