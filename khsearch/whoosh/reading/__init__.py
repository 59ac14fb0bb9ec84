"""reading: a commit as Whoosh sees it: its columns, postings, vectors, and a reader of all."""
