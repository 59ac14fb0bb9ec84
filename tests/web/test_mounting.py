"""The application under a path of other applications, as the page about serving shows it, and beside another one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.testclient import TestClient

from khsearch import Index
from khsearch.web import create_app
from tests.pages import example, page

PLAIN, KHMER = "/search", "/\u179f\u17d2\u179c\u17c2\u1784\u179a\u1780/\u1796\u178f\u17cc"
RICE = "\u179f\u17d2\u179a\u17bc\u179c"
URL = "http://www.example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index and a Django project."""
    folder = tmp_path_factory.mktemp("mounted")
    with Index.create(folder / "news.idx", fields={"section": "keyword"}).writer() as writer:
        for number in range(30):
            writer.add({"id": f"a/{number}.txt", "title": RICE, "text": f"{RICE} {number}", "section": "x"})
    project = folder / "mysite"
    project.mkdir()
    (project / "__init__.py").touch()
    (project / "settings.py").write_text(
        "SECRET_KEY = 'none'\nALLOWED_HOSTS = ['www.example.org']\nROOT_URLCONF = 'mysite.urls'\nUSE_TZ = True\n"
    )
    (project / "urls.py").write_text(
        "from django.http import HttpResponse\nfrom django.urls import path\n"
        "urlpatterns = [path('about', lambda request: HttpResponse('news'))]\n"
    )
    return folder


class Mounted:
    """A client of an application, and the path under which there is a search."""

    def __init__(self, app: Any, path: str, **options: Any) -> None:
        self.client = TestClient(app, base_url=URL, **options)
        self.path = path

    def get(self, below: str, **options: Any) -> Any:
        return self.client.get(self.path + below, **options)


