"""A run over files: which are read, what goes, what is told."""

from __future__ import annotations

import io
import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khsearch import Document, DocumentError, Index, IndexDamagedError
from khsearch.documents import FieldNames, Found, Passed, Record, Source, Stream, Table, reasons
from khsearch.documents.files.readings import Reading, Readings
from khsearch.documents.files.suffixes import SuffixesOfFile
from khsearch.documents.formats import registry
from tests.sync.folders import RAIN, RICE, WORK, Told, contents, new_index, opened_below, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "b/x.txt", "b/c/y.txt"):
        write(tmp_path / "d" / name, f"{RICE} {name}")
    write(tmp_path / "d" / "t.csv", f"id,text\n1,{RICE}\n2,{RAIN}\n")
    return tmp_path / "d"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return new_index(tmp_path / "x.idx")


ALL = {"a.txt", "b/x.txt", "b/c/y.txt", "t.csv#1", "t.csv#2"}


def test_only_what_changed_is_opened_and_what_is_gone_goes(folder, index):
    report = index.sync(folder)
    assert (report.read, report.added, report.complete) == (4, 5, True)
    assert set(contents(index)) == ALL
    with opened_below(folder) as opened:
        report = index.sync(folder)
    assert (report.unchanged, report.added, report.replaced, opened) == (4, 0, 0, set())
    write(folder / "t.csv", f"id,text\n2,{WORK}\n3,{RICE}\n")
    (folder / "a.txt").unlink()
    with opened_below(folder) as opened:
        report = index.sync(folder)
    assert {Path(path).name for path in opened} == {"t.csv"}
    assert (report.changed, report.unchanged, report.dropped, report.added, report.deleted) == (1, 2, 1, 1, 2)
    assert set(contents(index)) == {"b/x.txt", "b/c/y.txt", "t.csv#2", "t.csv#3"}


def test_a_change_of_the_same_size_and_time_is_seen(folder, index):
    index.sync(folder)
    before = (folder / "a.txt").stat()
    write(folder / "a.txt", f"{RAIN} a.txt")
    os.utime(folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (folder / "a.txt").stat().st_size == before.st_size
    assert index.sync(folder).changed == 1


@pytest.mark.parametrize("reason", sorted(reasons.READ_BY_PICTURE))
def test_with_ocr_only_files_that_lacked_text_are_read_again(folder, index, monkeypatch, reason):
    def read(source: Source) -> Found:
        text = source.text()
        if "scan" in text and not source.ocr:
            yield source.error("no text; --ocr reads it", reason=reason)
        else:
            yield source.placed(Document(source.id, "", text))

    monkeypatch.setattr(registry, "_registered", {"page": read})
    write(folder / "sound.page", RICE)
    write(folder / "scan.page", f"scan {RICE}")
    report = index.sync(folder)
    assert (report.read, report.passed_over, report.as_before) == (5, {reason: 1}, 0)
    report = index.sync(folder)
    assert (report.passed_over, report.as_before, report.problems) == ({reason: 1}, 1, ())
    with opened_below(folder) as opened:
        assert index.sync(folder, ocr=True).complete
    assert {Path(path).name for path in opened} == {"scan.page"}
    with opened_below(folder) as opened:
        assert index.sync(folder).complete
        assert index.sync(folder, ocr=True).complete
    assert not opened


def test_a_new_time_alone_changes_the_field_and_reads_nothing_anew(folder, index):
    index.sync(folder)
    os.utime(folder / "t.csv", (10, 10))
    report = index.sync(folder)
    assert (report.changed, report.unchanged) == (0, 4)
    found = {id: document.fields["modified"] for id, document in contents(index).items()}
    assert found["t.csv#1"] == found["t.csv#2"] == datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC)
    assert found["a.txt"].year > 2000


def test_only_what_is_below_the_folders_of_the_run_goes(folder, index):
    index.sync(folder)
    with index.writer() as writer:
        writer.add(Document("own", "", RICE))
    for name in ("a.txt", "b/c/y.txt"):
        (folder / name).unlink()
    assert index.sync(folder / "b").dropped == 1
    assert set(contents(index)) == {"own", *ALL} - {"b/c/y.txt"}
    assert index.sync(folder).dropped == 1
    assert set(contents(index)) == {"own", *ALL} - {"b/c/y.txt", "a.txt"}


