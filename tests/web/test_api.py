"""The API: what it answers, what it refuses and why, and that a document is found by any id, and by its own alone."""

from __future__ import annotations

import gzip
import json
import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp

from khsearch import Document, Facet, Index, QueryError
from khsearch.web import Bounds, asking, create_app
from tests.extent import examples
from tests.web.asked import ask
from tests.web.conftest import DOCUMENTS, FIELDS, RICE, SCHOOL, YEAR

PATHS = (
    *("/api/search", "/api/complete?q=x", "/api/documents?id=1", "/api/documents/1", "/api/similar?id=1"),
    *("/api/similar/1", "/api/stats", "/health", "/openapi.json"),
)


def test_a_search_is_what_to_dict_has(app: ASGIApp, index: Index) -> None:
    answer = ask(app, f"/api/search?q={RICE}&limit=2&offset=1&facets=section,date:year&sort=-price")
    expected = index.search(RICE, 2, 1, facets=["section", Facet("date", by="year", limit=100)], sort="-price")
    assert answer.json == json.loads(orjson.dumps(expected.to_dict()))
    assert answer.headers["content-type"] == "application/json"
    assert RICE.encode() in answer.body


def test_documents_are_told_as_json_has_them(app: ASGIApp) -> None:
    first = ask(app, "/api/documents/1").json
    assert first == {
        "id": "1",
        "title": f"{RICE} x",
        "text": f"{RICE} {SCHOOL}",
        "fields": {"section": "HOW TO b", "price": 1e16, "date": "2021-05-11", "draft": True, YEAR: 2021},
    }
    second = ask(app, f"/api/documents?id=news/2021/b.txt&q={SCHOOL}").json
    assert second["fields"]["price"] == "1.50"
    assert second["fields"]["date"] == "2021-06-01T03:04:00"
    assert second["title_marks"] == [[0, len(SCHOOL)]]
    assert [second["text"][start:end] for start, end in second["text_marks"]] == [SCHOOL]
    assert ask(app, "/api/documents?id=../b/x.txt").json["fields"]["big"] == 2**63


def test_completions_and_similar_documents(app: ASGIApp, index: Index) -> None:
    assert ask(app, f"/api/complete?q={SCHOOL[:3]}&limit=1").json == {"completions": index.complete(SCHOOL[:3], 1)}
    assert ask(app, "/api/complete?q=").json == {"completions": []}
    expected = json.loads(orjson.dumps(index.similar("1", 5).to_dict()))
    assert ask(app, "/api/similar/1?limit=5").json == ask(app, "/api/similar?id=1&limit=5").json == expected


def test_stats_tell_no_place_and_no_version(app: ASGIApp, index: Index) -> None:
    stats = ask(app, "/api/stats").json
    assert set(stats) == {"documents", "fields", "breaker", "lexicon", "limits"}
    assert stats["documents"] == len(DOCUMENTS)
    assert stats["fields"]["note"] == "text:0.5"
    assert stats["limits"] == {"query": 300, "filter": 10_000, "limit": 50, "offset": 1000, "values": 100}


@pytest.mark.parametrize("path", PATHS)
def test_methods(app: ASGIApp, path: str) -> None:
    got, head = ask(app, path), ask(app, path, "HEAD")
    assert got.status == head.status == 200
    assert {name: head.headers[name] for name in got.headers} == got.headers
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"):
        refused = ask(app, path, method)
        assert refused.status == 405
        assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}
        assert refused.error


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/health"])
def test_what_is_known_is_not_sent_again(own: Index, path: str) -> None:
    app = create_app(own)
    first = ask(app, path)
    tag = first.headers["etag"].encode()
    for known in (tag, b'"x", ' + tag, tag.removeprefix(b"W/")):
        again = ask(app, path, headers=[(b"if-none-match", known)])
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    with own.writer() as writer:
        writer.add(Document("new", "new", "new"))
    assert ask(app, path, headers=[(b"if-none-match", tag)]).status == 200
    assert ask(create_app(own, bounds=Bounds(limit=20)), path).headers["etag"].encode() != tag


