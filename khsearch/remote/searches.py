"""searches: the documents of a node in an order, page by page, and the best documents of a search in one request.

    node, order, page   ->  one search                                            ->  keys, scores
    what the best are   ->  those that count, those that do not: two searches     ->  keys, scores, those that
                            in one request                                            count first

Nearness is added by OpenSearch to the best of each search (its rescoring).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from khsearch.engine import BM25, EQUAL, Best, Found, Node, Place, SortKey, Sought
from khsearch.errors import QueryError
from khsearch.remote.asking import Answer, Body, total_of
from khsearch.remote.bodies import ids
from khsearch.remote.counts import pages
from khsearch.remote.hits import DOCUMENTS, KEYS, Hit, key_in
from khsearch.remote.mapping import Layout
from khsearch.remote.nearness import nearness, terms_of
from khsearch.remote.orders import read_after, sort_of, write_place
from khsearch.remote.questions import Questions
from khsearch.remote.translation import NOTHING, Query

_WINDOW = 10_000  # documents of one answer
_ABOVE = 1024.0  # more than a query of few terms scores; what a score then loses is less than a ten thousandth
_FEW = 150  # terms
_WITH_DOCUMENTS = 200  # documents that come with their text
_SORTED = 4_000  # documents whose places are remembered


class Searches:
    """Searches one commit; for any number of threads."""

    def __init__(self, name: str, layout: Layout, docs: int, questions: Questions) -> None:
        self._name, self._layout, self._docs, self._questions = name, layout, docs, questions
        self._asking, self._contents = questions.asking, questions.contents
        self._places: dict[tuple[str, tuple[SortKey, ...]], list[Any]] = {}

    def search(
        self,
        node: Node,
        limit: int,
        offset: int,
        *,
        weighting: BM25,
        filter: Node | None,
        sort: Sequence[SortKey],
        after: Place | None,
    ) -> Found:
        """The documents that a node matches, from rank `offset` on."""
        keys = tuple(sort)
        start = None if after is None else read_after(after, keys)
        query = self._query(node, weighting, filter)
        body: Body = {"query": query, "sort": sort_of(self._layout, keys), "track_scores": True, **DOCUMENTS}
        hits: list[Hit] = []
        while limit > 0:
            size = min(limit, _WINDOW if offset == 0 else max(_WINDOW - offset, 0))
            page: Body = {**body, "size": size, "from": offset}
            if size <= 0:  # so deep that only what stands before tells where to go on
                page = {**body, "size": min(offset, _WINDOW), "from": 0, **KEYS}
            elif limit > _WITH_DOCUMENTS:
                page |= KEYS
            if start is not None:
                page["search_after"] = start
            found = self._asking.one(_untracked(page), scored=True)["hits"]["hits"]
            if not found:
                break
            start = found[-1]["sort"]
            if size <= 0:
                offset -= len(found)
                continue
            hits += found
            limit -= len(found)
            offset = 0
            if len(found) < size:
                break
        self._learn(hits, keys)
        return _found(hits)

    def groups(
        self,
        node: Node,
        limit: int,
        offset: int,
        *,
        weighting: BM25,
        filter: Node | None,
        sort: Sequence[SortKey],
        after: Place | None,
        field: str,
    ) -> Found:
        """Of all documents with the same value of a field only the one that comes first, and how many each has."""
        keys = tuple(sort)
        query = self._query(node, weighting, filter)
        size = _WINDOW if after is not None else max(min(limit, _WINDOW - offset), 0)
        if after is None and offset + limit > _WINDOW:
            raise QueryError(f"{self._name}: OpenSearch groups the first {_WINDOW - 1:,} documents; ask for those")
        sizes = {"terms": {"field": field, "size": _WINDOW, "shard_size": _WINDOW}}
        body: Body = {
            "query": query,
            "sort": sort_of(self._layout, keys),
            "track_scores": True,
            "size": size,
            "from": 0 if after is not None else offset,
            "collapse": {"field": field},
            **(DOCUMENTS if after is None and limit <= _WITH_DOCUMENTS else KEYS),
            "aggs": {"groups": sizes},
        }
        answer = self._asking.one(_untracked(body), scored=True)
        hits: list[Hit] = answer["hits"]["hits"]
        if after is not None:
            place = read_after(after, keys)
            hits = [hit for hit in hits if _is_behind(hit["sort"], place, body["sort"])][offset : offset + limit]
        self._learn(hits, keys)
        found = _found(hits)
        counted = {one["key"]: one["doc_count"] for one in answer["aggregations"]["groups"]["buckets"]}
        lacking = [hit["fields"][field][0] for hit in hits if hit["fields"][field][0] not in counted]
        if lacking:
            some = {"terms": {"field": field, "include": lacking, "size": len(lacking)}}
            told = self._asking.one({"size": 0, "query": query, "aggs": {"groups": some}}, scored=True)
            counted |= {one["key"]: one["doc_count"] for one in told["aggregations"]["groups"]["buckets"]}
        each = np.array([counted[hit["fields"][field][0]] for hit in hits], np.int64)
        number = len(answer["aggregations"]["groups"]["buckets"])
        if answer["aggregations"]["groups"].get("sum_other_doc_count", 0):

            def ask(aggregation: dict[str, Any]) -> dict[str, Any]:
                told = self._asking.one({"size": 0, "query": query, "aggs": {"all": aggregation}})
                page: dict[str, Any] = told["aggregations"]["all"]
                return page

            number = sum(len(page["buckets"]) for page in pages(ask, field))
        return Found(found.keys, found.scores, each, number)

    def best(self, sought: Sought, count: int) -> Best:
        """The best documents of a search, as many as there are up to a count; ValueError for too many."""
        if count > _WINDOW:
            raise ValueError(
                f"offset and limit take up to {_WINDOW - 1:,} documents in OpenSearch; go on with search_after"
            )
        questions, weighting = self._questions, sought.weighting
        translation = questions.translation(weighting)
        near = [] if sought.near is None else terms_of(sought.near)
        questions.frequencies.of([*translation.terms(sought.ranked), *near])
        ranked = translation.scored(sought.ranked)
        added = None if sought.near is None else nearness(sought.near, self._docs, questions.frequencies)

        def page(query: Query, size: int, *, total: bool = False) -> tuple[Body, bool]:
            body: Body = {"query": query, "size": size, "track_total_hits": total}
            body |= DOCUMENTS if size <= _WITH_DOCUMENTS else KEYS
            if added is None:
                return {**body, "sort": [{"_score": "desc"}, {"added": "asc"}]}, True
            rescore = {"window_size": max(sought.depth, 1), "query": {"score_mode": "total", "rescore_query": added}}
            return {**body, "rescore": rescore}, True

        if sought.set is None:
            (answer,) = self._asking.many([page(ranked, count)])
            return self._best(self._hits(answer), count, None)
        if sought.share is not None:
            keys = questions.leading(ranked, sought.share)
        else:
            known = questions.known(sought.set)
            keys = None if known is None else known.keys
        if keys is not None and sought.loose and len(translation.terms(sought.ranked)) < _FEW:
            return self._raised(keys, count, ranked, page)
        if sought.share is not None:
            return self._leading(sought, sought.share, count, ranked, page)
        wanted = translation.filter(sought.set)
        bodies = [page({"bool": {"filter": [wanted], "should": [ranked]}}, count, total=True)]
        if sought.loose and (sought.known is None or sought.known < count):
            looser = {"bool": {"must": [ranked], "must_not": [wanted]}}
            bodies.append(page(looser, count - (sought.known or 0)))
        first, *others = self._asking.many(bodies)
        hits = self._hits(first)
        rest = [hit for answer in others for hit in self._hits(answer)][: count - len(hits)]
        total = total_of(first)
        if total <= len(hits):
            questions.learn(sought.set, [key_in(hit) for hit in hits])
        return self._best([*hits, *rest], count if total >= count else total, total)

    def _raised(self, keys: Sequence[str], count: int, ranked: Query, page: Any) -> Best:
        """Those first that have some keys, which are raised above all others: one search."""
        raised = {"constant_score": {"filter": ids(keys), "boost": _ABOVE}} if keys else NOTHING
        (answer,) = self._asking.many([page({"bool": {"should": [ranked, raised]}}, count)])
        hits, first = self._hits(answer), set(keys)
        for hit in hits:
            if key_in(hit) in first:
                hit["_score"] -= _ABOVE
        return self._best(hits, count if len(keys) >= count else len(keys), len(keys))

    def _leading(self, sought: Sought, share: float, count: int, ranked: Query, page: Any) -> Best:
        """Those first that score nearly as high as the best one: the best by what ranks tell which these are."""
        most = max(count, sought.depth)
        by_rank: Body = {"query": ranked, "size": most, "track_total_hits": False, **KEYS}
        told, answer = self._asking.many([(by_rank, True), page(ranked, count)])
        best: list[Hit] = told["hits"]["hits"]
        edge = share * EQUAL * max(best[0]["_score"] if best else 0.0, 0.0)
        leading = [key_in(hit) for hit in best if hit["_score"] >= edge]
        total = len(leading)
        if total == most:  # others may follow
            total = sought.settle()[1]
        else:
            self._questions.learn_leading(ranked, share, leading)
        hits = self._hits(answer)
        lacking = set(leading[:count]) - {key_in(hit) for hit in hits}
        if lacking:  # what is near in others has put them behind
            body, scored = page({"bool": {"must": [ranked], "filter": [ids(sorted(lacking))]}}, len(lacking))
            hits += self._hits(self._asking.one(body, scored=scored))
        among = set(leading)
        hits.sort(key=lambda hit: key_in(hit) not in among)
        kept = hits[:count] if sought.loose else hits[: min(total, count)]
        return self._best(kept, min(total, len(kept)), total)

    def place(self, key: str, score: float, sort: Sequence[SortKey]) -> Place:
        """Where a document stands in an order."""
        keys = tuple(sort)
        values = self._places.get((key, keys))
        if values is None:
            body: Body = {"query": ids([key]), "size": 1, **KEYS, "sort": sort_of(self._layout, keys)}
            hits = self._asking.one(body)["hits"]["hits"]
            values = hits[0]["sort"] if hits else [None] * (len(keys) or 1) + [0]
        order = sort_of(self._layout, keys)
        told = [score if "_score" in by else value for by, value in zip(order, values, strict=True)]
        return write_place(told, key)

    def _query(self, node: Node, weighting: BM25, filter: Node | None) -> Query:
        translation = self._questions.translation(weighting)
        query = translation.scored(node)
        return query if filter is None else {"bool": {"must": [query], "filter": [translation.filter(filter)]}}

    def _hits(self, answer: Answer) -> list[Hit]:
        hits: list[Hit] = answer["hits"]["hits"]
        self._contents.learn(hits)
        return hits

    def _best(self, hits: Sequence[Hit], ahead: int, total: int | None) -> Best:
        keys = [key_in(hit) for hit in hits]
        self._contents.expect(keys)
        return Best(keys, [float(hit["_score"]) for hit in hits], None, ahead, total)

    def _learn(self, hits: Sequence[Hit], sort: tuple[SortKey, ...]) -> None:
        self._contents.learn(hits)
        self._contents.expect([key_in(hit) for hit in hits])
        if len(self._places) + len(hits) > _SORTED:
            self._places.clear()
        if len(hits) <= _SORTED:
            self._places.update({(key_in(hit), sort): hit["sort"] for hit in hits})


def _found(hits: Sequence[Hit]) -> Found:
    return Found([key_in(hit) for hit in hits], np.array([hit["_score"] or 0.0 for hit in hits], np.float32))


def _untracked(body: Body) -> Body:
    return {**body, "track_total_hits": False}


def _is_behind(values: Sequence[Any], place: Sequence[Any], sort: Sequence[dict[str, Any]]) -> bool:
    """Whether what a document was sorted by comes behind a place."""
    for mine, its, by in zip(values, place, sort, strict=True):
        if mine == its:
            continue
        if mine is None or its is None:
            return mine is None
        (how,) = by.values()
        order = how if isinstance(how, str) else how["order"]
        less = mine.encode() < its.encode() if isinstance(mine, str) else mine < its
        return bool(less == (order == "desc"))
    return False
