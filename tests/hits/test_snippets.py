from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.hits.compiled import MarkFinder
from khsearch.hits.occurrences import glance
from khsearch.hits.snippets import LEAST, WIDTH, Snippet, make_snippet, marks_in, snippet_of_length
from khsearch.khmer.terms.analyzer import Analyzer, cluster_spans
from khsearch.khmer.text.script import encode_term
from khsearch.khmer.words.breakers import breaker
from khsearch.query import Marks
from tests.extent import examples
from tests.strategies import texts

ANALYZER = Analyzer(breaker())
SAMPLES = sorted((Path(__file__).parents[2] / "sample_docs").glob("*.txt"))


def snippet(text: str, query: str) -> Snippet:
    return make_snippet(text, wanted(query))


def marked(text: str, query: str) -> list[str]:
    found = snippet(text, query)
    return [found.text[start:end] for start, end in found.marks]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("ជនមានពិការភាពនៅកម្ពុជា។", "ពិការភាព", ["ពិការភាព"]),
        ("ជន\u200bមាន\u200bពិការ\u200bភាព។", "ពិការភាព", ["ពិការ\u200bភាព"]),  # one mark across what nobody sees
        ("ឆ្នាំ២០២១ មាន ១៥០.០០០ រៀល", "2021 150000", ["២០២១", "១៥០.០០០"]),
        ("ជំងឺ COVID-19 និង covid19", "Covid 19", ["COVID", "19", "covid19"]),
        ("ស្រ្តី", "ស្ត្រី", ["ស្រ្តី"]),  # the same word in another order of code points
        ("សូមអោយ ហើយឲ្យ", "ឱ្យ", ["អោយ", "ឲ្យ"]),
        ("ตลาด café ตลาด", "CAFÉ", ["café"]),
        ("មិនមានអ្វីទេ", "ឡាន", []),
        ("ใช้gmailได้", "gmail", ["gmail"]),  # a change of script is a border of words
        ("中文gmail部署方案", "gmail 部署", ["gmail部署"]),
        ("ខ្មែរgmailМосква", "МОСКВА", ["Москва"]),
        ("the ﬁle profile", "file", ["ﬁle"]),
        ("the file", "ﬁle", ["file"]),
        ("Die Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("ＡＢＣ abc", "Abc", ["ＡＢＣ", "abc"]),
        ("café cafe\u0301 cafe", "café", ["café", "cafe\u0301"]),
        ("តម្លៃប្រេងទ្បើង", "ឡើង", ["ទ្បើង"]),
        ("ទៅអ\u17bb\u17b8តាលី", "អ\u17ca\u17b8តាលី", ["អ\u17bb\u17b8តាលី"]),
        ("x " + "a" * 100 + " y", "a" * 100, ["a" * 100]),  # a word that is several
    ],
)
def test_marks_cover_what_matched(text: str, query: str, expected: list[str]) -> None:
    assert marked(text, query) == expected


def test_a_word_of_one_cluster_is_marked_only_as_a_word() -> None:
    text = "ទៅភ្នំពេញ។ ខ្ញុំទៅ។"
    for start, end in snippet(text, "ទៅ").marks:
        assert text[start:end] == "ទៅ"
    inside = "\u1794\u17d2\u179a\u1791\u17c5"  # the letters of that word inside a longer cluster sequence
    assert all(token.term != "ទៅ" for token in ANALYZER.tokens(inside)) == (marked(inside, "ទៅ") == [])


def test_fragments_are_stretches_of_the_text() -> None:
    source = random.Random(11)
    for path in SAMPLES:
        text = path.read_text("utf-8")
        inside = {place for start, end in cluster_spans(text) for place in range(start + 1, end)}
        for _ in range(8):
            at = source.randrange(len(text))
            found = snippet(text, text[at : at + source.randint(2, 40)])
            assert 1 <= len(found.fragments) <= 3
            last = 0
            for fragment in found.fragments:
                assert text[fragment.start : fragment.start + len(fragment.text)] == fragment.text
                assert fragment.start >= last
                last = fragment.start + len(fragment.text)
                edges = {fragment.start, last}
                edges |= {fragment.start + edge for mark in fragment.marks for edge in mark}
                assert not edges & inside
                assert len(fragment.text) <= 2 * WIDTH
            joined = "".join(found.text[start:end] for start, end in found.marks)
            assert joined == "".join(f.text[a:b] for f in found.fragments for a, b in f.marks)


