"""Where PyICU is not installed: Khmer is all the same, and other scripts without spaces are what the index says."""

import pickle
import sys
import threading

import pytest

from khsearch import Document, Index, MissingExtraError, words
from khsearch.khmer import Analyzer, breaker
from khsearch.khmer.words import icu, spaceless

THAI, LAO, CHINESE = "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", "\u0ea5\u0eb2\u0ea7", "\u6771\u4eac\u90fd"
KHMER = Document(
    "km", "កិច្ចប្រជុំលើកទី២", "ក្រុមការងារជនមានពិការភាពបានប្រជុំ ថ្ងៃទី១១ ខែឧសភា ឆ្នាំ២០២១។ UNICEF, café, Ελλάδα", {"n": 3}
)
MIXED = Document("th", "ពិការភាព", f"ពិការភាពនៅកម្ពុជា {THAI} {CHINESE}")
QUERIES = ("ពិការភាព", "ក្រុមការងារ 2021", "unicef ប្រជុំ", "ពិការភព", '"ក្រុមការងារ"', "ពិកា*", "café", "Ελλάδα", "n:3", "")


@pytest.fixture
def without_icu(monkeypatch):
    """PyICU is there and then it is not; call it again to have it back."""

    def gone(away=True):
        spaceless.is_here.cache_clear()
        monkeypatch.setattr(icu, "_iterators", threading.local())
        if away:
            monkeypatch.setitem(sys.modules, "icu", None)
        else:
            monkeypatch.undo()

    gone(away=False)
    yield gone
    gone(away=False)


def filled(path, *documents):
    index = Index.open_or_create(path, fields={"n": "number"})
    with index.writer() as writer:
        writer.add_all(documents)
    return Index.open(path)


def answers(index, query):
    found = index.search(query, match="best")
    return [(hit.id, hit.score, hit.snippet.html(), hit.loose) for hit in found], found.total, found.corrected


@pytest.mark.parametrize("away", [True, False])
def test_an_index_of_khmer_and_latin_answers_alike_with_and_without(away, without_icu, tmp_path):
    without_icu(away)
    made = filled(tmp_path / "x", KHMER)
    assert made.stats()["divided_by"] == ("clusters" if away else "icu")
    told = [answers(made, query) for query in QUERIES]
    assert sum(bool(hits) for hits, *_ in told) >= len(QUERIES) - 1
    without_icu(not away)
    other = Index.open(tmp_path / "x")
    assert [answers(other, query) for query in QUERIES] == told
    filled(tmp_path / "x", Document("more", text="ពិការភាព"))
    assert Index.open(tmp_path / "x").search("ពិការភាព").total == 2


def test_clusters_find_what_stands_whoever_opens_the_index(without_icu, tmp_path):
    without_icu()
    made = filled(tmp_path / "x", KHMER, MIXED)
    for away in (True, False):
        without_icu(away)
        index = Index.open(tmp_path / "x")
        for typed in (THAI, THAI[:3], CHINESE[1:], f"{CHINESE} ពិការភាព"):
            assert [hit.id for hit in index.search(typed, match="strict")] == ["th"]
        assert not index.search(f'"{THAI[::-1]}"', match="strict")
        assert THAI in index.search(THAI)[0].snippet.html().replace("<mark>", "").replace("</mark>", "")
        assert index.similar("th")[0].id == "km"
    assert made.stats()["divided_by"] == "clusters"
    Index.rebuild(tmp_path / "x")
    assert Index.open(tmp_path / "x").stats()["divided_by"] == "icu"


def test_without_its_icu_an_index_answers_khmer_and_says_what_it_needs_for_others(without_icu, tmp_path):
    index = filled(tmp_path / "x", KHMER, MIXED)
    told = index.search("ពិការភាព")
    without_icu()
    index = Index.open(tmp_path / "x")
    found = index.search("ពិការភាព")
    assert [(hit.id, hit.score) for hit in found] == [(hit.id, hit.score) for hit in told]
    assert "<mark>ពិការភាព</mark>" in found[0].snippet.html()
    assert index.similar("th")[0].id == "km"
    for ask in (index.search, index.complete, index.corrections):
        with pytest.raises(MissingExtraError, match="pip install pyicu"):
            ask(THAI)
    with pytest.raises(MissingExtraError, match="pip install pyicu"):
        index.search("ពិការភាព", filter=f"text:{LAO}")
    with index.writer() as writer:
        with pytest.raises(MissingExtraError, match=r"document 'lo' has words .* pip install pyicu"):
            writer.add(Document("lo", text=f"ខ្មែរ {LAO}"))
        writer.add(Document("fr", text="ពិការភាព à Phnom Penh"))
    assert index.search("ពិការភាព").total == 3
    assert {document.id for document in index.export()} == {"km", "th", "fr"}
    Index.rebuild(tmp_path / "x")
    assert [hit.id for hit in Index.open(tmp_path / "x").search(THAI)] == ["th"]


