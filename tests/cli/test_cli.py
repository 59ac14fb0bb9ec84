"""The command line: what goes to stdout, what to stderr, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from khsearch.cli import app
from khsearch.documents import Document, json_line
from khsearch.khmer.spelling.costs import read_counts
from khsearch.khmer.words import breakers

FLOOD = "ទឹកជំនន់នៅខេត្តបាត់ដំបង"
DOCUMENTS = [
    Document("flood", FLOOD, f"{FLOOD}\n\nទឹកជំនន់បានជន់លិចស្រូវ។ កសិករសុំជំនួយ។", {"place": "បាត់ដំបង"}),
    Document("school", "បើកសាលាថ្មី", "សិស្សានុសិស្សចូលរៀននៅសាលាថ្មី និងបណ្ណាល័យ UNICEF។"),
    Document("health", "មន្ទីរពេទ្យ", "គ្រូពេទ្យនិយាយពីជំងឺគ្រុនឈាម និង COVID-19។"),
    Document("old", "", "សាលាចាស់នៅក្បែរទឹក"),
]
LINES = b"\n".join(map(json_line, DOCUMENTS)) + b"\n"


def run(*args, stdin=None):
    return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)


def start(*args, **options):
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "khsearch", *args]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, **options)


def fails(result, says):
    assert result.exit_code == 2
    assert result.stdout == ""
    line = result.stderr
    assert line.startswith("khsearch: ")
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert says in line


def hits(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Path of an index of DOCUMENTS; the tests that change it put it back."""
    path = tmp_path_factory.mktemp("cli") / "news.idx"
    result = run("index", path, "-", "--format", "jsonl", stdin=LINES)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "4 added, 0 replaced; 4 documents" in result.stderr
    return path


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    """Path of an index of documents with a year."""
    path = tmp_path_factory.mktemp("cli") / "dated.idx"
    documents = [Document("new", "", "សាលា UNICEF", {"year": 2024}), Document("old", "", "សាលាចាស់", {"year": 2020})]
    lines = b"".join(json_line(document) + b"\n" for document in documents)
    assert run("index", path, "-", "--format=jsonl", "--field=year=number", stdin=lines).exit_code == 0
    return path


# index


def test_the_same_id_replaces(news):
    result = run("index", news, "-", "--format", "jsonl", stdin=LINES)
    assert "0 added, 4 replaced; 4 documents" in result.stderr


def test_files_and_folders_are_indexed(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text(FLOOD, encoding="utf-8")
    (folder / "b.csv").write_text(f"no,body,head\n7,{FLOOD},ក\n", encoding="utf-8")
    single = tmp_path / "c.txt"
    single.write_text(FLOOD, encoding="utf-8")
    path = tmp_path / "x.idx"
    result = run("index", path, folder, single, "--id-field=no", "--text-field=body", "--title-field=head")
    assert result.exit_code == 0
    found = {hit["id"] for hit in hits(run("search", path, FLOOD, "--format=json"))}
    assert found == {"docs/a.txt", "docs/b.csv#7", "c.txt"}


def test_a_bad_document_is_told_and_passed_over_or_stops_everything(tmp_path):
    path = tmp_path / "x.idx"
    bad = LINES + b"{}\n"
    args = ("index", path, "-", "--format=jsonl")
    fails(run(*args, "--stop-at-bad", stdin=b"{}\n" + LINES), "stdin, line 1: 'text' is missing")
    assert not path.exists()
    fails(run(*args, "--stop-at-bad", stdin=bad), "line 5: 'text' is missing")
    assert not path.exists()
    for option in ([], ["--skip-bad"]):
        result = run(*args, *option, stdin=bad)
        assert result.exit_code == 1
        skipped, counted, summary = result.stderr.splitlines()
        assert skipped.startswith("khsearch: skipped: stdin, line 5: ")
        assert counted == "khsearch: passed over: 1 broken"
        assert "0 replaced, 1 bad; 4 documents" in summary or "4 replaced, 1 bad; 4 documents" in summary
    fails(run(*args, "--stop-at-bad", stdin=b"\xff"), "stdin, line 1: not UTF-8 at byte 0")
    fails(run(*args, "--stop-at-bad", "--skip-bad", stdin=bad), "leave one out")
    assert run("search", path, FLOOD).exit_code == 0


def test_nothing_but_bad_documents_is_an_error_and_makes_no_index(tmp_path):
    result = run("index", tmp_path / "x.idx", "-", "--format=jsonl", "--skip-bad", stdin=b"{}\n")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == ("khsearch: none of the documents could be read; nothing was indexed")
    assert not (tmp_path / "x.idx").exists()


def test_the_breaker_is_chosen_when_an_index_is_created(tmp_path):
    path = tmp_path / "x.idx"
    args = ("index", path, "-", "--format=jsonl")
    assert run(*args, "--breaker=icu", stdin=LINES).exit_code == 0
    fails(run(*args, "--breaker=icu", stdin=LINES), "leave out --breaker")
    fails(run(*args, "--lexicon=words.txt", stdin=LINES), "leave out --lexicon")
    assert run(*args, stdin=LINES).exit_code == 0


@pytest.mark.usefixtures("few_words_by_default")
def test_a_word_list_is_taken_into_an_index(tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("ទឹកជំនន់\n?\n", encoding="utf-8")
    args = ("index", tmp_path / "x.idx", "-", "--format=jsonl", "--lexicon", words)
    fails(run(*args, stdin=LINES), "words.txt, line 2")
    words.write_text("ទឹកជំនន់\n", encoding="utf-8")
    assert run(*args, stdin=LINES).exit_code == 0
    assert run("search", tmp_path / "x.idx", "ទឹកជំនន់").exit_code == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["-"], "add --format"),
        (["nowhere"], "nowhere: cannot be read"),
        ([], "Missing argument 'PATH...' (see khsearch index --help)"),
        (["x", "--format=odd"], "'odd' is not one of 'txt', 'lines', 'jsonl'"),
    ],
)
def test_what_cannot_be_indexed_is_an_error(tmp_path, args, says):
    fails(run("index", tmp_path / "x.idx", *args), says)
    assert not (tmp_path / "x.idx").exists()


