"""view: one commit of a folder, asked as `khsearch.engine.View` has it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from khsearch.columnar import search as rooms
from khsearch.columnar.files.wholefile import checksum
from khsearch.documents import Document, Stored, document_of, id_and_title
from khsearch.engine import BM25, Counted, Files, Found, Key, Node, Part, Place, Proximity, SortKey, TermList, nodes
from khsearch.errors import KhsearchError

if TYPE_CHECKING:
    from khsearch.arrays import Array
    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.search.index_terms import IndexTerms
    from khsearch.columnar.search.searcher import Searcher
    from khsearch.columnar.segments.segment import Segment

T = TypeVar("T")


class EmbeddedView:
    """One commit of a folder; keys are document numbers."""

    far = None

    def __init__(self, searcher: Searcher, files: Files) -> None:
        self.searcher = searcher
        self.compiled = searcher.compiled
        self._documents = searcher.documents
        self.files = files

    @property
    def name(self) -> str:
        """The path of the folder."""
        return str(self.searcher.commit.folder)

    @property
    def commit_id(self) -> str:
        """The generation, and a checksum of what the catalog names."""
        catalog = self.searcher.commit.catalog
        told = repr((catalog.generation, catalog.segments, catalog.deletions, sorted(catalog.others.items())))
        return f"{catalog.generation:x}-{checksum(told.encode())}"

    @property
    def doc_count(self) -> int:
        """Live documents."""
        return self.searcher.commit.doc_count

    @property
    def deleted(self) -> int:
        """Deleted documents of all segments."""
        return self.searcher.commit.doc_count_all - self.searcher.commit.doc_count

    @property
    def traits(self) -> frozenset[str]:
        """The lines of all segments."""
        return self.searcher.commit.traits

    def key(self, id: str) -> Key | None:
        """The number of the live document that has the id."""
        return self._documents.docnum(id)

    def keys(self, ids: Sequence[str]) -> list[Key | None]:
        """The numbers of the live documents that have the ids."""
        return [*self._documents.docnums(ids)]

    def document(self, key: Key) -> Document:
        """The document of a number."""
        return document_of(self._documents.summary(int(key)), self._documents.stored(int(key)))

    def summary(self, key: Key) -> tuple[str, str]:
        """Id and title, which lie uncompressed."""
        return id_and_title(self._documents.summary(int(key)))

    def summaries(self, keys: Sequence[Key]) -> Sequence[tuple[str, str]]:
        """The same of many, in one call of the core if there is one."""
        found = None if self.compiled is None else self.compiled.summaries([*map(int, keys)])
        return [*map(self.summary, keys)] if found is None else found

    def stored(self, keys: Sequence[Key]) -> Iterator[Stored]:
        """Documents of some numbers, which are read side by side."""
        bodies = self._documents.stored_of(map(int, keys))
        return (Stored(*head, body) for head, body in zip(self.summaries(keys), bodies, strict=True))

    def version(self, key: Key) -> Hashable:
        """Its segment, by checksum, and its number there."""
        return self._documents.version(int(key))

    def documents(self, on_lost: Callable[[str], None] | None = None) -> Iterator[Document]:
        """Live documents by number; one that is kept under another id than its own counts as lost."""
        for number in self._documents.all_live().tolist():
            try:
                found = self.document(number)
            except KhsearchError as problem:
                if on_lost is None:
                    raise
                on_lost(f"the document of id {self._kept_as(number, '?')!r} ({problem})")
                continue
            if on_lost is not None and (name := self._kept_as(number, found.id)) != found.id:
                on_lost(f"the document {found.id!r}, which is kept as {name!r}")
            else:
                yield found

    def search(
        self,
        node: Node,
        limit: int,
        offset: int = 0,
        *,
        weighting: BM25,
        filter: Node | None = None,
        sort: Sequence[SortKey] = (),
        after: Place | None = None,
        group: str | None = None,
    ) -> Found:
        """The best documents, ties by number."""
        found = self.searcher.search(
            node, limit, offset, weighting=weighting, filter=filter, sort=sort, after=after, group=group
        )
        return Found(found.docnums.tolist(), found.scores, found.sizes, found.groups)

    def place(self, key: Key, score: float, sort: Sequence[SortKey] = ()) -> Place:
        """The values that order the document, its number and its id."""
        return self.searcher.place(int(key), score, sort)

    def count(self, node: Node) -> int:
        """How many live documents a node matches."""
        return self.searcher.count(node)

    def settled(self, node: Node, weighting: BM25) -> tuple[Node, int]:
        """The node's documents, worked out."""
        return self.searcher.settled(node, weighting=weighting)

    def among(self, keys: Sequence[Key], node: Node, weighting: BM25) -> list[bool]:
        """Looked up in what the node matches of them."""
        return self.searcher.among([*map(int, keys)], node, weighting=weighting)

    def facets(self, node: Node, wanted: Sequence[Counted]) -> list[dict[Any, int]]:
        """Counted by ordinals."""
        return self.searcher.facets(node, wanted)

    def scores(self, key: Key, nodes: Sequence[Node], weighting: BM25) -> list[float | None]:
        """What each node gives one document."""
        return self.searcher.score(nodes, int(key), weighting=weighting)

    def proximity(self, keys: Sequence[Key], wanted: Proximity) -> Array:
        """The bonus of each document."""
        return self.searcher.proximity([*map(int, keys)], wanted)

    def warm(self) -> None:
        """Read what belongs to no query: norms, columns, ids."""
        self.searcher.warm()

    def dfs(self, terms: Sequence[tuple[str, bytes]]) -> list[int]:
        """Live documents of each term."""
        return self.searcher.dfs(terms)

    def has(self, field: str, term: bytes, key: Key) -> bool:
        """Whether the term is in the document."""
        return self._terms.frequency(field, term, int(key)) > 0

    def terms(self, field: str, prefix: bytes = b"") -> list[bytes]:
        """Terms that begin so."""
        return self._terms.with_prefix(field, prefix)

    def near(self, node: nodes.Fuzzy) -> list[bytes]:
        """Terms within a distance."""
        return rooms.fuzzy.terms_within(self.searcher.commit, node)

    def vocabulary(self, field: str) -> Iterable[TermList]:
        """The terms of each segment."""
        return [_terms(found) for _, found in self._terms.fields(field)]

    def pairs(self, field: str) -> Iterable[TermList]:
        """The pairs of each segment."""
        return rooms.neighbours.neighbours(self.searcher.commit, field, self.searcher.commit.leaves.segments)

    def parts(self) -> Sequence[Part]:
        """The segments."""
        commit = self.searcher.commit

        def part(segment: Segment) -> Part:
            def terms(fields: Sequence[str]) -> list[TermList]:
                return [_terms(field) for field in map(segment.field, fields) if field is not None]

            def pairs(fields: Sequence[str]) -> list[TermList]:
                return [found for name in fields for found in rooms.neighbours.neighbours(commit, name, [segment])]

            return Part(segment, segment.docs, terms, pairs)

        return [part(segment) for segment in commit.leaves.segments]

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
        """Kept in the cache of the commit."""
        return self.searcher.commit.memo(room, key, make, size, lasting=lasting, owner=owner)

    @property
    def _terms(self) -> IndexTerms:
        return self.searcher.terms

    def _kept_as(self, number: int, otherwise: str) -> str:
        """The id under which a document is found; `otherwise` where that cannot be read, which loses no document."""
        try:
            return self._documents.id_of(number).decode("utf-8", "replace")
        except KhsearchError:
            return otherwise


def _terms(field: FieldReader) -> TermList:
    return TermList(*field.spans(0, field.count), field.dfs())
