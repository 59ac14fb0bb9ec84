"""views: requests in; pages, files that they load, and errors out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from khsearch.errors import QueryError
from khsearch.reader import Reader
from khsearch.web import asking
from khsearch.web.answers import Endpoint, NotThereError, unless_known
from khsearch.web.pages import counting, static
from khsearch.web.pages.languages import Language, language_of, other_than
from khsearch.web.pages.links import SHOWING, Links, with_language
from khsearch.web.pages.listing import listing, right
from khsearch.web.pages.reading import TAKEN_AWAY, page_of
from khsearch.web.pages.rendering import render
from khsearch.web.site import Site

_HTML = "text/html"
_FOR_EVER = "public, max-age=31536000, immutable"
_LARGEST = 10**9


async def search(request: Request, site: Site) -> Response:
    """The search page."""
    links, language = _links(request, site), _language(request)

    def made(index: Reader) -> bytes:
        shown = listing(site, index, links, language)
        site.query_log.write(request, links.question, shown.results)
        return render("search", language, site=site, links=links, shown=shown, other_address=_in_other(request, "./"))

    def counted(index: Reader) -> object:
        return counting.facets_of(site, index)

    return await _page(request, site, language, made, also=counted, always=site.query_log.keeps(request))


async def document(request: Request, site: Site) -> Response:
    """A document, with the marks of a query."""
    links, language = _links(request, site), _language(request)
    given = request.query_params
    if not given.get("id"):
        raise NotThereError("the address of a document has its id, as in document?id=ID")
    mark, part = _number(given, "mark"), _number(given, "part")

    def made(index: Reader) -> bytes:
        shown = page_of(site, index, links, language, given["id"], mark, part)
        address = _in_other(request, "document")
        return render("document", language, site=site, links=links, shown=shown, other_address=address)

    return await _page(request, site, language, made)


async def file(request: Request, site: Site) -> Response:
    """A file that pages load."""
    found = static.files().get(request.path_params["name"])
    if found is None:
        raise NotThereError("there is no such file")
    is_this = request.query_params.get("v") == found.hash
    headers = {"Cache-Control": _FOR_EVER if is_this else "no-cache", "Content-Type": found.type}
    return Response(found.body, headers=headers)


def page_error(request: Request, site: Site, status: int, told: str) -> Response:
    """Return an error for people, with a box to search on."""
    language = _language(request)
    # Of others the heading says all that a visitor can do.
    is_told = status in (400, 404) and told not in (HTTPStatus(status).phrase, TAKEN_AWAY)
    kind = "document" if told == TAKEN_AWAY else status if status in (400, 404, 405, 503) else 500
    body = render(
        "error",
        language,
        site=site,
        links=Links(
            asking.Question(q=request.query_params.get("q", "")[: site.bounds.query]), _asked_language(request)
        ),
        up=_up(request),
        name=f"error_{kind}",
        told=told if is_told else "",
    )
    return Response(body, status, {"Vary": "Accept-Language"}, _HTML)


async def _page(
    request: Request, site: Site, language: Language, made: Callable[[Reader], bytes], **depends: Any
) -> Response:
    """Return a page, unless the client has it; depends: what else it depends on, as `unless_known` takes it."""

    def answer(index: Reader) -> Response:
        return Response(made(index), media_type=_HTML)

    # Whether a document has a link to its file is told by the disk.
    depends["by_body"] = site.files is not None
    response = await unless_known(request, site, answer, site.title, language.code, static.version(), **depends)
    response.headers["Vary"] = "Accept-Language"
    return response


def _links(request: Request, site: Site) -> Links:
    given = [(name, value) for name, value in request.query_params.multi_items() if name not in SHOWING]
    question = asking.read(given, site.index.fields, site.bounds, strict=False)
    return Links(right(question), _asked_language(request))


def _asked_language(request: Request) -> str | None:
    given = request.query_params.get("lang")
    return given if given in ("km", "en") else None


def _language(request: Request) -> Language:
    return language_of(_asked_language(request), request.headers.get("accept-language", ""))


def _in_other(request: Request, path: str) -> str:
    return with_language(path, request.query_params.multi_items(), other_than(_language(request)).code)


def _number(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name, "")
    if value and not (value.isascii() and value.isdigit() and len(value) < 20 and 0 < int(value) <= _LARGEST):
        raise QueryError(f"{name} takes a number from 1 on")
    return int(value) if value else None


def _up(request: Request) -> str:
    """Return the way from the address of a request to the level where pages lie."""
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    depth = path.split(b"?")[0].count(b"/") - request.scope.get("root_path", "").count("/") - 1
    return "../" * int(max(depth, 0))


ROUTES: Sequence[tuple[str, Endpoint]] = (("/", search), ("/document", document), ("/static/{name}", file))
