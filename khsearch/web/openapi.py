"""openapi: the operations of the API in, each with the parameters that it takes; its description, OpenAPI 3.1, out.

It describes one index: its own fields are parameters, and the filters and facets that can be are those of its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request

from khsearch.frozen import frozen
from khsearch.reader import Reader
from khsearch.schema import kinds_of
from khsearch.web import schemas
from khsearch.web.bounds import Bounds
from khsearch.web.parameters import JsonSchema, Kinds, Parameter
from khsearch.web.site import Site

API_VERSION = "1"

Answer = Callable[[Request, Site, Reader], object]
"""Asks the index for what a request wants, and returns it as JSON has it."""


@frozen
class Operation:
    """What can be asked for under one path.

    path    as OpenAPI has it; "{id}" is the rest of the path, slashes and all
    told    what it is, in a few words
    gives   the name of its body's schema
    takes   parameters; one that the path names is no part of the query string
    own     whether each own field of the index is a parameter, too
    fails   statuses of errors that it can end with, beside those of any
    tagged  whether its answers have an ETag
    """

    path: str
    told: str
    gives: str
    answer: Answer
    takes: tuple[Parameter, ...] = ()
    own: bool = False
    fails: tuple[int, ...] = ()
    tagged: bool = True

    def in_query(self) -> tuple[Parameter, ...]:
        """Return the parameters of the query string."""
        return tuple(one for one in self.takes if f"{{{one.name}}}" not in self.path)


_FAILURES = {
    400: "What was asked cannot be; the message says what can.",
    404: "There is no such document.",
    405: "Only GET and HEAD are answered.",
    503: "The index cannot be read now, or too much is asked at once; try again later.",
}
_HEADERS: dict[str, tuple[str, JsonSchema]] = {
    "ETag": ("Names this answer; it changes with what is in the index.", {"type": "string"}),
    "Cache-Control": ("no-cache: ask again, with If-None-Match.", {"type": "string"}),
    "Allow": ("The methods that are answered.", {"type": "string"}),
    "Retry-After": ("Seconds.", {"type": "string"}),
}
_OF_FAILURES = {405: ("Allow",), 503: ("Retry-After",)}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an answer that is known; where it has not changed, only 304 comes back.",
    "schema": {"type": "string"},
}


def describe(operations: Sequence[Operation], title: str, index: Reader, bounds: Bounds) -> dict[str, Any]:
    """Return the description of an API over an index."""
    kinds = kinds_of(index.fields)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": API_VERSION,
            "description": "Search over an index of documents. All bodies are JSON in UTF-8.",
        },
        "servers": [{"url": "."}],  # where this description lies, under whatever path that is
        "paths": {one.path: _path_of(one, kinds, bounds) for one in operations},
        "components": {
            "schemas": {**schemas.BODIES, **schemas.filters_of(kinds)},
            "headers": {name: {"description": told, "schema": schema} for name, (told, schema) in _HEADERS.items()},
            "responses": {str(status): _failure(status) for status in _FAILURES},
        },
    }


def _path_of(operation: Operation, kinds: Kinds, bounds: Bounds) -> dict[str, Any]:
    parameters = [_parameter(one, operation, kinds, bounds) for one in operation.takes]
    if operation.own:
        known = {one.name for one in operation.takes}
        parameters += [_of_field(name, kinds, bounds) for name in kinds if name not in known]
    if operation.tagged:
        parameters.append(_IF_NONE_MATCH)
    return {
        "parameters": parameters,
        "get": _method(operation, "get", body=True),
        "head": _method(operation, "head", body=False),
    }


def _parameter(parameter: Parameter, operation: Operation, kinds: Kinds, bounds: Bounds) -> dict[str, Any]:
    in_path = parameter not in operation.in_query()
    schema = parameter.schema(bounds, kinds)
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "path" if in_path else "query",
        "description": parameter.told,
    }
    if in_path or parameter.must:
        found["required"] = True
    if "$ref" in schema:
        return found | {"content": {"application/json": {"schema": schema}}}
    if schema["type"] == "array":
        found |= {"style": "form", "explode": False}  # a,b
    return found | {"schema": schema}


def _of_field(name: str, kinds: Kinds, bounds: Bounds) -> dict[str, Any]:
    kind = kinds[name]
    ranges = "; ranges as LOW TO HIGH, * for none" if kind in ("number", "date") else ""
    values = {"type": "array", "items": schemas.of_parameter(kind), "maxItems": bounds.limit}
    return {
        "name": name,
        "in": "query",
        "description": f"Only documents with one of these values of the field, a {kind}{ranges}.",
        "style": "form",
        "explode": True,
        "schema": values,
    }


def _method(operation: Operation, method: str, *, body: bool) -> dict[str, Any]:
    name = operation.path.strip("/").replace("{", "by_").replace("}", "").replace("/", "_").replace(".", "_")
    headers = ("ETag", "Cache-Control") if operation.tagged else ("Cache-Control",)
    known = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    found: dict[str, Any] = {"description": operation.told, "headers": known}
    if body:
        found["content"] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{operation.gives}"}}}
    responses: dict[str, Any] = {"200": found}
    if operation.tagged:
        responses["304"] = {"description": "It has not changed.", "headers": known}
    for status in sorted({400, 405, 503, *operation.fails}):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"} if body else _headless(status)
    return {"operationId": f"{method}_{name}", "summary": operation.told, "responses": responses}


def _headless(status: int) -> dict[str, Any]:
    """The response of an error to HEAD."""
    return {name: value for name, value in _failure(status).items() if name != "content"}


def _failure(status: int) -> dict[str, Any]:
    return {
        "description": _FAILURES[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _OF_FAILURES.get(status, ())},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
