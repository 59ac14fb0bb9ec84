"""writer: the one writer of an index in OpenSearch, as `khsearch.engine.EngineWriter` has it.

Documents wait in a file, and nothing is sent before `commit`, unless to a new index that nobody searches yet
(`filling`). The commit then does this:

    1  tables of terms and files are kept as blobs; a rebuild makes the index NAME-2 beside NAME-1
    2  the commit document says what is being sent, so that whoever writes next counts it, whatever becomes of this one
    3  items are sent; nobody sees them yet
    4  the index is refreshed: from here on they are seen; after a rebuild the alias NAME is put over
    5  the commit document names the new commit

OpenSearch has no transaction over several shards: where 3 ends in an error, what was sent is seen with the next commit.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from secrets import token_hex

from khsearch.engine import Batch, Files, Limits, NameFile
from khsearch.errors import DocumentError, IndexMismatchError, IndexStoreError, KhsearchError
from khsearch.remote.bulk import LONGEST, Bulk
from khsearch.remote.client import Client, UnreachableError
from khsearch.remote.counting import Collector
from khsearch.remote.filling import Filling
from khsearch.remote.indexes import counts, door_of, led_to, make_index, remove_index
from khsearch.remote.lease import Lease
from khsearch.remote.mapping import Layout, action, key_of, layout_of, lines
from khsearch.remote.metadata import Head, Metadata, Sending
from khsearch.remote.patience import patiently
from khsearch.remote.spool import Spool
from khsearch.remote.tables import grown, write_patiently
from khsearch.schema import Schema
from khsearch.sharing import Lock

READERS_SEE = 2.0
"""Seconds after which no reader searches the documents any more that a rebuild has replaced."""

AHEAD = 4_000_000
"""Bytes that wait before a new index is begun."""

_MGET = 1_000
_LONG = 6 * 3600.0  # seconds within which shards are merged


class RemoteWriter:
    """The writer of one index, for any number of threads. It has the right to write until commit or cancel.

    One that nobody holds any more gives it back; what it did is gone.
    """

    limits = Limits(1 << 24, 50_000_000)

    def __init__(
        self,
        client: Client,
        lease: Lease,
        head: Head,
        layout: Layout,
        schema: Schema,
        shape: tuple[int, int],
        committed: Callable[[], None],
    ) -> None:
        """Go on from a commit.

        layout: of the index as it is. shape: its shards and replicas. committed: told of a commit.
        """
        self.ended = False
        self._client = client
        self._metadata = Metadata(client)
        self._lease = lease
        self._head = head
        self._shape = shape
        self._committed = committed
        self._layout = layout_of(schema)
        self._as_before = self._layout == layout
        self._with_pairs = {stream.name for stream in schema.streams if stream.positions}
        self._collector = Collector(self._with_pairs)
        self._spool = Spool(client.name)
        self._files: Files | None = None
        self._cleared = False
        self._next = head.next
        self._traits = set(head.traits)
        self._process = os.getpid()
        self._mutex = Lock()
        self._fillings: list[Filling] = []
        """The index that is filled meanwhile, if one is."""
        self._finish = weakref.finalize(self, _end, lease, self._spool, self._fillings)

    def check_open(self) -> None:
        """Raise IndexStoreError where it has ended, or belongs to another process."""
        if self.ended:
            raise IndexStoreError(f"{self._client.name}: this writer has ended; get a new one")
        if os.getpid() != self._process:
            raise IndexStoreError(
                f"{self._client.name}: this writer belongs to process {self._process}, from which this one was forked; "
                "get a new one here when that one has ended"
            )

    def add_batch(self, batch: Batch) -> None:
        """Let documents wait; DocumentError for one that OpenSearch would not take, and nothing added."""
        with self._mutex:
            self.check_open()
            if not (self._as_before or self._cleared):
                raise IndexMismatchError(
                    f"{self._client.name}: the index keeps other fields than this writer; set_fields changes them"
                )
            items = list(lines(batch, self._layout, self._next))
            for document, item in zip(batch.documents, items, strict=True):
                if len(item) > LONGEST:
                    raise DocumentError(
                        f"document {document.id!r:.200}: with its terms it is {len(item):,} bytes long, and OpenSearch "
                        f"takes {LONGEST:,}; split it"
                    )
            self._let_wait(items)
            self._next += len(items)
            self._collector.add(batch.tokens, len(items))
            self._traits |= batch.traits

    def delete(self, id: str) -> bool:
        """Delete the document of an id."""
        return self.delete_many([id]) > 0

    def delete_many(self, ids: Sequence[str]) -> int:
        """Delete the documents of some ids."""
        with self._mutex:
            self.check_open()
            keys = list(dict.fromkeys(map(key_of, ids)))
            known = {key: self._spool.has(key) for key in keys}
            known |= self._there([key for key in keys if known[key] is None])
            gone = [key for key in keys if known[key]]
            for key in gone:
                self._let_wait([action("delete", key, self._next)])
                self._next += 1
            return len(gone)

    def clear(self) -> None:
        """Delete every document: the commit makes a new index."""
        with self._mutex:
            self.check_open()
            _drop(self._fillings)
            self._spool.clear()
            self._collector = Collector(self._with_pairs)
            self._traits = set()
            self._cleared = True

    def replace_files(self, write: Callable[[NameFile], Files]) -> None:
        """Let the commit have other files."""
        with self._mutex:
            self.check_open()
            self._files = write(lambda suffix: f"{token_hex(8)}{suffix}")

    def commit(self, *, optimize: bool = False) -> None:
        """Send everything, and end.

        IndexStoreError where that ends in the middle, which says how much was sent: that is seen with the next commit.
        To add the same documents again does no harm.
        """
        with self._mutex:
            self.check_open()
            bulk = None
            try:
                patiently(self._lease.check)
                draft = self._announced(optimize)
                if self._fillings:
                    self._fillings[0].finish()
                else:
                    bulk = Bulk(self._client, door_of(draft.index))
                    bulk.add(self._spool.items())
                    bulk.finish()
                patiently(self._lease.check)
                self._publish(draft, optimize)
            except KhsearchError as problem:
                raise type(problem)(self._told(problem, bulk)) from None
            finally:
                if bulk is not None:
                    bulk.stop()
                self.cancel()

    def cancel(self) -> None:
        """Forget everything since the last commit; a second call does nothing."""
        with self._mutex:
            if not self.ended:
                self.ended = True
                self._finish()

    def _let_wait(self, items: Sequence[bytes]) -> None:
        """Let items wait, or go where nobody sees them."""
        try:
            self._spool.add(items)
        except IndexStoreError:  # nobody knows how much of it is on disk
            self.cancel()
            raise
        if self._fillings:
            self._fillings[0].add(items)
        elif self._spool.size > AHEAD and (self._cleared or self._is_first):
            self._fill()

    @property
    def _is_first(self) -> bool:
        """Whether nothing was there before."""
        head = self._head
        return head.documents == 0 and head.sending is None and self._as_before

    def _fill(self) -> None:
        """Begin with a new index, to which all goes that waits, and at once what follows."""
        self._cleared = True
        index = self._beside()

        def make(door: str) -> None:
            patiently(self._lease.check)
            # Should this process die, whoever commits next removes it.
            old = tuple(dict.fromkeys((*self._head.old, index)))
            self._head = patiently(lambda: self._metadata.put_head(replace(self._head, old=old)))
            make_index(self._client, index, self._layout, *self._shape, door)

        filling = Filling(self._client, index, make)
        self._fillings.append(filling)
        filling.add(self._spool.items())

    def _beside(self) -> str:
        """The name of the index that follows the one that is searched."""
        return f"{self._client.alias}-{int(self._head.index.rpartition('-')[2]) + 1}"

    def _there(self, keys: Sequence[str]) -> dict[str, bool]:
        """Whether there is a document of each key in OpenSearch."""
        found = dict.fromkeys(keys, False)
        if not self._cleared:
            for at in range(0, len(keys), _MGET):
                asked = {"ids": keys[at : at + _MGET]}
                answer = self._client.ask("POST", f"/{self._head.index}/_mget", asked, params={"_source": False})
                for told in answer["docs"]:
                    if "error" in told:
                        raise UnreachableError(
                            f"{self._client.name}: OpenSearch cannot say whether there is a document of id "
                            f"{told.get('_id')!r:.200}; look at the cluster's health, and retry"
                        )
                    found[told["_id"]] = bool(told.get("found"))
        return found

    def _announced(self, optimize: bool) -> Head:
        """Keep blobs, make the index that is needed, say what will be sent -> the commit to be."""
        head = self._head
        index = head.index
        if self._cleared:
            index = self._beside()
            if not self._fillings:
                make_index(self._client, index, self._layout, *self._shape)
        before = () if self._cleared else head.parts
        tables, documents = self._collector.tables(), self._collector.documents
        parts = grown(self._metadata, before, tables, documents, whole=optimize)
        files = head.files
        if self._files is not None:
            files = {name: write_patiently(self._metadata, content) for name, content in self._files.items()}
        traits = tuple(sorted(self._traits))
        sending = Sending(index, parts, traits, self._next)
        self._head = patiently(lambda: self._metadata.put_head(replace(head, sending=sending)))
        old = (head.index,) if self._cleared else ()
        return replace(
            self._head,
            commit_id=token_hex(8),
            index=index,
            made=token_hex(8) if self._cleared else head.made,
            files=files,
            parts=parts,
            traits=traits,
            next=self._next,
            sending=None,
            old=old,
        )

    def _publish(self, draft: Head, optimize: bool) -> None:
        """Let everything that was sent be seen, and name the commit."""
        client, index = self._client, draft.index
        if optimize:
            params = {"max_num_segments": 1}
            client.checked(client.ask("POST", f"/{index}/_forcemerge", params=params, seconds=_LONG))
        patiently(lambda: client.checked(client.ask("POST", f"/{index}/_refresh", seconds=_LONG)))
        documents, deleted = patiently(lambda: counts(client, index))
        if self._cleared:
            doors = [filling.door for filling in self._fillings]
            self._fillings.clear()  # it is what will be searched
            patiently(lambda: self._turn(draft.old[0], index, doors))
        patiently(lambda: self._metadata.put_head(replace(draft, documents=documents, deleted=deleted)))
        self._committed()
        with suppress(IndexStoreError):  # it is committed; what is left over goes with the next commit
            self._metadata.sweep(draft.blobs() | self._head.blobs())
            if draft.old and self._head.documents:
                time.sleep(READERS_SEE)
            for name in {*self._head.old, *draft.old} - {index}:
                remove_index(client, name)

    def _turn(self, old: str, new: str, doors: Sequence[str]) -> None:
        """Put the alias over, at once for all who search by it. doors: other aliases by which it was written."""
        alias = self._client.alias
        others = {old, *led_to(self._client)} - {new}
        actions = [
            {"add": {"index": new, "alias": alias}},
            *({"remove": {"index": other, "alias": alias, "must_exist": False}} for other in sorted(others)),
            *({"remove": {"index": new, "alias": door, "must_exist": False}} for door in doors),
        ]
        self._client.ask("POST", "/_aliases", {"actions": actions})

    def _told(self, problem: KhsearchError, bulk: Bulk | None) -> str:
        if bulk is None or self._cleared or not self._spool.count:
            return f"{problem}; nothing was committed"
        return (
            f"{problem}; not committed: {bulk.sent:,} of {self._spool.count:,} changes were sent, which are seen with "
            "the next commit at the latest; repeat all of them, which does no harm"
        )


def _end(lease: Lease, spool: Spool, fillings: list[Filling]) -> None:
    _drop(fillings)
    spool.close()
    lease.release()


def _drop(fillings: list[Filling]) -> None:
    for filling in fillings:
        filling.drop()
    fillings.clear()
