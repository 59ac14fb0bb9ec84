"""documents: an Index as Whoosh sees it: its schema, reader, searcher and writer, and queries for Index.search."""
