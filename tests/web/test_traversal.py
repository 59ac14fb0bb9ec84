"""Ways out of the folder of files: hundreds are tried, and none is through.

One is through where something of a file outside of the root, or of a hidden one, comes back: each holds a secret that
stands nowhere else, and what is served under `file` is always the one file that everybody may read. Targets are sent as
they are, to the application and over a socket, since clients set them right before they send them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from starlette.types import ASGIApp

from khsearch import Document, Index
from khsearch.web import create_app
from tests.web.asked import ask
from tests.web.live import answering, get, told

SECRET = "the-secret-of-another-folder"
OPEN = "what everybody may read"
HIDDEN = "the-secret-in-a-hidden-file"

UPS = (
    *("..", "%2e%2e", "%2E%2e", ".%2e", "%2e.", "%252e%252e", "..%00", "..%01", "...", "....", ".. ", "..%20", "..;"),
    *("..%c0%af", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "%uff0e%uff0e", "%ef%bc%8e%ef%bc%8e", "..%5c", "..\\", "..%2f"),
)
SLASHES = ("/", "//", "%2f", "%2F", "%252f", "%5c", "\\", "%255c", "%c0%af", "%e2%88%95", "/./", "/%2e/")
STARTS = ("", "/", "a/", "folder/", "./", "folder/x/")
AIMS = ("secret.txt", "outside/secret.txt", "root-beside/secret.txt", "site.idx/catalog.json")
OTHERS = (
    *(
        "etc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "file:///etc/passwd",
        "/proc/self/environ",
        "/proc/self/cwd/secret.txt",
    ),
    *("/dev/stdin", "/dev/fd/0", "C:/secret.txt", "\\\\localhost\\secret.txt", "~/secret.txt", "~root/secret.txt"),
    *("$HOME/secret.txt", "link/secret.txt", "link.txt", "chain/link/secret.txt", "deep.txt", ".hidden.txt"),
    *(".git/config", "folder/.env", "folder/./a.txt/../../../secret.txt", "a.txt/../../secret.txt", "a.txt/", "."),
    *("secret.txt%00.txt", "../secret.txt%00", "../secret.txt%23a", "../secret.txt#part", "../secret.txt%3f.txt", ""),
)


def written() -> list[str]:
    """Paths that lead out, or would where something on the way is decoded twice, cut off or set right."""
    ups = [f"{start}{up}{slash}{aim}" for up in UPS for slash in SLASHES for start in STARTS[:2] for aim in AIMS[:1]]
    deep = [f"{start}{'../' * depth}{aim}" for start in STARTS for depth in (1, 2, 5) for aim in AIMS]
    return [*dict.fromkeys([*ups, *deep, *OTHERS])]


PATHS = written()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("place")
    for name in ("secret.txt", "outside/secret.txt", "root-beside/secret.txt"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(SECRET)
    root = place / "root"
    for name, content in (("a.txt", OPEN), ("folder/b.txt", OPEN), (".hidden.txt", HIDDEN), ("folder/.env", HIDDEN)):
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).write_text(content)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(HIDDEN)
    (root / "link").symlink_to("..")
    (root / "link.txt").symlink_to("../secret.txt")
    (root / "chain").symlink_to("folder")
    (root / "folder" / "link").symlink_to("../..")
    (root / "deep.txt").symlink_to("link.txt")
    return place


@pytest.fixture(scope="module")
def app(place: Path) -> Iterator[ASGIApp]:
    """A site whose documents have every such path as their id, and as their field."""
    index = Index.create(place / "site.idx", fields={"path": "keyword"})
    with index.writer() as writer:
        for number, path in enumerate(filter(None, {*PATHS, *(unquote(path) for path in PATHS)})):
            writer.add(Document(path, "", "text"))
            writer.add(Document(f"by-path-{number}", "", "text", {"path": path}))
        writer.add(Document("a.txt", "", "text"))
    with index:
        yield create_app(index, files=place / "root")


TARGETS = [
    *(f"/file?id={form}" for path in PATHS for form in dict.fromkeys((path, quote(path, safe="")))),
    *(f"{room}{path}" for path in PATHS for room in ("/static/", "/file/", "/", "/api/documents/")),
]


def is_through(body: bytes, headers: str = "") -> bool:
    return any(secret.encode() in body or secret in headers for secret in (SECRET, HIDDEN)) or b"root:x:" in body


def test_there_are_hundreds() -> None:
    assert len(PATHS) >= 200
    assert len(set(TARGETS)) >= 1_000


def test_none_is_through(app: ASGIApp, place: Path) -> None:
    assert ask(app, "/file?id=a.txt").body == OPEN.encode()
    for target in TARGETS:
        answer = ask(app, target.encode("latin-1"))
        assert not is_through(answer.body, str(answer.headers)), target
        assert answer.status in (200, 307, 400, 404), target
        assert str(place).encode() not in answer.body, target
        if answer.status == 200 and target.startswith("/file"):
            assert answer.body == OPEN.encode(), target


def test_none_is_through_by_the_field_of_a_document(app: ASGIApp) -> None:
    served = 0
    for number in range(2 * len(PATHS)):
        answer = ask(app, f"/file?id=by-path-{number}")
        assert not is_through(answer.body)
        assert answer.status == 404 or answer.body == OPEN.encode()
        served += answer.status == 200
    assert served == 0


def test_none_is_through_over_a_socket(app: ASGIApp, place: Path) -> None:
    with answering(app) as port:
        assert OPEN.encode() in get(port, b"/file?id=a.txt")
        for target in TARGETS[::7]:
            answer = get(port, target.replace(" ", "%20").encode("latin-1"))
            assert answer.startswith(b"HTTP/1.1 "), target
            assert not is_through(answer), target
            assert int(answer.split()[1]) < 500, target
            assert str(place).encode() not in answer, target


RAW = (
    *(
        b"GET ../secret.txt HTTP/1.1",
        b"GET secret.txt HTTP/1.1",
        b"GET /../secret.txt HTTP/1.1",
        b"GET //secret.txt HTTP/1.1",
    ),
    *(b"GET http://localhost/../secret.txt HTTP/1.1", b"GET file:///etc/passwd HTTP/1.1", b"GET * HTTP/1.1"),
    *(
        b"GET /file?id=../secret.txt HTTP/1.0",
        b"GET /file?id=..\\secret.txt HTTP/1.1",
        b"GET \\..\\secret.txt HTTP/1.1",
    ),
    *(b"GET /static/../../secret.txt#x HTTP/1.1", b"GET /static/..%00/secret.txt HTTP/1.1", b"GET /\xff HTTP/1.1"),
    *(
        b"GET /%zz HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GET  /health HTTP/1.1",
        b"GET /health",
        b"CONNECT secret.txt HTTP/1.1",
    ),
    *(
        b"GET http://evil/health HTTP/1.1",
        b"get /health HTTP/1.1",
        b"GET /health HTTP/1.1\r\nX",
    ),
    *(b"OPTIONS * HTTP/1.1", b"TRACE / HTTP/1.1", b"POST /file?id=../secret.txt HTTP/1.1\r\nContent-Length: 0"),
)


def test_raw_requests(app: ASGIApp) -> None:
    with answering(app) as port:
        for line in RAW:
            answer = told(port, line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert not is_through(answer), line
            status = int(answer.split()[1]) if answer else 400
            assert 400 <= status < 500, (line, answer)
        assert b" 400 " in told(port, b"GET /health HTTP/1.0\r\n\r\n")
        assert b" 200 " in told(port, b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert b" 400 " in told(port, b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert b" 400 " in told(port, b"GET /health HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n")
        twice = b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n"
        assert b" 400 " in told(port, twice)
