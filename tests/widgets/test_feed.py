"""The feed widget on the server: what it draws of a post, what a network's policy asks for, who may read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feeds.feed import Feed
from networks import Networks
from networks.records import Author, Media, Post
from tests.doubles import ORIGIN, a_site, an_app
from tests.widgets.feeds_with_posts import (
    LONG,
    NOW,
    Pictures,
    a_feed,
    a_post,
    all_kinds,
    news,
    some_pictures,
    were_read,
)
from tests.widgets.test_share import Links
from widgets.feed_posts import DUTIES, kept
from widgets.words import Catalog

BASE = "http://127.0.0.1:8000"
LAYOUTS = ("list", "grid", "masonry", "carousel", "ticker")


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    with some_pictures() as made:
        yield made


@pytest.fixture
def app(tmp_path: Path, pictures: Pictures) -> Iterator[Flask]:
    made = an_app(tmp_path, http_allow=pictures.host)
    a_site(made)
    yield made
    made.extensions["handbill"].close()


@pytest.fixture
def feed(app: Flask, pictures: Pictures) -> Feed:
    """A feed of all kinds of posts."""
    return a_feed(app, all_kinds(pictures.origin))


def html(client: FlaskClient, feed: Feed, kind: str = ".html", **options: Any) -> str:
    reply = client.get(f"/widgets/feed{kind}", query_string={"feed": feed.id, "count": 50, **options})
    assert reply.status_code == 200, reply.text
    return str(reply.text)


def posts(text: str) -> list[str]:
    """The HTML of each post."""
    return re.findall(r"<article.*?</article>", text, re.S)


def only(app: Flask, post: Post, **options: Any) -> str:
    """The HTML of one post in a feed of its own."""
    (found,) = posts(html(app.test_client(), a_feed(app, [post]), **options))
    return found


# --- what is drawn ---


def test_all_kinds_of_posts_are_in_the_html(client: FlaskClient, feed: Feed, pictures: Pictures) -> None:
    text = html(client, feed)
    assert len(posts(text)) == len(all_kinds(pictures.origin))
    for said in ("Ada Lovelace", "@grace.example.org", "The quay is older than the town.", "Grace Hopper reposted",
                 "Passed on with thanks.", "How the quay was built", "62%", "A film ends badly"):  # fmt: skip
        assert said in text, said
    assert 'alt="Stalls along the quay in the morning sun"' in text
    assert 'data-more="+2"' in text
    assert "river.example.org</a>" in text  # where an article is from
    assert '<time datetime="20' in text


def test_every_picture_comes_from_us_and_keeps_its_room(client: FlaskClient, feed: Feed) -> None:
    images = [values for tag, values in Links(html(client, feed)).elements if tag == "img"]
    assert len(images) > 10
    for image in images:
        assert image["src"].startswith(f"{BASE}/media/")
        assert int(image["width"]) > 0 < int(image["height"])
        assert "alt" in image
    tall = next(image for image in images if image["alt"] == "A very tall poster")
    assert int(tall["height"]) / int(tall["width"]) == pytest.approx(4 / 3, abs=0.01)


def test_nothing_a_strict_policy_minds_is_written(client: FlaskClient, feed: Feed) -> None:
    for _tag, values in Links(html(client, feed)).elements:
        assert "style" not in values
        assert not [name for name in values if name.startswith("on")]
        assert urlsplit(values.get("href", "https://x")).scheme in ("http", "https", "mailto")


@pytest.mark.parametrize(
    ("media", "page", "as_", "src"),
    [
        (Media("video", "https://www.youtube.com/embed/dQw4w9WgXcQ", embed=True), "https://example.org/", "iframe",
         "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        (Media("video", "https://video.bsky.app/x/playlist.m3u8", embed=True), "https://vimeo.com/76979871", "iframe",
         "https://player.vimeo.com/video/76979871"),
        (Media("video", "https://example.org/a.mp4"), "https://example.org/", "video", "https://example.org/a.mp4"),
        (Media("audio", "https://example.org/a.mp3"), "https://example.org/", "audio", "https://example.org/a.mp3"),
        (Media("video", "http://example.org/a.mp4"), "https://example.org/", "", ""),
        (Media("video", "https://evil.example/player", embed=True), "https://example.org/", "", ""),
    ],
)  # fmt: skip
def test_films_and_sounds_play_where_we_know_the_player(
    app: Flask, media: Media, page: str, as_: str, src: str
) -> None:
    found = Links(only(app, a_post(1, media=(media,), url=page))).found
    playing = [link for link in found if "data-as" in link]
    assert [(link["data-as"], link["data-src"], link["href"]) for link in playing] == (
        [(as_, src, page)] if as_ else []
    )
    assert page in [link["href"] for link in found]


def test_a_long_article_is_begun_and_short_posts_are_whole(app: Flask) -> None:
    begun = only(app, a_post(1, text=LONG, html=f"<p>{LONG}</p>"))
    assert len(begun) < 3000
    assert begun.count("…") == 1
    assert "<h2" not in only(app, a_post(2, text="One two", html="<h2>One</h2><p>two</p>"))
    assert "<p><strong>One</strong></p>" in only(app, a_post(3, text="One two", html="<h2>One</h2><p>two</p>"))


def test_sensitive_posts_wait_for_a_click(app: Flask, pictures: Pictures) -> None:
    picture = Media("image", f"{pictures.origin}/wide-1.png", 1200, 675, "Stalls")
    blurred = only(app, a_post(1, text="Seen at once", html="", media=(picture,), sensitive=True))
    before, _, behind = blurred.partition("<details")
    assert "Seen at once" in before
    assert "<img" in behind
    assert "Show sensitive content" in behind
    folded = only(app, a_post(2, text="The ship sinks", html="", warning="A film ends badly", media=(picture,)))
    before, _, behind = folded.partition("<details")
    assert "sinks" not in before
    assert "sinks" in behind


def test_an_author_without_a_name_is_called_as_the_site_is(app: Flask) -> None:
    assert ">river.example.org</b>" in only(app, a_post(1, author=None, url="https://www.river.example.org/a"))


def test_more_posts_are_behind_a_link_that_works_without_scripts(app: Flask) -> None:
    client, feed = app.test_client(), a_feed(app, [a_post(n) for n in range(45)])
    seen, address = [], f"/widgets/feed/frame?feed={feed.id}&count=20"
    for expected in (20, 20, 5):
        text = client.get(address).text
        found = re.findall(r"Post number \d+", text)
        assert len(found) == expected
        seen += found
        more = re.search(r'class="more"><a href="([^"]+)"', text)
        address = more[1].replace("&amp;", "&").removeprefix(BASE) if more else ""
    assert len(set(seen)) == 45
    assert not address


def test_what_is_said_above_the_posts(app: Flask) -> None:
    client = app.test_client()
    assert "There are no posts yet." in html(client, a_feed(app, [], approve=True))
    assert "these posts are made up" in html(client, a_feed(app, [a_post(1)], sample=True))
    feed = a_feed(app, [a_post(1)])
    assert 'class="note"' not in html(client, feed)
    were_read(app, NOW - timedelta(days=9))
    fresh = {"Cache-Control": "no-cache"}  # else it is said ten seconds late
    late = client.get("/widgets/feed.html", query_string={"feed": feed.id}, headers=fresh)
    assert "These are the last ones." in late.text


# --- the networks' policies ---


def test_a_post_of_x_has_its_own_form(app: Flask, client: FlaskClient, feed: Feed) -> None:
    (text,) = [post for post in posts(html(client, feed)) if "x.com/ada" in post]
    found = Links(text).found
    assert found[0]["href"] == "https://x.com/ada"  # who, linked to the profile
    assert found[1]["href"] == "https://x.com/ada/status/1"  # the mark, linked to the post
    assert found[1]["aria-label"] == "View on X"
    marks = [values["d"] for tag, values in Links(text).elements if tag == "path"]
    assert marks == [Networks()["x"].icon or marks[0]]  # one mark, and nobody else's
    assert '<a href="https://t.co/abc"' in text
    assert "· Edited ·" in text
    assert re.search(r'<a href="https://x.com/ada/status/1"[^>]*><time', text)
    media = app.extensions["handbill"].media
    shown = [media.asked(*parts) for parts in re.findall(r"/media/([\w-]+)/(\d+)/([\w-]+)\.webp", text)]
    assert shown
    assert {asked.hold for asked in shown} == {timedelta()}  # its pictures pass through here, and are not kept


def test_a_long_post_of_x_is_never_cut(app: Flask) -> None:
    author = Author("Ada", "ada", "https://x.com/ada")
    text = only(
        app, a_post(1, network="x", url="https://x.com/ada/status/1", author=author, text=LONG, html=f"<p>{LONG}</p>")
    )
    assert LONG.strip() in text


@pytest.mark.parametrize("key", [key for key, network in Networks().items() if network.feed])
def test_what_a_policy_asks_for_is_carried_or_the_post_is_not_drawn(app: Flask, key: str) -> None:
    post = a_post(1, network=key, url="https://example.org/1")
    chrome = Networks()[key].policy.chrome
    assert set(chrome) <= set(DUTIES)
    assert "Ada Lovelace" in only(app, post)
    lacking = {"link": replace(post, url=""), "time": replace(post, time="")}
    for duty, poor in lacking.items():
        drawn = posts(html(app.test_client(), a_feed(app, [poor])))
        assert bool(drawn) is (duty not in chrome)


def test_each_duty_can_fail() -> None:
    good = {
        "author": {"name": "Ada"}, "url": "https://example.org/", "network": {"path": "M0 0"}, "time": "2026",
        "whole": True, "edited": "Edited", "was_edited": True, "partial": "own",
    }  # fmt: skip
    bad = {
        "author": {"author": {"name": ""}}, "link": {"url": ""}, "logo": {"network": {"path": ""}},
        "time": {"time": ""}, "text": {"whole": False}, "edited": {"edited": ""}, "own-actions": {"partial": "post"},
    }  # fmt: skip
    assert kept(good, DUTIES)
    for duty in DUTIES:
        assert not kept(good | bad[duty], [duty]), duty


def test_data_has_no_post_whose_network_forbids_that(client: FlaskClient, app: Flask, feed: Feed) -> None:
    data = client.get("/widgets/feed.json", query_string={"feed": feed.id, "count": 50}).json
    assert {post["network"]["key"] for post in data["posts"]} == {"mastodon", "bluesky", "youtube", "rss"}
    assert "x.com" not in str(data)
    quoting = a_post(1, quote=a_post(2, network="x", text="A secret of X"))
    assert "A secret" in html(client, a_feed(app, [quoting]))
    assert "A secret" not in client.get("/widgets/feed.json", query_string={"feed": a_feed(app, [quoting]).id}).text


# --- options and answers ---


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_has_a_fixed_height_keeps_its_room(app: Flask, layout: str) -> None:
    feed = a_feed(app, [a_post(1)])
    text = html(app.test_client(), feed, layout=layout)
    assert ("<details>" in text) is (layout in ("carousel", "ticker"))
    assert f'class="hb {layout} auto' in text
    tall = html(app.test_client(), feed, layout=layout, height=700)
    assert ('height="680"' in tall) is (layout != "ticker")
    assert 'data-h="56"' in tall if layout == "ticker" else 'data-h="700"' in tall
    assert "<details>" not in html(app.test_client(), feed, kind="/frame", layout=layout)


@pytest.mark.parametrize(
    ("options", "status", "field"),
    [
        ({}, 422, "feed"),
        ({"feed": "nothere"}, 404, "feed"),
        ({"feed": "x" * 65}, 422, "feed"),
        ({"feed": "{id}", "count": "0"}, 422, "count"),
        ({"feed": "{id}", "count": "51"}, 422, "count"),
        ({"feed": "{id}", "layout": "pile"}, 422, "layout"),
        ({"feed": "{id}", "cursor": "nonsense"}, 400, "cursor"),
        ({"feed": "{id}", "columns": "9"}, 422, "columns"),
        ({"feed": "{id}", "height": "-1"}, 422, "height"),
        ({"feed": "{id}", "layout": "", "theme": "", "count": "", "height": "", "lang": "", "site": ""}, 200, ""),
    ],
)
def test_mistakes_are_named(
    client: FlaskClient, feed: Feed, options: dict[str, str], status: int, field: str
) -> None:
    query = {name: value.format(id=feed.id) for name, value in options.items()}
    for kind in (".html", ".json", "/frame"):
        reply = client.get(f"/widgets/feed{kind}", query_string=query, headers={"Accept": "application/json"})
        assert reply.status_code == status or (status == 400 and reply.status_code == 422), reply.text
        if status != 200 and kind != "/frame":
            assert reply.json["error"]["field"] == field


def test_an_answer_is_kept_a_minute_and_asked_for_by_its_tag(client: FlaskClient, app: Flask, feed: Feed) -> None:
    query = {"feed": feed.id}
    first = client.get("/widgets/feed.html", query_string=query)
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-if-error=3600"
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/widgets/feed.html", query_string=query, headers=tag).status_code == 304
    news(app, feed, a_post(99, time=a_post(0).time))
    again = client.get("/widgets/feed.html", query_string=query, headers=tag)
    assert again.status_code == 200
    version = [re.search(r'data-v="(\d+)"', reply.text) for reply in (first, again)]
    assert int(version[0][1]) < int(version[1][1])


@pytest.mark.parametrize(("origin", "may"), [(ORIGIN, True), ("https://evil.example", False)])
@pytest.mark.parametrize("kind", [".html", ".json"])
def test_only_pages_of_its_site_may_read_a_feed(
    client: FlaskClient, feed: Feed, origin: str, may: bool, kind: str
) -> None:
    reply = client.get(f"/widgets/feed{kind}", query_string={"feed": feed.id}, headers={"Origin": origin})
    assert reply.headers.get("Access-Control-Allow-Origin") == (origin if may else None)
    assert "Origin" in reply.headers["Vary"]


def test_a_frame_has_its_sheet_and_may_show_its_players(client: FlaskClient, feed: Feed) -> None:
    reply = client.get("/widgets/feed/frame", query_string={"feed": feed.id})
    assert 'rel="stylesheet" href="/static/css/feed.css"' in reply.text
    rules = reply.headers["Content-Security-Policy"]
    assert "frame-src https://www.youtube-nocookie.com;" in rules
    assert "media-src https://sound.example.org https://video.example.org;" in rules
    with client.get("/static/css/feed.css") as sheet:
        assert sheet.status_code == 200


def test_no_host_of_a_film_writes_the_policy(app: Flask) -> None:
    evil = Media("video", "https://a.example;script-src/clip.mp4", 10, 10)
    feed = a_feed(app, [a_post(1, media=(evil,))])
    reply = app.test_client().get("/widgets/feed/frame", query_string={"feed": feed.id})
    assert "media-src 'none';" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("tag", Catalog().languages)
def test_a_feed_speaks_every_language(client: FlaskClient, feed: Feed, tag: str) -> None:
    text, words = html(client, feed, lang=tag), Catalog().words(tag)
    assert f'lang="{tag}" dir="{words.dir}"' in text
    assert str(words.text("sensitive")) in text
    assert words.text("reposted", author="Grace Hopper") in text
    assert len(re.search(r'data-w="([^"]+)"', text)[1].split("|")) == 6


# --- our own pages ---


def test_the_builder_makes_a_feed_and_its_code(client: FlaskClient, feed: Feed) -> None:
    text = client.get("/builder", query_string={"widget": "feed", "feed": feed.id, "layout": "carousel"}).text
    assert f'<hb-feed feed="{feed.id}" layout="carousel">' in text
    assert "/widgets/feed/frame?" in text
    assert "svg" in text
    assert "There is no feed with this id." in client.get("/builder?widget=feed&feed=nothere").text
    empty = client.get("/builder?widget=feed").text
    assert "Enter a feed’s id and its posts stand here." in empty
    assert 'name="cursor"' not in empty


def test_the_home_page_has_a_sample_only_where_there_is_one(app: Flask) -> None:
    from feeds.sample import make_sample

    client, built = app.test_client(), app.extensions["handbill"]
    assert "<hb-feed" not in client.get("/").text
    made = a_site(app, name="Demo", origins=(BASE,), return_to=())
    make_sample(built, made.key)
    text = client.get("/").text
    assert "A sample: these posts are made up." in text
    assert len(posts(text)) >= 6
