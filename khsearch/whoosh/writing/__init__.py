"""writing: documents as Whoosh takes them, and an IndexWriter."""
