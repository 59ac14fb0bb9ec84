"""sharing: what objects are made of that threads and forked processes share. Knows nothing of what it guards.

No piece can make a forked child wait for a thread that the child does not have: the property takes no lock, the locks
are new in the child, and a fork waits for what threads are importing.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar, overload
from weakref import WeakSet

T = TypeVar("T")

# The threads with which numpy multiplies matrices wait busily before they sleep, which costs a process that multiplies
# none more than all it does to open an index. They sleep at once where nobody has said otherwise; there are as many.
if "numpy" not in sys.modules:
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")


class cached_property(Generic[T]):  # noqa: N801  (the name of the one that it stands for)
    """A property that is worked out once an object and kept in its `__dict__`.

    As functools.cached_property, which up to Python 3.11 makes all objects of a class share one lock: threads take
    turns, and a process that is forked meanwhile never gets it. Threads that ask at once may work it out twice here;
    the first answer stays.
    """

    def __init__(self, method: Callable[[Any], T]) -> None:
        self._method = method
        self._name = method.__name__
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...

    def __get__(self, instance: object | None, owner: type[Any]) -> T | Self:
        if instance is None:
            return self
        found: T = instance.__dict__.setdefault(self._name, self._method(instance))
        return found


class Lock:
    """A reentrant lock that is free in a forked child, whoever held it in the parent."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        _locks.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def free(self) -> None:
        """Forget who holds it: those threads are not in this process."""
        self._lock = threading.RLock()


def loading(name: str) -> None:
    """Import a module late, so that no process is forked meanwhile; the statement behind this then has it at once.

    Python has a lock a module. One that a thread held when a process was forked is never freed in the child.
    """
    _late.add(name)
    module = sys.modules.get(name)
    if module is None or getattr(module.__spec__, "_initializing", False):
        with _gate, suppress(Exception):  # the statement behind this raises it
            importlib.import_module(name)


# What others import late: numpy.unique, and reading and writing text of these encodings.
_late = {"numpy.ma", "encodings.utf_8_sig", "encodings.utf_32_le"}


class _Gate:
    """Late imports go through, any number of threads at once; whoever forks closes it, and waits until all are out.

    A thread that is within goes on, whatever it imports besides: others wait for what it has begun.
    """

    _PATIENCE = 10.0  # seconds: if imports wait for each other in a way that is not foreseen here, the fork goes on

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._within = 0
        self._closed = False
        self._mine = threading.local()

    def __enter__(self) -> None:
        depth = getattr(self._mine, "depth", 0)
        self._mine.depth = depth + 1
        if not depth:
            with self._changed:
                self._changed.wait_for(lambda: not self._closed, self._PATIENCE)
                self._within += 1

    def __exit__(self, *_: object) -> None:
        self._mine.depth -= 1
        if not self._mine.depth:
            with self._changed:
                self._within -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Let nobody in, and wait until all others are out."""
        mine = min(getattr(self._mine, "depth", 0), 1)
        self._changed.acquire()  # until `open`: no thread holds it while the process is forked
        self._closed = True
        self._changed.wait_for(lambda: self._within <= mine, self._PATIENCE)

    def open(self) -> None:
        """Let them in again."""
        self._closed = False
        self._changed.notify_all()
        self._changed.release()

    def renew(self) -> None:
        """In a child there is one thread only, with what it is within."""
        self._changed = threading.Condition()
        self._within = min(getattr(self._mine, "depth", 0), 1)
        self._closed = False


_gate = _Gate()


def _finish_imports() -> None:
    for name in _late.copy():
        with suppress(Exception):
            importlib.import_module(name)
    _gate.close()


_locks: WeakSet[Lock] = WeakSet()


def _free_all() -> None:
    _gate.renew()
    for lock in list(_locks):
        lock.free()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_finish_imports, after_in_parent=_gate.open, after_in_child=_free_all)
