from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from khsearch import Document, Index, TextField
from khsearch.web import create_app
from khsearch.web.pages.stretches import SIZE
from tests.web.archive import PEOPLE, SECTIONS, VILLAGE
from tests.web.pages.parsed import Element, parse
from tests.web.pages.test_search_page import get

BOOK = "books/report.pdf"


def text_of(page: Element) -> str:
    (section,) = page.all("section", class_="text")
    return "".join(part.text for part in section.all("p") if "page" not in part.attributes.get("class", ""))


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_document_is_shown_whole_with_all_marks(client: TestClient, texts: Index) -> None:
    hit = texts.search(PEOPLE)[0]
    page = get(client, "document", id=hit.id, q=PEOPLE)
    assert page.one("h1").text == hit.title
    assert squeezed(text_of(page)) == squeezed(hit.document.text)
    (section,) = page.all("section", class_="text")
    marks = section.all("mark")
    assert [mark.text for mark in marks] == [hit.document.text[a:b] for a, b in hit.text_marks]
    assert [mark.attributes["id"] for mark in marks] == [f"m{n}" for n in range(1, len(marks) + 1)]
    assert page.one("p", id="at").text == f"{len(marks)} matches"
    assert page.one("a", rel="next").asks == {"id": hit.id, "q": PEOPLE, "mark": "1"}


def test_marks_are_gone_through_by_links(client: TestClient, texts: Index) -> None:
    hit = texts.search(PEOPLE)[0]
    total, seen = len(hit.text_marks), []
    address = f"document?id={hit.id}&q={PEOPLE}&lang=en"
    while address:
        page = parse(client.get(f"/{address}").text)
        seen += [mark.attributes["id"] for mark in page.all("mark") if mark.attributes.get("class") == "now"]
        behind = page.all("a", rel="next")
        address = behind[0].attributes["href"] if behind else ""
        assert not address or urlsplit(address).fragment == f"m{len(seen) + 1}"
    assert seen == [f"m{number}" for number in range(1, total + 1)]
    assert page.one("p", id="at").text == f"Match {total} of {total}"
    assert page.one("a", rel="prev").asks["mark"] == str(total - 1)
    assert page.one("a", id="next").attributes.get("hidden") == ""


def test_the_way_back_is_the_whole_question(client: TestClient, texts: Index) -> None:
    asked = {"q": VILLAGE, "sort": "-date", "section": SECTIONS[0], "offset": "0", "lang": "en", "limit": "5"}
    listing = get(client, **asked)
    link = listing.all("h3")[0].one("a")
    page = parse(client.get("/" + link.attributes["href"]).text)
    (back,) = page.one("p", class_="back").all("a")
    assert back.asks == {name: value for name, value in asked.items() if name != "offset"}
    deep = get(client, "document", id=BOOK, q=VILLAGE, offset="20")
    assert deep.one("p", class_="back").one("a").asks == {"q": VILLAGE, "offset": "20"}


def test_pages_of_a_file_are_told_and_linked_to(client: TestClient, texts: Index) -> None:
    hit = next(hit for hit in texts.search(VILLAGE, 50) if hit.id == BOOK)
    assert hit.page
    listing = get(client, q=VILLAGE, limit="50")
    (link,) = [one for one in listing.all("a") if one.text == f"p. {hit.page}"]
    split = urlsplit(link.attributes["href"])
    assert (split.path, split.fragment) == ("document", f"p{hit.page}")
    page = parse(client.get("/" + link.attributes["href"]).text)
    assert page.one("p", id=f"p{hit.page}")
    whole = get(client, "document", id=BOOK)
    assert [one.text for one in whole.all("p", class_="page")][:3] == ["p. 1", "p. 2", "p. 3"]


def test_a_document_that_does_not_have_all_words_tells_so(client: TestClient, texts: Index) -> None:
    query = f"{PEOPLE} {VILLAGE} ស្រូវ"
    loose = next(hit for hit in texts.search(query) if hit.loose)
    assert "does not have all the words" in get(client, "document", id=loose.id, q=query).text
    page = get(client, "document", id=BOOK, q="zzzqqq", correct="false")
    assert page.all("p", class_="note")
    assert not page.all("nav", class_="marks")
    assert not get(client, "document", id=BOOK).all("p", class_="note")


def test_a_document_that_matches_by_its_title_or_fields_is_told_nothing(client: TestClient, texts: Index) -> None:
    for q in ("format:pdf", "title:របាយការណ៍"):
        assert not get(client, "document", id=BOOK, q=q).all("p", class_="note"), q


