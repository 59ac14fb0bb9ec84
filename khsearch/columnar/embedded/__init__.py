"""embedded: the engine that keeps an index in a folder: the interfaces of `khsearch.engine` over array postings."""
