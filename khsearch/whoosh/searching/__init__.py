"""searching: a Searcher as Whoosh has it: orders and groups, results."""
