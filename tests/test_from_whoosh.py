"""The page for those who come from Whoosh brings over as many documents as it says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.page_runner import follow, wrong
from tests.pages import blocks


@pytest.mark.slow
def test_an_index_of_twenty_thousand_documents_is_brought_over(tmp_path: Path) -> None:
    found = blocks("docs/migration/whoosh.md")
    code, shown = next(both for both in pairwise(found) if "documents = 20_000\n" in both[0].code)
    (told,) = follow([code], tmp_path, {})
    assert not told.error
    assert not wrong(told, shown.code)
    assert (tmp_path / "work" / "new.idx" / "catalog.json").exists()
