"""Documents, queries and fields that would do harm if anything of them were taken for more than text."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from khsearch import Document, Index
from khsearch.web import create_app
from tests.web.pages.parsed import parse, safe

EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "</textarea></title><iframe src=//x>",
    "{{ 7*7 }}{% raw %}",
    "\x00\x01\x02\x1b[31m",
    "\u202egnp.exe\u202c \u2066",
    "&lt;b&gt; &#x3c;script&#x3e;",
    "]]><!--",
    "../../etc/passwd",
    "word " * 5 + "\u1780\u17d2" * 30,
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory):
    made = Index.create(
        tmp_path_factory.mktemp("hostile") / "hostile.idx",
        fields={
            "tag": "keyword",
            "note": "text",
            "\u1796\u17b6\u1780\u17d2\u1799": "keyword",
            "mark": "keyword",
            "n": "number",
        },
    )
    with made.writer() as writer:
        for number, evil in enumerate(EVIL):
            for copy in range(3):
                fields = {
                    "tag": evil,
                    "note": evil,
                    "\u1796\u17b6\u1780\u17d2\u1799": [evil, "x"],
                    "mark": "m",
                    evil: evil,
                    "n": number % 2,
                }
                writer.add(Document(f"{evil}{copy}", evil, f"{evil} alert script word", fields))
        writer.add(Document("long", "ក្មុ" * 60_000, "alert " + "w" * 100_000, {"tag": "t" * 5_000}))
        writer.add(Document("many", "many", "alert", {f"f{n}": "v" * 50 for n in range(3_000)}))
        writer.add(Document("i" * 3_000, "", "alert"))
    with made, TestClient(create_app(made, hosts=["*"], title='<script>"title')) as client:
        yield client


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("language", ["km", "en"])
def test_nothing_of_it_is_taken_for_more_than_text(hostile: TestClient, evil: str, language: str) -> None:
    shown = evil.replace("\x00", "\ufffd").replace("\x01", "\ufffd").replace("\x02", "\ufffd").replace("\x1b", "\ufffd")
    for asked in ({"q": evil}, {"q": "alert", "tag": evil}, {"q": "zzzqqq", "filter": '{"tag": "<script>"}'}):
        answer = hostile.get(f"/?{urlencode(asked)}", headers={"accept-language": language})
        assert answer.status_code == 200
        page = safe(answer.text)
        assert page.one("input", type="search").attributes["value"] == (shown if asked["q"] == evil else asked["q"])
    answer = hostile.get(f"/document?{urlencode({'id': f'{evil}1', 'q': 'alert', 'tag': evil})}")
    page = safe(answer.text)
    assert page.one("h1").text == shown.strip() or page.one("h1").text == shown


def test_values_go_into_filters_as_they_are(hostile: TestClient) -> None:
    page = safe(hostile.get("/", headers={"accept-language": "en"}).text)
    names = {box.attributes["name"] for box in page.all("input", type="checkbox")}
    assert "tag" in names
    assert "mark" not in names  # means something else on pages
    for box in page.all("input", type="checkbox", name="tag"):
        found = hostile.get("/", params={"tag": box.attributes["value"]}, headers={"accept-language": "en"})
        assert "3 documents found" in found.text, box


@pytest.mark.parametrize("id", ["long", "many", "i" * 3_000])
def test_what_is_too_long_is_cut(hostile: TestClient, id: str) -> None:
    page = safe(hostile.get("/document", params={"id": id}).text)
    assert len(page.one("main").text) < 150_000
    listing = hostile.get("/", params={"q": "alert", "limit": "50"})
    assert len(listing.content) < 400_000


@pytest.mark.parametrize(
    "path", ["/%00", "/<script>alert(1)</script>", "/document?id=%3Cscript%3E", "/?q=%00%1b&sort=<b>"]
)
def test_errors_say_nothing_that_is_more_than_text(hostile: TestClient, path: str) -> None:
    answer = hostile.get(path)
    assert answer.status_code in (400, 404)
    parse(answer.text)
    assert "<script>alert" not in answer.text
