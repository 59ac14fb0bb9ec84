"""A reader tells of an index what stock Whoosh's tells: terms, postings, vectors, lengths, values, columns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from whoosh import fields
from whoosh.reading import ReaderClosed, TermNotFound

from khsearch.columnar import create_in
from tests.extent import examples
from tests.whoosh.twins import SCHEMA, corpora, twins

# Stock Whoosh leaves temporary files open, and shrinking would take minutes: it is slow.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def postings(reader: Any, name: str, term: bytes) -> list[Any]:
    matcher, found = reader.postings(name, term), []
    while matcher.is_active():
        kinds = [kind for kind in ("frequency", "positions", "characters") if matcher.supports(kind)]
        weight = pytest.approx(matcher.weight())
        found.append((matcher.id(), weight, [list_of(matcher.value_as(kind)) for kind in kinds]))
        matcher.next()
    return found


def list_of(value: Any) -> Any:
    return [tuple(item) if isinstance(item, list) else item for item in value] if isinstance(value, list) else value


@settings(examples(12), phases=PHASES)
@given(corpora)
def test_terms_and_postings_are_those_of_stock_whoosh(corpus: list[dict[str, Any]]) -> None:
    with twins(corpus) as (mine, stock), mine.reader() as ours, stock.reader() as theirs:
        assert list(ours.all_terms()) == list(theirs.all_terms())
        assert sorted(ours.indexed_field_names()) == sorted(theirs.indexed_field_names())
        for name, term in theirs.all_terms():
            if name == "spell_stems":  # stock Whoosh gives all of these to the first document
                continue
            assert postings(ours, name, term) == postings(theirs, name, term)
            assert ours.doc_frequency(name, term) == theirs.doc_frequency(name, term)
            assert ours.frequency(name, term) == pytest.approx(theirs.frequency(name, term))
            assert ours.first_id(name, term) == theirs.first_id(name, term)
            info, other = ours.term_info(name, term), theirs.term_info(name, term)
            assert info.max_weight() == pytest.approx(other.max_weight())
            assert (info.min_id(), info.max_id()) == (other.min_id(), other.max_id())


@settings(examples(12), phases=PHASES)
@given(corpora)
def test_documents_are_those_of_stock_whoosh(corpus: list[dict[str, Any]]) -> None:
    with twins(corpus) as (mine, stock), mine.reader() as ours, stock.reader() as theirs:
        assert list(ours.iter_docs()) == list(theirs.iter_docs())
        assert ours.doc_count() == theirs.doc_count()
        for name in set(theirs.indexed_field_names()) - {"spell_stems", "grams"}:
            assert ours.field_length(name) == theirs.field_length(name)  # short ones: it rounds those of many grams
            if SCHEMA[name].scorable:  # stock Whoosh fails for others
                assert ours.max_field_length(name) == theirs.max_field_length(name)
            for doc in ours.all_doc_ids():
                assert ours.doc_field_length(doc, name) == (theirs.doc_field_length(doc, name) or 0)


@settings(examples(12), phases=PHASES)
@given(corpora)
def test_columns_are_those_of_stock_whoosh(corpus: list[dict[str, Any]]) -> None:
    with twins(corpus) as (mine, stock), mine.reader() as ours, stock.reader() as theirs:
        for name in SCHEMA.names():
            assert bool(ours.has_column(name)) == bool(theirs.has_column(name))
            if not ours.has_column(name):
                continue
            raw, other = (reader.column_reader(name, translate=False) for reader in (ours, theirs))
            assert list(raw) == list(other)
            shown, other = ours.column_reader(name), theirs.column_reader(name)
            for doc, document in enumerate(corpus):
                if name in document:
                    assert shown[doc] == other[doc]


@settings(examples(12), phases=PHASES)
@given(corpora)
def test_vectors_are_those_of_stock_whoosh(corpus: list[dict[str, Any]]) -> None:
    with twins(corpus) as (mine, stock), mine.reader() as ours, stock.reader() as theirs:
        for doc in ours.all_doc_ids():
            for name in ("text", "loose"):
                assert ours.has_vector(doc, name) == theirs.has_vector(doc, name)
            if ours.has_vector(doc, "text"):
                for kind in ("frequency", "positions"):
                    assert list(ours.vector_as(kind, doc, "text")) == list(theirs.vector_as(kind, doc, "text"))


def test_terms_of_deleted_documents_are_gone(tmp_path) -> None:
    index = create_in(tmp_path, fields.Schema(name=fields.ID(unique=True), text=fields.TEXT))
    with index.writer() as writer:
        writer.add_document(name="a", text="ant cat")
        writer.add_document(name="b", text="bat cat")
    with index.writer() as writer:
        assert writer.delete_by_term("name", "a") == 1
        writer.merge = False
    with index.reader() as reader:
        assert list(reader.lexicon("text")) == [b"bat", b"cat"]
        assert ("text", "ant") not in reader
        assert [reader.cursor("text").find(text) for text in (b"a", b"c", b"d")] == ["bat", "cat", None]
        with pytest.raises(TermNotFound):
            reader.postings("text", "ant")


def test_a_closed_reader_refuses(tmp_path) -> None:
    index = create_in(tmp_path, fields.Schema(text=fields.TEXT(stored=True)))
    reader, searcher = index.reader(), index.searcher()
    reader.close()
    searcher.close()
    for ask in (reader.doc_count, lambda: list(reader.all_terms()), lambda: searcher.find("text", "ant")):
        with pytest.raises(ReaderClosed):
            ask()