def test_health_is_never_kept(app: ASGIApp) -> None:
    answer = ask(app, "/health")
    assert answer.json == {"status": "ok"}
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_bodies_are_compressed_for_who_wants_that(app: ASGIApp) -> None:
    plain = ask(app, f"/api/search?q={RICE}")
    packed = ask(app, f"/api/search?q={RICE}", headers=[(b"accept-encoding", b"gzip")])
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    for accepted in (b"gzip;q=0", b"br, GZIP; q=0.00, *;q=0"):
        assert ask(app, f"/api/search?q={RICE}", headers=[(b"accept-encoding", accepted)]).body == plain.body
    nearly = ask(app, f"/api/search?q={RICE}", headers=[(b"accept-encoding", b"gzip;q=0.5")])
    assert nearly.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]


def test_an_index_that_is_gone_or_damaged_is_told_without_its_place(own: Index) -> None:
    folder = own.path
    app = create_app(own)
    kept = folder.rename(folder.with_suffix(".away"))
    for path in PATHS:
        answer = ask(app, path)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json == {"error": "the index cannot be read now; try again later"}
    kept.rename(folder)
    assert ask(app, "/health").status == 200
    with own.writer() as writer:
        writer.add(Document("new", "new", "new"))
    catalog = folder / "catalog.json"
    catalog.write_bytes(catalog.read_bytes()[:-20])
    assert ask(app, "/health").status == 503
    shutil.rmtree(folder)


# Parameters: what can be, and what is told of what cannot.

