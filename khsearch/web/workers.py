"""workers: work for an index in, from the loop that serves requests; its answer out, from one of a few threads.

A search holds the interpreter most of its time, so more threads than a few only slow each other down. Requests beyond
wait in a line, and when that is full they are refused at once, before anything is done for them. A thread cannot be
stopped: who waits for it longer than the limit is sent away, and its place is free when it ends.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from khsearch import deadline
from khsearch.web.bounds import Bounds

T = TypeVar("T")


_NAME = "khsearch-web"
_SOON = 0.2  # seconds in which a thread that has nothing to do ends


class BusyError(Exception):
    """There is no place in the line, or the answer took too long."""


class Workers:
    """A few threads, and a line before them. Threads start when there is work, in the process that has it."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._places = threading.BoundedSemaphore(bounds.threads + bounds.waiting)
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do some work and return what it returns; BusyError, and whatever it raises.

        Work that nobody waits for any more is not begun, and gives up where it asks how late it is.
        """
        latest = time.monotonic() + self._bounds.seconds

        def in_time() -> T:
            with deadline.until(latest):
                return work()

        if not self._places.acquire(blocking=False):
            raise BusyError("too many searches at once")
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._bounds.threads, thread_name_prefix=_NAME)
        try:
            done: Future[T] = self._pool.submit(in_time)
        except BaseException:
            self._places.release()
            raise
        done.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(done), self._bounds.seconds)
        except TimeoutError:
            raise BusyError(f"no answer within {self._bounds.seconds:g} seconds") from None

    def close(self) -> None:
        """Begin no more work, and forget what waits."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def go_on() -> bool:
    """Whether some work goes on in this process although all workers were closed: the interpreter waits for its end."""
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(_NAME)]
    until = time.monotonic() + _SOON
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    return any(thread.is_alive() for thread in threads)
