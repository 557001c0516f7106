"""The API's description is valid, says what is there, and nothing it allows makes a server error."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.http import Http
from core.netguard import Guard
from tests.doubles import an_app, with_http


def never_our_fault(_ctx: object, response: schemathesis.Response, _case: object) -> None:
    """502 and 504 say that another server failed, which here they all do; 500 would say that we did."""
    assert response.status_code != 500


CHECKS = (never_our_fault, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # schemathesis does, inside its strategies
@pytest.mark.parametrize("anonymous", ["on", "off"])
def test_nothing_that_is_described_makes_a_server_error(tmp_path: Path, anonymous: str) -> None:
    nowhere = Http(Guard(), resolver=lambda _host, _port: [])  # a web in which no name is known
    app = with_http(an_app(tmp_path, preview_anonymous=anonymous), nowhere)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def run(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        run()
        asked += 1
    assert asked >= 14
    app.extensions["handbill"].close()


def test_the_document_is_valid(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_every_option_is_a_parameter(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    names = {p["name"] for p in paths["/widgets/share.json"]["get"]["parameters"]}
    assert {"networks", "url", "text", "text-x", "site", "theme", "lang", "layout"} <= names
