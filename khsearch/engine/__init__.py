"""engine: what an index asks of whatever keeps it. Values and interfaces; nothing is done here.

weighting   how terms score: BM25 with a scale a field, and pairs that stand near each other
nodes       what a query plan is made of
tokens      the terms and values of some documents, for a writer
"""

from khsearch.engine import nodes
from khsearch.engine.nodes import Node
from khsearch.engine.tokens import Kind, TokenBatch
from khsearch.engine.weighting import BM25, FieldScale, Proximity, idf, term_weight

__all__ = ["BM25", "FieldScale", "Kind", "Node", "Proximity", "TokenBatch", "idf", "nodes", "term_weight"]
