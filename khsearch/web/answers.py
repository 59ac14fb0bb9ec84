"""answers: what an endpoint makes, or raises, in; a response out: JSON or a page, not modified, or an error.

An endpoint is a function of a request and its site. It raises QueryError for what was asked wrongly, `NotThereError`
for what is not there, and whatever an index raises; all become responses with the same messages here.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from khsearch.errors import IndexStoreError, QueryError
from khsearch.version import __version__
from khsearch.web.site import Site
from khsearch.web.workers import BusyError

Endpoint = Callable[[Request, Site], Awaitable[Response]]
ShowError = Callable[[Request, Site, int, str], Response]
"""Makes the response of an error from its status and message."""

AWAY = "the index cannot be read now; try again later"
FAULT = "this is a fault of the site"
_AGAIN = {"Retry-After": "1"}

log = logging.getLogger("khsearch.web")


class NotThereError(Exception):
    """What was asked for is not there: 404."""


def served(endpoint: Endpoint, site: Site, show_error: ShowError) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint as Starlette calls it, its errors as responses."""

    async def serve(request: Request) -> Response:
        status, told = 500, FAULT
        headers: Mapping[str, str] = {}
        try:
            return await endpoint(request, site)
        except QueryError as problem:
            status, told = 400, str(problem)
        except NotThereError as problem:
            status, told = 404, str(problem)
        except HTTPException as problem:
            status, told, headers = problem.status_code, problem.detail, problem.headers or {}
        except BusyError as problem:
            status, told, headers = 503, str(problem), _AGAIN
        except IndexStoreError as problem:  # its message names a path
            status, told, headers = 503, AWAY, _AGAIN
            log.warning("%s", problem)
        except Exception:
            log.exception("a request ended with a fault of khsearch")
        response = show_error(request, site, status, told)
        response.headers.update(headers)
        return response

    return serve


def json_error(_request: Request, _site: Site, status: int, told: str) -> Response:
    """Return an error of the API."""
    return json({"error": told}, status)


def json(data: object, status: int = 200) -> Response:
    """Return data as JSON, Khmer as it is, in UTF-8."""
    body = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status, media_type="application/json")


async def unless_known(
    request: Request, site: Site, make: Callable[[], Awaitable[Response]], *more: str, always: bool = False
) -> Response:
    """Return what is made, with an ETag of the commit and the request; 304 where the client has that already.

    more    whatever else of the request the answer depends on, such as its language
    always  make it even for a client that has it, for what is done on the way
    """
    commit = await site.run(lambda index: index.commit_id)
    asked = "\0".join((__version__, commit, request.url.path, request.url.query, *more))
    tag = f'W/"{blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()}"'
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or tag.removeprefix("W/") in known:
        if always:
            await make()
        response = Response(status_code=304)
    else:
        response = await make()
    if response.status_code in (200, 304):
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "no-cache"
    return response
