"""What stock Whoosh wrote comes over as it was, and no folder of its makes a process do anything else."""

from __future__ import annotations

import gc
import io
import os
import random
import shutil
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner
from whoosh import analysis, fields, formats, query, scoring, sorting
from whoosh import index as stock_index
from whoosh.qparser import QueryParser

from khsearch import columnar
from khsearch.cli import app
from khsearch.errors import (
    DocumentError,
    IndexExistsError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexStoreError,
    KhsearchError,
)
from khsearch.khmer import Analyzer, breaker
from khsearch.whoosh import KHMER, import_whoosh, open_dir
from khsearch.whoosh.migration import child, frames, importing, pickles
from khsearch.whoosh.migration import stock as reading
from tests.dummy_breaker import ClusterBreaker
from tests.whoosh import stock
from tests.whoosh.schemas import answers

# Whoosh leaves files open when it raises something.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def in_process():
    """Read folders in this process, as the other one does, but for its rights."""
    with stock.read_here():
        yield
    gc.collect()


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


QUERIES = [
    query.Term("body", "alfa"),
    query.And([query.Term("body", "alfa"), query.Term("title", "render")]),
    query.Or([query.Term("title", "imag"), query.Term("body", "golf", boost=2.0), query.Term("tags", "c")]),
    query.And([query.Term("body", "alfa"), query.Not(query.Term("body", "bravo"))]),  # AndNot is wrong in Whoosh
    query.AndMaybe(query.Term("body", "alfa"), query.Term("title", "render")),
    query.Phrase("body", ["alfa", "bravo"]),
    query.Phrase("body", ["alfa", "bravo"], slop=3),
    query.Prefix("body", "ren"),
    query.Wildcard("body", "*a*o"),
    query.FuzzyTerm("body", "alfo", maxdist=1),
    query.TermRange("body", "b", "e"),
    query.NumericRange("number", -20, 50),
    query.NumericRange("real", 0, None),
    query.DateRange("day", stock.START + timedelta(days=5), stock.START + timedelta(days=20)),
    query.Term("good", True),
    query.Every("title"),
    query.Not(query.Term("body", "alfa")),
    query.SpanNear(query.Term("parts", "wi"), query.Term("parts", "power"), slop=3),
    query.Term("extra_one", "alfa"),
]


def assert_same_results(old, new):
    """The old one has no deleted documents any more, for those count there."""
    with old.searcher() as a, new.searcher() as b:
        every = [*QUERIES, QueryParser("khmer", new.schema).parse(stock.KHMER_WORDS[0])]
        for q in every:
            for weighting in (scoring.TF_IDF, scoring.Frequency):
                with old.searcher(weighting=weighting) as mine, new.searcher(weighting=weighting) as theirs:
                    expected = {hit["id"]: hit.score for hit in mine.search(q, limit=None)}
                    found = {hit["id"]: hit.score for hit in theirs.search(q, limit=None)}
                    assert found == pytest.approx(expected, rel=1e-4), (q, weighting)
            # Whoosh rounds the lengths of fields to a byte.
            mine, theirs = a.search(q, limit=None), b.search(q, limit=None)
            assert {hit["id"] for hit in theirs} == {hit["id"] for hit in mine}
        for facet in ("number", "day", "tags"):
            ids = [
                [hit["id"] for hit in s.search(query.Every(), limit=None, sortedby=[facet, "number"])] for s in (a, b)
            ]
            assert ids[0] == ids[1]
        facet = sorting.FieldFacet("tags")
        groups = [s.search(query.Every(), limit=None, groupedby=facet).groups() for s in (a, b)]
        assert groups[0].keys() == groups[1].keys()


