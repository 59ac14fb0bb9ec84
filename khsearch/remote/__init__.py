"""remote: an engine that keeps an index in OpenSearch, on any number of machines.

addresses     where an index is: an address with its hosts and name, secrets apart
client        the one door to OpenSearch: a request in; what it says, or an error, out
terms         terms as OpenSearch has them
hits          what a search returns for each document
mapping       what an index keeps, as settings and mappings; documents as bulk lines
patience      asking again what may go better the next time
counting      tokens of documents -> tables of terms and of pairs of neighbours
indexes       those in which documents are: made, removed, counted
metadata      the commit document, and blobs, in an index of their own
lease         the right to write
tables        the tables of a commit, part by part
kept          what is kept in memory of what was asked for
asking        searches -> their whole answers, several in one request
frequencies   in how many documents terms are
translation   a node -> OpenSearch's query
bodies        searches that count, name, and tell the best score; what they answer
nearness      pairs that should stand near each other -> what they add
contents      documents as OpenSearch keeps them -> documents
orders        what documents are ordered by, and where one stands
counts        what is counted -> aggregations
questions     how many documents a node matches, which of some, with which score
searches      documents in an order; the best of a search
facets        values, counted
near_terms    terms a few edits from one
view          one commit, asked through all of these
spool         what waits for a commit, in a file
bulk          items sent until all are there
filling       a new index that is filled before the commit
writer        the one writer
engine        one index: its latest commit, its one writer
cluster       indexes made, opened, checked, saved
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.remote.cluster import Cluster as Cluster
    from khsearch.remote.cluster import keep_secret as keep_secret
else:
    __getattr__, __dir__, __all__ = face(__name__, {"cluster": ("Cluster", "keep_secret")})
