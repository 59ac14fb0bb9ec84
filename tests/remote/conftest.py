"""An index on the node that all tests share; three nodes, for tests that kill one of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from khsearch.khmer.words.lexicon import Lexicon
from khsearch.remote import writer
from tests import opensearch_node
from tests.remote.places import Place


@pytest.fixture
def cluster() -> Iterator[dict[str, str]]:
    """Three nodes that are one cluster of a test's own: the address of each by its name."""
    names = [f"test-{os.getpid()}-{letter}" for letter in "abc"]
    with opensearch_node.nodes(names) as found:
        yield found


@pytest.fixture
def place(node_url: str, fresh_name: str, few_words: Lexicon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An empty index; nobody waits long here."""
    monkeypatch.setattr(writer, "READERS_SEE", 0.0)
    monkeypatch.setattr("khsearch.remote.patience._FIRST", 0.001)
    monkeypatch.setattr("khsearch.remote.patience._LONGEST", 0.001)
    found = Place(f"{node_url}/{fresh_name}", few_words)
    yield found
    found.engine.close()
