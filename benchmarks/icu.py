"""icu: documents in OpenSearch as one would keep them without khsearch: its ICU tokenizer, folding, BM25, raw texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.errors import BenchmarkError
from khsearch import Document

CHUNK = 500
"""Documents of a bulk: what the helpers of opensearch-py take by default."""

_FIELD = {"type": "text", "analyzer": "icu"}
_BODY = {
    "settings": {
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "analysis": {
            "analyzer": {"icu": {"type": "custom", "tokenizer": "icu_tokenizer", "filter": ["icu_folding"]}},
        },
    },
    "mappings": {"dynamic": False, "properties": {"title": _FIELD, "text": _FIELD}},
}


class IcuIndex:
    """An index of raw texts; `client` is opensearch-py's."""

    def __init__(self, url: str, name: str, shards: int = 1) -> None:
        """Make an empty one; BenchmarkError for a node that has no ICU analysis."""
        from opensearchpy import OpenSearch, OpenSearchException

        self.name = name
        self.client = OpenSearch(url, timeout=120)
        settings = {**_BODY["settings"], "number_of_shards": shards}
        try:
            self.client.indices.create(index=name, body={**_BODY, "settings": settings})
        except OpenSearchException as problem:
            raise BenchmarkError(f"{url}: {problem}; it needs the plug-in analysis-icu") from None

    def add(self, documents: Iterable[Document]) -> None:
        """Add documents, and let them be found."""
        from opensearchpy import helpers

        lines: Iterable[dict[str, Any]] = (
            {"_index": self.name, "_id": document.id, "title": document.title, "text": document.text}
            for document in documents
        )
        helpers.bulk(self.client, lines, chunk_size=CHUNK)
        self.client.indices.refresh(index=self.name)

    def top(self, text: str, limit: int = 10) -> list[tuple[str, str]]:
        """Return ids and titles of the best documents."""
        body = {
            "query": {"multi_match": {"query": text, "fields": ["title", "text"]}},
            "size": limit,
            "_source": ["title"],
        }
        found: Sequence[dict[str, Any]] = self.client.search(index=self.name, body=body)["hits"]["hits"]
        return [(hit["_id"], hit["_source"]["title"]) for hit in found]

    def remove(self) -> None:
        """Remove it from the node."""
        self.client.indices.delete(index=self.name)
        self.client.close()
