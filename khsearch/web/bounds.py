"""bounds: how much one request may ask for, and how many are answered at once."""

from __future__ import annotations

from khsearch.frozen import frozen


@frozen
class Bounds:
    """Limits of a site.

    query    characters of a query
    filter   characters of a filter
    limit    hits of a page
    offset   hits that may be passed over
    values   values told of a facet
    threads  searches at once
    waiting  requests that wait for their turn; more are refused
    seconds  for which an answer is waited for; a search gives up then
    slow     seconds from which on a request is marked as slow in the log
    """

    query: int = 300
    filter: int = 10_000
    limit: int = 50
    offset: int = 1_000
    values: int = 100
    threads: int = 3
    waiting: int = 64
    seconds: float = 10.0
    slow: float = 1.0
