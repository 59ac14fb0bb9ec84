"""document_store: what one commit keeps of its documents: ids, summaries, stored blobs, columns."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from khsearch import arrays
from khsearch.arrays import np
from khsearch.columnar import search as rooms
from khsearch.columnar.search.leaves import refusing_damage
from khsearch.columnar.segments.segment import hashes_of
from khsearch.engine import nodes
from khsearch.sharing import loading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from khsearch.arrays import Array
    from khsearch.columnar.search.cache import Cache
    from khsearch.columnar.search.doc_values import DocValues
    from khsearch.columnar.search.joining import Joined
    from khsearch.columnar.search.leaves import Leaves
    from khsearch.columnar.search.written import Spellings
    from khsearch.columnar.segments.columns import Column, Form
    from khsearch.columnar.segments.segment import Segment
    from khsearch.engine import By


_REMEMBERED = 1 << 12  # texts of a column
_TEXT_BYTES = 150  # that one of these takes


class DocumentStore:
    """The documents of all segments as one collection. Immutable, safe for threads."""

    def __init__(self, leaves: Leaves, key: str | None, form: Form | None, cache: Cache) -> None:
        """key: the field of ids, None where documents have none. form: in which text of columns is compared."""
        self.folder = leaves.folder
        self.doc_count_all = leaves.doc_count_all
        self._leaves = leaves
        self._key = key
        self._form = form
        self._cache = cache

    def all_live(self) -> Array:
        """Numbers of all live documents -> (n,) DOC, rising."""
        every = np.arange(self._leaves.doc_count_all, dtype=arrays.DOC)
        return every if self._leaves.live is None else every[self._leaves.live]

    @refusing_damage
    def stored(self, doc: int) -> bytes:
        """The stored blob of a document."""
        segment, inner = self._leaves.locate(doc)
        return segment.stored.blob(inner)

    def stored_of(self, docs: Iterable[int]) -> Iterator[bytes]:
        """The stored blobs of some documents, one after the other."""
        for segment, inner in groupby(map(self._leaves.locate, docs), itemgetter(0)):
            yield from segment.stored.blobs([*map(itemgetter(1), inner)])

    @refusing_damage
    def summary(self, doc: int) -> bytes:
        """The small blob of a document, what a list of hits shows of it; empty where none was given."""
        segment, inner = self._leaves.locate(doc)
        return segment.summary(inner)

    @refusing_damage
    def id_of(self, doc: int) -> bytes:
        """The id of a document; empty where it has none."""
        segment, inner = self._leaves.locate(doc)
        return segment.id_of(inner) if self._key is not None else b""

    def version(self, doc: int) -> tuple[int, int]:
        """What stands for a document as long as it is the same, whatever its number."""
        segment, inner = self._leaves.locate(doc)
        return segment.entry.file.root, inner

    def docnum(self, name: str) -> int | None:
        """The live document that has the id; None where there is none."""
        return self.docnums([name])[0]

    def docnums(self, names: Sequence[str]) -> list[int | None]:
        """The same for many ids."""
        found = self.docs_of_ids([name.encode("utf-8", "surrogatepass") for name in names])
        return [docs[-1] if docs else None for docs in found]

    @refusing_damage
    def docs_of_ids(self, ids: list[bytes]) -> list[list[int]]:
        """The live documents of each id."""
        leaves, live = self._leaves, self._leaves.live
        out: list[list[int]] = [[] for _ in ids]
        if self._key is None:
            return out
        hashes = hashes_of(ids, len(ids))
        for base, segment in zip(leaves.bases, leaves.segments, strict=False):
            for mine, found in zip(out, segment.docs_of_ids(ids, hashes), strict=True):
                mine += [base + doc for doc in found if live is None or live[base + doc]]
        return out

    def compared(self, text: bytes) -> bytes:
        """The form in which columns compare a text."""
        return text if self._form is None else self._form(text)

    def column(self, name: str) -> Column | None:
        """A column over all documents; None where no document has a value."""
        return self._cache.memo("columns", name, lambda: self._joined(name), _size_of, lasting=True)

    def values(self, name: str, by: By | None = None) -> DocValues:
        """A column over all documents as ordinals; of dates, by year, month or day."""
        return self._values(name, by).values

    def between(self, node: nodes.Between | nodes.AnyBetween, among: Array | None = None) -> Array:
        """Whether each document, or each of some (n,), has a value between bounds -> (docs,) or (n,) bool."""
        values = self.values(node.column)
        if isinstance(node, nodes.AnyBetween):
            return values.docs_in(node.spans, among)
        span = values.span(node.low, node.high, with_low=node.with_low, with_high=node.with_high)
        return values.docs(*span, among)

    def written(self, name: str, ordinals: Array) -> list[str]:
        """Texts of a column as a live document has them first, by the ordinals of their forms, (n,)."""
        size = len(self.values(name).table)
        if size > _REMEMBERED:
            return self._read(name, ordinals)
        # What is counted on a page is counted on the next one.
        known: dict[int, str] = self._cache.memo("texts", name, dict, lambda _: size * _TEXT_BYTES)
        wanted = ordinals.tolist()
        lacking = [at for at in wanted if at not in known]
        if lacking:
            known.update(zip(lacking, self._read(name, np.array(lacking)), strict=True))
        return [known[at] for at in wanted]

    def _read(self, name: str, ordinals: Array) -> list[str]:
        segments = self._leaves.segments
        every = [self._spellings(segment, name) for segment in segments]
        if all(one.column is None for one in every):
            return [text.decode("utf-8", "replace") for text in self.values(name).listed(ordinals)]
        owns = [self._of_segment(segment, name, None) for segment in segments]
        places = self._cache.memo(
            "written", name, lambda: self._written(name, every, owns), _size_of_pair, lasting=True
        )
        at = zip(*(part.take(ordinals).tolist() for part in places), strict=True)
        return [every[segment].shown(owns[segment], number) for segment, number in at]

    def _values(self, name: str, by: By | None) -> Joined:
        parts = [self._of_segment(segment, name, by) for segment in self._leaves.segments]
        alone = len(parts) == 1  # is its segment's own

        def make() -> Joined:
            return rooms.joining.join(parts or [rooms.doc_values.no_values(name, 0)])

        return self._cache.memo(
            "values", (name, by), make, lambda found: 0 if alone else _size_of_joined(found), lasting=True
        )

    def _of_segment(self, segment: Segment, name: str, by: By | None) -> DocValues:
        """The documents of one segment alone, which the next commit may have, too."""

        def make() -> DocValues:
            if by is not None:
                return self._of_segment(segment, name, None).by(by)
            column = self._column_of(segment, name)
            if column is None:
                return rooms.doc_values.no_values(name, segment.docs)
            return rooms.doc_values.doc_values(name, column)

        return self._cache.memo(
            "values of a segment",
            (segment, name, by),
            make,
            lambda found: found.nbytes + found.nbytes_of_table,
            lasting=True,
            owner=segment,
        )

    def _spellings(self, segment: Segment, name: str) -> Spellings:
        return self._cache.memo(
            "spellings of a segment",
            (segment, name),
            lambda: rooms.written.spellings(self._column_of(segment, name)),
            lambda found: _size_of(found.column),
            lasting=True,
            owner=segment,
        )

    @refusing_damage
    def _column_of(self, segment: Segment, name: str) -> Column | None:
        return segment.column(name, self._form)

    def _written(self, name: str, every: Sequence[Spellings], owns: Sequence[DocValues]) -> tuple[Array, Array]:
        """For each form, the first segment with a live document that has it, and its text there -> twice (forms,)."""
        values, maps = self._values(name, None)
        segments, numbers = np.zeros(len(values.table), np.int32), np.zeros(len(values.table), np.int32)
        live, bases = self._leaves.live, self._leaves.bases
        for at in reversed(range(len(every))):  # what comes first is said last
            forms, firsts = every[at].firsts(owns[at], None if live is None else live[bases[at] : bases[at + 1]])
            segments[maps[at].take(forms)] = at
            numbers[maps[at].take(forms)] = firsts
        return segments, numbers

    @refusing_damage
    def _joined(self, name: str) -> Column | None:
        loading("khsearch.columnar.segments.columns")
        from khsearch.columnar.segments import columns

        segments = self._leaves.segments
        parts = [segment.column(name, self._form) for segment in segments]
        if all(part is None for part in parts):
            return None
        filled = [
            part or columns.empty(np.zeros(segment.docs, np.int64))
            for part, segment in zip(parts, segments, strict=True)
        ]
        return columns.join(name, filled)


def _size_of(column: Column | None) -> int:
    return 0 if column is None else column.nbytes


def _size_of_joined(joined: Joined) -> int:
    return joined.values.nbytes + sum(of.nbytes for of in joined.maps)


def _size_of_pair(arrays: tuple[Array, Array]) -> int:
    return arrays[0].nbytes + arrays[1].nbytes
