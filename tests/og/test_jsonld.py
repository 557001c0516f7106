"""JSON-LD as pages have it: graphs, lists, references, and blocks that are not quite JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from og.preview import from_html
from og.reader.jsonld import MOST_NODES, graph_of, loaded, main_node, rank, text, texts, types

BROKEN = {
    "trailing comma": b'{"@type": "Article", "headline": "H",}',
    "semicolon": b'{"@type": "Article", "headline": "H"};',
    "comment marks": b'<!-- {"@type": "Article", "headline": "H"} -->',
    "cdata": b'//<![CDATA[\n{"@type": "Article", "headline": "H"}\n//]]>',
    "cdata in comments": b'/*<![CDATA[*/{"@type": "Article", "headline": "H"}/*]]>*/',
    "control characters": b'{"@type": "Article", "headline": "H", "description": "a\nb\tc"}',
    "character references": b"{&quot;@type&quot;: &quot;Article&quot;, &quot;headline&quot;: &quot;H&quot;}",
    "two objects": b'{"@type": "Article", "headline": "H"}\n{"@type": "WebPage"}',
    "rubbish behind": b'{"@type": "Article", "headline": "H"} oops',
    "comment line": b'// made by a plug-in\n{"@type": "Article", "headline": "H"}',
    "byte order mark": b'\xef\xbb\xbf{"@type": "Article", "headline": "H"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_usual_mistake_is_mended(name: str) -> None:
    assert graph_of([BROKEN[name]]).nodes[0]["headline"] == "H"


@pytest.mark.parametrize(
    "block", [b"", b"nonsense", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 10_000, b"\xff\xfe", b"null"]
)
def test_what_cannot_be_mended_is_nothing(block: bytes) -> None:
    assert graph_of([block]).nodes == []


def test_a_good_block_is_read_beside_a_broken_one() -> None:
    assert len(graph_of([b"{", b'{"@type": "Article"}', b"[[["]).nodes) == 1


def test_the_node_of_this_page_comes_before_others_of_its_kind() -> None:
    nodes = [{"@type": "Article", "url": f"https://a.example/{n}", "headline": str(n)} for n in range(3)]
    graph = graph_of([json.dumps([{"@type": "WebSite"}, *nodes]).encode()])
    assert main_node(graph, frozenset({"https://a.example/2"}))["headline"] == "2"
    assert main_node(graph, frozenset())["headline"] == "0"


@pytest.mark.parametrize("kind", ["Organization", "WebSite", "BreadcrumbList", "Person", "SearchAction"])
def test_what_surrounds_a_page_is_not_what_it_is_about(kind: str) -> None:
    assert rank({"@type": kind}) == 9


def test_types_are_told_without_their_vocabulary() -> None:
    assert [*types({"@type": ["https://schema.org/NewsArticle", "schema:Thing", 3]})] == ["NewsArticle", "Thing"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ann", "Ann"),
        (["Ann", "Bo"], "Ann"),
        ({"name": "Ann"}, "Ann"),
        ([{"name": ["Ann"]}], "Ann"),
        ({"@value": "Ann"}, "Ann"),
        ({"name": {"name": "no"}}, ""),
        ({"name": {"@value": "Ann"}}, "Ann"),
        ({"@list": [{"name": "Ann"}]}, "Ann"),
        ([[{"name": ["Ann"]}]], "Ann"),
        ({"givenName": "Ann", "familyName": "Lee"}, "Ann Lee"),
        ([{"name": "undefined"}, {"name": "Bo"}], "Bo"),
        (7, ""),
        (None, ""),
        ([[["deep"]]], ""),
        ("  ", ""),
    ],
)
def test_the_first_text_of_a_value(value: Any, expected: str) -> None:
    assert text(value, "name") == expected


def test_no_more_nodes_are_kept_than_the_limit() -> None:
    block = json.dumps([{"@type": "Article"}] * (MOST_NODES + 100)).encode()
    assert len(graph_of([block]).nodes) == MOST_NODES


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@graph",
                    "author",
                    "name",
                    "image",
                    "url",
                    "headline",
                    "datePublished",
                    "mainEntity",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_shape_is_borne(value: Any) -> None:
    block = json.dumps(value).encode()
    assert [*texts(value, "name")] == [one for one in texts(value, "name") if one.strip()]
    from_html(
        b"<script type=application/ld+json>" + block.replace(b"<", b"\\u003c") + b"</script>", "https://a.example/"
    )
    assert loaded(block) != []
