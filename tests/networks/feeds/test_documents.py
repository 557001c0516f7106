"""Documents as they travel: encodings, what stands around a feed, and which feed a page announces."""

from __future__ import annotations

import codecs
import contextlib
from time import process_time
from typing import Any

import pytest

from core.errors import Problem
from networks._syndication import prepared
from networks.records import Page
from tests.networks.feeds.test_pairs import feed_of

HOME = "https://site.example/blog/"
RSS = '<link rel="alternate" type="application/rss+xml" '
# What stands in a page, and the feed that it announces; the last of several reasons decides.
PAGES = [
    (RSS + 'title="Site Comments Feed" href="/c">' + RSS + 'href="/feed">', "/feed"),
    ('<LINK REL="ALTERNATE" TYPE="Application/RSS+XML; charset=utf-8" HREF="/feed">', "/feed"),
    ('<link rel="alternate" type="application/rdf+xml" href="/index.rdf">', "/index.rdf"),
    ('<link rel="alternate" type="text/xml" href="/rss.xml">', "/rss.xml"),
    ('<link rel="alternate" type="application/x.atom+xml" href="/a">', "/a"),
    ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">' + RSS + 'href="/feed">', "/feed"),
    ('<link rel="alternate" type="application/json+oembed" href="/oembed">', ""),
    ('<link rel="alternate stylesheet" type="text/css" href="/feed.css">', ""),
    ('<link rel="feed" href="/all.xml">', "/all.xml"),
    (RSS + 'href="feed:https://site.example/feed">', "/feed"),
    (RSS + 'href="">', ""),
    ('<a href="/about">About</a><a href="/comments/feed/">Comments</a><a href="/index.xml">RSS</a>', "/index.xml"),
    ('<a href="https://elsewhere.example/feed">Friends</a>', ""),
    ('<a type="application/atom+xml" href="/x">Follow</a>', "/x"),
]


def read(body: bytes, **headers: str) -> Page:
    """A document as a page of posts."""
    return feed_of("rss").read(body, HOME, headers)


def rss(words: str, declared: str = "", inner: str = "") -> str:
    """A feed of one item, under an encoding's name."""
    named = f' encoding="{declared}"' if declared else ""
    item = f"<item><title>{words}</title><link>https://site.example/1</link></item>"
    return f'<?xml version="1.0"{named}?>\n{inner}<rss version="2.0"><channel>{item}</channel></rss>'


@pytest.mark.parametrize(("head", "feed"), PAGES)
def test_a_page_announces_its_feed(head: str, feed: str) -> None:
    body = f"<!doctype html><html><head><title>P</title></head><body>{head}</body></html>".encode()
    if feed:
        assert read(body).feed == f"https://site.example{feed}"
    else:
        with pytest.raises(Problem) as caught:
            read(body)
        assert caught.value.code == "bad_reply"


@pytest.mark.parametrize(
    "link",
    [
        '</f>; rel="alternate"; type="application/atom+xml"',
        '</c>; rel="alternate"; type="application/atom+xml"; title=Comments, </f>; type=text/xml; rel=alternate',
        '</a>; title="<b>; rel=feed"; rel=author, <../f>; rel=feed',
        '</other>; rel=feed; anchor="/other", </f>; rel=feed',
    ],
)
def test_a_page_announces_its_feed_in_its_header(link: str) -> None:
    """The page's base address is for what stands in the page (RFC 8288, appendix B.2)."""
    page = read(b'<html><base href="https://elsewhere.example/x/y"><title>P</title>', link=link)
    assert page.feed == "https://site.example/f"


def test_a_page_need_not_say_that_it_is_one() -> None:
    assert read(f"<title>P</title>{RSS} href=/feed>".encode()).feed == "https://site.example/feed"


def test_a_pages_words_are_read_in_its_encoding() -> None:
    body = '<html><meta charset="windows-1251"><p class="h-entry"><a class="u-url p-name" href="/1">Ёлка</a>'
    assert read(body.encode("cp1251")).posts[0].text == "Ёлка"


