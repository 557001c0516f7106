"""Cards of posts: the post itself under its network's policy, and the card of any page wherever that cannot be."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.errors import TooMany
from feeds.one_post import OnePosts, lifetime
from networks import Networks
from networks.records import Author, Post
from tests.doubles import ORIGIN, a_site, an_app, with_http
from tests.login.internet import Asked, Internet
from tests.widgets import networks_with_posts as posts
from tests.widgets.feeds_with_posts import a_feed

HERE = {"Origin": ORIGIN}
INSTAGRAM = "https://www.instagram.com/p/CabcDEF_12/"


@pytest.fixture(scope="module")
def shared() -> Internet:
    return Internet(posts.pages())


@pytest.fixture
def internet(shared: Internet) -> Internet:
    """The networks as they are at first, asked by nobody yet."""
    shared.pages = posts.pages()
    shared.asked.clear()
    return shared


@pytest.fixture
def app(tmp_path: Path, internet: Internet) -> Iterator[Flask]:
    made = with_http(an_app(tmp_path, preview_anonymous="on"), internet.http())
    yield made
    made.extensions["handbill"].close()


def card(client: FlaskClient, href: str, form: str = "json", **query: str) -> Any:
    reply = client.get(f"/widgets/card.{form}", query_string={"href": href, **query}, headers=HERE)
    assert reply.status_code == 200, reply.text
    return json.loads(reply.text) if form == "json" else reply.text


def asked(internet: Internet, part: str) -> list[Asked]:
    return [one for one in internet.asked if part in one.url]


# --- what it shows ---


def test_posts_of_all_networks_are_drawn(client: FlaskClient) -> None:
    said = {
        "toot": ["Ada Lovelace", "@ada@toots.example", "The market moves to", "12 likes", "March 5, 2026"],
        "picture": ['alt="Stalls along the quay"', "/media/", 'width="640" height="360"'],
        "poll": ["Bread", "60%", "<progress"], "card": ["From April on the quay."], "edited": ["Edited"],
        "warning": ["<details", "A film ends badly"], "sensitive": ["<details", "Show sensitive content"],
        "clip": ['data-as="video"'], "arabic": [posts.ARABIC, 'dir="auto"'], "note": ["Yuki", "こんにちは"],
        "skeet": ["Grace Hopper", "5 likes"], "quote": ["<blockquote", "The quay is older"],
        "x": ["just setting up my twttr", "@jack", "View on X", 'class="post own"'],
        "release": ["Engine 1.0", "<strong>turns</strong>"],
        "film": ["How bread is made", 'data-src="https://www.tiktok.com/player/v1/6718335390845095173"'],
    }  # fmt: skip
    for kind, words in said.items():
        html = card(client, posts.SHOWN[kind], "html")
        assert "<article" in html, kind
        assert [one for one in words if one not in html] == [], kind
        assert f'<a href="{posts.SHOWN[kind]}" hidden>' in html
        assert html.count(" src=") == html.count(' src="http://127.0.0.1:8000/media/'), kind


def test_a_strangers_markup_is_words(client: FlaskClient) -> None:
    html = card(client, posts.SHOWN["hostile"], "html")
    assert "onerror" not in html
    assert "<script" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize("kind", ["toot", "picture", "x", "film"])
def test_json_says_that_there_is_a_post_and_where(client: FlaskClient, kind: str) -> None:
    found = card(client, posts.SHOWN[kind])
    network = Networks()[found["post"]["network"]["key"]]
    assert set(found["post"]) == {"url", "network"}
    assert ("text" in found) == network.policy.json
    assert ("picture" in found) == (kind in ("picture", "film"))
    assert "twttr" not in json.dumps(found)
    assert found["site"] == network.name
    assert "error" not in found


@pytest.mark.parametrize("kind", posts.GONE)
def test_a_post_that_is_gone_is_a_plain_link_that_says_so(client: FlaskClient, kind: str) -> None:
    found = card(client, posts.GONE[kind])
    assert found["title"] == "This post is no longer there"
    assert not {"post", "error", "text", "picture"} & set(found)
    assert card(client, posts.GONE[kind], lang="de")["title"] == "Diesen Beitrag gibt es nicht mehr"
    html = card(client, posts.GONE[kind], "html")
    assert f'<a href="{posts.GONE[kind]}">' in html
    assert "<article" not in html


@pytest.mark.parametrize("kind", posts.AS_A_PAGE)
def test_what_is_not_to_be_shown_is_the_card_of_the_page(client: FlaskClient, kind: str) -> None:
    found = card(client, posts.AS_A_PAGE[kind])
    assert (found["title"], found["text"]) == ("The page itself", "As any page.")
    assert "post" not in found


def test_the_owner_may_want_the_card_of_the_page(client: FlaskClient, internet: Internet) -> None:
    found = card(client, posts.SHOWN["toot"], layout="page")
    assert (found["title"], found["layout"]) == ("The page itself", "text")
    assert not asked(internet, "/api/v1/")


@pytest.mark.parametrize(("layout", "look"), [("large", "card  auto"), ("list", "beside"), ("compact", "compact")])
def test_layouts(client: FlaskClient, layout: str, look: str) -> None:
    assert look in card(client, posts.SHOWN["picture"], "html", layout=layout)


def test_a_frame_has_the_sheets_and_allows_the_one_player(client: FlaskClient) -> None:
    reply = client.get("/widgets/card/frame", query_string={"href": posts.SHOWN["film"]})
    assert [f"/static/css/{name}.css" in reply.text for name in ("post", "card_post", "feed")] == [True, True, False]
    assert "frame-src https://www.tiktok.com;" in reply.headers["Content-Security-Policy"]


# --- how it is kept ---


def test_a_post_is_asked_for_once_and_an_edit_or_a_deletion_shows_later(
    app: Flask, client: FlaskClient, internet: Internet
) -> None:
    address, href = f"{posts.TOOTS}/api/v1/statuses/100001", posts.SHOWN["toot"]
    for form in ("json", "html", "json"):
        card(client, href, form)
    assert len(asked(internet, address)) == 1
    cache = app.extensions["handbill"].cache
    for later, answer, expected in [
        (700, posts.status(100001, "Changed."), "Changed."),
        (1400, (404, {"error": "Record not found"}), "no longer there"),
    ]:
        internet.pages[address] = answer
        cache._clock = lambda later=later: time.time() + later
        until = time.monotonic() + 5
        while expected not in card(client, href, "html") and time.monotonic() < until:
            time.sleep(0.05)
        assert expected in card(client, href, "html")


def test_nothing_is_kept_for_longer_than_the_network_allows() -> None:
    for network in Networks().values():
        policy = network.policy
        ages = [age for age in (policy.max_age, policy.media_age, policy.delete_within) if age]
        fresh, stale = lifetime(network.policy)
        assert 0 < fresh <= 600
        assert all(fresh + stale <= age.total_seconds() for age in ages), network.key


def test_answers_are_kept_for_minutes(app: Flask, client: FlaskClient) -> None:
    site = a_site(app)
    reply = client.get("/widgets/card.html", query_string={"href": posts.SHOWN["x"], "site": site.key}, headers=HERE)
    assert reply.headers["Cache-Control"] == "public, max-age=60, stale-if-error=3600"


# --- who may have it asked for, and what stops that ---


def test_who_may_have_no_page_read_gets_no_post(tmp_path: Path, internet: Internet) -> None:
    app = with_http(an_app(tmp_path), internet.http())
    found = card(app.test_client(), posts.SHOWN["toot"])
    assert found["error"]["code"] == "no_credential"
    assert not internet.asked
    app.extensions["handbill"].close()


def test_a_budget_that_is_spent_asks_nobody(app: Flask, internet: Internet) -> None:
    def spent() -> None:
        raise TooMany("That is enough.")

    finder = OnePosts(app.extensions["handbill"])
    assert finder.read(posts.SHOWN["toot"], before=spent) is None
    assert not internet.asked
    assert finder.read(posts.SHOWN["toot"])


def test_a_network_that_wants_us_to_wait_is_left_alone(client: FlaskClient, internet: Internet) -> None:
    address = f"{posts.TOOTS}/api/v1/statuses/"
    internet.pages[f"{address}100001"] = (429, {"error": "Too many requests"})
    for number in (100001, 100002, 100001):
        assert card(client, f"{posts.TOOTS}/@ada/{number}")["title"] == "The page itself"
    assert len(asked(internet, address)) == 1


def test_a_server_that_hangs_costs_seconds_once(
    client: FlaskClient, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.one_post.SECONDS", 0.3)
    address = f"{posts.TOOTS}/api/v1/statuses/100001"
    internet.pages[address] = lambda _asked: time.sleep(1.5)
    for _ in range(2):
        assert card(client, posts.SHOWN["toot"])["title"] == "The page itself"
    assert len(asked(internet, address)) == 1


# --- what the site's own feeds have ---


def own_post(**changes: Any) -> Post:
    words = "From the quay."
    author = Author("Ada Lovelace", "@ada", "https://www.instagram.com/ada/")
    made = Post("17841", INSTAGRAM, "2026-03-05T09:30:00Z", author, words, f"<p>{words}</p>", network="instagram")
    return replace(made, **changes)


def of_site(app: Flask, client: FlaskClient, href: str = INSTAGRAM) -> str:
    key = app.extensions["handbill"].sites.all()[0].key
    return str(card(client, href, "html", site=key))


def test_a_post_that_a_feed_has_is_shown_and_nobody_is_asked(
    app: Flask, client: FlaskClient, internet: Internet
) -> None:
    feed = a_feed(app, [own_post()])
    assert "From the quay." in of_site(app, client)
    assert "From the quay." in of_site(app, client, "https://instagram.com/ada/reel/CabcDEF_12")
    assert not internet.asked
    assert "From the quay." not in card(client, INSTAGRAM, "html")  # for nobody else
    (entry,) = app.extensions["handbill"].feeds.everything(feed.id)
    app.extensions["handbill"].feeds.mark(feed.id, entry.id, hidden=True)
    assert "From the quay." not in of_site(app, client)


def test_a_post_that_waits_for_approval_is_not_shown(app: Flask, client: FlaskClient) -> None:
    feed = a_feed(app, [own_post()], approve=True)
    assert "From the quay." not in of_site(app, client)
    (entry,) = app.extensions["handbill"].feeds.everything(feed.id)
    app.extensions["handbill"].feeds.mark(feed.id, entry.id, approved=True)
    assert "From the quay." in of_site(app, client)


# --- beside the element ---


def test_the_builder_writes_words_only_where_they_may_stay(client: FlaskClient) -> None:
    codes = {}
    for kind in ("toot", "film"):
        page = client.get("/builder", query_string={"widget": "card", "href": posts.SHOWN[kind], "tab": "sri"}).text
        codes[kind] = page[page.index('class="code') :] if 'class="code' in page else page
        assert "q.kit.js" in page
    assert "The market moves" in codes["toot"]
    assert "View on TikTok" in codes["film"]


def test_oembed_of_a_post_is_its_card(client: FlaskClient) -> None:
    found = client.get("/oembed", query_string={"url": posts.SHOWN["toot"]}).get_json()
    assert (found["author_name"], found["provider_name"], found["type"]) == ("Ada Lovelace", "Mastodon", "rich")
    assert "/widgets/card/frame?href=https%3A%2F%2Ftoots.example" in found["html"]
    x = client.get("/oembed", query_string={"url": posts.SHOWN["x"]}).get_json()
    assert "twttr" not in json.dumps(x)
    assert "author_name" not in x
    assert client.get("/oembed", query_string={"url": posts.GONE["x"]}).status_code == 404


def test_oembed_of_a_post_has_its_picture_where_the_network_lets_it(
    app: Flask, client: FlaskClient, internet: Internet
) -> None:
    def thumbnail(kind: str, **query: str) -> tuple[Any, ...]:
        reply = client.get("/oembed", query_string={"url": posts.SHOWN[kind], **query})
        found: dict[str, Any] = reply.get_json()
        assert reply.headers["Cache-Control"] == f"public, max-age={found['cache_age']}"
        return tuple(map(found.get, ("thumbnail_url", "thumbnail_width", "thumbnail_height", "cache_age")))

    address, width, height, age = thumbnail("picture")
    assert (width, height, age) == (1200, 675, 300)
    assert address.startswith("http://127.0.0.1:8000/media/")
    assert client.get(address).mimetype == "image/webp"
    assert thumbnail("picture", maxwidth="400")[1:] == (320, 180, 300)
    assert thumbnail("clip")[1:] == (1200, 675, 300)
    assert thumbnail("card")[1:] == (400, 400, 300)
    for kind in ("toot", "x", "sensitive", "warning", "film"):
        assert thumbnail(kind) == (None, None, None, 3600)
    internet.pages.pop(f"{posts.FILES}/wide.png")
    app.extensions["handbill"].media.forget(f"{posts.FILES}/wide.png")
    assert thumbnail("picture") == (None, None, None, 3600)
