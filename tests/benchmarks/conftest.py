from __future__ import annotations

import pytest

from benchmarks import corpus
from benchmarks.corpus import Corpus


@pytest.fixture(scope="session")
def grown() -> Corpus:
    """Some documents of about 3 kB."""
    return corpus.load(corpus.SAMPLE_DOCS, 40)
