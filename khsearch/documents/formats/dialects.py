"""dialects: the first lines of a table of text in, what divides its cells out.

Spreadsheets write what the country's habits are: commas, semicolons, tabs, bars. What divides the cells is what makes
the most of them, the same number in most rows.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""What may divide cells, each with what people call several of it."""

SAMPLE_LINES = 50
_SAMPLE_CHARACTERS = 100_000
_TOLD = re.compile(r"sep=(.)\s*", re.I)


def told(line: str) -> str | None:
    """Return what a first line as `sep=;`, which Excel writes and reads, names; None for another line."""
    found = _TOLD.fullmatch(line)
    return found[1] if found else None


def delimiter_of(lines: Sequence[str], usual: str, is_header: Callable[[list[str]], bool]) -> str:
    """Return what divides the cells of a table whose first lines are these; `usual` where nothing tells.

    is_header: tells whether a row has a head that is looked for, which decides where it is so.
    """
    sample = [line[:_SAMPLE_CHARACTERS] for line in lines[:SAMPLE_LINES]]
    best, chosen = (False, 0.0, 0), usual
    for delimiter in (usual, *DELIMITERS):
        try:
            rows = [row for row in csv.reader(sample, delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = Counter(map(len, rows))
        width, count = max(
            ((width, count) for width, count in widths.items() if width > 1),
            key=lambda found: (found[1], found[0]),
            default=(1, 0),
        )
        # A stray comma in prose makes two cells in some rows: that rows agree says more than that they are wide.
        found = (is_header(rows[0]) and len(rows[0]) > 1 if rows else False, round(count / max(len(rows), 1), 1), width)
        if found > best:
            best, chosen = found, delimiter
    return chosen
