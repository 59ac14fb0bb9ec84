"""beside: work that a thread does while its caller goes on, where there are two cores."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """Some work that has begun. In a forked child it is not done any more, and nobody may ask for it there.

    It looks at nothing that its caller changes meanwhile, and touches no file: whoever is interrupted leaves it behind.
    """

    def __init__(self, work: Callable[[], T], *, alone: bool = False) -> None:
        """alone: whether the caller does it itself, as soon as it asks."""
        self._work = work
        self._result: T
        self._problem: BaseException | None = None
        self._thread: threading.Thread | None = None
        if cores() > 1 and not alone:
            self._thread = threading.Thread(target=self._run)
            try:
                self._thread.start()
            except RuntimeError:  # no thread is to be had
                self._thread = None

    def result(self) -> T:
        """What it came to, once it is done; raises what it raised."""
        if self._thread is None:
            self._run()
        else:
            self._thread.join()
        if self._problem is not None:
            raise self._problem
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as problem:
            self._problem = problem


@cache
def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
