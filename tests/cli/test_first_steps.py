"""What a newcomer's shell meets: -h, completion, sample documents, the benchmarks, terminals that obey no escapes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from khsearch.cli import app
from khsearch.cli.completing import SHELLS

SAMPLES = Path(__file__).parent.parent.parent / "sample_docs"


def run(*args, **env):
    return CliRunner(env={"NO_COLOR": None, "FORCE_COLOR": None, **env}).invoke(app, [str(arg) for arg in args])


def khsearch(*args, **options):
    return subprocess.run([sys.executable, "-m", "khsearch", *args], capture_output=True, text=True, **options)


@pytest.mark.parametrize("command", [[], *([name] for name in app.commands if name != "bench"), ["lexicon", "learn"]])
def test_h_is_help(command):
    short, long = run(*command, "-h"), run(*command, "--help")
    assert (short.exit_code, short.stdout) == (0, long.stdout)
    assert "Usage: khsearch" in short.stdout
    assert "-h, --help" in short.stdout


def test_the_benchmarks_are_called_as_they_were_typed():
    told = khsearch("bench", "-h")
    assert told.returncode == 0
    assert told.stdout.startswith("Usage: khsearch bench [OPTIONS] COMMAND")
    wrong = khsearch("bench", "no-such")
    assert (wrong.returncode, "khsearch bench" in wrong.stderr) == (2, True)


def test_sample_documents_go_into_a_new_or_an_empty_folder(tmp_path):
    (tmp_path / "here").mkdir()
    for folder in (tmp_path / "new/deep", tmp_path / "here"):
        assert run("samples", folder).exit_code == 0
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
            path.name: path.read_bytes() for path in SAMPLES.glob("*.txt")
        }
    again = run("samples", tmp_path / "here")
    assert again.exit_code == 2
    assert "there already; name a new folder" in again.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_goes_to_where_the_shell_looks(shell, tmp_path):
    if shell == "bash" and not shutil.which("bash"):
        pytest.skip("no bash here, which click asks for its version")
    empty = {"XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None, "ZDOTDIR": None}
    shown = run("completion", SHELL=f"/bin/{shell}")
    assert shown.exit_code == 0
    assert shown.stdout == run("completion", shell).stdout
    done = run("completion", shell, "--install", HOME=str(tmp_path), **empty)
    assert done.exit_code == 0
    (written,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert done.stderr.startswith(f"khsearch: {written}: written; ")
    assert written.read_text("utf-8") == shown.stdout


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_completes(tmp_path):
    (tmp_path / "khsearch").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m khsearch "$@"\n')
    (tmp_path / "khsearch").chmod(0o755)
    asked = 'eval "$(khsearch completion bash)"; COMP_WORDS=(khsearch com); COMP_CWORD=1; _khsearch_completion khsearch'
    env = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(SAMPLES.parent)}
    command = ["bash", "-c", f'{asked}; echo "${{COMPREPLY[@]}}"']
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["complete", "completion"]


def test_a_shell_that_is_not_known_is_named():
    for shell, says in (("", "$SHELL does not say"), ("/usr/bin/nu", "the shell here is 'nu'")):
        wrong = run("completion", SHELL=shell)
        assert wrong.exit_code == 2
        assert says in wrong.stderr
        assert "khsearch completion bash|zsh|fish" in wrong.stderr


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "x.idx"
    assert run("index", path, SAMPLES).exit_code == 0
    return path


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ],
)
def test_a_terminal_that_obeys_no_escapes_gets_none(env, coloured, index):
    pty = pytest.importorskip("pty", reason="no terminals to pretend here")
    master, slave = pty.openpty()
    rest = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "khsearch", "search", str(index), "ប្រាក់", "-n", "1"]
    with subprocess.Popen(command, stdout=slave, stderr=slave, env=rest | env) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 1 << 16)
            except OSError:  # nobody writes any more
                break
            if not piece:
                break
            shown += piece
        assert process.wait() == 0
    os.close(master)
    assert (b"\x1b" in shown) == coloured
    assert "ប្រាក់".encode() in shown


def test_an_unknown_facet_shows_nothing_and_fails(index):
    found = run("search", index, "ប្រាក់", "--facet", "nosuch")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith("khsearch: no field 'nosuch'")


def test_what_is_damaged_is_told_once_a_line_with_the_next_step(index):
    (damaged,) = index.glob("*.seg")
    damaged.write_bytes(damaged.read_bytes()[:100])
    told = run("verify", index)
    assert told.exit_code == 2
    *damages, step = told.stderr.splitlines()
    assert damages
    assert all(line.startswith("khsearch: ") and line.count("khsearch: ") == 1 for line in [*damages, step])
    assert f"khsearch rebuild {index} --to NEW" in step


def test_results_stay_data_for_programs(index):
    shown = run("search", index, "ប្រាក់", "--format", "page", "-n", "2", TERM="dumb")
    assert len(json.loads(shown.stdout)["hits"]) == 2
