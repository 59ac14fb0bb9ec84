"""segment: the parts of one segment in one file: postings and lengths by field, ids, stored documents, columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xxhash

from khsearch import version
from khsearch.arrays import np
from khsearch.columnar import segments as rooms
from khsearch.columnar.files.blockfile import BlockFile, damaged
from khsearch.columnar.files.format import COLUMN_KINDS
from khsearch.columnar.segments import compiled
from khsearch.columnar.segments.stored import StoredReader
from khsearch.engine import OLD_TRAIT
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.files.blockfile import Section
    from khsearch.columnar.files.catalog import SegmentEntry
    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.segments.columns import Column, Form
    from khsearch.columnar.segments.pairs import Pairs


def hashes_of(keys: Iterable[bytes], count: int) -> Array:
    """What ids are looked up by -> (count,) uint64."""
    return np.fromiter(map(xxhash.xxh3_64_intdigest, keys), np.uint64, count)


class Segment:
    """One segment, open for reading. Deleted documents are still in it; a commit knows which they are."""

    def __init__(self, folder: Path, entry: SegmentEntry) -> None:
        """Open the file that the catalog names; FileNotFoundError where a later commit removed it."""
        self.entry = entry
        self.docs = entry.docs
        self.file = BlockFile(folder / entry.file.name, size=entry.file.size, root=entry.file.root)
        self._header = _Header(self.file, entry.docs)
        self.compiled = compiled.opened(self.file, entry.docs, self._header.fields)
        self._fields: dict[str, FieldReader] = {}
        self._stored: StoredReader | None = None
        self._ids: tuple[Section, Section] | None = None
        self._summaries: tuple[Section, Section] | None = None

    @property
    def field_names(self) -> list[str]:
        """Fields that have postings here."""
        return list(self._header.fields)

    @property
    def column_names(self) -> list[str]:
        """Columns that have values here."""
        return list(self._header.columns)

    @property
    def format(self) -> int:
        """The number of the format that it was written in."""
        return self._header.format

    @cached_property
    def traits(self) -> frozenset[str]:
        """What the terms of its documents depend on: lines that mean something to whoever made the terms."""
        if self.format == 1:
            return frozenset((OLD_TRAIT,))
        section = self.file.section("traits")
        lines = section.read(0, len(section)).decode("utf-8", "replace")
        return frozenset(filter(None, lines.split("\n")))

    def field(self, name: str) -> FieldReader | None:
        """The postings of a field; None where it has none here."""
        found = self._fields.get(name)
        if found is None and name in self._header.fields:
            loading("khsearch.columnar.postings.decode")
            from khsearch.columnar.postings.decode import FieldReader

            meta = self._header.fields[name]
            made = FieldReader(self.file, meta["prefix"], self.docs, positions=meta["positions"])
            found = self._fields.setdefault(name, made)  # tables are kept of this one, whichever thread made it
        return found

    def open_fields(self) -> list[FieldReader]:
        """The fields whose postings were asked for."""
        return list(self._fields.values())

    def has_pairs(self, name: str) -> bool:
        """Whether the segment has a table of a field's frequent pairs."""
        return bool(self._header.fields[name].get("pairs", False)) if name in self._header.fields else False

    def pairs(self, name: str) -> Pairs:
        """The pairs of a field: those of its table; without one, all, counted now."""
        field = self.field(name)
        if field is None or not field.positions:
            return rooms.pairs.NO_PAIRS
        if self.has_pairs(name):
            return rooms.pair_files.read(self.file, self._header.fields[name]["prefix"], field)
        return rooms.pairs.count(field, self.lengths(name))

    def tokens(self, name: str) -> int:
        """Tokens of a field, deleted documents included."""
        meta = self._header.fields.get(name)
        return meta["tokens"] if meta else 0

    def top_position(self, name: str) -> int:
        """The highest position of a token in a field; 0 where it keeps none."""
        meta = self._header.fields.get(name)
        return meta["top"] if meta else 0

    def lengths(self, name: str) -> Array:
        """Tokens of a field in each document -> (docs,) of an unsigned dtype."""
        meta = self._header.fields.get(name)
        if meta is None:
            return np.zeros(self.docs, np.uint8)
        section = self.file.section(meta["prefix"] + "doclens")
        lengths = section.whole()
        if len(lengths) != self.docs or int(lengths.sum(dtype=np.int64)) != meta["tokens"]:
            raise section.damage("the lengths of documents do not fit the field")
        return lengths

    def column(self, name: str, form: Form | None = None) -> Column | None:
        """A column; None where it has no values here. `form` is for text of a segment that keeps no forms."""
        meta = self._header.columns.get(name)
        return rooms.column_files.read(self.file, meta["prefix"], meta, self.docs, form) if meta else None

    def column_kind(self, name: str) -> str | None:
        """Which of COLUMN_KINDS a column is here; None where it has no values."""
        meta = self._header.columns.get(name)
        return meta["kind"] if meta and len(self.file.section(meta["prefix"] + "values")) else None

    @property
    def stored(self) -> StoredReader:
        """The stored documents."""
        if self._stored is None:
            self._stored = StoredReader(self.file, self.docs, self.compiled)
        return self._stored

    def docs_of_ids(self, wanted: Sequence[bytes], hashes: Array) -> list[list[int]]:
        """The documents of each id, deleted ones included; hashes (n,) uint64 as hashes_of tells."""
        table, owners = self.file.section("ids.hashes").whole(), self.file.section("ids.docs").whole()
        low, high = np.searchsorted(table, hashes, "left"), np.searchsorted(table, hashes, "right")
        out: list[list[int]] = [[] for _ in wanted]
        for i in np.flatnonzero(high > low).tolist():
            near = owners[int(low[i]) : int(high[i])].tolist()
            out[i] = [doc for doc in near if self.id_of(doc) == wanted[i]]
        return out

    def id_of(self, doc: int) -> bytes:
        """The id of a document; empty where it has none."""
        if self._ids is None:
            self._ids = self.file.section("ids.starts"), self.file.section("ids.codes")
        return self._slice(*self._ids, doc)

    def summary(self, doc: int) -> bytes:
        """What a list of hits shows of a document; empty where none was given."""
        if self._summaries is None:
            self._summaries = self.file.section("heads.starts"), self.file.section("heads.codes")
        return self._slice(*self._summaries, doc) if len(self._summaries[0]) else b""

    def _slice(self, starts: Section, codes: Section, doc: int) -> bytes:
        if len(starts) != self.docs + 1:
            raise starts.damage("it has another length than it should")
        start, stop = starts.numbers(doc, doc + 2)
        return codes.read(start, stop)


class _Header:
    """What a segment's file says about its parts, checked."""

    def __init__(self, file: BlockFile, docs: int) -> None:
        meta = file.meta
        self.format = version.check_format(file.path, meta.get("format", 1))
        self.fields: dict[str, Any] = meta.get("fields", {})
        self.columns: dict[str, Any] = meta.get("columns", {})
        if meta.get("docs") != docs or not isinstance(self.fields, dict) or not isinstance(self.columns, dict):
            raise damaged(file.path, "description")
        for field in self.fields.values():
            whole = isinstance(field, dict) and field.keys() >= {"prefix", "positions", "tokens", "top"}
            whole = whole and isinstance(field["prefix"], str)
            whole = whole and type(field["positions"]) is bool and type(field["tokens"]) is int
            whole = whole and type(field.get("pairs", False)) is bool
            if not whole or type(field["top"]) is not int or not 0 <= field["top"] < 1 << 24:
                raise damaged(file.path, "description of fields")
        for column in self.columns.values():
            if not isinstance(column, dict) or not isinstance(column.get("prefix"), str):
                raise damaged(file.path, "description of columns")
            if column.get("kind") not in COLUMN_KINDS:
                raise damaged(file.path, "description of columns")
