"""The scripts: there, executable, whole, and named where people look for them. What they do is tried by using them."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = ("scripts/demo", "scripts/test", "scripts/check", "scripts/docs", "scripts/opensearch", ".ci/run")


@pytest.mark.parametrize("name", [*SCRIPTS, "scripts/setup.sh"])
def test_bash_can_read_it(name):
    told = subprocess.run(["bash", "-n", str(ROOT / name)], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_can_be_run_and_stops_at_the_first_failure(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert os.access(ROOT / name, os.X_OK)
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_is_named_for_those_who_work_on_khsearch(name):
    assert f"\n    {name} " in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["scripts/demo", "scripts/test"])
def test_it_is_named_for_newcomers(name):
    assert name in (ROOT / "README.md").read_text(encoding="utf-8")
