"""langchain: a retriever of LangChain over an index.

    retriever = KhsearchRetriever(index=Index.open("news.idx"), k=3)
    retriever.invoke("...")                             # documents with page_content and metadata
    retriever.invoke("...", filter={"year": 2024})      # all but the index can be chosen for one question

LangChain is langchain-core: chains, agents and tools take it as any other retriever.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from khsearch.extras import missing
from khsearch.integrations.passages import passages
from khsearch.query import Filter, Match
from khsearch.reader import Reader

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ImportError:
    raise missing("a retriever of LangChain needs langchain-core", "langchain") from None


class KhsearchRetriever(BaseRetriever):
    """Retrieves from any index: `invoke`, `ainvoke`, `batch`, `abatch`, and in chains.

    index           the index
    k               how many documents
    filter          what they must match, too, as for `Index.search`: {"year": {"gte": 2020}}
    match, ranking  as for `Index.search`
    length          of page_content, in characters: excerpts around what was asked for; None: whole texts

    A document's metadata are its fields as JSON has them, "title", "score", and with excerpts of a PDF "page".
    QueryError for a filter that cannot be; whatever is asked, is searched for.
    """

    model_config: ClassVar[Any] = {"extra": "forbid"}  # a name that is mistyped would go unnoticed

    index: Reader
    k: int = 4
    filter: Filter | None = None
    match: Match = "best"
    ranking: Any = None
    length: int | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **asked: Any
    ) -> list[Document]:
        return self._found(query, **asked)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **asked: Any
    ) -> list[Document]:
        return await asyncio.to_thread(self._found, query, **asked)

    def _found(self, query: str, **asked: Any) -> list[Document]:
        """Ask what the retriever says, but for what is said with this question."""
        own = {name: getattr(self, name) for name in ("k", "filter", "match", "ranking", "length")}
        wrong = asked.keys() - own.keys()
        if wrong:
            raise ValueError(f"a question takes {', '.join(own)}, not {', '.join(sorted(wrong))}")
        return [
            Document(id=one.id, page_content=one.content, metadata={**one.metadata, "score": one.score})
            for one in passages(self.index, query, **own | asked)
        ]
