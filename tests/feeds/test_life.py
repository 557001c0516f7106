"""The life of posts from end to end: they come, are edited, go; and whatever a network does wrong loses none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import Invalid
from feeds.keep import words_of
from feeds.tables import LinkRow, MarkRow, PostRow, SourceRow
from networks.records import Post
from tests.feeds.world import BLOG, TOOTS, Mastodon, World, a_world, item, rss, toot
from tests.login.internet import Asked

STATUSES = f"{TOOTS}/api/v1/accounts/7/statuses"
REPO = "https://api.github.com/repos/o/r/releases"
RELEASE = {
    "id": 1, "html_url": "https://github.com/o/r/releases/tag/v1", "tag_name": "v1", "name": "One", "body": "First",
    "published_at": "2026-11-22T11:00:00Z", "author": {"login": "o", "html_url": "https://github.com/o"},
    "url": "https://api.github.com/repos/o/r/releases/1", "assets": [],
}  # fmt: skip


@pytest.fixture
def masto() -> Mastodon:
    return Mastodon(toot(3, minutes=1), toot(2, minutes=2), toot(1, minutes=3))


@pytest.fixture
def world(tmp_path: Path, masto: Mastodon) -> Iterator[World]:
    pages = {BLOG: rss(item(2, minutes=10), item(1, minutes=20)), REPO: [RELEASE], **masto.pages}
    with a_world(tmp_path, {**pages, "https://blog.example/": b"", "https://new.example/feed.xml": b""}) as made:
        yield made


# --- posts come ---


def test_sources_of_several_networks_are_one_feed_by_time(world: World) -> None:
    feed = world.add(f"rss:{BLOG}", "mastodon:@me@toots.example", "github:o/r")
    assert [one.new for one in sorted(world.refresh(feed), key=lambda one: one.network)] == [1, 3, 2]
    said = world.get(feed)
    assert [post["network"] for post in said["posts"]] == ["mastodon"] * 3 + ["rss"] * 2 + ["github"]
    assert (said["title"], said["next"], said["stale"]) == ("News", None, False)


def test_a_feed_asked_for_the_first_time_is_filled_at_once(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    assert world.texts(feed) == ["Article 2", "Article 1"]
    assert world.texts(feed) == ["Article 2", "Article 1"]
    assert len(world.internet.to(BLOG)) == 1


def test_a_first_answer_that_fails_is_an_empty_feed_not_an_error(world: World) -> None:
    world.pages(**{BLOG: (500, b"")})
    said = world.get(world.add(f"rss:{BLOG}"))
    assert (said["posts"], said["stale"]) == ([], True)


def test_a_plain_page_leads_to_its_feed(world: World) -> None:
    home = (
        b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>Hi</body></html>'
    )
    world.pages(**{"https://blog.example/": home})
    feed = world.add("rss:https://blog.example/")
    assert world.texts(feed) == ["Article 2", "Article 1"]
    world.refresh(feed)
    assert len(world.internet.to("https://blog.example/")) == 1  # the way is remembered


def test_a_new_post_appears_and_is_first(world: World, masto: Mastodon) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    masto.toots.insert(0, toot(4))
    (done,) = world.refresh(feed)
    assert (done.new, done.edited, done.gone) == (1, 0, 0)
    assert world.texts(feed)[0] == "Toot 4"
    assert masto.lookups == 1


def test_older_pages_are_read_once_and_no_further_than_needed(world: World, masto: Mastodon) -> None:
    masto.toots = [toot(n, minutes=200 - n) for n in range(200, 0, -1)]
    feed = world.add("mastodon:@me@toots.example")
    assert world.refresh(feed)[0].new == 120
    world.refresh(feed)
    assert len(world.internet.to(STATUSES)) == 4


def test_what_came_before_a_later_page_failed_is_kept(world: World, masto: Mastodon) -> None:
    masto.toots = [toot(n, minutes=100 - n) for n in range(100, 0, -1)]

    def second_page_fails(asked: Asked) -> Any:
        return (500, b"") if "max_id" in asked.query else masto.statuses(asked)

    world.pages(**{STATUSES: second_page_fails})
    feed = world.add("mastodon:@me@toots.example")
    (done,) = world.refresh(feed)
    assert (done.new, done.problem) == (40, "")


# --- posts change and go ---


def test_other_markup_of_the_same_words_is_no_edit(world: World, masto: Mastodon) -> None:
    masto.toots[1] = toot(2, content='<p>See <a href="https://a.example/">this</a></p>')
    feed = world.add("mastodon:@me@toots.example")
    for content, edited in (("<p><b>See</b> <a href='https://a.example/'>this</a></p>", 0),
                            ("<p><b>See</b> <a href='https://b.example/'>this</a></p>", 1),
                            ("<p>See <a href='https://b.example/'>this</a></p>", 0)):  # fmt: skip
        masto.toots[1] = toot(2, content=content)
        world.later(minutes=5)
        assert world.refresh(feed)[0].edited == edited
    (post,) = [entry.post for entry in world.feeds.everything(feed.id) if "b.example" in entry.post.html]
    assert (post.edited[:10], "<b>" in post.html) == ("2026-11-22", False)


def test_a_picture_that_was_kept_twice_is_no_edit(world: World, masto: Mastodon) -> None:
    shown = {"type": "image", "url": "https://files.example/a-1024x683.jpg"}
    masto.toots[1] = toot(2, media_attachments=[{**shown, "id": "9"}])
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    with world.services.database.session(write=True) as session:  # as an older release stored it
        (row,) = [one for one in session.scalars(select(PostRow)) if one.stored.get("media")]
        row.stored = {**row.stored, "media": [shown, {**shown, "url": "https://files.example/a.jpg"}]}
        row.words = words_of(Post.from_stored(row.stored))
    masto.toots[1]["favourites_count"] = 7
    world.later(minutes=5)
    assert world.refresh(feed)[0].edited == 0
    assert [len(entry.post.media) for entry in world.feeds.everything(feed.id) if entry.post.media] == [1]


def test_an_edit_is_shown_and_marked(world: World, masto: Mastodon) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    masto.toots[1] = toot(2, "Better words", minutes=2)
    world.later(minutes=5)
    (done,) = world.refresh(feed)
    assert (done.new, done.edited) == (0, 1)
    assert world.texts(feed) == ["Toot 3", "Better words", "Toot 1"]
    (entry,) = [e for e in world.feeds.everything(feed.id) if e.post.text == "Better words"]
    assert entry.post.edited == "2026-11-22T12:05:00Z"


def test_a_count_is_no_edit(world: World, masto: Mastodon) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    version = world.feeds.find(feed.id).version
    masto.toots[0] = toot(3, minutes=1, favourites_count=9)
    (done,) = world.refresh(feed)
    assert (done.edited, world.feeds.find(feed.id).version) == (0, version)
    assert world.get(feed)["posts"][0]["counts"] == {"likes": 9}


@pytest.mark.parametrize("deleted", [0, 1, 2])
def test_a_deleted_post_goes_when_it_was_missing_twice(world: World, masto: Mastodon, deleted: int) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    del masto.toots[deleted]
    assert world.refresh(feed)[0].gone == 0
    assert world.refresh(feed)[0].gone == 1
    assert len(world.texts(feed)) == 2


def test_a_post_that_was_missing_once_stays(world: World, masto: Mastodon) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    missing = masto.toots.pop(1)
    world.refresh(feed)
    masto.toots.insert(1, missing)
    world.refresh(feed)
    world.refresh(feed)
    assert len(world.texts(feed)) == 3


def test_what_falls_off_the_end_of_a_document_stays(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    world.pages(**{BLOG: rss(item(3), item(2, minutes=10))})
    world.refresh(feed)
    world.refresh(feed)
    assert world.texts(feed) == ["Article 3", "Article 2", "Article 1"]


def test_an_article_missing_from_the_middle_goes(world: World) -> None:
    world.pages(**{BLOG: rss(*(item(n, minutes=100 - n) for n in (5, 4, 3, 2, 1)))})
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    world.pages(**{BLOG: rss(*(item(n, minutes=100 - n) for n in (5, 4, 2, 1)))})
    world.refresh(feed)
    assert world.refresh(feed)[0].gone == 1
    assert "Article 3" not in world.texts(feed)


def test_an_empty_document_deletes_nothing(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    world.pages(**{BLOG: rss()})
    world.refresh(feed)
    world.refresh(feed)
    assert len(world.texts(feed)) == 2


def test_a_document_that_was_cut_off_deletes_nothing(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    for length in (40, 150):
        world.pages(**{BLOG: rss(item(2, minutes=10), item(1, minutes=20))[:length]})
        world.refresh(feed)
        world.refresh(feed)
        assert len(world.texts(feed)) == 2


def test_a_post_that_became_private_goes_at_once(world: World, masto: Mastodon) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    masto.toots[0] = toot(3, minutes=1, visibility="private")
    assert world.refresh(feed)[0].gone == 1
    assert world.texts(feed) == ["Toot 2", "Toot 1"]


def test_a_tombstone_in_an_outbox_takes_the_post_away(tmp_path: Path) -> None:
    base = "https://ap.example"
    note = {"type": "Create", "id": f"{base}/c/1", "published": "2026-11-22T11:00:00Z", "actor": f"{base}/me",
            "object": {"type": "Note", "id": f"{base}/n/1", "content": "<p>Hello</p>",
                       "published": "2026-11-22T11:00:00Z"}}  # fmt: skip
    context = {"@context": "https://www.w3.org/ns/activitystreams"}
    outbox = {**context, "type": "OrderedCollectionPage", "id": f"{base}/out?page=1", "orderedItems": [note]}
    pages = {
        f"{base}/.well-known/webfinger": {"subject": "acct:me@ap.example", "links": [
            {"rel": "self", "type": "application/activity+json", "href": f"{base}/me"}]},
        f"{base}/me": {**context, "type": "Person", "id": f"{base}/me", "outbox": f"{base}/outbox"},
        f"{base}/outbox": {**context, "type": "OrderedCollection", "first": f"{base}/out?page=1"},
        f"{base}/out": outbox,
    }  # fmt: skip
    with a_world(tmp_path, pages) as world:
        feed = world.add("fediverse:@me@ap.example")
        assert world.texts(feed) == ["Hello"]
        gone = {"type": "Delete", "actor": f"{base}/me", "object": {"type": "Tombstone", "id": f"{base}/n/1"}}
        world.pages(**{f"{base}/out": {**outbox, "orderedItems": [gone]}})
        assert world.refresh(feed)[0].gone == 1
        assert world.texts(feed) == []


def test_whose_outbox_it_is_stands_at_its_posts(tmp_path: Path) -> None:
    base, face = "https://ap.example", "https://ap.example/face.png"
    context = {"@context": "https://www.w3.org/ns/activitystreams"}
    notes = [{"type": "Note", "id": f"{base}/n/{n}", "content": "<p>Hello</p>", "attributedTo": f"{base}/users/9x"}
             for n in (1, 2)]  # fmt: skip
    pages: dict[str, Any] = {
        f"{base}/.well-known/webfinger": {"links": [
            {"rel": "self", "type": "application/activity+json", "href": f"{base}/users/9x"}]},
        f"{base}/users/9x": {**context, "type": "Person", "id": f"{base}/users/9x", "outbox": f"{base}/out",
                             "name": "Ada", "preferredUsername": "ada", "icon": {"type": "Image", "url": face}},
        f"{base}/out": {**context, "type": "OrderedCollection", "orderedItems": notes},
    }  # fmt: skip
    with a_world(tmp_path, pages) as world:
        feed = world.add("fediverse:@ada@ap.example")
        authors = [post["author"] for post in world.get(feed)["posts"]]
        assert {(author["name"], author["handle"]) for author in authors} == {("Ada", "@ada@ap.example")}
        assert all("/media/" in author["avatar"] or author["avatar"] == face for author in authors)


def test_nobody_elsewhere_is_asked_who_an_outbox_is_from(tmp_path: Path) -> None:
    base, other = "https://ap.example", "https://known.example/users/ada"
    context = {"@context": "https://www.w3.org/ns/activitystreams"}
    note = {"type": "Note", "id": f"{base}/n/1", "content": "<p>Hello</p>", "attributedTo": other}
    pages: dict[str, Any] = {
        f"{base}/.well-known/webfinger": {"links": [
            {"rel": "self", "type": "application/activity+json", "href": f"{base}/me"}]},
        f"{base}/me": {**context, "type": "Person", "id": f"{base}/me", "outbox": f"{base}/out"},
        f"{base}/out": {**context, "type": "OrderedCollection", "orderedItems": [note]},
        other: {**context, "type": "Person", "id": other, "name": "Ada", "icon": f"{other}.png"},
    }  # fmt: skip
    with a_world(tmp_path, pages) as world:
        feed = world.add("fediverse:@me@ap.example")
        assert world.texts(feed) == ["Hello"]
        assert world.internet.to(other) == []


# --- what is asked ---


def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    def conditional(asked: Asked) -> Any:
        if asked.headers.get("if-none-match") == '"v1"':
            return 304, b""
        return 200, rss(item(1)), {"ETag": '"v1"', "Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"}

    world.pages(**{BLOG: conditional})
    feed = world.add(f"rss:{BLOG}")
    assert [world.refresh(feed)[0].unchanged for _ in range(3)] == [False, True, True]
    assert world.internet.to(BLOG)[1].headers["if-modified-since"] == "Sun, 22 Nov 2026 10:00:00 GMT"
    assert world.texts(feed) == ["Article 1"]


def test_what_is_wanted_is_known_before_anything_is_asked(world: World) -> None:
    for source in ("mastodon:nobody", "rss:", "nosuch:x", "email:me@example.org", "plain"):
        with pytest.raises(Invalid) as caught:
            world.add(source)
        assert caught.value.field == "source"
    with pytest.raises(Invalid) as caught:
        world.add("instagram:me")
    assert caught.value.field == "account"
    assert world.internet.asked == []


def test_a_post_without_a_time_has_the_one_when_it_was_seen(world: World) -> None:
    world.pages(**{BLOG: rss("<item><guid>x</guid><description>Timeless</description></item>", item(1, minutes=5))})
    feed = world.add(f"rss:{BLOG}")
    assert world.texts(feed) == ["Timeless", "Article 1"]


def test_one_site_cannot_overwrite_anothers_posts(world: World) -> None:
    evil = "https://evil.example/feed.xml"
    mine = world.add(f"rss:{BLOG}")
    world.refresh(mine)
    world.internet.names["evil.example"] = world.internet.names["blog.example"]
    world.internet.tls = world.internet.certify("blog.example", "evil.example", "toots.example", "api.github.com")
    world.services.__dict__["http"] = world.internet.http()
    world.pages(**{evil: rss(item(2, "Overwritten"), item(1, "Overwritten"))})
    theirs = world.feeds.add("Evil", world.site.key, [f"rss:{evil}"])
    world.feeds.refresh(theirs.id)
    assert world.texts(mine) == ["Article 2", "Article 1"]


def test_a_removed_feed_leaves_nothing(world: World) -> None:
    one, other = world.add(f"rss:{BLOG}"), world.add(f"rss:{BLOG}", "github:o/r")
    world.refresh(one)
    world.refresh(other)
    world.feeds.remove(one.id)
    assert len(world.texts(other)) == 3  # it shares a source
    world.feeds.remove(other.id)
    with world.services.database.session() as session:
        for table in (LinkRow, MarkRow, PostRow, SourceRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    assert world.client.get(f"/api/v1/feeds/{one.id}").status_code == 404
