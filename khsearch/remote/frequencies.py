"""frequencies: in how many documents terms are, as Lucene counts them, asked for many terms in one request.

Lucene knows the document frequency of a term without a look at documents: term vectors of a document that is made up of
the terms tell it, and how many documents have the field. Both count deleted documents until their segments are merged.
Every shard is asked for its own, by a routing that leads to it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from khsearch.engine import EVERY_COMMIT
from khsearch.errors import IndexNotFoundError, IndexStoreError
from khsearch.remote.client import Client
from khsearch.remote.kept import Kept
from khsearch.remote.mapping import stream_field
from khsearch.remote.metadata import State
from khsearch.remote.terms import text_of

_REMEMBERED = 1 << 14
_BYTES = 250  # that one takes
_AT_ONCE = 4_000  # terms of a request
_MOST_CLAUSES = 900  # of one query: OpenSearch takes 1,024
_ROUTINGS = 200  # that are tried to find one for each shard

Term = tuple[str, bytes]
"""A stream and a term in code form."""


class Frequency(NamedTuple):
    """Documents that have a term: those that are left, and as Lucene counts them; and those that have the field."""

    df: int
    lucene: int
    field: int


_NONE = Frequency(0, 0, 0)


class Frequencies:
    """Those of one commit, each asked for once."""

    def __init__(self, client: Client, state: State, kept: Kept) -> None:
        self._client = client
        self._state = state
        self._kept = kept
        self._known: dict[Term, Frequency] = kept.memo(
            state.commit_id, "frequencies", None, dict, lambda _: _REMEMBERED * _BYTES
        )
        self._streams = state.layout.by_name

    def of(self, terms: Sequence[Term]) -> list[Frequency]:
        """Return the frequency of each of some terms, in one request for all that are not known."""
        known = self._known
        lacking = list(dict.fromkeys(term for term in terms if term not in known))
        if not lacking:
            return [known[term] for term in terms]
        fresh: dict[Term, Frequency] = {}
        for at in range(0, len(lacking), _AT_ONCE):
            fresh |= self._asked(lacking[at : at + _AT_ONCE])
        found = [fresh[term] if term in fresh else known[term] for term in terms]
        if len(known) + len(fresh) > _REMEMBERED:
            known.clear()
        if len(fresh) <= _REMEMBERED:
            known.update(fresh)
        return found

    def _asked(self, terms: Sequence[Term]) -> dict[Term, Frequency]:
        named = {(stream, term): text_of(term) for stream, term in terms if stream in self._streams}
        if not named:
            return dict.fromkeys(terms, _NONE)
        counted = self._counted(named)
        if self._state.deleted:
            counted = self._without_gone(named, counted)
        # Lucene's deleted documents, and those of a later commit, are more than there are here: no rarity is negative.
        most = self._state.documents
        kept = {term: one._replace(df=min(one.df, most)) for term, one in counted.items()}
        return {term: kept.get(term, _NONE) for term in terms}

    def _counted(self, named: Mapping[Term, str]) -> dict[Term, Frequency]:
        """As Lucene counts them, all shards together."""
        by_field: dict[str, list[str]] = {}
        for (stream, _), text in named.items():
            by_field.setdefault(stream_field(stream), []).append(text)
        document = {name: " ".join(texts) for name, texts in by_field.items()}
        left_out = {"positions": False, "offsets": False, "payloads": False}
        body = {
            "docs": [
                {
                    "_index": self._client.alias,
                    "doc": document,
                    "routing": routing,
                    "term_statistics": True,
                    "field_statistics": True,
                    **left_out,
                }
                for routing in self._routings()
            ]
        }
        told = self._client.ask("POST", "/_mtermvectors", body)["docs"]
        vectors = [self._vectors(one) for one in told]
        found = {}
        for (stream, term), text in named.items():
            fields = [one.get(stream_field(stream), {}) for one in vectors]
            df = sum(one.get("terms", {}).get(text, {}).get("doc_freq", 0) for one in fields)
            having = sum(one.get("field_statistics", {}).get("doc_count", 0) for one in fields)
            found[stream, term] = Frequency(df, df, having)
        return found

    def _vectors(self, told: Any) -> Mapping[str, Any]:
        vectors = told.get("term_vectors") if isinstance(told, dict) else None
        if not isinstance(vectors, dict):
            raise IndexStoreError(
                f"{self._client.name}: a shard does not tell its terms; look at the cluster's health, and retry"
            )
        return vectors

    def _without_gone(self, named: Mapping[Term, str], counted: Mapping[Term, Frequency]) -> dict[Term, Frequency]:
        """Those that may be of deleted documents alone, counted in those that are left."""
        doubtful = [term for term, one in counted.items() if 0 < one.df <= self._state.deleted]
        if not doubtful:
            return dict(counted)
        filters = [{"term": {stream_field(term[0]): named[term]}} for term in doubtful]
        some = {"bool": {"should": filters}} if len(filters) <= _MOST_CLAUSES else {"match_all": {}}
        aggregation = {"filters": {"filters": filters}}
        body = {"size": 0, "track_total_hits": False, "query": some, "aggs": {"left": aggregation}}
        told = self._client.checked(self._client.ask("POST", f"/{self._client.alias}/_search", body))
        buckets = told["aggregations"]["left"]["buckets"]
        left = {
            term: counted[term]._replace(df=bucket["doc_count"]) for term, bucket in zip(doubtful, buckets, strict=True)
        }
        return {**counted, **left}

    def _routings(self) -> Sequence[str]:
        """One routing that leads to each shard."""
        if self._state.shards == 1:
            return ("0",)
        key: Hashable = self._state.index
        return self._kept.memo(EVERY_COMMIT, "routings", key, lambda: list(self._found_routings()), lambda _: 1_000)

    def _found_routings(self) -> Iterator[str]:
        seen: set[int] = set()
        for number in range(_ROUTINGS * self._state.shards):
            path = f"/{self._client.alias}/_search_shards"
            shards = self._client.ask("GET", path, params={"routing": number})["shards"]
            if not shards:  # of an alias of nothing, too, OpenSearch answers
                raise IndexNotFoundError(f"{self._client.name}: no index here any more; restore it, or make it again")
            (shard,) = shards
            if not shard:
                raise IndexStoreError(
                    f"{self._client.name}: a shard is away; bring the missing node back, or keep replicas"
                )
            if shard[0]["shard"] not in seen:
                seen.add(shard[0]["shard"])
                yield str(number)
            if len(seen) == self._state.shards:
                return
        raise IndexStoreError(f"{self._client.name}: no way to each of its {self._state.shards} shards; retry")
