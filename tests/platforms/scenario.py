"""What somebody does with an index, all in one process, where nothing of POSIX is there; a line for each thing done."""

from __future__ import annotations

import gc
import importlib
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import khsearch
from khsearch import Document, Index, IndexLockedError, MissingExtraError, native

RICE, RAIN = "\u179f\u17d2\u179a\u17bc\u179c", "\u1797\u17d2\u179b\u17c0\u1784"


def documents(start: int, stop: int) -> list[Document]:
    return [Document(str(number), f"{RICE} {number}", f"{RAIN} {RICE} {number}") for number in range(start, stop)]


def filled(index: Index, start: int, stop: int) -> None:
    with index.writer() as writer:
        for document in documents(start, stop):
            writer.add(document)


def strays(folder: Path) -> set[str]:
    """Files of an index that its last commit does not name."""
    from khsearch.columnar import read_catalog

    return {path.name for path in folder.iterdir()} - read_catalog(folder).file_names()


def the_system(place: Path) -> None:
    file = place / "open.txt"
    file.write_text("x", "utf-8")
    with file.open("rb"):
        for remove in (file.unlink, lambda: os.replace(place / "other", file)):  # noqa: PTH105
            try:
                remove()
            except PermissionError:
                continue
            raise AssertionError("what is open was removed")
    file.unlink()
    assert not hasattr(os, "O_NOFOLLOW")
    code = compile("import fcntl", "khsearch", "exec")
    try:
        exec(code, {"__name__": "khsearch.any"})
    except ImportError:
        return
    raise AssertionError("fcntl is there")


def an_index(place: Path) -> None:
    folder = place / f"{RICE}.idx"
    index = Index.create(folder)
    for start in range(0, 60, 20):
        filled(index, start, start + 20)
    assert index.search(RICE).total == 60
    older = index.search(RAIN, limit=3)
    assert index.delete_by('title:"7"') >= 1
    with index.writer() as writer:
        assert "this process has been writing since 20" in why_locked(folder)
        writer.add(Document("new", RICE, RICE))
    index.optimize()
    assert index.search("new").total == 0
    assert [hit.title for hit in older]  # of a commit whose files nobody could remove
    assert index.search(RICE).total == index.doc_count
    assert Index.verify(folder) == []
    count = index.doc_count
    del older
    assert Index.rebuild(folder) == count
    assert index.search(RICE).total == count
    index.set_spellings({RICE: [RAIN]})
    index.close()
    assert strays(folder) == set(), strays(folder)
    with Index.open(folder) as again:
        assert again.search(RICE).total == count
        assert Index.rescue(folder, place / "rescued.idx") == []
    again_and_cancelled(folder, count)


def why_locked(folder: Path) -> str:
    try:
        Index.open(folder).writer()
    except IndexLockedError as locked:
        return str(locked)
    raise AssertionError("two writers at once")


def again_and_cancelled(folder: Path, count: int) -> None:
    """A writer that gives up leaves nothing, though its reader looked at what it had written."""
    with Index.open(folder) as index:
        writer = index.writer()
        assert writer.delete_by('title:"3"') >= 1
        writer.add(Document("gone", RICE, RICE))
        writer.cancel()
        assert len(index) == count
    gc.collect()
    assert strays(folder) == set(), strays(folder)


def held_by_a_reader(place: Path) -> None:
    """What somebody reads is there as long as he does, and goes with a later commit."""
    folder = place / "held.idx"
    index = Index.create(folder)
    filled(index, 0, 20)
    reader = Index.open(folder)
    held = reader.search(RICE)
    filled(index, 20, 40)
    index.optimize()
    index.close()
    assert strays(folder), "the reader's files were removed"
    assert len(list(held)) == 10
    assert {hit.document.id for hit in held} <= {str(n) for n in range(20)}
    reader.close()
    del held, reader
    gc.collect()
    with Index.open(folder) as index:
        filled(index, 40, 60)
        assert index.search(RICE).total == 60
    assert strays(folder) == set(), strays(folder)


def after_a_crash(place: Path) -> None:
    """What a writer left that crashed may be open somewhere: others take other names, and remove it later."""
    folder = place / "crashed.idx"
    index = Index.create(folder)
    filled(index, 0, 20)
    left = [folder / f"{number:08x}-0001.seg" for number in range(2, 5)]
    for path in left:
        path.write_bytes(b"torn")
    with left[0].open("rb"), left[1].open("rb"):
        filled(index, 20, 40)
        assert strays(folder) == {path.name for path in left[:2]}
    assert index.search(RICE).total == 40
    index.close()
    assert strays(folder) == set(), strays(folder)


