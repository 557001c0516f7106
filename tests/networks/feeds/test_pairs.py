"""What each network sends, and the posts that it becomes: pairs of data, one file each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import Problem
from networks import BUILT_IN, Networks
from networks.records import Feed, Page, Post

DATA = Path(__file__).parent / "data"
NETWORKS = Networks()
KEPT = ("title", "warning", "edited", "reply_to", "pinned", "private", "tags")


def feed_of(key: str) -> Feed:
    """A network's feed part."""
    feed = NETWORKS[key].feed
    assert feed is not None
    return feed


def bytes_of(body: Any) -> bytes:
    """A body as it travels."""
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def kept(page: Page) -> dict[str, dict[str, Any]]:
    """What posts hold beside the contract's form, by their place."""
    found = (
        (str(at), {name: value for name, value in post.as_stored().items() if name in KEPT})
        for at, post in enumerate(page.posts)
    )
    return {at: values for at, values in found if values}


def beside(page: Page) -> dict[str, Any]:
    """What a page holds beside the contract's form."""
    found = {
        "author": page.author and page.author.name, "hub": page.hub, "topic": page.topic, "feed": page.feed,
        "gone": list(page.gone), "again": page.again.total_seconds() if page.again else None,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize("path", sorted((DATA / "pairs").glob("*.json")), ids=lambda p: p.stem)
def test_an_answer_becomes_its_posts(path: Path) -> None:
    pair = json.loads(path.read_text("utf-8"))
    page = feed_of(pair["network"]).read(bytes_of(pair["body"]), pair["url"])
    assert page.as_json() == pair["page"]
    assert kept(page) == pair.get("kept", {})
    assert beside(page) == pair.get("beside", {})


def test_every_feed_has_a_pair() -> None:
    read = {json.loads(path.read_text("utf-8"))["network"] for path in (DATA / "pairs").glob("*.json")}
    assert read == {network.key for network in BUILT_IN if network.feed}


@pytest.mark.parametrize("path", sorted((DATA / "pairs").glob("*.json")), ids=lambda p: p.stem)
def test_a_post_comes_back_from_the_store_as_it_went(path: Path) -> None:
    pair = json.loads(path.read_text("utf-8"))
    for post in feed_of(pair["network"]).read(bytes_of(pair["body"]), pair["url"]).posts:
        assert Post.from_stored(json.loads(json.dumps(post.as_stored()))) == post


@pytest.mark.parametrize(("network", "status", "body", "code"), json.loads((DATA / "errors.json").read_text("utf-8")))
def test_a_refusal_has_its_code(network: str, status: int, body: Any, code: str) -> None:
    with pytest.raises(Problem) as caught:
        feed_of(network).read(bytes_of(body), "https://example.org/feed", status=status)
    assert caught.value.code == code


# Link fields, the next page they name, and whether they name one at all.
NEXT = [
    ('<?page=2>; rel="next"', "?page=2"),
    ("<?page=2>; title=a; REL=Next", "?page=2"),
    ('<?page=9>; rel="last", <?page=2>; title="a, b"; rel="x next"', "?page=2"),
    ('<?page=9>; title="<?page=8>; rel=next"; rel=last, <?page=2>; rel=next', "?page=2"),
    ("<?page=9>; rel=next; anchor=/other, <?page=2>; rel=next", "?page=2"),
    ('<javascript:alert(1)>; rel="next"', ""),
]


@pytest.mark.parametrize(("link", "onward"), NEXT)
@pytest.mark.parametrize("network", ["mastodon", "github"])
def test_the_next_page_stands_in_the_header(network: str, link: str, onward: str) -> None:
    url = {
        "mastodon": "https://toots.example/api/v1/timelines/home",
        "github": "https://api.github.com/users/a/events",
    }
    page = feed_of(network).read(b"[]", url[network], {"link": link})
    assert page.next == (url[network] + onward if onward else "")


def test_a_token_that_lacks_a_permission_is_for_the_owner_to_mend() -> None:
    """RFC 6750 §3.1: the header says it where the body, as Reddit's, says no more than "Forbidden"."""
    said, url = {"www-authenticate": 'Bearer realm="reddit", error="insufficient_scope"'}, "https://oauth.reddit.com/"
    for headers, code in ((said, "login_expired"), ({}, "not_allowed")):
        with pytest.raises(Problem) as caught:
            feed_of("reddit").read(b'{"message": "Forbidden", "error": 403}', url, headers, 403)
        assert caught.value.code == code


def test_no_token_is_in_any_answer() -> None:
    for path in (DATA / "pairs").glob("*.json"):
        pair = json.loads(path.read_text("utf-8"))
        page = feed_of(pair["network"]).read(bytes_of(pair["body"]), pair["url"])
        assert "SECRET" not in json.dumps(page.as_json())
