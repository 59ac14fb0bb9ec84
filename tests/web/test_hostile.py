"""Hostile documents and queries do nothing: no fault, nothing of theirs unescaped in HTML, nothing of the machine."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp

import khsearch
from khsearch import Document, Index
from khsearch.web import create_app
from tests.extent import examples
from tests.web.asked import Answer, ask
from tests.web.conftest import FIELDS, RICE
from tests.web.pages.parsed import parse

SCRIPTS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "<!--<script>",
    "\u2028<b>\u2029",
    "]]><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<script>\x00alert(1)</script>",
    "<mark><script>alert(1)</script></mark>",
)
ODD = (
    *(
        "\u202e\u0645\u0631\u062d\u0628\u0627",
        "\u0301" * 300,
        RICE * 50,
        "\u17d2" * 300,
        "\u200b" * 300,
        "\ufeff",
        "\uffff",
    ),
    *(
        "\U0010ffff",
        "\r\nSet-Cookie: a=b",
        "\r\n\r\n<script>",
        "a" * 300,
        "\U0001f600" * 300,
        "%s%n%x",
        "$(id)",
        "`id`",
    ),
)
QUERIES = (
    *SCRIPTS,
    *(one[:300] for one in ODD),
    *(
        "*" * 100,
        "(" * 200,
        ")" * 200,
        '"' * 201,
        "\x00",
        "[\u17e1 TO",
        "[\u17e1 TO \u17e2",
        "date:[* TO",
        "price:>=",
        "a~9999",
    ),
    *(
        "-" * 300,
        "NOT " * 75,
        "a OR " * 60,
        "~" * 300,
        "?" * 300,
        ":" * 300,
        "section:" * 37,
        "title:(" * 42,
        "^9e999",
        "a^" * 150,
    ),
    *(
        "\\" * 300,
        "/" * 300,
        "/(a+)+$/",
        "*a" * 150,
        "a*" * 150,
        "\u1780*" * 100,
        "{" * 300,
        "[" * 300,
        "&&||!",
        "' OR 1=1 --",
    ),
    *(
        "../../etc/passwd",
        "id:*",
        "*:*",
        "_id:1",
        "None",
        "null",
        "undefined",
        "NaN",
        "-1",
        "1e999",
        "\u1780\u17d2" * 150,
    ),
)
RAW = tuple(
    quote_from_bytes(raw) for raw in (b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xe1\x9e")
)


def hostile_documents() -> Iterator[Document]:
    for number, text in enumerate((*SCRIPTS, *ODD)):
        fields = {"section": [text, "other"], "note": text or "x", text[:200] or "x": text, "price": number}
        yield Document(f"{text}{number}", f"{text} {RICE}", f"{RICE} {text} {RICE}", fields)
    yield Document("deep", "(" * 5_000, f"{'[' * 5_000} {RICE}", {str(number): number for number in range(1_000)})
    yield Document(
        "long", "x" * 100_000, f"{RICE} " * 20_000, {"remark": "y" * 100_000, "section": ["z" * 10_000] * 50}
    )
    yield Document("binary", "".join(map(chr, range(256))), RICE + "".join(map(chr, range(0xD7FF))), {})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("a-place-nobody-knows")


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(hostile_documents())


@pytest.fixture(scope="module")
def app(place: Path, documents: list[Document]) -> Iterator[ASGIApp]:
    (place / "files").mkdir()
    for name in SCRIPTS:
        if "/" not in name and "\0" not in name:
            (place / "files" / f"{name}.html").write_text("<script>alert(1)</script>")
    index = Index.create(place / "hostile.idx", fields={**FIELDS, "path": "keyword"})
    with index.writer() as writer:
        writer.add_all(documents)
        writer.add_all(Document(f"{name}.html", "", RICE) for name in SCRIPTS)
    with index:
        yield create_app(index, files=place / "files", title=SCRIPTS[0], facets=["section"])


def check(answer: Answer, place: Path, target: str) -> None:
    """Nothing failed, nothing runs, nothing of the machine is told."""
    assert answer.status < 500, target
    whole = answer.body + str(answer.headers).encode()
    for secret in (str(place), str(Path(khsearch.__file__).parent), sys.prefix, "Traceback", "uvicorn", "starlette"):
        assert secret.encode() not in whole, (target, secret)
    assert "set-cookie" not in answer.headers
    media = answer.headers.get("content-type", "").partition(";")[0]
    if media == "text/html":
        page = answer.body.decode("utf-8")
        assert not re.search(r"<script>|<img src=x|<svg/onload|onerror=alert\(1\)>|<b>|\bonmouseover='", page), target
        for one in parse(page):
            assert not any(name.startswith("on") for name in one.attributes), (target, one)
            for name in ("href", "src", "action"):
                assert not one.attributes.get(name, "").strip().lower().startswith("javascript:"), (target, one)
    else:
        assert media in ("application/json", "text/plain", "application/octet-stream", ""), target
        assert answer.headers["x-content-type-options"] == "nosniff"
        if media == "application/octet-stream":
            assert answer.headers["content-disposition"].startswith("attachment; ")


@pytest.fixture(autouse=True)
def no_fault_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.ERROR):
        yield
    assert not caplog.records


@pytest.mark.parametrize(
    "room", ["/?q=", "/api/search?facets=section&q=", "/api/complete?q=", "/api/documents/deep?q="]
)
def test_queries(app: ASGIApp, place: Path, room: str) -> None:
    for query in QUERIES:
        check(ask(app, f"{room}{quote(query, safe='')}"), place, query)
    for raw in RAW:
        answer = ask(app, f"{room}{raw}")
        check(answer, place, raw)
        assert answer.status in (400, 404)


@pytest.mark.parametrize("name", ["limit", "offset", "sort", "match", "correct", "facets", "filter", *FIELDS, "x"])
def test_parameters(app: ASGIApp, place: Path, name: str) -> None:
    for value in (*SCRIPTS, *ODD, "\ud800"):
        given = quote(value.encode("utf-8", "surrogatepass"))
        for room in ("/", "/api/search"):
            check(ask(app, f"{room}?{quote(name)}={given}"), place, value)
            check(ask(app, f"{room}?{given}={quote(name)}"), place, value)


def test_documents(app: ASGIApp, place: Path, documents: list[Document]) -> None:
    for document in documents:
        id = quote(document.id, safe="")
        for target in (f"/api/documents/{id}", f"/api/documents?id={id}&q={quote(RICE)}"):
            answer = ask(app, target)
            check(answer, place, document.id)
            assert answer.json["id"] == document.id
            assert (answer.json["title"], answer.json["text"]) == (document.title, document.text)
        for target in (f"/api/similar?id={id}", f"/file?id={id}", f"/document?id={id}&q={quote(RICE)}", f"/{id}"):
            check(ask(app, target), place, document.id)
        check(ask(app, f"/static/{id}"), place, document.id)
    for name in SCRIPTS:
        check(ask(app, f"/file?id={quote(name, safe='')}.html"), place, name)
    for target in ("/", f"/?q={quote(RICE)}&limit=50", f"/api/search?q={quote(RICE)}&limit=50&facets=section,price"):
        check(ask(app, target), place, target)


def test_headers(app: ASGIApp, place: Path) -> None:
    odd = (b"", b"*", b"\xff", b'"' * 5_000, b"<script>", b"bytes=" + b"0-1," * 5_000, b"q=;q=,;,=", b"km;q=x" * 1_000)
    names = (
        b"if-none-match",
        b"if-modified-since",
        b"range",
        b"if-range",
        b"accept-encoding",
        b"accept-language",
        b"cookie",
    )
    for name in names:
        for value in odd:
            for target in ("/", "/api/search?q=x", "/api/documents/deep", "/file?id=x", "/health", "/nothing"):
                check(ask(app, target, headers=[(name, value)]), place, f"{name!r} {target}")


@examples(200)
@given(
    st.binary(max_size=60),
    st.sampled_from(["/", "/api/", "/api/search?", "/api/documents/", "/file?id=", "/document?id="]),
)
def test_any_target(app: ASGIApp, place: Path, noise: bytes, room: str) -> None:
    for target in (room.encode() + noise, room.encode() + quote_from_bytes(noise).encode()):
        check(ask(app, target), place, repr(target))