def test_a_value_that_its_field_cannot_hold_is_told_with_file_and_line_and_can_be_skipped(tmp_path):
    csv = tmp_path / "a.csv"
    csv.write_text("id,text,price\nok,ក,5\nbad,ក,cheap\n", encoding="utf-8")
    path = tmp_path / "x.idx"
    args = ("index", path, csv, "--field", "price=number")
    fails(run(*args, "--stop-at-bad"), f"{csv}, line 3: document 'a.csv#bad'")
    assert not path.exists()
    result = run(*args)
    assert result.exit_code == 1
    assert f"skipped: {csv}, line 3: document 'a.csv#bad'" in result.stderr
    assert "1 added, 0 replaced, 1 bad" in result.stderr


@pytest.mark.parametrize("folder", [None, "empty"])
def test_a_run_that_fails_leaves_no_new_index(tmp_path, folder):
    path = tmp_path / "x.idx"
    if folder:
        path.mkdir()
    bad = b'{"id":"1","text":"x","price":"cheap"}\n'
    for more in ([], ["--stop-at-bad"]):
        result = run("index", path, "-", "--format=jsonl", "--field=price=number", *more, stdin=bad)
        assert result.exit_code == 2
        assert path.exists() == bool(folder)
        assert not folder or not list(path.iterdir())


def test_a_run_that_fails_leaves_an_index_that_was_there(tmp_path):
    path = tmp_path / "x.idx"
    assert run("index", path, "-", "--format=jsonl", stdin=LINES).exit_code == 0
    lines = b'{"id":"5","text":"x"}\n{}\n'
    fails(run("index", path, "-", "--format=jsonl", "--stop-at-bad", stdin=lines), "line 2: 'text' is missing")
    assert run("export", path).stdout.count("\n") == len(DOCUMENTS)


@pytest.mark.parametrize("kinds", [("keyword", "number"), ("keyword", "keyword")])
def test_a_field_is_named_once(tmp_path, kinds):
    options = [f"--field=a={kind}" for kind in kinds]
    fails(run("index", tmp_path / "x.idx", "-", "--format=jsonl", *options, stdin=LINES), "'a' is named twice")


NO_UTF8 = os.fsdecode(b"a\xe9b")


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """Work in a folder of files of which some have names that are not UTF-8."""
    monkeypatch.chdir(tmp_path)
    Path(f"docs/sub{NO_UTF8}").mkdir(parents=True)
    Path(NO_UTF8).mkdir()
    for file in (f"docs/{NO_UTF8}.txt", "docs/ok.txt", f"docs/sub{NO_UTF8}/x.txt", f"{NO_UTF8}/y.txt"):
        Path(file).write_text(FLOOD, encoding="utf-8")
    Path(f"{NO_UTF8}.jsonl").write_bytes(LINES)
    return tmp_path


def test_a_file_whose_name_is_not_utf8_is_told_and_the_good_ones_beside_it_are_indexed(odd):
    process = start("index", "x.idx", "docs", "--stop-at-bad", cwd=odd)
    told = process.communicate()[1].decode()
    assert process.returncode == 2
    assert told.startswith("khsearch: docs/a\\udce9b.txt: ")
    assert told.count("\n") == 1
    assert not Path("x.idx").exists()
    process = start("index", f"{NO_UTF8}.idx", "docs", cwd=odd)
    *skipped, _, _, summary = process.communicate()[1].decode().splitlines()
    assert process.returncode == 1
    assert len(skipped) == 2
    assert all("\\udce9" in line and "rename it" in line for line in skipped)
    assert "1 added, 0 replaced, 2 bad; 1 documents in a\\udce9b.idx" in summary


def test_what_a_file_holds_does_not_depend_on_its_name(odd):
    assert run("index", "x.idx", NO_UTF8).exit_code == 0
    assert run("index", "x.idx", NO_UTF8, "--sync").exit_code == 0
    assert {"y.txt"} == {hit["id"] for hit in hits(run("search", "x.idx", FLOOD, "--format=json"))}


