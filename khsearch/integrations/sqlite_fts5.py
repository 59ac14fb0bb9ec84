"""sqlite_fts5: a tokenizer for the full-text search of SQLite, FTS5, by apsw.

    connection = apsw.Connection("news.db")
    register(connection)                                # each time that a connection is made
    connection.execute("CREATE VIRTUAL TABLE news USING fts5(title, body, tokenize='khmer')")
    connection.execute("SELECT title FROM news WHERE news MATCH ? ORDER BY rank", [match_of("...")])

Python's own sqlite3 takes no tokenizers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from khsearch.arguments import TEXT, checked
from khsearch.extras import missing
from khsearch.khmer import MODES
from khsearch.text import tokenize

try:
    import apsw
except ImportError:
    raise missing("a tokenizer of SQLite needs apsw", "sqlite-fts5") from None

if TYPE_CHECKING:
    from apsw import Tokenizer


_UTF8 = "utf-8", "surrogateescape"
"""A byte that is none of UTF-8 is a character of its own, and one byte again."""


@checked(name=TEXT)
def register(connection: apsw.Connection, name: str = "khmer") -> None:
    """Let tables of a connection say tokenize='khmer', or tokenize='khmer word'.

    A token is a word in normal form, so other orders of typing find the same. By default words are the finest ones,
    "atom", as in an index of khsearch: a part of a compound finds it, and the compound finds what has all its parts
    side by side. With "word" they are whole words. A table keeps what its tokenizer made: a table whose words would
    break otherwise, by another version, is made anew (INSERT INTO news(news) VALUES ('rebuild')).

    Prefixes (MATCH 'abc*'), snippet(), highlight() and bm25() work as FTS5 has them.
    """
    connection.register_fts5_tokenizer(name, _made)


@checked(text=TEXT)
def match_of(text: str) -> str:
    """Return what MATCH takes for a text that somebody typed: what stands between spaces, side by side, all of it.

    Nothing in the text is an operator of FTS5. Without words it is empty in quotes, which finds nothing.
    """
    text = text.encode("utf-8", "replace").decode()  # half a surrogate is no text of SQLite's
    chunks = [chunk.replace('"', '""') for chunk in text.replace("\0", " ").split()]
    return " ".join(f'"{chunk}"' for chunk in chunks if tokenize(chunk)) or '""'


def _made(_: apsw.Connection, arguments: Sequence[str]) -> Tokenizer:
    """What FTS5 asks for a table with such arguments of its tokenizer; ValueError."""
    mode = "atom" if not arguments else arguments[0]
    if mode not in MODES or len(arguments) > 1:
        raise ValueError(f"the tokenizer takes {' or '.join(MODES)}, not {' '.join(arguments)!r}")

    def found(utf8: bytes, flags: int, locale: str | None) -> Iterator[tuple[int, int, str]]:
        text = utf8.decode(*_UTF8)
        offset = place = 0
        for token in tokenize(text, mode=mode):
            start = offset + len(text[place : token.start].encode(*_UTF8))
            offset, place = start + len(text[token.start : token.end].encode(*_UTF8)), token.end
            yield start, offset, token.term

    return found
