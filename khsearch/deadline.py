"""deadline: until when an answer is wanted. What takes long looks at it now and then, and gives up when it has passed.

    with until(time.monotonic() + 10):
        index.search(...)

A thread cannot be stopped from outside, so a server that has no time left for an answer says so beforehand. It is of
the thread, or task, that says it, and of no other; where nobody says anything, nothing gives up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from khsearch.errors import KhsearchError

_deadline: ContextVar[float | None] = ContextVar("khsearch deadline", default=None)


class TimeIsUpError(KhsearchError):
    """The answer would come too late."""


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Let what runs in the block give up, by a TimeIsUpError, after a moment of `time.monotonic`."""
    token = _deadline.set(moment)
    try:
        yield
    finally:
        _deadline.reset(token)


def check() -> None:
    """Raise TimeIsUpError if the moment has passed."""
    moment = _deadline.get()
    if moment is not None and time.monotonic() > moment:
        raise TimeIsUpError("this search takes too long; ask for fewer words, or rarer ones")