@pytest.mark.parametrize(
    "args",
    [
        ["index", "x.idx", "nowhere?"],
        ["index", "x.idx", "docs", "--format=csv", "?", "--stop-at-bad"],
        ["index", "x.idx", "docs", "--root=?.idx"],
        ["index", "x.idx", "docs", "--report=?/?/x"],
        ["index", "x.idx", "docs/ok.txt", "--lexicon=?"],
        ["index", "x.idx", "docs/ok.txt", "--field=?=text"],
        ["index", "x.idx", "docs/ok.txt", "--field=a=?"],
        ["index", "x.idx", "?.jsonl", "--id-field=?"],
        ["index", "x.idx", "?.jsonl", "--text-field=?"],
        ["search", "nowhere?", "x"],
        ["search", "{news}", "?"],
        ["search", "{news}", "x", "--filter=?:x"],
        ["search", "{news}", "x", "--sort=?"],
        ["search", "{news}", "x", "--spellings=?"],
        ["search", "{news}", "x", "--?"],
        ["spellings", "{news}", "?"],
        ["complete", "{news}", "?"],
        ["similar", "{news}", "?"],
        ["delete", "{news}", "flood", "?"],
        ["words", "?"],
        ["words", "x", "--lexicon=?"],
        ["words", "x", "--separator=?"],
        ["lexicon", "learn", "nowhere?", "-o", "x.khl"],
        ["lexicon", "learn", "docs/ok.txt", "-o", "x.khl", "--base=nowhere?"],
        ["lexicon", "learn", "docs/ok.txt", "-o", "x.khl", "--words=nowhere?"],
        *([command, "nowhere?"] for command in ("stats", "export", "verify", "optimize", "rebuild", "spellings")),
        ["?"],
    ],
)
def test_bytes_that_are_not_utf8_are_told_in_one_line(odd, news, args):
    fails(run(*(arg.replace("?", NO_UTF8).format(news=news) for arg in args)), "")
    assert not Path("x.idx").exists()


# search


def test_hits_are_shown_best_first(news):
    result = run("search", news, "ទឹកជំនន់")
    assert result.exit_code == 0
    first, *rest = result.stdout.splitlines()
    assert first == f"  1. {FLOOD}  flood"
    assert "ជន់លិចស្រូវ" in rest[0]
    assert "hits 1 to " in result.stderr
    assert "\x1b" not in result.stdout


def test_a_document_without_title_is_shown_by_its_id(news):
    assert "  1. old\n" in run("search", news, "សាលាចាស់").stdout


def test_hits_as_json(news):
    first = hits(run("search", news, "សាលា", "--format", "json"))[0]
    assert list(first) == ["rank", "score", "loose", "id", "title", "title_marks", "snippet", "marks", "fields"]
    assert (first["rank"], first["loose"]) == (1, False)
    assert first["id"] in {"school", "old"}
    assert next(first["snippet"][start:end] for start, end in first["marks"]) == "សាលា"
    (school,) = hits(run("search", news, "សាលា unicef", "--format=json", "-n1"))
    assert [school["title"][start:end] for start, end in school["title_marks"]] == ["សាលា"]


def test_an_empty_query_shows_all_and_a_page_is_one_object(dated):
    for query in ("", "*"):
        (page,) = hits(run("search", dated, query, "--format=page", "--facet=year", "--sort=-year"))
        assert list(page) == ["total", "corrected", "nearly", "suggestion", "facets", "hits"]
        assert page["total"] == len(page["hits"]) == sum(page["facets"]["year"].values())
        years = [hit["fields"]["year"] for hit in page["hits"]]
        assert years == sorted(years, reverse=True)
    assert page["hits"] == hits(run("search", dated, "", "--format=json", "--sort=-year"))
    asked = run("search", dated, "-", "--format=page", stdin="សាលា\nxyz\n".encode())
    assert [(page["query"], page["total"] > 0) for page in hits(asked)] == [("សាលា", True), ("xyz", False)]


