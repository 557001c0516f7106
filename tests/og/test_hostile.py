"""Pages made to break a reader: nothing raises, only honest strings come out, and time grows as the bytes do."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from og.preview import from_html
from tests.og.agreement import pages, source
from tests.og.pairs import names, page

URL = "https://site.example/dir/page"
ADDRESSES = frozenset({"url", "canonical", "favicon", "shortlink", "amp"})
DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?)?")
REASONS = {"bot_wall", "login_wall", "cookie_wall", "not_found", "error"}
# The answer of one page: a hundred thousand bytes are more than any honest one has.
LONGEST_ANSWER = 200_000


def checked(html: bytes, url: str = URL, content_type: str = "text/html") -> dict[str, Any]:
    """The preview of a page, after everything the contract says of it was looked at."""
    preview = from_html(html, url, content_type).as_json()
    text = json.dumps(preview, ensure_ascii=False)
    assert len(text.encode()) < LONGEST_ANSWER  # no lone surrogate either: it could not be encoded
    _no_empty(preview)
    for address in _addresses(preview):
        assert address.startswith(("http://", "https://"))
        assert not set(address) & set('<>" \n\r\t\x00')
    assert all(DATE.fullmatch(preview[key]) for key in ("published", "modified") if key in preview)
    assert preview.get("blocked", "error") in REASONS
    assert preview.get("dir", "ltr") in ("ltr", "rtl")
    return preview


def _no_empty(value: Any) -> None:
    assert value not in ("", None, [], {}) or value == {}
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        assert inner not in ("", None, [])
        _no_empty(inner)


def _addresses(preview: dict[str, Any]) -> list[str]:
    found = [preview[key] for key in ADDRESSES if key in preview] + [*preview.get("hreflang", {}).values()]
    for key in ("image", "video", "audio"):
        found += [preview[key]["url"]] if key in preview else []
    for key in ("images", "icons", "feeds", "oembed"):
        found += [item["url"] for item in preview.get(key, [])]
    return found + ([preview["player"]["src"]] if "player" in preview else [])


BITS = st.sampled_from(
    [
        b"<",
        b">",
        b"<meta ",
        b"<link ",
        b"<title>",
        b"</title>",
        b"<script type=application/ld+json>",
        b"</script>",
        b"<!--",
        b"-->",
        b'property="og:title"',
        b"property=og:image",
        b"name=author",
        b"rel=icon",
        b"rel=canonical",
        b"href=",
        b"content=",
        b'"',
        b"'",
        b"=",
        b"&amp;",
        b"&#0;",
        b"&#xD800;",
        b"&#x110000;",
        b"&notanentity;",
        b"javascript:x",
        b"http://",
        b"//[",
        b"https://a.example/\xff",
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xe2\x80\xae",
        b'{"@type":"Article","author":',
        b"[[",
        b"}",
        b"2019-01-01",
        b"<time datetime=",
        b"itemprop=author ",
        b"itemscope ",
        b"<base href=",
        b"<meta charset=utf-7>",
        b"<svg>",
        b"<template>",
        b"<noscript>",
        b"class=byline>",
        b" ",
        b"\r\n",
        b"\xc2\xa0",
    ]
)


@given(
    st.lists(BITS | st.binary(max_size=6), max_size=40).map(b"".join),
    st.sampled_from(["", "utf-8", "utf-16", "shift_jis", "x"]),
)
def test_any_bytes_at_all(html: bytes, charset: str) -> None:
    checked(html, content_type=f"text/html; charset={charset}")


@given(
    st.text(max_size=40),
    st.sampled_from(["title", "og:title", "og:image", "author", "article:published_time", "og:url", "theme-color"]),
)
def test_any_value_of_any_meta(value: str, key: str) -> None:
    escaped = value.replace("&", "&amp;").replace('"', "&quot;").encode("utf-8", "surrogatepass")
    checked(b'<meta property="' + key.encode() + b'" content="' + escaped + b'">')


@given(st.text(max_size=60))
def test_any_address_of_the_page(url: str) -> None:
    checked(page("article"), url)


def mutated(html: bytes, chance: random.Random) -> bytes:
    """A page with bytes flipped, pieces doubled, dropped and swapped, or cut off."""
    out = bytearray(html)
    for _ in range(chance.randint(1, 30)):
        place = chance.randrange(len(out) + 1)
        kind = chance.randrange(4)
        if kind == 0 and place < len(out):
            out[place] = chance.choice(b"<>\"'=&/ \x00\xff!-")
        elif kind == 1:
            del out[place : place + chance.randint(1, 200)]
        elif kind == 2:
            out[place:place] = out[max(0, place - chance.randint(1, 300)) : place]
        else:
            out[place:place] = bytes(chance.choices(b"<>\"'=&;{}[]\\ \x80", k=3))
    return bytes(out[: chance.randint(0, len(out))] if chance.random() < 0.2 else out)


@pytest.mark.parametrize("name", names())
def test_small_pages_mutated(name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        checked(mutated(page(name), chance))


@pytest.mark.corpus
def test_saved_pages_mutated(corpus: Path) -> None:
    chance = random.Random(3)
    for name in chance.sample(sorted(pages(corpus)), 60):
        html = source(corpus, name)
        for _ in range(4):
            checked(mutated(html, chance), pages(corpus)[name]["url"])


@pytest.mark.corpus
def test_markup_made_to_run_script_stays_text(corpus: Path) -> None:
    with (corpus / "hostile/html.jsonl").open(encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    for case in cases:
        markup = str(case.get("html") or case.get("value") or case)
        escaped = markup.replace("&", "&amp;").replace('"', "&quot;")
        checked(markup.encode("utf-8", "surrogatepass"))
        checked(
            "".join(
                f'<meta property="{key}" content="{escaped}">'
                for key in ("og:title", "og:image", "og:url", "author", "theme-color")
            ).encode("utf-8", "surrogatepass")
        )


LD = b"<script type=application/ld+json>"
# What each is made of, told often. Each keeps some tree builder, or some regular expression, busy for minutes.
BOMBS = {
    "nested div": b"<div>",
    "p in div": b"<p><div>",
    "a in div": b"<a><div>",
    "fonts": b"<font size=1><p>",
    "lists": b"<ul><li>",
    "attributes": b" a b=c",
    "metas": b"<meta property=og:image content=/a.png>",
    "links": b"<link rel='icon alternate' href=/x hreflang=de>",
    "comments": b"<!--",
    "comment dashes": b"<!-- -",
    "declarations": b"<!",
    "end tags": b"</a",
    "quotes": b'<a b="',
    "mixed quotes": b"<a b='\"",
    "equals": b"= ",
    "svg": b"<svg>",
    "template": b"<template>",
    "noscript": b"<noscript>",
    "titles": b"<title>x</title>",
    "scripts": b"<script>x</script>",
    "references": b"&amp;lt;",
    "half references": b"&a",
    "authors": b'<p class="author byline">',
    "properties": b'<p itemscope itemprop="author image datePublished">',
    "times": b"<time datetime=x>",
    "images": b"<img src=/sprite.png>",
    "bylines": b"by ",
    "open tags": b"author<",
    "charset": b"<meta ",
    "spaces": b" ",
    "ld lists": LD + b"[[],",
    "ld nodes": b'{"@type":"Article"},',
    "ld comments": b"/*",
    "ld slashes": b" //",
    "ld commas": b", ",
    "headline": b"<h1>x</h1>",
    "high bytes": b"\xe4",
    "nul": b"\x00",
    "html": b"<html lang=de>",
    "vcards": b'<p class="author vcard"><b class="fn">',
    "dates": b"<i class=date>1 ",
}


def seconds(html: bytes) -> float:
    """Processor time of reading a page, the least of three."""
    least = float("inf")
    for _ in range(3):
        start = time.process_time()
        checked(html)
        least = min(least, time.process_time() - start)
    return least


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize(
    "before",
    [b"", LD + b"[", b"<title>", b'<meta property=og:description content="'],
    ids=["", "ld", "title", "meta"],
)
def test_time_grows_as_the_bytes_do(name: str, before: bytes) -> None:
    """Eight times the bytes take near eight times the time; a quadratic reader would take sixty-four times."""
    bit = BOMBS[name]
    small = before + bit * (6_000 // len(bit))
    large = before + bit * (48_000 // len(bit))
    assert seconds(large) < 26 * seconds(small) + 0.004


@pytest.mark.parametrize("name", BOMBS)
def test_a_megabyte_takes_no_longer_than_many_honest_pages(name: str) -> None:
    honest = seconds(page("article") * 10)
    bit = BOMBS[name]
    start = time.process_time()
    checked(bit * (1_000_000 // len(bit)))
    assert time.process_time() - start < 1_500 * honest


@pytest.mark.parametrize("word", [b"class=date ", b"datetime=1 ", b"itemprop=author "])
def test_a_tag_that_never_ends_is_not_read_again_for_each_word_in_it(word: bytes) -> None:
    html = b"<title>A headline</title><time><h1>A headline</h1><p "
    assert seconds(html + word * 50_000) < 30 * seconds(html + b"x" * len(word) * 50_000)


def test_a_property_is_a_list_of_a_few_words() -> None:
    """What a tag says is kept for each; 2 MB of words took 100 MB."""
    from og.reader.document import Document

    words = b" ".join(b"og:%d" % number for number in range(5_000))
    assert len(Document(b'<meta property="og:title ' + words + b'" content=x>', URL).metas) < 20


@settings(max_examples=20)
@given(st.integers(1, 5_000))
def test_depth_is_no_matter(depth: int) -> None:
    checked(
        LD + b'{"@graph":' * depth + b"1" + b"}" * depth + b"</script>" + b"<div itemscope itemprop=author>" * depth
    )


def test_five_megabytes_in_one_meta_give_a_short_title() -> None:
    preview = checked(b'<meta property="og:title" content="' + b"A" * 5_000_000 + b'"><meta name=author content=Ann>')
    assert len(preview["title"]) <= 1_000
    assert preview["title"].endswith("…")
    assert preview["author"] == "Ann"