@pytest.mark.parametrize(
    ("declared", "used", "mark"),
    [
        ("", "utf-16-le", codecs.BOM_UTF16_LE),
        ("", "utf-16-be", codecs.BOM_UTF16_BE),
        ("", "utf-16-le", b""),
        ("utf-16", "utf-8", b""),
        ("windows-1251", "utf-8", b""),
        ("windows-1251", "cp1251", b""),
        ("iso-8859-1", "utf-8", b""),
        ("", "utf-8", codecs.BOM_UTF8 * 2),
    ],
)
def test_letters_are_read_whatever_is_said_of_them(declared: str, used: str, mark: bytes) -> None:
    assert read(mark + rss("Ёлка — мир", declared).encode(used)).posts[0].title == "Ёлка — мир"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE rss [<!ENTITY nbsp \"&#160;\"> <!ENTITY eacute '&#xE9;'>]>",
        '<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//ENTITIES Latin 1//EN" "x.ent"> %HTMLlat1;]>',
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss.dtd">',
    ],
)
def test_entities_that_cannot_grow_are_read(doctype: str) -> None:
    assert read(rss("a&nbsp;b &eacute;", inner=doctype).encode()).posts[0].title == "a b é"


@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY b "&a;&a;">', '<!ENTITY b "words">', '<!ENTITY b SYSTEM "file:///etc/passwd">'],
)
def test_entities_that_could_grow_or_come_from_elsewhere_are_refused(declared: str) -> None:
    with pytest.raises(Problem) as caught:
        read(rss("&b;", inner=f"<!DOCTYPE rss [{declared}]>").encode())
    assert caught.value.code == "bad_reply"


def test_no_entity_is_made_by_taking_one_out() -> None:
    hidden = '<!ENT<!ENTITY a "&#65;">ITY b "words">'
    assert b"<!entity" not in prepared(rss("&b;", inner=f"<!DOCTYPE rss [{hidden}]>").encode()).lower()


SPOKEN = '<!ENTITY lol "more"> ]] > &b; & so on'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis"])
def test_words_about_entities_are_no_entities(encoding: str) -> None:
    inner = f"<!-- {SPOKEN} --><!DOCTYPE rss [<!-- {SPOKEN} --> <!ENTITY b '&#66;'>]>"
    body = rss(f"&b;<![CDATA[{SPOKEN}]]>&b;", encoding, inner).encode(encoding)
    assert read(body).posts[0].title == f"B{SPOKEN}B"
    assert b"<!entity" not in prepared(body).lower()


@pytest.mark.parametrize(
    "around",
    [
        "<!DOCTYPE rss [<!-- <!ENTITY --> {} <!-- <!ENTITY -->]>",
        "<!-- <![CDATA[ <!ENTITY --> <!DOCTYPE rss [{}]> <!-- ]]> -->",
        "<!DOCTYPE rss [<!ENTITY <!-- <!ENTITY --> {}]>",
        "<!DOCTYPE rss [<!EN<!-- <!ENTITY -->TITY c 'words'> {}]>",
        "<!DOCTYPE rss [<!EN<![CDATA[<!ENTITY]]>TITY c 'words'> {}]><!-- <!ENTITY",
    ],
)
def test_an_entity_beside_such_words_is_refused(around: str) -> None:
    with pytest.raises(Problem) as caught:
        read(rss("&b;", inner=around.format('<!ENTITY b "words">')).encode())
    assert caught.value.code == "bad_reply"


def test_signs_that_xml_has_no_place_for_are_left_out() -> None:
    strict = read(b"\n \xef\xbb\xbf \n" + rss("a\x0b\x01b\x08 &amp; \x1fc &eacute;").encode())
    assert strict.posts[0].title == "ab & c é"
    assert b"\x01" not in prepared(rss("\x01").encode())