@pytest.mark.parametrize("batch", [reading.MAX_DOCS, 7])
def test_what_was_indexed_comes_over_as_it_was(tmp_path, in_process, monkeypatch, batch):
    monkeypatch.setattr(reading, "MAX_DOCS", batch)
    old = stock.written(tmp_path / "old", 60)
    seen = []
    done = import_whoosh(tmp_path / "old", tmp_path / "new", on_progress=lambda at, of: seen.append((at, of)))
    assert (done.documents, done.segments) == (55, 3)
    assert seen[-1] == (55, 55)
    new = open_dir(tmp_path / "new")
    assert columnar.verify(tmp_path / "new") == []
    stock.assert_same(old, new)
    for name, field in old.schema.items():
        assert answers(new.schema[name]) == answers(field)
    old.optimize()
    assert_same_results(old, new)
    with new.writer() as writer:
        writer.update_document(id="1", title="changed")
        writer.delete_by_term("id", "2")
    assert new.doc_count() == 55 - ("2" in {hit["id"] for hit in old.reader().all_stored_fields()}) + (
        "1" not in {hit["id"] for hit in old.reader().all_stored_fields()}
    )


def test_another_process_reads_the_folder(tmp_path):
    old = stock.written(tmp_path / "old", 30, indexname="second")
    done = import_whoosh(tmp_path / "old", tmp_path / "new", indexname="second")
    assert done.documents == 25
    stock.assert_same(old, open_dir(tmp_path / "new"))
    assert names_in(tmp_path) == ["new", "old"]


@pytest.mark.slow
def test_twenty_thousand_documents(tmp_path):
    old = stock.written(tmp_path / "old", 20_000, segments=4, deleted=500)
    result = CliRunner().invoke(app, ["import-whoosh", str(tmp_path / "old"), str(tmp_path / "new")])
    assert result.exit_code == 0, result.stderr
    assert "19,500 documents" in result.stderr
    new = open_dir(tmp_path / "new")
    assert columnar.verify(tmp_path / "new") == []
    assert new.doc_count() == 19_500
    assert list(new.reader().all_stored_fields()) == list(old.reader().all_stored_fields())
    old.optimize()
    a, b = old.reader(), new.reader()
    for name in ("title", "khmer", "tags", "day", "numbers"):
        assert list(a.lexicon(name)) == list(b.lexicon(name))
        stock.assert_same_postings(a, b, name)
    for q in QUERIES:
        with old.searcher(weighting=scoring.Frequency) as s, new.searcher(weighting=scoring.Frequency) as t:
            assert len(t.search(q, limit=None)) == len(s.search(q, limit=None)), q


def test_groups_stay_together_and_documents_in_order(tmp_path, in_process):
    folder = tmp_path / "old"
    folder.mkdir()
    schema = fields.Schema(kind=fields.ID(stored=True), name=fields.TEXT(stored=True))
    old = stock_index.create_in(folder, schema)
    for part in range(3):
        with old.writer() as writer:
            for album in range(4):
                writer.start_group()
                writer.add_document(kind="album", name=f"album n{part} n{album}")
                for song in range(album):
                    writer.add_document(kind="song", name=f"song n{song}")
                writer.end_group()
            writer.merge = False
    import_whoosh(folder, tmp_path / "new")
    new = open_dir(tmp_path / "new")
    q = query.NestedParent(query.Term("kind", "album"), query.Term("name", "n2"))
    for index in (old, new):
        with index.searcher() as searcher:
            found = [hit["name"] for hit in searcher.search(q, limit=None)]
            assert sorted(found) == sorted(
                [*(f"album n2 n{n}" for n in range(4)), *(f"album n{n} n{m}" for n in (0, 1) for m in (2, 3))]
            )


def test_a_field_that_got_sortable_later_is_sorted_by_what_is_stored(tmp_path, in_process):
    folder = tmp_path / "old"
    folder.mkdir()
    old = stock_index.create_in(folder, fields.Schema(n=fields.NUMERIC(stored=True), t=fields.ID(stored=True)))
    with old.writer() as writer:
        for number in (3, 1, 2):
            writer.add_document(n=number, t=str(number))
    with old.writer() as writer:
        writer.remove_field("n")
        writer.add_field("n", fields.NUMERIC(stored=True, sortable=True))
        writer.merge = False
    with old.writer() as writer:
        writer.add_document(n=0, t="0")
        writer.merge = False
    import_whoosh(folder, tmp_path / "new")
    with open_dir(tmp_path / "new").searcher() as searcher:
        assert [hit["t"] for hit in searcher.search(query.Every(), sortedby="n")] == ["0", "1", "2", "3"]


