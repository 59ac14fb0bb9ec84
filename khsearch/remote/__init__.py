"""remote: an engine that keeps an index in OpenSearch, on any number of machines.

addresses  where an index is: an address with its hosts and name, secrets apart
client     the one door to OpenSearch: a request in; what it says, or an error, out
terms      terms as OpenSearch has them
mapping    what an index keeps, as settings and mappings; documents as bulk lines
patience   asking again what may go better the next time
counting   tokens of documents -> tables of terms and of pairs of neighbours
metadata   the commit document, and blobs, in an index of their own
lease      the right to write
tables     the tables of a commit, part by part
spool      what waits for a commit, in a file
bulk       items sent until all are there
writer     the one writer
engine     one index: its latest commit, its one writer
cluster    indexes made, opened, checked, saved
"""
