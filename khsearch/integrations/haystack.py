"""haystack: a component of Haystack that retrieves from an index.

    pipeline.add_component("retriever", KhsearchRetriever(Index.open("news.idx"), top_k=3))
    pipeline.run({"retriever": {"query": "..."}})["retriever"]["documents"]

A pipeline with it can be written to a file, which has the address of the index. Where that is read, Haystack wants to
be told of the room: Pipeline.load(file, allowed_modules=["khsearch.integrations.haystack"]).
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from khsearch.extras import missing
from khsearch.index import Index
from khsearch.integrations.conditions import filter_of
from khsearch.integrations.passages import passages
from khsearch.query import Match, Ranking

try:
    from haystack import Document, component, default_from_dict, default_to_dict
except ImportError:
    raise missing("a retriever of Haystack needs haystack-ai", "haystack") from None


@component
class KhsearchRetriever:
    """Retrieves from any index, `run` and `run_async`.

    A document's content is the text, or excerpts of it; its meta are the fields as JSON has them, "title", and with
    excerpts of a PDF "page".
    """

    def __init__(
        self,
        index: Index | str | Path,
        top_k: int = 10,
        *,
        filters: dict[str, Any] | None = None,
        match: Match = "best",
        ranking: Ranking | None = None,
        length: int | None = None,
    ) -> None:
        """Choose an index, or the path or address of one, how many documents, and what they must match.

        filters         as Haystack has them, {"field": "meta.year", "operator": ">=", "value": 2020}, or as
                        `Index.search` takes them, {"year": {"gte": 2020}}; a run may bring others
        match, ranking  as for `Index.search`
        length          of contents, in characters: excerpts around what was asked for; None: whole texts

        Raises what `Index.open` raises.
        """
        self.index = Index.open(index) if isinstance(index, str | Path) else index
        self.top_k = top_k
        self.filters = filters
        self._asked: dict[str, Any] = {"match": match, "ranking": ranking, "length": length}

    @component.output_types(documents=list[Document])
    def run(self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None) -> dict[str, Any]:
        """Retrieve {"documents": [...]}, best first. QueryError for a filter that cannot be."""
        chosen = self.filters if filters is None else filters
        k = self.top_k if top_k is None else top_k
        found = passages(self.index, query, k, filter=chosen and filter_of(chosen), **self._asked)
        return {
            "documents": [Document(id=one.id, content=one.content, score=one.score, meta=one.metadata) for one in found]
        }

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, Any]:
        """Retrieve as `run` does, in a thread of its own."""
        return await asyncio.to_thread(self.run, query, filters, top_k)

    def to_dict(self) -> dict[str, Any]:
        """Write the component for a pipeline's file: of the index its address, of a ranking its numbers; ValueError.

        No password is in an address: for OpenSearch with one, set KHSEARCH_HTTP_AUTH where it is read.
        """
        ranking = self._asked["ranking"]
        return default_to_dict(
            self,
            index=self.index.address,
            top_k=self.top_k,
            filters=self.filters,
            match=self._asked["match"],
            ranking=ranking and ranking.to_json(),
            length=self._asked["length"],
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> KhsearchRetriever:
        """Read what `to_dict` wrote, and open the index."""
        given = dict(data["init_parameters"])
        if given.get("ranking"):
            given["ranking"] = Ranking.from_json(given["ranking"])
        return default_from_dict(cls, {**data, "init_parameters": given})