def test_words_far_apart_get_an_excerpt_each() -> None:
    text = "កម្ពុជា។ " + "ផ្ទះធំ។ " * 200 + "ពិការភាព។ " + "ផ្ទះធំ។ " * 200 + "ក្រសួង។"
    found = snippet(text, "ក្រសួង ពិការភាព កម្ពុជា")
    assert len(found.fragments) == 3
    assert [found.text[start:end] for start, end in found.marks] == ["កម្ពុជា", "ពិការភាព", "ក្រសួង"]


def test_letters_without_an_end_are_cut_all_the_same() -> None:
    for char in "a中éខ":
        found = make_snippet(char * 10_000, MarkFinder(Marks([]), ANALYZER))
        assert 0 < len(found.text) <= 2 * WIDTH
    found = snippet("部署方案" + "中" * 10_000, "部署")
    assert len(found.text) > WIDTH // 2


def test_html_and_ansi_escape_what_they_must() -> None:
    found = snippet('<b>ពិការភាព</b> & "x"\x1b[2J', "ពិការភាព")
    assert found.html() == "&lt;b&gt;<mark>ពិការភាព</mark>&lt;/b&gt; &amp; &quot;x&quot;\x1b[2J"
    assert "<em>ពិការភាព</em>" in found.html("em")
    assert found.ansi().count("\x1b") == 2


def test_nothing_found_shows_the_beginning() -> None:
    text = "កម្ពុជា " * 100
    found = make_snippet(text, MarkFinder(Marks([]), ANALYZER))
    assert found.marks == []
    assert found.fragments[0].start == 0
    assert 0 < len(found.text) <= WIDTH


@given(text=texts, query=texts)
@examples(150)
def test_any_text_and_any_query(text: str, query: str) -> None:
    found = snippet(text, query)
    for fragment in found.fragments:
        stretch = text[fragment.start : fragment.start + len(fragment.text)]
        assert stretch.replace("\f", " ") == fragment.text
        assert all(0 <= start < end <= len(fragment.text) for start, end in fragment.marks)
    found.html()
    found.ansi()


def test_a_long_text() -> None:
    text = "ផ្ទះធំ " * 100_000 + "ពិការភាព " + "ផ្ទះធំ " * 1000
    assert "ពិការភាព" in marked(text, "ពិការភាព ផ្ទះ")


def test_a_long_text_shows_a_rare_word_beside_a_frequent_one_wherever_they_stand() -> None:
    common, rare = "ភូមិ", "ដំរី"
    text = f"{common} " * 300_000 + f"{rare} {common} " + "a " * 1000
    assert [text[a:b] for a, b, _ in glance(text, [(encode_term(common),), (encode_term(rare),)])].count(rare) == 1
    found = snippet(text, f"{common} {rare}")
    assert found.fragments[0].start > 1_000_000
    assert {found.text[start:end] for start, end in found.marks} == {rare, common}


def test_a_hit_of_a_long_document_marks_what_it_holds(tmp_path: Path) -> None:
    common, rare, other = "ភូមិ", "ដំរី", "ឆ្មា"
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        writer.add(Document("long", "", f"{common} " * 60_000 + rare))
    for query, last in ((rare, rare), (f"{common} {other}", common), (f"{other} {rare}", rare)):
        (hit,) = index.search(query)
        start, end = hit.snippet.marks[-1]
        assert hit.snippet.text[start:end].endswith(last)


def wanted(query: str) -> MarkFinder:
    terms = ANALYZER.terms(query)
    return MarkFinder(Marks([(word,) for word in terms.words], terms.bigrams), ANALYZER)


@given(st.lists(texts, max_size=40).map("".join), texts, st.integers(LEAST, 400), st.integers(1, 6))
@examples(200)
def test_a_snippet_is_hardly_longer_than_was_asked_for(text: str, query: str, length: int, excerpts: int) -> None:
    found = snippet_of_length(text, wanted(query), length, excerpts)
    assert len(found.text) <= 1.5 * length
    assert 1 <= len(found.fragments) <= excerpts
    for fragment in found.fragments:
        stretch = text[fragment.start : fragment.start + len(fragment.text)]
        assert stretch.replace("\f", " ") == fragment.text
        assert all(0 <= start < end <= len(fragment.text) for start, end in fragment.marks)