def test_what_is_not_there_is_an_error_and_nothing_goes(folder, index):
    index.sync(folder)
    with pytest.raises(DocumentError, match="gone: cannot be read"):
        index.sync(folder, folder / "gone")
    shutil.rmtree(folder / "b")
    with pytest.raises(DocumentError, match="b: cannot be read"):
        index.sync(folder / "b")
    assert set(contents(index)) == ALL


def test_an_id_is_the_path_from_the_root_by_whatever_way(folder, index, monkeypatch):
    index.sync(folder / "b")
    assert set(contents(index)) == {"x.txt", "c/y.txt"}
    monkeypatch.chdir(folder / "b" / "c")
    (folder.parent / "link").symlink_to(folder)
    report = index.sync("y.txt", "../../a.txt", folder.parent / "link" / "b", folder / "b" / "x.txt")
    assert (report.read, report.unchanged) == (1, 2)
    assert set(contents(index)) == {"x.txt", "c/y.txt", "../a.txt"}


def test_files_of_the_same_name_in_two_folders_are_two(tmp_path, index):
    for year in ("2020", "2021"):
        write(tmp_path / year / "r.csv", f"id,text\n1,{RICE}\n")
        write(tmp_path / year / "r.txt", RICE)
    index.sync(tmp_path / "2020", tmp_path / "2021")
    assert set(contents(index)) == {f"{year}/{name}" for year in ("2020", "2021") for name in ("r.txt", "r.csv#1")}
    assert index.search("", filter='folder:"2020"').total == 2


def test_an_archive_that_moved_keeps_its_ids(folder, index):
    index.sync(folder)
    moved = folder.rename(folder.parent / "moved")
    with pytest.raises(DocumentError, match=r"d: the folder from which .* --root"):
        index.sync(moved)
    report = index.sync(moved, root=moved)
    assert (report.read, report.changed, report.unchanged, report.dropped) == (0, 0, 4, 0)
    assert set(contents(index)) == ALL
    assert index.sync(moved).unchanged == 4


def test_a_file_has_one_id_though_another_root_is_given(folder, index):
    for only_changed in (True, False):
        index.sync(folder, root=folder)
        index.sync(folder, root=folder.parent, only_changed=only_changed)
        assert set(contents(index)) == {f"d/{id}" for id in ALL}
    with pytest.raises(DocumentError, match=r"a\.txt would have another id than before; read it"):
        index.sync(folder / "b", root=folder)
    assert set(contents(index)) == {f"d/{id}" for id in ALL}


def test_a_time_that_is_to_come_is_trusted(folder, index):
    os.utime(folder / "a.txt", (4e9, 4e9))
    index.sync(folder)
    with opened_below(folder) as opened:
        assert index.sync(folder).unchanged == 4
    assert not opened


def test_what_others_wrote_while_a_run_waited_is_not_what_it_added(folder, index):
    writer = index.writer()
    writer.add(Document(id="other", text=RICE))
    later = threading.Timer(0.2, writer.commit)
    later.start()
    report = index.sync(folder, wait=30)
    later.join()
    assert (report.added, report.replaced, index.doc_count) == (5, 0, 6)


def test_an_index_is_no_folder_of_files(folder, index, tmp_path):
    told = Told()
    assert index.sync(tmp_path / "x.idx", folder, listener=told).read == 4
    assert [problem for problem in told.problems if "an index of khsearch" in problem] == told.problems != []


def test_links_and_what_is_no_file(folder, index, tmp_path):
    write(tmp_path / "out.txt", RICE)
    (folder / "out.txt").symlink_to(tmp_path / "out.txt")
    (folder / "same.txt").symlink_to("a.txt")
    (folder / "up").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "gone.txt").symlink_to("nowhere")
    (folder / "long.txt").symlink_to("x" * 300)
    os.mkfifo(folder / "pipe.txt")
    for name in (".hidden.txt", "~$a.docx", "Thumbs.db", "desktop.ini", ".git/x.txt"):
        write(folder / name, RICE)
    told = Told()
    report = index.sync(folder, listener=told)
    assert set(contents(index)) == ALL
    assert report.passed_over == {reasons.OUTSIDE: 1, reasons.NO_FILE: 3, reasons.UNREADABLE: 1}
    assert {Path(problem.split(": ")[0]).name for problem in told.problems} == {
        "gone.txt",
        "long.txt",
        "out.txt",
        "pipe.txt",
        "self",
    }
    report = index.sync(folder, tmp_path / "out.txt")
    assert "../out.txt" in contents(index)
    assert reasons.OUTSIDE not in report.passed_over


