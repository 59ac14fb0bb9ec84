"""What the pages name is there: files, folders, headings, modules, commands; and the site can be built."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module, util
from pathlib import Path

import pytest

import khsearch
from khsearch.writing import Writer
from tests.pages import ROOT, blocks, indented, page, pages, prose

AT_THE_TOP = ["ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"]
PAGES = [*pages(), *AT_THE_TOP]
GENERATED = ("docs/reference/api.md", "docs/reference/cli.md")
"""Pages whose headings come from docstrings; that links to these are good is seen where the site is built."""

CODE = r"`([^`\n]+)`"


def links(name: str) -> list[tuple[str, str]]:
    """Links of a page that lead to files, each with its heading or nothing; without those in code."""
    text = re.sub(CODE, "", prose(name))
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)|(?:href|src)=\"([^\"#]*)(?:#([^\"]*))?\"", text)
    both = [(link or other, heading or another) for link, heading, other, another in found]
    return [(link, heading) for link, heading in both if "://" not in link and not link.startswith("mailto:")]


def headings(path: Path) -> set[str]:
    """How headings of a page are linked to."""
    text = prose(str(path.relative_to(ROOT)))
    text += "".join(prose(taken) for taken in re.findall(r'(?m)^--8<-- "([^":]+)', text))
    told = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", one).strip().lower()) for one in told}


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    text = page(name)
    named = re.findall(r"`((?:khsearch|tests|scripts|benchmarks|sample_docs|docs|\.ci)/[\w./-]*)`", text)
    generic = {"tests/formats/NOW", "khsearch/documents/formats/NAME.py"}
    paths = [*(ROOT / path for path in named if path not in generic)]
    paths += [(ROOT / name).parent / link for link, _ in links(name) if link]
    assert not [path for path in paths if not path.exists()]


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_that_a_page_links_to_is_there(name: str) -> None:
    for link, heading in links(name):
        linked = ((ROOT / name).parent / link).resolve() if link else ROOT / name
        if heading and str(linked.relative_to(ROOT)) not in GENERATED:
            assert heading in headings(linked), f"{link}#{heading}"


@pytest.mark.parametrize("name", [name for name in pages() if name != "README.md"])
def test_pages_of_the_site_lead_to_nothing_beyond_it(name: str) -> None:
    outside = [
        link for link, _ in links(name) if not ((ROOT / name).parent / link).resolve().is_relative_to(ROOT / "docs")
    ]
    assert not outside


@pytest.mark.parametrize("name", PAGES)
def test_every_module_that_a_page_names_has_that_name(name: str) -> None:
    for dotted in re.findall(r"`(khsearch(?:\.\w+)+)", page(name)):
        if dotted.rpartition(".")[2] in ("idx", "json", "formats", "breakers", "engines", "requests"):
            # Files; groups of entry points; a logger.
            continue
        module, _, last = dotted.rpartition(".")
        while util.find_spec(module) is None:
            module, _, last = module.rpartition(".")
        assert hasattr(import_module(module), last) or util.find_spec(f"{module}.{last}"), dotted


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r"(?m)^ +- [^:]+: ([\w/-]+\.md)$", page("mkdocs.yml"))
    assert sorted(f"docs/{name}" for name in listed) == pages()[1:]


def test_every_public_name_is_in_the_reference() -> None:
    text = page("docs/reference/api.md")
    names = set(khsearch.__all__) - {"FILE_FIELDS", "__version__"}
    listed = set(re.findall(r"(?m)^::: khsearch\.(\w+)$", text))
    told = {name for name in names if name.endswith("Error") and f"`{name}`" in page("docs/reference/errors.md")}
    assert names <= listed | told | {"KhsearchError"}
    for owner in (khsearch.Index, Writer):
        (members,) = re.findall(rf"(?s)::: khsearch[.\w]*\.{owner.__name__}\n.*?members: \[(.*?)\]", text)
        public = {name for name in dir(owner) if not name.startswith("_")} - {"engine"}
        assert set(re.findall(r"\w+", members)) == public


def test_every_command_stands_in_some_page() -> None:
    from khsearch.cli import app

    text = "\n".join(page(name) for name in pages())
    assert [name for name in app.commands if f"khsearch {name}" not in text] == []


def test_every_command_that_a_page_names_is_there() -> None:
    from khsearch.cli import app

    for name in pages():
        code = [one.code for one in blocks(name) if one.language in ("bash", "console")] + re.findall(CODE, prose(name))
        for text in code:
            for word in re.findall(r"(?m)^(?:\$ )?(?:\S*/)?khsearch ([a-z][\w-]+)(?= |$)", text):
                assert word in app.commands, f"{name}: khsearch {word}"


@pytest.mark.parametrize("name", pages())
def test_code_stands_in_fences_with_its_language(name: str) -> None:
    fences = page(name).count("```")
    assert fences == 2 * len(blocks(name)), "a fence begins a line, and has a language and a title at most"
    languages = {"python", "bash", "console", "text", "toml", "yaml", "json", "html", "ini", "nginx", "tsv"}
    assert {one.language for one in blocks(name)} <= languages
    assert not indented(name)


@pytest.mark.parametrize("name", pages())
def test_data_can_be_read(name: str) -> None:
    yaml = pytest.importorskip("yaml")
    read = {"toml": tomllib.loads, "json": json.loads, "yaml": yaml.safe_load}
    for one in blocks(name):
        if one.language in read:
            read[one.language](one.code)


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
    folders = [line.split()[1] for line in lines if line.startswith("graft ")]
    taken.append("README.md")  # by setuptools itself
    for name in (*PAGES, "mkdocs.yml"):
        assert any(Path(name).match(one) for one in taken) or Path(name).parts[0] in folders, name


@pytest.mark.slow
def test_the_site_can_be_built(tmp_path: Path) -> None:
    for package in ("mkdocs", "material", "mkdocstrings", "mkdocs_click"):
        pytest.importorskip(package, reason="what builds the documentation is not installed: khsearch[docs]")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr + told.stdout
    built = {path.relative_to(tmp_path / "site").with_suffix(".md") for path in (tmp_path / "site").rglob("*.html")}
    assert built >= {Path(name).relative_to("docs") for name in pages()[1:]}
    api = (tmp_path / "site" / "reference" / "api.html").read_text("utf-8")
    assert 'id="khsearch.Index.search"' in api
    assert "<li><code>filter</code>:" in api
    assert re.search(r'id="khsearch.Results.total".{,900}doc-label-property', api, re.DOTALL), "a value, no method"
    assert "--sync" in (tmp_path / "site" / "reference" / "cli.html").read_text("utf-8")
    shutil.rmtree(tmp_path / "site")
