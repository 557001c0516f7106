"""Link header fields: pairs of a field and the links in it, RFC 8288's own examples among them."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Response

from core.http import Http
from core.link_header import LONGEST, Link, links
from core.netguard import Guard

PAGE = "https://site.example/page"
CASES = json.loads((Path(__file__).parent / "data/link_headers.json").read_text("utf-8"))


def shown(found: Link) -> list[Any]:
    """A link as the pairs have it."""
    return [found.target, list(found.relations), found.type, found.title]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_the_links_of_a_field(case: dict[str, Any]) -> None:
    assert [shown(link) for link in links(case["field"], PAGE)] == case["links"]


@given(st.text(alphabet="<>;,=\"\\ \trelabx*'#/é", max_size=60))
def test_a_link_before_what_is_broken_is_found(rest: str) -> None:
    assert next(links(f'</first>; rel="next", {rest}', PAGE)) == Link("/first", ("next",))


def test_no_more_is_read_than_a_head_may_hold() -> None:
    first, late = "</a>; rel=x, ", "</b>; rel=y"
    room = LONGEST - len(first) - len(late)
    assert [link.target for link in links(first + " " * room + late, PAGE)] == ["/a", "/b"]
    assert [link.relations for link in links(first + " " * (room + len(late)) + late, PAGE)] == [("x",)]


PIECES = (
    "<", ">", "<>", '"', ";", ",", "=", " ", "\\", '\\"', '="', '=" ', "; a", ';a="', ";a=\\", "<a>;", '<a>;t="',
    "<a>;t=,", ";=", "%41", "<a>;anchor=a", "é",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_length_only(piece: str) -> None:
    """Four times the words take about four times as long, never sixteen."""
    times = [_time(("<a>; b" + piece * LONGEST)[:size]) for size in (LONGEST // 4, LONGEST)]
    assert times[1] < 9 * times[0] + 0.02


def _time(field: str) -> float:
    least = float("inf")
    for _ in range(2):  # what else the machine does only adds
        start = process_time()
        list(links(field, PAGE))
        least = min(least, process_time() - start)
    return least


def test_several_fields_are_one(httpserver: HTTPServer) -> None:
    """As our client hands them on: a line for each, their bytes beyond ASCII as they came."""
    lines = ["</a>; rel=x", "</b>; rel=y,", "</c>; rel=z, </d>; rel=w", "</\u00c3\u00a9>; rel=v"]
    answer = Response("", headers=[("Link", line) for line in lines])
    httpserver.expect_request("/").respond_with_response(answer)
    guard = Guard(allow=(f"{httpserver.host}:{httpserver.port}",))
    reply = Http(guard).get(httpserver.url_for("/"))
    assert [link.target for link in links(reply.headers["link"], reply.url)] == ["/a", "/b", "/c", "/d", "/é"]
