"""Files of documents: only those below the root, only what a browser cannot run is shown, ranges, files of any size."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import tracemalloc
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.types import ASGIApp, Message

from khsearch import Document, Index
from khsearch.web import create_app
from khsearch.web.confined import opened
from khsearch.web.files import link_of
from khsearch.web.site import Site
from khsearch.web.transfer import CutShortError
from tests.web.asked import LOCAL, ask, asked
from tests.web.conftest import RICE

SECRET = "only for me"
KHMER_NAME = f"{RICE}.txt"
FILES = {
    "a.txt": b"0123456789",
    KHMER_NAME: RICE.encode(),
    "2023/report.pdf": b"%PDF-1.7 ...",
    "2023/x y.html": b"<script>alert(1)</script>",
    "2023/x.svg": b"<svg onload='alert(1)'/>",
    "2023/latin.txt": "caf\u00e9".encode("latin-1"),
    "2023/utf16.txt": "abc".encode("utf-16"),
    "2023/end.TXT": "x\u1780".encode() * 300_000,  # a character lies across the end of what is looked at
    "prices.csv": b"text\na\n",
    "a#b.csv": b"text\na\n",
    'odd"name;\\.bin': b"x",
    "noend": b"x",
    ".hidden.txt": SECRET.encode(),
    ".git/config.txt": SECRET.encode(),
    "2023/.env": SECRET.encode(),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    above = tmp_path_factory.mktemp("above")
    (above / "secret.txt").write_text(SECRET)
    (above / "root-beside").mkdir()
    (above / "root-beside" / "secret.txt").write_text(SECRET)
    root = above / "root"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / "out.txt").symlink_to("../secret.txt")
    (root / "absolute.txt").symlink_to(above / "secret.txt")
    (root / "inside.txt").symlink_to("a.txt")
    (root / "up").symlink_to("..")
    (root / "same").symlink_to("2023")
    (root / "loop").symlink_to("loop")
    (root / "folder.txt").mkdir()
    os.mkfifo(root / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(root)  # the path of a socket is short
        listening.bind("socket.txt")
        os.chdir(here)
    return root


IDS = (
    *FILES,
    *("prices.csv#7", "a#b.csv#1", "a#b.csv#sheet #2!3", "gone.txt", "out.txt", "absolute.txt", "inside.txt"),
    *(
        "up/secret.txt",
        "same/report.pdf",
        "loop",
        "loop/a.txt",
        "folder.txt",
        "pipe.txt",
        "socket.txt",
        "../secret.txt",
    ),
    *("../root/a.txt", "../root-beside/secret.txt", "/a.txt", "./a.txt", "a.txt/", "2023/../a.txt", "2023//report.pdf"),
    *("2023", "2023/", "..", ".", "/", "//", "\\a.txt", "..\\secret.txt", "a.txt\x00", "a.txt\x00.pdf", "x" * 5_000),
    *("a/" * 10_000 + "a", "%2e%2e/secret.txt", "a.txt#", "#", "###############", "/dev/zero", "/etc/passwd"),
)
SERVED = {
    **{name: name for name in FILES if not any(part.startswith(".") for part in name.split("/"))},
    **{"prices.csv#7": "prices.csv", "a#b.csv#1": "a#b.csv", "a#b.csv#sheet #2!3": "a#b.csv", "a.txt#": "a.txt"},
}
BY_PATH = {
    "p1": ("a.txt", "a.txt"),
    "p2": ("../secret.txt", None),
    "p3": (["a.txt"], None),
    "prices.csv#1": ("/news/1", "prices.csv"),  # a column of its own of that name
    "p4": ("", None),
}


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    index = Index.create(tmp_path_factory.mktemp("index") / "files.idx", fields={"path": "keyword"})
    with index.writer() as writer:
        writer.add_all(Document(id, "", "text") for id in IDS)
        writer.add_all(Document(id, "", "text", {"path": path}) for id, (path, _) in BY_PATH.items())
    return Site(index, "", files=root)


@pytest.fixture(scope="module")
def app(site: Site) -> ASGIApp:
    return create_app(site.index, files=site.files)


def target(id: str) -> str:
    return f"/file?id={quote(id, safe='')}"


@pytest.mark.parametrize("id", [*IDS, *BY_PATH], ids=lambda id: repr(id[:40]))
def test_the_file_of_a_document_or_none(app: ASGIApp, site: Site, id: str) -> None:
    name = BY_PATH[id][1] if id in BY_PATH else SERVED.get(id)
    document = site.index.get(id)
    assert document is not None
    answer = ask(app, target(id))
    if name is None:
        assert answer.status == 404
        assert b"there is no file of this document here" in answer.body
        assert link_of(site, document) is None
    else:
        assert (answer.status, answer.body) == (200, FILES[name])
        link = link_of(site, document)
        assert link is not None
        assert ask(app, f"/{link}").body == FILES[name]
    assert SECRET.encode() not in answer.body


def test_a_file_of_no_document_is_not_served(app: ASGIApp, root: Path) -> None:
    (root / "later.txt").write_text("x")
    for id in ("later.txt", "2023/../2023/report.pdf", "none"):
        assert ask(app, target(id)).status == 404
    assert ask(app, "/file").status == 400
    assert ask(app, "/file?id=%ff").status == 400


def test_without_a_root_there_are_no_files(site: Site) -> None:
    document = site.index.get("a.txt")
    assert document is not None
    assert ask(create_app(site.index), target("a.txt")).status == 404
    assert link_of(Site(site.index, ""), document) is None


@pytest.mark.parametrize(
    ("id", "media", "shown"),
    [
        ("a.txt", "text/plain; charset=utf-8", True),
        ("2023/end.TXT", "text/plain; charset=utf-8", True),
        ("2023/latin.txt", "text/plain", True),
        ("2023/utf16.txt", "text/plain", True),
        ("2023/report.pdf", "application/pdf", True),
        ("2023/x y.html", "application/octet-stream", False),
        ("2023/x.svg", "application/octet-stream", False),
        ("prices.csv", "text/csv", False),
        ("noend", "application/octet-stream", False),
    ],
)
def test_what_may_run_is_saved_and_what_is_shown_may_do_nothing(app: ASGIApp, id: str, media: str, shown: bool) -> None:
    headers = ask(app, target(id)).headers
    assert headers["content-type"] == media
    assert headers["content-disposition"].startswith("inline; " if shown else "attachment; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert ("sandbox" in headers["content-security-policy"]) == (media != "application/pdf")


def test_names_are_told_whatever_they_are(app: ASGIApp) -> None:
    told = ask(app, target(KHMER_NAME)).headers["content-disposition"]
    assert told == f"inline; filename=\"{'_' * len(RICE)}.txt\"; filename*=UTF-8''{quote(RICE)}.txt"
    told = ask(app, target('odd"name;\\.bin')).headers["content-disposition"]
    assert told == "attachment; filename=\"odd_name;_.bin\"; filename*=UTF-8''odd%22name%3B%5C.bin"


@pytest.mark.parametrize(
    ("asked_range", "status", "body", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=3-99999", 206, b"3456789", "bytes 3-9/10"),
        ("bytes=9-9", 206, b"9", "bytes 9-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=10-20", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        *(
            (noise, 200, b"0123456789", None)
            for noise in ("bytes=3-1", "bytes=0-1,3-4", "bytes=-", "bytes=a-b", "lines=1-2", "bytes", "", "bytes=1")
        ),
        ("bytes=" + "9" * 30 + "-", 200, b"0123456789", None),
    ],
)
def test_ranges(app: ASGIApp, asked_range: str, status: int, body: bytes, told: str | None) -> None:
    for method in ("GET", "HEAD"):
        answer = ask(app, target("a.txt"), method, [(b"range", asked_range.encode())])
        assert (answer.status, answer.headers.get("content-range")) == (status, told)
        assert int(answer.headers["content-length"]) == len(body)
        assert answer.body == (body if method == "GET" else b"")


def test_what_is_known_is_not_sent_again(site: Site, app: ASGIApp, root: Path) -> None:
    first = ask(app, target("noend")).headers
    tag, changed = first["etag"].encode(), first["last-modified"].encode()
    for known in ((b"if-none-match", tag), (b"if-none-match", b"W/" + tag), (b"if-modified-since", changed)):
        answer = ask(app, target("noend"), headers=[known])
        assert (answer.status, answer.body) == (304, b"")
    half = (b"range", b"bytes=0-0")
    for condition, status in ((tag, 206), (changed, 206), (b'"other"', 200), (b"W/" + tag, 200)):
        assert ask(app, target("noend"), headers=[half, (b"if-range", condition)]).status == status
    assert ask(app, target("noend"), headers=[(b"if-modified-since", b"noise")]).status == 200
    (root / "noend").write_bytes(b"y")
    assert ask(app, target("noend"), headers=[(b"if-none-match", tag)]).body == b"y"
    (root / "noend").write_bytes(b"x")


def test_a_large_file_is_sent_in_pieces(site: Site, app: ASGIApp, root: Path) -> None:
    size = 2 << 30
    with (root / "gone.txt").open("wb") as file:
        file.truncate(size)  # takes no room
    pieces: list[int] = []

    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Message) -> None:
        pieces.append(len(message.get("body", b"")))
        if sum(pieces) > 64 << 20:
            raise OSError  # hangs up

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/file",
        "raw_path": b"/file",
        "query_string": b"id=gone.txt",
        "headers": [LOCAL, (b"accept-encoding", b"gzip")],
    }
    tracemalloc.start()
    with pytest.raises(Exception, match=r"^$"):
        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20
    last = ask(app, target("gone.txt"), headers=[(b"range", b"bytes=-1")])
    assert last.headers["content-range"] == f"bytes {size - 1}-{size - 1}/{size}"
    (root / "gone.txt").unlink()


def test_descriptors_are_given_back(app: ASGIApp) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = count()
    for headers in ([], [(b"range", b"bytes=99-")], [(b"if-none-match", b"*")]):
        for method in ("GET", "HEAD"):
            for _ in range(20):
                ask(app, target("a.txt"), method, headers)
    assert count() <= before + 2


def test_a_file_that_becomes_shorter_ends_the_answer(app: ASGIApp, root: Path) -> None:
    """Less than was promised is an error that the client sees, never a whole answer."""
    (root / "gone.txt").write_bytes(b"x" * (1 << 20))

    async def shortened() -> None:
        async def through(scope, receive, send):  # type: ignore[no-untyped-def]
            async def cutting(message: Message) -> None:
                os.truncate(root / "gone.txt", 0)
                await send(message)

            await app(scope, receive, cutting)

        await asked(through, target("gone.txt").encode(), "GET", [LOCAL])

    with pytest.raises(CutShortError):
        asyncio.run(shortened())
    (root / "gone.txt").unlink()


def test_nobody_is_faster_than_the_check(root: Path) -> None:
    """While a folder on the way becomes a link to outside and back, what is outside never opens."""
    inside = root / "swapped"
    inside.mkdir()
    (inside / "secret.txt").write_text("mine")
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            inside.rename(root / "kept")
            inside.symlink_to("..")
            inside.unlink()
            (root / "kept").rename(inside)

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        seen = []
        for _ in range(3_000):
            found = opened(root, "swapped/secret.txt")
            if found is not None:
                seen.append(found.stream.read())
                found.stream.close()
    finally:
        ended.set()
        swapping.join()
    assert set(seen) <= {b"mine"}
