"""An index on a node, as tests write and look into it; requests that go wrong."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from khsearch import manifest
from khsearch.khmer.words.lexicon import Lexicon
from khsearch.query import DEFAULT
from khsearch.remote.client import Client, ConflictError
from khsearch.remote.cluster import Cluster
from khsearch.remote.engine import RemoteEngine
from khsearch.remote.hits import DOCUMENTS, content_in
from khsearch.remote.metadata import Head, Metadata
from khsearch.remote.writer import RemoteWriter
from khsearch.schema import schema_of
from khsearch.writing import Writer

FIELDS: dict[str, Any] = {"year": "number", "kind": "keyword"}


class Place:
    """One index on a node."""

    def __init__(self, url: str, lexicon: Lexicon) -> None:
        self.url = url
        self.built = manifest.make(None, lexicon, FIELDS, DEFAULT)
        self.schema = schema_of(FIELDS)
        self.engine = self.create()

    def create(self, *, shards: int = 2) -> RemoteEngine:
        return Cluster(shards=shards).create(self.url, self.schema, lambda name: manifest.write(self.built, name))

    def open(self) -> RemoteEngine:
        return Cluster().open(self.url)

    def writer(self, wait: float = 0.0) -> tuple[Writer, RemoteWriter]:
        raw = self.engine.writer(self.schema, wait)
        return Writer(raw, self.built.analyzer, FIELDS), raw

    def add(self, *ids: str, text: str = "សាលា និង ឆ្មា", optimize: bool = False) -> None:
        writer, _ = self.writer()
        writer.add_all({"id": id, "text": text} for id in ids)
        writer.commit(optimize=optimize)

    def rebuild(self, id: str) -> None:
        """Let a new index with one document take the place of the one that is there."""
        writer, raw = self.writer()
        raw.clear()
        writer.add({"id": id, "text": "\u178f\u17d2\u179a\u17b8"})
        writer.commit()

    def delete(self, *ids: str) -> int:
        writer, raw = self.writer()
        count = raw.delete_many(ids)
        writer.commit()
        return count

    @property
    def head(self) -> Head:
        return Metadata(self.client).head()

    @property
    def client(self) -> Client:
        return self.engine._client

    def found(self) -> dict[str, Any]:
        """What a search of all finds, by id."""
        body = {"size": 1_000, **DOCUMENTS}
        answer = self.client.ask("POST", f"/{self.client.alias}/_search", body)
        docs = [content.doc for content in map(content_in, answer["hits"]["hits"]) if content is not None]
        return {doc["id"]: doc.get("text") for doc in docs}

    def indexes(self) -> set[str]:
        there = self.client.ask("GET", f"/{self.client.alias}*")
        return set(there)

    def expire(self) -> None:
        """Let the lock run out, where it could not be given back."""
        metadata = Metadata(self.client)
        lock = metadata.get("lock")
        if lock is not None:
            with suppress(ConflictError):  # it was given back meanwhile
                metadata.remove("lock", (lock["_seq_no"], lock["_primary_term"]))


class Faults:
    """Lets some requests of a client go wrong: `answer` says how, given method, path and how many came before."""

    def __init__(self, client: Client, answer: Any) -> None:
        self._ask, self._answer, self.count = client.ask, answer, 0
        client.ask = self  # type: ignore[method-assign]

    def __call__(self, method: str, path: str, *given: Any, **named: Any) -> Any:
        self.count += 1
        error = self._answer(method, path, self.count)
        if isinstance(error, tuple):  # it is carried out, and the answer is lost
            self._ask(method, path, *given, **named)
            raise error[0]
        if error is not None:
            raise error
        return self._ask(method, path, *given, **named)
