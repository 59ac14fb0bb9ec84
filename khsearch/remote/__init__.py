"""remote: an engine that keeps an index in OpenSearch, on any number of machines.

addresses  where an index is: an address with its hosts and name, secrets apart
client     the one door to OpenSearch: a request in; what it says, or an error, out
terms      terms as OpenSearch has them
mapping    what an index keeps, as settings and mappings; documents as bulk lines
"""
