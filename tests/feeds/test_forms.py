"""A feed as RSS, Atom, JSON Feed: valid, read back by others and by ourselves, whatever strangers wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped,unused-ignore]
import pytest

from networks import Networks
from tests.feeds.world import BLOG, Mastodon, World, a_world, item, rss, toot

NASTY = "a ]]> &amp; <b>b</b> \"c\" 'd' \x00\x0b\ud800 \U0001f600 &lt;script&gt;"
PICTURE = {"id": "1", "type": "image", "url": "https://toots.example/a%22b.jpg?x=1&y=2",
           "description": 'An "alt" & <more>', "meta": {"original": {"width": 640, "height": 480}}}  # fmt: skip
FILM = {
    "id": "2",
    "type": "video",
    "url": "https://toots.example/f.mp4",
    "preview_url": "https://toots.example/f.jpg",
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    repost = toot(1, "", minutes=3, reblog=toot(9, "Words of another", minutes=4))
    masto = Mastodon(
        toot(3, NASTY, minutes=1, media_attachments=[PICTURE, FILM], tags=[{"name": "a<b"}], language="de"),
        toot(2, "Plain words", minutes=2, edited_at="2026-11-22T11:59:00Z", spoiler_text="Careful & slow"),
        repost,
    )
    with a_world(tmp_path, {**masto.pages, BLOG: rss(item(1, minutes=90))}) as made:
        yield made


@pytest.fixture
def documents(world: World) -> dict[str, bytes]:
    feed = world.add("mastodon:@me@toots.example", f"rss:{BLOG}")
    world.refresh(feed)
    answers = {
        form: world.client.get(f"/api/v1/feeds/{feed.id}.{form}?count=3") for form in ("rss", "atom", "jsonfeed")
    }
    kinds = {form: answer.content_type for form, answer in answers.items()}
    assert kinds == {
        "rss": "application/rss+xml; charset=utf-8",
        "atom": "application/atom+xml; charset=utf-8",
        "jsonfeed": "application/feed+json; charset=utf-8",
    }
    return {form: answer.data for form, answer in answers.items()}


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_others_read_it_back(documents: dict[str, bytes], form: str) -> None:
    found = feedparser.parse(BytesIO(documents[form]))
    assert (found.bozo, found.feed.title) == (False, "News")
    first, second, third = found.entries
    bodies = [first.get("summary", ""), *(one.value for one in first.get("content", []))]
    assert any("]]>" in one or "]]&gt;" in one for one in bodies)
    assert not any("<script" in one for one in bodies)
    assert second.title == "Careful & slow"
    assert second.link == "https://toots.example/@me/2"
    assert second.published_parsed[:5] == (2026, 11, 22, 11, 58)
    assert "Words of another" in str(third)
    assert {one.href for one in first.enclosures} >= {PICTURE["url"]}
    assert first.author == "Me"
    assert len({entry.id for entry in found.entries}) == 3
    assert [one.href for one in found.feed.links if one.rel == "next"]


@pytest.mark.parametrize("form", ["rss", "atom", "jsonfeed"])
def test_we_read_it_back_ourselves(documents: dict[str, bytes], form: str) -> None:
    feed = Networks()["rss"].feed
    assert feed is not None
    page = feed.read(documents[form], f"https://hb.example/api/v1/feeds/x.{form}")
    assert len(page.posts) == 3
    assert "Plain words" in page.posts[1].text
    assert [one.type for one in page.posts[0].media][:1] == ["image"]
    assert "cursor=" in page.next


def test_rss_has_what_the_specification_wants(documents: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(documents["rss"])  # noqa: S314 -- what we wrote ourselves
    channel = root.find("channel")
    assert channel is not None
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    for one in channel.findall("item"):
        assert len(one.findall("enclosure")) <= 1
        assert all(e.get("url") and e.get("type") and e.get("length") for e in one.findall("enclosure"))
        assert one.findtext("guid")


def test_atom_has_what_the_specification_wants(documents: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(documents["atom"])  # noqa: S314 -- what we wrote ourselves
    for part in (root, *root.findall(f"{ATOM}entry")):
        assert all(part.findtext(ATOM + name) for name in ("id", "title", "updated"))
        assert [link.get("rel") for link in part.findall(f"{ATOM}link")][:1] in ([], ["alternate"])
    for entry in root.findall(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        assert str(entry.findtext(f"{ATOM}id")).startswith("tag:127.0.0.1,")
    assert root.findall(f"{ATOM}entry")[1].findtext(f"{ATOM}updated") == "2026-11-22T11:59:00Z"


def test_json_feed_has_what_the_specification_wants(documents: dict[str, bytes]) -> None:
    found: dict[str, Any] = json.loads(documents["jsonfeed"])
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["home_page_url"] == "https://blog.example.org"
    for one in found["items"]:
        assert isinstance(one["id"], str)
        assert one.get("content_html") or one.get("content_text")
        assert None not in one.values()
    first = found["items"][0]
    assert first["attachments"][0] == {"url": PICTURE["url"], "mime_type": "image/jpeg", "title": 'An "alt" & <more>'}
    assert (first["language"], first["tags"]) == ("de", ["a<b"])


def test_a_form_that_there_is_not_is_not_found(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    assert world.client.get(f"/api/v1/feeds/{feed.id}.xml").get_json()["error"]["code"] == "no_such_form"


def test_answers_have_entity_tags_and_are_for_the_sites_pages(world: World) -> None:
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    origin = {"Origin": "https://blog.example.org"}
    for form in ("", ".rss", ".atom", ".jsonfeed"):
        first = world.client.get(f"/api/v1/feeds/{feed.id}{form}", headers=origin)
        tag = first.headers["ETag"]
        again = world.client.get(f"/api/v1/feeds/{feed.id}{form}", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert first.headers["Access-Control-Allow-Origin"] == "https://blog.example.org"
        assert "stale-while-revalidate" in first.headers["Cache-Control"]
        other = world.client.get(f"/api/v1/feeds/{feed.id}{form}", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers


def test_a_title_is_not_said_twice(world: World) -> None:
    world.pages(
        **{BLOG: rss(item(1, "Words", more="<title>Headline</title>"), item(2, " ", more="<title>Alone</title>"))}
    )
    feed = world.add(f"rss:{BLOG}")
    world.refresh(feed)
    for form in ("rss", "atom"):
        found = feedparser.parse(BytesIO(world.client.get(f"/api/v1/feeds/{feed.id}.{form}").data))
        assert [(one.title, one.description) for one in found.entries] == [
            ("Headline", "<p>Words</p>"),
            ("Alone", ""),
        ]
    first, second = world.client.get(f"/api/v1/feeds/{feed.id}.jsonfeed").get_json(force=True)["items"]
    assert (first["title"], first["content_html"], first["content_text"]) == ("Headline", "<p>Words</p>", "Words")
    assert (second["title"], second["content_text"], "content_html" in second) == ("Alone", "Alone", False)
