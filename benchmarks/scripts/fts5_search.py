"""fts5_search: what one would write to search with SQLite FTS5 from the shell: open, ask for any word, print ten hits.

python fts5_search.py DATABASE TEXT
"""

import sqlite3
import sys
from itertools import pairwise

import icu


def main(place: str, text: str) -> None:
    """Break a text with PyICU, and print id and title of the best documents."""
    breaker = icu.BreakIterator.createWordInstance(icu.Locale("km"))
    breaker.setText(text)
    asked = " OR ".join(f'"{text[start:end]}"' for start, end in pairwise([0, *breaker]))
    statement = (
        "SELECT d.id, d.title FROM words w JOIN documents d ON d.number = w.rowid "
        "WHERE words MATCH ? ORDER BY w.rank LIMIT 10"
    )
    for id, title in sqlite3.connect(place).execute(statement, (asked,)):
        print(id, title, sep="\t")


main(*sys.argv[1:])
