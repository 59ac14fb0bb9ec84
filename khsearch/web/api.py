"""api: what programs ask: searches, completions, documents and what is like them, as JSON.

Each path is a row of `OPERATIONS`: what it takes, what it gives, and the function that asks the index. All is done in
the threads that search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from khsearch.hits import plain_fields
from khsearch.reader import Reader
from khsearch.web import asking
from khsearch.web.answers import Endpoint, json, no_document, unless_known
from khsearch.web.openapi import Operation, describe
from khsearch.web.parameters import CORRECT, ID, LIMIT, Parameter, Q, read
from khsearch.web.site import Site


class _Rest(Convertor[str]):
    """The rest of a path as an id: line breaks, too, which Starlette's own leaves out."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("rest_as_id", _Rest())


def _search(request: Request, site: Site, index: Reader) -> object:
    question = asking.read(request.query_params.multi_items(), index.fields, site.bounds, strict=True)
    results = question.search(index)
    site.query_log.write(request, question, results)
    return results.to_dict()


def _complete(request: Request, site: Site, index: Reader) -> object:
    given = _given(request, site, (Q, LIMIT))
    return {"completions": index.complete(given["q"], given["limit"])}


def _document(request: Request, site: Site, index: Reader) -> object:
    given = _given(request, site, (ID, Q, CORRECT))
    hit = index.hit(given["id"], given["q"], correct=given["correct"]) if given["q"] else None
    document = index.get(given["id"]) if hit is None else hit.document
    if document is None:
        raise no_document(given["id"])
    found = {"id": document.id, "title": document.title, "text": document.text, "fields": plain_fields(document)}
    return found if hit is None else found | {"title_marks": hit.title_marks, "text_marks": hit.text_marks}


def _similar(request: Request, site: Site, index: Reader) -> object:
    given = _given(request, site, (ID, LIMIT))
    if given["id"] not in index:
        raise no_document(given["id"])
    return index.similar(given["id"], given["limit"]).to_dict()


def _stats(request: Request, site: Site, index: Reader) -> object:
    """Return what the index tells of itself but its place, its parts and its size on disk."""
    _given(request, site, ())
    known, bounds = index.stats(), site.bounds
    told = {name: known[name] for name in ("documents", "fields", "breaker", "lexicon")}
    limits = ("query", "filter", "limit", "offset", "values")
    return told | {"limits": {name: getattr(bounds, name) for name in limits}}


def _health(request: Request, site: Site, index: Reader) -> object:
    """Read a document: all that a search needs is there, then."""
    _given(request, site, ())
    index.search(limit=1).to_dict()
    return {"status": "ok"}


def _description(request: Request, site: Site, index: Reader) -> object:
    _given(request, site, ())
    return describe(OPERATIONS, site.title, index, site.bounds)


def _given(request: Request, site: Site, takes: Sequence[Parameter]) -> dict[str, Any]:
    """Read what a request says, by the names of parameters; an id from its path where that has one."""
    pairs = request.query_params.multi_items()
    path = request.path_params
    values, _ = read(pairs, [one for one in takes if one.name not in path], site.bounds, {}, strict=True)
    return values | path


_BY_ID = (
    Operation("/api/documents", "A document", "Document", _document, (ID, Q, CORRECT), fails=(404,)),
    Operation("/api/similar", "Documents that are like one", "Results", _similar, (ID, LIMIT), fails=(404,)),
)

OPERATIONS: Sequence[Operation] = (
    Operation("/api/search", "Hits, total and counts", "Results", _search, asking.SEARCH, own=True),
    Operation("/api/complete", "How what is being typed may go on", "Completions", _complete, (Q, LIMIT)),
    *_BY_ID,
    *(Operation(f"{one.path}/{{id}}", one.told, one.gives, one.answer, one.takes, fails=one.fails) for one in _BY_ID),
    Operation("/api/stats", "What is in the index, and how much one request may ask for", "Stats", _stats),
    Operation("/health", "Whether the index can be searched", "Health", _health, tagged=False),
    Operation("/openapi.json", "This description", "Description", _description),
)


def _endpoint_of(operation: Operation) -> Endpoint:
    async def endpoint(request: Request, site: Site) -> Response:
        def made(index: Reader) -> Response:
            return json(operation.answer(request, site, index))

        if operation.tagged:
            always = operation.answer is _search and site.query_log.keeps(request)
            return await unless_known(request, site, made, site.title, always=always)
        response = await site.run(made)
        response.headers["Cache-Control"] = "no-store"
        return response

    return endpoint


ROUTES: Sequence[tuple[str, Endpoint]] = tuple(
    (one.path.replace("{id}", "{id:rest_as_id}"), _endpoint_of(one)) for one in OPERATIONS
)
