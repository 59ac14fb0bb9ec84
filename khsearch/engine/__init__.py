"""engine: what an index asks of whatever keeps it. Values and interfaces; nothing is done here.

weighting            how terms score: BM25 with a scale a field, and pairs that stand near each other
nodes                what a query plan is made of
pairs                which pairs of neighbouring terms are told
tokens               documents with their terms and values, for a writer
compiled             what a view can do besides whose engine has a compiled core
view retrieval far   the interfaces: an index somewhere, one commit of it, its writer; the best documents of a search,
                     asked of a view step by step; what a view can do besides where every question is a journey
places               where a document stands in an order, as values that JSON knows, and back
engines              kinds of engines from elsewhere, by the scheme of an address
"""

from khsearch.engine import nodes, pairs
from khsearch.engine.compiled import CompiledView, Numbers, Passes, Planned, Readers, ToldChunk, Wanted
from khsearch.engine.engines import CLUSTERS, FILE, IN_MEMORY, EngineKind, engine_kind, register_engine, scheme_of
from khsearch.engine.far import FarView, Foreseen, Rows
from khsearch.engine.nodes import Node
from khsearch.engine.places import BY_SCORE, Placed, Value, read_place, write_place
from khsearch.engine.retrieval import Best, Sought, best_of
from khsearch.engine.tokens import PAIR, Batch, TermList, TokenBatch
from khsearch.engine.view import (
    EVERY_COMMIT,
    OLD_TRAIT,
    By,
    Counted,
    Engine,
    EngineWriter,
    Files,
    Found,
    Key,
    Limits,
    NameFile,
    Part,
    Place,
    SortKey,
    View,
)
from khsearch.engine.weighting import BM25, EQUAL, UNSATURATED, BoostedScale, Proximity, boosts_of, idf, term_weight
from khsearch.schema import FieldScale

__all__ = [
    "BM25",
    "BY_SCORE",
    "CLUSTERS",
    "EQUAL",
    "EVERY_COMMIT",
    "FILE",
    "IN_MEMORY",
    "OLD_TRAIT",
    "PAIR",
    "UNSATURATED",
    "Batch",
    "Best",
    "BoostedScale",
    "By",
    "CompiledView",
    "Counted",
    "Engine",
    "EngineKind",
    "EngineWriter",
    "FarView",
    "FieldScale",
    "Files",
    "Foreseen",
    "Found",
    "Key",
    "Limits",
    "NameFile",
    "Node",
    "Numbers",
    "Part",
    "Passes",
    "Place",
    "Placed",
    "Planned",
    "Proximity",
    "Readers",
    "Rows",
    "SortKey",
    "Sought",
    "TermList",
    "TokenBatch",
    "ToldChunk",
    "Value",
    "View",
    "Wanted",
    "best_of",
    "boosts_of",
    "engine_kind",
    "idf",
    "nodes",
    "pairs",
    "read_place",
    "register_engine",
    "scheme_of",
    "term_weight",
    "write_place",
]