def test_hits_of_a_group_are_one(tmp_path):
    lines = b"".join(b'{"id":"%d","text":"x","file":"%d.pdf"}\n' % (number, number // 3) for number in range(8))
    assert run("index", tmp_path / "x.idx", "-", "--format=jsonl", "--field=file=keyword", stdin=lines).exit_code == 0
    grouped = hits(run("search", tmp_path / "x.idx", "", "--format=json", "--group-by=file"))
    assert [(hit["id"], hit["more"]) for hit in grouped] == [("0", 2), ("3", 2), ("6", 1)]
    assert run("search", tmp_path / "x.idx", "x", "--group-by=file").stdout.count(" more like it") == 3


LOOSER = "--- looser hits, which hold some of the words ---"


def test_a_line_is_drawn_before_looser_hits_which_no_count_has(news):
    result = run("search", news, "សាលា unicef")
    lines = [line for line in result.stdout.splitlines() if line.startswith(("  1.", "  2.", "---"))]
    assert [line.split("  ")[-1] for line in lines] == ["school", LOOSER, "2. old"]  # which has no title
    assert "hits 1 to 2, 1 of them looser; 1 found in " in result.stderr
    for more in (["--match=strict"], ["--match=all"], ["--match=any"], ["-n1"]):
        assert LOOSER not in run("search", news, "សាលា unicef", *more).stdout
    assert run("search", news, "សាលា unicef", "--offset=1").stdout.startswith(f"{LOOSER}\n")
    assert run("search", news, "សាលា unicef", "--offset=1").exit_code == 0


def test_looser_hits_alone_are_nothing_found(dated):
    args = ("search", dated, "សាលា unicef", "--filter", "year:2020")
    result = run(*args)
    assert result.stdout.startswith(f"{LOOSER}\n")
    assert "hits 1 to 1, 1 of them looser; 0 found in " in result.stderr
    assert result.exit_code == run(*args, "--format=json").exit_code == 1
    assert run(*args, "--match=any").exit_code == 0


def test_what_stands_nowhere_is_read_otherwise_and_told_unless_it_is_meant_literally(news):
    for query, meant in (("គ្រុនឈម", "គ្រុនឈាម"), ("unicefសាលា", "unicef សាលា")):
        result = run("search", news, query)
        assert result.stderr.splitlines()[0] == f"khsearch: searched for {meant} instead"
        assert "did you mean" not in result.stderr
        literal = run("search", news, query, "--literal")
        assert "instead" not in literal.stderr
    assert "did you mean: គ្រុនឈាម" in run("search", news, "គ្រុនឈម", "--literal").stderr


def test_limit_offset_and_match(news):
    every = hits(run("search", news, "សាលា ជំងឺ", "--format=json"))
    assert {hit["id"] for hit in every} == {"school", "old", "health"}
    assert hits(run("search", news, "សាលា ជំងឺ", "--format=json", "-n1", "--offset", "1")) == every[1:2]
    assert [hit["id"] for hit in hits(run("search", news, "សាលា unicef", "--format=json", "--match=all"))] == ["school"]


def test_nothing_found_is_status_1(news):
    result = run("search", news, "xyz")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("khsearch: no hits in ")


@pytest.mark.parametrize("query", ["-សាលា", "-unicef", "-n-unicef", "-covid"])
@pytest.mark.parametrize("marker", [[], ["--"]])
def test_a_query_may_begin_with_a_hyphen(news, query, marker):
    for args in (["search", "--format=json", *marker, news, query], ["search", news, "-n", "5", *marker, query]):
        assert run(*args).exit_code == 0


def test_queries_are_read_from_stdin(news):
    queries = "\ufeffទឹកជំនន់\n\nxyz\r\n-សាលា\n"
    found = hits(run("search", news, "-", "--format=json", stdin=queries))
    assert {hit["query"] for hit in found} == {"ទឹកជំនន់", "-សាលា"}
    text = run("search", news, "-", stdin=queries)
    assert text.exit_code == 0
    assert [line for line in text.stdout.splitlines() if line in queries.split()] == ["xyz", "-សាលា"]
    assert run("search", news, "-", stdin="xyz\n").exit_code == 1
    fails(run("search", news, "-", stdin=b"\xff\n"), "stdin, line 1: not UTF-8")


def test_a_trec_run(news):
    result = run("search", news, "-", "--format=trec", "-n", "1", stdin="q1\tទឹកជំនន់\nសាលា\n")
    rows = [line.split(" ") for line in result.stdout.splitlines()]
    assert [row[:4] for row in rows] == [["q1", "Q0", "flood", "1"], ["2", "Q0", rows[1][2], "1"]]
    assert [row[5] for row in rows] == ["khsearch", "khsearch"]
    assert float(rows[0][4]) > 0


def test_looser_hits_stay_behind_in_a_trec_run(tmp_path):
    documents = [
        Document("both", "", f"សាលា {FLOOD * 40} unicef"),
        *(Document(f"one{number}", "", f"សាលាថ្មី {'unicefx ' * number}") for number in range(3)),
    ]
    lines = b"".join(json_line(document) + b"\n" for document in documents)
    assert run("index", tmp_path / "x.idx", "-", "--format=jsonl", stdin=lines).exit_code == 0
    found = hits(run("search", tmp_path / "x.idx", "សាលា unicef", "--format=json"))
    assert [hit["loose"] for hit in found] == [False, True, True, True]
    rows = [
        line.split() for line in run("search", tmp_path / "x.idx", "សាលា unicef", "--format=trec").stdout.splitlines()
    ]
    assert [row[2] for row in rows] == [hit["id"] for hit in found]
    assert sorted(rows, key=lambda row: -float(row[4])) == rows
    assert len({row[4] for row in rows}) == len(rows)


def test_an_id_with_a_space_stands_in_no_trec_run(tmp_path):
    line = json_line(Document("a b", "", FLOOD))
    assert run("index", tmp_path / "x.idx", "-", "--format=jsonl", stdin=line).exit_code == 0
    fails(run("search", tmp_path / "x.idx", FLOOD, "--format=trec"), "use --format json")


def test_a_terminal_is_told_no_control_characters(tmp_path, monkeypatch):
    line = json_line(Document("a\x1b[2J", "\x07b\x1b]0;c", f"{FLOOD}\x1b[31m"))
    assert run("index", tmp_path / "x.idx", "-", "--format=jsonl", stdin=line).exit_code == 0
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run("search", tmp_path / "x.idx", FLOOD).stdout
    assert "\x1b[1;33m" in shown
    assert not {"\x1b[2J", "\x07", "\x1b]", "\x1b[31m"} & {
        shown[i : i + n] for i in range(len(shown)) for n in range(1, 6)
    }


def test_colour_is_what_the_environment_says(news, monkeypatch):
    assert "\x1b" not in run("search", news, FLOOD).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run("search", news, FLOOD).stdout
    assert f"  1. \x1b[1m\x1b[1;33m{FLOOD}\x1b[0;1m\x1b[0m  " in shown
    assert f"     \x1b[1;33m{FLOOD}\x1b[0m" in shown
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("search", news, FLOOD).stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["nowhere.idx", "x"], "nowhere.idx"),
        (["{news}", "", "--facet", "year"], "no field 'year'"),
        (["{news}", "", "--facet", "year:week"], "by takes 'year' or 'month' or 'day'"),
        (["{news}"], "Missing argument 'QUERY'"),
        (["{news}", "x", "--limt", "3"], "--limt"),
        (["{news}", "x", "-n"], "'-n'"),
        (["{news}", "x", "-n", "0"], "0 is not in the range"),
        (["{news}", "x", "y"], "unexpected extra argument"),
        (["", "x"], "empty; name a folder"),
        (["shelf://name:secret@here/x", "x"], "khsearch: no engine for shelf:// addresses; install the package"),
        (["file:///tmp/x", "x"], "without file://"),
    ],
)
def test_what_cannot_be_searched_is_an_error(news, args, says):
    fails(run("search", *(arg.format(news=news) for arg in args)), says)


