"""api: what programs ask: searches, completions, documents and what is like them, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from khsearch.reader import Reader
from khsearch.web import asking
from khsearch.web.answers import Endpoint, json, unless_known
from khsearch.web.site import Site


async def search(request: Request, site: Site) -> Response:
    """Hits, total and counts, as `Results.to_dict` has them."""
    question = asking.read(request.query_params.multi_items(), site.index.fields, site.bounds, strict=True)

    def found(index: Reader) -> Response:
        results = question.search(index)
        site.query_log.write(request, question, results)
        return json(results.to_dict())

    return await unless_known(request, site, found, always=site.query_log.counts(request, question))


async def health(_request: Request, site: Site) -> Response:
    """Whether the index can be searched."""
    await site.run(lambda index: index.doc_count)
    return json({"status": "ok"})


ROUTES: Sequence[tuple[str, Endpoint]] = (
    ("/api/search", search),
    ("/health", health),
)
