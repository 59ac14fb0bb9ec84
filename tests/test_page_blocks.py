"""Every block of code of the README and the documentation runs, and shows what its page says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from khsearch import Facet, Index
from tests import opensearch_node
from tests.page_runner import OUTPUT, RUNS, follow, wrong
from tests.pages import Block, blocks, pages

NOT_RUN: dict[str, dict[str, str]] = {
    "README.md": {
        "scripts/demo      # index sample_docs/, show highlighted hits": "scripts/test runs this, in a checkout",
    },
    "docs/how-to/serve.md": {
        "khsearch serve /srv/news.idx --allow-host search.example.org": "the folder and the name are those of a server",
        **dict.fromkeys(
            ("from fastapi import FastAPI", "from khsearch import Index", "import os"),
            "tests/web/test_mounting.py runs the three ways to mount the page, and asks them",
        ),
    },
}
"""Blocks that no test runs, by page and first line, each with the reason. That they can be read is tested, too."""

REPLACED: dict[str, dict[str, str]] = {
    "docs/migration/whoosh.md": {"documents = 20_000": "documents = 40"},  # tests/test_from_whoosh.py takes all of them
}
"""What tests put in the place of something that a page says."""

SLOW = (
    "README.md",
    "docs/how-to/backup.md",
    "docs/how-to/lexicon.md",
    "docs/how-to/nlp.md",
    "docs/how-to/serve.md",
    "docs/how-to/synonyms.md",
    "docs/how-to/update.md",
    "docs/how-to/upgrade.md",
    "docs/migration/whoosh.md",
    "docs/reference/cli.md",
    "docs/tutorials/archive.md",
    "docs/tutorials/fastapi.md",
    "docs/tutorials/notebook.md",
)
"""Pages that take more than three seconds."""

ON_A_NODE = ("docs/how-to/opensearch.md",)


def runs(block: Block) -> bool:
    return block.language in RUNS and not block.title and block.first not in NOT_RUN.get(block.page, {})


WITH_CODE = [name for name in pages() if any(map(runs, blocks(name)))]


def check(name: str, folder: Path, replaced: Mapping[str, str]) -> None:
    """Follow a page in an empty folder, and hold it to what it shows."""
    found = [one for one in blocks(name) if runs(one) or one.title or one.language == OUTPUT]
    work = folder / "page"
    work.mkdir()
    shown = {before: one.code for before, one in pairwise(found) if one.language == OUTPUT and not one.title}
    told = follow(found, work, replaced)
    failed = [one for one in told if one.error and not one.missing]
    assert not failed, f"{failed[0].block}\n{failed[0].error}"
    problems = [problem for one in told if not one.missing for problem in wrong(one, shown.get(one.block))]
    assert not problems, "\n".join(problems)
    missing = [f"{one.block}: {one.error.strip().splitlines()[-1]}" for one in told if one.missing]
    if missing:
        pytest.skip("; ".join(missing))


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in WITH_CODE if name not in ON_A_NODE],
)
def test_a_page_can_be_followed(name: str, tmp_path: Path) -> None:
    check(name, tmp_path, REPLACED.get(name, {}))


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_A_NODE)
def test_a_page_can_be_followed_on_a_node(name: str, tmp_path: Path, node_url: str, fresh_name: str) -> None:
    node, moved = node_url.removeprefix("http://"), f"{fresh_name}-moved"
    names = {"127.0.0.1:9200/news": f"{node}/{fresh_name}", "127.0.0.1:9200/articles": f"{node}/{moved}"}
    try:
        check(name, tmp_path, {**names, "127.0.0.1:9200": node, '"news"': f'"{fresh_name}"'})
    finally:
        opensearch_node.remove(node_url, moved)


@pytest.mark.parametrize("name", pages())
def test_what_is_not_run_can_be_read(name: str) -> None:
    for one in blocks(name):
        if one.language == "python":
            compile(one.code, str(one), "exec")
        elif one.language == "bash":
            told = subprocess.run(["bash", "-n"], input=one.code, capture_output=True, text=True, check=False)
            assert (told.returncode, told.stderr) == (0, ""), one


def test_reasons_are_for_blocks_that_are_there() -> None:
    for name, reasons in NOT_RUN.items():
        assert set(reasons) <= {one.first for one in blocks(name)}, name
    assert {*SLOW, *ON_A_NODE, *REPLACED} <= {*WITH_CODE}
    for name, replaced in REPLACED.items():
        text = "".join(one.code for one in blocks(name))
        assert all(before in text for before in replaced), name


def test_results_are_as_the_schema_on_their_page_says() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    (schema,) = [json.loads(one.code) for one in blocks("docs/reference/json.md") if one.title]
    index = Index.memory(fields={"date": "date", "price": "number", "tags": "keyword", "new": "boolean"})
    with index.writer() as writer:
        told = {"date": date(2021, 5, 11), "price": Decimal("1.50"), "tags": ["a", "b"], "new": True}
        writer.add({"id": "1", "title": "ស្រូវ", "text": "ស្រូវ\fស្រូវ\f", **told})
        writer.add({"id": "2", "text": "ទឹក"})
    facets = ["tags", "new", Facet("date", by="year"), Facet("price", ranges=[(None, 1), (1, None)])]
    for found in (index.search("ស្រូវ", facets=facets), index.search("ស្រវ"), index.search("", group_by="tags")):
        assert found.total
        jsonschema.validate(json.loads(json.dumps(found.to_dict())), schema)
