"""What query logs tell: which queries are one, what each found last, and what happens to lines that are none."""

from __future__ import annotations

import gzip
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from khsearch import Index, KhsearchError
from khsearch.cli import app
from khsearch.web import Asked, AskedQuery, create_app

TEN, TEN_OTHERWISE = "\u1791\u17b8 \u17e1\u17e0", " \u1791\u200b\u17b8   10"
SHIFTED, SHIFTED_OTHERWISE = "\u1780\u17c9\u17b8", "\u1780\u17b8\u17c9"


def line(query: Any, total: Any = 1, corrected: Any = None, time: Any = "2026-03-01T00:00:00Z", **more: Any) -> bytes:
    return json.dumps({"time": time, "query": query, "total": total, "corrected": corrected, **more}).encode() + b"\n"


def asked(*lines: bytes, since: datetime = datetime.min) -> Asked:
    found = Asked(since)
    found.read(io.BytesIO(b"".join(lines)), "log")
    return found


def queries(*args: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["queries", *map(str, args)], input=stdin)


def test_what_differs_only_as_typed_texts_may_is_one_query_as_it_is_written_most_often() -> None:
    found = asked(
        *map(line, [TEN_OTHERWISE, TEN, TEN, "Abc", "ABC", "ABC", SHIFTED, SHIFTED_OTHERWISE, "ab c", "abc?"])
    )
    assert [(one.query, one.times) for one in found.queries()] == [
        ("ABC", 3),
        (TEN, 3),
        (SHIFTED, 2),
        ("ab c", 1),
        ("abc?", 1),
    ]


def test_a_query_has_what_it_found_last_in_whatever_order_the_lines_are() -> None:
    lines = [line("a", 1, None, "2026-03-01T00:00:00Z"), line("A", 5, "b", "2026-03-03T00:00:00Z")]
    for some in lines, lines[::-1]:
        assert asked(*some, line("a", 2, None, "2026-03-02T00:00:00Z")).queries() == [AskedQuery("a", 3, 5, "b")]


def test_what_filters_left_counts_only_where_there_was_nothing_else() -> None:
    without = line("a", 7, None, "2026-03-01T00:00:00Z")
    filtered = line("a", 0, None, "2026-03-02T00:00:00Z", filtered=True)
    for some in [without, filtered], [filtered, without]:
        (one,) = asked(*some).queries()
        assert (one.times, one.total, one.is_missing) == (2, 7, False)
    assert asked(filtered).queries()[0].is_missing


@pytest.mark.parametrize(
    "bad",
    [
        b"no json\n",
        b'{"query": "a"}\n',
        b"[1]\n",
        b"null\n",
        b"\xff\xfe\n",
        line(None),
        line(" "),
        line("a", -1),
        line("a", True),
        line("a", "1"),
        line("a", 1, 1),
        line("a", time="yesterday"),
        line("a", time=1),
        line("a" * 70_000),
        line("a")[:30],
    ],
)
def test_lines_that_are_none_are_counted_and_passed_over(bad: bytes) -> None:
    found = asked(line("b"), b"\n", bad.rstrip(b"\n"), b"\n", line("b"))
    assert (found.bad, found.searches) == (1, 2)
    assert found.queries() == [AskedQuery("b", 2, 1, None)]


@given(st.binary(max_size=200))
def test_whatever_a_file_holds_it_is_read(content: bytes) -> None:
    try:
        assert asked(content).queries() == []
    except KhsearchError:
        assert content.startswith(b"\x1f\x8b")


def test_what_was_asked_before_a_moment_is_left_out() -> None:
    lines = [line("old", time="2026-02-28T23:59:59Z"), line("new", time="2026-03-01T00:00:00Z")]
    assert [one.query for one in asked(*lines, since=datetime(2026, 3, 1)).queries()] == ["new"]


def test_a_site_s_own_log_is_told(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x.idx")
    with index.writer() as writer:
        writer.add({"id": "1", "text": f"{TEN} abc"})
    client = TestClient(create_app(index, query_log=tmp_path / "q.log"), base_url="http://localhost")
    for query in "ABC", "abc", "nowhere", "abc":
        client.get("/api/search", params={"q": query})
    told = queries(tmp_path / "q.log")
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "    times     found  asked most",
        "        3         1  abc",
        "        1         0  nowhere",
        "",
        "    times     found  found nothing as typed",
        "        1         0  nowhere",
    ]
    assert told.stderr == "khsearch: 4 searches, 2 different queries\n"


def test_what_was_read_as_something_else_is_told_apart_from_what_found_nothing() -> None:
    lines = [line("a", 3, "b"), line("c", 0), line("d"), line("e\x1b[2J\n", 0)]
    told = queries("-", stdin=b"".join(lines)).stdout.splitlines()
    assert told[-3:] == ["        1         3  a  as b", "        1         0  c", "        1         0  e [2J "]


def test_json_has_both_tables() -> None:
    told = queries("-", "--format", "json", "-n", "2", stdin=line("a", 3, "b") + line("c") * 2 + line("d") * 3)
    assert json.loads(told.stdout) == {
        "searches": 6,
        "queries": 3,
        "most": [
            {"query": "d", "times": 3, "total": 1, "corrected": None, "nearly": False},
            {"query": "c", "times": 2, "total": 1, "corrected": None, "nearly": False},
        ],
        "nothing": [{"query": "a", "times": 1, "total": 3, "corrected": "b", "nearly": False}],
    }


def test_several_files_stdin_and_what_logrotate_leaves_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "q.log").write_bytes(line("a"))
    (tmp_path / "q.log.1").write_bytes(gzip.compress(line("a")) + gzip.compress(line("b")))
    told = queries(tmp_path / "q.log", tmp_path / "q.log.1", "-", stdin=gzip.compress(line("a")))
    assert [row.split() for row in told.stdout.splitlines()[1:]] == [["3", "1", "a"], ["1", "1", "b"]]


def test_since_takes_dates_as_documents_have_them() -> None:
    lines = line("old", time="2025-12-31T23:59:59Z") + line("new")
    for date in "2026", "2026-03", "\u17e2\u17e0\u17e2\u17e6-\u17e0\u17e3-\u17e0\u17e1":
        told = queries("-", "--since", date, stdin=lines)
        assert "new" in told.stdout
        assert "old" not in told.stdout
    wrong = queries("-", "--since", "soon", stdin=lines)
    assert wrong.exit_code == 2
    assert "'soon' is no date; write it as" in wrong.stderr


def test_where_nobody_asked_anything_the_status_is_1_and_bad_lines_are_counted() -> None:
    told = queries("-", stdin=b"GET / 200\n\n{}\n")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("khsearch: 2 lines passed over, which are none of a query log\n")


def test_a_damaged_or_missing_file_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "q.gz").write_bytes(gzip.compress(line("a") * 100)[:-10])
    for path, says in (tmp_path / "q.gz", "leave it out"), (tmp_path / "none", "does not exist"):
        told = queries(path)
        assert told.exit_code == 2
        assert told.stderr.count("\n") == 1
        assert says in told.stderr


def test_what_no_document_had_all_of_is_missing(tmp_path: Path) -> None:
    asked = Asked()
    asked.read(io.BytesIO(line("a", nearly=True) + line("b")), "log")
    assert [(one.query, one.is_missing) for one in asked.queries()] == [("a", True), ("b", False)]
