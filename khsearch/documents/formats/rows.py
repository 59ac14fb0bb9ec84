"""rows: the lines of a table of text in, its rows of cells out, each with the line where it begins.

Cells in quotes may hold line ends and delimiters. A quote that nobody closes would take all rows behind it into its
cell: the row where it stands is told as wrong, and the next one begins at the next line.
"""

from __future__ import annotations

import csv
import sys
from collections import deque
from collections.abc import Iterator

from khsearch.documents.formats.reader import Source
from khsearch.errors import DocumentError

Row = tuple[str, list[str] | DocumentError]
"""The line where it begins, as "line 3", and its cells, or why it has none."""

_MOST_LINES = 100_000
"""Lines of one row: more stand in no cell that was meant."""


class Rows:
    """The rows of a table, one after the other; those that are empty are left out."""

    def __init__(self, source: Source, lines: Iterator[str | DocumentError], delimiter: str, first: int = 1) -> None:
        """first: the number of the first line."""
        csv.field_size_limit(sys.maxsize)  # a cell may hold an article, or a book
        self._source = source
        self._lines = lines
        self._delimiter = delimiter
        self._line = first  # the number of the next line
        self._again: deque[str | DocumentError] = deque()  # lines of a row that could not be read, to be read anew
        self._held: list[str | DocumentError] = []  # lines of the row that is being read

    def __iter__(self) -> Iterator[Row]:
        while True:
            begins, self._held = self._line, []
            part = f"line {begins}"
            reader = csv.reader(self._given(), delimiter=self._delimiter, strict=True)
            try:
                row = next(reader, None)
            except DocumentError as error:
                if len(self._held) == 1:
                    self._line += 1
                    yield part, error
                else:  # a line that cannot be read ends the row before it
                    yield part, self._unclosed(part)
            except csv.Error as problem:
                several = len(self._held) > 1
                yield part, self._unclosed(part) if several else self._wrong(str(problem), part)
            else:
                if row is None:
                    return
                self._line += len(self._held)
                if row:
                    yield part, row

    def _given(self) -> Iterator[str]:
        """Lines for one row, as many as it asks for."""
        while len(self._held) < _MOST_LINES:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._held.append(line)
            if isinstance(line, DocumentError):
                raise line
            yield line

    def _unclosed(self, part: str) -> DocumentError:
        return self._wrong("a quote that is opened and not closed as it should be", part)

    def _wrong(self, problem: str, part: str) -> DocumentError:
        """Give up a row: what follows its first line is read again."""
        self._again.extendleft(reversed(self._held[1:]))
        self._line += 1
        return self._source.error(f"not CSV ({problem}); mend the row", part)
