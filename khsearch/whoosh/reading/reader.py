"""reader: a commit as Whoosh sees it: one IndexReader over all segments.

The methods are those of whoosh.reading.IndexReader, and mean what they mean there. Whoever keeps terms or documents in
another way replaces `terms_of_field`, `weighed`, `positions_of` and `stored_fields`.
"""

# ruff: noqa: D102

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, Any

from whoosh import columns as whoosh_columns
from whoosh.reading import IndexReader, ReaderClosed, TermInfo, TermNotFound

from khsearch.arrays import starts_of
from khsearch.columnar import terms_within
from khsearch.engine import nodes
from khsearch.whoosh import values
from khsearch.whoosh.boosts import boost_column, boost_of
from khsearch.whoosh.reading import characters
from khsearch.whoosh.reading.columns import ColumnValues, shown
from khsearch.whoosh.reading.matchers import Characters, Positions, PostingsMatcher
from khsearch.whoosh.reading.vectors import TermCursor, vector_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whoosh.fields import FieldType, Schema

    from khsearch.arrays import Array
    from khsearch.columnar import Commit


class WhooshReader(IndexReader):  # type: ignore[misc]
    """All segments as one atomic reader, so that Whoosh's matchers see the document numbers of the plans."""

    def __init__(self, commit: Commit, schema: Schema) -> None:
        self.schema = schema
        self.is_closed = False
        self._commit = commit

    @property
    def commit(self) -> Commit:
        """The commit that is read; ReaderClosed when the reader has been closed."""
        if self.is_closed:
            raise ReaderClosed("this reader is closed; get another one from the index")
        return self._commit

    def close(self) -> None:
        self.is_closed = True

    # What there is of a field

    def terms_of_field(self, name: str, prefix: bytes = b"") -> list[bytes]:
        """The distinct terms of a field that begin so and that a live document has, in order."""
        return self.commit.terms.beginning(name, prefix)

    def weighed(self, name: str, term: bytes) -> tuple[Array, Array, Array]:
        """Live documents of a term (n,), its weights there (n,) float64, which are tf times boosts, and tf (n,)."""
        terms = self.commit.terms
        docs, tf = terms.postings(name, term)
        boosts = terms.boosts(boost_column(name)).take(docs, mode="clip")  # (1,) where there are none
        return docs, tf * boost_of(field_of(self.schema, name)) * boosts, tf

    def positions_of(self, name: str, term: bytes, tf: Array) -> Positions:
        """What tells where the tokens of a term stand, by the number of the posting; tf as `weighed` gives it."""
        commit, first = self.commit, starts_of(tf).tolist()
        mask = (1 << commit.terms.position_bits(name)) - 1
        packed: list[Array] = []

        def positions(number: int) -> list[int]:
            if not packed:
                packed.append(commit.terms.positions(name, term).packed)
            found: list[int] = (packed[0][first[number] : first[number + 1]] & mask).tolist()
            return found

        return positions

    def characters_of(self, name: str, term: bytes, docs: Sequence[int]) -> Characters:
        """What tells where in their texts the tokens of a term stand, by the number of the posting in docs (n,)."""
        return lambda number: characters.of_term(self.commit.documents.stored(docs[number]), name, term)

    def _indexed(self, name: str) -> FieldType:
        field = field_of(self.schema, name)
        if field is None:
            raise TermNotFound(f"no field {name!r}")
        if field.format is None:
            raise TermNotFound(f"field {name!r} is not indexed")
        return field

    def term_bytes(self, name: str, text: Any) -> bytes:
        """A term as it lies in the index."""
        return text if isinstance(text, bytes) else bytes(self.schema[name].to_bytes(text))

    # Documents

    def generation(self) -> int:
        return self.commit.catalog.generation

    def has_deletions(self) -> bool:
        return self.commit.leaves.live is not None

    def is_deleted(self, docnum: int) -> bool:
        live = self.commit.leaves.live
        # Whoosh's complement asks about one document too many.
        return live is not None and docnum < len(live) and not bool(live[docnum])

    def all_doc_ids(self) -> Iterator[int]:
        return iter(self.commit.documents.all_live().tolist())

    def doc_count_all(self) -> int:
        return int(self.commit.doc_count_all)

    def doc_count(self) -> int:
        return int(self.commit.doc_count)

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        found = values.decode(self.commit.documents.stored(docnum))
        return {name: value for name, value in found.items() if name in self.schema}  # not of fields that are removed

    def all_stored_fields(self) -> Iterator[dict[str, Any]]:
        return map(self.stored_fields, self.all_doc_ids())

    # Terms

    def __contains__(self, term: tuple[str, Any]) -> bool:
        name, text = term
        field = field_of(self.schema, name)
        return field is not None and field.format is not None and self.doc_frequency(name, text) > 0

    def indexed_field_names(self) -> list[str]:
        names = {name for segment in self.commit.leaves.segments for name in segment.field_names}
        return sorted(name for name in names if name in self.schema)

    def all_terms(self) -> Iterator[tuple[str, bytes]]:
        for name in self.indexed_field_names():
            for term in self.terms_of_field(name):
                yield name, term

    def terms_from(self, fieldname: str, prefix: Any) -> Iterator[tuple[str, bytes]]:
        self._indexed(fieldname)
        start = self.term_bytes(fieldname, prefix)
        terms = self.terms_of_field(fieldname)
        yield from ((fieldname, term) for term in terms[bisect_left(terms, start) :])
        for name in self.indexed_field_names():
            if name > fieldname:
                yield from ((name, term) for term in self.terms_of_field(name))

    def lexicon(self, fieldname: str) -> Iterator[bytes]:
        self._indexed(fieldname)
        return iter(self.terms_of_field(fieldname))

    def expand_prefix(self, fieldname: str, prefix: Any) -> Iterator[bytes]:
        self._indexed(fieldname)
        return iter(self.terms_of_field(fieldname, self.term_bytes(fieldname, prefix)))

    def terms_within(self, fieldname: str, text: str, maxdist: int, prefix: int = 0) -> Iterator[str]:
        field = self.schema[fieldname]
        name = field.spelling_fieldname(fieldname)
        node = nodes.Fuzzy(name, self.term_bytes(fieldname, text), int(maxdist), prefix, utf8=is_utf8(field))
        return map(field.from_bytes, self.commit.terms.living(name, terms_within(self.commit, node)))

    def cursor(self, fieldname: str) -> TermCursor:
        return TermCursor(self, fieldname)

    def term_info(self, fieldname: str, text: Any) -> TermInfo:
        self._indexed(fieldname)
        docs, weights, _ = self.weighed(fieldname, self.term_bytes(fieldname, text))
        if not len(docs):
            raise TermNotFound(f"{fieldname}:{text!r}")
        lengths = self._lengths(fieldname).take(docs)
        return TermInfo(
            weight=float(weights.sum()),
            df=len(docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(weights.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def frequency(self, fieldname: str, text: Any) -> float:
        self._indexed(fieldname)
        return float(self.weighed(fieldname, self.term_bytes(fieldname, text))[1].sum())

    def doc_frequency(self, fieldname: str, text: Any) -> int:
        self._indexed(fieldname)
        return self.commit.terms.df(fieldname, self.term_bytes(fieldname, text))

    def first_id(self, fieldname: str, text: Any) -> int:
        self._indexed(fieldname)
        docs, _, _ = self.weighed(fieldname, self.term_bytes(fieldname, text))
        if not len(docs):
            raise TermNotFound(f"{fieldname}:{text!r}")
        return int(docs[0])

    def postings(self, fieldname: str, text: Any, scorer: Any = None) -> PostingsMatcher:
        field, term = self._indexed(fieldname), self.term_bytes(fieldname, text)
        docs, weights, tf = self.weighed(fieldname, term)
        if not len(docs):
            raise TermNotFound(f"{fieldname}:{term!r}")
        numbers = docs.tolist()
        return PostingsMatcher(
            numbers,
            weights.tolist(),
            tf.tolist(),
            self.positions_of(fieldname, term, tf),
            field.format,
            scorer,
            (fieldname, term),
            partial(self.term_info, fieldname, term),
            self.characters_of(fieldname, term, numbers),
        )

    # Lengths. Of fields that are not scorable, Whoosh counts none.

    def _lengths(self, name: str) -> Array:
        lengths = self.commit.terms.lengths(name)
        return lengths if self.schema[name].scorable else lengths * 0

    def field_length(self, fieldname: str) -> int:
        return int(self.commit.terms.total_length(fieldname)) if self.schema[fieldname].scorable else 0

    def min_field_length(self, fieldname: str) -> int:
        lengths = self._lengths(fieldname)
        return int(lengths.min()) if len(lengths) else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).max(initial=0))

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._lengths(fieldname)[docnum]) or default

    # Term vectors, worked out of the postings

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        field = field_of(self.schema, fieldname)
        return field is not None and bool(field.vector) and bool(self.commit.terms.lengths(fieldname)[docnum])

    def vector(self, docnum: int, fieldname: str, format_: Any = None) -> PostingsMatcher:
        field = self._indexed(fieldname)
        form = format_ or field.vector
        if not form:
            raise KeyError(f"no term vectors for field {fieldname!r}; declare it with vector=True")
        return vector_of(self, docnum, fieldname, form)

    def vector_as(self, astype: str, docnum: int, fieldname: str) -> Iterator[tuple[str, Any]]:
        found: Iterator[tuple[str, Any]] = self.vector(docnum, fieldname).items_as(astype)
        return found

    # Columns

    def has_column(self, fieldname: str) -> bool:
        field = field_of(self.schema, fieldname)
        return bool(field and field.column_type) and self.commit.documents.column(fieldname) is not None

    def column_reader(
        self, fieldname: str, column: Any = None, reverse: bool = False, translate: bool = True
    ) -> whoosh_columns.ColumnReader:
        field = self.schema[fieldname]
        kind = column or field.column_type
        if not kind:
            raise KeyError(f"field {fieldname!r} has no column; declare it with sortable=True")
        found = ColumnValues(self.commit.documents.column(fieldname), self.doc_count_all(), field, kind)
        if reverse:
            found.set_reverse()
        if not translate:
            return found
        return whoosh_columns.TranslatingColumnReader(found, partial(shown, field))

    def supports_caches(self) -> bool:
        return False


def field_of(schema: Schema, name: str) -> FieldType | None:
    """The field of that name, or of a pattern that the name fits; None where the schema has none."""
    try:
        return schema[name]
    except KeyError:
        return None


def is_utf8(field: Any) -> bool:
    """Whether a field's terms are UTF-8; a field whose terms have one byte per character says so by an attribute."""
    return not getattr(field, "one_byte_per_character", False)
