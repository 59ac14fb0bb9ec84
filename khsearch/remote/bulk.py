"""bulk: items in, until all are in OpenSearch, or an error says how many are.

They go in requests of some megabytes, two at a time. A request that is too much is halved, and so are the next ones;
items that are refused because there is too much to do go again, and only these, with longer and longer pauses; a
request without an answer goes again as a whole, since each item has its version and counts once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import orjson

from khsearch.errors import DocumentError, IndexNotFoundError, IndexStoreError, KhsearchError
from khsearch.remote.client import BusyError, Client, TooLargeError, UnreachableError
from khsearch.remote.patience import TRIES, pause

MOST_BYTES = 2_000_000
MOST_ITEMS = 2_000
LONGEST = 95_000_000
"""Bytes of one item: OpenSearch takes requests of 100 MB, unless it is told otherwise (http.max_content_length)."""

_PARALLEL = 2
_SMALL = 65_536  # bytes of an item that no node finds too large
_TIMEOUT = "10s"  # for which a shard may be away
_SECONDS = 150.0
_TOLD = "errors,items.*.status,items.*.error.type,items.*.error.reason"


class Bulk:
    """Sends items to one index."""

    def __init__(self, client: Client, index: str) -> None:
        """index: an alias; what has none is not made by sending."""
        self.sent = 0
        """Items that are there."""
        self._group: list[bytes] = []
        self._size = 0
        self._waiting: deque[Future[None]] = deque()
        self._pool: ThreadPoolExecutor | None = None
        self._client = client
        self._index = index
        self._bytes = MOST_BYTES
        self._reason = ""
        self._mutex = threading.Lock()
        self._failed = threading.Event()

    def add(self, items: Iterable[bytes]) -> None:
        """Send items, as soon as there are enough for a request; wait where two are on their way.

        DocumentError for a document that OpenSearch refuses, IndexStoreError when it takes no more; both may be of an
        item that was added before, and nothing more can be sent then.
        """
        for item in items:
            if self._group and (self._size + len(item) > self._bytes or len(self._group) == MOST_ITEMS):
                self._start()
            self._group.append(item)
            self._size += len(item)

    def finish(self) -> None:
        """Send the rest, and wait until all are there; errors as `add`."""
        if self._group:
            self._start()
        while self._waiting:
            self._wait()
        self.stop()

    def stop(self) -> None:
        """Give up what is on its way; a second call does nothing."""
        self._failed.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _start(self) -> None:
        """Begin to send what has come together."""
        group, self._group, self._size = self._group, [], 0
        if len(self._waiting) == _PARALLEL:
            self._wait()
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_PARALLEL, "khsearch bulk")
        self._waiting.append(self._pool.submit(self._send, group))

    def _wait(self) -> None:
        try:
            self._waiting.popleft().result()
        except BaseException:
            self.stop()
            raise

    def _send(self, group: list[bytes]) -> None:
        """Send some items, in as many requests as it takes."""
        groups, in_vain = [group], 0
        while groups and not self._failed.is_set():
            now = groups.pop()
            try:
                again = self._ask(now)
            except (BusyError, TooLargeError) as problem:
                if len(now) > 1:
                    groups += self._halves(now)
                else:
                    in_vain += 1
                    self._check(problem, now[0], in_vain)
                    groups.append(now)
                if isinstance(problem, BusyError):
                    pause(max(in_vain, 1))
                continue
            except UnreachableError:
                in_vain += 1
                if in_vain == TRIES:
                    raise
                again = now
            else:
                in_vain = in_vain + 1 if len(again) == len(now) else 0
                if in_vain == TRIES:
                    raise BusyError(
                        f"{self._client.name}: OpenSearch has refused {len(again)} documents time after time, such as "
                        f"{_id(again[0])!r:.200} ({self._reason}); look at the cluster's health, and retry"
                    )
            if again:
                groups.append(again)
                pause(max(in_vain, 1))

    def _ask(self, items: Sequence[bytes]) -> list[bytes]:
        """Send items as one request -> those that are to be sent again."""
        answer = self._client.ask(
            "POST",
            f"/{self._index}/_bulk",
            b"".join(items),
            params={"require_alias": True, "timeout": _TIMEOUT, "filter_path": _TOLD},
            seconds=_SECONDS,
            ndjson=True,
        )
        results = answer.get("items", ())
        if len(results) != len(items):
            raise UnreachableError(f"{self._client.name}: an answer to other documents than were sent; retry")
        again = []
        for item, result in zip(items, results, strict=True):
            (told,) = result.values()
            status = told["status"]
            if status == 429 or status >= 500:
                again.append(item)
                self._reason = f"{status}, {_reason(told.get('error'))}"
            # 409: this version is there already, or a later one; 404 without an error: what is deleted was not there
            elif status >= 300 and status != 409 and "error" in told:
                raise self._refusal(item, status, told["error"])
        with self._mutex:
            self.sent += len(items) - len(again)
            if not again:  # what was too much for a moment may not be so any more
                self._bytes = min(self._bytes + self._bytes // 10, MOST_BYTES)
        return again

    def _halves(self, items: list[bytes]) -> list[list[bytes]]:
        """Two requests instead of one, and smaller ones from now on."""
        size = sum(map(len, items))
        with self._mutex:
            self._bytes = min(self._bytes, max(size // 2, _SMALL))
        middle = len(items) // 2
        return [items[middle:], items[:middle]]

    def _check(self, problem: KhsearchError, item: bytes, in_vain: int) -> None:
        """Raise for one item that is refused time after time: a document that is too large, or an end of patience."""
        if isinstance(problem, TooLargeError) or (in_vain == TRIES and len(item) > _SMALL):
            raise DocumentError(
                f"document {_id(item)!r:.200}: it is longer than OpenSearch takes now ({len(item):,} bytes); split it, "
                f"or give OpenSearch more memory ({problem})"
            )
        if in_vain == TRIES:
            raise problem

    def _refusal(self, item: bytes, status: int, error: Any) -> KhsearchError:
        reason, name = _reason(error), self._client.name
        if "index_not_found" in reason:
            return IndexNotFoundError(f"{name}: the index has gone while it was written ({reason:.200}); make it again")
        if status == 400:
            return DocumentError(f"document {_id(item)!r:.200}: OpenSearch refuses it ({reason:.300})")
        return IndexStoreError(
            f"{name}: OpenSearch refuses document {_id(item)!r:.200} ({status}, {reason:.300}); look at the index's "
            "blocks, and at the rights of the user"
        )


def _reason(error: Any) -> str:
    return f"{error.get('type')}: {error.get('reason')}" if isinstance(error, dict) else str(error)


def _id(item: bytes) -> str:
    """What OpenSearch calls the document of an item by."""
    return str(next(iter(orjson.loads(item.partition(b"\n")[0]).values()))["_id"])
