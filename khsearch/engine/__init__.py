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

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.engine import nodes as nodes
    from khsearch.engine import pairs as pairs
    from khsearch.engine.compiled import CompiledView as CompiledView
    from khsearch.engine.compiled import Numbers as Numbers
    from khsearch.engine.compiled import Passes as Passes
    from khsearch.engine.compiled import Planned as Planned
    from khsearch.engine.compiled import Readers as Readers
    from khsearch.engine.compiled import ToldChunk as ToldChunk
    from khsearch.engine.compiled import Wanted as Wanted
    from khsearch.engine.engines import CLUSTERS as CLUSTERS
    from khsearch.engine.engines import FILE as FILE
    from khsearch.engine.engines import IN_MEMORY as IN_MEMORY
    from khsearch.engine.engines import EngineKind as EngineKind
    from khsearch.engine.engines import engine_kind as engine_kind
    from khsearch.engine.engines import register_engine as register_engine
    from khsearch.engine.engines import scheme_of as scheme_of
    from khsearch.engine.far import FarView as FarView
    from khsearch.engine.far import Foreseen as Foreseen
    from khsearch.engine.far import Rows as Rows
    from khsearch.engine.nodes import Node as Node
    from khsearch.engine.places import BY_SCORE as BY_SCORE
    from khsearch.engine.places import Placed as Placed
    from khsearch.engine.places import Value as Value
    from khsearch.engine.places import read_place as read_place
    from khsearch.engine.places import write_place as write_place
    from khsearch.engine.retrieval import Best as Best
    from khsearch.engine.retrieval import Sought as Sought
    from khsearch.engine.retrieval import best_of as best_of
    from khsearch.engine.tokens import PAIR as PAIR
    from khsearch.engine.tokens import Batch as Batch
    from khsearch.engine.tokens import TermList as TermList
    from khsearch.engine.tokens import TokenBatch as TokenBatch
    from khsearch.engine.view import EVERY_COMMIT as EVERY_COMMIT
    from khsearch.engine.view import OLD_TRAIT as OLD_TRAIT
    from khsearch.engine.view import By as By
    from khsearch.engine.view import Counted as Counted
    from khsearch.engine.view import Engine as Engine
    from khsearch.engine.view import EngineWriter as EngineWriter
    from khsearch.engine.view import Files as Files
    from khsearch.engine.view import Found as Found
    from khsearch.engine.view import Key as Key
    from khsearch.engine.view import Limits as Limits
    from khsearch.engine.view import NameFile as NameFile
    from khsearch.engine.view import Part as Part
    from khsearch.engine.view import Place as Place
    from khsearch.engine.view import SortKey as SortKey
    from khsearch.engine.view import View as View
    from khsearch.engine.weighting import BM25 as BM25
    from khsearch.engine.weighting import EQUAL as EQUAL
    from khsearch.engine.weighting import UNSATURATED as UNSATURATED
    from khsearch.engine.weighting import BoostedScale as BoostedScale
    from khsearch.engine.weighting import Proximity as Proximity
    from khsearch.engine.weighting import boosts_of as boosts_of
    from khsearch.engine.weighting import idf as idf
    from khsearch.engine.weighting import term_weight as term_weight
    from khsearch.schema import FieldScale as FieldScale
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "": (
                "nodes",
                "pairs",
            ),
            "compiled": (
                "CompiledView",
                "Numbers",
                "Passes",
                "Planned",
                "Readers",
                "ToldChunk",
                "Wanted",
            ),
            "engines": (
                "CLUSTERS",
                "FILE",
                "IN_MEMORY",
                "EngineKind",
                "engine_kind",
                "register_engine",
                "scheme_of",
            ),
            "far": (
                "FarView",
                "Foreseen",
                "Rows",
            ),
            "nodes": ("Node",),
            "places": (
                "BY_SCORE",
                "Placed",
                "Value",
                "read_place",
                "write_place",
            ),
            "retrieval": (
                "Best",
                "Sought",
                "best_of",
            ),
            "tokens": (
                "PAIR",
                "Batch",
                "TermList",
                "TokenBatch",
            ),
            "view": (
                "EVERY_COMMIT",
                "OLD_TRAIT",
                "By",
                "Counted",
                "Engine",
                "EngineWriter",
                "Files",
                "Found",
                "Key",
                "Limits",
                "NameFile",
                "Part",
                "Place",
                "SortKey",
                "View",
            ),
            "weighting": (
                "BM25",
                "EQUAL",
                "UNSATURATED",
                "BoostedScale",
                "Proximity",
                "boosts_of",
                "idf",
                "term_weight",
            ),
            ".schema": ("FieldScale",),
        },
    )
