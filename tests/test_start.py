"""What a process loads: only the rooms, and only the foreign packages, of what it was asked for."""

import ast
import datetime
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import khsearch
from khsearch import native
from khsearch.cli import app, commands
from khsearch.documents import format_names

ROOT = Path(khsearch.__file__).parent
WEB = {"starlette", "uvicorn", "jinja2", "mcp", "anyio", "pydantic"}
KHMER = "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"
HEAVY = {"numpy", "rich", "filelock", "whoosh", "icu", "orjson", "xxhash", "zstandard", "khmernltk"} | WEB


def loaded(code, **environment):
    """Names of all modules that a new process has loaded after running some lines."""
    told = f"import sys\ntry:\n    exec({code!r})\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", told],
        env={**os.environ, "PYTHONPATH": str(ROOT.parent), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


def packages(modules):
    return {name.partition(".")[0] for name in modules}


HELP = {"arguments", "cli", "documents", "errors", "frozen", "lazy", "pattern", "plugins", "sharing", "version"}
"""Zones and rooms that telling about commands may load."""


def zones(modules):
    return {name.split(".")[1] for name in modules if name.startswith("khsearch.")}


@pytest.fixture(scope="module")
def nothing():
    return loaded("")


def command(*args, **environment):
    return loaded(f"sys.argv = ['khsearch', *{args!r}]; from khsearch.cli import main; main()", **environment)


def test_the_package_loads_nothing_foreign(nothing):
    found = loaded("import khsearch") - nothing
    assert packages(found) - {"khsearch"} <= set(sys.stdlib_module_names)
    assert zones(found) == {"lazy", "sharing"}


def test_the_package_lists_its_names_and_gives_them_all_to_a_star(nothing):
    found = loaded("import khsearch; assert set(khsearch.__all__) <= set(dir(khsearch))") - nothing
    assert zones(found) == {"lazy", "sharing"}
    loaded("from khsearch import *; assert Index and words and Document and __version__")


def test_words_wake_the_breaker_alone():
    found = loaded("from khsearch import words; assert words('\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6')")
    assert zones(found) <= {
        "_core",
        "arguments",
        "arrays",
        "errors",
        "frozen",
        "khmer",
        "lazy",
        "native",
        "pattern",
        "plugins",
        "schema",
        "sharing",
        "text",
    }
    assert not packages(found) & {"whoosh", "rich", "click"}


@pytest.fixture(scope="module")
def small_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start")
    with khsearch.Index.create(folder / "x.idx").writer() as writer:
        writer.add({"id": "1", "text": "abc"})
    (folder / "q.log").write_text('{"time":"2026-03-01T00:00:00Z","query":"abc","total":1,"corrected":null}\n')
    return folder


@pytest.mark.parametrize(
    "args",
    [
        ("search", "x.idx", "abc"),
        ("complete", "x.idx", "a"),
        ("similar", "x.idx", "1"),
        ("stats", "x.idx"),
        ("verify", "x.idx"),
        ("export", "x.idx"),
        ("fields", "x.idx"),
        ("index", "x.idx", "q.log", "--format", "lines"),
        ("queries", "q.log"),
    ],
)
def test_who_serves_nothing_loads_no_server(args, small_index, monkeypatch):
    monkeypatch.chdir(small_index)
    found = command(*args)
    assert f"khsearch.cli.{next(room for room, names in commands.ROOMS.items() if args[0] in names)}" in found
    assert not packages(found) & WEB


@pytest.fixture(scope="module")
def khmer_index(tmp_path_factory):
    path = tmp_path_factory.mktemp("start") / "khmer.idx"
    index = khsearch.Index.create(path, fields={"date": "date"})
    with index.writer() as writer:
        for id in "123":
            fields = {"date": datetime.date(2021, 5, int(id))}
            writer.add({"id": id, "title": f"{KHMER} {id}", "text": f"{KHMER}\u17d4 " * 200, "fields": fields})
    with index.writer() as writer:
        writer.delete("2")
    return path


@pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")
def test_searching_by_the_core_loads_no_arrays(khmer_index):
    found = command("search", str(khmer_index), KHMER)
    assert not packages(found) & {"numpy", "ctypes"}
    assert not {name for name in found if name.startswith("khsearch.columnar.postings.")}
    code = f"from khsearch import Index; hits = Index.open({str(khmer_index)!r}).search({KHMER!r})"
    asked = "assert len(hits) == hits.total == 2; [(hit.snippet.marks, hit.title_marks, hit.document) for hit in hits]"
    found = loaded(f"{code}; {asked}")
    assert not packages(found) & {"numpy", "ctypes"}


@pytest.mark.parametrize(
    "code", ["from khsearch.web import Asked, Bounds", "import khsearch.web.querylog", "import khsearch.web.workers"]
)
def test_what_a_site_knows_without_its_server_loads_none(code):
    assert not packages(loaded(code)) & WEB


def test_tools_for_language_models_serve_no_pages():
    found = loaded("from khsearch.web import create_tools")
    assert not found & {"khsearch.web.app", "khsearch.web.api", "khsearch.web.serving"}


def test_no_text_needs_masked_arrays():
    found = loaded("from khsearch import words; assert len(words('\u179f\u17d2\u179a\u17d2\u178f\u17b8 \u00e9')) == 2")
    assert "numpy" in found
    assert "numpy.ma" not in found  # which numpy.unique imports, in the time of three searches


@pytest.mark.parametrize("name", ["khmer", "documents", "columnar", "query", "hits", "whoosh", "web"])
def test_a_zone_loads_none_of_its_rooms_before_a_name_is_asked_for(name, nothing):
    found = loaded(f"import khsearch.{name}") - nothing
    assert zones(found) == {"lazy", "sharing", name}
    assert packages(found) - {"khsearch"} <= set(sys.stdlib_module_names)


COMMAND_ALONE = {
    *("khsearch.lazy", "khsearch.sharing", "khsearch.errors", "khsearch.version"),
    *("khsearch.cli", "khsearch.cli.app", "khsearch.cli.commands"),
}


@pytest.mark.parametrize("args", [("--help",), (), ("no-such-command",), ("--no-such-option",)])
def test_the_command_alone_loads_no_command(args):
    found = command(*args)
    assert not packages(found) & HEAVY
    assert {name for name in found if name.startswith("khsearch.")} == COMMAND_ALONE


def test_telling_the_version_loads_the_core_besides():
    found = command("--version")
    assert not packages(found) & HEAVY
    assert {name for name in found if name.startswith("khsearch.")} - {"khsearch._core"} == {
        *COMMAND_ALONE,
        "khsearch.extras",
        "khsearch.native",
    }


@pytest.mark.parametrize("name", sorted(app.commands))
def test_help_of_a_command_loads_nothing_that_it_works_with(name):
    found = command(name, "--help")
    assert not packages(found) & HEAVY
    assert zones(found) <= HELP


@pytest.mark.parametrize(
    "typed", ["", "se", "search --", "search x.idx -", "index x.idx --format ", "lexicon learn --"]
)
def test_completion_loads_nothing_that_a_command_works_with(typed):
    words = ["khsearch", *typed.split(" ")]
    asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    found = command(_KHSEARCH_COMPLETE="bash_complete", **asked)
    assert not packages(found) & HEAVY
    assert zones(found) <= HELP


def test_completion_finds_commands_options_and_choices():
    def completed(typed):
        words = ["khsearch", *typed.split(" ")]
        asked = {"_KHSEARCH_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words)}
        done = subprocess.run(
            [sys.executable, "-m", "khsearch"],
            env={**os.environ, "PYTHONPATH": str(ROOT.parent), "COMP_CWORD": str(len(words) - 1), **asked},
            capture_output=True,
            text=True,
            check=False,
        )
        return {line.partition(",")[2] for line in done.stdout.splitlines()}

    assert completed("se") == {"search", "serve"}
    assert completed("lexicon ") == {"crf", "learn", "pairs", "slips"}
    assert completed("search x --f") == {"--filter", "--facet", "--format"}
    assert completed("index x --format ") == set(format_names())
    assert completed("words --breaker i") == {"icu"}


def test_breaking_words_loads_the_breaker_alone():
    found = command("words", "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6")
    assert zones(found) <= {
        "_core",
        "arguments",
        "arrays",
        "cli",
        "errors",
        "frozen",
        "khmer",
        "lazy",
        "native",
        "pattern",
        "plugins",
        "schema",
        "sharing",
        "text",
        "version",
    }
    assert not packages(found) & {"whoosh", "rich"}


def test_what_is_known_of_a_command_before_it_is_loaded_is_true():
    rooms = {path.stem for path in (ROOT / "cli").glob("*.py")}
    defined = {
        (room, function.name.replace("_", "-"))
        for room in rooms
        for function in ast.parse((ROOT / "cli" / f"{room}.py").read_text("utf-8")).body
        if isinstance(function, ast.FunctionDef)
        and any(
            isinstance(one, ast.Call) and ast.unparse(one.func) in {"click.command", "click.group"}
            for one in function.decorator_list
        )
    } - {("app", "app")}
    assert {(room, name) for room, names in commands.ROOMS.items() for name in names} == defined
    for known in app.commands.values():
        command = known.load()
        assert isinstance(command, click.Command)
        assert command.name == known.name
        assert command.get_short_help_str(1000) == known.get_short_help_str(1000)
        assert (command.hidden, command.deprecated) == (known.hidden, known.deprecated)


@pytest.mark.parametrize("name", ["index", "words"])
def test_help_names_every_breaker(name):
    from click.testing import CliRunner

    from khsearch.khmer import BREAKERS

    told = CliRunner().invoke(app, [name, "--help"]).stdout
    assert [breaker for breaker in BREAKERS if breaker not in told] == []
    assert f"[{BREAKERS[0]}]" in told


def test_zones_and_rooms_are_attributes_as_if_they_were_imported():
    code = (
        "import khsearch; khsearch.errors.QueryError; khsearch.khmer.Lexicon; khsearch.columnar.search\n"
        "for name in ('nowhere', '_errors'):\n"
        "    assert not hasattr(khsearch, name) and not hasattr(khsearch.khmer, name)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("before", "given", "found"), [("", None, "4"), ("", "20", "20"), ("import numpy; ", None, None)]
)
def test_idle_threads_of_numpy_sleep_unless_somebody_wants_otherwise(before, given, found):
    code = f"{before}import os, khsearch; print(os.environ.get('OPENBLAS_THREAD_TIMEOUT'))"
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"}
    env |= {"OPENBLAS_THREAD_TIMEOUT": given} if given else {}
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
    assert run.stdout.strip() == str(found)