def test_a_query_of_ten_thousand_characters(news):
    assert run("search", news, "ទឹកជំនន់ " * 1100).exit_code == 0


# delete, rebuild, optimize, stats, export


def test_delete(news):
    result = run("delete", news, "flood", "nobody")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == ["khsearch: no document has the id 'nobody'", "khsearch: 1 deleted"]
    assert "flood" not in [hit["id"] for hit in hits(run("search", news, FLOOD, "--format=json"))]
    assert run("delete", news, "flood").exit_code == 1
    assert run("index", news, "-", "--format=jsonl", stdin=LINES).exit_code == 0


@pytest.mark.parametrize("command", ["rebuild", "optimize"])
def test_an_index_stays_what_it_was(news, command):
    before = hits(run("search", news, "សាលា ទឹក", "--format=json"))
    result = run(command, news)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(f"khsearch: {news}: ")
    assert hits(run("search", news, "សាលា ទឹក", "--format=json")) == before


def test_stats(news):
    result = run("stats", news)
    assert (result.exit_code, result.stderr) == (0, "")
    told = dict(re.split("  +", line.strip()) for line in result.stdout.splitlines())
    assert (told["documents"], told["segments"], told["breaker"]) == ("4", "1", "lattice")


def test_what_is_exported_can_be_indexed(news, tmp_path):
    exported = run("export", news)
    assert sorted(exported.stdout_bytes.splitlines()) == sorted(LINES.splitlines())
    assert run("index", tmp_path / "x.idx", "-", "--format=jsonl", stdin=exported.stdout_bytes).exit_code == 0


@pytest.mark.parametrize("command", ["rebuild", "optimize", "stats", "export", "delete"])
def test_a_missing_index_is_an_error(tmp_path, command):
    more = ["x"] if command == "delete" else []
    fails(run(command, tmp_path / "nowhere.idx", *more), "nowhere.idx")


# words


def test_words_stand_one_a_line():
    result = run("words", "--mode=atom", "ឆ្មា ស៊ីត្រី។ COVID-19")
    assert result.stdout.splitlines() == ["ឆ្មា", "ស៊ី", "ត្រី", "COVID", "19"]
    assert result.stderr == ""
    assert run("words", "ក្មេង\u200bៗ។ COVID-19").stdout.splitlines() == ["ក្មេងៗ", "COVID-19"]


def test_words_is_a_filter():
    text = "ឆ្មាស៊ីត្រី។  COVID-19\r\n\n\tសាលាថ្មី\u200bនៅ\u200bភូមិ\n(សាលា)"
    for separator in ("\\u200b", "\u200b"):
        separated = run("words", "--mode=atom", "--separator", separator, stdin=text.encode()).stdout_bytes.decode()
        assert separated == ("ឆ្មា\u200bស៊ី\u200bត្រី។  COVID-19\r\n\n\tសាលា\u200bថ្មី\u200bនៅ\u200bភូមិ\n(សាលា)")
    assert run("words", "--separator=|", "១៥%នៅហ៊ុន១").stdout == "១៥%|នៅ|ហ៊ុន|១\n"
    parted = run("words", "--mode=atom", "--separator", r"\x20\\", stdin=text.encode()).stdout_bytes.decode()
    assert parted.replace(" \\", "") == text
    assert "ថ្មី\u200b \\នៅ" in parted


def test_words_as_json():
    text = "ឆ្មា 5%\nសាលា៣"
    five = {"word": "5", "term": "5", "kind": "number", "start": 5, "end": 6}
    lines = [json.loads(line) for line in run("words", "-", "--format=json", stdin=text.encode()).stdout.splitlines()]
    assert lines == [
        [
            {"word": "ឆ្មា", "term": "ឆ្មា", "kind": "khmer", "start": 0, "end": 4},
            {"word": "5%", "term": "5%", "kind": "number", "start": 5, "end": 7, "parts": [five]},
        ],
        [
            {"word": "សាលា", "term": "សាលា", "kind": "khmer", "start": 0, "end": 4},
            {"word": "៣", "term": "3", "kind": "number", "start": 4, "end": 5},
        ],
    ]


@pytest.mark.usefixtures("few_words_by_default")
def test_words_by_another_breaker_or_word_list(tmp_path):
    assert run("words", "--breaker", "icu", "ឆ្មាស៊ី").stdout.splitlines() == ["ឆ្មា", "ស៊ី"]
    list_ = tmp_path / "words.txt"
    list_.write_text("ឆ្មាស៊ី  # no such word\n", encoding="utf-8")
    assert run("words", "--lexicon", list_, "ឆ្មាស៊ីត្រី").stdout.splitlines() == ["ឆ្មាស៊ី", "ត្រី"]
    fails(run("words", "--lexicon", tmp_path / "nowhere", FLOOD), "nowhere")