REFUSED = [
    ("/api/search?limit=51", "limit takes a number from 0 to 50, not '51'"),
    ("/api/search?limit=+1", "limit takes a number from 0 to 50, not ' 1'"),
    ("/api/search?limit=%2B1", "limit takes a number from 0 to 50, not '+1'"),
    ("/api/search?limit=1e1", "limit takes a number"),
    ("/api/search?limit=-1", "limit takes a number"),
    ("/api/search?limit=1.0", "limit takes a number"),
    ("/api/search?limit=%D9%A3", "limit takes a number"),
    ("/api/search?limit=%E1%9F%A3", "limit takes a number"),
    ("/api/search?limit=" + "9" * 5000, "limit takes a number"),
    ("/api/search?limit=", "limit takes a number from 0 to 50, not ''"),
    ("/api/search?match=", "match takes best"),
    ("/api/search?correct=", "correct takes true or false"),
    ("/api/search?filter=", "filter is no JSON"),
    ("/api/search?filter=%20", "filter is no JSON"),
    ("/api/search?offset=1001", "offset takes a number from 0 to 1,000"),
    ("/api/search?limit=1&limit=1", "limit is there twice"),
    ("/api/search?q=a&q=b", "q is there twice"),
    ("/api/search?q=" + "a" * 301, "q: 301 characters, and 300 are the most"),
    ("/api/search?q=" + quote(RICE) * 61, "q: 305 characters"),
    ("/api/search?match=most", "match takes best, strict, any, all, not 'most'"),
    ("/api/search?correct=maybe", "correct takes true or false"),
    ("/api/search?sort=nothing", "no field 'nothing' with values to sort"),
    ("/api/search?sort=-score", "the best come first"),
    ("/api/search?facets=note", "no field 'note' with values"),
    ("/api/search?facets=date:century", "facets 'date:century'"),
    ("/api/search?facets=date:", "facets 'date:'"),
    ("/api/search?facets=section,section", "facets has 'section' twice"),
    ("/api/search?facets=price:year", "has no year"),
    ("/api/search?nothing=1", "no parameter 'nothing'; there are q, limit"),
    ("/api/search?Q=1", "no parameter 'Q'"),
    ("/api/search?q%00=1", "no parameter 'q\\x00'"),
    ("/api/search?=1", "no parameter ''"),
    ("/api/search?price=cheap", "'cheap' is no number"),
    ("/api/search?price=1 TO 2 TO 3".replace(" ", "%20"), "'2 TO 3' is no number"),
    ("/api/search?price=1%20TO%20", "'' is no number"),
    ("/api/search?date=2021-13", "is not in the calendar"),
    ("/api/search?date=0", "is no date"),
    ("/api/search?draft=maybe", "neither true nor false"),
    ("/api/search?note=%21", "has no word to look for"),
    ("/api/search?sort=" + ",".join(["price"] * 6), "sort: 6 names, and 5 are the most"),
    ("/api/search?section=" + "a" * 10_001, "section: 10,001 characters, and 10,000 are the most"),
    ("/api/search?" + "&".join(f"section={n}" for n in range(51)), "section: 51 values, and 50 are the most"),
    ("/api/search?filter=x", "filter is no JSON"),
    ("/api/search?filter=[]", "filter takes a JSON object"),
    ("/api/search?filter=null", "filter takes a JSON object"),
    ("/api/search?filter=" + "[" * 1000 + "]" * 1000, "filter"),
    ("/api/search?filter=" + '{"not":' * 200 + "{}" + "}" * 200, "more than 40 mappings"),
    ("/api/search?filter=" + '{"price":' + "9" * 400 + "}", "filter"),
    ('/api/search?filter={"price":1e999}', "filter is no JSON"),
    ('/api/search?filter={"price":NaN}', "filter is no JSON"),
    ('/api/search?filter={"section":"\\ud800"}', "filter is no JSON"),
    ('/api/search?filter={"nothing":1}', "no field 'nothing'"),
    ('/api/search?filter={"price":{"near":1}}', "is no operator"),
    ('/api/search?filter={"a":"' + "a" * 10_000 + '"}', "filter: 10,008 characters"),
    ("/api/complete?q=x&offset=1", "no parameter 'offset'; there are q, limit"),
    ("/api/complete?limit=99", "limit takes a number"),
    ("/api/documents", "id is missing; add ?id="),
    ("/api/documents?id=", "id is missing"),
    ("/api/documents?id=1&id=1", "id is there twice"),
    ("/api/documents/1?id=1", "no parameter 'id'"),
    ("/api/documents/1?q=" + "a" * 301, "q: 301 characters"),
    ("/api/similar", "id is missing"),
    ("/api/stats?q=", "no parameter 'q'; there is none"),
    ("/health?x=1", "no parameter 'x'; there is none"),
]


@pytest.mark.parametrize(("target", "told"), REFUSED, ids=lambda value: value[:60])
def test_what_cannot_be_is_refused_with_the_reason(app: ASGIApp, target: str, told: str) -> None:
    answer = ask(app, target)
    assert answer.status == 400
    assert told in answer.error


@pytest.mark.parametrize(
    "target",
    [
        *("/api/search", "/api/search?", "/api/search?q=", "/api/search?sort=&facets=&section=&date="),
        *("/api/search?limit=0", "/api/search?limit=0050", "/api/search?offset=1000", "/api/search?q=" + "a" * 300),
        *("/api/search?sort=,score,,-date,", "/api/search?correct=0", "/api/search?price="),
        *("/api/search?filter={}", "/api/search?price=9" + "9" * 200, '/api/search?filter={"price":' + "9" * 200 + "}"),
        *("/api/search?section=a&section=a&section=b", "/api/search?&&", "/api/search?q=a&"),
    ],
    ids=lambda value: value[:60],
)
def test_what_can_be_is_answered(app: ASGIApp, target: str) -> None:
    assert ask(app, target).status == 200


def test_what_forms_send_empty_says_nothing(index: Index) -> None:
    pairs = [(name, "") for name in (*asking.PARAMETERS, *FIELDS)]
    assert asking.read([*pairs, ("utm_source", "x")], index.fields, Bounds(), strict=False) == asking.Question()


# Own fields: every value that facets tell goes back, and finds as many documents as it was said to.


