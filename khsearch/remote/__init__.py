"""remote: an engine that keeps an index in OpenSearch, on any number of machines.

terms      terms as OpenSearch has them
mapping    what an index keeps, as settings and mappings; documents as bulk lines
"""