def test_fields_that_were_removed_stay_out(tmp_path, in_process):
    folder = tmp_path / "old"
    folder.mkdir()
    old = stock_index.create_in(
        folder, fields.Schema(a=fields.TEXT(stored=True), b=fields.TEXT(stored=True, sortable=True))
    )
    with old.writer() as writer:
        writer.add_document(a="xylo", b="yarn")
    with old.writer() as writer:
        writer.remove_field("b")
        writer.merge = False
    import_whoosh(folder, tmp_path / "new")
    new = open_dir(tmp_path / "new")
    assert list(new.reader().all_stored_fields()) == [{"a": "xylo"}]
    assert new.reader().indexed_field_names() == ["a"]


def test_an_empty_index_comes_over(tmp_path, in_process):
    old = stock.written(tmp_path / "old", 3, deleted=3)
    assert import_whoosh(tmp_path / "old", tmp_path / "new").documents == 0
    assert open_dir(tmp_path / "new").schema.names() == old.schema.names()
    shutil.rmtree(tmp_path / "new")
    (tmp_path / "new").mkdir()  # an empty folder is as good as none
    stock_index.create_in(tmp_path / "old", stock.schema())
    assert import_whoosh(tmp_path / "old", tmp_path / "new").documents == 0


# What cannot be


def refused(old, new, error, match, **options):
    with pytest.raises(error, match=match):
        import_whoosh(old, new, **options)
    assert [name for name in names_in(new.parent) if name not in ("old", "kept")] == []


def test_weights_of_tokens_are_refused_with_field_and_document(tmp_path, in_process):
    folder = tmp_path / "old"
    folder.mkdir()
    weighed = fields.TEXT(analysis.RegexTokenizer(r"\S+") | analysis.DelimitedAttributeFilter())
    old = stock_index.create_in(folder, fields.Schema(a=weighed))
    with old.writer() as writer:
        writer.add_document(a="alfa^2 bravo^2", _a_boost=3.0)  # as good as a document's boost
    import_whoosh(folder, tmp_path / "kept")
    with old.writer() as writer:
        writer.add_document(a="alfa^2 bravo")
        writer.merge = False
    refused(folder, tmp_path / "new", DocumentError, r"field 'a', document 1.*weights")


def test_formats_with_weights_are_refused_as_create_in_refuses_them(tmp_path, in_process):
    folder = tmp_path / "old"
    folder.mkdir()
    boosts = fields.FieldType(formats.PositionBoosts(), analysis.SimpleAnalyzer(), vector=True)
    stock_index.create_in(folder, fields.Schema(a=boosts))
    refused(folder, tmp_path / "new", DocumentError, "PositionBoosts cannot be kept")


def test_stored_values_that_cannot_be_kept_are_told(tmp_path, in_process):
    folder = tmp_path / "old"
    folder.mkdir()
    old = stock_index.create_in(folder, fields.Schema(a=fields.STORED))
    with old.writer() as writer:
        writer.add_document(a=1)
        writer.add_document(a={1, 2})
    refused(folder, tmp_path / "new", DocumentError, r"document 1: field 'a': a set cannot be stored")