@pytest.mark.parametrize("facet", ["section", "price", "date:year", "date:month", "date:day", "draft", YEAR])
def test_values_that_facets_tell_go_back(app: ASGIApp, facet: str) -> None:
    (counts,) = ask(app, f"/api/search?facets={quote(facet)}").json["facets"].values()
    assert counts
    for value, count in counts.items():
        name = facet.partition(":")[0]
        assert ask(app, f"/api/search?{quote(name)}={quote(value)}").json["total"] == count


@pytest.mark.parametrize(
    ("field", "ranges"),
    [
        ("price", [(None, 0), (0, 5), (5, None), (None, None), (1e-9, 1e17), (-5, -4)]),
        ("date", [(None, date(2021, 1, 1)), ("2021-05", "2021-06"), (date(2021, 6, 1), None), (None, None)]),
    ],
)
def test_ranges_that_facets_tell_go_back(index: Index, app: ASGIApp, field: str, ranges: list[Any]) -> None:
    (counts,) = index.search(facets=Facet(field, ranges=ranges)).to_dict()["facets"].values()
    for value, count in counts.items():
        assert ask(app, f"/api/search?{field}={quote(value)}").json["total"] == count, value


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("section=how%20to%20B", ["1"]),
        ('section=say%20"x"', ["news/2021/b.txt"]),
        ("section=other&section=a,%20b", ["../b/x.txt", "news/2021/b.txt"]),
        ("price=1.50", ["news/2021/b.txt"]),
        ("price=-5&price=*%20TO%200", ["3"]),
        ("date=2021", ["1", "news/2021/b.txt"]),
        ("date=2021-05", ["1"]),
        ("date=2021-06-01", ["news/2021/b.txt"]),
        ("date=2021-05%20TO%202021-06", ["1"]),
        ("date=987", ["../b/x.txt"]),
        ("draft=yes", ["1"]),
        ("draft=false&section=a,%20b", ["news/2021/b.txt"]),
        (f"note={quote(RICE)}", ["3"]),
        ("remark=beta", ["3"]),
        (f"{quote(YEAR)}=2021", ["1"]),
        (f"{quote(YEAR)}={quote(chr(0x17E2) + chr(0x17E0) + chr(0x17E2) + chr(0x17E1))}", ["1"]),
        (f"{quote(YEAR[:2] + chr(0x200B) + YEAR[2:])}=2021", ["1"]),
        ('draft=true&filter={"price":{"gt":5}}', ["1"]),
        ('draft=true&filter={"price":{"lt":5}}', []),
    ],
)
def test_own_fields_filter(app: ASGIApp, asked: str, ids: list[str]) -> None:
    found = ask(app, f"/api/search?{asked}").json
    assert sorted(hit["id"] for hit in found["hits"]) == sorted(ids)


def test_a_query_string_is_read_or_refused(index: Index) -> None:
    names = st.sampled_from([*asking.PARAMETERS, *FIELDS]) | st.text(max_size=5)
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    keys = st.sampled_from([*FIELDS, "and", "or", "not", "gt", "lte", "exists"]) | st.text(max_size=3)
    nested = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
    values = (
        st.text(max_size=20)
        | st.sampled_from(["1 TO 5", "* TO *", " TO ", "1e-07", "2021-05"])
        | nested.map(lambda made: json.dumps(made))
    )

    @examples(400)
    @given(st.lists(st.tuples(names, values), max_size=4), st.booleans())
    def law(pairs: list[tuple[str, str]], strict: bool) -> None:
        with suppress(QueryError):
            question = asking.read(pairs, index.fields, Bounds(), strict=strict)
            orjson.dumps(question.search(index).to_dict())

    law()


# Ids.

