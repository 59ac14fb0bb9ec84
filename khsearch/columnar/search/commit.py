"""commit: one commit of an index, open for reading: its segments, its documents and its terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from khsearch.columnar.search.cache import Cache
from khsearch.columnar.search.document_store import DocumentStore
from khsearch.columnar.search.leaves import Leaves
from khsearch.columnar.search.scratch import Scratch
from khsearch.columnar.segments.deletions import deleted_in
from khsearch.columnar.segments.segment import Segment
from khsearch.engine import EVERY_COMMIT
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.files.catalog import Catalog
    from khsearch.columnar.search.index_terms import IndexTerms
    from khsearch.columnar.segments.columns import Form
    from khsearch.engine import FieldScale

T = TypeVar("T")


class Commit:
    """Immutable, safe for threads, valid as long as anyone holds it. Documents are numbered through all segments.

    folder, catalog  where it lies, and its table of contents
    leaves           its segments as one numbering of documents, with what is deleted
    documents        ids, summaries, stored blobs, columns
    scratch          memory of the thread that searches
    cache            what was asked for and is kept
    asked_before     terms that were asked for in the last commit, with their fields and scales
    """

    def __init__(
        self,
        folder: Path,
        catalog: Catalog,
        key: str | None,
        known: Mapping[str, Segment],
        *,
        deleted: Mapping[str, Array] | None = None,
        form: Form | None = None,
        cache_bytes: int | None = None,
    ) -> None:
        """Open the catalog's segments, taking those already open from `known`, and read what is deleted unless given.

        cache_bytes: the budget of the cache, as `Cache` takes it.

        Raises FileNotFoundError where a later commit removed a file, IndexDamagedError.
        """
        self.folder = folder
        self.catalog = catalog
        segments = [
            known[entry.file.name]
            if entry.file.name in known and known[entry.file.name].entry.file == entry.file
            else Segment(folder, entry)
            for entry in catalog.segments
        ]
        gone = None if deleted is None else {name: flags.tobytes() for name, flags in deleted.items()}
        self.leaves = Leaves(folder, segments, deleted_in(folder, catalog) if gone is None else gone)
        self.scratch = Scratch(self.leaves.doc_count_all)
        self.cache = Cache(cache_bytes)
        self.documents = DocumentStore(self.leaves, key, form, self.cache)
        self.asked_before: Sequence[tuple[tuple[str, ...], tuple[FieldScale, ...], bytes]] = ()

    @cached_property
    def terms(self) -> IndexTerms:
        """Postings, positions, lengths, what BM25 asks: of no use to the compiled core, which reads the files."""
        loading("khsearch.columnar.search.index_terms")
        from khsearch.columnar.search.index_terms import IndexTerms

        return IndexTerms(self.leaves, self.scratch, self.cache, self.documents)

    @property
    def doc_count(self) -> int:
        """Live documents."""
        return self.leaves.doc_count

    @property
    def doc_count_all(self) -> int:
        """Documents, deleted ones included."""
        return self.leaves.doc_count_all

    @cached_property
    def traits(self) -> frozenset[str]:
        """What the terms of the documents depend on: the lines of all segments."""
        return frozenset().union(*(segment.traits for segment in self.leaves.segments))

    def memo(
        self,
        room: str,
        key: Hashable,
        make: Callable[[], T],
        size: Callable[[T], int],
        *,
        lasting: bool = False,
        owner: Hashable = None,
    ) -> T:
        """What a room keeps of this commit under a key, made where it is not kept; as `Cache.memo`.

        What belongs to a field of a segment (`terms.fields`) stays when the next commit has that segment, too, and what
        belongs to EVERY_COMMIT always.
        """
        return self.cache.memo(room, key, make, size, lasting=lasting, owner=owner)

    def adopt(self, last: Commit) -> None:
        """Take over what the cache of the last commit holds of segments that are in this one, too."""
        segments = self.leaves.segments
        owners = {field for segment in segments for field in segment.open_fields()}
        asked = last.terms.asked() if "terms" in vars(last) else ()
        self.asked_before = asked or last.asked_before
        self.cache.adopt(last.cache, {EVERY_COMMIT, *owners, *segments})

    def segments_by_name(self) -> dict[str, Segment]:
        """The open segments, by the names of their files."""
        return {segment.entry.file.name: segment for segment in self.leaves.segments}

    def part_sizes(self) -> dict[str, int]:
        """Bytes by part: postings of each field, ids, heads, stored documents, columns."""
        sizes: dict[str, int] = {}
        for segment in self.leaves.segments:
            names = dict(enumerate(segment.field_names))
            for section, size in segment.file.section_sizes().items():
                part = section.partition(".")[0]
                named = f"field {names[int(part)]}" if part.isdecimal() and int(part) in names else part
                sizes[named] = sizes.get(named, 0) + size
        return sizes
