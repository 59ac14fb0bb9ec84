from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import start
from benchmarks.commands import main
from benchmarks.corpus import Corpus
from benchmarks.engines import TANTIVY, choose
from benchmarks.errors import DisagreementError
from benchmarks.start import CLICK, PYTHON, Start


def test_processes_are_measured_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "start.json"
    monkeypatch.setattr(sys, "argv", ["benchmarks", "start", "--size", "30", "--repeat", "1", "--json", str(out)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    found = json.loads(out.read_text(encoding="utf-8"))["figures"]
    assert {"import khsearch", "words of a text", "khsearch --help", "khsearch search"} < set(found)
    assert found[CLICK]["of_click"]["median"] == found[PYTHON]["of_python"]["median"] == 1
    for name in choose(tuple(start.SCRIPTS))[0]:
        assert found[start.SCRIPTS[name]]["seconds"]["median"] > 0
    if choose([TANTIVY])[0]:
        assert found[start.SCRIPTS[TANTIVY]]["of_tantivy"]["median"] == 1


def test_what_is_printed_is_what_is_found_here(grown: Corpus, tmp_path: Path) -> None:
    chosen = start.starts(grown, ["fts5"], tmp_path)
    assert len(chosen[start.COMMAND].prints) > 10
    assert set(chosen[start.SCRIPTS["fts5"]].prints) & set(chosen[start.COMMAND].prints)
    assert chosen["open an index and search"].prints[0] in {document.id for document in grown.documents}
    usual = {PYTHON: Start(["-c", "pass"], ()), CLICK: Start(["-c", "pass"], ())}
    for arguments, reason in (("print('b')", "odd: 'a' is not printed"), ("raise SystemExit('no')", "odd: no")):
        odd = Start(["-c", arguments], ("a",))
        with pytest.raises(DisagreementError, match=reason):
            start.measure({**usual, "odd": odd}, 1, lambda done, whole: None)
