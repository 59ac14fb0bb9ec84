"""memory: an engine that keeps an index in memory, for tests and notebooks: every question looks at every document.

It is the shortest thing that fills the interfaces of `khsearch.engine`: one to copy for whoever writes an engine, and
what the others are held against.

columns     values of documents, as they are compared
commit      documents, their terms and values, as one commit has them
matching    a node -> the documents that it matches, with scores
view        one commit, to be asked
store       indexes by name, each with its commits and its one writer
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.memory.store import MEMORY as MEMORY
else:
    __getattr__, __dir__, __all__ = face(__name__, {"store": ("MEMORY",)})
