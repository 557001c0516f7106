"""Single posts: which address names one, what is made of the answer about it, and what of an odd answer."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.errors import Gone, NotFound, Problem
from networks import Networks
from networks.records import Feed, Page, Post
from tests.doubles import an_app
from tests.networks.feeds.recordings import recordings
from tests.networks.feeds.test_mutations import STATUSES, mutated
from tests.widgets import networks_with_posts as posts

HERE = Path(__file__).parent
ADDRESSES = json.loads((HERE / "data" / "post_addresses.json").read_text("utf-8"))
NETWORKS = Networks()


def one(network: str, url: str, body: Any, status: int = 200) -> Page:
    """What a network's card makes of an answer, as a card has it read."""
    card = NETWORKS[network].card
    at = card.find(url) if card else None
    assert card
    assert at
    translate = card.translate or NETWORKS[network].feed.translate  # type: ignore[union-attr]
    reader = Feed(lambda answer: translate(answer, at), lambda _: None, source="")  # type: ignore[call-arg, arg-type, return-value]
    return reader.read(body if isinstance(body, bytes) else json.dumps(body).encode(), url, status=status)


# What each of those that are asked answers about a post, and what it is.
ANSWERS: dict[str, tuple[str, Any]] = {
    "mastodon": (posts.SHOWN["picture"], posts.STATUSES[100002]),
    "fediverse": (posts.SHOWN["note"], posts.NOTE),
    "bluesky": (posts.SHOWN["quote"], {"posts": [posts.SKEETS["3kquote000000"]]}),
    "x": (posts.SHOWN["x"], posts.tweet()),
    "tiktok": (posts.SHOWN["film"], posts.FILM),
    "github": (posts.SHOWN["release"], posts.RELEASE),
    "reddit": (
        "https://www.reddit.com/r/python/comments/abc123/title/",
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {
            "name": "t3_abc123", "id": "abc123", "title": "Bread", "author": "ada", "selftext": "Bread, and cheese.",
            "permalink": "/r/python/comments/abc123/title/", "created_utc": 1770000000,
        }}]}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("network", "url", "key"), ADDRESSES)
def test_an_address_names_one_post_or_none(network: str, url: str, key: str) -> None:
    host = urlsplit(url.replace("[", "")).hostname or ""
    owner = NETWORKS.by_host(host)
    asked = [owner] if owner else list(NETWORKS.values())
    found = {n.key: at.id for n in asked if n.card and (at := n.card.find(url))}
    assert found == ({network: key} if network else {})


@pytest.mark.parametrize("network", ANSWERS)
def test_the_answer_about_a_post_is_that_post(network: str) -> None:
    url, body = ANSWERS[network]
    (post,) = one(network, url, body).posts
    card = NETWORKS[network].card
    assert card
    assert post.author
    assert post.author.name
    assert post.text
    assert card.find(url).same(card.find(post.url)) or network == "fediverse"  # type: ignore[union-attr]


def test_an_actor_is_whom_a_note_names() -> None:
    (note,) = one("fediverse", posts.SHOWN["note"], posts.NOTE).posts
    card = NETWORKS["fediverse"].card
    assert card
    assert card.who
    assert card.who(note).url == f"{posts.NOTES}/users/9xyz"  # type: ignore[union-attr]
    assert one("fediverse", posts.SHOWN["note"], posts.ACTOR).author.name == "Yuki"  # type: ignore[union-attr]
    elsewhere = posts.ACTOR | {"id": "https://evil.example/u/1", "url": "https://evil.example/@yuki"}
    assert one("fediverse", posts.SHOWN["note"], elsewhere).author is None


