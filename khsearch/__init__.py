"""khsearch."""