def test_an_index_and_a_report_in_the_archive_are_not_read(folder):
    index = new_index(folder / "x.idx")
    index.sync(folder)
    other = new_index(folder / "other.idx")
    other.sync(folder, unwanted=[str(folder / "a.txt")])
    assert set(contents(index)) == ALL
    assert set(contents(other)) == ALL - {"a.txt"}
    index.sync(folder, unwanted=[str(folder / "a.txt")])
    assert set(contents(index)) == ALL - {"a.txt"}


def test_a_file_that_cannot_be_read_any_more(folder, index, monkeypatch):
    index.sync(folder)
    write(folder / "a.txt", b"\xff\x80")
    report = index.sync(folder)
    assert (report.passed, report.deleted, report.passed_over) == (1, 1, {reasons.ENCODING: 1})
    assert "a.txt" not in contents(index)
    assert index.sync(folder).passed_over == {reasons.ENCODING: 1}

    def refuse(path: str) -> str:
        raise PermissionError(13, "Permission denied", path)

    write(folder / "b" / "x.txt", WORK)
    with monkeypatch.context() as patch:
        patch.setattr("khsearch.syncing.reading.content_hash", refuse)
        told = Told()
        report = index.sync(folder, listener=told)
    assert (report.kept, report.passed_over[reasons.UNREADABLE]) == (1, 1)
    assert "x.txt: cannot be read (Permission denied)" in told.problems[0]
    assert RICE in contents(index)["b/x.txt"].text
    index.sync(folder)
    assert contents(index)["b/x.txt"].text == WORK


def test_documents_of_a_format_that_others_read_stay_and_are_told(folder, index, monkeypatch):
    monkeypatch.setitem(registry.BUILT_IN, "odd", "txt")
    write(folder / "a.odd", RICE)
    index.sync(folder)
    monkeypatch.delitem(registry.BUILT_IN, "odd")
    told = Told()
    assert index.sync(folder, listener=told).kept == 1
    assert [(one.status, one.documents) for one in told.outcomes if one.path.endswith("a.odd")] == [("kept", 1)]
    assert "a.odd" in contents(index)


def test_two_things_under_one_id_are_an_error_that_names_both(folder, index):
    write(folder / "t.csv", f"id,text\n1,{RICE}\n2,{RAIN}\n1,{WORK}\nx,{RAIN}\nx,{WORK}\n")
    write(folder / "t.csv#2", RICE)
    (folder / "t.csv#2").rename(folder / "t.csv#2.txt")
    write(folder / "u.csv", f"id,text\n1.txt,{RICE}\n")
    write(folder / "u.csv#1.txt", RAIN)
    told = Told()
    report = index.sync(folder, listener=told)
    assert report.passed_over == {reasons.TWICE: 3}
    assert "t.csv, line 4: the id 't.csv#1' is that of" in told.problems[0]
    assert "t.csv, line 2, too" in told.problems[0]
    assert "t.csv, line 6: the id 't.csv#x' is that of" in told.problems[1]
    assert "t.csv, line 5, too" in told.problems[1]
    assert "u.csv#1.txt" in told.problems[2]
    assert "is that of u.csv, too" in told.problems[2]
    assert contents(index)["u.csv#1.txt"].text == RICE
    (folder / "u.csv").unlink()
    index.sync(folder)
    assert contents(index)["u.csv#1.txt"].text == RAIN


@pytest.mark.parametrize("gone", [False, True])
def test_what_a_stream_has_stays_though_a_file_had_its_id(folder, index, gone):
    index.sync(folder)
    if gone:
        (folder / "a.txt").unlink()
    row = f'{{"id": "a.txt", "text": "{RAIN}"}}\n'
    report = index.sync(folder, Stream(io.BytesIO(row.encode()), "jsonl"), only_changed=gone)
    assert contents(index)["a.txt"].text == RAIN
    assert report.passed_over == ({} if gone else {reasons.TWICE: 1})


