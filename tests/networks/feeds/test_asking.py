"""How each network is asked: the first address for what an owner writes, look-ups, further pages, and refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from core.errors import Invalid, NotFound, Problem
from networks import BUILT_IN
from networks.records import Answer, Feed, Request
from tests.networks.feeds.test_pairs import feed_of

FEEDS = [network for network in BUILT_IN if network.feed]
ASKED = (
    ("mastodon", "@me@example.social", "https://example.social/api/v1/accounts/lookup?acct=me"),
    ("mastodon", "https://example.social/@me", "https://example.social/api/v1/accounts/lookup?acct=me"),
    ("mastodon", "https://example.social/users/me", "https://example.social/api/v1/accounts/lookup?acct=me"),
    ("mastodon", "http://127.0.0.1:9000/@me", "http://127.0.0.1:9000/api/v1/accounts/lookup?acct=me"),
    ("mastodon", "#tea@example.social", "https://example.social/api/v1/timelines/tag/tea?limit=40"),
    ("fediverse", "me@example.social",
     "https://example.social/.well-known/webfinger?resource=acct%3Ame%40example.social"),
    ("bluesky", "@me.bsky.social",
     "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=me.bsky.social&limit=100"
     "&filter=posts_no_replies"),
    ("bluesky", "https://bsky.app/profile/me.example",
     "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=me.example&limit=100&filter=posts_no_replies"),
    ("youtube", "UCaaaaaaaaaaaaaaaaaaaaaa",
     "https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa"),
    ("youtube", "https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa",
     "https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa"),
    ("youtube", "https://www.youtube.com/playlist?list=PLaaaaaaaaaaaa",
     "https://www.youtube.com/feeds/videos.xml?playlist_id=PLaaaaaaaaaaaa"),
    ("youtube", "@me", None),
    ("youtube", "@ada", "https://www.youtube.com/%40ada"),
    ("github", "owner/repo", "https://api.github.com/repos/owner/repo/releases"),
    ("github", "https://github.com/owner/repo/commits", "https://api.github.com/repos/owner/repo/commits"),
    ("github", "@me", "https://api.github.com/users/me/events/public"),
    ("reddit", "r/python", "https://www.reddit.com/r/python/new/.rss?limit=100"),
    ("reddit", "https://old.reddit.com/user/me/", "https://www.reddit.com/user/me/submitted/.rss?limit=100"),
    ("x", "@me", "https://api.x.com/2/users/by/username/me"),
    ("x", "https://twitter.com/me", "https://api.x.com/2/users/by/username/me"),
    ("linkedin", "company/1234",
     "https://api.linkedin.com/rest/posts?q=author&author=urn%3Ali%3Aorganization%3A1234&count=20"
     "&sortBy=LAST_MODIFIED"),
    ("linkedin", "https://www.linkedin.com/company/ada-co/",
     "https://api.linkedin.com/rest/organizations?q=vanityName&vanityName=ada-co"),
    ("pinterest", "me", "https://api.pinterest.com/v5/pins?page_size=50"),
    ("pinterest", "board/1099300658984851677",
     "https://api.pinterest.com/v5/boards/1099300658984851677/pins?page_size=50"),
    ("rss", "https://example.org/feed", "https://example.org/feed"),
    ("rss", "example.org/feed", "https://example.org/feed"),
)  # fmt: skip
# Addresses as people copy them, and a part of what is asked for; None for those that are not of an account there.
COPIED = (
    ("mastodon", "https://example.social/@me@elsewhere.example", "https://elsewhere.example/api/v1/accounts/lookup"),
    ("mastodon", "example.social/@me/with_replies", "lookup?acct=me"),
    ("mastodon", "\uff20me@example.social", "lookup?acct=me"),
    ("mastodon", "https://example.social/tags/t%C3%A9", "/api/v1/timelines/tag/t%C3%A9"),
    ("fediverse", "!tea@group.example", "acct%3Atea%40group.example"),
    ("bluesky", "bsky.app/profile/me.example", "actor=me.example"),
    ("bluesky", "bsky.app", "actor=bsky.app"),
    ("bluesky", "https://bsky.app/profile/me.example/lists/3kabc", "resolveHandle?handle=me.example"),
    ("bluesky", f"at://did:plc:{'a' * 24}/app.bsky.graph.list/3kabc", "getListFeed?list=at%3A%2F%2Fdid%3Aplc%3Aaaa"),
    ("bluesky", "https://bsky.app.evil.example/profile/me.example", None),
    ("x", "x.com/ada", "username/ada"),
    ("x", "https://mobile.twitter.com/ada/with_replies?lang=de", "username/ada"),
    ("x", "https://x.com/i/lists/12345", None),
    ("x", "https://x.com.evil.example/ada", None),
    ("github", "https://www.github.com/ada/engine.git", "/repos/ada/engine/releases"),
    ("github", "github.com/ada/engine/tree/main", "/repos/ada/engine/releases"),
    ("github", "https://github.com/ada/engine/commits/main", "/repos/ada/engine/commits"),
    ("github", "https://github.com/orgs/ada/repositories", "/users/ada/events/public"),
    ("reddit", "reddit.com/r/python/top/?t=day", "/r/python/new/"),
    ("reddit", "https://notreddit.com/r/python", None),
    ("youtube", "youtube.com/@ada?si=1", "/%40ada"),
    ("youtube", "https://www.youtube.com/@%E3%81%82%E3%81%84%E3%81%86", "/%40%E3%81%82%E3%81%84%E3%81%86"),
    ("youtube", "https://www.youtube.com/c/Ada/videos", "/c/Ada"),
    ("youtube", "https://www.youtube.com/user/Ada", "/user/Ada"),
    ("youtube", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLaaaaaaaaaaaa", "playlist_id=PLaaaaaaaaaaaa"),
    ("youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", None),
    ("facebook", "facebook.com/ada.co", "/ada.co/published_posts"),
    ("facebook", "https://de-de.facebook.com/ada.co/photos", "/ada.co/published_posts"),
    ("facebook", "https://www.facebook.com/profile.php?id=100064567890123", "/100064567890123/published_posts"),
    ("facebook", "https://www.facebook.com/p/Ada-Co-100064567890123/", "/100064567890123/published_posts"),
    ("facebook", "https://www.facebook.com/pages/Ada/199296263568281", "/199296263568281/published_posts"),
    ("facebook", "https://www.facebook.com/groups/12345", None),
    ("linkedin", "https://de.linkedin.com/company/ada-co/posts/?feedView=all", "vanityName=ada-co"),
    ("linkedin", "https://www.linkedin.com/company/1234/admin/", "organization%3A1234"),
    ("linkedin", "https://www.linkedin.com/in/ada", None),
)  # fmt: skip
HOSTILE = (
    "", " ", "a b", "../x", "@", "@@", "javascript:alert(1)", "file:///etc/passwd", "https://user:word@example.org/",
    "me\nx: y", "@me@example.social/../x", "@me@[::1]", "r/../x", "owner/..", "x" * 3000, "\x00",
)  # fmt: skip


def test_every_feed_says_what_to_write_and_under_which_policy() -> None:
    for network in FEEDS:
        assert network.feed is not None
        assert network.feed.source
        assert network.policy.source.startswith("https://"), network.key
        assert network.policy.read is not None
        assert {"author", "link"} <= set(network.policy.chrome)
        assert network.feed.access == "account" or not network.feed.scopes


@pytest.mark.parametrize(("network", "source", "part"), COPIED)
def test_an_address_is_understood_as_it_is_copied(network: str, source: str, part: str | None) -> None:
    if part is None:
        with pytest.raises(Invalid):
            feed_of(network).ask(source)
    else:
        assert part in feed_of(network).ask(source).url


@pytest.mark.parametrize(("network", "source", "url"), ASKED)
def test_a_source_is_asked_for_at_its_address(network: str, source: str, url: str | None) -> None:
    if url is None:
        with pytest.raises(Invalid):
            feed_of(network).ask(source)
    else:
        assert feed_of(network).ask(source).url == url


@pytest.mark.parametrize("network", [network.key for network in FEEDS])
@pytest.mark.parametrize("source", HOSTILE)
def test_what_is_no_source_is_refused_or_leads_to_the_network(network: str, source: str) -> None:
    feed = feed_of(network)
    for ask in filter(None, (feed.ask, feed.ask_with)):
        url = address_or_nothing(ask, source)
        assert not url or re.fullmatch(r"https?://[^\s/@\\]+(?:/[^\s\\]*)?", url), url
        assert "/../" not in url


def address_or_nothing(ask: Callable[[str], Request], source: str) -> str:
    """The first address, or nothing where the source was refused; nothing but Invalid may come."""
    try:
        return ask(source).url
    except Invalid:
        return ""


def answered(data: object, url: str = "https://example.social/x") -> Answer:
    """An answer of JSON."""
    return Answer(json.dumps(data).encode(), url)


def steps(feed: Feed, source: str, *answers: object) -> str:
    """The address asked last, when the look-ups are answered so."""
    request = feed.ask(source)
    for data in answers:
        assert request.then is not None
        request = request.then(data if isinstance(data, Answer) else answered(data, request.url))
    assert request.then is None
    return request.url


def test_mastodon_looks_the_account_up_first() -> None:
    found = steps(feed_of("mastodon"), "@me@example.social", {"id": "7/../8", "username": "me"})
    assert found == "https://example.social/api/v1/accounts/7%2F..%2F8/statuses?limit=40"


def test_a_host_that_lends_its_name_alone_says_where_the_account_lives() -> None:
    home = "https://toots.example"
    finger = {"subject": "acct:ada@toots.example", "links": [
        {"rel": "self", "type": "application/activity+json", "href": f"{home}/users/ada"}]}  # fmt: skip
    nothing = Answer(b"<!doctype html><title>404</title>", "https://example.org/api", 404)
    found = steps(feed_of("mastodon"), "@me@example.org", nothing, finger, {"id": "7"})
    assert found == f"{home}/api/v1/accounts/7/statuses?limit=40"


def test_the_fediverse_goes_from_name_to_actor_to_outbox_to_its_first_page() -> None:
    finger = {"links": [{"rel": "self", "type": "application/activity+json", "href": "https://example.social/u/me"}]}
    found = steps(
        feed_of("fediverse"), "@me@example.social", finger, {"type": "Person", "outbox": "https://example.social/o"},
        {"type": "OrderedCollection", "first": "https://example.social/o?page=1"},
    )  # fmt: skip
    assert found == "https://example.social/o?page=1"


def test_x_and_linkedin_look_numbers_up() -> None:
    assert steps(feed_of("x"), "@me", {"data": {"id": "12"}}).startswith("https://api.x.com/2/users/12/tweets?")
    found = steps(feed_of("linkedin"), "company/ada-co", {"elements": [{"id": 12}]})
    assert "urn%3Ali%3Aorganization%3A12&" in found


def test_youtube_finds_the_channel_in_its_page() -> None:
    page = (
        b'<link rel="alternate" href="https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa">'
    )
    found = steps(feed_of("youtube"), "@ada", Answer(page))
    assert found == "https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa"


def test_youtubes_uploads_are_found_with_a_key() -> None:
    feed = feed_of("youtube")
    assert feed.ask_with is not None
    assert "playlistId=UUaaaaaaaaaaaaaaaaaaaaaa" in feed.ask_with("UCaaaaaaaaaaaaaaaaaaaaaa").url
    lookup = feed.ask_with("@ada")
    assert lookup.then is not None
    uploads = {"items": [{"contentDetails": {"relatedPlaylists": {"uploads": "UUx"}}}]}
    assert lookup.then(answered(uploads)).url.endswith("playlistId=UUx")


@pytest.mark.parametrize(
    ("network", "source"), [("mastodon", "@me@example.social"), ("x", "@me"), ("linkedin", "company/x")]
)
@pytest.mark.parametrize("data", [{}, [], {"id": None}, {"data": []}, {"elements": [{"id": "a/b"}]}])
def test_a_look_up_that_finds_nothing_says_so(network: str, source: str, data: object) -> None:
    request = feed_of(network).ask(source)
    assert request.then is not None
    with pytest.raises(NotFound):
        request.then(answered(data))


def test_a_look_up_that_is_refused_keeps_its_code() -> None:
    request = feed_of("x").ask("@me")
    assert request.then is not None
    with pytest.raises(Problem) as caught:
        request.then(Answer(b'{"title": "Too Many Requests", "status": 429, "detail": "x", "type": "about:blank"}'))
    assert caught.value.code == "rate_limited"


def test_tiktok_goes_on_in_the_body() -> None:
    feed = feed_of("tiktok")
    first = feed.ask("me")
    onward = feed.resume(first.url + "&cursor=1761990000000")
    assert (first.method, json.loads(first.body or b"")) == ("POST", {"max_count": 20})
    assert json.loads(onward.body or b"") == {"max_count": 20, "cursor": 1761990000000}
    assert onward.url == first.url


@pytest.mark.parametrize("network", [network.key for network in FEEDS])
def test_further_pages_are_asked_for_at_their_address(network: str) -> None:
    assert feed_of(network).resume("https://example.org/next?cursor=1").url.startswith("https://")
