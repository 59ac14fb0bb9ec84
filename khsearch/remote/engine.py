"""engine: one index in OpenSearch, at its latest commit: its view, its one writer."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from khsearch.engine import Files
from khsearch.errors import IndexStoreError
from khsearch.remote.client import Client
from khsearch.remote.indexes import led_to, misled, remove_index
from khsearch.remote.kept import Kept
from khsearch.remote.lease import Lease
from khsearch.remote.mapping import Layout, layout_from
from khsearch.remote.metadata import Head, Metadata, State
from khsearch.remote.tables import Tables
from khsearch.remote.writer import RemoteWriter
from khsearch.schema import Schema
from khsearch.sharing import Lock, loading

if TYPE_CHECKING:
    from khsearch.remote.view import RemoteView

FRESH = 1.0
"""Seconds for which a view is taken for the latest commit, unless this process has committed."""

_ATTEMPTS = 5  # to read a commit while rebuilds follow each other

_commits: Counter[str] = Counter()  # of this process, by address


class _Known(NamedTuple):
    """A view, the files of its commit by their blobs, when it was looked for, and after how many commits from here."""

    view: RemoteView
    head: Head
    tables: Tables
    looked: float
    commits: int


class RemoteEngine:
    """One index in OpenSearch."""

    def __init__(self, client: Client, cache_bytes: int | None) -> None:
        self._client = client
        self._metadata = Metadata(client)
        self._kept = Kept(cache_bytes)
        self._lock = Lock()
        self._known: _Known | None = None
        self._shape: tuple[str, Layout, int, int] | None = None

    def __repr__(self) -> str:
        return f"RemoteEngine({self.name!r})"

    @property
    def name(self) -> str:
        """The address, without user and password."""
        return self._client.name

    def view(self) -> RemoteView:
        """The latest commit, as of a second ago at most."""
        known = self._fresh()
        if known is None:
            with self._lock:
                known = self._fresh() or self._latest()
        return known.view

    def writer(self, schema: Schema, wait: float = 0.0) -> RemoteWriter:
        """The one writer."""
        lease = Lease(self.name, self._metadata)
        lease.take(wait)
        try:
            head = self._metadata.head()
            if lease.inherited or head.sending is not None:
                head = self._taken_over(head)
            layout, *shape = self._shape_of(head)
            return RemoteWriter(self._client, lease, head, layout, schema, (shape[0], shape[1]), self._committed)
        except BaseException:
            lease.release()
            raise

    def stats(self) -> dict[str, object]:
        """Segments, deleted documents, terms by field (of each part, added up), bytes by index."""
        head = self._metadata.head()
        _, shards, replicas = self._shape_of(head)
        told = self._client.ask("GET", f"/{head.index},{self._metadata.index}/_stats/docs,segments,store")
        primaries = {name: one["primaries"] for name, one in self._client.checked(told)["indices"].items()}
        terms: Counter[str] = Counter()
        for part in head.parts:
            terms.update(part.terms)
        return {
            "deleted": primaries[head.index]["docs"]["deleted"],
            "segments": primaries[head.index]["segments"]["count"],
            "terms": dict(terms),
            "bytes": {name: one["store"]["size_in_bytes"] for name, one in sorted(primaries.items())},
            "cache": {"held": self._kept.held, "budget": self._kept.budget},
            "shards": shards,
            "replicas": replicas,
        }

    def close(self) -> None:
        """Close the connections."""
        self._known = None
        self._client.close()

    def state(self, head: Head, files: Files) -> State:
        """Return what a view needs of a commit, with these files."""
        layout, shards, replicas = self._shape_of(head)
        return State(
            commit_id=head.commit_id,
            index=head.index,
            files=files,
            parts=head.parts,
            traits=frozenset(head.traits),
            next=head.next,
            documents=head.documents,
            deleted=head.deleted,
            layout=layout,
            shards=shards,
            replicas=replicas,
        )

    def view_of(self, head: Head, files: Files, before: Tables | None = None) -> tuple[RemoteView, Tables]:
        """Return the view of a commit, and its tables; `before` are those of an earlier one."""
        loading("khsearch.remote.view")
        from khsearch.remote.view import RemoteView

        tables = Tables(self._metadata, head.parts, before)
        return RemoteView(self._client, self.state(head, files), tables, self._kept), tables

    def _fresh(self) -> _Known | None:
        known = self._known
        if known is None or known.commits != _commits[self.name] or time.monotonic() - known.looked >= FRESH:
            return None
        return known

    def _latest(self) -> _Known:
        for attempt in range(1, _ATTEMPTS + 1):
            known, commits, looked = self._known, _commits[self.name], time.monotonic()
            head = self._metadata.head()
            if known is not None and known.head.commit_id == head.commit_id:
                self._known = known._replace(looked=looked, commits=commits)
                return self._known
            try:
                if known is None or known.head.made != head.made:
                    self._check_alias(head)
                view, tables = self.view_of(head, self._files(head), known.tables if known is not None else None)
            except IndexStoreError:
                if attempt == _ATTEMPTS or self._metadata.head().commit_id == head.commit_id:
                    raise
                continue  # the next commit has removed what belonged to this one alone
            self._known = _Known(view, head, tables, looked, commits)
            return self._known
        raise AssertionError

    def _files(self, head: Head) -> Files:
        """The files of a commit; the very mapping of the one before where they are the same."""
        known = self._known
        before: Files = known.view.files if known is not None else {}
        blobs = known.head.files if known is not None else {}
        if known is not None and blobs == head.files:
            return before
        held = {blob: before[name] for name, blob in blobs.items()}
        return {
            name: held[blob] if blob in held else self._metadata.read(blob, f"the file {name}")
            for name, blob in head.files.items()
        }

    def _shape_of(self, head: Head) -> tuple[Layout, int, int]:
        """How the index of a commit is laid out, its shards and replicas."""
        known = self._shape
        if known is None or known[0] != head.made:
            told = next(iter(self._client.ask("GET", f"/{head.index}").values()))
            settings = told["settings"]["index"]
            layout = layout_from(self.name, told["mappings"])
            known = head.made, layout, int(settings["number_of_shards"]), int(settings["number_of_replicas"])
            self._shape = known
        return known[1:]

    def _check_alias(self, head: Head) -> None:
        """IndexDamagedError where the alias, by which all is searched, leads to other indexes."""
        found = led_to(self._client)
        own = re.compile(re.escape(self._client.alias) + r"-\d+")  # a rebuild may be about to name its commit
        if not found or not all(map(own.fullmatch, found)):
            raise misled(self._client, found, head.index)

    def _taken_over(self, head: Head) -> Head:
        """Go on from what a writer has left that did not end -> the commit document, which is ours from here on.

        What it had begun to send is counted. Should it wake up, it finds another commit document, and does not commit.
        """
        sending = head.sending
        if sending is not None and sending.index == head.index:
            traits = tuple(sorted({*head.traits, *sending.traits}))
            head = replace(head, parts=sending.parts, traits=traits, next=max(head.next, sending.next))
        elif sending is not None:  # an index that was to replace this one
            remove_index(self._client, sending.index)
            add = {"add": {"index": head.index, "alias": self._client.alias}}
            self._client.ask("POST", "/_aliases", {"actions": [add]})
            head = replace(head, next=max(head.next, sending.next))
        return self._metadata.put_head(replace(head, sending=None))

    def _committed(self) -> None:
        _commits[self.name] += 1
