"""Documents made to take long: what is read of them is bounded, and the time grows as the bytes do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from core.errors import Problem
from networks._depth import DEEPEST, too_deep, whole_tags
from networks._documents import page
from networks._html import LONGEST, sanitised
from networks._syndication import prepared
from networks._xml import MOST_TAGS
from networks.records import Answer

DEEP = {
    "nested": "<div>" * 2000,
    "closed by nobody": "</x>" * 2000 + "<div>" * 2000,
    "closed in a comment": "<div><!--</div>-->" * 2000,
    "closed in an attribute": '<div title="</div>">' * 2000,
    "closed in a script": "<div><script>'</div>'</script>" * 2000,
    "closed behind a script in a script": "<div><script><!--<script></script></div>--></script>" * 2000,
    "closed in what is text in drawings only": "<svg>" + "<g><![CDATA[></g>]]>" * 2000,
    "void in HTML only": "<svg>" + "<input>" * 2000,
    "ended by a slash in drawings only": "<svg><p>" + "<path/>" * 2000,
    "behind a tag that is passed over": "<select><xmp><input>" + "<div>" * 2000,
    "formatting written anew": "<p>" + "".join(f"<b a{n}>" for n in range(900)) + "</p>" + "<p>x</p>" * 1000,
    "attributes": "<p " + " ".join(f"a{n}" for n in range(2000)) + ">",
}
HONEST = {
    "paragraphs that nobody ended": "<p>words<br>" * 5000,
    "lists that nobody ended": "<ul>" + "<li>words" * 3000 + "</ul>",
    "a table": "<table><tr><td>1<td>2</table>" * 2000,
    "links": '<p>see <a href="https://example.org/?a=1&b=2">this</a> and <b>that</b></p>' * 2000,
    "drawings": "<a><svg><title>x</title><path d='M0 0'/><g><use href='#a'/></g></svg></a>" * 2000,
    "a script that compares": "<script>for (i=0;i<n;i++) if (a<b) c('<div>')</script>" * 2000,
    "a script that writes one": '<script><!--\ndocument.write("<script src=x></scr"+"ipt>")\n//--></script>' * 2000,
    "signs": "a < b <3 <- " * 5000,
    "a picture in its address": f'<img alt="{"x " * 3000}" src="data:image/png;base64,{"A=" * 5000}">',
}


@pytest.mark.parametrize("name", DEEP)
def test_what_takes_a_parser_long_is_known_before(name: str) -> None:
    assert too_deep(DEEP[name])
    assert sanitised(DEEP[name] + "Words").count("<div>") <= DEEPEST


@pytest.mark.parametrize("name", HONEST)
def test_what_is_only_long_is_not(name: str) -> None:
    assert not too_deep(HONEST[name])


def test_addresses_made_absolute_do_not_multiply_a_post() -> None:
    base = "https://example.org/" + "a/" * 2000
    assert len(sanitised("<a href=x>y</a>" * 13_000, base)) < 5 * LONGEST
    assert "example.org/a/x" in sanitised("<a href=x>y</a>", "https://example.org/a/")


def test_a_parser_sees_whole_tags_only() -> None:
    html = '<!-- <p> --><p class="a > b">1 < 2<![><script>"<p>"</script><title><b></title><b></p><i'
    wanted = '<p class="a > b">1 &lt; 2<script></script><title>&lt;b></title><b></p>'
    assert whole_tags(html) == wanted


def _rss(inner: str) -> str:
    return f"<rss version='2.0'><channel><title>T</title><item><title>t</title>{inner}</item></channel></rss>"


GROWING: dict[str, Callable[[int], str]] = {
    "a feed's author": lambda n: _rss(f"<author>{'a' * n}</author>"),
    "a feed's author in pieces": lambda n: _rss("<author>" + ("a" * 900 + "<!-- -->") * (n // 900) + "</author>"),
    "a podcast's owners": lambda n: _rss("<itunes:author>a</itunes:author>" + "<itunes:owner>" * (n // 14)),
    "an element's attributes": lambda n: _rss("<a " + " ".join(f'a{m}="1"' for m in range(n // 9)) + "/>"),
    "comments of a feed that never end": lambda n: _rss("<!-- <!ENTITY " * (n // 13)),
    "texts of a feed that never end": lambda n: _rss("<![CDATA[ <!ENTITY " * (n // 18)),
    "an encoding that is never named": lambda n: f"<?xml version='1.0' encoding={' ' * n}",
    "an element's classes": lambda n: "<html><body class=h-entry><p class='" + "p-name " * (n // 7) + "'>x",
    "tags that never end": lambda n: "<html><body class=h-feed><p class=h-entry>x</p>" + "<a b='" * (n // 6),
    "items that are several properties each": lambda n: (
        "<html><body><div class=h-entry>" + "<div class='p-author p-name h-card'>" * (n // 6_000) + "x"
    ),
    "groups of a feed that never end": lambda n: _rss("<media:group><media:content " * (n // 28)),
    "comments that never end": lambda n: "<html><body class=h-feed><p class=h-entry>x</p>" + "<!--" * (n // 4),
}


@pytest.mark.parametrize("name", GROWING)
def test_time_grows_as_the_bytes_do(name: str) -> None:
    small, large = (min(_seconds(GROWING[name](n)) for _ in range(3)) for n in (12_000, 96_000))
    assert large < 24 * small + 0.05  # eight times the bytes; the square would be 64 times


def _seconds(document: str) -> float:
    begun = time.process_time()
    with contextlib.suppress(Problem):  # it may be refused, as long as that is soon
        page(Answer(document.encode(), "https://example.org/feed"))
    return time.process_time() - begun


def test_no_more_tags_are_read_than_a_feed_has() -> None:
    item = "<item><title>x</title><description><![CDATA[<p>]]></description></item>"
    body = f"<rss version='2.0'><channel><title>T</title>{item * 3}<item><br>{'<b/>' * MOST_TAGS}".encode()
    assert prepared(body).count(b"<item>") == 3
    assert prepared(f"<rss><br>{'<b/>' * MOST_TAGS}".encode()).count(b"<b") <= MOST_TAGS
    words = f"<rss><br><item><title><![CDATA[{'<b>' * MOST_TAGS}]]></title></item></rss>".encode()
    assert prepared(words) == words


@pytest.mark.parametrize("aside", ["<!-- <![CDATA[ -->", "<?a <![CDATA[ ?>", "<a b='> <![CDATA['>"])
@pytest.mark.parametrize("end", ["", "]]>"])
def test_tags_behind_what_is_no_mark_of_text_are_as_few(aside: str, end: str) -> None:
    body = f"<rss><br>{aside}{'<b/>' * MOST_TAGS * 4}{end}<item></item></rss>".encode()
    assert prepared(body).count(b"<b/>") <= MOST_TAGS