@pytest.mark.parametrize(
    ("network", "change"),
    [
        ("mastodon", {"id": "100003"}),
        ("mastodon", {"account": posts.ME | {"url": "https://elsewhere.example/@ada"}}),
        ("mastodon", {"url": "https://elsewhere.example/@ada/100002"}),
        ("mastodon", {"reblog": posts.STATUSES[100001], "content": ""}),
        ("fediverse", {"attributedTo": "https://elsewhere.example/users/9xyz"}),
        ("fediverse", {"id": "https://elsewhere.example/notes/1", "url": None}),
        ("x", {"url": "https://x.com/jack/status/21"}),
        ("github", {"html_url": "https://evil.example/ada"}),
    ],
)
def test_what_is_not_the_post_asked_for_is_not_shown(network: str, change: dict[str, Any]) -> None:
    url, body = ANSWERS[network]
    with pytest.raises(Problem) as caught:
        one(network, url, body | change)
    assert not isinstance(caught.value, NotFound | Gone)


@pytest.mark.parametrize(
    ("network", "status", "body", "gone"),
    [
        ("mastodon", 404, {"error": "Record not found"}, True),
        ("mastodon", 404, {"error": "Not Found"}, False),  # an API, but maybe not this one
        ("mastodon", 404, b"<!doctype html><title>404</title>", False),
        ("mastodon", 401, {"error": "This method requires an authenticated user"}, False),
        ("fediverse", 200, {"type": "Tombstone", "id": "https://notes.example/notes/9abcdefghi"}, True),
        ("fediverse", 404, {"error": "nothing here"}, False),
        ("bluesky", 200, {"posts": []}, True),
        ("github", 404, {"message": "Not Found", "documentation_url": "https://docs.github.com"}, True),
        ("x", 404, {"error": "Sorry, that page does not exist"}, True),
        ("x", 403, {"error": "Sorry, you are not authorized to see this status."}, False),
        ("tiktok", 400, {"code": 400, "message": "Something went wrong"}, False),
        ("reddit", 200, {"kind": "Listing", "data": {"children": []}}, True),
    ],
)
def test_gone_is_what_the_network_says_is_gone(network: str, status: int, body: Any, gone: bool) -> None:
    with pytest.raises(Problem) as caught:
        one(network, ANSWERS[network][0], body, status)
    assert isinstance(caught.value, NotFound | Gone) == gone


@pytest.mark.parametrize("network", ANSWERS)
def test_whatever_is_wrong_with_an_answer_is_a_problem(network: str) -> None:
    chance, (url, body) = random.Random(network), ANSWERS[network]
    raw = json.dumps(body).encode()
    for _ in range(150):
        try:
            page = one(network, url, mutated(raw, chance), chance.choice(STATUSES))
        except Problem:
            continue
        assert all(Post.from_stored(json.loads(json.dumps(post.as_stored()))) == post for post in page.posts)


@pytest.mark.corpus
def test_recorded_answers_about_one_post_are_that_post(corpus: Path) -> None:
    """Every recorded answer with one post in it, asked for by that post's own address."""
    found: Counter[str] = Counter()
    for recording in recordings(corpus):
        network = NETWORKS.get(recording.network)
        if network is None or network.card is None or network.feed is None or recording.status != 200:
            continue
        try:
            listed = network.feed.read(recording.body, recording.url, recording.headers).posts
        except Problem:
            continue
        address = listed[0].url if len(listed) == 1 else ""
        if not network.card.find(address):
            continue
        try:
            (post,) = one(network.key, address, recording.body).posts
        except Problem:
            continue  # a list with one post in it, or another server's post
        assert post.id == listed[0].id, recording.name
        found[network.key] += 1
    assert found["x"] >= 1
    assert found["github"] >= 3
    assert found["mastodon"] >= 3


def test_a_plugin_host_is_its_own(tmp_path: Path) -> None:
    """On a network's own hosts nobody else is asked: a film page on YouTube is no status of Mastodon's."""
    from feeds.one_post import OnePosts

    app = an_app(tmp_path)
    finder = OnePosts(app.extensions["handbill"])
    assert finder.find("https://www.youtube.com/@ada/123456") is None
    assert finder.find("https://mastodon.social/@ada/123456")
    app.extensions["handbill"].close()
