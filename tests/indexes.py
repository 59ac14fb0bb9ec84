"""An empty index of any engine, for tests that every engine has to pass."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from khsearch import Index
from tests import opensearch_node

ENGINES = ("folder", "memory", "opensearch")


def new_index(request: pytest.FixtureRequest, engine: str, folder: Path, **options: Any) -> Index:
    """Create one in a folder, in memory or on the node of the tests, which is removed when the test ends."""
    if engine == "memory":
        return Index.memory(**options)
    if engine == "folder":
        return Index.create(folder / "index", **options)
    url = request.getfixturevalue("node_url")
    name = f"test-{uuid.uuid4().hex}"
    request.addfinalizer(lambda: opensearch_node.remove(url, name))
    return Index.create(f"{url}/{name}", **options)
