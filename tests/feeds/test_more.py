"""What a list only names is asked for, gaps are filled, expired pictures are read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.jobs_eager import EagerJobs
from feeds import jobs
from feeds.show import shown
from networks.accounts import Accounts, Tokens
from networks.oauth import Profile
from tests.feeds.world import Mastodon, World, a_world, at, toot
from tests.login.internet import Asked
from tests.og.pictures import photo, saved

LINKEDIN = "https://api.linkedin.com/rest"
PHOTO = saved(photo(40, 20), "JPEG")


def an_account(world: World, network: str) -> None:
    profile = Profile(network=network, issuer=f"https://{network}.example", subject="5", name="Me", handle="me")
    Accounts(world.services.database, world.services.vault, lambda: world.now).connect(
        world.site.key, profile, Tokens("tok-123", ""), ()
    )


# --- LinkedIn: pictures, films, and whose they are ---

POST = {
    "id": "urn:li:share:1", "author": "urn:li:organization:77", "commentary": "Two stalls",
    "lifecycleState": "PUBLISHED", "visibility": "PUBLIC", "publishedAt": 1795345200000,
    "content": {"multiImage": {"images": [{"id": "urn:li:image:A", "altText": "Bread"}, {"id": "urn:li:image:B"}]}},
}  # fmt: skip
FILM = {**POST, "id": "urn:li:ugcPost:2", "commentary": "A film", "content": {"media": {"id": "urn:li:video:V"}}}
CARD = {
    **POST, "id": "urn:li:share:3", "commentary": "A page",
    "content": {"article": {"source": "https://example.org/", "title": "Page", "thumbnail": "urn:li:image:T"}},
}  # fmt: skip


def results(asked: Asked) -> Any:
    """What the batch endpoints answer: an address for each id that was asked for."""
    ids = urlsplit(asked.url).query.removeprefix("ids=List(").removesuffix(")").replace("%3A", ":").split(",")
    found = {
        urn: {
            "id": urn, "status": "AVAILABLE", "downloadUrl": f"https://media.licdn.com/{urn[-1]}?e=1",
            "aspectRatioWidth": 16, "aspectRatioHeight": 9, "thumbnail": f"https://media.licdn.com/still-{urn[-1]}",
        }
        for urn in ids
    }  # fmt: skip
    return {"results": found, "statuses": {}, "errors": {}}


@pytest.fixture
def linkedin(tmp_path: Path) -> Iterator[World]:
    pages = {
        f"{LINKEDIN}/posts": {"elements": [POST, FILM, CARD]},
        f"{LINKEDIN}/images": results,
        f"{LINKEDIN}/videos": results,
        f"{LINKEDIN}/organizations/77": {
            "id": 77, "localizedName": "The Bakery", "vanityName": "bakery",
            "logoV2": {"original": "urn:li:digitalmediaAsset:L"},
        },
        f"{LINKEDIN}/images/urn%3Ali%3Aimage%3AL": {"downloadUrl": "https://media.licdn.com/logo"},
    }  # fmt: skip
    with a_world(tmp_path, pages) as world:
        an_account(world, "linkedin")
        yield world


def by_id(world: World, feed: Any) -> dict[str, Any]:
    return {entry.post.id: entry.post for entry in world.feeds.everything(feed.id)}


def test_linkedins_pictures_films_and_author_are_asked_for(linkedin: World) -> None:
    feed = linkedin.add("linkedin:77")
    (done,) = linkedin.refresh(feed)
    assert (done.new, done.problem) == (3, "")
    posts = by_id(linkedin, feed)
    pictures = [(one.type, one.url, one.alt, one.width, one.height) for one in posts["urn:li:share:1"].media]
    assert pictures == [
        ("image", "https://media.licdn.com/A?e=1", "Bread", 1200, 675),
        ("image", "https://media.licdn.com/B?e=1", "", 1200, 675),
    ]
    (film,) = posts["urn:li:ugcPost:2"].media
    assert (film.type, film.url, film.poster) == (
        "video", "https://media.licdn.com/V?e=1", "https://media.licdn.com/still-V"
    )  # fmt: skip
    assert posts["urn:li:share:3"].link.image == "https://media.licdn.com/T?e=1"
    author = posts["urn:li:share:1"].author
    assert (author.name, author.handle, author.url, author.avatar) == (
        "The Bakery", "@bakery", "https://www.linkedin.com/company/bakery", "https://media.licdn.com/logo"
    )  # fmt: skip
    assert len(linkedin.internet.to(f"{LINKEDIN}/images")) == 1  # all of them at once
    headers = [asked.headers for asked in linkedin.internet.asked]
    assert {one["linkedin-version"] for one in headers} == {"202607"}
    assert {one["authorization"] for one in headers} == {"Bearer tok-123"}


def test_signed_addresses_are_renewed_though_the_list_is_as_it_was(linkedin: World) -> None:
    feed = linkedin.add("linkedin:77")
    linkedin.refresh(feed)
    linkedin.pages(
        **{f"{LINKEDIN}/images": lambda asked: json.loads(json.dumps(results(asked)).replace("?e=1", "?e=2"))}
    )
    (done,) = linkedin.refresh(feed)
    assert (done.new, done.edited) == (0, 0)
    assert by_id(linkedin, feed)["urn:li:share:1"].media[0].url.endswith("?e=2")


@pytest.mark.parametrize(
    "refusal", [(403, {"message": "Not enough permissions", "status": 403}), (500, b""), b"{broken"]
)
def test_what_cannot_be_asked_for_takes_nothing_away(linkedin: World, refusal: Any) -> None:
    feed = linkedin.add("linkedin:77")
    refused = {f"{LINKEDIN}/{name}": refusal for name in ("images", "videos", "organizations/77")}
    whole = {url: linkedin.internet.pages[url] for url in refused}
    linkedin.pages(**refused)
    (done,) = linkedin.refresh(feed)
    assert (done.new, done.problem) == (3, "")
    assert by_id(linkedin, feed)["urn:li:share:1"].text == "Two stalls"
    linkedin.pages(**whole)
    (done,) = linkedin.refresh(feed)
    assert (done.new, done.edited, done.problem) == (0, 0, "")  # a picture that comes later is no edit
    assert len(by_id(linkedin, feed)["urn:li:share:1"].media) == 2
    linkedin.pages(**refused)
    (done,) = linkedin.refresh(feed)
    post = by_id(linkedin, feed)["urn:li:share:1"]
    assert (done.edited, len(post.media), post.author.name) == (0, 2, "The Bakery")


def test_linkedins_pictures_pass_and_are_not_kept(linkedin: World) -> None:
    feed = linkedin.add("linkedin:77")
    linkedin.refresh(feed)
    pictures = [one["picture"] for post in shown(linkedin.services, feed.id)["posts"] for one in post["media"]]
    asked = [linkedin.services.media.asked(*_parts(one["src"])) for one in pictures]
    assert {one.hold for one in asked} == {timedelta()}
    assert {one.owner for one in asked} == {linkedin.source(feed).id}
    assert {one["srcset"] for one in pictures} == {""}


def _parts(src: str) -> tuple[str, str, str]:
    signature, width, key = urlsplit(src).path.split("/")[2:]
    return signature, width, key.removesuffix(".webp")


# --- YouTube ---

ITEMS, VIDEOS = (f"https://www.googleapis.com/youtube/v3/{name}" for name in ("playlistItems", "videos"))


def test_youtubes_counts_are_asked_for_with_a_key(tmp_path: Path) -> None:
    snippet = {"title": "Film", "publishedAt": at(), "resourceId": {"videoId": "a" * 11}}
    told = {
        "kind": "youtube#video", "id": "a" * 11, "snippet": {"title": "Film", "publishedAt": at(), "tags": ["bread"]},
        "statistics": {"viewCount": "12", "likeCount": "3"},
        "contentDetails": {"contentRating": {"ytRating": "ytAgeRestricted"}, "duration": "PT1M"},
    }  # fmt: skip
    pages = {
        ITEMS: {"items": [{"kind": "youtube#playlistItem", "id": "x", "snippet": snippet}]},
        VIDEOS: {"items": [told]},
    }
    with a_world(tmp_path, pages, youtube_api_key="key-123") as world:
        feed = world.add("youtube:UCaaaaaaaaaaaaaaaaaaaaaa")
        world.refresh(feed)
        (post,) = by_id(world, feed).values()
        assert (post.counts, post.sensitive, post.tags) == ({"views": 12, "likes": 3}, True, ("bread",))
        assert world.internet.to(VIDEOS)[0].query["id"] == "a" * 11
        world.pages(**{VIDEOS: (403, {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}})})
        (done,) = world.refresh(feed)
        assert (done.problem, done.edited, by_id(world, feed)["a" * 11].counts["views"]) == ("", 0, 12)


# --- pages that fail ---

STATUSES = "https://toots.example/api/v1/accounts/7/statuses"


@pytest.fixture
def masto() -> Mastodon:
    return Mastodon(*(toot(n, minutes=1000 - n) for n in range(120, 0, -1)))


@pytest.fixture
def world(tmp_path: Path, masto: Mastodon) -> Iterator[World]:
    with a_world(tmp_path, masto.pages) as made:
        yield made


def numbers(world: World, feed: Any) -> set[int]:
    return {int(entry.post.id.rpartition("/")[2]) for entry in world.feeds.everything(feed.id, 500)}


def failing(masto: Mastodon, before: int, answer: Any = (500, b"")) -> Any:
    """The list, whose page behind a status cannot be had."""
    return lambda asked: answer if asked.query.get("max_id") == str(before) else masto.statuses(asked)


@pytest.mark.parametrize("answer", [(500, b""), (403, {"error": "No"}), b"{broken"])
def test_a_page_that_failed_is_read_the_next_time(world: World, masto: Mastodon, answer: Any) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.pages(**{STATUSES: failing(masto, 81, answer)})
    (done,) = world.refresh(feed)
    assert (done.new, done.problem) == (40, "")  # the first page is kept
    world.later(minutes=10)
    world.pages(**{STATUSES: masto.statuses})
    world.refresh(feed)
    assert numbers(world, feed) == set(range(1, 121))
    asked = len(world.internet.to(STATUSES))
    world.later(minutes=10)
    world.refresh(feed)
    assert len(world.internet.to(STATUSES)) == asked + 1  # nothing is missing any more


def test_a_source_that_was_away_for_long_leaves_no_hole(world: World, masto: Mastodon) -> None:
    masto.toots = masto.toots[-40:]
    feed = world.add("mastodon:@me@toots.example")
    world.refresh(feed)
    masto.toots = [toot(n, minutes=1000 - n) for n in range(300, 0, -1)]
    for _ in range(4):
        world.later(minutes=10)
        (done,) = world.refresh(feed)
        assert (done.gone, done.problem) == (0, "")
    assert numbers(world, feed) == set(range(1, 301))


def test_a_page_that_is_no_more_is_given_up(world: World, masto: Mastodon) -> None:
    feed = world.add("mastodon:@me@toots.example")
    world.pages(**{STATUSES: failing(masto, 81)})
    world.refresh(feed)
    world.pages(**{STATUSES: failing(masto, 81, (404, {"error": "Record not found"}))})
    world.later(minutes=10)
    world.refresh(feed)
    asked = len(world.internet.to(STATUSES))
    world.later(minutes=10)
    world.refresh(feed)
    assert len(world.internet.to(STATUSES)) == asked + 1


def test_what_is_behind_a_gap_deletes_nothing(world: World, masto: Mastodon) -> None:
    """Pages that do not hang together say nothing of what lies between them."""
    feed = world.add("mastodon:@me@toots.example")
    world.pages(**{STATUSES: failing(masto, 81)})
    world.refresh(feed)
    world.pages(**{STATUSES: masto.statuses})
    masto.toots = [toot(n, minutes=1000 - n) for n in range(125, 120, -1)] + masto.toots
    for _ in range(3):
        world.later(minutes=10)
        (done,) = world.refresh(feed)
        assert done.gone == 0
    assert numbers(world, feed) == set(range(1, 126))


# --- pictures whose addresses have expired ---

GRAPH, TIKTOK = "https://graph.instagram.com/v26.0/me/media", "https://open.tiktokapis.com/v2/video/list/"
CDN = "https://cdn.example/p.jpg"


def insta(signature: str) -> dict[str, Any]:
    one = {"id": "1", "media_type": "IMAGE", "media_url": f"{CDN}?sig={signature}", "caption": "Bread",
           "permalink": "https://www.instagram.com/p/1/", "timestamp": at(), "username": "me"}  # fmt: skip
    return {"data": [one]}


def tok(signature: str) -> dict[str, Any]:
    one = {
        "id": "7", "create_time": 1795345200, "cover_image_url": f"{CDN}?sig={signature}", "title": "Bread",
        "share_url": "https://www.tiktok.com/@me/video/7", "embed_link": "https://www.tiktok.com/embed/v2/7",
    }  # fmt: skip
    return {"data": {"videos": [one], "has_more": False}, "error": {"code": "ok"}}


@pytest.mark.parametrize(("network", "make"), [("instagram", insta), ("tiktok", tok)])
@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_picture_is_read_again(tmp_path: Path, network: str, make: Any, status: int) -> None:
    good = ["old"]
    pages: dict[str, Any] = {CDN: lambda asked: (200, PHOTO) if asked.query["sig"] in good else (status, b"expired")}
    listed = {"instagram": GRAPH, "tiktok": TIKTOK}[network]
    with a_world(tmp_path, {**pages, listed: make("old"), GRAPH.replace("v26.0", "v24.0"): make("old")}) as world:
        world.services.__dict__["jobs"] = EagerJobs({**jobs.HANDLERS}, world.services)
        an_account(world, network)
        feed = world.add(f"{network}:me")
        world.refresh(feed)
        listed = next(asked.url.partition("?")[0] for asked in world.internet.asked)
        first = _picture(world, feed)
        assert world.client.get(first).data == PHOTO
        good[:] = ["new"]
        world.pages(**{listed: make("new")})
        world.services.media.forget(f"{CDN}?sig=old")
        before = len(world.internet.to(listed))
        answers = [world.client.get(first) for _ in range(3)]
        assert {(answer.status_code, answer.mimetype) for answer in answers} == {(404, "image/gif")}
        assert len(world.internet.to(listed)) == before + 1  # once for all that look at the page
        assert world.client.get(_picture(world, feed)).data == PHOTO
        assert by_id(world, feed).popitem()[1].edited == ""
        stored = [path for path in (tmp_path / "data" / "media").rglob("*") if path.is_file()]
        assert stored == []


def _picture(world: World, feed: Any) -> str:
    src: str = shown(world.services, feed.id)["posts"][0]["media"][0]["picture"]["src"]
    return urlsplit(src).path


# --- terms ---


def said(world: World, *words: str) -> Any:
    with world.app.app_context():
        return world.app.test_cli_runner().invoke(args=["feeds", *words])


def test_terms_that_no_program_can_see_to_are_told(linkedin: World) -> None:
    words = ("add", "Jobs", "--site", linkedin.site.key, "--source", "linkedin:77")
    assert "restricted-use-cases" in said(linkedin, *words).output
