"""Every kind of field comes over as stock Whoosh indexed it."""

from __future__ import annotations

import datetime
import gc
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from whoosh import columns, fields, index

from khsearch.errors import DocumentError
from khsearch.whoosh import import_whoosh, open_dir
from tests.extent import examples
from tests.whoosh import stock
from tests.whoosh.schemas import VALUES, some_fields

# Whoosh leaves files open when it raises something.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def files_that_whoosh_leaves_open():
    yield
    gc.collect()


RAW = {
    columns.NumericColumn: lambda number: number,
    columns.BitColumn: lambda number: number % 2 == 1,
    columns.FixedBytesColumn: lambda number: b"abc",
    columns.StructColumn: lambda number: (number, 1),
    columns.VarBytesListColumn: lambda number: [b"a", b"bc"][: number % 3],
    columns.FixedBytesListColumn: lambda number: [b"ab", b"cd"][: number % 3],
}


def value_of(field, number, text):
    """A value that fits a field."""
    if isinstance(field, fields.DATETIME):
        return datetime.datetime(2020, 1, 1 + number)
    if isinstance(field, fields.NUMERIC):
        places = field.decimal_places
        return Decimal(number) / 10**places if places else field.numtype(number)
    if isinstance(field, fields.BOOLEAN):
        return number % 2 == 1
    if isinstance(field, fields.COLUMN):
        return RAW.get(type(field.column_type), lambda number: b"x" * number)(number)
    return text


def indexed(folder, field, texts, boosts, deleted):
    """A reader of an index of Whoosh's; None where Whoosh can do nothing with the field."""
    folder.mkdir()
    try:
        old = index.create_in(folder, fields.Schema(id=fields.ID(stored=True), f=field))
        writer = old.writer()
        for number, text in enumerate(texts):
            boost = {} if boosts[number] is None else {"_f_boost": boosts[number]}
            writer.add_document(id=str(number), f=value_of(field, number, text), **boost)
        writer.commit()
        writer = old.writer()
        writer.delete_by_term("id", str(deleted))
        writer.commit(merge=False)
        reader = old.reader()
        for name in reader.indexed_field_names():
            stock.told(reader, name)
    except Exception:  # whatever Whoosh has against a value, an analyzer or a column
        return None
    return reader


@settings(examples(60), suppress_health_check=list(HealthCheck))
@given(
    some_fields,
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=5),
    st.lists(st.sampled_from([None, 0.1, 2.5]), min_size=5, max_size=5),
    st.integers(0, 4),
)
def test_a_field_comes_over(field, texts, boosts, deleted):
    with tempfile.TemporaryDirectory() as folder, stock.read_here():
        old, new = Path(folder) / "old", Path(folder) / "new"
        a = indexed(old, field, texts, boosts, deleted)
        assume(a is not None)
        try:
            import_whoosh(old, new)
        except DocumentError as problem:  # tokens with weights
            assume("weights" not in str(problem))
            raise
        b = open_dir(new).reader()
        assert list(a.all_stored_fields()) == list(b.all_stored_fields())
        for name in a.indexed_field_names():
            if not name.startswith(("spell_", "words_")):
                stock.assert_same_postings(a, b, name)
        if field.column_type and a.has_column("f"):
            mine, theirs = (reader.column_reader("f", translate=False) for reader in (a, b))
            found = [theirs[doc] for doc in stock.live(b)[0]]
            assert list(map(repr, found)) == [repr(mine[doc]) for doc in stock.live(a)[0]]
