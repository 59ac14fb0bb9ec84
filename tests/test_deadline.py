"""Until when an answer is wanted: who says nothing waits for ever, who does gets it in time or not at all."""

from __future__ import annotations

import threading
import time

import pytest

from khsearch import Index
from khsearch.deadline import TimeIsUpError, check, until

CHUNK = "\u1780\u17b6\u179a\u1784\u17b6\u179a"


def index() -> Index:
    made = Index.memory()
    with made.writer() as writer:
        for number in range(3):  # clusters of the chunk side by side, never all of it
            writer.add({"id": str(number), "text": "\u1780\u17b6\u179a\u1784\u17b6 \u179a\u1784\u17b6\u179a"})
    return made


def test_a_search_gives_up_when_its_time_is_over_and_answers_alike_before() -> None:
    asked = index()
    with until(time.monotonic() - 1), pytest.raises(TimeIsUpError, match="ask for fewer words"):
        asked.search(CHUNK)
    with until(time.monotonic() + 60):
        within = asked.search(CHUNK).to_dict()
    assert within == asked.search(CHUNK).to_dict()


def test_a_deadline_is_of_its_thread_and_its_block() -> None:
    told: list[str] = []

    def other() -> None:
        check()
        told.append("in time")

    with until(time.monotonic() - 1):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    check()
    assert told == ["in time"]
