"""filling: a new index beside the one that is searched, into which items go while others are still made.

A commit that leaves nothing of what was there before (the first of many documents, a rebuild) makes a new index. Nobody
searches it before the alias is put over, so nothing has to wait for that: OpenSearch works while texts are analysed.

It is written through an alias of its own: whoever takes the right to write over, and makes the index anew, is not
written into by one that does not know it yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from secrets import token_hex

from khsearch.errors import IndexStoreError, KhsearchError
from khsearch.remote.bulk import Bulk
from khsearch.remote.client import Client


class Filling:
    """An index that is filled, until it is kept or dropped."""

    def __init__(self, client: Client, index: str, make: Callable[[str], None]) -> None:
        """make: makes the empty index, with an alias. An error is told by `finish`."""
        self.index = index
        self.door = f"{index}-{token_hex(4)}"
        self.bulk = Bulk(client, self.door)
        self._client = client
        self._process = os.getpid()
        self._problem: KhsearchError | None = None
        self._try(lambda: make(self.door))

    def add(self, items: Iterable[bytes]) -> None:
        """Send items, when they are many enough for a request."""
        self._try(lambda: self.bulk.add(items))

    def finish(self) -> None:
        """Wait until all is sent. What went wrong before is raised here: see `Bulk`."""
        self._try(self.bulk.finish)
        if self._problem is not None:
            raise self._problem

    def drop(self) -> None:
        """Stop, and remove the index, if it still is this one."""
        if os.getpid() != self._process:
            return
        self.bulk.stop()
        with suppress(IndexStoreError):  # then it goes with the next commit
            if self._client.ask("GET", f"/_alias/{self.door}", missing={}):
                self._client.ask("DELETE", f"/{self.index}", missing={})

    def _try(self, do: Callable[[], None]) -> None:
        """What is done in the middle of adding documents fails when these are committed."""
        if self._problem is None:
            try:
                do()
            except KhsearchError as problem:
                self._problem = problem
                self.bulk.stop()