IDS = (
    *("a", "a/b", "/a/b", "a//b", "a/", "/", "//", ".", "..", "../a", "a/../b", "./a", "a/./b", "a?b", "a#b", "a%b"),
    *("%", "%2f", "%252f", "a%2fb", "100%", "%zz", "\ufffd", "a\ufffd", " ", " a", "a ", "a b", "a+b", "a&b=c", "a;b"),
    *("a\x00b", "\x00", "a\nb", "a\n", "\n", "a\r\nb", "\t", "\x7f", "\x85", "\\", "a\\b", "..\\a", "\U0001f600"),
    *(
        RICE,
        f"{RICE}/{SCHOOL}.pdf#2",
        "\u200b",
        "a\u0301",
        "\u00e1",
        "<script>",
        '"',
        "'",
        "`",
        "$",
        "{id}",
        "x" * 10_000,
    ),
    *(
        "\U0001f600" * 8_000,
        "search",
        "api/search",
        "id",
        "null",
        "None",
        "true",
        "..;/a",
        "~",
        "*",
        "C:\\a",
        "file:///a",
    ),
)


@pytest.fixture(scope="module")
def app_of_ids(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    index = Index.create(tmp_path_factory.mktemp("ids") / "ids.idx")
    with index.writer() as writer:
        writer.add_all(Document(id, "", f"text {number}") for number, id in enumerate(IDS))
    assert len(index) == len(IDS)
    return create_app(index)


@pytest.mark.parametrize("number", range(len(IDS)))
def test_a_document_has_any_id(app_of_ids: ASGIApp, number: int) -> None:
    id = IDS[number]
    inside, whole = quote(id, safe=""), quote(id)
    for target in (f"?id={inside}", f"/{inside}", f"/{whole}"):
        answer = ask(app_of_ids, f"/api/documents{target}")
        assert (answer.status, answer.json["id"], answer.json["text"]) == (200, id, f"text {number}")
        assert ask(app_of_ids, f"/api/similar{target}").status == 200


@pytest.mark.parametrize(
    "raw",
    [
        *(b"%ff", b"%c0%af", b"%c0%80", b"%ed%a0%80", b"%f8%88%80%80%80", b"a%fe", b"%e1%9f", b"%E1"),
        *(b"%", b"%2", b"%zz", b"%%32%66", b"a%", b"100%", b"%u0061", b"\xff", b"a\xc3\xa1", b"a b", b"a\x00"),
    ],
)
def test_what_is_no_utf8_names_no_document(app_of_ids: ASGIApp, raw: bytes) -> None:
    for where in (b"/api/documents/", b"/api/documents?id=", b"/api/similar/", b"/api/search?q="):
        answer = ask(app_of_ids, where + raw)
        assert answer.status == 400
        assert "percent-encode" in answer.error


@pytest.mark.parametrize("id", ["b", "A", "a%09", "..%2f", "%252e", "a%00", "no" * 4000, "%F0%9F%98%81"])
def test_another_id_is_not_there(app_of_ids: ASGIApp, id: str) -> None:
    for target in (f"/api/documents/{id}", f"/api/documents?id={id}", f"/api/similar/{id}", f"/api/similar?id={id}"):
        answer = ask(app_of_ids, target)
        assert answer.status == 404
        assert answer.error.startswith("no document ")
        assert len(answer.body) < 1000


def test_a_path_that_lost_what_was_sent_is_refused(app_of_ids: ASGIApp) -> None:
    """Where a server tells no raw path, U+FFFD may be anything."""

    async def without_raw_path(scope: Any, receive: Any, send: Any) -> None:
        scope.pop("raw_path")
        await app_of_ids(scope, receive, send)

    assert ask(without_raw_path, "/api/documents/%ff").status == 400
    assert ask(without_raw_path, "/api/documents/%EF%BF%BD").status == 400
    assert ask(without_raw_path, "/api/documents?id=%EF%BF%BD").status == 200
    assert ask(without_raw_path, "/api/documents/a%20b").json["id"] == "a b"


def test_paths_that_are_none(app: ASGIApp, tmp_path: Path) -> None:
    for target in ("/api", "/api/", "/api/searches", "/api/search/", "/api/x", "/API/search", "//api/search"):
        answer = ask(app, target)
        assert answer.status == 404
        assert str(tmp_path.parent) not in answer.error
