"""patience: asking again what may go better the next time, a bounded number of times, with longer and longer pauses."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from khsearch.remote.client import BusyError, UnreachableError

T = TypeVar("T")

TRIES = 8
_FIRST, _LONGEST = 0.2, 10.0  # seconds


def pause(after: int) -> None:
    """Wait after so many tries in vain: each time about twice as long, and not when others do."""
    time.sleep(min(_FIRST * 2 ** (after - 1), _LONGEST) * random.uniform(0.5, 1.0))


def patiently(ask: Callable[[], T]) -> T:
    """Return what `ask` returns, asking again while OpenSearch is busy or cannot be reached; then its error.

    For what may be done twice.
    """
    for tried in range(1, TRIES):
        try:
            return ask()
        except (BusyError, UnreachableError):
            pause(tried)
    return ask()
