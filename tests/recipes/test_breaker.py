"""The recipe of a breaker: a package of somebody else's brings it; an index keeps its name."""

from __future__ import annotations

from pathlib import Path

from tests.recipes.packages import install, recipe, run

BUILD = """
from khsearch import Document, Index, words
print(words("កម្ពុជា", "every-cluster"))
with Index.create("x", breaker="every-cluster").writer() as writer:
    writer.add(Document("1", "", "ប្រទេសកម្ពុជា"))
"""
SEARCH = """
from khsearch import Index
index = Index.open("x")
print(index.stats()["breaker"], [hit.snippet.html() for hit in index.search("កម្ពុជា")])
"""


def test_a_breaker_of_a_package_builds_an_index_and_finds_it_again(tmp_path: Path) -> None:
    package = install(tmp_path, recipe("breaker", "toml"))
    (package / "breaking.py").write_text(recipe("breaker"))
    assert run(tmp_path, BUILD) == "['ក', 'ម្ពុ', 'ជា']\n"
    assert run(tmp_path, SEARCH) == "every-cluster ['ប្រទេស<mark>កម្ពុជា</mark>']\n"


def test_a_breaker_is_registered_by_a_program(tmp_path: Path) -> None:
    program = f"{recipe('breaker')}\nfrom khsearch import register_breaker\nregister_breaker('every-cluster', make)\n"
    assert run(tmp_path, program + BUILD) == "['ក', 'ម្ពុ', 'ជា']\n"
    assert "<mark>" in run(tmp_path, program + SEARCH)
