"""What all tests share: how long a run takes, a lexicon that is made in no time, an OpenSearch node."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator

import pytest

from khsearch.khmer.words.lexicon import Lexicon
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.word_lists import compile_lexicon
from tests import extent, opensearch_node


def pytest_configure(config: pytest.Config) -> None:
    """Try laws less often where slow tests are left out."""
    extent.choose(quick="not slow" in config.getoption("markexpr"))


@pytest.fixture(scope="session", autouse=True)
def temporary_files_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stock Whoosh draws the names of its temporary files, and hypothesis has every process draw the same ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
        yield


@pytest.fixture(scope="session")
def few_words() -> Lexicon:
    """A lexicon of a few words."""
    words = ("លោក", "នៅ", "និង", "ទឹក", "សាលា", "ឆ្មា", "ត្រី", "កម្ពុជា")
    return compile_lexicon(LexiconModel(dict.fromkeys(words, 6_000), {}, 4_000, 9_000))


@pytest.fixture
def few_words_by_default(few_words: Lexicon, monkeypatch: pytest.MonkeyPatch) -> Lexicon:
    """What word lists are added to, instead of the lexicon that khsearch brings."""
    monkeypatch.setattr("khsearch.khmer.words.sources.default_lexicon", lambda: few_words)
    return few_words


@pytest.fixture(scope="session")
def node_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an OpenSearch node; all tests of a run share it, and are skipped where none can be."""
    place = tmp_path_factory.getbasetemp()
    with opensearch_node.shared(place.parent if "PYTEST_XDIST_WORKER" in os.environ else place) as url:
        yield url


@pytest.fixture
def fresh_name(node_url: str) -> Iterator[str]:
    """A name that no index of the node has; the index that a test makes of it is removed."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    opensearch_node.remove(node_url, name)