def test_a_breaker_of_a_package_that_fails_is_no_fault_of_khsearch(monkeypatch, tmp_path):
    monkeypatch.setattr(breakers, "_registered", {"mine": lambda resources: 1 / 0})
    source = tmp_path / "a.txt"
    source.write_text("សាលា", "utf-8")
    for command in (["words", FLOOD], ["index", tmp_path / "x.idx", source]):
        result = run(*command, "--breaker", "mine")
        fails(result, "khsearch: the breaker 'mine' cannot be made")
        assert "fault in khsearch" not in result.stderr
    assert not (tmp_path / "x.idx").exists()


def test_text_that_begins_with_a_hyphen():
    assert run("words", "-សាលា").stdout == "សាលា\n"


@pytest.mark.parametrize(
    ("args", "stdin", "says"),
    [
        ([], "សាលា\n".encode() + b"\xe1\x9e", "stdin: not UTF-8 at byte 13"),
        (["x", "--separator=|", "--format=json"], None, "leave out one"),
        (["x", "--separator", r"\ud800"], None, "not UTF-8"),
        (["x", "--breaker", "y"], None, "'y' is not one of"),
        (["x", "--breaker=icu", "--lexicon=y"], None, "reads no lexicon"),
    ],
)
def test_what_cannot_be_broken_is_an_error(args, stdin, says):
    result = run("words", *args, stdin=stdin)
    assert result.exit_code == 2
    assert result.stderr.startswith("khsearch: ")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr


# lexicon


def test_slips_are_counted(tmp_path):
    pairs, counts = tmp_path / "pairs.jsonl", tmp_path / "slips.tsv"
    pairs.write_text(json.dumps({"wrong": "គិ", "right": "កិ"}) + "\n", "utf-8")
    told = run("lexicon", "slips", pairs, "-o", counts, "--source", "made up")
    assert "1 pairs" in told.stderr
    assert "made up" in counts.read_text("utf-8")
    assert read_counts(counts)[0x82, 0x80] >= 1
    fails(run("lexicon", "slips", tmp_path / "nowhere", "-o", counts), "nowhere")
    fails(run("lexicon", "slips", pairs, "-o", tmp_path / "no" / "where"), "name another file")


def test_a_lexicon_is_learnt_and_used(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("កសិករសុំជំនួយ។ កសិករសុំទឹក។\n" * 10, encoding="utf-8")
    learnt = tmp_path / "learnt.khl"
    result = run("lexicon", "learn", text, "-o", learnt)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("khsearch: ")
    assert "words in" in result.stderr
    assert "កសិករ" in run("words", "--lexicon", learnt, "កសិករសុំទឹក").stdout.splitlines()
    assert run("lexicon", "learn", text, "-o", tmp_path / "more.khl", "--base", learnt).exit_code == 0
    fails(run("lexicon", "learn", text, "-o", learnt, "--base", tmp_path / "nowhere"), "nowhere")


# How it ends


def test_help_and_version():
    assert "Commands:" in run().stdout
    assert run().exit_code == 0
    assert run("--version").stdout.startswith("khsearch, version ")
    for command in app.commands:
        assert run(command, "--help").exit_code == 0
    fails(run("serch"), "No such command 'serch'")


def test_a_fault_is_one_line_too(news, monkeypatch):
    monkeypatch.setattr("khsearch.cli.searching._print_text", lambda *_, **__: 1 / 0)
    fails(run("search", news, FLOOD), "unexpected ZeroDivisionError")


@pytest.mark.parametrize("format", ["text", "json", "trec"])
def test_a_closed_pipe_is_no_error(news, format):
    queries = ("ទឹក សាលា\n" * 500).encode()
    with start("search", news, "-", "--format", format) as process:
        process.stdout.close()
        process.stdin.write(queries)
        process.stdin.close()
        told = process.stderr.read().decode()
        assert process.wait() == 0
    assert "Error" not in told
    assert "Traceback" not in told


def test_a_pipe_that_closes_before_help_is_no_error():
    with start("--help") as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_no_fault(news, tmp_path, closed):
    source = tmp_path / "a.txt"
    source.write_text("សាលា", "utf-8")
    for command in (
        ["index", tmp_path / "x.idx", source],
        *(["stats", news], ["search", news, FLOOD], ["verify", news], ["words", FLOOD], ["export", news]),
    ):
        shell = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "khsearch", *command]
        ended = subprocess.run(shell, capture_output=True, check=False)
        assert (ended.returncode, b"unexpected" in ended.stderr) == (0, False), command


def test_a_full_disk_is_an_error():
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "khsearch", "words", FLOOD]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 2
    assert ended.stderr.decode() == "khsearch: No space left on device\n"


def test_an_interrupt_is_quiet():
    # What runs in the background of a script may be told to ignore interrupts, and so are its children.
    with start("words", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:
        process.stdin.write("សាលា\n".encode())
        process.stdin.flush()
        assert process.stdout.readline() == "សាលា\n".encode()  # what has arrived is broken at once
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr.read() == b""


def test_an_argument_that_is_not_utf8_is_an_error(news):
    with start("search", os.fsencode(news), b"\xff") as process:
        out, err = process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"khsearch: Invalid value for 'QUERY': not UTF-8")
    assert err.count(b"\n") == 1


