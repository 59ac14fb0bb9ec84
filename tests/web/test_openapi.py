"""The description of the API: valid, of each route and no other, and true: what it allows is answered, as it says."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from starlette.types import ASGIApp

import khsearch
from khsearch import Index
from khsearch.web import Bounds, api, create_app
from tests.extent import examples
from tests.web.asked import ask
from tests.web.conftest import FIELDS, YEAR

TARGETS = {
    "/api/documents/{id}": "/api/documents/1",
    "/api/similar/{id}": "/api/similar/1",
    "/api/documents": "/api/documents?id=1",
    "/api/similar": "/api/similar?id=1",
}


def test_it_is_valid_and_has_each_route(app: ASGIApp) -> None:
    description = ask(app, "/openapi.json").json
    validate(description)
    assert description["info"]["version"] == "1"
    assert khsearch.__version__ not in json.dumps(description["info"])
    assert set(description["paths"]) == {path.replace(":rest_as_id", "") for path, _ in api.ROUTES}
    for path in description["paths"]:
        assert ask(app, TARGETS.get(path, path)).status == 200


def test_own_fields_are_parameters(app: ASGIApp) -> None:
    parameters = {one["name"]: one for one in ask(app, "/openapi.json").json["paths"]["/api/search"]["parameters"]}
    assert {"q", "limit", *FIELDS} <= set(parameters)
    assert "a number" in parameters[YEAR]["description"]
    assert parameters["facets"]["schema"]["items"]["enum"].count("date:year") == 1
    assert "note" not in parameters["facets"]["schema"]["items"]["enum"]


def test_bounds_are_those_of_the_site(own: Index) -> None:
    app = create_app(own, bounds=Bounds(limit=5, query=20))
    parameters = {one["name"]: one for one in ask(app, "/openapi.json").json["paths"]["/api/search"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 0, "maximum": 5, "default": 5}
    assert parameters["q"]["schema"]["maxLength"] == 20
    assert ask(app, "/api/search").status == 200
    assert ask(app, "/api/search?q=" + "a" * 21).status == 400


def test_an_index_without_fields_is_described(tmp_path: object) -> None:
    app = create_app(Index.create(f"{tmp_path}/bare.idx"))
    validate(ask(app, "/openapi.json").json)
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(Index.open(f"{tmp_path}/bare.idx"), hosts="*"))
    assert len(list(schema.get_all_operations())) == 2 * len(api.OPERATIONS)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("path", "mode"),
    [
        pytest.param(one.path, mode, marks=[pytest.mark.slow] if one.own else [])  # to make filters up takes long
        for one in api.OPERATIONS
        for mode in GenerationMode
        if one.in_query() or mode == GenerationMode.POSITIVE  # else there is nothing to be wrong
    ],
)
def test_it_is_true(index: Index, path: str, mode: GenerationMode, method: str) -> None:
    """Whatever it allows is answered, whatever it does not is refused, and every answer is as it says."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(index, hosts=["*"]))
    operation = schema[path][method]

    takes_long = path == "/api/search" and mode == GenerationMode.NEGATIVE  # it makes up filters that are none
    count = 15 if takes_long else 60

    @settings(
        examples(count),
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(st.data())
    def law(data: st.DataObject) -> None:
        data.draw(operation.as_strategy(mode)).call_and_validate()

    law()
