"""metadata: what belongs to an index beside its documents: the commit document, and blobs such as the lexicon.

They lie in a small index of their own, NAME-meta, in which nothing is searched; all is read by its id, as it is now.

    commit             the commit document: what the latest commit is (`Head`)
    blob:HASH:NUMBER   a piece of a blob; a blob is called by "HASH:PIECES", and never changes
    lock               who writes (`lease`)
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, cast

from khsearch import version
from khsearch.engine import Files
from khsearch.errors import IndexDamagedError, IndexMismatchError, IndexNotFoundError
from khsearch.frozen import frozen
from khsearch.remote.client import Client, ConflictError
from khsearch.remote.mapping import FORMAT, Layout

_PIECE = 3_000_000  # bytes, which are 4 MB in base64
_AT_ONCE = 4  # pieces in one answer
_GREATEST = 1 << 30  # bytes of a blob, so that no piece unpacks to more than a machine has
_IDS = 10_000  # of one answer

MISSING_SEQUENCE = (-1, 0)


class MissingPieceError(IndexDamagedError):
    """A piece of a blob is not there: it is lost, or later commits have removed it."""


@frozen
class PartOf:
    """Documents that were written together: a name, how many, and of each stream its table and how many terms it has.

    Parts of one name are equal, whatever commit they are in. A table is called by its blob.
    """

    of: str
    documents: int
    tables: Mapping[str, str]
    terms: Mapping[str, int]


@frozen
class Sending:
    """What a writer has begun to send, which may be in part in OpenSearch, whatever became of the writer."""

    index: str
    parts: tuple[PartOf, ...]
    traits: tuple[str, ...]
    next: int


@frozen
class Head:
    """The commit document.

    commit_id  names the commit
    index      where the documents are: NAME-1, or a higher number after a rebuild
    made       names the making of that index: another one of its name may follow
    files      the files of the index by name, each called by its blob
    parts      tables of terms
    traits     lines that say what the terms depend on
    next       the next number in the order of adding
    documents  how many there are
    deleted    how many deleted ones OpenSearch still counts
    sending    what is being sent
    old        indexes that nobody reads any more
    sequence   of the document itself, which changes whenever it is written
    """

    commit_id: str
    index: str
    made: str
    files: Mapping[str, str]
    parts: tuple[PartOf, ...] = ()
    traits: tuple[str, ...] = ()
    next: int = 1
    documents: int = 0
    deleted: int = 0
    sending: Sending | None = None
    old: tuple[str, ...] = ()
    sequence: tuple[int, int] = MISSING_SEQUENCE

    def blobs(self) -> set[str]:
        """Return all blobs that it names."""
        parts = [*self.parts, *(self.sending.parts if self.sending else ())]
        return {*self.files.values(), *(blob for part in parts for blob in part.tables.values())}


@frozen
class State:
    """A commit as its view has it: the commit document with the files themselves, and how its index is laid out."""

    commit_id: str
    index: str
    files: Files = field(repr=False)  # megabytes
    parts: tuple[PartOf, ...]
    traits: frozenset[str]
    next: int
    documents: int
    deleted: int
    layout: Layout
    shards: int
    replicas: int


class Metadata:
    """The index NAME-meta of one index."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.index = f"{client.alias}-meta"
        self._door = f"{self.index}-w"  # an alias: what is written through it does not make an index that has gone

    @property
    def name(self) -> str:
        """The address of the index that this belongs to, without secrets."""
        return self._client.name

    def body(self, replicas: int) -> dict[str, object]:
        """Return settings and mappings."""
        return {
            "settings": {"number_of_shards": 1, "number_of_replicas": replicas},
            "mappings": {
                "dynamic": False,
                "_meta": {"khsearch": {"format": FORMAT, "khsearch": version.__version__}},
            },
            "aliases": {self._door: {}},
        }

    def head(self) -> Head:
        """Read the commit document; IndexNotFoundError, IndexMismatchError for a later format, IndexDamagedError."""
        found = self.get("commit")
        if found is None:
            raise IndexNotFoundError(
                f"{self._client.name}: no index here, as far as it goes: whoever was creating it did not end; create it"
            )
        return self._head(found)

    def _head(self, found: Any) -> Head:
        try:
            told = dict(found["_source"])
            made = told.pop("format")
            if made > FORMAT:
                raise IndexMismatchError(
                    f"{self._client.name}: written by khsearch {told.get('khsearch')} in a later format ({made}, this "
                    f"one reads up to {FORMAT}); update khsearch"
                )
            del told["khsearch"]
            sending = told.pop("sending")
            if sending is not None:
                sending = Sending(
                    sending["index"], _parts(sending["parts"]), tuple(sending["traits"]), int(sending["next"])
                )
            return Head(
                **told | {"parts": _parts(told["parts"])} | {name: tuple(told[name]) for name in ("traits", "old")},
                sending=sending,
                sequence=_sequence(found),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise self.damaged("the commit document", repr(problem)) from None

    def put_head(self, head: Head) -> Head:
        """Write the commit document in the place of the one that this one comes from -> it, as it is there now.

        ConflictError where another has been written meanwhile.
        """
        source: dict[str, Any] = {
            name: getattr(head, name) for name in Head.__match_args__ if name not in ("sending", "sequence")
        }
        source["parts"] = [_told(part) for part in head.parts]
        if head.sending is not None:
            source["sending"] = {
                "index": head.sending.index,
                "parts": [_told(part) for part in head.sending.parts],
                "traits": head.sending.traits,
                "next": head.sending.next,
            }
        else:
            source["sending"] = None
        source |= {"format": FORMAT, "khsearch": version.__version__}
        try:
            return replace(head, sequence=self.put("commit", source, head.sequence))
        except ConflictError:
            # An answer that was lost makes the library send it twice.
            there = self.get("commit")
            if there is not None and _same(there["_source"], source):
                return replace(head, sequence=_sequence(there))
            raise

    def get(self, name: str) -> Any:
        """Read a document as it is now; None where there is none. IndexNotFoundError without the index."""
        return self._client.ask("GET", f"/{self.index}/_doc/{name}", missing=None)

    def put(self, name: str, source: object, sequence: tuple[int, int]) -> tuple[int, int]:
        """Write a document in the place of the one with a sequence -> its own; ConflictError where it is another."""
        params: dict[str, object] = {"require_alias": True}
        if sequence == MISSING_SEQUENCE:
            params["op_type"] = "create"
        else:
            params |= {"if_seq_no": sequence[0], "if_primary_term": sequence[1]}
        return _sequence(self._client.ask("PUT", f"/{self._door}/_doc/{name}", source, params=params))

    def remove(self, name: str, sequence: tuple[int, int], *, seconds: float | None = None) -> None:
        """Delete a document; ConflictError where it is another. seconds: after which it is given up."""
        params = {"if_seq_no": sequence[0], "if_primary_term": sequence[1]}
        self._client.ask("DELETE", f"/{self.index}/_doc/{name}", params=params, missing=None, seconds=seconds)

    # Blobs

    def write(self, content: bytes) -> str:
        """Keep a blob -> what it is called by."""
        packed = zlib.compress(content, 1)
        pieces = [packed[at : at + _PIECE] for at in range(0, len(packed), _PIECE)]
        blob = f"{hashlib.blake2b(content, digest_size=16).hexdigest()}:{len(pieces)}"
        ids = list(_pieces(blob))
        there = self._client.ask("POST", f"/{self.index}/_mget", {"ids": ids}, params={"_source": False})["docs"]
        for id, piece, known in zip(ids, pieces, there, strict=True):
            if not known.get("found"):
                source = {"data": base64.b64encode(piece).decode()}
                self._client.ask("PUT", f"/{self._door}/_doc/{id}", source, params={"require_alias": True})
        return blob

    def read(self, blob: str, what: str) -> bytes:
        """Read a blob; IndexDamagedError that says what it is where it is missing, or is not what was written."""
        ids = list(_pieces(blob))
        packed = bytearray()
        for at in range(0, len(ids), _AT_ONCE):
            asked = {"ids": ids[at : at + _AT_ONCE]}
            for found in self._client.ask("POST", f"/{self.index}/_mget", asked)["docs"]:
                try:
                    packed += base64.b64decode(found["_source"]["data"], validate=True)
                except (KeyError, TypeError, ValueError):
                    raise MissingPieceError(str(self.damaged(what, "a piece is missing"))) from None
        try:
            unpacking = zlib.decompressobj()
            content = unpacking.decompress(packed, _GREATEST)
        except zlib.error:
            content = b""
        if hashlib.blake2b(content, digest_size=16).hexdigest() != blob.partition(":")[0]:
            raise self.damaged(what, "it is not what was written")
        return content

    def sweep(self, kept: Collection[str]) -> None:
        """Delete all blobs but those that are named."""
        pieces = {piece for blob in kept for piece in _pieces(blob)}
        self._client.ask("POST", f"/{self.index}/_refresh")
        asked = {"size": _IDS, "_source": False, "query": {"match_all": {}}}
        hits = self._client.checked(self._client.ask("POST", f"/{self.index}/_search", asked))["hits"]["hits"]
        for hit in hits:
            if hit["_id"].startswith("blob:") and hit["_id"] not in pieces:
                self._client.ask("DELETE", f"/{self.index}/_doc/{hit['_id']}", missing=None)

    def damaged(self, what: str, how: str) -> IndexDamagedError:
        """Return the error that tells what is not what was written, and how."""
        return IndexDamagedError(
            f"{self._client.name}: damaged: {what} in {self.index}: {how}; restore it from a snapshot, or save the "
            f"documents: khsearch rebuild {self._client.name} --to NEW"
        )


def _pieces(blob: str) -> Iterator[str]:
    named, _, count = blob.partition(":")
    return (f"blob:{named}:{number}" for number in range(int(count)))


def _sequence(found: Mapping[str, Any]) -> tuple[int, int]:
    return int(found["_seq_no"]), int(found["_primary_term"])


def _told(part: PartOf) -> dict[str, object]:
    return {"of": part.of, "documents": part.documents, "tables": dict(part.tables), "terms": dict(part.terms)}


def _parts(told: Iterable[Mapping[str, Any]]) -> tuple[PartOf, ...]:
    return tuple(PartOf(**part) for part in told)


def _same(there: object, source: Mapping[str, object]) -> bool:
    """Whether a document says what was sent; lists are tuples here."""
    return _plain(there) == _plain(source)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in cast("Sequence[object]", value)]
    return value
