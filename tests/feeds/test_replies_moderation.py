"""What owners do about the replies under their pages: hidden stays hidden, approved first, nobody from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.database import Database
from core.errors import Invalid, NotFound
from core.schema import upgrade
from feeds.replies.sweep import sweep
from tests.feeds.talk import PAGE, Talk, Toots, a_root, a_talk, answer, person
from tests.feeds.test_replies_places import mention


@pytest.fixture
def toots() -> Toots:
    answers = [answer(2, minutes=30), answer(3, to=2, by="bob", minutes=20), answer(4, by="eve", minutes=10)]
    return Toots(a_root(), *answers)


@pytest.fixture
def world(tmp_path: Path, toots: Toots) -> Iterator[Talk]:
    with a_talk(tmp_path, toots.pages, "mastodon:@me@toots.example") as made:
        made.of()
        yield made


def command(world: Talk, *words: str, status: int = 0) -> Any:
    with world.app.app_context():
        done = world.app.test_cli_runner().invoke(args=[*words, "--json"])
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


def texts(world: Talk) -> list[str]:
    return [one.post.text for one in world.of().replies]


def test_what_is_hidden_stays_hidden_with_what_answers_it(world: Talk, toots: Toots) -> None:
    key = world.of().replies[0].id
    assert command(world, "replies", "hide", key) == {"hidden": [key]}
    assert texts(world) == ["Answer 4"]
    assert world.of().counts["replies"] == 1
    toots.thread, kept = [], toots.thread
    world.work()
    toots.thread = kept
    assert world.work().new == 3
    assert texts(world) == ["Answer 4"], "it went, and came back"
    command(world, "replies", "show", key)
    assert texts(world) == ["Answer 2", "Answer 3", "Answer 4"]


def test_approved_first(world: Talk, toots: Toots) -> None:
    assert command(world, "sites", "set", world.site.key, "--replies-approve")["replies_approve"] is True
    mention(world, "https://zoe.example/1")
    mention(world, "https://zoe.example/2", "like")
    said = world.of(site=None)
    assert (said.replies, said.faces, said.counts) == ((), (), {"replies": 0, "likes": 0, "reposts": 0})
    waiting = command(world, "replies", "list", "--site", world.site.key, "--page", PAGE, "--waiting")
    assert len(waiting) == 5
    command(world, "replies", "approve", *(one["id"] for one in waiting))
    said = world.of(site=None)
    assert (len(said.replies), len(said.faces)) == (4, 1)
    toots.thread[2] = answer(4, words="Buy my things", by="eve", minutes=10)
    world.work()
    assert "Buy my things" not in [one.post.text for one in world.of(site=None).replies], "who edits waits again"


BLOCKS = [
    (("https://ann.example/@ann",), ["Answer 4"]),
    (("@ann@ann.example",), ["Answer 4"]),
    (("bob.example",), ["Answer 2", "Answer 4"]),
    (("https://eve.example",), ["Answer 2", "Answer 3"]),
    (("example",), []),
    (("ample",), ["Answer 2", "Answer 3", "Answer 4"]),
    (("answer 3", "--word"), ["Answer 2", "Answer 4"]),
]


def test_nobody_from_there(world: Talk, toots: Toots) -> None:
    toots.faces = [person("eve")]
    world.work()
    for words, left in BLOCKS:
        done = command(world, "replies", "block", *words, "--site", world.site.key)
        assert texts(world) == left
        assert command(world, "replies", "blocks", "--site", world.site.key) == [done]
        assert bool(world.of().faces) is (words[0] not in ("https://eve.example", "example"))
        command(world, "replies", "unblock", *words, "--site", world.site.key)
    assert len(texts(world)) == 3
    assert command(world, "replies", "unblock", "x.example", "--site", world.site.key, status=1)["error"]["code"]


def test_the_owner_sees_all_of_it(world: Talk) -> None:
    world.desk.block(world.site.key, "eve.example")
    world.desk.hide(world.of().replies[0].id)
    mention(world, "https://zoe.example/1")
    found = command(world, "replies", "list", "--site", world.site.key)
    states = {one["post"].get("text"): one["state"] for one in found}
    assert states == {"Answer 2": "hidden", "Answer 3": "shown", "Answer 4": "blocked", "Well said": "shown"}
    assert {one["page"] for one in found} == {PAGE}
    (place,) = command(world, "replies", "places", "--site", world.site.key)
    assert (place["replies"], place["state"], place["found"], place["problem"]) == (3, "ok", True, "")
    for name, count in (("list", 4), ("places", 1), ("blocks", 1)):
        with world.app.app_context():
            done = world.app.test_cli_runner().invoke(args=["replies", name, "--site", world.site.key])
        assert len(done.stdout.splitlines()) == count


def test_what_is_not_there(world: Talk) -> None:
    assert command(world, "replies", "hide", "rnothing", status=1)["error"]["code"] == "no_reply"
    assert command(world, "replies", "list", "--site", "nosuchsite", status=1)["error"]["code"] == "not_found"
    with pytest.raises(NotFound):
        world.desk.unblock(world.site.key, "x.example")
    for who in ("", "ftp://x", "a\nb", "x" * 3000):
        with pytest.raises(Invalid):
            world.desk.block(world.site.key, who)
    for count in (0, 501):
        with pytest.raises(Invalid):
            world.of(count=count)
    with pytest.raises(Invalid):
        world.of("not an address")


@pytest.mark.servers
def test_a_conversation_on_postgresql_too(tmp_path: Path, postgres_url: str, toots: Toots) -> None:
    database = Database(postgres_url)
    upgrade(database)
    database.close()
    toots.thread.append(answer(5, words="NUL \0 and \U0001f600", minutes=5))
    url = postgres_url.replace("postgresql+psycopg", "postgresql")
    with a_talk(tmp_path, toots.pages, "mastodon:@me@toots.example", database_url=url) as world:
        assert len(texts(world)) == 4
        world.desk.hide(world.of().replies[0].id)
        world.desk.block(world.site.key, "eve.example")
        del toots.thread[3]
        assert world.work().gone == 1
        assert texts(world) == []
        assert len(world.desk.replies(world.site.key)) == 3
        world.later(days=40)
        assert sweep(world.services.database, world.services.networks, lambda _: None, world.now) == 3