def test_wrong_folders_are_told(tmp_path, in_process):
    (tmp_path / "old").mkdir()
    refused(tmp_path / "old", tmp_path / "new", IndexNotFoundError, "no index of Whoosh's here")
    refused(tmp_path / "nowhere", tmp_path / "new", IndexNotFoundError, "no folder")
    stock.written(tmp_path / "old", 3, deleted=0, indexname="second")
    refused(tmp_path / "old", tmp_path / "new", IndexNotFoundError, r"no index MAIN here, but second; .*--indexname")
    import_whoosh(tmp_path / "old", tmp_path / "kept", indexname="second")
    refused(tmp_path / "kept", tmp_path / "new", IndexNotFoundError, "an index of khsearch")
    with pytest.raises(IndexExistsError):
        import_whoosh(tmp_path / "old", tmp_path / "kept", indexname="second")
    with pytest.raises(IndexExistsError, match="lies in"):
        import_whoosh(tmp_path / "old", tmp_path / "old" / "new", indexname="second")
    with pytest.raises(IndexStoreError, match="nothing was imported"):
        import_whoosh(tmp_path / "old", tmp_path / "kept" / "catalog.json" / "new", indexname="second")


def test_an_index_that_somebody_writes_to_is_told(tmp_path, in_process):
    old = stock.written(tmp_path / "old", 3, deleted=0)
    writer = old.writer()
    refused(tmp_path / "old", tmp_path / "new", IndexLockedError, "a writer of Whoosh's is at work")
    writer.cancel()
    import_whoosh(tmp_path / "old", tmp_path / "new")


def test_an_index_that_changes_meanwhile_is_told(tmp_path, in_process, monkeypatch):
    stock.written(tmp_path / "old", 3, deleted=0)
    monkeypatch.setattr(reading.StockIndex, "_locked", lambda self: None)  # as where there are no locks
    batch = reading.StockIndex._batch

    def change(self, *args):
        shutil.copy(
            tmp_path / "old" / f"_MAIN_{self.generation}.toc", tmp_path / "old" / f"_MAIN_{self.generation + 1}.toc"
        )
        return batch(self, *args)

    monkeypatch.setattr(reading.StockIndex, "_batch", change)
    refused(tmp_path / "old", tmp_path / "new", IndexStoreError, "somebody wrote to it")