@pytest.fixture(scope="module", params=["fastapi", "starlette", "django"])
def recipe(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(request.param, reason="this framework is not installed")
    return str(request.param)


@pytest.fixture(scope="module", params=[PLAIN, KHMER], ids=["plain", "khmer"])
def mounted(recipe: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Mounted]:
    code = example(page("docs/how-to/serve.md"), f"mount-{recipe}", "python").replace(
        f'"{PLAIN}"', f'"{request.param}"'
    )
    names: dict[str, Any] = {"__name__": "asgi"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", [str(folder), *sys.path])
        patch.setenv("DJANGO_SETTINGS_MODULE", "mysite.settings")
        exec(code, names)
        yield Mounted(names.get("app") or names["application"], request.param)


def test_programs_ask_below_the_path(mounted: Mounted) -> None:
    found = mounted.get("/api/search", params={"q": RICE, "section": "x", "limit": 2})
    assert found.json()["total"] == 30
    assert mounted.get("/health").json() == {"status": "ok"}
    tag = found.headers["ETag"]
    again = mounted.get("/api/search", params={"q": RICE, "section": "x", "limit": 2}, headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_the_other_pages_stay(mounted: Mounted) -> None:
    assert "news" in mounted.client.get("/about").text
    for path in "/", f"{mounted.path}ing", "/api/search", "/health":
        other = mounted.client.get(path)
        assert other.status_code == 404
        assert "Content-Security-Policy" not in other.headers


def test_what_is_not_there_is_told_by_the_application(mounted: Mounted) -> None:
    missing = mounted.get("/api/nowhere")
    assert missing.status_code == 404
    assert missing.headers["X-Content-Type-Options"] == "nosniff"
    assert missing.json()["error"]


def test_without_the_last_slash_it_leads_to_the_same_place(mounted: Mounted) -> None:
    for query in "", "?q=%E1%9E%80&a=b%20c":
        answer = mounted.get(query, follow_redirects=False)
        assert answer.status_code == 307
        there = urljoin(f"{URL}{quote(mounted.path)}{query}", answer.headers["Location"])
        assert there == f"{URL}{quote(mounted.path)}/{query}"


def test_head_and_other_methods_are_as_without_a_path(mounted: Mounted) -> None:
    got, head = mounted.get("/health"), mounted.client.head(f"{mounted.path}/health")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    refused = mounted.client.post(f"{mounted.path}/health")
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_other_hosts_are_refused(mounted: Mounted) -> None:
    for host in "evil.example", "localhost":
        assert mounted.get("/health", headers={"Host": host}).status_code == 400


def test_answers_are_compressed_once(folder: Path) -> None:
    search = create_app(Index.open(folder / "news.idx"), hosts=["*"])
    app = Starlette(routes=[Mount(PLAIN, search)], middleware=[Middleware(GZipMiddleware)])
    found = Mounted(app, PLAIN).get("/api/search", params={"q": RICE})
    assert found.headers["Content-Encoding"] == "gzip"
    assert found.json()["total"] == 30


def test_two_applications_know_nothing_of_each_other(folder: Path, tmp_path: Path) -> None:
    other = Index.create(tmp_path / "other.idx")
    first, second = create_app(Index.open(folder / "news.idx"), hosts=["*"]), create_app(other, hosts=["*"])
    app = Starlette(routes=[Mount("/a", first), Mount("/b/c", second), Mount("/d", first)])
    assert [Mounted(app, path).get("/api/search").json()["total"] for path in ("/a", "/b/c", "/d")] == [30, 0, 30]


def test_applications_are_mounted_in_what_is_mounted_and_behind_a_server_s_path(folder: Path) -> None:
    search = create_app(Index.open(folder / "news.idx"), hosts=["*"])
    app = Starlette(routes=[Mount("/a", routes=[Mount("/b", search)])])
    mounted = Mounted(app, "/server/a/b", root_path="/server")
    assert mounted.get("/health").status_code == 200
    assert mounted.get("").status_code in (200, 404)  # where there is a page or none, and not sent on for ever


@pytest.mark.parametrize(
    ("path", "root", "leads_to"),
    [
        ("/search", "/search", "search/"),
        ("/a/b", "/a/b", "b/"),
        ("", "/search", "search/"),  # of a framework that takes its own part of a path away
        ("/a/\u1780:b", "/a/\u1780:b", "%E1%9E%80%3Ab/"),
        ("/", "", None),
        ("/", "/", None),
        ("/search/", "/search", None),
        ("/search", "", None),
    ],
)
def test_only_the_path_itself_is_sent_on(folder: Path, path: str, root: str, leads_to: str | None) -> None:
    search = create_app(Index.open(folder / "news.idx"), hosts=["*"])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await search({**scope, "path": path, "raw_path": None, "root_path": root}, receive, send)

    answer = TestClient(app, base_url=URL).get("/", follow_redirects=False)
    assert answer.headers.get("Location") == leads_to


class Links(HTMLParser):
    """What a page leads to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src", "action", "data-url") and value]


def links_of(mounted: Mounted, answer: Any) -> list[str]:
    """Where the links of a page lead, all below the path, and none with a host or a path from the root."""
    found = []
    for link in Links(answer.text).found:
        there = urljoin(str(answer.url), link).partition("#")[0]
        assert there.startswith(f"{URL}{quote(mounted.path)}/"), (answer.url, link)
        assert not urlsplit(link).netloc
        assert not link.startswith("/")
        found.append(there)
    return found


def test_all_links_of_its_pages_stay_below_the_path(mounted: Mounted) -> None:
    first = mounted.get(f"/?q={quote(RICE)}")
    if first.status_code == 404:
        pytest.skip("there is no page yet")
    waiting, seen = links_of(mounted, first), {str(first.url)}
    while waiting and len(seen) < 60:
        url = waiting.pop(0)
        if url not in seen:
            seen.add(url)
            answer = mounted.client.get(url)
            assert answer.status_code == 200, url
            if answer.headers["Content-Type"].startswith("text/html"):
                waiting += links_of(mounted, answer)
    assert len(seen) > 3


@pytest.mark.parametrize("below", ["/nowhere", "/no/such/place", "/no/such/", "/document?id=none", "/?sort=nothing"])
def test_links_of_errors_lead_back(mounted: Mounted, below: str) -> None:
    answer = mounted.get(below)
    assert answer.status_code in (400, 404)
    if answer.headers["Content-Type"].startswith("text/html"):
        for there in {*links_of(mounted, answer)} - {str(answer.url)}:  # which leads to a place in itself
            assert mounted.client.get(there).status_code == 200