@pytest.mark.parametrize(("length", "excerpts"), [(60, 1), (200, 1), (200, 2), (600, 3), (1000, 5)])
def test_a_snippet_uses_the_length_that_it_has(length: int, excerpts: int) -> None:
    filler = "\u1795\u17d2\u1791\u17c7\u1792\u17c6\u17d4 " * 300
    text = "កម្ពុជា។ " + filler + "ពិការភាព។ " + filler + "ក្រសួង។ " + filler
    for query, places in (("ក្រសួង ពិការភាព កម្ពុជា", 3), ("ពិការភាព", 1), ("ឡាន", 0)):
        found = snippet_of_length(text, wanted(query), length, excerpts)
        assert len(found.marks) == min(places, excerpts)
        assert 0.5 * length <= len(found.text) <= 1.5 * length


@given(texts, texts)
@examples(150)
def test_marks_of_all_of_a_text_have_those_of_its_snippet(text: str, query: str) -> None:
    every = {place for start, end in marks_in(text, wanted(query)) for place in range(start, end)}
    for fragment in snippet(text, query).fragments:
        for start, end in fragment.marks:
            assert every & set(range(fragment.start + start, fragment.start + end))


def test_marks_of_all_of_a_text_are_told_however_many_there_are() -> None:
    """In a text of several pieces, too; and inside longer words only where a word stands nowhere by itself."""
    line = "ជនមានពិការភាពនៅកម្ពុជា។ " * 40
    text = line * 400
    assert len(text) > 300_000
    places = marks_in(text, wanted("កម្ពុជា"))
    assert [text[start:end] for start, end in places] == ["កម្ពុជា"] * 16_000
    alone, inside = "នគរ។ ", "នគរបាល។ "
    assert len(marks_in(inside * 50_000, wanted("នគរ"))) == 50_000
    assert len(marks_in(inside * 50_000 + alone, wanted("នគរ"))) == 1


def test_a_snippet_takes_no_length_that_holds_nothing() -> None:
    for length, excerpts in ((LEAST - 1, 1), (100, 0)):
        with pytest.raises(ValueError, match="takes a number"):
            snippet_of_length("text", wanted("text"), length, excerpts)


def test_very_many_rows_mark_what_a_few_would(monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index.memory()
    with index.writer() as writer:
        for number in range(400):
            writer.add(
                {
                    "id": str(number),
                    "title": f"{number} {number + 1}",
                    "text": f"\u1780\u1798 {number} {number * 7 % 400}",
                }
            )

    def marked() -> list[object]:
        found = index.search("1* 2* 3*", match="any", limit=20)
        return [(hit.id, hit.title_marks, hit.text_marks, hit.snippet.marks) for hit in found]

    monkeypatch.setattr("khsearch.hits.hit._MANY_ROWS", 10)
    few = marked()
    monkeypatch.setattr("khsearch.hits.hit._MANY_ROWS", 10_000)
    assert few == marked()


def test_looser_hits_mark_what_was_typed_however_many_documents_have_it() -> None:
    index = Index.memory()
    with index.writer() as writer:
        writer.add({"id": "both", "text": "\u1797\u17bc\u1798\u17b7 \u179f\u17d2\u179a\u17bc\u179c"})
        for number in range(5):
            writer.add({"id": str(number), "text": "\u1787\u17b6 \u179f\u17d2\u179a\u17bc\u179c"})
    found = index.search("\u1797\u17bc\u1798\u17b7 \u179f\u17d2\u179a\u17bc\u179c")
    assert [hit.loose for hit in found] == [False] + [True] * 5
    assert all(hit.snippet.marks == [(3, 8)] for hit in found[1:])


def test_a_bigram_of_letters_and_a_digit_is_marked() -> None:
    """It is no run of Khmer, whose words one could ask for."""
    text = "ថ្នាក់ទី៦ មានម៉ោងអាន"
    (bigram,) = ANALYZER.terms("ទី៦").bigrams
    found = make_snippet(text, MarkFinder(Marks([], [bigram]), ANALYZER))
    assert [found.text[start:end] for start, end in found.marks] == ["ទី៦"]