def test_output_is_utf8_whatever_the_locale(news):
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    with start("words", "-", env=environment) as process:
        out, err = process.communicate("សាលា".encode())
    assert (process.returncode, out, err) == (0, "សាលា\n".encode(), b"")


def test_fields_filters_sorting_facets_and_explanations(tmp_path):
    source = tmp_path / "news.jsonl"
    source.write_text(
        '{"id": "1", "title": "", "text": "កម្ពុជា", "date": "2021-05-11", "tags": ["NGO"]}\n'
        '{"id": "2", "title": "", "text": "កម្ពុជា", "date": "2022-01-01", "tags": ["NGO", "UN"]}\n'
        '{"id": "3", "title": "", "text": "កម្ពុជា", "date": "yesterday"}\n',
        "utf-8",
    )
    index = tmp_path / "x.idx"
    fields = ("--field", "date=date", "--field", "tags=keyword")
    fails(run("index", index, source, *fields, "--stop-at-bad"), "yesterday")
    told = run("index", index, source, *fields)
    assert "2 added, 0 replaced, 1 bad" in told.stderr
    ids = run("search", index, "កម្ពុជា", "--sort", "-date", "--format", "trec").stdout.split()[2::6]
    assert ids == ["news.jsonl#2", "news.jsonl#1"]
    told = run("search", index, "កម្ពុជា", "--filter", "date:2021", "--facet", "tags", "--explain", "--format", "json")
    assert told.exit_code == 0
    assert '"id":"news.jsonl#1"' in told.stdout
    assert '"explain":[{' in told.stdout
    assert "NGO" in told.stderr
    assert "in all" in run("search", index, "កម្ពុជា", "--explain").stdout
    fails(run("search", index, "កម្ពុជា", "--sort", "colour"), "colour")
    fails(run("search", index, "កម្ពុជា", "--filter", '"'), "position")
    fails(run("index", tmp_path / "y", source, "--field", "date=day"), "unknown kind")
    fails(run("index", index, source, "--field", "price=number"), "--field")


