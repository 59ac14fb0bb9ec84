from __future__ import annotations

import contextlib
import random
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, QueryError
from khsearch.query import MATCHES, Match
from khsearch.query.clauses import Clause, Group, Like, Pattern, Quoted, Range, Words
from khsearch.query.language import parse
from tests.extent import examples
from tests.strategies import OTHERS, WORDS, texts

FIELDS = ("title", "text", "date", "price", "tags", "open")


def read(text: str) -> object:
    return parse(text, FIELDS, strict=True)[0]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("កម្ពុជា និង ពិការភាព", Words("កម្ពុជា និង ពិការភាព")),
        ("COVID-19 10:30 https://khsearch", Words("COVID-19 10:30 https://khsearch")),
        ("តើអ្វី?", Words("តើអ្វី?")),
        ('"ក ខ"', Quoted("ក ខ")),
        ("\u201cក ខ\u201d", Quoted("ក ខ")),
        ('"ក ខ"~2', Quoted("ក ខ", gap=2)),
        ("ពិកា*", Pattern("ពិកា*")),
        ("ក?ង", Pattern("ក?ង")),
        ("កម្ពុជា~", Like("កម្ពុជា", 1)),
        ("កម្ពុជា~២", Like("កម្ពុជា", 2)),
        ("(ពិកា*)^2", Group((Clause(Pattern("ពិកា*"), boost=2.0),))),
        ("តើអ្នកណាឈ្នះ?ប្រជាជនរង់ចាំ", Words("តើអ្នកណាឈ្នះ?ប្រជាជនរង់ចាំ")),
        ("2*3=6", Words("2*3=6")),
        ("2*3", Words("2*3")),
        ("https://x.y/a?b=c*d~e", Words("https://x.y/a?b=c*d~e")),
        ("**ពិការភាព**", Words("**ពិការភាព**")),
        ("C* a-b* x.y? អ្វី?? ~1", Group((Clause(Pattern("C*")), Clause(Words("a-b* x.y? អ្វី?? ~1"))))),
        ("5 * 3 = 15", Words("5 * 3 = 15")),
        ("10~2", Words("10~2")),
        ("x^y", Words("x^y")),
        ('date:["2021-05-11 10:30" TO *]', Range("date", "2021-05-11 10:30", None)),
        ("+ក -ខ គ", Group((Clause(Words("ក"), "+"), Clause(Words("ខ"), "-"), Clause(Words("គ"))))),
        ("NOT ក", Group((Clause(Words("ក"), "-"),))),
        ("ក AND ខ", Group((Clause(Words("ក")), Clause(Words("ខ"))), "AND")),
        ("ក OR ខ គ", Group((Clause(Words("ក")), Clause(Words("ខ គ"))), "OR")),
        (
            "(ក OR ខ) AND គ",
            Group((Clause(Group((Clause(Words("ក")), Clause(Words("ខ"))), "OR")), Clause(Words("គ"))), "AND"),
        ),
        ("title:ក", Words("ក", "title")),
        ('tags:"ពិការ ភាព"', Quoted("ពិការ ភាព", "tags")),
        ("price:[១០ TO 20}", Range("price", "១០", "20", with_high=False)),
        ("date:{* TO 2021-05]", Range("date", None, "2021-05", with_low=False)),
        ("ក^2 ខ", Group((Clause(Words("ក"), boost=2.0), Clause(Words("ខ"))))),
        ("title:(ក)", None),
    ],
)
def test_what_a_query_says(text: str, item: object) -> None:
    if item is None:
        with pytest.raises(QueryError):
            read(text)
    else:
        assert read(text) == item


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ('ក "ខ', 2),
        ("(ក", 0),
        ("ក)", 1),
        ("ក AND", 5),
        ("OR ក", 0),
        ("NOT", 3),
        ("x:1", 0),
        ("(" * 60 + "ក" + ")" * 60, 40),
        ("*ក " * 40, 90),
        ("x~ " * 40, 90),
    ],
)
def test_what_does_not_parse_is_searched_as_words_and_told(text: str, position: int) -> None:
    with pytest.raises(QueryError, match="position") as caught:
        parse(text, FIELDS, strict=True)
    assert caught.value.position == position
    item, problem = parse(text, FIELDS)
    assert item == Words(text)
    assert (problem is None) == text.startswith("x:")  # a colon behind what is no field is text


