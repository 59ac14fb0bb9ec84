"""A room needs its package only when it is used, and says how to install what is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import khsearch.integrations
from khsearch import MissingExtraError

PACKAGES = {
    "langchain": ("langchain_core", "langchain"),
    "llama_index": ("llama_index", "llama-index"),
    "haystack": ("haystack", "haystack"),
    "sqlite_fts5": ("apsw", "sqlite-fts5"),
}


def test_the_face_loads_no_package():
    names = {package for package, _ in PACKAGES.values()}
    told = f"import sys, khsearch.integrations, khsearch.integrations.sparse; sys.exit(len({names} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
    assert set(khsearch.integrations.__all__) == {*PACKAGES, "sparse"}


@pytest.mark.parametrize("room", PACKAGES)
def test_what_is_missing_is_told_with_its_command(room, monkeypatch):
    package, extra = PACKAGES[room]
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"khsearch.integrations.{room}", raising=False)
    monkeypatch.delattr(khsearch.integrations, room, raising=False)
    with pytest.raises(MissingExtraError, match=rf"\[{extra}\]'$"):
        getattr(khsearch.integrations, room)