def test_breaking_by_icu_says_what_it_needs(without_icu, tmp_path):
    filled(tmp_path / "x", MIXED)
    by_icu = Index.create(tmp_path / "y", breaker="icu")
    with by_icu.writer() as writer:
        writer.add(KHMER)
    without_icu()
    with pytest.raises(MissingExtraError, match="pip install pyicu"):
        words("ពិការភាព", breaker="icu")
    with pytest.raises(MissingExtraError, match="pip install pyicu"):
        Index.create(tmp_path / "z", breaker="icu")
    assert not (tmp_path / "z").exists()
    with pytest.raises(MissingExtraError, match="pip install pyicu"):
        Index.open(tmp_path / "y").search("ពិការភាព")
    assert [document.id for document in Index.open(tmp_path / "y").export()] == ["km"]
    assert words(f"ខ្មែរ{LAO}") == ["ខ្មែរ", *LAO]


def test_words_of_another_script_are_its_letters_with_their_marks(without_icu):
    without_icu()
    thai = "\u0e17\u0e35\u0e48\u0e19\u0e35\u0e48"  # two consonants with two marks each
    assert words(thai) == [thai[:3], thai[3:]]
    assert words("\u30ab\u30bf\u3099") == ["\u30ab", "\u30bf\u3099"]
    assert Analyzer(breaker()).boundaries(f"{LAO} x") == [0, 1, 2, 3, 4, 5]


def test_a_whoosh_schema_keeps_who_divides(without_icu, tmp_path):
    from whoosh.fields import ID, Schema
    from whoosh.query import Term

    from khsearch.columnar import create_in, open_dir
    from khsearch.fields import KHMER as FIELD

    without_icu()
    schema = Schema(id=ID(stored=True), body=FIELD(stored=True))
    assert pickle.loads(pickle.dumps(schema["body"].analyzer)) == schema["body"].analyzer
    with create_in(tmp_path / "x", schema).writer() as writer:
        writer.add_document(id="1", body=THAI)
    without_icu(away=False)
    opened = open_dir(tmp_path / "x")
    assert opened.schema["body"].analyzer.analyzer.divided_by == "clusters"
    assert opened.schema["body"].analyzer != FIELD().analyzer
    with opened.searcher() as searcher:
        assert [hit["id"] for hit in searcher.search(Term("body", THAI[0]))] == ["1"]
    with create_in(tmp_path / "y", Schema(id=ID(stored=True), body=FIELD(stored=True))).writer() as writer:
        writer.add_document(id="1", body=THAI)
    without_icu()
    writer = open_dir(tmp_path / "y").writer()
    writer.add_document(id="2", body=THAI)
    with pytest.raises(MissingExtraError, match="pip install pyicu"):
        writer.commit()
    writer.cancel()


def test_a_file_that_only_icu_breaks_is_passed_over_and_the_others_are_read(without_icu, tmp_path):
    filled(tmp_path / "x", MIXED)
    (tmp_path / "docs").mkdir()
    for name, text in (("a.txt", KHMER.text), ("b.txt", f"ខ្មែរ {LAO}"), ("c.txt", KHMER.text)):
        (tmp_path / "docs" / name).write_text(text, "utf-8")
    without_icu()
    index = Index.open(tmp_path / "x")
    done = index.sync(tmp_path / "docs")
    assert (done.added, done.passed_over) == (2, {"needs a package that is not installed": 1})
    assert "khsearch rebuild INDEX" in str(done.problems[0])
    assert [name in index for name in ("a.txt", "b.txt", "c.txt")] == [True, False, True]


def test_a_site_says_that_it_lacks_something(without_icu, tmp_path):
    testclient = pytest.importorskip("starlette.testclient", reason="pip install 'khsearch[web]'")
    from khsearch.web import create_app

    index = Index.create(tmp_path / "x", fields={"kind": "keyword"})
    with index.writer() as writer:
        writer.add(Document("th", text="ពិការភាព", fields={"kind": THAI}))
    without_icu()
    client = testclient.TestClient(create_app(Index.open(tmp_path / "x")), base_url="http://127.0.0.1")
    for path in ("/api/search", "/api/complete", "/", "/api/documents/th"):
        told = client.get(path, params={"q": THAI})
        assert told.status_code == 501, path
        assert ("cannot be searched here" in told.text) == path.startswith("/api")
    # A keyword is compared as a whole, and nobody breaks it.
    assert client.get("/api/search", params={"q": "ពិការភាព", "kind": THAI}).json()["total"] == 1
    assert Index.open(tmp_path / "x").search(filter={"kind": THAI}).total == 1


def test_a_folder_of_that_name_is_no_icu(tmp_path, monkeypatch):
    (tmp_path / "icu").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "icu", raising=False)
    spaceless.is_here.cache_clear()
    assert not spaceless.is_here()
    spaceless.is_here.cache_clear()


def test_a_library_that_does_not_load_is_told(tmp_path, monkeypatch):
    (tmp_path / "icu").mkdir()
    (tmp_path / "icu/__init__.py").write_text("raise ImportError('libicui18n.so.72: no such file')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "icu", raising=False)
    monkeypatch.setattr(icu, "_iterators", threading.local())
    with pytest.raises(MissingExtraError, match=r"cannot be loaded \(libicui18n.so.72: no such file\); build it again"):
        words("ពិការភាព", breaker="icu")
    monkeypatch.delitem(sys.modules, "icu", raising=False)
