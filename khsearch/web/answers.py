"""answers: what an endpoint makes, or raises, in; a response out: JSON or a page, not modified, or an error.

An endpoint is a function of a request and its site. It raises QueryError for what was asked wrongly, `NotThereError`
for what is not there, and whatever an index raises; all become responses with the same messages here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from hashlib import blake2b
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from khsearch.deadline import TimeIsUpError
from khsearch.errors import IndexStoreError, MissingExtraError, QueryError
from khsearch.reader import Reader
from khsearch.version import __version__
from khsearch.web import targets
from khsearch.web.site import Site
from khsearch.web.workers import BusyError

Endpoint = Callable[[Request, Site], Coroutine[Any, Any, Response]]
ShowError = Callable[[Request, Site, int, str], Response]
"""Makes the response of an error from its status and message."""

AWAY = "the index cannot be read now; try again later"
FAULT = "this is a fault of the site"
LACKING = "words of this script cannot be searched here: the site has not what breaks them as its texts were broken"
_AGAIN = {"Retry-After": "1"}

log = logging.getLogger("khsearch.web")


GONE = 499
"""The status of an answer that nobody waits for any more; nobody sees it."""


class NotThereError(Exception):
    """What was asked for is not there: 404."""


def no_document(id: str) -> NotThereError:
    """Return the error of an id that no document has."""
    shown = id if len(id) <= 100 else f"{id[:100]}\u2026"
    return NotThereError(f"no document {shown!r}; search for it, and take the id of a hit")


class GoneError(Exception):
    """The client has gone away."""


def served(endpoint: Endpoint, site: Site, show_error: ShowError) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Return the endpoint as Starlette calls it, its errors as responses."""

    async def serve(request: Request) -> Response:
        status, told = 500, FAULT
        headers: Mapping[str, str] = {}
        try:
            targets.check(request.scope)
            return await _while_wanted(request, endpoint(request, site))
        except GoneError:
            return Response(status_code=GONE)
        except QueryError as problem:
            status, told = 400, str(problem)
        except NotThereError as problem:
            status, told = 404, str(problem)
        except HTTPException as problem:
            status, told, headers = problem.status_code, problem.detail, problem.headers or {}
        except (BusyError, TimeIsUpError) as problem:
            status, told, headers = 503, str(problem), _AGAIN
        except MissingExtraError as problem:  # its message is for whoever runs this
            status, told = 501, LACKING
            log.warning("%s", problem)
        except IndexStoreError as problem:  # its message names a path
            status, told, headers = 503, AWAY, _AGAIN
            log.warning("%s", problem)
        except Exception:
            log.exception("a request ended with a fault of khsearch")
        response = show_error(request, site, status, told)
        response.headers.update({"Cache-Control": "no-store", **headers})
        return response

    return serve


async def _while_wanted(request: Request, answer: Coroutine[Any, Any, Response]) -> Response:
    """Wait for an answer as long as the client does, who types on and asks anew; GoneError. Then it is not begun."""

    async def until_gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answering, leaving = asyncio.ensure_future(answer), asyncio.ensure_future(until_gone())
    try:
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise GoneError
        return answering.result()
    finally:
        answering.cancel()
        leaving.cancel()
        await asyncio.wait((answering, leaving))


def json_error(_request: Request, _site: Site, status: int, told: str) -> Response:
    """Return an error of the API."""
    return json({"error": told}, status)


def json(data: object, status: int = 200) -> Response:
    """Return data as JSON, Khmer as it is, in UTF-8."""
    body = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status, media_type="application/json")


async def unless_known(
    request: Request,
    site: Site,
    make: Callable[[Reader], Response],
    *more: str,
    also: Callable[[Reader], object] = lambda _: None,
    always: bool = False,
    by_body: bool = False,
) -> Response:
    """Return what is made of the index, in one of the threads, with an ETag; 304 where the client has that already.

    more     whatever else the answer depends on beside the commit and the address, such as the language
    also     tells, in the thread, what has to be asked of the index for that; its repr counts
    always   make it even for a client that has it, for what is done on the way
    by_body  it depends on what only the body tells, such as files on the disk: make it, and let the tag name that
    """
    asked = targets.raw(request.scope) + "\0".join(("", __version__, repr(site.bounds), *more)).encode(
        "utf-8", "surrogatepass"
    )
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}

    def answer(index: Reader) -> Response:
        names = blake2b(index.commit_id.encode() + asked, digest_size=12)
        names.update(repr(also(index)).encode("utf-8", "surrogatepass"))
        made = make(index) if by_body else None
        if made is not None:
            names.update(made.body)
        tag = f'"{names.hexdigest()}"'
        if made is None and (always or tag not in known):
            made = make(index)
        response = Response(status_code=304) if made is None or tag in known else made
        # A commit in between makes the answer newer than its tag, never older.
        response.headers["ETag"] = f"W/{tag}"
        response.headers["Cache-Control"] = "no-cache"
        return response

    return await site.run(answer)
