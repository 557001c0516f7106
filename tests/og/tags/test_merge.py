"""Tags merged into pages: pairs of files, once is enough, and what no edit covers stays as it was."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from og.tagging.source import Source
from tests.og.tags.merging import merge, preview, rest

DATA = Path(__file__).parent / "data" / "merge"
NAMES = sorted(path.stem for path in DATA.glob("*.json"))
URL = "https://example.org/page"
ASKED: dict[str, Any] = {"title": "New <i>&\"' {{x}}", "image": "/new.png", "lang": "fr", "description": "d"}


def source(name: str) -> str:
    return (DATA / f"{name}.html").read_bytes().decode()


def asked(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return found


def result(name: str) -> str:
    wish = asked(name)
    return merge(source(name), wish["url"], wish["fields"], wish.get("prefer", "fields"))[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_and_fields_give_the_page(name: str) -> None:
    assert result(name) == (DATA / f"{name}.out").read_bytes().decode()


@pytest.mark.parametrize("name", NAMES)
def test_merging_twice_is_merging_once(name: str) -> None:
    wish, once = asked(name), result(name)
    assert merge(once, wish["url"], wish["fields"], wish.get("prefer", "fields"))[0] == once


@pytest.mark.parametrize("name", [name for name in NAMES if name != "title_that_never_ends"])
def test_nothing_else_changes(name: str) -> None:
    assert rest(result(name)) == rest(source(name))


def test_every_edit_covers_whole_tags_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    covered: list[bytes] = []
    changed = Source.changed

    def watched(self: Source, edits: Any) -> bytes:
        covered.extend(self.html[edit.start : edit.end] for edit in edits)
        return changed(self, edits)

    monkeypatch.setattr(Source, "changed", watched)
    for name in NAMES:
        result(name)
    assert len(covered) > 30
    whole = re.compile(rb"(?is)|<(?:meta|link|html)\b[^>]*>|<title>[^<]*</title>|<script [^>]*>[^<]*</script>")
    assert all(whole.fullmatch(text) for text in covered)


def test_the_direction_goes_with_the_language_it_followed_from() -> None:
    page = '<html lang="ar"><head><title>T</title></head></html>'
    assert merge(page, URL, {"lang": "fr"})[1].tags.fields.dir == ""
    assert merge(page, URL, {})[1].tags.fields.dir == "rtl"


def test_a_page_that_says_all_is_not_touched() -> None:
    once = result("complete")
    assert merge(once, "https://example.org/tea", {})[0] == once


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_page_s_do(end: str) -> None:
    page = end.join(["<!doctype html>", "<html><head>", "<title>T</title>", "</head></html>", ""])
    found = merge(page, URL, ASKED)[0]
    assert found.replace(end, "").count("\n") == found.replace(end, "").count("\r") == 0
    assert found.count(end) > 10


def test_what_the_caller_says_wins_unless_the_page_is_preferred() -> None:
    page = '<title>Own</title><meta property="og:title" content="Own"><link rel="canonical" href="/own">'
    wish = {"title": "Asked", "url": "https://example.org/asked", "site_name": "Asked"}
    found = preview(merge(page, URL, wish)[0], URL)
    assert (found.title, found.url, found.canonical) == ("Asked", wish["url"], wish["url"])
    found = preview(merge(page, URL, wish, "page")[0], URL)
    assert (found.title, found.site_name, found.canonical) == ("Own", "Asked", "https://example.org/own")


def test_half_a_character_does_not_break_the_answer() -> None:
    assert merge("<title>\ud800</title>", URL, {})[0].encode().decode().count("\ufffd") > 1


_TAGS = r"""
<!doctype html>
<html>
<HTML LANG=de dir=rtl>
<head>
</head>
<body>
</body>
<title>T</title>
<TITLE>A | B</TITLE>
<title>
<meta charset="windows-1252">
<meta charset=utf-8>
text
<p>p</p>
<meta property="og:title" content="X">
<meta name=og:title content=Y>
<meta name="twitter:card" content="x">
<meta name='description' property='og:description' content='d d'>
<meta name="description" content="">
<meta property="og:image" content="/a.png">
<meta property="og:image:width" content="10">
<meta property="og:image:secure_url" content="https://x.org/b.png">
<meta name="theme-color" content="#abc">
<link rel=canonical href=/c>
<link rel="shortcut icon" href="/f.ico">
<link rel=alternate hreflang=de href=/de>
<script>var a="<meta property=og:title content=no>"</script>
<base href="https://base.org/x/">
<!--
-->
<script type="application/ld+json">{"@type":"Article","headline":"H"}</script>
<script type="application/ld+json" id="hb-jsonld">{"a":1}</script>
<script>
</script>
<noscript>
</noscript>
<svg><title>s</title></svg>
<template><meta property="og:url" content="https://n.org/"></template>
<meta property="article:published_time" content="3 March 2019">
<meta property="og:type" content="Article">
<meta name="keywords" property="og:site_name" content="kw">
<time datetime="2020-02-02">
<?xml version="1.0"?>
<meta property=og:url content=/page?a=1&copy=2>
<meta name="author" content="Jo &amp; Co" data-x='1"2'>
<!>
"""
PIECES = st.sampled_from([*_TAGS.strip().split("\n"), "\n", "\r\n", "\r", "\t", "\x00", "é"])
WISHES = (
    {},
    ASKED,
    {"url": "https://e.org/new", "published": "2022-02-02", "icons": ["/i.png"], "robots": "noindex"},
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=18), st.sampled_from(WISHES), st.sampled_from(["fields", "page"]))
def test_any_page_is_merged_once_and_for_all(pieces: list[str], wish: dict[str, Any], prefer: str) -> None:
    once = merge("".join(pieces), URL, wish, prefer)[0]
    assert merge(once, URL, wish, prefer)[0] == once


BOMBS = (
    "<meta property=og:image content=/a.png>",
    "<title>x</title>",
    "<!--",
    "<title>",
    "<script>x</script>",
    '<a b="',
    "<link rel=canonical href=/x>",
    '<meta name=description property=og:title content="',
    "<html lang=x>",
    "\r",
)


@pytest.mark.parametrize("bomb", BOMBS)
def test_time_grows_as_the_bytes_do(bomb: str) -> None:
    """Eight times the bytes take near eight times the time; a quadratic merge would take sixty-four times."""

    def seconds(size: int) -> float:
        page = bomb * (size // len(bomb))
        spent = []
        for _ in range(3):
            start = time.process_time()
            merge(page, URL, ASKED)
            spent.append(time.process_time() - start)
        return min(spent)

    assert seconds(160_000) < 26 * seconds(20_000) + 0.02


def test_a_tag_of_many_properties_is_not_written_once_for_each() -> None:
    """Each of its words that stays is a tag of its own, with all that it says: 14 KB were 5 MB."""
    words = " ".join(f"x:{number}" for number in range(1_000))
    page = f'<title>t</title><meta property="og:title {words}" content="{"y" * 5_000}">'
    assert len(merge(page, URL, ASKED)[0]) < 10 * len(page)
