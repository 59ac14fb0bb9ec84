"""reader: a commit as Whoosh sees it, for queries that are no nodes: one IndexReader, postings as matchers.

The methods are those of whoosh.reading.IndexReader, ColumnReader and Matcher, and mean what they mean there.
"""

# ruff: noqa: D102

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from whoosh import columns as whoosh_columns
from whoosh import fields
from whoosh.matching import ListMatcher, ReadTooFar
from whoosh.query.spans import Span
from whoosh.reading import IndexReader, TermInfo, TermNotFound

from khsearch.arrays import starts_of
from khsearch.columnar import terms_within
from khsearch.engine import nodes
from khsearch.whoosh.values import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.fields import FieldType, Schema

    from khsearch.arrays import Array
    from khsearch.columnar import Commit


class WhooshReader(IndexReader):  # type: ignore[misc]
    """All segments as one atomic reader, so that Whoosh's matchers see the document numbers of the plans."""

    def __init__(self, commit: Commit, schema: Schema) -> None:
        self.schema = schema
        self.commit = commit

    def __contains__(self, term: tuple[str, Any]) -> bool:
        name, text = term
        return name in self.schema and len(self.commit.terms.docs_of(name, self.term_bytes(name, text))) > 0

    def term_bytes(self, name: str, text: Any) -> bytes:
        """A term as it lies in the index."""
        return text if isinstance(text, bytes) else bytes(self.schema[name].to_bytes(text))

    def generation(self) -> int:
        return self.commit.catalog.generation

    def indexed_field_names(self) -> list[str]:
        return sorted({name for segment in self.commit.leaves.segments for name in segment.field_names})

    def all_terms(self) -> Iterator[tuple[str, bytes]]:
        for name in self.indexed_field_names():
            for term in self.commit.terms.beginning(name, b""):
                yield name, term

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        for term in self.commit.terms.between(fieldname, prefix, None):
            yield fieldname, term

    def expand_prefix(self, fieldname: str, prefix: Any) -> Iterator[bytes]:
        yield from self.commit.terms.beginning(fieldname, self._text_to_bytes(fieldname, prefix))

    def terms_within(self, fieldname: str, text: str, maxdist: int, prefix: int = 0) -> Iterator[str]:
        field = self.schema[fieldname]
        node = nodes.Fuzzy(fieldname, self.term_bytes(fieldname, text), int(maxdist), prefix, utf8=is_utf8(field))
        yield from map(field.from_bytes, self.commit.terms.living(fieldname, terms_within(self.commit, node)))

    def term_info(self, fieldname: str, text: Any) -> TermInfo:
        docs, weights, _ = self.weighed(fieldname, self.term_bytes(fieldname, text))
        if not len(docs):
            raise TermNotFound(f"{fieldname}:{text!r}")
        lengths = self.commit.terms.lengths(fieldname).take(docs)
        return TermInfo(
            weight=float(weights.sum()),
            df=len(docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(weights.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def weighed(self, fieldname: str, term: bytes) -> tuple[Array, Array, Array]:
        """Documents of a term (n,), its weights there (n,) float64, which are tf times boosts, and tf (n,)."""
        docs, tf = self.commit.terms.postings(fieldname, term)
        boosts = self.commit.terms.boosts(boost_column(fieldname)).take(docs, mode="clip")  # (1,) where there are none
        return docs, tf * boost_of(field_of(self.schema, fieldname)) * boosts, tf

    def frequency(self, fieldname: str, text: Any) -> float:
        return float(self.weighed(fieldname, self.term_bytes(fieldname, text))[1].sum())

    def doc_frequency(self, fieldname: str, text: Any) -> int:
        return self.commit.terms.df(fieldname, self.term_bytes(fieldname, text))

    def first_id(self, fieldname: str, text: Any) -> int:
        docs = self.commit.terms.docs_of(fieldname, self.term_bytes(fieldname, text))
        if not len(docs):
            raise TermNotFound(f"{fieldname}:{text!r}")
        return int(docs[0])

    def postings(self, fieldname: str, text: Any, scorer: Any = None) -> PostingsMatcher:
        return PostingsMatcher(self, fieldname, self.term_bytes(fieldname, text), scorer)

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        return False

    def vector(self, docnum: int, fieldname: str, format_: Any = None) -> Any:
        raise KeyError(f"no term vectors are kept for field {fieldname!r}")

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
        return decode(self.commit.documents.stored(docnum))

    def all_stored_fields(self) -> Iterator[dict[str, Any]]:
        return map(self.stored_fields, self.all_doc_ids())

    def field_length(self, fieldname: str) -> int:
        return int(self.commit.terms.total_length(fieldname))

    def min_field_length(self, fieldname: str) -> int:
        lengths = self.commit.terms.lengths(fieldname)
        return int(lengths.min()) if len(lengths) else 0

    def max_field_length(self, fieldname: str) -> int:
        lengths = self.commit.terms.lengths(fieldname)
        return int(lengths.max()) if len(lengths) else 0

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self.commit.terms.lengths(fieldname)[docnum])

    def has_column(self, fieldname: str) -> bool:
        return self.commit.documents.column(fieldname) is not None

    def column_reader(
        self, fieldname: str, column: Any = None, reverse: bool = False, translate: bool = False
    ) -> ColumnValues:
        return ColumnValues(self, fieldname, reverse=reverse)

    def supports_caches(self) -> bool:
        return False


class ColumnValues(whoosh_columns.ColumnReader):  # type: ignore[misc]
    """A column as Whoosh's sorting and faceting read it."""

    def __init__(self, reader: WhooshReader, name: str, *, reverse: bool) -> None:
        column = reader.commit.documents.column(name)
        if column is None:
            raise KeyError(f"no column {name!r}")
        self._column = column
        self._text = column.kind == "text"
        self._field = field_of(reader.schema, name)
        self._places, self._has = column.first_places()
        self._order, _ = column.first()
        self._reverse = reverse

    def __len__(self) -> int:
        return len(self._has)

    def __getitem__(self, docnum: int) -> Any:
        if not self._has[docnum]:
            return "" if self._text else 0
        value = self._column.values[self._places[docnum]]
        if not self._text or self._field is None:
            return self._column.shown(value)
        return self._field.from_bytes(self._column.names[int(value)])

    def sort_key(self, docnum: int) -> Any:
        value = self._order[docnum].item()
        if self._reverse:
            return -value
        if self._text:
            return self._column.forms[value] if self._has[docnum] else b""
        if self._field is None or isinstance(self._field, fields.DATETIME):
            return value
        return self._field.to_column_value(value)

    def set_reverse(self) -> None:
        self._reverse = True


class PostingsMatcher(ListMatcher):  # type: ignore[misc]
    """The live postings of one term over the whole commit."""

    def __init__(self, reader: WhooshReader, name: str, term: bytes, scorer: Any) -> None:
        docs, weights, tf = reader.weighed(name, term)
        if not len(docs):
            raise TermNotFound(f"{name}:{term!r}")
        self._commit = reader.commit
        self._reader = reader
        self._first: list[int] = starts_of(tf).tolist()
        self._packed: Any = None
        self._terminfo: TermInfo | None
        self._i: int
        form = reader.schema[name].format
        super().__init__(docs.tolist(), weights.tolist(), None, form, scorer, term=(name, term))

    def copy(self) -> PostingsMatcher:
        out = PostingsMatcher.__new__(PostingsMatcher)
        out.__dict__.update(self.__dict__)
        return out

    def skip_to(self, id: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        if id > self._ids[self._i]:
            self._i = bisect_left(self._ids, id, self._i)

    def supports_block_quality(self) -> bool:
        return False

    def max_quality(self) -> float:
        try:
            return float(self._scorer.max_quality() if self._scorer else self.block_max_weight())
        except NotImplementedError:  # a scorer need not know
            return math.inf

    def block_quality(self) -> float:
        return self.max_quality()

    def block_max_weight(self) -> float:
        return float(self._info.max_weight())

    def block_min_length(self) -> int:
        return int(self._info.min_length())

    def block_max_length(self) -> int:
        return int(self._info.max_length())

    @property
    def _info(self) -> TermInfo:
        if self._terminfo is None:
            self._terminfo = self._reader.term_info(*self._term)
        return self._terminfo

    def supports(self, astype: str) -> bool:
        return astype in ("frequency", "weight") or (astype == "positions" and bool(self._format.supports("positions")))

    def value_as(self, astype: str) -> Any:
        if astype == "positions":
            return self._positions()
        if astype == "frequency":
            return self._first[self._i + 1] - self._first[self._i]
        if astype == "weight":
            return self.weight()
        raise NotImplementedError(f"postings keep no {astype}")

    def spans(self) -> list[Span]:
        return [Span(position) for position in self._positions()]

    def _positions(self) -> list[int]:
        if self._packed is None:
            name, term = self._term
            self._packed = self._commit.terms.positions(name, term).packed
        mask = (1 << self._commit.terms.position_bits(self._term[0])) - 1
        found: list[int] = (self._packed[self._first[self._i] : self._first[self._i + 1]] & mask).tolist()
        return found


def field_of(schema: Schema, name: str) -> FieldType | None:
    """The field of that name, or of a pattern that the name fits; None where the schema has none."""
    try:
        return schema[name]
    except KeyError:
        return None


def is_utf8(field: Any) -> bool:
    """Whether a field's terms are UTF-8; a field whose terms have one byte per character says so by an attribute."""
    return not getattr(field, "one_byte_per_character", False)


def boost_of(field: FieldType | None) -> float:
    """What a field's `field_boost` multiplies weights by; numbers and truth values have none, whatever is said."""
    if field is None or isinstance(field, fields.NUMERIC | fields.BOOLEAN):
        return 1.0
    return float(getattr(field.format, "field_boost", 1.0))


def boost_column(name: str) -> str:
    """The column that keeps what documents multiply the weights of a field by: Whoosh's own word for it."""
    return f"_{name}_boost"