def test_how_files_are_read_is_kept_for_the_next_run(folder, index):
    write(folder / "b" / "n.csv", f"no,body\n7,{RAIN}\n")
    index.sync(folder)
    assert "b/n.csv#7" not in contents(index)
    index.sync(folder / "b", names=FieldNames(id="no", text="body"))
    assert contents(index)["b/n.csv#7"].text == RAIN
    assert index.sync(folder).unchanged == 5
    write(folder / "b" / "n.csv", f"no,body\n8,{RAIN}\n")
    write(folder / "n.csv", f"no,text\n9,{RAIN}\n")
    index.sync(folder)
    assert {"b/n.csv#8", "n.csv#1"} <= set(contents(index))
    index.sync(folder / "b", names=FieldNames(text="no", by_row=True))
    index.sync(folder / "b", names=FieldNames(text="text", by_row=True))
    assert "b/n.csv#8" not in contents(index)
    index.sync(folder, only_changed=False)  # forgets what was said
    assert {"b/n.csv", "n.csv#1"} <= set(contents(index))


def test_a_value_that_goes_with_no_field_of_a_file_is_kept_and_told_once(folder, tmp_path):
    write(folder / "t.csv", f"id,text,date,author\n1,{RICE},soon,A\n2,{RICE},later,B\n3,{RICE},2021,C\n")
    strict = new_index(tmp_path / "strict.idx")
    assert strict.sync(folder).passed_over == {reasons.VALUE: 2}
    told = Told()
    index = new_index(tmp_path / "x.idx")
    report = index.sync(folder, listener=told, lenient=["date"])
    assert report.complete
    (remark,) = told.remarks
    assert "t.csv: values that do not go with their fields: 2; the first: " in remark
    assert contents(index)["t.csv#1"].fields["date"] == "soon"
    assert index.search("", filter="date:2021").total == 1
    assert index.search("", filter="author:c").total == 1


def test_what_an_index_does_to_itself_keeps_what_it_knows_of_files(folder, index, tmp_path):
    index.sync(folder)
    index.set_spellings({RICE: RAIN})
    index.set_fields({**index.fields, "extra": "keyword"})
    index.optimize()
    Index.rebuild(tmp_path / "x.idx")
    with opened_below(folder) as opened:
        assert index.sync(folder).unchanged == 4
    assert opened == set()
    assert Index.rescue(tmp_path / "x.idx", tmp_path / "saved.idx") == []
    assert Index.open(tmp_path / "saved.idx").sync(folder).unchanged == 4
    (table,) = (tmp_path / "saved.idx").glob("*.files")
    table.write_bytes(table.read_bytes()[:-1])
    (lost,) = Index.rescue(tmp_path / "saved.idx", tmp_path / "again.idx")
    assert "what is known of its files" in lost
    assert "--root" in lost
    assert Index.open(tmp_path / "again.idx").sync(folder, root=folder).read == 4
    (tmp_path / "settings").write_bytes(index.settings())
    other = Index.create(tmp_path / "y.idx", settings=tmp_path / "settings")
    assert other.sync(folder).read == 4
    assert Index.verify(tmp_path / "x.idx") == []


def test_an_index_in_memory_knows_its_files_too(folder):
    index = Index.memory(breaker="icu")
    assert index.sync(folder).read == 4
    assert index.sync(folder).unchanged == 4
    assert "path" not in contents(index)["a.txt"].fields


def test_a_document_that_somebody_deleted_comes_back(folder, index):
    index.sync(folder)
    with index.writer() as writer:
        writer.delete("t.csv#2")
    assert index.sync(folder).changed == 1
    assert set(contents(index)) == ALL


