"""contents: documents as OpenSearch keeps them in; documents, ids and titles out.

What a search found comes with its documents, and is kept for a while, so that nothing is asked again for the hits of a
page. What is asked one by one is fetched together with what the last search found beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson

from khsearch.documents import Document, from_json_line
from khsearch.errors import IndexDamagedError, IndexNotFoundError, IndexStoreError
from khsearch.remote.asking import Asking, Body
from khsearch.remote.client import Client
from khsearch.remote.hits import DOCUMENTS, Content, Hit, content_in, key_in
from khsearch.remote.kept import Kept
from khsearch.remote.metadata import Metadata, State

_KEPT = 8 << 20  # characters of documents that are kept
_AT_ONCE, _MOST = 100, 2 << 20  # documents that are fetched together, and characters of what is read together
_SCANNED = 500
_KEEP_ALIVE = "5m"


class Contents:
    """The documents of one commit, by key."""

    def __init__(self, client: Client, state: State, kept: Kept, asking: Asking) -> None:
        self._client, self._index, self._asking = client, state.index, asking
        # Whoever asks for the documents of a page gets them from here; a dict keeps its order.
        self._known: dict[str, Content] = kept.memo(state.commit_id, "contents", None, dict, lambda _: 2 * _KEPT)
        self._size: list[int] = kept.memo(state.commit_id, "contents size", None, lambda: [0], lambda _: 100)
        self._expected: Sequence[str] = ()

    def learn(self, hits: Iterable[Hit]) -> None:
        """Keep the documents of hits."""
        for hit in hits:
            content = self._content(hit)
            if content is not None:
                self._keep(key_in(hit), content)

    def expect(self, keys: Sequence[str]) -> None:
        """These will be asked for, one by one."""
        self._expected = keys

    def of(self, key: str) -> Content | None:
        """The document of a key; None where there is none any more."""
        return self._known.get(key) or self.fetch([key]).get(key)

    def fetch(self, keys: Sequence[str]) -> dict[str, Content]:
        """Documents by key, of those that there are; beside them what is expected is fetched, too."""
        found = {key: self._known[key] for key in keys if key in self._known}
        lacking = [key for key in keys if key not in found]
        if lacking and len(lacking) < _AT_ONCE:
            wanted = set(lacking)
            beside = [key for key in self._expected if key not in self._known and key not in wanted]
            lacking += beside[: _AT_ONCE - len(lacking)]
        for at in range(0, len(lacking), _AT_ONCE):
            part = lacking[at : at + _AT_ONCE]
            body: Body = {"size": len(part), "query": {"ids": {"values": part}}, **DOCUMENTS}
            for hit in self._asking.one(body)["hits"]["hits"]:
                content = self._content(hit)
                if content is not None:
                    self._keep(key_in(hit), content)
                    found[key_in(hit)] = content
        return found

    def document(self, key: str) -> Document | None:
        """The document of a key, equal to the one that was added."""
        found = self.of(key)
        return None if found is None else self._read(key, found)

    def scan(self) -> Iterator[Document | str]:
        """All documents in the order in which they were added, as of one moment; a text for what cannot be read."""
        path = f"/{self._index}/_search/point_in_time"  # a rebuild keeps what is read here, wherever the alias leads
        # A point in time of some shards would take these for all that there are.
        params: dict[str, object] = {"keep_alive": _KEEP_ALIVE, "allow_partial_pit_creation": False}
        point = self._asked(path, None, params)["pit_id"]
        size, after = _SCANNED, None
        try:
            while True:
                body: Body = {
                    "size": size,
                    "query": {"match_all": {}},
                    "sort": [{"added": "asc"}],
                    "track_total_hits": False,
                    **DOCUMENTS,
                    "pit": {"id": point, "keep_alive": _KEEP_ALIVE},
                    **({} if after is None else {"search_after": after}),
                }
                params = {"allow_partial_search_results": False}
                answer = self._client.checked(self._asked("/_search", body, params))
                point = answer.get("pit_id", point)
                hits, read = answer["hits"]["hits"], 0
                for hit in hits:
                    try:
                        content = self._content(hit)
                        assert content is not None
                        read += len(content.doc.get("text") or "")
                        yield self._read(key_in(hit), content)
                    except IndexDamagedError as problem:
                        yield str(problem)
                if not hits:
                    return
                after = hits[-1]["sort"]
                size = max(1, min(_SCANNED, _MOST // max(read // len(hits), 1)))
        finally:
            with suppress(IndexStoreError):  # it ends by itself, and is no reason to hide another
                self._client.ask("DELETE", "/_search/point_in_time", {"pit_id": [point]}, missing=None)

    def _asked(self, path: str, body: Body | None, params: dict[str, object]) -> Any:
        """An answer of the index of this commit; IndexStoreError that says so, where another has taken its place."""
        try:
            return self._client.ask("POST", path, body, params=params)
        except IndexNotFoundError:
            now = Metadata(self._client).head().index
            if now == self._index:
                raise
            raise IndexStoreError(
                f"{self._client.name}: the index was rebuilt, or given other fields, while its documents were read: "
                f"{now} has taken the place of {self._index}; run it again, such as: khsearch export "
                f"{self._client.name}"
            ) from None

    def _keep(self, key: str, content: Content) -> None:
        size = len(content.doc.get("text") or "") + len(content.doc.get("title") or "") + 500
        if self._size[0] + size > _KEPT:
            self._known.clear()
            self._size[0] = 0
        if key not in self._known:
            self._size[0] += size
        self._known[key] = content

    def _content(self, hit: Hit) -> Content | None:
        try:
            return content_in(hit)
        except ValueError:
            raise self._damaged(key_in(hit)) from None

    def _read(self, key: str, found: Content) -> Document:
        try:
            return from_json_line(orjson.dumps(found.doc))
        except (ValueError, KeyError, AttributeError, TypeError):
            raise self._damaged(key) from None

    def _damaged(self, key: str) -> IndexDamagedError:
        name = self._client.name
        return IndexDamagedError(
            f"{name}: the document {key!r:.200} is not as khsearch writes it; add it again, or save the others: "
            f"khsearch rebuild {name} --to NEW"
        )
