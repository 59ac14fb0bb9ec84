"""The tokenizer of SQLite's full-text search, with SQLite by apsw."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import tokenize
from tests.extent import examples
from tests.integrations.library import HOSTILE
from tests.strategies import texts

pytest.importorskip("apsw", reason="apsw is not installed")

import apsw

from khsearch.integrations.sqlite_fts5 import match_of, register

TEXT = "ជនពិការភាពបានប្រជុំ😀 COVID-19 ភ្នំពេញ\u200bកម្ពុជា"


@pytest.fixture(params=["khmer", "khmer atom", "khmer word"])
def tokenizer(request: pytest.FixtureRequest) -> str:
    return request.param


def table(tokenizer: str = "khmer", *rows: object) -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    register(connection)
    connection.execute(f"CREATE VIRTUAL TABLE t USING fts5(body, tokenize='{tokenizer}', prefix='2 3')")
    connection.executemany("INSERT INTO t VALUES (?)", [(row,) for row in rows])
    return connection


def highlighted(connection: apsw.Connection, match: str) -> list[str]:
    return [one for (one,) in connection.execute("SELECT highlight(t, 0, '[', ']') FROM t WHERE t MATCH ?", (match,))]


def test_words_are_found_and_marked_where_they_stand(tokenizer):
    connection = table(tokenizer, TEXT, "ផ្ទះ")
    assert highlighted(connection, match_of("ពិការភាព")) == [TEXT.replace("ពិការភាព", "[ពិការភាព]")]
    assert highlighted(connection, match_of("ពិការភាព ភ្នំពេញ")) == [
        TEXT.replace("ពិការភាព", "[ពិការភាព]").replace("ភ្នំពេញ", "[ភ្នំពេញ]")
    ]
    assert highlighted(connection, match_of("covid-19")) == [TEXT.replace("COVID-19", "[COVID-19]")]
    assert highlighted(connection, "ពិកា*")[0].startswith("ជន[ពិការ")
    (snippet,) = connection.execute("SELECT snippet(t, 0, '[', ']', '…', 3) FROM t WHERE t MATCH 'ភ្នំពេញ'").get.split(
        "\n"
    )
    assert "[ភ្នំពេញ]" in snippet
    assert len(snippet) < len(TEXT)


def test_a_part_of_a_compound_finds_it_by_atoms_alone():
    assert highlighted(table("khmer", TEXT), "ពិការ") == [TEXT.replace("ពិការ", "[ពិការ]")]
    assert highlighted(table("khmer word", TEXT), "ពិការ") == []


def test_orders_of_typing_find_each_other():
    # A vowel before the subscript that it is written after, and a space of no width.
    connection = table("khmer", "ស្រុ\u200bក")
    for typed in ("ស្រុក", "ស\u17bb្រក"):
        assert len(highlighted(connection, match_of(typed))) == 1


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_is_an_error(typed):
    connection = table("khmer", TEXT)
    assert len(highlighted(connection, match_of(typed))) <= 1
    assert highlighted(connection, match_of("")) == []


def test_text_that_is_no_text_keeps_its_places():
    connection = table("khmer", None, "", "\0", "abc\0 def")
    broken = b"\xff\xfe\xe1\x9e\x80 \xed\xa0\x80 abc \xf0\x9f"
    connection.execute("INSERT INTO t VALUES (CAST(? AS TEXT))", (broken,))
    ((found,),) = connection.execute("SELECT hex(highlight(t, 0, '[', ']')) FROM t WHERE t MATCH 'abc' AND rowid = 5")
    assert bytes.fromhex(found) == broken.replace(b"abc", b"[abc]")
    connection.execute("INSERT INTO t(t) VALUES ('integrity-check')")


@given(texts, st.sampled_from(["atom", "word"]))
@examples(100)
def test_every_token_is_a_stretch_of_the_text_under_its_term(text, mode):
    connection = table()
    data = text.encode("utf-8", "surrogatepass")
    tokenized = connection.fts5_tokenizer("khmer", [mode])
    for reason in (apsw.FTS5_TOKENIZE_DOCUMENT, apsw.FTS5_TOKENIZE_QUERY, apsw.FTS5_TOKENIZE_QUERY | 2):
        found = tokenized(data, reason, None)
        if "\ud800" <= max(text, default="") < "\ue000":
            continue
        assert [(data[start:end].decode(), term) for start, end, term in found] == [
            (text[one.start : one.end], one.term) for one in tokenize(text, mode=mode)
        ]


@pytest.mark.parametrize("wrong", ["sentence", "atom word"])
def test_a_tokenizer_that_cannot_be_is_told(wrong):
    with pytest.raises(ValueError, match=r"the tokenizer takes .*atom.*, not"):
        table(f"khmer {wrong}")


def test_a_name_of_one_s_own():
    connection = apsw.Connection(":memory:")
    register(connection, "words")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(body, tokenize='words')")
    with pytest.raises(ValueError, match="name takes a str"):
        register(connection, 3)
