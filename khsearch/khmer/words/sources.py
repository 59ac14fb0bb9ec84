"""sources: what a caller names as a lexicon -> Lexicon: a word list, or a lexicon that was learnt."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.khmer.words.lexicon import MAGIC, Lexicon, default_lexicon, parse
from khsearch.sharing import loading


def load(source: Lexicon | str | Path | None) -> Lexicon | None:
    """Return the lexicon that a caller names: a word list, added to the default lexicon, or a lexicon that was learnt.

    Raises LexiconError, naming the file and the line.
    """
    if source is None or isinstance(source, Lexicon):
        return source
    path = Path(source)
    try:
        found = path.stat()
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror}); name a word list or lexicon") from None
    return _load(path, (found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=8)
def _load(path: Path, stamp: tuple[int, int, int]) -> Lexicon:
    data = _content(path)  # read once: a pipe gives it only once
    if data.startswith(MAGIC):
        return parse(data, str(path))
    loading("khsearch.khmer.words.word_lists")
    from khsearch.khmer.words.word_lists import extended, word_list

    return extended(default_lexicon(), word_list(data, path))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror}); name a word list or lexicon") from None