def test_verify_tells_damage(tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("កម្ពុជា", "utf-8")
    index = tmp_path / "x.idx"
    run("index", index, source)
    assert run("verify", index).exit_code == 0
    segment = next(index.glob("*.seg"))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(bytes(data))
    told = run("verify", index)
    assert told.exit_code == 2
    assert segment.name in told.stderr


def test_what_does_not_parse_is_searched_and_told(tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("កម្ពុជា", "utf-8")
    run("index", tmp_path / "x.idx", source)
    told = run("search", tmp_path / "x.idx", '"កម្ពុជា')
    assert told.exit_code == 0
    assert "searched as plain words" in told.stderr


def test_complete_and_similar(news):
    told = run("complete", news, "ទឹ")
    assert (told.exit_code, told.stdout) == (0, "ទឹក\nទឹកជំនន់\n")
    assert run("complete", news, "ហ្ហ្ហ").exit_code == 1
    fails(run("similar", news, "none"), "no document has the id")
    like = run("similar", news, "flood", "--format", "json")
    assert (like.exit_code, [hit["id"] for hit in hits(like)]) == (0, ["old", "school"])


# --wait


def test_a_second_writer_waits_its_turn(tmp_path):
    path = tmp_path / "x.idx"
    first = start("index", str(path), "-", "--format=jsonl", "--field=n=number")
    first.stdin.write(json.dumps({"id": "a", "text": FLOOD, "n": 1}).encode() + b"\n")
    first.stdin.write(b"{" + b" " * 200_000)  # more than a pipe holds: it has begun to write
    first.stdin.flush()
    line = json.dumps({"id": "b", "text": FLOOD, "n": 2}).encode()
    fails(run("index", path, "-", "--format=jsonl", stdin=line), "--wait 60")
    fails(run("delete", path, "b"), "--wait 60")
    (tmp_path / "b.jsonl").write_bytes(line)
    second = start("index", str(path), str(tmp_path / "b.jsonl"), "--field=n=number", "--wait=60")
    first.stdin.write(b' "id": "c", "text": "x"}\n')
    first.communicate()
    told = second.communicate()[1]
    assert (first.returncode, second.returncode) == (0, 0)
    assert b"1 added, 0 replaced; 3 documents" in told
    assert run("delete", path, "b.jsonl#b", "--wait=5").exit_code == 0


def test_a_writer_that_waits_makes_the_index_that_another_gave_up(tmp_path):
    path = tmp_path / "x.idx"
    first = start("index", str(path), "-", "--format=jsonl", "--stop-at-bad")
    first.stdin.write(json.dumps({"id": "a", "text": FLOOD}).encode() + b"\n{" + b" " * 200_000)
    first.stdin.flush()
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": "b", "text": FLOOD}))
    second = start("index", str(path), str(tmp_path / "b.jsonl"), "--wait=60")
    time.sleep(0.5)
    first.communicate()  # in the middle of a line
    second.communicate()
    assert (first.returncode, second.returncode) == (2, 0)
    assert [json.loads(line)["id"] for line in run("export", path).stdout.splitlines()] == ["b.jsonl#b"]


# fields


def test_fields_are_added_dropped_and_listed(tmp_path):
    path = tmp_path / "x.idx"
    lines = b"".join(
        json.dumps({"id": str(n), "text": FLOOD, "year": year, "note": "UNICEF"}).encode() + b"\n"
        for n, year in enumerate([2020, "soon"])
    )
    assert run("index", path, "-", "--format=jsonl", stdin=lines).exit_code == 0
    assert (run("fields", path).exit_code, run("fields", path).stdout) == (1, "")
    fails(run("fields", path, "--add", "year=number"), "document '1': its field 'year' is 'soon'")
    fails(run("fields", path, "--add", "year"), "--add: field 'year': unknown kind ''")
    fails(run("fields", path, "--add", "year=number:2"), "only date:dmy, keyword:; and text:0.5")
    fails(run("fields", path, "--drop", "year"), "there is no field 'year'; there are none")
    done = run("fields", path, "--add=year=number", "--add=note=text:0.5", "--skip-bad")
    assert done.exit_code == 0
    assert "passed over: document '1': its field 'year'" in done.stderr
    assert run("fields", path).stdout == "year=number\nnote=text:0.5\n"
    assert [hit["id"] for hit in hits(run("search", path, "unicef", "--filter=year:2020", "--format=json"))] == ["0"]
    assert run("fields", path, "--drop=year", "--add=note=text").exit_code == 0
    assert run("fields", path).stdout == "note=text\n"
    assert run("search", path, "unicef").exit_code == 1


def test_a_weighted_field_is_given_when_an_index_is_made(tmp_path):
    path = tmp_path / "x.idx"
    line = json.dumps({"id": "a", "text": FLOOD, "note": "UNICEF"}).encode()
    assert run("index", path, "-", "--format=jsonl", "--field=note=text:0.5", stdin=line).exit_code == 0
    assert run("index", path, "-", "--format=jsonl", "--field=note=text:0.5", stdin=line).exit_code == 0
    fails(run("index", path, "-", "--format=jsonl", "--field=note=text", stdin=line), f"khsearch fields {path}")
    assert run("search", path, "unicef").exit_code == 0
    assert "text:0.5" in run("stats", path).stdout


# Backup


def test_export_and_settings_make_the_same_index(tmp_path):
    one, two, settings = tmp_path / "a.idx", tmp_path / "b.idx", tmp_path / "settings.json"
    line = json.dumps({"id": "1", "text": FLOOD, "y": 5, "day": {"$date": "2021-05-11"}}).encode()
    assert run("index", one, "-", "--format=jsonl", "--field=y=number", stdin=line).exit_code == 0
    (tmp_path / "own.tsv").write_text("flod\tទឹកជំនន់\tshort\n")
    assert run("spellings", one, tmp_path / "own.tsv").exit_code == 0
    plain = run("export", one)
    assert plain.stderr == (
        f"khsearch: documents only; to keep the kinds of fields (y=number), spellings too: "
        f"khsearch export {one} --settings FILE\n"
    )
    kept = run("export", one, "--settings", settings)
    assert (kept.exit_code, kept.stderr, kept.stdout) == (0, "", plain.stdout)
    made = run("index", two, "-", "--format=jsonl", "--settings", settings, stdin=kept.stdout_bytes)
    assert made.exit_code == 0
    assert [hit["id"] for hit in hits(run("search", two, "flod", "--filter=y:5", "--format=json"))] == ["1"]
    for command in ("fields", "spellings", "export"):
        assert run(command, one).stdout == run(command, two).stdout
    again = run("index", two, "-", "--format=jsonl", "--settings", settings, stdin=kept.stdout_bytes)
    fails(again, "leave out --settings, or name a new index")
    for option in ("--field=y=number", "--breaker=icu", f"--lexicon={settings}"):
        refused = run("index", tmp_path / "c", "-", "--format=jsonl", "--settings", settings, option, stdin=line)
        fails(refused, "--settings has fields, breaker and lexicon in it; leave out --field")
    settings.write_text("{}")
    fails(run("index", tmp_path / "c", "-", "--format=jsonl", "--settings", settings, stdin=line), "settings.json: not")
    assert not (tmp_path / "c").exists()


def test_an_index_as_any_new_one_is_exported_without_a_word(news):
    assert run("export", news).stderr == ""


CONSOLES = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252:strict"},
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONIOENCODING": "latin-1"},
]


@pytest.mark.parametrize("console", CONSOLES, ids=str)
def test_no_console_keeps_khmer_from_being_told(tmp_path, console):
    """Results, notes, errors and names of files are UTF-8 on each; nothing ends for a letter that it does not know."""
    (tmp_path / "សាលា.txt").write_text(FLOOD, "utf-8")
    index = str(tmp_path / "ឯកសារ.idx")
    for args, status, said in (
        (("index", index, str(tmp_path / "សាលា.txt")), 0, "ឯកសារ.idx"),
        (("export", index), 0, "សាលា.txt"),
        (("search", index, FLOOD), 0, FLOOD),
        (("words", "សាលា"), 0, "សាលា"),
        (("words", "--help"), 0, "khsearch words"),
        (("verify", str(tmp_path / "គ្មាន")), 2, "គ្មាន"),
        (("delete", index, "គ្មាន"), 1, "គ្មាន"),
        (("គ្មាន",), 2, "គ្មាន"),
    ):
        with start(*args, env={**os.environ, **console}) as process:
            out, err = process.communicate()
        told = (out + err).decode()
        assert (process.returncode, said in told.replace("\u200b", "")) == (status, True), (args, told)
        assert "Traceback" not in told
