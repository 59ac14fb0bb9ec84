"""A site: processes that answer pages while another one posts, all day."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from khsearch import Index
from tests.safety.site import FIELDS, POSTED, Change, Site, begin

READERS = 3


def post(index: Index, site: Site) -> None:
    changes: list[Change] = site.post()
    begin(index.path, site.commit)
    with index.writer(wait=60) as writer:
        for name, document in changes:
            if document is None:
                writer.delete(name)
            else:
                writer.add(document)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is told by /proc alone")
def test_every_answer_is_that_of_some_commit(tmp_path: Path, size: Callable[[float, float], float]) -> None:
    articles, seconds = int(size(1_000, 20_000)), size(4, 60)
    index, site = Index.create(tmp_path / "site.idx", fields=FIELDS), Site(articles)
    post(index, site)
    command = [sys.executable, "-m", "tests.safety.site", str(index.path), str(articles), str(seconds)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    while any(reader.poll() is None for reader in readers):
        post(index, site)
        time.sleep(0.05)
    for out, reader in [(reader.communicate()[0], reader) for reader in readers]:
        assert reader.returncode == 0
        asked, at, first_mb, last_mb = map(float, out.split())
        assert asked > 50
        assert 3 < at <= site.commit
        assert last_mb < first_mb + 40
    assert len(site.ids) == articles + site.commit * POSTED
    assert len(index.search(limit=0, filter={"draft": [True, False]})) == 0
    assert index.search(limit=0).total == len(site.live) == index.doc_count
    assert Index.verify(index.path) == []