@pytest.mark.parametrize("encoding", ["utf-7", "u7", "cp037"])
@pytest.mark.parametrize("in_header", [False, True])
def test_entities_do_not_hide_in_an_encoding(encoding: str, in_header: bool) -> None:
    grows = '<!DOCTYPE rss [<!ENTITY a "words"><!ENTITY b "&a;&a;">]>'
    document = rss("&b;", "" if in_header else encoding, grows)
    if encoding == "cp037":
        body = document.encode(encoding)
    else:
        for sign, hidden in (("<!", "+ADwAIQ-"), ("&", "+ACY-")):
            document = document.replace(sign, hidden)
        body = document.encode()
    headers = {"content-type": f"application/xml; charset={encoding}"} if in_header else {}
    with contextlib.suppress(Problem):
        assert not any("wordswords" in post.title for post in read(body, **headers).posts)


def test_a_list_of_feeds_is_named_as_one() -> None:
    body = (
        b'<?xml version="1.0"?><opml version="2.0"><head/><body><outline xmlUrl="https://a.example/"/></body></opml>'
    )
    with pytest.raises(Problem, match="OPML"):
        read(body)


def test_what_is_behind_the_items_that_are_read_costs_nothing() -> None:
    items = "<item><title>x</title><link>https://site.example/1</link></item>" * 40_000
    body = f"<rss version='2.0'><channel>{items}<title>Late</title></channel></rss>".encode()
    short = body.replace(items.encode(), items[: len(items) // 80].encode())
    assert read(body).title == "Late"
    assert _time(body) < 6 * _time(short) + 0.05


@pytest.mark.parametrize("blank", ["\n", "\n<!DOCTYPE", "\n<!-- -->"])
def test_what_stands_before_a_feed_takes_no_more_time_than_its_length(blank: str) -> None:
    few, many = (rss("x", inner=blank * number).encode() for number in (4000, 16_000))
    assert _time(many) < 8 * _time(few) + 0.05


def _time(body: bytes) -> float:
    def once() -> float:
        start = process_time()
        read(body)
        return process_time() - start

    return min(once() for _ in range(2))


def test_a_feeds_own_address_stands_in_where_none_is_known() -> None:
    link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="https://a.example/feed"/>'
    body: Any = f'<rss version="2.0"><channel>{link}<item><link>/1</link></item></channel></rss>'.encode()
    assert feed_of("rss").read(body, "").posts[0].url == "https://a.example/1"


def test_events_and_reviews_in_a_page_are_posts_too() -> None:
    event = '<div class="h-event"><a class="u-url p-name" href="/e/1">Tea at noon</a></div>'
    review = '<div class="h-review"><b class="p-name">A good book</b><a class="u-url" href="/r/2">…</a></div>'
    page = read(f"<!doctype html><title>Club</title><main class=h-full>{event}{review}</main>".encode())
    assert [(post.title or post.text, post.url) for post in page.posts] == [
        ("Tea at noon", "https://site.example/e/1"), ("A good book", "https://site.example/r/2"),
    ]  # fmt: skip


def test_the_page_of_an_entrys_author_is_no_picture_of_it() -> None:
    people = "".join(
        f"<{kind}><name>A</name><uri>https://a.example/{kind}</uri></{kind}>" for kind in ("author", "contributor")
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:x:1</id><title>T</title>{people}</entry></feed>'
    post = read(body.encode()).posts[0]
    assert (post.media, post.author and post.author.url) == ((), "https://a.example/author")


def test_a_site_that_names_itself_as_its_source_keeps_its_face() -> None:
    site = "<title>Blog</title><link>https://site.example/</link><image><url>https://site.example/i.png</url></image>"
    item = '<item><title>x</title><link>/1</link><source url="https://site.example/feed">Blog</source></item>'
    page = read(f'<rss version="2.0"><channel>{site}{item}</channel></rss>'.encode())
    assert page.posts[0].author == page.author
    assert page.author
    assert page.author.avatar == "https://site.example/i.png"


def test_no_two_posts_of_a_feed_get_one_id() -> None:
    items = "".join(f"<item><guid>g</guid><link>/1</link><title>{n}</title></item>" for n in range(3))
    late = "<item><guid>https://site.example/1</guid><link>/2</link><title>late</title></item>"
    body = f'<rss version="2.0"><channel><link>https://site.example/</link>{items}{late}</channel></rss>'.encode()
    assert len({post.id for post in read(body).posts}) == 4
    assert [post.id for post in read(body).posts] == [post.id for post in read(body).posts]