def test_a_pattern_is_a_chunk_of_its_own() -> None:
    for text in ("x:y?z", '"ក"y?z', "y?z\u201cក\u201d"):
        item, _ = parse(text, FIELDS)
        assert "Pattern" not in repr(item)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    fields = {"date": "date", "price": "number", "tags": "keyword", "open": "boolean", "summary": "text"}
    made = Index.create(tmp_path_factory.mktemp("query") / "x", fields=fields)
    documents = [
        Document("a", "សាលារៀន", "ពិការភាព កម្ពុជា", {"date": date(2021, 5, 11), "price": 10, "tags": ["NGO", "UN"]}),
        Document("b", "ម្ហូប", "កម្ពុជា ផ្សារ", {"date": date(2021, 6, 1), "price": 20.5, "tags": ["NGO"], "open": True}),
        Document("c", "ផ្សារ", "ពិការ មនុស្ស ភាព", {"date": "2022", "price": "៣០", "open": False}),
        Document("d", "", "ប្រជុំ លើក នៃ ក្រុម", {"summary": "សៀវភៅ"}),
    ]
    with made.writer() as writer:
        writer.add_all(documents)
    return Index.open(made.path)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("+កម្ពុជា -ផ្សារ", "a"),
        ("កម្ពុជា AND ផ្សារ", "b"),
        ("កម្ពុជា AND NOT ផ្សារ", "a"),
        ("(សាលារៀន OR ម្ហូប) AND កម្ពុជា", "ab"),
        ("title:ផ្សារ", "c"),
        ("text:ផ្សារ", "b"),
        ("summary:សៀវភៅ", "d"),
        ("សៀវភៅ", ""),
        ("ពិកា*", "ac"),
        ("title:សា*", "a"),
        ("ផ្ស?រ", "bc"),
        ("កម្ពុចា~", "ab"),
        ('"ពិការ ភាព"', "a"),
        ('"ប្រជុំ ក្រុម"~2', "d"),
        ('"ប្រជុំ ក្រុម"~1', ""),
        ("date:2021", "ab"),
        ("date:2021-05", "a"),
        ("date:២០២១-០៥-១១", "a"),
        ("date:[2021-05-01 TO 2021-05-31]", "a"),
        ("date:[2021-05-12 TO *]", "bc"),
        ("date:{2021-05-11 TO 2021-06-01}", ""),
        ("price:[១០ TO ២០.៥]", "ab"),
        ("price:{10 TO 30}", "b"),
        ("price:{10 TO 10}", ""),
        ("price:{20 TO 21}", "b"),
        ("price:[30.0 TO *]", "c"),
        (f"price:[-{10**30} TO {10**30}]", "abc"),
        ("date:20210511", "a"),
        ("date:2021-W19", "a"),
        ("date:2021-05-11T00", "a"),
        ('date:["2021-05-11 00:00" TO 2021-W22]', "ab"),
        ("date:{2021-05 TO *]", "bc"),
        ("date:{2021 TO *]", "c"),
        ("date:[* TO 2022}", "ab"),
        ("date:{9999 TO *]", ""),
        ("date:[* TO 0001}", ""),
        ("date:[0001 TO 9999]", "abc"),
        ("price:30", "c"),
        ("price:>10", "bc"),
        ("price:>=១០", "abc"),
        ("price:<20.5", "a"),
        ("price:<=20.5 AND price:>10", "b"),
        ("price:{3 TO 20.5}", "a"),
        ("price:[10 TO 20.5}", "a"),
        ("price:[20 TO ]", "bc"),
        ("price:[ TO 20]", "a"),
        ("price:[TO]", "abc"),
        ("price:[-5 TO 20]", "a"),
        ("price:<-5", ""),
        ("date:>=2022", "c"),
        ("date:>2021", "c"),
        ("date:<2021-06", "a"),
        ("date:<=២០២១-០៥", "a"),
        ('date:>"2021-05-11 10:30"', "bc"),
        ('tags:["O" TO "V"]', "a"),
        ('tags:>"ngo"', "a"),
        ("tags:<un", "ab"),
        ("tags:NGO", "ab"),
        ('tags:"UN"', "a"),
        ("open:true", "b"),
        ("open:no", "c"),
        ("កម្ពុជា -tags:UN", "b"),
    ],
)
def test_what_a_query_finds(index: Index, query: str, expected: str) -> None:
    found = index.search(query, strict=True)
    assert "".join(sorted(hit.id for hit in found)) == expected
    assert found.total == len(expected)
    assert found.problem is None


def test_a_boost_moves_up(index: Index) -> None:
    assert next(hit.id for hit in index.search("ម្ហូប^9 សាលារៀន")) == "b"
    assert next(hit.id for hit in index.search("ម្ហូប សាលារៀន^9")) == "a"


