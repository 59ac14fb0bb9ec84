"""khsearch: full-text search for Khmer.

    from khsearch import Document, Index

    index = Index.create("news.idx")
    with index.writer() as writer:
        writer.add(Document(id="1", title="...", text="..."))
    for hit in index.search("\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"):
        print(hit.rank, hit.title, hit.snippet.text)

The map: zones (folders, known to others by the names of their face) and rooms, in the order that data flows. Each
imports only what stands on a line above it; tests hold that.

    errors          one tree of errors
    version         which khsearch this is, and which formats it reads
    native          the compiled core, where there is one
    deadline        until when an answer is wanted
    sharing         what objects are made of that threads and forked processes share
    descriptors     files by the system's own calls, where systems differ: opened, read, locked
    frozen          the decorator for values: immutable, and nothing of them compiled before it is used
    pattern         regular expressions that are compiled when they are first used
    lazy arguments  faces whose names load when asked for; what public functions take, and how they say what they do not
    extras          what an installation leaves out, and the command that adds it
    plugins         what installed packages bring, by entry points
    sandbox         what a process gives away before it reads what it does not trust
    arrays/         what every zone computes with: runs of equal values, spans, interning
    schema          the streams of terms that every index keeps
    khmer/          text -> words and terms; knows no index
    text            words, tokenize, clusters, normalize, sentences: without an index, of one text and of many
    segmenting      the breaking of texts as a value that can be pickled
    documents/      files, folders, streams, records -> Document; own fields and their values
    engine/         what an index asks of whatever keeps it: nodes, weighting, tokens, interfaces
    columnar/       the embedded engine: array postings on disk; knows no Khmer, no Whoosh
    remote/         the engine on OpenSearch: any number of machines
    memory/         an engine in memory: the shortest one, for tests and notebooks
    query/          what a person types -> a plan: language, expansion, patterns, suggestions, ranking, similar
    hits/           what a search shows: results, snippets, marks, explain
    fusion          rankings of several searches -> one
    spellings       spellings of one's own, as an index keeps them
    filetable       what an index keeps of the files that its documents came from, as a file of its commits
    manifest        what built an index: settings, lexicon, spellings
    agreement       whether a query breaks as the documents of a commit did
    opening         an engine -> its latest commit and what built it
    paging          where a page ended, as a token
    pages           the documents of a search, page by page
    searching       what is asked, a commit -> results
    writing         documents -> token arrays -> an engine
    whoosh/         the door for Whoosh's users
    fields          KHMER, where Whoosh's users look for it
    addresses       where an index is, and what keeps it there
    settings        what an index was told to be: held against what somebody declares, and as one file
    syncing/        files and folders into an index, only those that changed, and out of it what is gone
    maintenance     an index as a whole: verify, rebuild, rescue
    reader          an index to be asked
    upkeep          an index as a whole, for who has it
    index           Index: create, open, write, maintain
    integrations/   an index in frameworks for language models, Khmer words in other stores
    web/            a search page, an HTTP API and tools for language models
    cli/            the khsearch command
    __main__        python -m khsearch
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.documents import FILE_FIELDS as FILE_FIELDS
    from khsearch.documents import Document as Document
    from khsearch.documents import register_format as register_format
    from khsearch.engine import FieldScale as FieldScale
    from khsearch.engine import register_engine as register_engine
    from khsearch.errors import DocumentError as DocumentError
    from khsearch.errors import IndexDamagedError as IndexDamagedError
    from khsearch.errors import IndexExistsError as IndexExistsError
    from khsearch.errors import IndexLockedError as IndexLockedError
    from khsearch.errors import IndexMismatchError as IndexMismatchError
    from khsearch.errors import IndexNotFoundError as IndexNotFoundError
    from khsearch.errors import IndexStoreError as IndexStoreError
    from khsearch.errors import KhsearchError as KhsearchError
    from khsearch.errors import LexiconError as LexiconError
    from khsearch.errors import MissingExtraError as MissingExtraError
    from khsearch.errors import QueryError as QueryError
    from khsearch.fusion import fuse as fuse
    from khsearch.hits import Facet as Facet
    from khsearch.hits import Fragment as Fragment
    from khsearch.hits import Hit as Hit
    from khsearch.hits import Results as Results
    from khsearch.hits import Snippet as Snippet
    from khsearch.index import Index as Index
    from khsearch.khmer import Token as Token
    from khsearch.khmer import register_breaker as register_breaker
    from khsearch.query import Candidate as Candidate
    from khsearch.query import Ranking as Ranking
    from khsearch.query import Stage as Stage
    from khsearch.query import dense_stage as dense_stage
    from khsearch.query import quote as quote
    from khsearch.schema import FieldKind as FieldKind
    from khsearch.schema import TextField as TextField
    from khsearch.segmenting import Segmenter as Segmenter
    from khsearch.text import clusters as clusters
    from khsearch.text import normalize as normalize
    from khsearch.text import sentences as sentences
    from khsearch.text import tokenize as tokenize
    from khsearch.text import tokenize_all as tokenize_all
    from khsearch.text import words as words
    from khsearch.text import words_all as words_all
    from khsearch.version import __version__ as __version__
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "documents": ("FILE_FIELDS", "Document", "register_format"),
            "engine": ("FieldScale", "register_engine"),
            "errors": (
                "DocumentError",
                "IndexDamagedError",
                "IndexExistsError",
                "IndexLockedError",
                "IndexMismatchError",
                "IndexNotFoundError",
                "IndexStoreError",
                "KhsearchError",
                "LexiconError",
                "MissingExtraError",
                "QueryError",
            ),
            "fusion": ("fuse",),
            "hits": ("Facet", "Fragment", "Hit", "Results", "Snippet"),
            "index": ("Index",),
            "khmer": ("Token", "register_breaker"),
            "query": ("Candidate", "Ranking", "Stage", "dense_stage", "quote"),
            "schema": ("FieldKind", "TextField"),
            "segmenting": ("Segmenter",),
            "text": ("clusters", "normalize", "sentences", "tokenize", "tokenize_all", "words", "words_all"),
            "version": ("__version__",),
        },
    )
