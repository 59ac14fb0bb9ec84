"""The commands with the address of an index in OpenSearch in the place of a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from khsearch import Index
from khsearch.cli import app
from khsearch.documents import Document, json_line
from khsearch.errors import IndexStoreError
from tests import opensearch_node
from tests.pages import ROOT

DOCUMENTS = [
    Document("flood", "ទឹកជំនន់", "ទឹកជំនន់នៅខេត្តបាត់ដំបង។ កសិករសុំជំនួយ។", {"place": "បាត់ដំបង"}),
    Document("school", "បើកសាលាថ្មី", "សិស្សានុសិស្សចូលរៀននៅសាលាថ្មី និងបណ្ណាល័យ UNICEF។"),
    Document("old", "", "សាលាចាស់នៅក្បែរទឹក"),
]
LINES = b"\n".join(map(json_line, DOCUMENTS)) + b"\n"


@pytest.fixture(autouse=True)
def _nobody_waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khsearch.remote.writer.READERS_SEE", 0.0)
    monkeypatch.setattr("khsearch.remote.cluster._given", {})
    monkeypatch.delenv("KHSEARCH_HTTP_AUTH", raising=False)


@pytest.fixture
def address(node_url: str, fresh_name: str) -> str:
    """Where no index is yet."""
    return f"{node_url}/{fresh_name}"


@pytest.fixture
def news(address: str) -> str:
    """An index of DOCUMENTS."""
    result = run("index", address, "-", "--format", "jsonl", "--field", "place=keyword", stdin=LINES)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"3 added, 0 replaced; 3 documents in {address}" in result.stderr
    return address


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)


def ids(result: Result) -> list[str]:
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def fails(result: Result, *says: str) -> None:
    """It ends in one line that tells what is wrong, and is no fault of khsearch."""
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("khsearch: ")
    assert result.stderr.count("\n") == 1
    assert "unexpected" not in result.stderr
    assert all(one in result.stderr for one in says), result.stderr


def test_documents_are_found(news: str) -> None:
    result = run("search", news, "សាលា")
    assert result.exit_code == 0
    assert "សាលាចាស់" in result.stdout
    assert sorted(ids(run("search", news, "សាលា", "--format", "json"))) == ["old", "school"]
    told = json.loads(run("search", news, "", "--format", "page", "--facet", "place", "--sort", "-place").stdout)
    assert (told["total"], told["facets"]) == (3, {"place": {"បាត់ដំបង": 1}})
    assert run("search", news, "ដំរី").exit_code == 1
    assert run("complete", news, "ជំនួ").stdout == "ជំនួយ\n"
    assert "school" in ids(run("similar", news, "old", "--format", "json"))


def test_explanations_are_told(news: str) -> None:
    result = run("search", news, "សាលា", "--explain")
    assert result.exit_code == 0
    assert "UNICEF" in result.stdout


def test_what_is_exported_makes_the_same_index_in_a_folder(news: str, tmp_path: Path) -> None:
    settings, folder = tmp_path / "settings.json", tmp_path / "copy.idx"
    lines = run("export", news, "--settings", settings).stdout_bytes
    result = run("index", folder, "-", "--format", "jsonl", "--settings", settings, stdin=lines)
    assert result.exit_code == 0, result.stderr
    assert sorted(run("export", folder).stdout_bytes.splitlines()) == sorted(LINES.splitlines())
    assert run("fields", folder).stdout == run("fields", news).stdout == "place=keyword\n"


def test_what_a_folder_has_goes_into_opensearch(address: str, tmp_path: Path) -> None:
    folder, settings = tmp_path / "here.idx", tmp_path / "settings.json"
    assert run("index", folder, "-", "--format", "jsonl", "--field", "place=keyword", stdin=LINES).exit_code == 0
    lines = run("export", folder, "--settings", settings).stdout_bytes
    options = ("--format", "jsonl", "--settings", settings, "--shards", "2", "--replicas", "0")
    assert run("index", address, "-", *options, stdin=lines).exit_code == 0
    assert ids(run("search", address, "place:បាត់ដំបង", "--format", "json")) == ["flood"]
    assert Index.open(address).stats()["shards"] == 2


def test_an_index_is_looked_after(news: str) -> None:
    result = run("delete", news, "old", "nobody")
    assert result.exit_code == 0
    assert "1 deleted" in result.stderr
    for command in (("optimize",), ("rebuild",), ("fields", "--add", "kind=keyword")):
        result = run(command[0], news, *command[1:])
        assert result.exit_code == 0, result.stderr
        assert news in result.stderr
    result = run("verify", news)
    assert (result.exit_code, result.stderr) == (0, f"khsearch: {news}: whole\n")
    told = run("stats", news).stdout.splitlines()
    assert ["documents", "2"] in [line.split() for line in told]
    assert run("fields", news).stdout == "place=keyword\nkind=keyword\n"


def test_spellings_are_set(news: str, tmp_path: Path) -> None:
    ours = tmp_path / "ours.tsv"
    ours.write_text("UNICEF\tយូនីសេហ្វ\tname\n", encoding="utf-8")
    assert run("spellings", news, ours).exit_code == 0
    assert ids(run("search", news, "យូនីសេហ្វ", "--format", "json", "-n", "1")) == ["school"]


def test_files_are_synced(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"ស្រូវ {name}", encoding="utf-8")
    assert run("index", address, folder).exit_code == 0
    (folder / "a.txt").unlink()
    result = run("index", address, folder, "--sync")
    assert "0 read, 1 unchanged, 1 gone" in result.stderr
    assert ids(run("search", address, "ស្រូវ", "--filter", "format:txt", "--format", "json")) == ["b.txt"]


@pytest.mark.slow
def test_the_sample_documents_are_found_as_in_a_folder(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "here.idx"
    for path in (folder, address):
        assert run("index", path, ROOT / "sample_docs").exit_code == 0
    for query in ("ពិការភាព", '+"ក្រុមការងារ" UNICEF', "ពិការភព", "ពិកា*", "format:txt -UNICEF"):
        here, there = (run("search", path, query, "--format", "page", "-n", "50").stdout for path in (folder, address))
        found, same = (json.loads(one) for one in (here, there))
        assert found["total"] == same["total"]
        assert {one["id"] for one in found["hits"] if not one["loose"]} == {
            one["id"] for one in same["hits"] if not one["loose"]
        }


def test_a_page_serves_it_under_its_name(news: str) -> None:
    testing = pytest.importorskip("starlette.testclient", reason="needs the extra web, pip install 'khsearch[web]'")
    from khsearch.web import create_app

    client = testing.TestClient(create_app(Index.open(news)), base_url="http://localhost")
    told = client.get("/api/search", params={"q": "សាលា"}).json()
    assert {hit["id"] for hit in told["hits"]} == {"school", "old"}
    assert f"<title>{news.rpartition('/')[2]}" in client.get("/").text


def test_an_index_that_failed_at_once_is_none(address: str, tmp_path: Path) -> None:
    fails(run("index", address, tmp_path / "nothing"), "nothing")
    fails(run("search", address, "x"), address, "khsearch index")
    assert run("index", address, "-", "--format", "jsonl", "--shards", "2", stdin=LINES).exit_code == 0


def test_a_shape_is_that_of_a_new_index_in_opensearch(news: str, tmp_path: Path) -> None:
    fails(run("index", news, "-", "--format", "jsonl", "--shards", "2", stdin=LINES), news, "leave out --shards")
    fails(run("index", news, "-", "--format", "jsonl", "--replicas", "0", stdin=LINES), news, "leave out --replicas")
    fails(run("index", tmp_path / "x.idx", "-", "--format", "jsonl", "--shards", "2", stdin=LINES), "http://host:9200")
    assert not (tmp_path / "x.idx").exists()


@pytest.mark.parametrize("command", ["search", "stats", "export", "verify", "rebuild", "optimize", "fields", "serve"])
def test_what_is_not_there_is_told(command: str, address: str) -> None:
    query = ["x"] if command == "search" else []
    fails(run(command, address, *query), address, "khsearch index")
    name = address.rpartition("/")[2]
    (port,) = opensearch_node.free_ports(1)
    fails(run(command, f"http://127.0.0.1:{port}/{name}", *query), f"127.0.0.1:{port}", "start OpenSearch")


@pytest.mark.parametrize(
    "wrong", ["http://me:hush@host:9200", "http://me:hush@host:9200/Upper", "http://hush@host/name"]
)
def test_an_address_that_cannot_be_is_refused_without_its_password(wrong: str) -> None:
    result = run("search", wrong, "x")
    fails(result, "host")
    assert "hush" not in result.output


def test_a_password_is_told_nowhere(news: str, tmp_path: Path) -> None:
    scheme, rest = news.split("://")
    secret = f"{scheme}://me:hush@{rest.rpartition('@')[2]}"
    results = [
        run("search", secret, "សាលា", "--explain"),
        run("index", secret, "-", "--format", "jsonl", stdin=LINES),
        run("index", secret, "-", "--format", "jsonl", "--field", "x=text", stdin=LINES),
        run("index", secret, tmp_path / "nothing"),
        run("stats", secret),
        run("verify", secret),
        run("fields", secret, "--add", "kind=keyword"),
        run("export", secret),
        run("optimize", secret),
        run("rebuild", secret),
        run("rebuild", secret, "--to", secret),
        run("delete", secret, "old"),
        run("search", f"{secret}-nothing", "x"),
        run("search", "http://me:hush@127.0.0.1:1/news", "x"),
    ]
    assert all(result.exit_code in (0, 2) for result in results)
    assert not any("hush" in result.output for result in results)


def test_user_and_password_of_the_environment_need_a_colon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHSEARCH_HTTP_AUTH", "hush")
    result = run("search", "http://127.0.0.1:1/news", "x")
    fails(result, "KHSEARCH_HTTP_AUTH holds user:password")
    assert "hush" not in result.output


def test_whoosh_stays_in_folders(news: str, tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="folder"):
        Index.open(news).whoosh()
    fails(run("import-whoosh", tmp_path, news), "folder")