def test_similar_documents_are_linked_to(client: TestClient, texts: Index) -> None:
    id = texts.search(PEOPLE)[0].id
    page = get(client, "document", id=id)
    shown = [link.asks["id"] for link in page.one("section", class_="similar").all("a")]
    assert shown == [hit.id for hit in texts.similar(id, 5) if not hit.loose]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 404),
        ({"id": "none"}, 404),
        ({"id": BOOK, "mark": "x"}, 400),
        ({"id": BOOK, "mark": "0" * 8 + "1" * 5_000}, 400),
    ],
)
def test_what_is_not_there_is_an_error(client: TestClient, asked: dict[str, str], status: int) -> None:
    answer = client.get("/document", params=asked)
    assert answer.status_code == status
    assert parse(answer.text).one("h1")


def test_a_document_that_was_taken_away_is_told_in_the_language_of_the_page(client: TestClient) -> None:
    for language, told in (("km", "គ្មានឯកសារនេះទេ"), ("en", "There is no such document")):
        page = parse(client.get("/document?id=none", headers={"accept-language": language}).text)
        assert told in page.one("h1").text
        assert len(page.one("main").all("p")) == 1


def test_a_text_of_a_field_begins_with_its_first_word(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "own.idx", fields={"note": TextField()})
    with index.writer() as writer:
        writer.add({"id": "1", "text": "x", "note": "\n \nភូមិ ថ្មី"})
    with index, TestClient(create_app(index, hosts=["*"])) as client:
        shown = get(client, "document", id="1", q="ភូមិ").one("p", class_="plain")
        assert shown.text == "ភូមិ ថ្មី"
        assert [mark.text for mark in shown.all("mark")] == ["ភូមិ"]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory):
    """A text of ten stretches, each line of which has a mark."""
    line = "នៅភូមិនេះមានសាលារៀនមួយ ដែលមានសិស្សច្រើន។ " * 5 + "\n\n"
    made = Index.create(tmp_path_factory.mktemp("long") / "long.idx", fields={"note": "text"})
    with made.writer() as writer:
        writer.add({"id": "book", "title": "book", "text": line * (10 * SIZE // len(line)), "note": "a"})
        writer.add(Document("empty", "empty", ""))
    with made, TestClient(create_app(made, hosts=["*"])) as client:
        yield client, made


def test_a_long_text_is_shown_in_parts_whose_marks_are_numbered_through(long) -> None:
    client, index = long
    hit = index.hit("book", "ភូមិ")
    total = len(hit.text_marks)
    assert total > 4_000
    shown, numbers = "", []
    for part in range(1, 11):
        page = get(client, "document", id="book", q="ភូមិ", part=str(part))
        shown += text_of(page)
        numbers += [int(mark.attributes["id"][1:]) for mark in page.all("mark")]
        assert f"Part {part} of 10" in page.text
    assert squeezed(shown) == squeezed(hit.document.text)
    assert numbers == list(range(1, total + 1))


def test_a_mark_opens_the_part_that_has_it(long) -> None:
    client, _ = long
    for mark in (1, 2_000, 4_000, 10**8):
        page = get(client, "document", id="book", q="ភូមិ", mark=str(mark))
        (now,) = [one for one in page.all("mark") if one.attributes.get("class") == "now"]
        assert now.attributes["id"] == page.one("p", id="at").text.replace(",", "").replace("Match ", "m").split()[0]
        assert len(page.text) < 2 * SIZE
    beside = get(client, "document", id="book", q="ភូមិ", part="3")
    first = int(beside.all("mark")[0].attributes["id"][1:])
    ways = {name: int(beside.one("a", id=name).asks["mark"]) for name in ("previous", "next")}
    assert ways == {"previous": first - 1, "next": first}


def test_a_document_without_text_is_shown(long) -> None:
    client, _ = long
    page = get(client, "document", id="empty", q="x")
    assert page.one("h1").text == "empty"
    assert "no text" in page.text


def test_a_link_of_a_list_keeps_every_value_of_a_field(client: TestClient) -> None:
    answer = client.get("/", params=[("section", SECTIONS[0]), ("section", SECTIONS[1])])
    link = parse(answer.text).all("h3")[0].one("a")
    assert parse_qs(urlsplit(link.attributes["href"]).query)["section"] == list(SECTIONS[:2])