def test_a_breaker_that_only_this_process_has_is_told(tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    stock_index.create_in(folder, fields.Schema(a=KHMER(analyzer=Analyzer(breaker(ClusterBreaker.name)))))
    refused(folder, tmp_path / "new", IndexMismatchError, "the breaker 'clusters'.*install the package")


def test_a_path_may_be_of_any_bytes(tmp_path):
    old = tmp_path / os.fsdecode(b"old\xff")
    old.mkdir()
    with pytest.raises(IndexNotFoundError, match="no index of Whoosh's here"):
        import_whoosh(old, tmp_path / "new")
    stock.written(old, 3, deleted=0)
    import_whoosh(old, tmp_path / os.fsdecode(b"new\xff"))


def test_other_formats_are_told(tmp_path, in_process, monkeypatch):
    monkeypatch.setattr(stock_index, "_CURRENT_TOC_VERSION", -110)
    stock.written(tmp_path / "old", 3, deleted=0)
    monkeypatch.undo()
    refused(tmp_path / "old", tmp_path / "new", IndexMismatchError, "its format is -110")


def test_random_damage_is_told(tmp_path, in_process):
    whole = tmp_path / "whole"
    stock.written(whole, 12, segments=2, deleted=1)
    source = random.Random(0)
    names = sorted(path.name for path in whole.iterdir() if path.stat().st_size)
    came_over = 0
    for number in range(120):
        old = tmp_path / "old"
        shutil.copytree(whole, old)
        path = old / names[number % len(names)]
        data = bytearray(path.read_bytes())
        if number % 3 == 0:
            del data[source.randrange(len(data)) :]
        else:
            for _ in range(source.randint(1, 3)):
                data[source.randrange(len(data))] = source.randrange(256)
        path.write_bytes(data)
        new = tmp_path / "new"
        try:
            import_whoosh(old, new)
            came_over += 1
            shutil.rmtree(new)
        except KhsearchError as problem:
            assert str(old) in str(problem)  # noqa: PT017
        assert names_in(tmp_path) == ["old", "whole"]
        shutil.rmtree(old)
    assert came_over < 60


# Pickles


class Evil:
    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def with_stored(folder, value):
    folder.mkdir()
    old = stock_index.create_in(folder, fields.Schema(a=fields.STORED))
    with old.writer() as writer:
        writer.add_document(a=value)


@pytest.mark.parametrize(
    ("function", "args", "named"),
    [
        (os.system, ("true",), r"posix\.system"),
        (eval, ("1",), r"builtins\.eval"),
        (exec, ("1",), r"builtins\.exec"),
        (getattr, (1, "real"), "the attribute 'real' of a int"),
        (subprocess.Popen, (["true"],), r"subprocess\.Popen"),
        (Fraction, (1, 2), r"fractions\.Fraction"),
        (bytes, (10**12,), "so many bytes: 1000000000000"),
        (bytearray, (10**12,), "so many bytearray"),
    ],
)
def test_no_pickle_names_anything_but_what_whoosh_needs(tmp_path, function, args, named):
    with_stored(tmp_path / "old", Evil(function, *args))
    refused(tmp_path / "old", tmp_path / "new", IndexMismatchError, rf"{named}.*--trust-pickles")


def test_pickles_of_python_2_are_read():
    assert pickles.loads(b"\x80\x02U\x02\x80\x02.", encoding="bytes") == b"\x80\x02"  # a value of a posting
    assert pickles.loads(b"\x80\x02c__builtin__\nset\n]\x85R.") == set()
    assert pickles.loads(b"\x80\x02c__builtin__\nlong\n.") is int
    with pytest.raises(pickles.UntrustedError, match=r"builtins\.exec"):
        pickles.loads(b"\x80\x02c__builtin__\nexec\n.")


def test_what_a_trusted_pickle_runs_cannot_write(tmp_path):
    for number, call in enumerate(
        [(os.system, f"touch {tmp_path}/touched"), (open, f"{tmp_path}/opened", "w"), (os.mkdir, f"{tmp_path}/made")]
    ):
        with_stored(tmp_path / f"old{number}", Evil(*call))
        with suppress(KhsearchError):  # what a call gives may be a value that can be kept
            import_whoosh(tmp_path / f"old{number}", tmp_path / f"new{number}", trust_pickles=True)
    held = subprocess.run(
        [sys.executable, "-c", "from khsearch.sandbox import *; print(give_away_rights())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if held != "True\n":
        pytest.skip("no Landlock here")
    assert not {"touched", "opened", "made"} & set(names_in(tmp_path))


def test_a_class_of_a_users_needs_trust(tmp_path, monkeypatch):
    (tmp_path / "theirs.py").write_text(
        "from whoosh.fields import TEXT\nclass Own(TEXT):\n    pass\ndef stem(word):\n    return word[:2]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import theirs

    folder = tmp_path / "old"
    folder.mkdir()
    cut = fields.TEXT(analysis.SimpleAnalyzer() | analysis.StemFilter(theirs.stem))
    schema = fields.Schema(a=theirs.Own(stored=True), b=cut)
    with stock_index.create_in(folder, schema).writer() as writer:
        writer.add_document(a="alfa bravo", b="charlie")
    with pytest.raises(IndexMismatchError, match=r"theirs\.(Own|stem).*--trust-pickles"):
        import_whoosh(folder, tmp_path / "new")
    import_whoosh(folder, tmp_path / "new", trust_pickles=True)
    with pytest.raises(IndexMismatchError, match="field 'b' needs the function theirs:stem"):
        open_dir(tmp_path / "new")
    with open_dir(tmp_path / "new", schema=schema).searcher() as searcher:
        assert len(searcher.search(query.Term("a", "bravo"))) == 1
        assert len(searcher.search(query.Term("b", "ch"))) == 1


# What comes through the pipe is not trusted


def test_what_is_no_frame_is_told():
    def read(data):
        return list(frames.read(io.BytesIO(data)))

    pipe = io.BytesIO()
    frames.write(pipe, "end", {"x": 1}, {"a": np.arange(3), "b": np.zeros(0, np.uint8)})
    (frame,) = read(pipe.getvalue())
    assert (frame.kind, frame.data["x"], frame.arrays["a"].tolist(), len(frame.arrays["b"])) == ("end", 1, [0, 1, 2], 0)
    for torn in range(1, len(pipe.getvalue())):
        with pytest.raises(frames.BrokenPipeDataError):
            read(pipe.getvalue()[:torn])
    for head in (b"{}", b"[]", b"5", b'{"kind":1,"arrays":[["a","f8",1]]}', b'{"kind":"a","arrays":[["a","i8",-1]]}'):
        with pytest.raises(frames.BrokenPipeDataError):
            read(len(head).to_bytes(4, "little") + head)
    with pytest.raises(frames.BrokenPipeDataError):
        read(b"\xff\xff\xff\xff")
    for sizes in ([1, 1], [4, -1], [5]):
        with pytest.raises(frames.BrokenPipeDataError):
            frames.unpacked(np.zeros(3, np.uint8), np.array(sizes))


@pytest.mark.parametrize(
    "change",
    [
        lambda data, arrays: data.update(files=["../../escaped.json"]),
        lambda data, arrays: data.update(files=[]),
        lambda data, arrays: data.update(key=5),
        lambda data, arrays: data.update(documents=10**6),
        lambda data, arrays: arrays.update(ids0=arrays["ids0"] + 10**6),
        lambda data, arrays: arrays.update(counts0=arrays["counts0"] - 1),
        lambda data, arrays: arrays.update(terms0_sizes=arrays["terms0_sizes"] + 1),
        lambda data, arrays: arrays.update(keys_sizes=arrays["keys_sizes"] * 2),
        lambda data, arrays: arrays.update(columns=arrays["columns"][:-1]),
        lambda data, arrays: data.update(tokens={"id": 99}),
        lambda data, arrays: data.clear(),
        lambda data, arrays: arrays.clear(),
    ],
)
def test_no_frame_makes_a_wrong_index(tmp_path, monkeypatch, change):
    stock.written(tmp_path / "old", 3, segments=1, deleted=0)
    pipe = io.BytesIO()
    child.tell(pipe, str(tmp_path / "old"), "MAIN", held=True, trust=True)
    pipe.seek(0)
    forged = io.BytesIO()
    for frame in frames.read(pipe):
        data, arrays = dict(frame.data), dict(frame.arrays)
        with suppress(KeyError):
            change(data, arrays)
        data.pop("kind", None)
        frames.write(forged, frame.kind, data, arrays)
    program = tmp_path / "forger.py"
    (tmp_path / "forged").write_bytes(forged.getvalue())
    program.write_text(f"import sys; sys.stdout.buffer.write(open({str(tmp_path / 'forged')!r}, 'rb').read())")
    monkeypatch.setattr(importing, "_CHILD", "forger")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KhsearchError):
        import_whoosh(tmp_path / "old", tmp_path / "new")
    assert not [name for name in names_in(tmp_path) if "new" in name]


def test_a_reader_that_dies_is_told(tmp_path, monkeypatch):
    stock.written(tmp_path / "old", 3, deleted=0)
    (tmp_path / "dying.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(importing, "_CHILD", "dying")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(IndexStoreError, match=r"status -9"):
        import_whoosh(tmp_path / "old", tmp_path / "new")


def test_the_command(tmp_path):
    stock.written(tmp_path / "old", 10, deleted=1)
    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    done = CliRunner().invoke(app, ["import-whoosh", old, new])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "pickles" in done.stderr
    assert "9 documents with 24 fields, from 3 segments" in done.stderr
    again = CliRunner().invoke(app, ["import-whoosh", old, new])
    assert again.exit_code == 2
    assert "choose a new folder" in again.stderr
