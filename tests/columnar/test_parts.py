"""The rooms one by one: inversion, encoding, columns, the merge policy, the writer, the index folder."""

import datetime
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import fields

from khsearch import columnar
from khsearch.arrays import spans, starts_of
from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter
from khsearch.columnar.files.disk import Disk
from khsearch.columnar.postings import inversion
from khsearch.columnar.postings.decode import FieldReader
from khsearch.columnar.postings.encode import FieldEncoder, coded
from khsearch.columnar.segments import builder, column_files, columns, policy
from khsearch.engine import TokenBatch, nodes
from khsearch.errors import DocumentError, IndexExistsError, IndexNotFoundError, QueryError
from tests.columnar.built import build
from tests.columnar.corpora import add, create, id_of, opened, tokens
from tests.extent import examples


@pytest.mark.parametrize("first", [0, 1 << inversion.TF_SHIFT])
@pytest.mark.parametrize("times", [2, 1 << (32 - inversion.TF_SHIFT)])
def test_postings_keep_any_document_and_frequency(first, times):
    inverter = inversion.Inverter(positions=False)
    codes, starts = spans.pack([b"a"] * times + [b"b"])
    for doc in (first, first + 1):
        inverter.add(TokenBatch(codes, starts[:-1], starts[1:], np.array([times + 1])), doc)
    [(codes, _, postings)] = inverter.finish()
    assert codes.tobytes() == b"ab"
    assert postings.df.tolist() == [2, 2]
    assert postings.docs.tolist() == [first, first + 1] * 2
    assert postings.tf.tolist() == [times, times, 1, 1]


@examples(60)
@given(
    st.lists(
        st.dictionaries(st.integers(0, 3000), st.lists(st.integers(0, 70_000), min_size=1, max_size=4), min_size=1),
        min_size=1,
        max_size=150,
    ),
    st.sampled_from([3001, 70_000, 20_000_000]),
)
def test_what_is_encoded_decodes_equal(lists, docs):
    names = [f"t{i:04}".encode() for i in range(len(lists))]
    codes, starts = spans.pack(names)
    documents = [sorted(found) for found in lists]
    positions = [[sorted(found[doc]) for doc in sorted(found)] for found in lists]
    postings = inversion.Postings(
        np.array([len(found) for found in documents]),
        np.array([doc for found in documents for doc in found]),
        np.array([len(places) for found in positions for places in found]),
        np.array([place for found in positions for places in found for place in places]),
    )
    with tempfile.TemporaryDirectory() as folder:
        disk, path = Disk(), Path(folder, "x")
        encoder = FieldEncoder(disk, lambda: Path(folder, "spool"), positions=True)
        encoder.add(coded(codes, starts, postings, docs))
        writer = BlockFileWriter(disk, path)
        encoder.write(writer, "f.")
        writer.finish({})
        field = FieldReader(BlockFile(path, size=writer.size, root=writer.root), "f.", docs, positions=True)
        assert [field.term(number) for number in range(field.count)] == names
        for i, name in enumerate(names):
            place = field.offsets_of(name)
            assert field.doc_numbers(place).tolist() == documents[i]
            tf = field.frequencies(place)
            tf = [1] * place.df if tf is None else tf.tolist()
            assert tf == [len(places) for places in positions[i]]
            assert field.token_positions(place).tolist() == [p for places in positions[i] for p in places]
        low, high = len(names) // 3, len(names)
        df, found, tf = field.postings(low, high)
        first = starts_of(postings.df)
        assert df.tolist() == postings.df[low:].tolist()
        assert found.tolist() == postings.docs[first[low] :].tolist()
        assert tf.tolist() == postings.tf[first[low] :].tolist()
        token = int(postings.tf[: first[low]].sum())
        assert field.positions_of(low, high).tolist() == postings.positions[token:].tolist()


@given(
    st.one_of(
        st.lists(st.one_of(st.none(), st.integers(-(1 << 63), (1 << 63) - 1), st.booleans()), max_size=20),
        st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), max_size=20),
        st.lists(st.one_of(st.none(), st.text(max_size=3), st.lists(st.text(max_size=3), max_size=3)), max_size=20),
    )
)
def test_columns_come_back(rows):
    built = build("c", rows)
    with tempfile.TemporaryDirectory() as folder:
        writer = BlockFileWriter(Disk(), Path(folder, "x"))
        told = column_files.write(writer, "c.", columns.join("c", [built, built]))
        writer.finish({})
        file = BlockFile(Path(folder, "x"), size=writer.size, root=writer.root)
        back = column_files.read(file, "c.", told, 2 * len(rows))
    flat = [value for row in rows + rows if row is not None for value in (row if isinstance(row, list) else [row])]
    got = [back.names[i].decode() for i in back.values] if back.kind == "text" else back.values.tolist()
    assert got == flat
    assert back.counts.tolist() == [0 if r is None else len(r) if isinstance(r, list) else 1 for r in rows + rows]


