"""asking: searches in, their whole answers out: several in one request, and never a part of an answer.

Where an index has several shards, scored searches ask all of them for their frequencies first, so that a score is the
same whichever shard a document is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from khsearch.errors import IndexStoreError
from khsearch.remote.client import Client

Body = dict[str, Any]
"""The body of a search."""

Answer = dict[str, Any]
"""What OpenSearch answers to a search."""

_DFS = "dfs_query_then_fetch"
_BY_SCORE = b'"min_score"'  # of a filter that lets through what scores enough: scores matter to whoever only counts


class Asking:
    """Asks the index of a client, of some shards; for any number of threads."""

    def __init__(self, client: Client, shards: int) -> None:
        self._client = client
        self._shards = shards

    def one(self, body: Body, *, scored: bool = False) -> Answer:
        """Return the answer of one search. scored: whether its scores matter."""
        return self.many([(body, scored)])[0]

    def scores(self, body: Body) -> Answer:
        """Return the answer of one search whose named queries tell their scores."""
        params: dict[str, object] = {"include_named_queries_score": True, "allow_partial_search_results": False}
        if self._shards > 1:
            params["search_type"] = _DFS
        told: Answer = self._client.ask("POST", f"/{self._client.alias}/_search", body, params=params)
        self._client.checked(told)
        return told

    def many(self, bodies: Sequence[tuple[Body, bool]]) -> list[Answer]:
        """Return the answers of several searches, each with whether its scores matter; one request."""
        lines: list[bytes] = []
        for body, scored in bodies:
            head: Body = {"index": self._client.alias, "allow_partial_search_results": False}
            line = orjson.dumps(body)
            if self._shards > 1 and (scored or _BY_SCORE in line):
                head["search_type"] = _DFS
            lines += [orjson.dumps(head), line]
        told = self._client.ask("POST", "/_msearch", b"\n".join(lines) + b"\n", ndjson=True)
        answers = told.get("responses")
        if not isinstance(answers, list) or len(answers) != len(bodies):
            raise IndexStoreError(f"{self._client.name}: the answer is not one to what was asked; retry")
        return [self._client.checked(self._client.told(answer)) for answer in answers]


def total_of(answer: Answer) -> int:
    """How many documents a search matches, exactly."""
    total: int = answer["hits"]["total"]["value"]
    return total
