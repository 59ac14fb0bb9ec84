"""tsv: a table of text whose cells tabs divide, otherwise as csv."""

from __future__ import annotations

from khsearch.documents.formats.csv import read_table
from khsearch.documents.formats.reader import Found, Source


def read(source: Source) -> Found:
    """Read a table whose cells tabs divide, if its lines do not tell otherwise."""
    return read_table(source, "\t")
