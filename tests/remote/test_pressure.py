"""A node that takes little at a time: every document arrives, or the one that cannot is named."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from khsearch import Document, DocumentError, Index
from tests import opensearch_node
from tests.remote import corpora

pytestmark = pytest.mark.slow

LIMIT = 600_000  # bytes of documents that the node has at a time


@pytest.fixture(scope="module")
def narrow() -> Iterator[str]:
    name = f"test-{os.getpid()}-narrow"
    with opensearch_node.node(name, args=f"indexing_pressure.memory.limit={LIMIT}b") as url:
        yield url


def test_every_document_arrives_at_a_node_that_takes_little_at_a_time(narrow):
    documents = corpora.make(range(2_000))
    with Index.create(f"{narrow}/little", fields=corpora.FIELDS) as index:
        with index.writer() as writer:
            writer.add_all(documents)
        corpora.holds(index, {document.id: document for document in documents})


def test_a_document_that_is_too_large_for_the_node_is_named(narrow, monkeypatch):
    monkeypatch.setattr("khsearch.remote.patience._FIRST", 0.02)
    few = corpora.make(range(3))
    with Index.create(f"{narrow}/large", fields=corpora.FIELDS) as index:
        with pytest.raises(DocumentError, match="'large one'"), index.writer() as writer:
            writer.add_all([*few, Document("large one", "", " ".join(corpora.sentences()) * 100)])
        with index.writer() as writer:
            writer.add_all(few)
        assert corpora.all_of(index).keys() == {"d0", "d1", "d2"}
