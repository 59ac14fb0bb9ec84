"""The archive, and what answers for it without a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from khsearch import Index
from khsearch.web import create_app
from tests.web import archive


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with archive.make(tmp_path_factory.mktemp("archive")) as made:
        yield made


@pytest.fixture(scope="session")
def client(texts: Index) -> Iterator[TestClient]:
    with TestClient(create_app(texts, title="បណ្ណាល័យ", hosts=["*"])) as made:
        yield made
