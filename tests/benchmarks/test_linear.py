from __future__ import annotations

import pytest

from benchmarks import linear
from benchmarks.errors import MissedError
from benchmarks.linear import Case, Worst


def test_a_text_that_costs_more_than_it_may_is_named() -> None:
    found = {"letters": {"batch": Worst(2.9, "a", 3.0), "query": Worst(3.0, "b", 3.0)}}
    linear.check(found)
    found["letters"]["query"] = Worst(3.1, "b", 3.0)
    with pytest.raises(MissedError, match=r"letters \(b\), query: 3.1 > 3"):
        linear.check(found)


def test_every_character_of_khmer_and_ascii_is_tried() -> None:
    tried = list(linear.cases("\u1780\u17b6\u179a " * 10))
    texts = {case.text for case in tried}
    assert {chr(code) for code in (*range(0x1780, 0x17FA), *range(128))} - {"\u17de", "\u17df"} <= texts
    assert len({(case.group, case.name) for case in tried}) == len(tried)


def test_the_dearest_text_of_a_group_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [Case("some", "a", "a"), Case("some", "ka", "\u1780", 1e9)]
    monkeypatch.setattr(linear, "cases", lambda ordinary: iter(cases))
    monkeypatch.setattr(linear, "SIZE", 300)
    found = linear.measure("\u1780\u17b6\u179a ", lambda done, all: None)
    assert set(found) == {"some"}
    assert len(linear.rows(found)[0]) == len(linear.columns(found)) == 2 + len(found["some"])
    assert all(worst.ratio > 0 for worst in found["some"].values())
