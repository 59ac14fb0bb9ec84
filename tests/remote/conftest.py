"""Three nodes, for tests that kill one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import opensearch_node


@pytest.fixture
def cluster() -> Iterator[dict[str, str]]:
    """Three nodes that are one cluster of a test's own: the address of each by its name."""
    names = [f"test-{opensearch_node.session()}-{letter}" for letter in "abc"]
    with opensearch_node.nodes(names) as found:
        yield found
