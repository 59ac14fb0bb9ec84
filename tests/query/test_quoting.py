"""Whatever a value is made of, it finds its own documents and no others, as data and quoted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, QueryError, quote
from khsearch.documents import values
from khsearch.query.clauses import Quoted, Range
from khsearch.query.language import parse
from tests.extent import examples
from tests.strategies import texts

SIGNS = [
    '"',
    "\\",
    '\\"',
    '"\\',
    "\\\\",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ":",
    "*",
    "?",
    "~",
    "^",
    "+",
    "-",
    "/",
    "<",
    ">=",
]
HOSTILE = [
    *SIGNS,
    *(f"a{sign}b" for sign in SIGNS),
    *(f"{sign}a" for sign in SIGNS),
    *(f"b{sign}" for sign in SIGNS),
    *(f"{one}{other}" for one, other in product(['"', "\\", "]", " TO "], ['"', " OR ", "*", ":", "\\"])),
    *('x" OR draft:true OR c:"x', 'x\\" OR draft:true OR c:"x', "x OR draft:true", "x) OR (draft:true", '") OR ("'),
    *('x"] OR draft:true', "[* TO *]", "{* TO *}", '["a" TO "b"]', "[a TO b", "TO", "[TO]", ">=5", "<x", ">", "a TO b"),
    *(
        "AND",
        "OR",
        "NOT",
        "NOT draft:false",
        "a AND b",
        "-draft:false",
        "+draft:true",
        "draft:true",
        "c:draft",
        "c:",
        ":",
    ),
    *("* OR *", "**", "a*", "?b", "a~2", "~", "a^9", "^", "draft", "true", "null", "None", "{}", "[]", '{"not": {}}'),
    *('{"exists": true}', "$ne", "'", "' OR '1'='1", "`", "%", "%22", "&quot;", "<b>", "</b>", "<!--", "-->", "${x}"),
    *(
        "\n",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "a\x00b",
        "\x00",
        "\x1b[0m",
        "a\u2028b",
        "a\u00a0b",
        "\x7f",
        "a\x0bb",
        "a\u3000b",
    ),
    *(
        "\u202eabc",
        "\u200f\u05d0",
        "\u0645\u0631\u062d\u0628\u0627",
        "\u2066a\u2069b",
        "\U0001f600",
        "\U0001f1f0\U0001f1ed",
    ),
    *(
        "\U0001f469\u200d\U0001f680",
        "\u201ca\u201d",
        "\u201c",
        "\u201d",
        "\u2018a\u2019",
        "\u00ab a \u00bb",
        "\uff02",
        "\uff3b",
    ),
    *(
        "\u1780\u200b\u1781",
        "\u1780\u17d2",
        "\u17d2",
        "\u1780\u17bb\u17c6",
        "\u1780\u17c6\u17bb x",
        "\u17e1\u17e2\u17e3",
        "\u17d4",
    ),
    *(
        "1,500",
        "1.500",
        "1500 ",
        "-5",
        "+5",
        "1e5",
        "0x1f",
        "2021-05-11",
        "10:30",
        "\u00e9",
        "e\u0301x",
        "\u00df",
        "\ufb01le",
    ),
    *(
        "C++",
        "C#",
        ".NET",
        "a/b",
        "/a",
        "//a",
        "http://a.b/c?d=e&f=g#h",
        "C:\\",
        "C:\\x\\",
        "\\\\srv\\a",
        "a,b",
        "a;b",
        "a|b",
    ),
    *(
        "x" * 300,
        "x" * 20_000,
        '"' * 500,
        "\\" * 501,
        '\\"' * 400,
        "(" * 300,
        "[" * 300,
        "c:" * 200,
        "a " * 150,
        "OR " * 99,
    ),
]
OWN = list({values.keyword(value): value for value in HOSTILE}.values())


@pytest.fixture(scope="module", params=["columnar", "memory"])
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Index, list[str]]]:
    """An index of hostile values, and these by the numbers of their documents; fewer for the slow engine."""
    fields = {"c": "keyword", "draft": "boolean", "note": "text"}
    is_slow = request.param == "memory"
    path = tmp_path_factory.mktemp("quoting") / "x"
    made = Index.memory(fields=fields) if is_slow else Index.create(path, fields=fields)
    own = OWN[::8] if is_slow else OWN
    with made.writer() as writer:
        for number, value in enumerate(own):
            writer.add(Document(str(number), "", "x", {"c": value, "draft": False, "note": value}))
            writer.add(Document(f"draft {number}", "", "x", {"c": [value, "draft"], "draft": True, "note": value}))
    yield made, own
    made.close()


def found(index: Index, filter: Any) -> list[str]:
    return [hit.id for hit in index.search("", 1000, filter=filter)]


def test_there_are_two_hundred() -> None:
    assert len(OWN) >= 200


def test_each_hostile_value_finds_its_own_documents(hostile: tuple[Index, list[str]]) -> None:
    index, own = hostile
    for number, value in enumerate(own):
        said = quote(value)
        for filter in (
            {"c": value, "draft": False},
            {"draft": False, "c": [value]},
            {"c": {"gte": value, "lte": value}, "draft": False},
            {"and": [{"not": {"draft": True}}, {"or": [{"c": value}]}]},
            f"c:{said} draft:false",
            f"draft:false AND (c:{said})",
            f"c:[{said} TO {said}] -draft:true",
            f"c:>={said} AND c:<={said} draft:false",
            f"NOT draft:true +c:{said}",
        ):
            assert found(index, filter) == [str(number)], (value[:80], filter)


def test_two_hostile_values_beside_each_other_find_both(hostile: tuple[Index, list[str]]) -> None:
    index, own = hostile
    for number, (one, other) in enumerate(pairwise(own)):
        both = [str(number), str(number + 1)]
        assert found(index, f"(c:{quote(one)} OR c:{quote(other)}) AND draft:false") == both
        assert found(index, {"c": [one, other], "draft": False}) == both


def test_hostile_values_in_queries(hostile: tuple[Index, list[str]]) -> None:
    index, own = hostile
    for number, value in enumerate(own):
        if len(value) < 5_000:
            result = index.search(f"c:{quote(value)} -draft:true", match="strict", strict=True)
            assert [hit.id for hit in result] == [str(number)], value


def test_hostile_words_of_a_text_show_no_draft(hostile: tuple[Index, list[str]]) -> None:
    index, own = hostile
    for value in own:
        for filter in ({"note": value, "draft": False}, {"draft": False, "title": value}):
            with contextlib.suppress(QueryError):  # where there is no word in it
                assert not any(hit.startswith("draft") for hit in found(index, filter))


@given(texts | st.text(alphabet='"\\ x[]:TO*', max_size=8))
@examples(400)
def test_what_is_quoted_reads_as_it_was(text: str) -> None:
    kept = text.replace("\ud800", "").replace("\udfff", "")
    said = quote(kept)
    assert parse(f"c:{said}", ["c"], strict=True)[0] == Quoted(kept, "c")
    assert parse(f"c:{{{said} TO {said}]", ["c"], strict=True)[0] == Range("c", kept, kept, with_low=False)
    assert parse(f"c:<{said}", ["c"], strict=True)[0] == Range("c", None, kept, with_high=False)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\"', "a\\"),
        (r'"C:\x\y"', r"C:\x\y"),
        (r'"\\\""', '\\"'),
        ('"\u201ca\u201d"', "\u201ca\u201d"),
        ("\u201ca\\b\u201d", r"a\b"),
    ],
)
def test_a_backslash_means_itself_but_before_a_quote_and_another(said: str, meant: str) -> None:
    assert parse(f"c:{said}", ["c"], strict=True)[0] == Quoted(meant, "c")


def test_a_star_in_quotes_is_no_open_end() -> None:
    assert parse('c:["*" TO *]', ["c"], strict=True)[0] == Range("c", "*", None)


ZONE = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", [0, -5, 5, 1.5, -0.1, 1e-7, 1e300, 1e25, 2**63 - 1, 2**64 - 1, 9007199254740993, 0.1 + 0.2]),
        (
            "number",
            [Decimal("1.50"), Decimal("1E+3"), Decimal("1E+25"), Decimal("0.1"), Decimal("-7"), Decimal("1e300")],
        ),
        ("number", [np.int64(4), np.float32(0.1), np.float64(2.5)]),
        ("boolean", [True, False]),
        ("boolean", [np.True_, np.False_]),
        ("date", [date(2021, 5, 11), date(1, 1, 1), date(9999, 12, 31)]),
        ("date", [datetime(2021, 5, 11, 10, 30, 15, 7), datetime(2021, 5, 11), datetime(1, 1, 1, 0, 0, 0, 1)]),
        ("date", [datetime(2021, 5, 11, 3, tzinfo=ZONE), datetime(2021, 5, 10, 20)]),
        ("keyword", ["1", "1.0", "true", "2021-05-11"]),
    ],
)
def test_every_value_of_a_document_can_be_quoted(kind: str, given: list[Any]) -> None:
    made = Index.memory(fields={"f": kind})
    with made.writer() as writer:
        writer.add_all(Document(str(number), "", "x", {"f": value}) for number, value in enumerate(given))
        writer.add(Document("none", "", "x"))
    for number, value in enumerate(given):
        said = quote(value)
        assert "e" not in said or kind in ("boolean", "keyword")
        for filter in (f"f:{said}", f"f:{said} f:[* TO *]", {"f": value}, {"f": [value, value]}):
            assert found(made, filter) == [str(number)], filter
        if kind != "boolean":
            assert found(made, f"f:[{said} TO {said}]") == [str(number)]
            assert str(number) not in found(made, f"f:>{said} OR f:<{said}")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "is no value; give a str"),
        (float("nan"), "is no value"),
        (["a"], "a list, each value of which is quoted alone"),
        (b"a", "is of type bytes"),
        ("\ud800", "lone surrogate"),
        (float("inf"), "is inf"),
        (2**70, "more than 64 bits"),
    ],
)
def test_what_no_document_holds_cannot_be_quoted(value: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        quote(value)
