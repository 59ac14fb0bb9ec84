"""queries: a Whoosh query in, a node of the engine out, or what Whoosh's own matchers find, put right."""