def test_filters_sorting_and_counts(index: Index) -> None:
    assert [hit.id for hit in index.search("កម្ពុជា", filter="price:[15 TO *]")] == ["b"]
    assert {hit.score for hit in index.search("កម្ពុជា", filter="tags:NGO")} == {
        hit.score for hit in index.search("កម្ពុជា")
    }
    everything = "date:[* TO *] OR summary:សៀវភៅ"
    assert [hit.id for hit in index.search(everything, sort="price")] == ["a", "b", "c", "d"]
    assert [hit.id for hit in index.search(everything, sort="-price")] == ["c", "b", "a", "d"]
    found = index.search(everything, limit=1)
    assert found.facet("tags") == {"NGO": 2, "UN": 1}
    assert found.facet("open") == {True: 1, False: 1}
    assert found.facet("date") == {date(2021, 5, 11): 1, date(2021, 6, 1): 1, date(2022, 1, 1): 1}
    with pytest.raises(QueryError, match="no field 'color'"):
        found.facet("color")
    with pytest.raises(QueryError, match="no field 'color'"):
        index.search("ក", sort="color")
    with pytest.raises(QueryError):
        index.search("ក", filter='"')


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("date:yesterday", "'date' holds a date.* write it as 2021-05-11.* a range is date:\\[2021-05 TO"),
        ("date:2025*", "'date' holds a date.* write it as"),
        ("date:>=soon", "'date' holds a date.* a range is date:\\["),
        ("date:[soon TO ]", "'date' holds a date.* a range is date:\\["),
        ("date:2021-13", "not in the calendar.* write"),
        ("price:cheap", "'price' holds a number.* write it as"),
        ("price:>x", "'price' holds a number.* a range is price:\\[10 TO"),
        ("title:>x", "'title' is text, which has no range"),
        ("price:1,5", "'price' holds a number.* write it as"),
        ("price:[x TO 2]", "'price' holds a number.* write it as"),
        ("open:perhaps", "'open' holds a boolean.* write true or false"),
        ("open:[0 TO 1]", "'open' holds a boolean.* write true or false"),
        ("open:>=0", "'open' holds a boolean.* write true or false"),
        ('tags:"NGO UN"~2', "'tags' holds a keyword.* ~2 stands behind words.* leave it out"),
        ("tags:N*", "'tags' holds a keyword.* pattern.* in quotes"),
        ("tags:NGO~", "'tags' holds a keyword.* pattern.* in quotes"),
        ("title:*", "no word to look for in 'title'"),
        ("**", "every word there is"),
    ],
)
def test_what_cannot_be_asked_of_a_field_is_told_with_what_to_write(index: Index, query: str, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        index.search(query, strict=True)
    with pytest.raises(QueryError, match=told):
        index.search("ក", filter=query)
    problem = index.search(query).problem
    assert problem is not None
    assert re.search(told, problem)


def test_a_field_that_is_none_is_told_with_those_there_are(index: Index) -> None:
    with pytest.raises(QueryError, match="no field 'color'; there are date, open, price, summary, tags, text, title"):
        index.search("ក", filter="color:red")


def test_a_value_of_two_words_without_quotes_is_told(tmp_path: Path) -> None:
    made = Index.create(tmp_path / "x", fields={"author": "keyword"})
    with made.writer() as writer:
        writer.add(Document("1", "", "ក្រុម", {"author": "Sok San"}))
    told = 'a value of several words stands in quotes: author:"Sok San"'
    assert told in str(made.search("author:Sok San").problem)
    with pytest.raises(QueryError, match=told):
        made.search("ក្រុម", filter="author:Sok San")
    assert made.search('author:"Sok San"').total == 1
    assert made.search("ក្រុម", filter="author:Sok").total == 0


def test_a_time_behind_a_date_without_quotes_is_told(index: Index) -> None:
    told = 'stands in quotes: date:"2021-05-11 10:30"'
    assert told in str(index.search("date:2021-05-11 10:30").problem)
    with pytest.raises(QueryError, match=told):
        index.search("ក", filter="date:2021-05-11 10:30")
    assert index.search("date:2021-05-11 កម្ពុជា").problem is None


def test_clauses_of_a_filter_are_joined_by_and(index: Index) -> None:
    assert index.search("កម្ពុជា", filter="tags:NGO date:2021-06").total == 1
    assert index.search("កម្ពុជា", filter="tags:NGO date:2022").total == 0


@pytest.mark.parametrize(
    "filter", ["tags: NGO", "tags:", "-tags: NGO", "(tags: NGO)", "date: [2021 TO *]", "date:2021 tags:"]
)
def test_a_filter_whose_value_stands_apart_is_told(index: Index, filter: str) -> None:
    with pytest.raises(QueryError, match=r"right behind (tags|date):, without a space"):
        index.search("កម្ពុជា", filter=filter)
    assert index.search(f"កម្ពុជា {filter}").total  # in a query, it is text


@pytest.mark.parametrize(
    ("filter", "told"),
    [
        ("price:>= 10", "position 0: a value has to stand right behind price:>=, without a space"),
        ("price:>", "a value has to stand right behind price:>, without a space"),
        ("price:>[1 TO 2]", "here a word, a quoted text or"),
        ("price:>(5)", "position 7: each value has its field before it"),
        ("price:(5 OR 6)", r"position 6: each value has its field before it: \(price:\u2026 OR price:\u2026\)"),
        ("price:3 TO 5", r"position 8: a range stands in brackets: price:\[low TO high\]"),
        ("price:[3 TO 5] TO 6", "position 15: a range stands in brackets"),
        ("price:[10 to 20]", r"this is no range; write price:\[low TO high\], where an end may be left out"),
        ("price:[10..20]", r"this is no range; write price:\[low TO high\]"),
        ("tags:{a b}", r"this is no range; write tags:\[low TO high\].* a value with brackets tags:\""),
        ("tags:[a]", "this is no range"),
        ('tags:a"b"', "position 6: this stands right behind the value of tags; a value with signs stands in quotes"),
        ('tags:"a"b', "this stands right behind the value of tags"),
        ("tags:a(b)", "this stands right behind the value of tags"),
        ("tags:a^b", "this stands right behind the value of tags"),
        ("price:[1 TO 2]3", "this stands right behind the value of price"),
        ("tags:/a", 'a value that begins with / stands in quotes: tags:"/a"'),
        ('tags:"a\\"', "a quote that never ends"),
        ("colour:>=5", "no field 'colour'; there are date"),
    ],
)
def test_what_a_filter_cannot_say_is_told_with_what_to_write(index: Index, filter: str, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        index.search("ក", filter=filter)
    assert index.search(filter).total >= 0  # a query is no program


def test_a_value_without_quotes_goes_on_to_a_space_or_bracket() -> None:
    made = Index.memory(fields={"tags": "keyword"})
    values = [
        "a:b",
        "tags:a",
        "tags:>1",
        "a:b:c",
        "+a",
        "-a",
        "AND",
        "NOT",
        "a]b",
        "10:30",
        "a+b",
        "C++",
        "a,b",
        "1.500",
    ]
    with made.writer() as writer:
        writer.add_all(Document(value, "", "x", {"tags": value}) for value in values)
    for value in values:
        for filter in (
            f"tags:{value}",
            f"(tags:{value})",
            f"tags:{value} tags:{value}",
            f"tags:<={value} tags:>={value}",
        ):
            assert [hit.id for hit in made.search("x", 99, filter=filter)] == [value], filter


@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize("query", ["", "  ", "\n\t", "\u200b", " \ufeff ", "*", " * "])
def test_a_blank_query_or_a_star_is_all_documents(index: Index, query: str, match: Match) -> None:
    for strict in (False, True):
        results = index.search(query, match=match, strict=strict)
        assert [hit.id for hit in results] == ["a", "b", "c", "d"]
        assert results.total == 4
        assert (results.corrected, results.suggestion, results.problem) == (None, None, None)
        assert len({hit.score for hit in results}) == 1
        for hit in results:
            assert not hit.loose
            assert not hit.snippet.marks
            assert not hit.title_marks
            assert sum(part.score for part in hit.explain()) == pytest.approx(hit.score)
    kept = index.search(query, 1, match=match, filter={"tags": "NGO"}, sort="-date")
    assert ([hit.id for hit in kept], kept.total, kept.facet("tags")) == (["b"], 2, {"NGO": 2, "UN": 1})


@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize("query", ["?!", "...", '""', "()", "\u17d4", "+", "-"])
def test_nothing_but_signs_finds_nothing(index: Index, query: str, match: Match) -> None:
    assert index.search(query, match=match).total == len(index.search(query, match=match)) == 0


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_a_blank_filter_is_none(index: Index, blank: str) -> None:
    assert index.search("កម្ពុជា", filter=blank).total == index.search("កម្ពុជា").total


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"price": "cheap"}, "price"), ({"date": 5}, "date"), ({"open": "x"}, "open"), ({"tags": 1}, "tags")],
)
def test_values_that_do_not_go_with_their_field_are_refused(index: Index, fields: dict[str, object], told: str) -> None:
    from khsearch import DocumentError

    writer = index.writer()
    with pytest.raises(DocumentError, match=told):
        writer.add(Document("x", "", "ក", fields))
    writer.cancel()


