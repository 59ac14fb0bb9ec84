"""The page of a hit: that of the first mark of its snippet, however long the text, whatever becomes of the hit."""

from __future__ import annotations

import pickle

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.cli import app
from khsearch.hits.compiled import MarkFinder
from khsearch.hits.snippets import Fragment, Snippet, make_snippet, page_of
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.words.breakers import breaker
from khsearch.query import Marks
from tests.extent import examples

ANALYZER = Analyzer(breaker())
FILLER = "ផ្ទះធំនៅភូមិនេះ។ "


def snippet(text: str, query: str) -> Snippet:
    terms = ANALYZER.terms(query)
    return make_snippet(text, MarkFinder(Marks([(word,) for word in terms.words], terms.bigrams), ANALYZER))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.data())
@examples(60)
def test_the_page_is_the_one_where_the_word_stands(sizes: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sizes) - 1))
    pages = [FILLER * size for size in sizes]
    pages[at] += "ដំរី"
    found = snippet("".join(f"{page}\f" for page in pages), "ដំរី")
    assert found.page == at + 1
    assert [fragment.page for fragment in found.fragments] == [at + 1]
    assert "\f" not in found.text


def test_fragments_have_pages_of_their_own() -> None:
    found = snippet(f"ដំរី។ {FILLER * 20}\f{FILLER * 20}\f{FILLER * 20}ខ្លា\f", "ដំរី ខ្លា")
    assert [fragment.page for fragment in found.fragments] == [1, 3]


def test_an_excerpt_begins_and_ends_with_a_page() -> None:
    found = snippet(f"{FILLER * 9}ទំព័រ ១\fដំរីមួយក្បាល និង{FILLER * 9}", "ដំរី")
    assert found.text.startswith("ដំរី")
    found = snippet(f"{FILLER * 5}ដំរីមួយក្បាល\fទំព័រ ២ {FILLER * 9}", "ដំរី")
    assert found.text.endswith("ដំរីមួយក្បាល")


def test_what_goes_on_over_a_page_is_found_on_the_first() -> None:
    text = f"{FILLER}ក្រុម\fការងារ {FILLER}\f"
    found = Index.memory()
    with found.writer() as writer:
        writer.add(Document("a", text=text))
    (hit,) = found.search('"ក្រុម ការងារ"')
    assert (hit.page, hit.snippet.text[slice(*hit.snippet.marks[0])]) == (1, "ក្រុម ការងារ")


def test_where_there_is_none() -> None:
    assert snippet("ដំរី", "ដំរី").page is None
    assert snippet(f"{FILLER}\f", "ដំរី").page is None
    assert Snippet((Fragment("ដំរី", 0, ()),)).page is None
    assert snippet(f"\f \fខ្លា\f{FILLER}", "ដំរី").text == "ខ្លា"
    assert [page_of("ab\fc\f", place) for place in (0, 2, 3, 4)] == [1, 1, 2, 2]
    index = Index.memory(fields={"note": "text"})
    with index.writer() as writer:
        writer.add(Document("a", "ខ្លា", f"{FILLER}\f{FILLER}\f", {"note": "ដំរី\fដំរី"}))
    assert [index.search(query)[0].page for query in ("ខ្លា", "note:ដំរី")] == [None, None]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("book") / "x.idx"
    pages = [f"{FILLER * 20}\f" for _ in range(2000)]
    pages[1499] = f"{FILLER}ដំរី{FILLER}\f"
    with Index.create(path, fields={"kind": "keyword"}).writer() as writer:
        writer.add(Document("book", "សៀវភៅ", "".join(pages), {"kind": "a"}))
        writer.add(Document("note", "", "ដំរី", {"kind": "b"}))
    return str(path)


def test_a_long_book(book: str) -> None:
    hits = {hit.id: hit for hit in Index.open(book).search("ដំរី", group_by="kind")}
    assert {name: hit.page for name, hit in hits.items()} == {"book": 1500, "note": None}
    assert hits["book"].make_snippet(60).page == 1500
    assert pickle.loads(pickle.dumps(hits["book"])).page == 1500
    assert hits["book"].to_dict()["page"] == 1500
    assert "page" not in hits["note"].to_dict()
    assert "book, p. 1500<" in hits["book"]._repr_html_()


def test_the_command_line_shows_it(book: str) -> None:
    run = CliRunner().invoke
    shown = run(app, ["search", book, "ដំរី"]).stdout
    assert "book, p. 1500\n" in shown
    assert "note\n" in shown
    lines = run(app, ["search", book, "ដំរី", "--format", "json"]).stdout.splitlines()
    assert {hit["id"]: hit.get("page") for hit in map(orjson.loads, lines)} == {"book": 1500, "note": None}
