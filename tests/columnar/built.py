"""built: a column of the values of some documents."""

from __future__ import annotations

from collections.abc import Sequence

from khsearch.columnar.segments import columns
from khsearch.columnar.segments.collected import Collected
from khsearch.columnar.segments.columns import Column, Form
from khsearch.schema import Kind


def build(name: str, rows: Sequence[object], kind: Kind | None = None, form: Form | None = None) -> Column:
    """Make the column as a segment of these documents alone has it."""
    collected = Collected(form)
    collected.add(0, columns.given(name, rows, kind))
    return collected.finish(name, len(rows))