@pytest.mark.parametrize("name", ["id", "a b", "ក ខ", "๑", "២", "\u17d2\u1780", "lead", ""])
def test_names_that_no_field_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a field"):
        Index.create(tmp_path / "x", fields={name: "text"})


def test_a_kind_that_no_field_can_have(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown kind 'string'"):
        Index.create(tmp_path / "x", fields={"x": "string"})


@pytest.mark.parametrize("query", ["កម្ពុជា", "ពិការភាព ផ្សារ", '"ពិការ ភាព" +កម្ពុជា', "ពិកា*", "(កម្ពុជា OR ផ្សារ)^2", "ផ្សា~"])
def test_explanations_add_up(index: Index, query: str) -> None:
    for hit in index.search(query):
        assert sum(part.score for part in hit.explain()) == pytest.approx(hit.score, rel=1e-5)
        assert all(part.what for part in hit.explain())


values_typed = st.lists(st.sampled_from([*'0129០១៩-:.,TZW+* "[]{}>=', "TO", " TO ", "2021", "9999"]), max_size=10)
clauses_typed = st.builds(
    "{}{}:{}{}{}".format,
    st.sampled_from(["", "+", "-", "ក ", "("]),
    st.sampled_from(FIELDS),
    st.sampled_from(["", '"', "[", "{", "[* TO ", "{"]),
    values_typed.map("".join) | texts,
    st.sampled_from(["", '"', "]", "}", " TO *]", " TO 2021}", ")"]),
)


@given(clauses_typed | st.lists(clauses_typed, max_size=3).map(" ".join))
@examples(400)
def test_no_value_typed_for_a_field_is_any_other_error(index: Index, query: str) -> None:
    assert index.search(query).total >= 0
    for arguments in ({"strict": True}, {"filter": query}):
        with contextlib.suppress(QueryError):
            assert index.search(query, **arguments).total >= 0  # type: ignore[arg-type]


operators = st.sampled_from(
    [
        '"',
        "(",
        ")",
        "+",
        "-",
        "*",
        "?",
        "~",
        "~2",
        "^3",
        ":",
        "title:",
        "date:[",
        " TO ",
        "]",
        "AND ",
        " OR ",
        "NOT ",
        " ",
    ]
)


@given(st.lists(operators | st.sampled_from(WORDS + OTHERS) | texts, max_size=12).map("".join))
@examples(400)
def test_no_query_is_an_error(index: Index, query: str) -> None:
    for match in ("any", "all"):
        results = index.search(query, match=match)  # type: ignore[arg-type]
        assert results.total >= len(results)
        for hit in results:
            assert hit.snippet.fragments
    with contextlib.suppress(QueryError):
        index.search(query, strict=True)


def test_two_thousand_random_queries(index: Index) -> None:
    source = random.Random(100)
    pieces = [
        '"',
        "(",
        ")",
        " AND ",
        " OR ",
        " NOT ",
        "+",
        "-",
        "*",
        "~",
        "^2",
        ":",
        "[",
        "]",
        " TO ",
        " ",
        "title:",
        *WORDS,
        *OTHERS,
    ]
    for _ in range(2_000):
        query = "".join(source.choice(pieces) for _ in range(source.randint(0, 25)))
        assert index.search(query).total >= 0


@pytest.mark.parametrize(
    "piece", ["ក", "ក ", "(", '"', "+ក ", "ក* ", "x~ ", "text:ក ", "ក AND ", "\u201c", "1", "[", "- "]
)
def test_a_query_has_at_most_ten_thousand_characters(index: Index, piece: str) -> None:
    longest = (piece * 10_000)[:10_000]
    assert index.search(longest).total >= 0
    for arguments in ({}, {"strict": True}, {"match": "all"}):
        with pytest.raises(QueryError, match="10,001 characters, but at most 10,000"):
            index.search(longest + "ក", **arguments)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="at most 10,000"):
        index.search("ក", filter=longest + "ក")
    assert index.complete(longest + "ក" * 10_000) is not None


@pytest.mark.parametrize("field", ["title", "note"])
def test_a_word_in_a_named_field_stands_inside_longer_ones(field: str) -> None:
    index = Index.memory(fields={"note": "text"})
    with index.writer() as writer:
        writer.add(Document("1", "កប៉ាល់", "ទឹក", {"note": "កប៉ាល់ធំ"}))
        writer.add(Document("2", "ទឹក", "កប៉ាល់", {"note": "ទឹក"}))
    assert [hit.id for hit in index.search(f"{field}:ប៉ាល់", match="strict")] == ["1"]
    assert not index.search(f"{field}:ល់", match="strict").total  # one cluster is part of very many words
