"""lease: the right to write, which one writer at a time has, wherever it runs, and loses when it does not say so again.

It is the document `lock` of NAME-meta. A writer that lives renews it, in a thread; one that has died has it for a
minute more. Who had it taken away finds out before it commits, and does not.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from khsearch.errors import IndexLockedError, IndexStoreError
from khsearch.remote.client import BusyError, ConflictError, UnreachableError
from khsearch.remote.metadata import MISSING_SEQUENCE, Metadata

SECONDS = 60.0
"""For which a writer that has died keeps others waiting."""

EVERY = 15.0
"""Seconds between two renewals."""

_AGAIN = 0.2  # seconds between two looks at the lock of another
_TRIES = 3  # to give it back
_SECONDS = 5.0  # for each of them


class Lease:
    """The right to write to one index, from `take` to `release`."""

    def __init__(self, name: str, metadata: Metadata) -> None:
        self.inherited = False
        self._name = name
        self._metadata = metadata
        self._holder = f"{platform.node()}, process {os.getpid()}"
        self._process = os.getpid()
        self._token = token_hex(8)
        self._since = time.time()
        self._sequence = MISSING_SEQUENCE
        self._mutex = threading.Lock()
        self._ended = threading.Event()

    def take(self, wait: float) -> None:
        """Take it, waiting so many seconds; IndexLockedError that says who has it.

        `inherited` tells whether somebody had it who did not give it back.
        """
        deadline = time.monotonic() + wait
        while not self._taken():
            if time.monotonic() >= deadline:
                raise self._refused()
            time.sleep(min(_AGAIN, max(deadline - time.monotonic(), 0.0)))
        threading.Thread(target=self._renewing, name="khsearch lease", daemon=True).start()

    def check(self) -> None:
        """Renew it; IndexLockedError where another has taken it over."""
        try:
            self._renew()
        except ConflictError:
            raise IndexLockedError(
                f"{self._name}: {_who(self._metadata.get('lock'))} has taken over from this writer, which gave no sign "
                f"of life for more than {SECONDS:g} seconds; what it did is not committed: add it again"
            ) from None

    def release(self) -> None:
        """Give it back; a second call does nothing, nor does one in a forked process."""
        if self._ended.is_set() or os.getpid() != self._process:
            return
        self._ended.set()
        with self._mutex:
            for _ in range(_TRIES):
                try:
                    self._metadata.remove("lock", self._sequence, seconds=_SECONDS)
                except (BusyError, UnreachableError):
                    continue
                except ConflictError:
                    with suppress(IndexStoreError):
                        if not self._is_mine():
                            return
                except IndexStoreError:  # it runs out by itself
                    return
                else:
                    return

    def _taken(self) -> bool:
        there = self._metadata.get("lock")
        if there is None:
            return self._write(MISSING_SEQUENCE)
        if there["_source"].get("token") == self._token:  # the answer was lost
            self._sequence = there["_seq_no"], there["_primary_term"]
            return True
        if float(there["_source"].get("until", 0)) > time.time():
            return False
        self.inherited = True
        return self._write((there["_seq_no"], there["_primary_term"]))

    def _write(self, sequence: tuple[int, int]) -> bool:
        try:
            self._sequence = self._metadata.put("lock", self._source(), sequence)
        except ConflictError:
            return False
        except UnreachableError:  # it may have been carried out, and nobody else would give it back
            return self._is_mine()
        return True

    def _source(self) -> dict[str, object]:
        until = time.time() + SECONDS
        return {"holder": self._holder, "since": self._since, "until": until, "token": self._token}

    def _renew(self) -> None:
        with self._mutex:
            try:
                self._sequence = self._metadata.put("lock", self._source(), self._sequence)
            except ConflictError:
                if not self._is_mine():
                    raise

    def _is_mine(self) -> bool:
        """Whether it is still this one's, as it is where an answer was lost; IndexStoreError where nobody says."""
        there = self._metadata.get("lock")
        if there is None or there["_source"].get("token") != self._token:
            return False
        self._sequence = there["_seq_no"], there["_primary_term"]
        return True

    def _renewing(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                self._renew()
            except ConflictError:
                return
            except IndexStoreError:  # it may go better the next time; `check` tells
                continue

    def _refused(self) -> IndexLockedError:
        who = _who(self._metadata.get("lock"))
        return IndexLockedError(
            f"{self._name}: {who} is writing; retry when it ends, or, if it has died, in {SECONDS:g} seconds"
        )


def _who(lock: Any) -> str:
    source = lock["_source"] if lock is not None else {}
    since = datetime.fromtimestamp(float(source.get("since", 0)), UTC)
    return f"{source['holder']} (since {since:%Y-%m-%d %H:%M:%S} UTC)" if "holder" in source else "another writer"
