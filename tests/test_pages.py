"""What the pages name is there: files, folders, modules and their names."""

from __future__ import annotations

import re
from importlib import import_module, util
from pathlib import Path

import pytest

from tests.pages import ROOT, page

PAGES = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/files.md",
    "docs/from-whoosh.md",
    "docs/nlp.md",
    "docs/opensearch.md",
    "docs/site.md",
]
CODE = r"`([^`\n]+)`"


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    text = page(name)
    named = re.findall(r"`((?:khsearch|tests|scripts|benchmarks|sample_docs|\.ci)/[\w./-]*)`", text)
    links = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]
    generic = {"tests/formats/NOW", "khsearch/documents/formats/NAME.py"}
    paths = [*(ROOT / path for path in named if path not in generic), *((ROOT / name).parent / link for link in links)]
    assert not [path for path in paths if not path.exists()]


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_that_a_page_links_to_is_there(name: str) -> None:
    for link, heading in re.findall(r"\]\(([^)#]*)#([^)]+)\)", page(name)):
        linked = (ROOT / name).parent / link if link else ROOT / name
        headings = re.findall(r"(?m)^#+ (.+)$", linked.read_text("utf-8"))
        assert heading in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_module_that_a_page_names_has_that_name(name: str) -> None:
    for dotted in re.findall(r"`(khsearch(?:\.\w+)+)", page(name)):
        if dotted.rpartition(".")[2] in ("idx", "formats", "breakers", "engines"):  # a folder; groups of entry points
            continue
        module, _, last = dotted.rpartition(".")
        while util.find_spec(module) is None:
            module, _, last = module.rpartition(".")
        assert hasattr(import_module(module), last) or util.find_spec(f"{module}.{last}"), dotted


def test_every_law_and_danger_names_a_test() -> None:
    text = page("ARCHITECTURE.md")
    rows = re.findall(r"(?m)^\| .*\| ([^|]*) \|$", text[text.index("## Laws") : text.index("## Recipes")])
    for row in rows:
        if row not in ("test", "tests"):
            for told in re.findall(CODE, row):
                path = Path(told)
                there = (ROOT / path, ROOT / "tests" / path)
                assert told.startswith("python -m benchmarks ") or any(one.exists() for one in there), told


def test_every_zone_answers_a_question() -> None:
    text = page("ARCHITECTURE.md")
    named = set(re.findall(r"(?m)^\| `(\w+)/` \| .*\? \|$", text))
    assert named == {path.parent.name for path in (ROOT / "khsearch").glob("*/__init__.py")}


def test_the_pages_go_into_the_source_package() -> None:
    lines = (ROOT / "MANIFEST.in").read_text("utf-8").splitlines()
    taken = [pattern for line in lines if line.startswith("include ") for pattern in line.split()[1:]]
    taken.append("README.md")  # by setuptools itself
    for name in (*PAGES, "CHANGELOG.md"):
        assert any(Path(name).match(pattern) for pattern in taken), name
