"""app: an index in; an ASGI application out, to be mounted anywhere."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from khsearch import arguments
from khsearch.addresses import title_of
from khsearch.arguments import checked, instance, optional, several
from khsearch.errors import QueryError
from khsearch.hits import Facet
from khsearch.reader import Reader
from khsearch.web import api, pages
from khsearch.web import files as files_of_documents
from khsearch.web.answers import Endpoint, ShowError, json_error, served
from khsearch.web.bounds import Bounds
from khsearch.web.guard import LOOPBACK, Guard
from khsearch.web.mounting import EndsInSlash
from khsearch.web.parameters import facet_of
from khsearch.web.querylog import QueryLog
from khsearch.web.requestlog import RequestLog
from khsearch.web.site import Site

METHODS = ["GET", "HEAD"]
_NO_GZIP = re.compile(r"\bgzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)", re.IGNORECASE)
_SMALLEST_TO_COMPRESS = 500  # bytes
_OF_API = ("api", "health", "openapi.json")
"""First parts of paths whose errors programs read."""


@checked(
    title=optional(arguments.TEXT),
    facets=optional(several(instance(Facet, arguments.TEXT))),
    hosts=several(arguments.TEXT),
    files=optional(arguments.PATH),
    bounds=optional(instance(Bounds)),
    query_log=optional(arguments.PATH),
)
def create_app(
    index: Reader,
    *,
    title: str | None = None,
    facets: Sequence[str | Facet] | None = None,
    hosts: Sequence[str] = LOOPBACK,
    files: str | Path | None = None,
    bounds: Bounds | None = None,
    query_log: str | Path | None = None,
) -> ASGIApp:
    """Return a search page and a JSON API over an index, as an ASGI application: run it, or mount it under any path.

    title      the heading of its pages; the name of the index, or of its folder, without it
    facets     what pages count: names of fields, "date:year", or `Facet` objects; without it, what the fields suggest
    hosts      the hosts that are answered, as in Host headers, without ports; "*" for any, where others see to that
    files      a folder from which the files of documents may be served, the root that their ids begin at
    bounds     how much one request may ask for, and how many are answered at once
    query_log  a file that searches are written to, for `khsearch queries`: time, query, how many were found

    ValueError for a host that no header tells; ValueError, QueryError for facets that cannot be, KhsearchError for a
    query log that cannot be written.
    """
    limits = bounds or Bounds()
    counted = (
        None
        if facets is None
        else tuple(one if isinstance(one, Facet) else facet_of(one, limits.values) for one in facets)
    )
    if counted:
        index.search(limit=0, facets=counted)  # raises now what pages would tell visitors
        for facet in counted:
            if facet.field in pages.NO_FILTERS:
                raise QueryError(
                    f"facets {facet.field!r}: in addresses of pages that says something else, so no page can filter by "
                    "it; leave it out, or give the field another name"
                )
    site = Site(
        index,
        title or title_of(index.address),
        counted,
        Path(files) if files else None,
        limits,
        QueryLog(query_log),
    )
    return RequestLog(Guard(_application(site), hosts), limits.slow)


class _Packed(GZipMiddleware):
    """Compresses for those who take it: Starlette's own does for those who refuse it by name, too (gzip;q=0)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _NO_GZIP.search(Headers(scope=scope).get("accept-encoding", "")):
            kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
            scope = {**scope, "headers": kept}
        await super().__call__(scope, receive, send)


def _application(site: Site) -> Starlette:
    endpoints: list[tuple[str, Endpoint, ShowError]] = [
        *((path, endpoint, json_error) for path, endpoint in api.ROUTES),
        *((path, endpoint, pages.page_error) for path, endpoint in pages.ROUTES),
    ]
    packed = [Middleware(_Packed, minimum_size=_SMALLEST_TO_COMPRESS)]
    routes = [
        Route(path, served(endpoint, site, show), methods=METHODS, middleware=packed)
        for path, endpoint, show in endpoints
    ]
    # Files may be of any size, are asked for in ranges, and are compressed already, most of them.
    routes += [
        Route(path, served(endpoint, site, pages.page_error), methods=METHODS)
        for path, endpoint in files_of_documents.ROUTES
    ]

    async def wrong(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        show_error = json_error if _is_of_api(request) else pages.page_error
        response = show_error(request, site, problem.status_code, problem.detail)
        response.headers.update(problem.headers or {})
        return response

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        site.workers.close()

    app = Starlette(
        routes=routes,
        middleware=[Middleware(EndsInSlash)],
        exception_handlers={HTTPException: wrong},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def _is_of_api(request: Request) -> bool:
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", "")).lower().strip("/").partition("/")[0] in _OF_API
