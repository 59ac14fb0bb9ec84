"""llama_index: a retriever of LlamaIndex over an index.

    KhsearchRetriever(Index.open("news.idx"), similarity_top_k=3).retrieve("...")

LlamaIndex is llama-index-core: query engines take it as any other retriever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from khsearch.extras import missing
from khsearch.integrations.passages import passages
from khsearch.query import Filter, Match, Ranking
from khsearch.reader import Reader

try:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
except ImportError:
    raise missing("a retriever of LlamaIndex needs llama-index-core", "llama-index") from None


class KhsearchRetriever(BaseRetriever):
    """Retrieves from any index: `retrieve`, `aretrieve`, and in query engines.

    A node has the document's id and text; its metadata are the document's fields as JSON has them, "title", and with
    excerpts of a PDF "page".
    """

    def __init__(
        self,
        index: Reader,
        similarity_top_k: int = 4,
        *,
        filter: Filter | None = None,
        match: Match = "best",
        ranking: Ranking | None = None,
        length: int | None = None,
        **options: Any,
    ) -> None:
        """Choose how many nodes, and what they must match; filter, match and ranking as for `Index.search`.

        length   of a node's text, in characters: excerpts around what was asked for; None: whole texts
        options  of LlamaIndex's BaseRetriever

        QueryError, when something is retrieved, for a filter that cannot be; whatever is asked, is searched for.
        """
        self._index = index
        self._asked: dict[str, Any] = {
            "k": similarity_top_k,
            "filter": filter,
            "match": match,
            "ranking": ranking,
            "length": length,
        }
        super().__init__(**options)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(node=TextNode(id_=one.id, text=one.content, metadata=one.metadata), score=one.score)
            for one in passages(self._index, query_bundle.query_str, **self._asked)
        ]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
