from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from starlette.testclient import TestClient

from khsearch import Facet, Index, QueryError
from khsearch.web import Bounds, create_app
from tests.web.archive import PEOPLE, SECTIONS, VILLAGE
from tests.web.pages.parsed import Element, parse

ENGLISH = {"accept-language": "en"}


def get(client: TestClient, path: str = "", language: str = "en", **asked: str) -> Element:
    answer = client.get(f"/{path}?{urlencode(asked)}", headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "accept-language" in answer.headers["vary"].lower()
    return parse(answer.text)


def titles(page: Element) -> list[str]:
    return [one.text for one in page.all("h3")]


def test_an_empty_query_lists_everything_and_the_box_has_the_focus(client: TestClient, texts: Index) -> None:
    page = get(client)
    assert page.one("p", id="total").text == f"All {len(texts)} documents"
    assert "autofocus" in page.one("input", type="search").attributes
    assert len(page.all("li", class_="hit")) == 10
    assert "autofocus" not in get(client, q=PEOPLE).one("input", type="search").attributes


def test_hits_are_a_list_with_marks_facts_and_links(client: TestClient, texts: Index) -> None:
    page, found = get(client, q=PEOPLE), texts.search(PEOPLE)
    assert page.one("p", id="total").text == f"{found.total} documents found"
    assert titles(page)[: len(found)] == [hit.title for hit in found]
    marks = [mark.text for item in page.all("li", class_="hit") for mark in item.all("mark")]
    assert marks == [
        text[a:b]
        for hit in found
        for text, some in [(hit.title, hit.title_marks), *((f.text, f.marks) for f in hit.snippet.fragments)]
        for a, b in some
    ]
    first = page.all("li", class_="hit")[0]
    assert first.one("h3").one("a").asks == {"id": found[0].id, "q": PEOPLE}
    assert "Section: " in first.one("ul", class_="facts").text
    assert page.one("input", type="search").attributes["value"] == PEOPLE


def test_what_was_read_in_another_spelling_is_told_with_the_way_back(client: TestClient, texts: Index) -> None:
    typed = "ជនពីការ"
    page = get(client, q=typed)
    note = page.all("p", class_="note")[0]
    assert texts.search(typed).corrected in note.text
    assert note.one("a").asks == {"q": typed, "correct": "false"}
    literal = get(client, q=typed, correct="false")
    assert literal.one("input", name="correct").attributes["value"] == "false"
    assert literal.all("p", class_="note")[0].one("a").asks == {"q": typed}
    assert "Showing results" not in get(client, q=typed, section="nothing").text


def test_a_query_that_cannot_be_read_is_told(client: TestClient) -> None:
    assert "plain words" in get(client, q='"abc').one("p", class_="note problem").text


def test_looser_hits_stand_behind_a_heading(client: TestClient, texts: Index) -> None:
    query = f"{PEOPLE} {VILLAGE} ស្រូវ"
    found = texts.search(query)
    assert any(hit.loose for hit in found)
    page = get(client, q=query)
    ((first, second),) = [page.all("ol", class_="hits")]
    assert page.one("h2", class_="looser")
    assert len(first.all("li", class_="hit")) == sum(not hit.loose for hit in found)
    assert second.attributes["start"] == str(1 + sum(not hit.loose for hit in found))


def test_where_nothing_is_found_one_is_told_what_to_try(client: TestClient) -> None:
    page = get(client, q="zzzzqqq", section=SECTIONS[0])
    nothing = page.one("div", class_="nothing")
    assert "zzzzqqq" in nothing.one("h3").text
    assert [link.asks for link in nothing.all("a")] == [{"q": "zzzzqqq"}, {}]
    assert "no more" in get(client, q=PEOPLE, offset="900").one("div", class_="nothing").text


def test_values_of_one_field_are_alternatives_and_keep_their_counts(client: TestClient, texts: Index) -> None:
    page = get(client, q=VILLAGE, section=SECTIONS[0])
    assert page.one("p", id="total").text.startswith(
        f"{texts.search(VILLAGE, filter={'section': SECTIONS[0]}).total} document"
    )
    boxes = {box.attributes["value"]: box for box in page.all("input", type="checkbox", name="section")}
    assert set(boxes) == set(texts.search(VILLAGE, facets="section").facets["section"])
    assert [value for value, box in boxes.items() if "checked" in box.attributes] == [SECTIONS[0]]
    counts = {
        one.one("input").attributes["value"]: one.one("span", class_="count").text
        for one in page.all("label", class_="value")
        if one.one("input").attributes["name"] == "section"
    }
    assert counts == {v: str(n) for v, n in texts.search(VILLAGE, facets="section").facets["section"].items()}
    both = [("q", VILLAGE), ("section", SECTIONS[0]), ("section", SECTIONS[1])]
    answer = parse(client.get(f"/?{urlencode(both)}", headers=ENGLISH).text)
    total = texts.search(VILLAGE, filter={"section": list(SECTIONS[:2])}).total
    assert answer.one("p", id="total").text == f"{total} documents found"


def test_years_are_counted_newest_first_and_filter(client: TestClient, texts: Index) -> None:
    page = get(client)
    years = [box.attributes["value"] for box in page.all("input", type="checkbox", name="date")]
    assert years == sorted(years, reverse=True)
    total = texts.search(filter={"date": 2019}).total
    assert get(client, date="2019").one("p", id="total").text == f"{total} documents found"
    chosen = get(client, date="2019-02")
    (box,) = [one for one in chosen.all("input", name="date") if "checked" in one.attributes]
    assert box.attributes["value"] == "2019-02"
    assert "February 2019" in chosen.one("div", class_="chips").text


def test_years_of_any_length_are_in_order(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "old.idx", fields={"date": "date"})
    years = (987, 1, 9999, 2021)
    with index.writer() as writer:
        writer.add_all({"id": str(year), "text": "x", "date": date(year, 5, 1)} for year in years)
    with index, TestClient(create_app(index, hosts=["*"])) as client:
        boxes = get(client).all("input", name="date")
        assert [one.attributes["value"] for one in boxes] == [str(year) for year in sorted(years, reverse=True)]
        assert titles(get(client, date="987")) == ["987"]


def test_numbers_and_several_dates_stand_with_the_names_of_their_fields(tmp_path: Path) -> None:
    fields = {"section": "keyword", "price": "number", "date": "date", "published": "date"}
    index = Index.create(tmp_path / "own.idx", fields=fields)
    days = {"date": date(2021, 5, 1), "published": date(2022, 5, 1)}
    with index.writer() as writer:
        writer.add({"id": "1", "text": "x", "section": "news", "price": 1.5, **days})
        writer.add({"id": "2", "text": "x", "section": "news", "date": date(2021, 5, 1)})
    with index, TestClient(create_app(index, hosts=["*"])) as client:
        one, other = get(client).all("ul", class_="facts")
        unseen = [[label.text for label in facts.all("span", class_="unseen")] for facts in (one, other)]
        assert unseen == [["Section: "], ["Section: ", "Date: "]]
        assert "Price: 1.5" in one.text


def test_a_chosen_value_that_nothing_has_counts_none(client: TestClient) -> None:
    page = get(client, q="ជនពិការ", tags="nothing")
    chosen = next(one for one in page.all("label") if one.all("input", name="tags", value="nothing"))
    assert chosen.one("span", class_="count").text == "0"


def test_what_was_chosen_can_be_taken_off_one_by_one(client: TestClient) -> None:
    data = json.dumps({"draft": False})
    page = get(client, q=VILLAGE, section=SECTIONS[0], filter=data, sort="-date", lang="en")
    chips = page.one("div", class_="chips").all("a")
    rest = {"q": VILLAGE, "sort": "-date", "lang": "en"}
    compact = data.replace(" ", "")
    assert [chip.asks for chip in chips] == [rest | {"filter": compact}, rest | {"section": SECTIONS[0]}, rest]
    assert page.one("input", name="filter").attributes["value"] == compact


def test_fields_that_divide_nothing_are_not_counted(client: TestClient) -> None:
    fields = {box.attributes["name"] for box in get(client).all("input", type="checkbox")}
    assert fields == {"section", "tags", "date", "author", "draft", "format"}


def test_a_site_says_what_is_counted(texts: Index) -> None:
    facets = ["tags", "date:month", Facet("date", ranges=[("2018", "2020"), ("2020", None)])]
    for chosen, names in ((facets[:2], ["tags", "date"]), (facets[2:], ["date"]), ([], [])):
        with TestClient(create_app(texts, facets=chosen, hosts=["*"])) as client:
            page = get(client)
            found = [box.attributes["name"] for box in page.all("input", type="checkbox")]
            assert list(dict.fromkeys(found)) == names
    with TestClient(create_app(texts, facets=facets[2:], hosts=["*"])) as client:
        values = [box.attributes["value"] for box in get(client).all("input", type="checkbox")]
        assert values == ["2018 TO 2020", "2020 TO *"]
        total = texts.search(filter={"date": {"gte": "2018", "lt": "2020"}}).total
        assert get(client, date=values[0]).one("p", id="total").text == f"{total} documents found"


@pytest.mark.parametrize("name", ["lang", "mark", "part", "q", "limit", "sort", "filter"])
@pytest.mark.parametrize("make", [str, Facet])
def test_fields_that_no_page_can_filter_by_are_not_counted(tmp_path: Path, name: str, make: type[str | Facet]) -> None:
    with (
        Index.create(tmp_path / "own.idx", fields={name: "keyword"}) as index,
        pytest.raises(QueryError, match=f"facets '{name}': .* leave it out"),
    ):
        create_app(index, facets=[make(name)])


def test_sorting_is_offered_by_what_fields_there_are(client: TestClient, texts: Index) -> None:
    page = get(client, q=VILLAGE, sort="-date")
    options = page.one("select", name="sort").all("option")
    assert [one.attributes["value"] for one in options][:3] == ["", "-date", "date"]
    assert [one.text for one in options if "selected" in one.attributes] == ["Newest"]
    assert titles(page) == [hit.title for hit in texts.search(VILLAGE, sort="-date")]
    other = get(client, sort="author,-date").one("select", name="sort")
    assert [one.attributes["value"] for one in other.all("option") if "selected" in one.attributes] == ["author,-date"]


def test_pages_follow_each_other(client: TestClient, texts: Index) -> None:
    seen, address = [], f"?q={quote(VILLAGE)}&match=strict&lang=en"
    while address:
        page = parse(client.get(f"/{address}").text)
        seen += [link.one("a").asks["id"] for link in page.all("h3")]
        behind = page.all("a", rel="next")
        address = behind[0].attributes["href"].removeprefix("./") if behind else ""
    assert seen == [hit.id for hit in texts.search(VILLAGE, 100, match="strict")]
    assert page.one("a", **{"aria-current": "page"})
    assert page.one("a", rel="prev").asks["lang"] == "en"


def test_pages_end_where_a_site_lets_nobody_go_further(texts: Index) -> None:
    with TestClient(create_app(texts, bounds=Bounds(offset=20), hosts=["*"])) as client:
        page = get(client, offset="20")
        assert not page.all("a", rel="next")
        assert "list ends here" in page.text
        assert [one.text.split()[-1] for one in page.one("nav", class_="steps").all("li")] == ["1", "2", "3"]


def test_the_language_can_be_chosen_and_stays(client: TestClient) -> None:
    assert get(client, language="").one("html").attributes["lang"] == "km"
    page = get(client, language="", q=VILLAGE)
    switch = page.one("a", class_="tongue")
    assert (switch.text, switch.attributes["lang"], switch.asks) == ("English", "en", {"q": VILLAGE, "lang": "en"})
    chosen = get(client, language="km", q=VILLAGE, lang="en")
    assert chosen.one("html").attributes["lang"] == "en"
    assert chosen.one("input", type="hidden", name="lang").attributes["value"] == "en"
    links = [
        link for link in chosen.all("a") if "?" in link.attributes["href"] and "tongue" not in str(link.attributes)
    ]
    assert all(link.asks["lang"] == "en" for link in links)


def test_unknown_parameters_are_passed_over_and_wrong_ones_told(client: TestClient) -> None:
    assert get(client, q=VILLAGE, utm_source="x", fbclid="y")
    for asked in ({"limit": "9999"}, {"sort": "nothing"}, {"filter": "{"}, {"q": "x" * 301}, {"date": "never"}):
        answer = client.get("/", params=asked, headers=ENGLISH)
        assert answer.status_code == 400, asked
        assert parse(answer.text).one("h1").text == "This cannot be searched"
    assert get(client, limit="0").all("li", class_="hit")


def test_a_page_that_is_known_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/", params={"q": VILLAGE}, headers=ENGLISH)
    again = client.get("/", params={"q": VILLAGE}, headers=ENGLISH | {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    khmer = client.get("/", params={"q": VILLAGE}, headers={"if-none-match": first.headers["etag"]})
    assert khmer.status_code == 200


def test_a_page_that_is_made_otherwise_is_sent_again(texts: Index, tmp_path: Path) -> None:
    def ask(path: str, tag: str, **options: Any) -> Any:
        asked = {"q": PEOPLE, "id": texts.search(PEOPLE)[0].id}
        client = TestClient(create_app(texts, hosts=["*"], **options))
        return client.get(path, params=asked, headers=ENGLISH | {"if-none-match": tag})

    tag = ask("/", "").headers["etag"]
    assert ask("/", tag, facets=["section"]).status_code == 200
    for path in ("/", "/document"):
        tag = ask(path, "", files=tmp_path).headers["etag"]
        assert ask(path, tag, files=tmp_path).status_code == 304
        file = tmp_path / texts.search(PEOPLE)[0].id  # a file that comes later
        file.write_text("x")
        assert ask(path, tag, files=tmp_path).status_code == 200
        file.unlink()


def test_facets_follow_an_index_that_changes(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "own.idx", fields={"kind": "keyword", "year": "number", "lang": "keyword"})
    with index, TestClient(create_app(index, hosts=["*"])) as client:
        assert "There are no documents yet" in get(client).text
        with index.writer() as writer:
            for number in range(40):
                writer.add({"id": str(number), "text": "x", "kind": f"k{number % 3}", "year": number, "lang": "km"})
        assert {box.attributes["name"] for box in get(client).all("input", type="checkbox")} == {"kind"}


def test_many_values_stand_behind_more(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "own.idx", fields={"kind": "keyword", "date": "date"})
    with index, TestClient(create_app(index, hosts=["*"])) as client:
        with index.writer() as writer:
            for number in range(600):
                day = date(1950, 1, 1) + timedelta(days=47 * number)
                writer.add({"id": str(number), "text": "x", "kind": f"k{number % 50}", "date": day})
        page = get(client)
        for field in ("kind", "date"):
            assert len(page.all("input", type="checkbox", name=field)) == 30
        assert [one.attributes["id"] for one in page.all("details", class_="more")] == ["more-kind", "more-date"]


@pytest.mark.parametrize("path", ["/nothing", "/a/b/c", "/static/none.css", "/document/x"])
def test_addresses_that_are_not_there_lead_to_those_that_are(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=ENGLISH)
    page = parse(answer.text)
    assert answer.status_code == 404
    up = "../" * (path.count("/") - 1)
    assert page.one("link", rel="stylesheet").attributes["href"].startswith(f"{up}static/page.css?v=")
    assert page.one("form").attributes["action"] == (up or "./")
    assert client.post("/").headers["allow"]
    assert client.get("/api/nothing").headers["content-type"] == "application/json"


def test_files_are_kept_for_ever_under_their_hash(client: TestClient) -> None:
    page = get(client)
    addresses = [one.attributes["href"] for one in page.all("link")] + [
        one.attributes["src"] for one in page.all("script")
    ]
    assert len(addresses) == 4
    for address in addresses:
        answer, head = client.get(f"/{address}"), client.head(f"/{address}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert head.status_code == 200
        kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[address.split("?")[0].split(".")[1]]
        assert answer.headers["content-type"].startswith(kind)
    assert client.get("/static/page.css?v=old").headers["cache-control"] == "no-cache"


def test_searches_are_written_down_when_they_are_finished(texts: Index, tmp_path: Path) -> None:
    written = tmp_path / "queries.jsonl"
    with TestClient(create_app(texts, hosts=["*"], query_log=written)) as client:
        first = client.get("/", params={"q": PEOPLE})
        client.get("/", params={"q": PEOPLE}, headers={"if-none-match": first.headers["etag"]})
        client.get("/", params={"q": "typed"}, headers={"X-Khsearch-Instant": "1"})
        client.get("/", params={"q": PEOPLE, "offset": "10"})
        client.get("/", params={"q": VILLAGE, "section": SECTIONS[0]})
    lines = [json.loads(line) for line in written.read_text("utf-8").splitlines()]
    assert [line["query"] for line in lines] == [PEOPLE, PEOPLE, VILLAGE]


def test_files_that_are_served_are_linked_to(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for name in ("a.pdf", "b.txt"):
        (root / name).write_text("x", "utf-8")
    index = Index.create(tmp_path / "own.idx", fields={"path": "keyword"})
    with index.writer() as writer:
        for name in ("a.pdf", "b.txt", "gone.pdf"):
            writer.add({"id": name, "title": name, "text": f"{VILLAGE}\f{PEOPLE}\f", "path": name})
    with index, TestClient(create_app(index, hosts=["*"], files=root)) as client:
        page = get(client, q=PEOPLE)
        links = [link.attributes["href"] for link in page.all("a") if link.text == "Open the file"]
        assert sorted(links) == ["file?id=a.pdf#page=2", "file?id=b.txt"]
        assert client.get("/" + links[0]).content == b"x"
        document = get(client, "document", id="a.pdf", q=PEOPLE)
        assert document.one("p", id="p2").one("a").attributes["href"] == "file?id=a.pdf#page=2"
        assert document.one("a", class_="button").attributes["href"] == "file?id=a.pdf"
        other = get(client, "document", id="b.txt", q=PEOPLE)
        assert other.one("p", id="p2").one("a").attributes["href"] == "#p2"