def files(place: Path) -> Path:
    """A folder that is synced: plain files here, and others by processes of their own."""
    archive = place / "archive"
    (archive / "2023").mkdir(parents=True)
    (archive / "2023" / f"{RICE}.txt").write_text(f"{RICE} {RAIN}", "utf-8")
    (archive / "a.html").write_text(f"<title>{RICE}</title><p>{RAIN}</p>", "utf-8")
    folder = place / "files.idx"
    command = [sys.executable, "-m", "khsearch", "index", str(folder), str(archive)]
    told = subprocess.run(command, capture_output=True, check=False)
    assert told.returncode == 0, told.stderr.decode()
    with Index.open(folder) as index:
        assert {document.id for document in index} == {f"2023/{RICE}.txt", "a.html"}
        (archive / "a.html").write_text(f"<title>{RAIN}</title><p>{RICE} {RICE}</p>", "utf-8")
        (archive / "2023" / f"{RICE}.txt").unlink()
        report = index.sync(archive)
        assert (report.changed, report.dropped) == (1, 1), report
        assert [hit.title for hit in index.search(RICE)] == [RAIN]
    assert strays(folder) == set(), strays(folder)
    (place / "broken.txt").write_bytes(b"\xff\xfe\xff")
    command[4:] = str(place / "none.idx"), str(place / "broken.txt")
    told = subprocess.run(command, capture_output=True, check=False)
    assert told.returncode == 2, told.stderr.decode()
    assert not (place / "none.idx").exists()
    return folder


def a_page(place: Path, folder: Path) -> None:
    from khsearch.web import create_app
    from tests.web.asked import ask

    with Index.open(folder) as index:
        app = create_app(index, files=place / "archive", query_log=place / "queries.jsonl")
        for target, told in (
            (f"/?q={RICE}", RICE),
            (f"/api/search?q={RICE}", '"total":1'),
            ("/file?id=a.html", "<title>"),
        ):
            answer = ask(app, target)
            assert answer.status == 200, answer
            assert told in answer.body.decode()
    assert (place / "queries.jsonl").read_bytes().count(b"\n") == 2


def at_a_shell(folder: Path) -> None:
    """Commands, on a console that knows no Khmer."""
    for name, *arguments in (
        ("search", RICE),
        ("stats",),
        ("optimize",),
        ("rebuild",),
        ("delete", "a.html"),
        ("verify",),
        ("export",),
    ):
        command = [sys.executable, "-m", "khsearch", name, str(folder), *arguments]
        own = {**os.environ, "PYTHONIOENCODING": "cp1252", "LC_ALL": "C"}
        told = subprocess.run(command, capture_output=True, check=False, env=own)
        assert told.returncode == 0, (name, told.stderr.decode())
        assert strays(folder) == set(), (name, strays(folder))
        if name == "search":
            assert RAIN.encode() in told.stdout


def an_index_of_whooshs(place: Path) -> None:
    from whoosh import fields, index

    from khsearch import columnar
    from khsearch.whoosh import import_whoosh

    schema = fields.Schema(id=fields.ID(unique=True, stored=True), text=fields.TEXT(stored=True))
    (place / "old").mkdir()
    old = index.create_in(str(place / "old"), schema)
    with old.writer() as writer:
        writer.add_document(id="1", text="rain and rice")
    old.close()
    (place / "new").mkdir()
    done = import_whoosh(place / "old", place / "new")
    assert (done.documents, done.held) == (1, False)
    made = columnar.open_dir(place / "new")
    with made.writer() as writer:
        writer.update_document(id="1", text="rice")
    made.optimize()
    with made.searcher() as searcher:
        assert searcher.doc_count() == 1
    del searcher
    made.close()
    assert strays(place / "new") == set(), strays(place / "new")


def every_room() -> None:
    root = Path(khsearch.__file__).parent
    for path in sorted(root.rglob("*.py")):
        room = ".".join(["khsearch", *path.relative_to(root).with_suffix("").parts]).removesuffix(".__init__")
        if room != "khsearch.__main__":
            with suppress(MissingExtraError):
                importlib.import_module(room)


def main(place: Path) -> None:
    assert sys.platform == "elsewhere"
    the_system(place)
    an_index(place)
    held_by_a_reader(place)
    after_a_crash(place)
    folder = files(place)
    a_page(place, folder)
    at_a_shell(folder)
    an_index_of_whooshs(place)
    every_room()
    print(native.STATE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
