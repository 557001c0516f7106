"""What strangers try: speak for others, bring back what was hidden, fill tables, push out what others see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from core.database import Database
from core.limits import Rule
from core.schema import upgrade
from feeds.replies.sweep import sweep
from feeds.replies.tables import PageRow
from networks.records import Author
from tests.doubles import ORIGIN
from tests.feeds.talk import LINK, PAGE, STATUS, Talk, Toots, a_root, a_talk, answer
from tests.feeds.test_replies_places import mention
from tests.feeds.world import TOOTS

OURS = f"{TOOTS}/@me/1"
KNOWN = "https://known.example"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Talk]:
    toots = Toots(a_root(), answer(2, minutes=30), answer(3, by="bob", minutes=20))
    with a_talk(tmp_path, toots.pages, "mastodon:@me@toots.example") as made:
        made.of()
        yield made


def pages(world: Talk) -> int:
    with world.services.database.session() as session:
        return session.scalar(select(func.count()).select_from(PageRow)) or 0


# --- speaking for others ---


def note(key: str, by: str = f"{TOOTS}/@me", **more: Any) -> dict[str, Any]:
    own = {"type": "Note", "id": f"{TOOTS}/n/{key}", "content": f"<p>{key}</p>", "inReplyTo": OURS}
    return {**own, "attributedTo": by, **more}


FORGED: list[dict[str, Any]] = [
    note("theirs", f"{KNOWN}/@person"),
    note("whole", by={"type": "Person", "id": f"{TOOTS}/@mal", "url": f"{KNOWN}/@person", "name": "Person"}),  # type: ignore[arg-type]
    note("at theirs", id=f"{KNOWN}/n/1"),
    note("of theirs", f"{KNOWN}/@person", id=f"{KNOWN}/n/2"),
    note("address", url=f"{KNOWN}/n/3"),
]


@pytest.mark.parametrize("inline", [True, False])
def test_a_server_speaks_for_its_own_people_alone(tmp_path: Path, inline: bool) -> None:
    """The words of somebody elsewhere are taken from there; what is said to be theirs is left out."""
    said = [note("own"), note("nobody", attributedTo=None), *FORGED]
    at = [f"{TOOTS}/o/{n}" for n in range(len(said))]
    items = {"type": "Collection", "first": {"type": "CollectionPage", "items": said if inline else at}}
    root = {**note("1"), "id": OURS, "content": LINK, "inReplyTo": None, "replies": items}
    true = {**note("true", f"{KNOWN}/@person"), "id": f"{KNOWN}/n/1"}
    given: dict[str, Any] = {OURS: root, **dict(zip(at, said, strict=True)), f"{KNOWN}/n/1": true}
    with a_talk(tmp_path, given) as world:
        told = {one.post.text: one.post.author for one in world.of(PAGE, OURS).replies}
        assert set(told) == {"own", "nobody", "address"} | ({"true"} if inline else set())
        theirs = [one.post.text for one in world.of(PAGE, OURS).replies if one.post.url.startswith(KNOWN)]
        assert theirs == ["true"] * inline
        assert told["nobody"] is None


def test_a_mention_speaks_for_its_own_page_alone(world: Talk) -> None:
    person = Author("Person", "@person", f"{KNOWN}/@person", f"{KNOWN}/face.png")
    mention(world, "https://mal.example/1", url=f"{KNOWN}/@person/7", author=person)
    mention(world, "https://mal.example/2", "like", author=person)
    said = world.of()
    (one,) = [one for one in said.replies if one.post.text == "Well said"]
    assert one.post.url == "https://mal.example/1"
    assert [(each.handle, each.url) for each in (one.post.author or Author(), said.faces[0].author)] == [
        ("", "https://mal.example/"), ("", "https://mal.example/"),
    ]  # fmt: skip


def test_a_mention_does_not_take_a_reply_away(world: Talk) -> None:
    """Who says that their page is somebody's reply, in words that the site does not want, hides nobody's reply."""
    world.desk.block(world.site.key, "casino", word=True)
    mention(world, "https://mal.example/1", url=answer(2)["url"], text="casino")
    assert [text for _, text in world.told()] == ["Answer 2", "Answer 3"]


# --- what was hidden, and what was approved ---


def test_what_is_hidden_does_not_come_back_as_something_else(world: Talk) -> None:
    world.desk.hide(world.of().replies[0].id)
    with world.services.database.session(write=True) as session:  # nobody looked at the page for long
        session.delete(session.scalars(select(PageRow)).one())
    world.pages(**{f"{STATUS}/1/context": {"descendants": []}})
    mention(world, "https://brid.gy/comment/mastodon/@me@toots.example/1/2", url=answer(2)["url"])
    assert world.told() == []
    (entry,) = world.desk.replies(world.site.key)
    assert entry.state == "hidden"
    world.desk.hide(entry.id, hidden=False)
    assert [text for _, text in world.told()] == ["Well said"]


def test_what_is_approved_is_not_taken_away_by_its_copy(world: Talk) -> None:
    world.services.sites.change(world.site.key, {"replies_approve": True})
    world.desk.approve(next(one.id for one in world.desk.replies(world.site.key) if one.post.text == "Answer 2"))
    how: dict[str, Any] = {"site": None}
    assert [one.post.text for one in world.of(**how).replies] == ["Answer 2"]
    mention(world, "https://brid.gy/comment/mastodon/@me@toots.example/1/2", url=answer(2)["url"])
    assert [one.post.text for one in world.of(**how).replies] == ["Answer 2"]


# --- filling tables, and pushing others out ---


MUCH: dict[str, dict[str, Any]] = {
    "words": {"content": "word " * 50_000},
    "links": {"content": f'<a href="https://x.example/{"y" * 1900}">a</a> ' * 400},
    "a quote": {"quote": {"state": "accepted", "quoted_status": answer(9, words="word " * 50_000)}},
    "descriptions": {
        "media_attachments": [
            {"type": "image", "url": f"https://x.example/{n}.png", "description": "d" * 50_000} for n in range(99)
        ]
    },
    "a poll": {"poll": {"options": [{"title": f"{n} {'t' * 290}"} for n in range(3000)], "multiple": False}},
}


@pytest.mark.parametrize("more", MUCH.values(), ids=MUCH)
def test_no_reply_is_larger_than_a_page_can_bear(tmp_path: Path, more: dict[str, Any]) -> None:
    with a_talk(tmp_path, Toots(a_root(), answer(2, **more)).pages) as world:
        (reply,) = world.of(PAGE, OURS).replies
        assert len(json.dumps(reply.post.as_stored())) < 60_000
        world.later(hours=5)
        assert world.talk.reader.read(world.page_id()).edited == 0


def test_one_caller_cannot_have_many_pages_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.replies.service.CALLERS_PAGES", Rule("replies-pages-caller", 3, 3600))
    monkeypatch.setattr("feeds.replies.service.CALLERS_POSTS", Rule("replies-posts-caller", 2, 3600))
    toots = Toots(a_root(), answer(2))
    with a_talk(tmp_path, toots.pages, limits="on") as world:
        for n in range(6):
            world.of(f"{PAGE}/{n}", f"{TOOTS}/@me/{n}", caller="192.0.2.1")
        assert (pages(world), len(world.desk.places(world.site.key))) == (3, 2)
        assert len(world.of(PAGE, OURS, caller="192.0.2.2").replies) == 1, "others are not hindered"
        client = world.app.test_client()
        for n in range(6):
            asked = f"/widgets/replies.html?site={world.site.key}&href={PAGE}/x{n}"
            assert client.get(asked, headers={"Origin": ORIGIN}).status_code == 200
        assert pages(world) == 7, "by the widget's address too"


def test_made_up_pages_go_after_a_day(world: Talk) -> None:
    for n in range(3):
        world.of(f"{PAGE}/{n}")
    assert pages(world) == 4
    sweep(world.services.database, world.services.networks, lambda _: None, world.now + timedelta(hours=25))
    assert pages(world) == 1, "the one with a post about it stays"


def test_who_names_many_posts_does_not_push_out_those_that_are_read(tmp_path: Path) -> None:
    toots = Toots(a_root(), answer(2))
    with a_talk(tmp_path, toots.pages) as world:
        assert len(world.of(PAGE, OURS).replies) == 1
        for start in range(100, 130, 5):
            world.later(seconds=1)
            world.of(PAGE, *(f"{TOOTS}/@me/{start + n}" for n in range(5)))
        assert len(world.of(PAGE, OURS).replies) == 1
        assert len(world.internet.to(f"{STATUS}/1")) == 1, "nor is it asked for again"
        assert len(world.desk.places(world.site.key)) <= 10


@pytest.mark.servers
def test_two_who_ask_at_once_write_a_page_down_once(tmp_path: Path, postgres_url: str) -> None:
    database = Database(postgres_url)
    upgrade(database)
    database.close()
    url = postgres_url.replace("postgresql+psycopg", "postgresql")
    with a_talk(tmp_path, Toots(a_root(), answer(2)).pages, database_url=url) as world, ThreadPoolExecutor(4) as many:
        for n in range(10):
            start = Barrier(4)

            def ask(page: str = f"{PAGE}/{n}", start: Barrier = start) -> None:
                start.wait(10)
                world.of(page, OURS, f"{TOOTS}/@me/2")

            for one in [many.submit(ask) for _ in range(4)]:
                one.result(30)
            assert pages(world) == n + 1
