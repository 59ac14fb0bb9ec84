"""format: every file of an index, every section of these files and what it holds, and the number of all that.

A change on disk takes the next number. It stands in the catalog, in every segment and in the manifest; what is read may
have any number from OLDEST to NOW, what is written has NOW, so that a merge or a rebuild brings old segments along. An
index of each number lies in `tests/formats`.

    1   the first
    2   the number in every segment; `traits`; columns of kind "exact"; `forms` of text columns; a first line with a
        checksum in the manifest; the catalog says whose documents an index keeps, and which manifest goes with them, by
        name and checksum
    3   tables of frequent pairs of neighbouring terms; a file of spellings of one's own that a manifest may name
    4   weights of own text fields in the manifest: a reader that passed over them would find less, and lose them
    5   a table of the files that an index was made of: who passed over it would lose it, and with it what tells which
        documents are of files that are gone

Files:

    catalog.json        the table of contents of one commit (`catalog`), a line with its checksum before it
    *.seg               a segment (`segment`), a block file (`blockfile`)
    *.del               which documents are deleted (`deletions`), a block file with one section of bits a segment
    khsearch.json       the manifest of `khsearch.Index`: what built the index, below a line with its checksum
    lexicon.khl         the lexicon that it was built with, whose checksum the manifest holds
    *.json, *.khl       the same of an index that was rebuilt; the catalog names the ones that count
    *.tsv               from 3: spellings of one's own, which the manifest names; a group a line
    *.files             from 5: what is kept of the files that the documents came from, which the manifest names
    write.lock          who writes, and since when; empty when nobody does, and no part of the index
    *.tmp               what a writer has not finished; the next one removes it

Sections of a segment, each an array. The fields are numbered in the order of their names, and so are the columns:

    N.df N.extra N.lengths N.rests N.rows N.keys N.high N.low N.tf N.pos N.rest N.terms
                        postings of a field (`encode`)
    N.doclens           (docs,) tokens of each document in the field
    N.pairs             from 3, of larger fields that keep positions: (terms,) how many pairs of the table begin with
                        each term
    N.seconds           with N.pairs: (p,) the second term of each pair, rising within those of one first term
    N.together          with N.pairs: (p,) documents that have each pair, 255 for so many and more
    N.often             with N.pairs: how many these are, where that is 255 or more
    ids.hashes          (k,) uint64, rising: xxh3-64 of the ids; k documents have one
    ids.docs            (k,) the document of each
    ids.starts          (docs + 1,) where each document's id begins in ids.codes
    ids.codes           the ids, end to end
    heads.starts        (docs + 1,) where each document's summary begins in heads.codes; nothing where none has one
    heads.codes         the summaries, end to end
    stored.starts       (docs + 1,) where each document's blob begins in stored.blobs
    stored.dictionary   what the blobs are compressed against
    stored.blobs        one zstandard frame a document
    columnN.counts      (docs,) values of each document in the column
    columnN.values      (v,) the values; those of kind "text" or "exact" are numbers of names
    columnN.names       text: the values as they were written, in order, end to end; exact: the numbers, as JSON,
                        which writes the infinite ones as "inf" and "-inf"
    columnN.ends        text: where each name ends
    columnN.forms       text, from 2: the forms in which the names are compared, in order, end to end
    columnN.formends    text, from 2: where each form ends
    columnN.formof      text, from 2: (names,) the form of each name
    traits              from 2: lines of UTF-8, in order: what the documents' terms depend on (see `segment`)
"""

from __future__ import annotations

import re

CATALOG_NAME = "catalog.json"
CATALOG_TEMPORARY_NAME = "catalog.tmp"
MANIFEST_NAME = "khsearch.json"
LEXICON_NAME = "lexicon.khl"
FIRST_NAMES = {".json": MANIFEST_NAME, ".khl": LEXICON_NAME}
"""What the first file of a suffix that belongs to a commit is called."""
COLUMN_KINDS = {"int": "i8", "float": "f8", "exact": "i8", "text": "i8"}
"""What columns may hold, and the numbers that say it in memory, as numpy calls them."""
LOCK_NAME = "write.lock"
NUMBERED_NAME = re.compile(r"[0-9a-f]{8,16}-[0-9a-f]{4,8}\.(seg|del|json|khl|tsv|files|tmp)", re.ASCII)
"""Names of all files but the first ones of their kind; a committed writer never gives the first number twice."""
