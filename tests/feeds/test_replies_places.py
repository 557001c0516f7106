"""Where a conversation is from: posts that a page names, Bluesky, Webmentions; each voice once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.limits import Rule
from core.times import utc_now
from feeds.webhook_tables import MentionRow
from networks.records import Author, Post
from tests.feeds.talk import (
    API,
    DID,
    LINK,
    PAGE,
    STATUS,
    Talk,
    Toots,
    a_root,
    a_talk,
    answer,
    linking,
    node,
    person,
    sky,
    uri,
    view,
)
from tests.feeds.world import ME, TOOTS

OURS, SKY = f"{TOOTS}/@me/1", "https://bsky.app/profile/me.test/post/1"
STRANGER = person("mal")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Talk]:
    toots = Toots(a_root(), answer(2, minutes=30))
    with a_talk(tmp_path, {**toots.pages, **sky(node(linking(), node(view("2", minutes=20))))}) as made:
        yield made


# --- posts that the page's element names ---


def test_named_posts_of_two_networks_are_one_conversation(world: Talk) -> None:
    said = world.of(PAGE, OURS, SKY)
    assert [(one.network, one.post.text) for one in said.replies] == [("mastodon", "Answer 2"), ("bluesky", "Post 2")]
    assert [(one.network, one.url) for one in said.places] == [("mastodon", OURS), ("bluesky", SKY)]


def test_a_named_post_is_shown_to_those_alone_who_name_it(world: Talk) -> None:
    assert len(world.of(PAGE, OURS).replies) == 1
    assert (world.of().replies, world.of().places) == ((), ())
    assert [one.network for one in world.of(PAGE, SKY).replies] == ["bluesky"]


@pytest.mark.parametrize(
    ("status", "page", "source", "shown"),
    [
        ({"content": LINK, "account": STRANGER}, b"", "", True),
        ({"content": "<p>x</p>", "card": {"url": f"{PAGE}/?utm_source=x", "title": "A post"}}, b"", "", True),
        ({"content": "<p>x</p>"}, b"", "mastodon:@me@toots.example", True),
        ({"content": "<p>x</p>"}, f'<hb-replies posts="{OURS}"></hb-replies>'.encode(), "", True),
        ({"content": "<p>x</p>"}, f'<div data-hb="replies" data-posts="https://a.b {OURS}">'.encode(), "", True),
        ({"content": "<p>x</p>"}, f'<a href="{OURS}">answer there</a>'.encode(), "", True),
        ({"content": "<p>x</p>"}, f"<p>{OURS}</p><!-- <a href='{OURS}'> -->".encode(), "", False),
        ({"content": '<a href="https://evil.example/post">x</a>', "account": STRANGER}, b"", "", False),
        ({"content": f"<p>{PAGE}</p>", "account": STRANGER}, (500, b""), "", False),
    ],
)  # fmt: skip
def test_a_named_post_must_have_to_do_with_the_page(
    tmp_path: Path, status: dict[str, Any], page: Any, source: str, shown: bool
) -> None:
    toots = Toots(a_root(**{"account": ME, **status}), answer(2))
    with a_talk(tmp_path, {**toots.pages, PAGE: page}, *([source] if source else [])) as world:
        said = world.of(PAGE, OURS)
        assert (len(said.replies), len(said.places)) == ((1, 1) if shown else (0, 0))
        if not shown:
            assert [one.problem for one in world.desk.places(world.site.key)] == ["not_about"]
            assert world.internet.to(f"{STATUS}/1/context") == [], "nothing more is asked"
            assert (said.stale, said.waiting) == (False, False)


NOT_ASKED = [
    "http://127.0.0.1:9/@me/1", "https://169.254.169.254/@me/1", "https://localhost/@me/1", "https://router.local/@me/1",
    "https://user:word@toots.example/@me/1", "javascript:alert(1)", "", "https://toots.example/@me/1?a=../../x",
    "file:///etc/passwd", "https://x.com/me/status/1", "https://[::1]/@me/1", "https://" + "a" * 3000,
]  # fmt: skip


def test_odd_addresses_are_never_asked(world: Talk) -> None:
    for given in NOT_ASKED:
        said = world.of(PAGE, given)
        assert (said.replies, said.places) == ((), ())
    assert world.internet.asked == []


def test_few_posts_can_be_named(world: Talk) -> None:
    for start in range(0, 40, 10):
        world.of(PAGE, *(f"{TOOTS}/@me/{100 + start + n}" for n in range(10)))
    assert len(world.desk.places(world.site.key)) <= 10


def test_what_is_asked_for_the_first_time_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.replies.service.NEW_PAGES", Rule("replies-pages", 2, 3600))
    monkeypatch.setattr("feeds.replies.service.NEW_POSTS", Rule("replies-posts", 1, 3600))
    toots = Toots(a_root(), answer(2))
    world = Talk(tmp_path, toots.pages, limits="on")
    assert len(world.of(PAGE, OURS).replies) == 1
    assert world.of(PAGE, OURS, SKY).waiting is False
    assert len(world.of(f"{PAGE}2").replies) == 0
    for _ in range(2):
        assert world.of(f"{PAGE}3").waiting is True, "not now"
    assert len(world.of(PAGE, OURS).replies) == 1
    assert len(world.desk.places(world.site.key)) == 1
    world.close()


def test_a_server_that_does_not_speak_mastodons_api_is_asked_otherwise(tmp_path: Path) -> None:
    note = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Note", "id": OURS, "content": LINK,
            "attributedTo": f"{TOOTS}/@me", "published": "2026-11-22T11:00:00Z", "likes": {"totalItems": 4},
            "replies": {"type": "Collection", "first": {"type": "CollectionPage", "items": [
                {"type": "Note", "id": f"{TOOTS}/n/2", "content": "<p>Here</p>", "inReplyTo": OURS},
                f"{TOOTS}/n/3", f"{TOOTS}/n/4"]}}}  # fmt: skip
    third = {"type": "Note", "id": f"{TOOTS}/n/3", "content": "<p>There</p>", "inReplyTo": f"{TOOTS}/n/2"}
    forged = {"type": "Note", "id": "https://bank.example/n/9", "content": "<p>Forged</p>", "inReplyTo": OURS}
    pages = {OURS: note, f"{TOOTS}/n/3": third, f"{TOOTS}/n/4": forged}
    with a_talk(tmp_path, pages) as world:
        assert sorted(world.told(OURS)) == [(0, "Here"), (1, "There")]
        (place,) = world.of(PAGE, OURS).places
        assert (place.network, world.of(PAGE, OURS).counts["likes"]) == ("fediverse", 4)
        asked = len(world.internet.to(f"{STATUS}/1"))
        world.later(days=1)
        world.of(PAGE, OURS)
        world.talk.reader.read(world.page_id())
        assert len(world.internet.to(f"{STATUS}/1")) == asked, "the way is remembered"


# --- Bluesky ---


def a_sky(folder: Path, thread: Any, **lists: Any) -> Any:
    return a_talk(folder, sky(thread, **lists))


def test_a_thread_on_bluesky(tmp_path: Path) -> None:
    thread = node(linking(likeCount=7, repostCount=1), node(view("2", minutes=9), node(view("3", minutes=8))))
    likes = [{"actor": {"did": DID, "handle": "eve.test", "displayName": "Eve"}}]
    with a_sky(tmp_path, thread, likes=likes, reposts=[{"did": DID, "handle": "gus.test"}]) as world:
        assert world.told(SKY) == [(0, "Post 2"), (1, "Post 3")]
        said = world.of(PAGE, SKY)
        assert said.counts == {"replies": 2, "likes": 7, "reposts": 1}
        assert [(face.kind, face.author.handle) for face in said.faces] == [
            ("like", "@eve.test"),
            ("repost", "@gus.test"),
        ]
        (asked,) = world.internet.to(f"{API}/app.bsky.feed.getPostThread")
        assert asked.query["uri"] == uri("1"), "the handle was resolved"


LOUD = [{"val": "!no-unauthenticated"}]
UNSEEN: dict[str, Any] = {
    "blocked": {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri("2"), "blocked": True},
    "deleted": {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri("2"), "notFound": True},
    "for members only": node(view("2", author={"labels": LOUD}), node(view("3"))),
    "hidden by its server": node(view("2", labels=[{"val": "!hide"}])),
    "spam": node(view("2", labels=[{"val": "spam"}]), node(view("3"))),
    "a spammer's": node(view("2", author={"labels": [{"val": "spam"}]})),
}


def test_what_is_not_for_strangers_is_not_shown(tmp_path: Path) -> None:
    for number, (name, reply) in enumerate(UNSEEN.items()):
        with a_sky(tmp_path / str(number), node(linking(), reply, node(view("9")))) as world:
            assert world.told(SKY) == [(0, "Post 9")], name


def test_what_the_threads_author_hid_is_not_shown(tmp_path: Path) -> None:
    gate = {"record": {"hiddenReplies": [view("2")["uri"]]}}
    thread = node(linking(), node(view("2"), node(view("3"))), node(view("4")))
    with a_sky(tmp_path, lambda _: {"thread": thread, "threadgate": gate}) as world:
        assert world.told(SKY) == [(0, "Post 4")]


def test_labels_blur(tmp_path: Path) -> None:
    replies = [view("2", labels=[{"val": "porn"}]), view("3", author={"labels": [{"val": "sexual"}]}), view("4")]
    with a_sky(tmp_path, node(linking(), *map(node, replies))) as world:
        assert [bool(one.post.sensitive) for one in world.of(PAGE, SKY).replies] == [True, True, False]


@pytest.mark.parametrize("thread", [{"notFound": True, "uri": uri("1")}, {"blocked": True, "uri": uri("1")}, {}])
def test_a_thread_that_is_not_to_be_had(tmp_path: Path, thread: Any) -> None:
    with a_sky(tmp_path, thread) as world:
        said = world.of(PAGE, SKY)
        assert (said.replies, said.places, said.waiting) == ((), (), False)
        assert [one.failures for one in world.desk.places(world.site.key)] == [1]


# --- Webmentions, and the same said twice ---


def mention(world: Talk, source: str, kind: str = "reply", target: str = PAGE, **post: Any) -> None:
    given = {"url": source, "text": "Well said", "author": Author("Zoe", url="https://zoe.example/"), **post}
    key = hashlib.sha256(f"{source}{target}".encode()).hexdigest()[:24]
    with world.services.database.session() as session:
        session.add(
            MentionRow(
                id=key, site_key=world.site.key, source=source, target=target, kind=kind,
                stored=Post(source, **given).as_stored(), state="here", problem="", asked=utc_now(), seen=utc_now(),
            )
        )  # fmt: skip


def test_mentions_are_part_of_it(world: Talk) -> None:
    mention(world, "https://zoe.example/1", time="2026-11-22T09:00:00Z")
    mention(world, "https://zoe.example/2", "mention", f"{PAGE}/", title="My week", text="")
    mention(world, "https://zoe.example/3", "like")
    mention(world, "https://yan.example/3", "repost", author=Author("Yan", url="https://yan.example/"))
    said = world.of(PAGE, OURS)
    assert [(one.kind, one.network, one.post.text) for one in said.replies] == [
        ("reply", "", "Well said"), ("reply", "mastodon", "Answer 2"), ("mention", "", ""),
    ]  # fmt: skip
    assert [(one.kind, one.author.name) for one in said.faces] == [("like", "Zoe"), ("repost", "Yan")]
    assert said.counts == {"replies": 3, "likes": 1, "reposts": 1}


def test_what_a_bridge_tells_of_is_shown_once(world: Talk) -> None:
    bridge = "https://brid.gy"
    mention(world, f"{bridge}/comment/mastodon/@me@toots.example/1/2", url=answer(2)["url"])
    mention(world, f"{bridge}/comment/bluesky/me.test/a/b", url="https://bsky.app/profile/ann.test/post/2")
    mention(world, f"{bridge}/comment/bluesky/me.test/a/c", url="https://bsky.app/profile/ann.test/post/8")
    mention(world, f"{bridge}/post/mastodon/@me@toots.example/1", "mention", url=OURS)
    said = world.of(PAGE, OURS, SKY)
    assert [(one.network, one.post.text) for one in said.replies] == [
        ("mastodon", "Answer 2"), ("bluesky", "Post 2"), ("bluesky", "Well said"),
    ]  # fmt: skip


def test_a_like_by_two_ways_is_one_face(tmp_path: Path) -> None:
    toots = Toots(a_root())
    toots.faces = [person("eve")]
    with a_talk(tmp_path, toots.pages) as world:
        eve = Author("Eve", url="https://eve.example/@eve/")
        mention(world, "https://brid.gy/like/mastodon/@me@toots.example/1/9", "like", author=eve)
        said = world.of(PAGE, OURS)
        assert (len(said.faces), said.counts["likes"]) == (1, 1)


def test_a_post_carried_to_another_network_is_shown_once(tmp_path: Path) -> None:
    reply = view("2", minutes=20)
    there = f"https://bsky.brid.gy/convert/ap/{reply['uri']}"
    toots = Toots(a_root(), answer(2, uri=there, url=f"https://bsky.brid.gy/r/{reply['uri']}"))
    with a_talk(tmp_path, {**toots.pages, **sky(node(linking(), node(reply)))}) as world:
        assert len(world.of(PAGE, OURS, SKY).replies) == 1


def test_faces_have_their_most(tmp_path: Path) -> None:
    toots = Toots(a_root())
    toots.faces = [person(f"p{n}") for n in range(80)]
    toots.boosts = [person(f"q{n}") for n in range(80)]
    with a_talk(tmp_path, toots.pages) as world:
        said = world.of(PAGE, OURS)
        assert [sum(face.kind == kind for face in said.faces) for kind in ("like", "repost")] == [50, 50]
        assert said.counts["likes"] == 80
