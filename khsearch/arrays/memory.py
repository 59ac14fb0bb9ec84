"""memory: large arrays come and go with every batch; keep the allocator from giving their pages back each time.

Under glibc, freeing one large block teaches malloc to serve blocks up to its size from the heap and to keep twice as
much free memory there (mallopt(3), "dynamic mmap threshold"); before, every temporary array of a batch is mapped,
faulted in page by page, and unmapped: a quarter of the time of an analysis. Elsewhere this does nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

from khsearch.arrays.late import np
from khsearch.sharing import loading

_BLOCK = 31 << 20  # bytes; glibc learns from blocks up to 32 MB


@cache
def keep_freed_memory() -> None:
    """Teach the allocator, once in a process. The block is never touched, so it costs no memory."""
    np.empty(_BLOCK, np.uint8)


def give_back_freed_memory() -> None:
    """Let the system have what the allocator kept, when much was let go at once: a tenth of a millisecond.

    Without numpy there were no arrays.
    """
    trim = _trim() if "numpy" in sys.modules else None
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], object] | None:
    loading("ctypes")
    import ctypes

    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None
    return found
