"""The API's description beside an application whose web is saved pages: what is answered with 200 fits it."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from og.record import Preview
from tests.doubles import an_app, with_http
from tests.og.agreement import pages, source
from tests.og.real_web import RealWeb
from tests.test_openapi import CHECKS

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),  # schemathesis does
]


def aimed(case: schemathesis.Case, url: str, html: str) -> None:
    """Have a case ask about a real page, wherever it asks about a page at all."""
    if isinstance(case.query, dict) and "url" in case.query:
        case.query["url"] = url
    if isinstance(case.body, dict):
        given: dict[str, Any] = {"url": url, "urls": [url, "nonsense", url], "html": html}
        case.body.update({name: value for name, value in given.items() if name in case.body})


def test_real_pages_are_answered_as_described(tmp_path: Path, corpus: Path) -> None:
    web = RealWeb(corpus)
    app = with_http(an_app(tmp_path, preview_anonymous="on"), web.client())
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    urls = web.urls(40)
    statuses: Counter[tuple[str, int]] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(), url=st.sampled_from(urls))
        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def run(case: schemathesis.Case, url: str) -> None:
            aimed(case, url, source(corpus, url.rpartition("/")[2]).decode("utf-8", "replace")[:200_000])
            response = case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})
            statuses[case.operation.path, response.status_code] += 1

        run()
    for path in ("/api/v1/preview", "/api/v1/previews", "/api/v1/check"):
        assert statuses[path, 200], statuses
    app.extensions["handbill"].close()


def test_every_saved_pages_preview_and_report_is_as_described(tmp_path: Path, corpus: Path) -> None:
    """All fields of the value are described, and each of many real answers fits."""
    app = an_app(tmp_path, preview_anonymous="on")
    client = app.test_client()
    document = client.get("/openapi.json").get_json()
    schemas = document["components"]["schemas"]
    assert {f.name for f in fields(Preview)} - Preview.HIDDEN == set(schemas["Preview"]["properties"])
    report = Draft202012Validator({"$ref": "#/components/schemas/Report", "components": document["components"]})
    for name in sorted(pages(corpus))[::40]:
        body = {"html": source(corpus, name).decode("utf-8", "replace"), "url": "http://127.0.0.1:9/"}
        answer = client.post("/api/v1/check", json=body).get_json()
        assert [error.message for error in report.iter_errors(answer)] == []
    app.extensions["handbill"].close()


def test_a_picture_of_the_proxy_is_as_described(tmp_path: Path, corpus: Path) -> None:
    app = with_http(an_app(tmp_path), RealWeb(corpus).client())
    services = app.extensions["handbill"]
    path = services.media.address("https://site.example/a.png", 320)
    answer = app.test_client().get(path)
    described = app.test_client().get("/openapi.json").get_json()["paths"]["/media/{signature}/{width}/{key}.webp"]
    assert (answer.status_code, answer.mimetype) == (200, next(iter(described["get"]["responses"]["200"]["content"])))
    services.close()
