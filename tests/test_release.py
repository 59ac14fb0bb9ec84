"""A release is one command in a clean tree: its number in every place that has one, its changes, a tag."""

import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khsearch import __version__

ROOT = Path(__file__).parent.parent
FILES = ("CHANGELOG.md", "CITATION.cff", "khsearch/version.py", "native/Cargo.toml", "native/Cargo.lock")
LEFT_TO_DO = "## Unreleased\n\n### Added\n\n- This.\n\n## 0.0.1 - 2020-01-01\n\n- That.\n"

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git here")


def git(tree, *arguments):
    command = ["git", "-C", str(tree), "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "x")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "x@example.org")
    for name in (*FILES, "scripts/release"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{LEFT_TO_DO}", "utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "all")
    return tmp_path


def release(tree, *version):
    command = [sys.executable, tree / "scripts/release", *version]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_release_says_its_number_everywhere(tree):
    done = release(tree, "9.8.7")
    assert done.returncode == 0, done.stderr
    assert "v9.8.7 is committed and tagged" in done.stdout
    today = datetime.now(UTC).date()
    changes = (tree / "CHANGELOG.md").read_text("utf-8")
    assert f"## Unreleased\n\n## 9.8.7 - {today}\n\n### Added\n\n- This.\n" in changes
    assert '__version__ = "9.8.7"' in (tree / "khsearch/version.py").read_text("utf-8")
    assert tomllib.loads((tree / "native/Cargo.toml").read_text("utf-8"))["package"]["version"] == "9.8.7"
    locked = tomllib.loads((tree / "native/Cargo.lock").read_text("utf-8"))["package"]
    assert [one["version"] for one in locked if one["name"] == "khsearch-core"] == ["9.8.7"]
    assert f"version: 9.8.7\ndate-released: {today}\n" in (tree / "CITATION.cff").read_text("utf-8")
    assert git(tree, "status", "--porcelain") == ""
    assert git(tree, "tag", "--list", "--format=%(contents)", "v9.8.7").startswith("khsearch 9.8.7\n\n### Added")

    assert "nothing under" in release(tree, "9.8.8").stderr
    assert "9.8.7 has been released" in release(tree, "9.8.6").stderr


def test_what_is_no_release_changes_nothing(tree):
    assert "scripts/release 0.2.0" in release(tree).stderr
    assert release(tree, "v1").returncode == 1
    (tree / "CITATION.cff").write_text("version: 1\n")
    assert "changes that no commit has" in release(tree, "9.8.7").stderr
    assert git(tree, "tag") == ""


def test_every_place_has_the_number_of_now():
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert tomllib.loads((ROOT / "native/Cargo.toml").read_text("utf-8"))["package"]["version"] == __version__


@pytest.mark.parametrize("name", ["tests.yml", "release.yml", "docs.yml"])
def test_the_forge_runs_what_there_is(name):
    path = ROOT / ".github/workflows" / name
    if not path.exists():
        pytest.skip("a source package has no workflows")
    yaml = pytest.importorskip("yaml", reason="pip install 'khsearch[docs]' brings a reader of YAML")
    told = yaml.safe_load(path.read_text("utf-8"))
    steps = [step.get("run", "") for job in told["jobs"].values() for step in job["steps"]]
    named = {found for step in steps for found in re.findall(r"scripts/[\w-]+|\.ci/run|tests/[\w./]+", step)}
    assert named
    assert [one for one in named if not (ROOT / one).exists()] == []
