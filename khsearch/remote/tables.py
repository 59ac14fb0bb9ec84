"""tables: the terms of an index, part by part, as a view asks for them; and how parts grow together, commit by commit.

A part is what was written at once, and its tables, one a stream, are blobs (`counting`, `metadata`). They are read when
they are first asked for, and stay in memory, from one commit to the next where these have parts in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from secrets import token_hex

from khsearch.engine import Part, TermList
from khsearch.errors import IndexStoreError
from khsearch.remote import counting
from khsearch.remote.counting import Table
from khsearch.remote.metadata import Metadata, MissingPieceError, PartOf
from khsearch.remote.patience import patiently
from khsearch.sharing import Lock


class Tables:
    """The tables of the parts of one commit, for any number of threads."""

    def __init__(self, metadata: Metadata, parts: Sequence[PartOf], before: Tables | None = None) -> None:
        """before: of an earlier commit, whose tables need not be read again."""
        self._metadata = metadata
        self._parts = parts
        blobs = {blob for part in parts for blob in part.tables.values()}
        known = before._loaded if before is not None else {}
        self._loaded: dict[str, Table] = {blob: table for blob, table in known.copy().items() if blob in blobs}
        self._lock = Lock()

    @property
    def counted(self) -> int:
        """How many documents the parts count, those that have been deleted or replaced since included."""
        return sum(part.documents for part in self._parts)

    def terms(self, field: str) -> list[TermList]:
        """The terms of a stream, part by part; IndexDamagedError where a table is not what was written."""
        return [table.terms() for part in self._parts for table in self._of(part, field)]

    def pairs(self, field: str) -> list[TermList]:
        """The pairs of a stream that are told, part by part."""
        return [table.told() for part in self._parts for table in self._of(part, field) if len(table.firsts)]

    def parts(self) -> list[Part]:
        """The parts, as `khsearch.engine.View.parts` has them."""
        return [
            Part(part.of, part.documents, partial(self._terms, part), partial(self._pairs, part))
            for part in self._parts
        ]

    def _terms(self, part: PartOf, fields: Sequence[str]) -> list[TermList]:
        return [table.terms() for name in fields for table in self._of(part, name)]

    def _pairs(self, part: PartOf, fields: Sequence[str]) -> list[TermList]:
        return [table.told() for name in fields for table in self._of(part, name) if len(table.firsts)]

    def _of(self, part: PartOf, field: str) -> list[Table]:
        """The table of a stream in a part, if it has one."""
        blob = part.tables.get(field)
        if blob is None:
            return []
        found = self._loaded.get(blob)
        if found is None:
            with self._lock:
                found = self._loaded.get(blob)
                if found is None:
                    found = self._loaded[blob] = self._read(blob, field)
        return [found]

    def _read(self, blob: str, field: str) -> Table:
        """A table; IndexStoreError where later commits have removed it."""
        try:
            return read_table(self._metadata, blob, field)
        except MissingPieceError:
            if blob in self._metadata.head().blobs():
                raise
            raise IndexStoreError(
                f"{self._metadata.name}: others have committed since this was asked, and its terms are gone; ask again"
            ) from None


def read_table(metadata: Metadata, blob: str, field: str) -> Table:
    """Read the table of a stream; IndexDamagedError where it is not what was written."""
    what = f"the terms of {field!r}"
    content = metadata.read(blob, what)
    try:
        return counting.read(content)
    except ValueError as problem:
        raise metadata.damaged(what, str(problem)) from None


def grown(
    metadata: Metadata, before: Sequence[PartOf], fresh: Mapping[str, Table], documents: int, *, whole: bool
) -> tuple[PartOf, ...]:
    """Return the parts of a commit: those before, and one of `documents` more, with its tables by stream.

    Parts of about one size become one, as segments do: each tells of a term that is in many, so there shall be few.
    whole: let all become one.
    """
    kept, joining = list(before), list[PartOf]()
    total = documents
    while kept and (whole or (documents and kept[-1].documents <= 2 * total)):
        joining.insert(0, kept.pop())
        total += joining[0].documents
    if not documents and len(joining) < 2:
        return tuple(before)
    tables: dict[str, str] = {}
    terms: dict[str, int] = {}
    for name in dict.fromkeys([*(name for part in joining for name in part.tables), *fresh]):
        every = [_patiently_read(metadata, part.tables[name], name) for part in joining if name in part.tables]
        every += [fresh[name]] if name in fresh else []
        table = every[0] if len(every) == 1 else counting.joined(every)
        tables[name] = write_patiently(metadata, counting.written(table))
        terms[name] = len(table.dfs)
    return (*kept, PartOf(token_hex(8), total, tables, terms))


def write_patiently(metadata: Metadata, content: bytes) -> str:
    """Keep a blob, asking again while OpenSearch has too much to do -> what it is called by."""
    return patiently(lambda: metadata.write(content))


def _patiently_read(metadata: Metadata, blob: str, field: str) -> Table:
    return patiently(lambda: read_table(metadata, blob, field))
