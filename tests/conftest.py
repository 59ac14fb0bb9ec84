"""What all tests share: how long a run takes, and a lexicon that is made in no time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest

from khsearch.khmer.words.lexicon import Lexicon
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.word_lists import compile_lexicon
from tests import extent


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
