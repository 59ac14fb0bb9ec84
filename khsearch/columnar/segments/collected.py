"""collected: the values of one column as documents bring them, batch after batch, in; a column out.

Text gets a number when it comes for the first time; only in the end it is put in order, and compared forms are made.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import EMPTY
from khsearch.columnar.segments import columns
from khsearch.columnar.segments.columns import Column, Texts

if TYPE_CHECKING:
    from khsearch.arrays import Array
    from khsearch.columnar.segments.columns import Form


class Collected:
    """Values of documents that are numbered in the order in which they come."""

    def __init__(self, form: Form | None) -> None:
        """form: how text is compared, None for as it is."""
        self.kind: str | None = None
        """Which of columns.DTYPES it has so far; None where it has no values."""
        self._form = form
        self._parts: list[Column] = []  # where it is no text
        self._docs = 0
        self._numbers: dict[bytes, int] = defaultdict(count().__next__)  # where it is
        self._counts: list[Array] = []
        self._values: list[Array] = [EMPTY]

    def add(self, first: int, column: Column | Texts) -> None:
        """Take in the values of documents from the number `first` on; those before it that nobody told have none."""
        if len(column.values) and self.kind is None:
            self.kind = column.kind
        self._pass(first)
        self._docs += len(column.counts)
        if isinstance(column, Column):
            self._parts.append(column)
            self._counts.append(column.counts)
            return
        numbers = map(self._numbers.__getitem__, column.values)
        self._counts.append(column.counts)
        self._values.append(np.fromiter(numbers, np.int64, len(column.values)))

    def finish(self, name: str, docs: int) -> Column:
        """The column of so many documents."""
        self._pass(docs)
        if self.kind != "text":
            return columns.join(name, self._parts)
        names = sorted(self._numbers)
        rank = np.empty(len(names), np.int64)
        rank[np.fromiter(map(self._numbers.__getitem__, names), np.int64, len(names))] = np.arange(len(names))
        values = rank.take(np.concatenate(self._values))
        forms = names if self._form is None else [*map(self._form, names)]
        return columns.of_texts(np.concatenate(self._counts), values, names, forms)

    def _pass(self, docs: int) -> None:
        if docs > self._docs:
            self.add(self._docs, columns.empty(np.zeros(docs - self._docs, np.int64)))
