"""Documents of a page are read as they are asked for; of those that are damaged is told when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from khsearch.documents import Document, Stored
from khsearch.errors import IndexDamagedError
from khsearch.hits import page
from khsearch.hits.page import Page


class View:
    """Documents by number; those of `damaged` cannot be read. `asked`: what it was asked for, `read`: what was read."""

    def __init__(self, *damaged: int, far: object = None) -> None:
        self.far = far
        self.asked: list[list[int]] = []
        self.read: list[int] = []
        self._damaged = damaged

    def stored(self, keys: Sequence[int]) -> Iterator[Stored]:
        self.asked.append([*keys])
        for key in keys:
            if key in self._damaged:
                raise IndexDamagedError(f"{key} is damaged")
            self.read.append(key)
            yield Stored(str(key), "", Document(str(key), "", "x" * 10))


def test_who_looks_at_a_second_one_has_the_others_read() -> None:
    view = View()
    found = Page(view, [5, 3, 8, 1])
    assert found[5].id == "5"
    assert view.asked == [[5]]
    assert [found[key].id for key in (3, 8, 1, 5)] == ["3", "8", "1", "5"]
    assert view.asked == [[5], [3, 8, 1]]


def test_none_is_read_twice_in_any_order() -> None:
    view = View()
    found = Page(view, [5, 3, 8, 1])
    assert [found[key].id for key in (8, 5, 1, 3, 8)] == ["8", "5", "1", "3", "8"]
    assert sorted(view.read) == [1, 3, 5, 8]


def test_what_is_damaged_is_told_when_it_is_asked_for() -> None:
    found = Page(View(8), [5, 3, 8, 1])
    assert [found[key].id for key in (5, 3, 1)] == ["5", "3", "1"]
    for _ in range(2):
        with pytest.raises(IndexDamagedError, match="8 is damaged"):
            found[8]


def test_no_more_is_read_ahead_than_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_ENOUGH", 20)
    view = View()
    found = Page(view, [*range(9)])
    assert [found[key].id for key in range(2)] == ["0", "1"]
    assert view.read == [0, 1, 2]


def test_of_what_is_far_away_none_is_read_ahead() -> None:
    view = View(far=object())
    found = Page(view, [5, 3, 8])
    assert [found[key].id for key in (5, 3)] == ["5", "3"]
    assert view.asked == [[5], [3]]
