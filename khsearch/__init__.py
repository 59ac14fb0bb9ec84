"""khsearch: full-text search for Khmer.

    from khsearch import Document, Index

    index = Index.create("news.idx")
    with index.writer() as writer:
        writer.add(Document(id="1", title="...", text="..."))
    for hit in index.search("\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"):
        print(hit.rank, hit.title, hit.snippet.text)

The rooms, in the order that data flows; a room imports only rooms before it:

    errors       one tree of errors
    sharing      what objects are made of that threads and forked processes share
    arguments    what public functions take, and how they say that a value is none of it
    documents/   files, folders, streams -> Document, in plain values
    khmer/       text -> words; knows nothing of any index: script, marks and normalize (one spelling), trie, lexicon,
                 lattice, side_by_side and windows (the cheapest path), breakers (boundaries), scripts and foreign
                 (letters outside ASCII and Khmer), analyzer and streams (terms), behaviour (what these depend on),
                 variants and respelling (other spellings), learning, counting and keeplist (where a lexicon comes from)
    columnar/    terms -> files -> hits; knows nothing of Khmer
    fields       KHMER: the Whoosh field type where the two meet
    ranking      what makes one document better than another, as numbers
    nearness, skeletons   how far words are apart; terms filed so that near ones are found
    near_terms, suggest   terms near a word, or that hold it; did you mean, completion
    query/       what a person types -> a plan for the index: clauses, language, values, own_fields, foreign, patterns,
                 tolerance, plan, similar
    columns      an index's own fields: documents -> values to filter, sort and count by
    occurrences, snippets   original text + what was asked for -> excerpts and marks
    explain      why a hit scores what it scores
    stored       a document as an index keeps it
    results      hits
    identity     what built an index: settings and lexicon
    agreement    whether a query breaks as the documents of a commit did
    opening      a folder -> its postings and what built them, both of one commit
    writing      documents -> token arrays -> the index
    maintenance  an index as a whole: verify, rebuild, rescue
    index        Index: create, open, write, search
    text         words, tokenize, clusters: the breaker without an index
    cli/         the khsearch command
"""

from khsearch.documents import Document
from khsearch.errors import (
    DocumentError,
    IndexDamagedError,
    IndexExistsError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexStoreError,
    KhsearchError,
    LexiconError,
    MissingExtraError,
    QueryError,
)
from khsearch.index import Index
from khsearch.results import Hit, Results
from khsearch.snippets import Fragment, Snippet
from khsearch.text import Token, clusters, tokenize, words
from khsearch.version import __version__

__all__ = [
    "Document",
    "DocumentError",
    "Fragment",
    "Hit",
    "Index",
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
    "Results",
    "Snippet",
    "Token",
    "__version__",
    "clusters",
    "tokenize",
    "words",
]
