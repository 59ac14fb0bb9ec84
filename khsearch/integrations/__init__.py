"""integrations: an index, or the words of Khmer alone, in other people's frameworks and stores.

passages      a question, an index -> what a language model reads: contents with metadata
langchain     a retriever of LangChain
llama_index   a retriever of LlamaIndex
conditions    filters as Haystack writes them -> filters as data
haystack      a component of Haystack's pipelines
sqlite_fts5   a tokenizer for the full-text search of SQLite
sparse        texts -> sparse vectors, for Qdrant and other stores

A room imports its package when it is imported itself; MissingExtraError says how to install that.
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.integrations import haystack as haystack
    from khsearch.integrations import langchain as langchain
    from khsearch.integrations import llama_index as llama_index
    from khsearch.integrations import sparse as sparse
    from khsearch.integrations import sqlite_fts5 as sqlite_fts5
else:
    __getattr__, __dir__, __all__ = face(
        __name__, {"": ("haystack", "langchain", "llama_index", "sparse", "sqlite_fts5")}
    )
