"""written: how the texts of a column show: as a live document has them first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.arrays import Array

if TYPE_CHECKING:
    from khsearch.columnar.search.doc_values import DocValues
    from khsearch.columnar.segments.columns import Column


class Spellings(NamedTuple):
    """The texts of a segment's column as they are written; without a column, each is its own form."""

    column: Column | None

    def shown(self, own: DocValues, number: int) -> str:
        """The text that a number of `firsts` stands for."""
        text: bytes = own.table[number] if self.column is None else self.column.names[number]
        return text.decode("utf-8", "replace")

    def firsts(self, own: DocValues, live: Array | None) -> tuple[Array, Array]:
        """The forms that live documents, (docs,) bool, have, and a number for the first text of each -> twice (n,).

        own: the column of the segment.
        """
        if self.column is None:
            docs = np.arange(len(own.first)) if live is None else live.nonzero()[0]
            forms = own.counts(docs).nonzero()[0]
            return forms, forms
        values = self.column.values if live is None else self.column.values[live.repeat(self.column.counts)]
        found = np.full(len(own.table), -1)
        found[self.column.form_of.take(values[::-1])] = values[::-1]  # of several for one place, the last one stays
        forms = (found >= 0).nonzero()[0]
        return forms, found.take(forms)


def spellings(column: Column | None) -> Spellings:
    """How the texts of a segment's column are written; None: it has no values."""
    own = column is None or column.kind != "text" or column.names == column.forms
    return Spellings(None if own else column)
