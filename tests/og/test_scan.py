"""The scanner finds the tags that a parser of the HTML Standard finds: selectolax (lexbor) is asked beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from og.reader.encoding import as_utf8
from og.reader.scan import attributes, scan
from tests.og.agreement import pages, source
from tests.og.pairs import names, page


def parsed(html: bytes, tag: str) -> list[dict[str, str]]:
    """A kind of tag as the parser has it, white space made even."""
    found = LexborHTMLParser(html).css(tag)
    return [{key: flat(value or "") for key, value in node.attributes.items()} for node in found]


def flat(value: str) -> str:
    return " ".join(value[:2_000].split())


def flattened(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: flat(value) for key, value in tag.items()} for tag in tags]


def metas(html: bytes) -> list[dict[str, str]]:
    return [tag for tag in parsed(html, "meta") if tag.get("http-equiv", "").lower() != "refresh"]


@pytest.mark.parametrize("name", names())
def test_metas_of_small_pages(name: str) -> None:
    assert flattened(scan(page(name)).metas) == metas(page(name))


@pytest.mark.corpus
def test_metas_of_saved_pages(corpus: Path) -> None:
    differing = []
    for name, row in pages(corpus).items():
        html, _ = as_utf8(source(corpus, name), f"text/html; charset={row['encoding_guess']}")
        if flattened(scan(html).metas) != metas(html):
            differing.append(name)
    assert differing == []


TAGS = st.sampled_from(
    [
        "<meta name=a content=b>",
        '<META NAME="a" Content=\'"b"\'/>',
        "<meta a b=c>",
        "<link rel=icon href=x>",
        "<title>x</title>",
        "<!-- <meta name=no> -->",
        "<!-->",
        "<!--->",
        "<!-- --!>",
        "<script><meta name=no></script>",
        "<style>a<b</style>",
        "</script >",
        "<textarea><meta></textarea>",
        "<p title='<meta name=no>'>",
        "<a href=x>y</a>",
        "<meta =x>",
        "<meta x=>",
        "<meta content=&amp;&copy=1>",
        "<meta\ncontent = 'x y' >",
        "<?php <meta> ?>",
        "<!doctype html>",
        "</ meta>",
        "</>",
        "< meta>",
        "<metax>",
        "<meta/name=x>",
        "text",
        "&lt;meta&gt;",
        "<base href=/x>",
        "<svg><g/></svg>",
        "<svg/>",
        "<iframe><meta></iframe>",
        "<noscript><meta name=n></noscript>",
        "<b>",
        "</b>",
        "\x00",
        "\u2028",
    ]
)


@given(st.lists(TAGS, max_size=12).map("".join))
@example("<a b='<meta>'<meta name=x>")
@example('<a b= "<meta>"><meta name=x>')
def test_any_order_of_tags_gives_the_metas_of_the_parser(text: str) -> None:
    html = text.encode()
    assert flattened(scan(html).metas) == metas(html)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (b" a=1 a=2", {"a": "1"}),
        (b" A = ' x ' b", {"a": " x ", "b": ""}),
        (
            b' content="&amp;amp; &quot;&#x41;&#66;&copy; &copy=1 &notit; &lt"',
            {"content": '&amp; "AB© &copy=1 &notit; <'},
        ),
        (b" a=b/c/", {"a": "b/c/"}),
        (b"/a/b=c", {"a": "", "b": "c"}),
        (b" \xff=\xfe", {"\ufffd": "\ufffd"}),
        (b"", {}),
    ],
)
def test_attributes(section: bytes, expected: dict[str, str]) -> None:
    assert attributes(section) == expected


def test_a_refresh_for_browsers_without_scripts_is_not_the_pages() -> None:
    inside = b"<noscript><meta http-equiv=refresh content='0;url=/no'></noscript>"
    assert scan(inside).refresh == ""
    assert scan(inside + b"<meta http-equiv=Refresh content='0;url=/yes'>").refresh == "0;url=/yes"


def test_a_server_starts_without_its_reader(tmp_path: Path) -> None:
    """Its patterns take a while to compile, and a web process may never read a page (`bench/startup.py`)."""
    environment = {**os.environ, "HANDBILL_ENV": "development", "HANDBILL_DATA": str(tmp_path)}
    code = "import sys, wsgi; print(*sys.modules)"
    root = Path(__file__).resolve().parents[2]
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    loaded = out.stdout.split()
    assert "og.routes_previews" in loaded
    assert "og.reader.scan" not in loaded