def test_a_table_comes_back_equal_and_a_damaged_one_is_told():
    table = Table()
    table.root, table.given, table.lenient = "/a/\udce9", {"b": {"ocr": True}}, frozenset({"date"})
    passed = (Passed(reasons.BROKEN, 2, "a: b"),)
    records = [
        Record("a\n\t.txt", 1, 2, 3, "f" * 32, "h", None),
        Record("b.csv", 1, 2, 0, "", "h", [[1, 3], [7, 7], "x"], passed),
        Record("c.eml", 1, 2, 0, "", "h", [[], "x"]),
        Record("d.txt", 1, 2, 0, "", "h", [], passed),
    ]
    for record in records:
        table.put(record)
    data = table.written()
    again = Table(data, "where")
    assert (again.root, again.given, again.lenient) == (table.root, table.given, table.lenient)
    assert [again.get(path) for path in again.paths()] == records
    assert list(records[1].ids()) == ["b.csv#1", "b.csv#2", "b.csv#3", "b.csv#7", "b.csv#x"]
    assert list(records[2].ids()) == ["c.eml", "c.eml#x"]
    for record in records:
        assert record.count == len(list(record.ids()))
        for id in record.ids():
            assert record.has(id)
            assert again.owner(id) == record
    assert not any(records[1].has(id) for id in ("b.csv", "b.csv#4", "b.csv#07", "b.csv#y"))
    assert again.owner("b.csv#4") is None
    for bad in (data[:-1], data[1:], b"x"):
        with pytest.raises(IndexDamagedError, match="where: damaged"):
            Table(bad, "where")


def test_ids_of_a_source_are_taken_once():
    taken = SuffixesOfFile("a.csv")
    given = ["1", "2", "3", "7", "x", "5", "07", "8"]
    for line, id in enumerate(given, 2):
        assert taken.take(taken.id_of(id), f"a.csv, line {line}") is None
    for line, id in enumerate(given, 2):
        assert taken.take(taken.id_of(f"a.csv#{id}"), "a.csv, line 99") == f"a.csv, line {line}"
    assert taken.place_of("a.csv#4") is None
    assert Record("a.csv", 0, 0, 0, "", "", taken.suffixes).count == len(given)


def test_what_was_said_for_a_folder_holds_below_it():
    readings = Readings({})
    readings.say("b", Reading(ocr=True))
    readings.say("b/c", Reading(format="txt"))
    assert readings.of("a/x.txt") == Reading()
    assert readings.of("b/c/d/x.txt") == Reading(format="txt", ocr=True)
    assert Readings(readings.to_json()).of("b/c/x") == readings.of("b/c/x")
    readings.say("own", Reading(names=FieldNames(text="body", own=(("date", "dmy"), ("tags", ";")))))
    readings.say("own", Reading(names=FieldNames(own=(("date", "mdy"),))))
    assert readings.of("own/x").names == FieldNames(text="body", own=(("date", "mdy"), ("tags", ";")))
    readings.say(".", Reading(ocr=False))
    assert readings.of("b/c/x.txt") == readings.of("x.txt") == Reading(ocr=False)
    assert readings.of("../y/x.txt") == Reading()
    readings.say("..", Reading(format="md"))
    assert readings.of("b/c/x.txt") == Reading(format="md", ocr=None)
    assert readings.of("../y/x.txt") == Reading(format="md")
    assert readings.of("../../x.txt") == Reading()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("root", 5), ("format", 5), ("format", "xyz"), ("names", {}), ("ocr", "yes"), ("jobs", 0), ("jobs", 1.5),
        ("time_limit", 0), ("time_limit", "5"), ("only_changed", None), ("stop_at_bad", 1), ("wait", -1),
        ("unwanted", "x"), ("lenient", 5), ("colour", 1),
    ],
)  # fmt: skip
def test_what_an_option_cannot_be_is_a_value_error_that_names_it(index, name, value):
    with pytest.raises(ValueError, match=name):
        index.sync(**{name: value})
    with pytest.raises(ValueError, match="paths takes"):
        index.sync(5)


@pytest.mark.slow
def test_of_two_thousand_mixed_files_none_is_opened_the_second_time(tmp_path, index):
    for number in range(2_000):
        text = f"{RICE} {number}"
        content = {
            "txt": text,
            "md": f"---\ntitle: {RAIN}\n---\n{text}",
            "html": f"<title>{RAIN}</title><p>{text}</p>",
            "jsonl": f'{{"id": "a", "text": "{text}"}}\n' * (1 + number % 3),
            "csv": f"id,text\n1,{text}\n2,{text}\n",
        }
        suffix = [*content][number % 5]
        write(tmp_path / "d" / str(number % 37) / f"{number}.{suffix}", content[suffix])
    first = index.sync(tmp_path / "d")
    assert first.read == 2_000
    with opened_below(tmp_path / "d") as opened:
        again = index.sync(tmp_path / "d")
    assert opened == set()
    assert (again.unchanged, again.passed_over) == (2_000, first.passed_over)
    assert (again.added, again.replaced) == (0, 0)