@pytest.mark.parametrize("rows", [[1, "a"], ["a", datetime.date(2020, 1, 1)], [["a"], [2.5]]])
def test_a_column_has_one_kind(tmp_path, rows):
    index = create(tmp_path)
    with index.writer() as writer:
        with pytest.raises(DocumentError, match="kind"):
            writer.add_batch(["a", "b"], [b"", b""], {}, {"c": rows})
        writer.add_batch(["a"], [b""], {}, {"c": rows[:1]})
    with index.writer() as writer, pytest.raises(DocumentError, match="kind"):
        writer.add_batch(["b"], [b""], {}, {"c": rows[1:]})


@given(st.lists(st.integers(1, 1 << 33), max_size=400))
def test_merging_ends_with_few_segments(sizes):
    held: list[int] = []
    for size in sizes:
        held.append(size)
        while chosen := policy.choose(held, [0.0] * len(held)):
            assert len(chosen) >= policy.FACTOR
            merged = sum(held[i] for i in chosen)
            held = [size for i, size in enumerate(held) if i not in chosen] + [merged]
        small = [size for size in held if size <= policy.MAX_SIZE // policy.FACTOR]
        assert len(small) <= policy.FACTOR * (policy.level(policy.MAX_SIZE) + 1)


def test_a_spilled_writer_holds_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("khsearch.columnar.segments.builder.MAX_TOKENS", 50)
    monkeypatch.setattr("khsearch.columnar.files.spool.IN_MEMORY", 10)
    monkeypatch.setattr("khsearch.columnar.segments.stored.ENOUGH", 2000)
    index = create(tmp_path)
    documents = [(f"d{i % 150}", [b"w%d" % (i % 7), b"x", b"w%d" % (i % 3)]) for i in range(300)]
    with index.writer() as writer:
        for at in range(0, 300, 10):
            add(writer, documents[at : at + 10])
    truth = dict(documents)
    searcher = index.searcher()
    assert {id_of(searcher, d): searcher.documents.stored(d) for d in searcher.documents.all_live().tolist()} == {
        name: b"|".join(text) for name, text in truth.items()
    }
    assert searcher.count(nodes.Term("words", b"w5")) == sum(b"w5" in text for text in truth.values())
    assert columnar.verify(tmp_path) == []


def test_an_index_is_found_created_and_refreshed(tmp_path):
    assert not columnar.exists(tmp_path)
    with pytest.raises(IndexNotFoundError):
        opened(tmp_path)
    index = create(tmp_path, {"name": ["x", 1]})
    assert columnar.exists(tmp_path)
    with pytest.raises(IndexExistsError):
        create(tmp_path)
    other = opened(tmp_path)
    before = other.searcher()
    assert other.searcher() is before
    with index.writer() as writer:
        add(writer, [("a", [b"a", b"b"])])
    assert other.searcher().commit.doc_count == 1
    assert other.searcher().commit.catalog.settings == {"name": ["x", 1]}
    assert before.commit.doc_count == 0
    searcher = other.searcher()
    assert searcher.terms.frequency("words", b"b", 0) == 1
    assert searcher.terms.with_prefix("words") == [b"a", b"b"]
    with pytest.raises(QueryError):
        searcher.documents.stored(1)


def test_an_old_reader_reads_on_after_its_files_are_gone(tmp_path):
    index = create(tmp_path)
    with index.writer() as writer:
        add(writer, [("a", [b"a"]), ("b", [b"b"])])
    old = index.searcher()
    with index.writer() as writer:
        writer.delete("a")
        writer.commit(optimize=True)
    assert index.searcher().commit.doc_count == 1
    assert [old.documents.stored(doc) for doc in old.matching(nodes.Term("words", b"a")).docs.tolist()] == [b"a"]


@pytest.mark.parametrize(
    "batch",
    [
        (["a", "b"], [b""], {}),
        (["a"], [b""], {"words": tokens([[], []])}),
        ([""], [b""], {}),
        (["x" * 40_000], [b""], {}),
        (["a"], [b""], {}, {"c": [1, 2]}),
        (["a"], [b"", b""], {}),
        (["a", "b"], [b"a" * 99, b"a" * 101], {}),
        (["a", "b"], [b"", b""], {"words": tokens([[b"a"], [b"a"] * 101])}),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_whole(tmp_path, batch, monkeypatch):
    monkeypatch.setattr(builder, "MAX_BLOB", 100)
    monkeypatch.setattr(builder, "MAX_POSITION", 100)
    index = create(tmp_path)
    with index.writer() as writer:
        with pytest.raises(DocumentError):
            writer.add_batch(*batch)
        add(writer, [("ok", [b"a"])])
    assert index.searcher().commit.doc_count == 1


def test_token_batches_are_checked():
    codes = np.zeros(3, np.uint8)
    one = np.array([0])
    for starts, ends, counts in [(one, one, [2]), (one, np.array([4]), [1]), (np.array([-1]), one, [1])]:
        with pytest.raises(DocumentError):
            TokenBatch(codes, starts, ends, np.array(counts))


def test_fields_of_numbers_may_be_unique(tmp_path):
    schema = fields.Schema(number=fields.NUMERIC(unique=True))
    with pytest.raises(DocumentError, match="id"):
        columnar.create_in(tmp_path, schema).writer().add_batch(["a"], [b""], {})
