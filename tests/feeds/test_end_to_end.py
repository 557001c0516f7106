"""From a network's server to the widget's HTML on this machine: what happens there is shown, and nothing is lost.

Each event happens at each kind of server: a table. WebSub hubs and a killed worker follow.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.http import Http
from core.times import utc_now
from feeds.due import due_sources, wake
from feeds.feed import Feed
from tests.feeds.hub_doubles import World as HubWorld
from tests.feeds.hub_doubles import a_hub
from tests.feeds.small_servers import SERVERS, Releases, Server
from tests.feeds.webhook_doubles import Desk
from tests.feeds.world import NOON, World, a_world

ROOT = Path(__file__).resolve().parents[2]
ALL = [5, 4, 3, 2, 1]


def shown(client: FlaskClient, feed_id: str) -> list[str]:
    """The words of the posts in the widget's HTML, in its order."""
    answer = client.get("/widgets/feed.html", query_string={"feed": feed_id, "count": 50})
    assert answer.status_code == 200, answer.text
    return re.findall(r"(?:Words|Better) \d+", answer.text)


def words(*numbers: int) -> list[str]:
    return [f"Words {number}" for number in numbers]


@dataclass
class Scene:
    """A server, a world with a feed of it that was read once."""

    server: Server
    world: World
    feed: Feed

    def turn(self, **later: float) -> str:
        """What the worker does in one minute, some time later; the problem that the source then has."""
        self.world.later(**later)
        # What a client knows of hosts goes by a clock that no test moves.
        self.world.services.__dict__["http"] = self.world.internet.http()
        self.world.feeds.__dict__.pop("refresher", None)
        wake(self.world.services.database)
        seconds = 0.4 if self.server.refusal is hang else 30
        for source in due_sources(self.world.services.database, self.world.now):
            self.world.feeds.refresher.refresh(source, seconds=seconds)
        return self.world.source(self.feed).problem

    def shown(self) -> list[str]:
        return shown(self.world.client, self.feed.id)


@pytest.fixture(params=SERVERS)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    server = SERVERS[request.param]()
    with a_world(tmp_path, server.pages) as world:
        server.connect(world)
        found = Scene(server, world, world.add(server.source))
        assert found.turn() == ""
        assert found.shown() == words(*ALL)
        yield found


# --- posts come, change and go ---


def test_what_appears_is_edited_and_deleted_there_is_here(scene: Scene) -> None:
    scene.server.post(6)
    scene.turn(hours=3)
    assert scene.shown() == words(6, *ALL)
    scene.server.words[4] = "Better 4"
    scene.turn(hours=3)
    assert scene.shown() == [*words(6, 5), "Better 4", *words(3, 2, 1)]
    del scene.server.words[4]
    scene.turn(hours=3)
    assert len(scene.shown()) == 6  # once is not enough: servers answer from copies
    scene.turn(hours=3)
    assert scene.shown() == words(6, 5, 3, 2, 1)


# --- trouble ---

ended = threading.Event()


def hang(_asked: Any) -> Any:
    ended.wait(3)
    return 500, b""


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    ended.clear()
    yield
    ended.set()


LATER = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int((NOON + timedelta(hours=4)).timestamp()))}
# What is answered, and what is then said of the source.
TROUBLE: dict[str, tuple[Any, str]] = {
    "429": ((429, b"", {"Retry-After": "1800"}), "rate_limited"),
    "429 without a word": ((429, b""), "rate_limited"),
    "500": ((500, b"<h1>Oh no</h1>"), "unavailable"),
    "a hang": (hang, "upstream_too_slow"),
    "half an answer": ((200, b'[{"id": "5", '), "bad_reply"),
    "an empty answer": ((200, b""), "bad_reply"),
    "401": ((401, {"error": "This method requires an authenticated user", "message": "Bad"}), "login_expired"),
    "404": ((404, {"error": "Not found", "message": "Not Found"}), "not_found"),
}  # fmt: skip


def test_in_trouble_the_last_good_feed_is_shown_and_it_comes_back_whole(scene: Scene) -> None:
    newest = 5
    for name, (refusal, problem) in TROUBLE.items():
        there = words(*range(newest, 0, -1))
        scene.server.refusal = refusal
        assert scene.turn(hours=3) == problem, name
        assert scene.shown() == there, name
        asked = len(scene.server.asked)
        assert scene.turn(seconds=5) == problem, name
        assert len(scene.server.asked) == asked, name  # it is not pressed
        scene.server.refusal = None
        scene.server.post(newest + 1, minutes=-newest)
        scene.server.post(newest + 2, minutes=-newest)
        scene.world.later(hours=3)
        scene.server.connect(scene.world)  # where a token was refused, the owner must
        assert scene.turn() == "", name
        newest += 2
        assert scene.shown() == words(*range(newest, 0, -1)), name
        assert scene.world.source(scene.feed).failures == 0, name


@pytest.mark.parametrize("scene", ["mastodon"], indirect=True)
def test_a_limit_without_a_time_is_waited_for_longer_each_time(scene: Scene) -> None:
    scene.server.refusal = (429, b"")
    scene.turn(hours=3)
    waits = []
    for _ in range(8):
        scene.world.now = scene.world.source(scene.feed).due
        scene.turn()
        waits.append(round((scene.world.source(scene.feed).due - scene.world.now).total_seconds() // 60))
    assert waits == [2, 4, 8, 16, 32, 64, 64, 64]


def test_a_token_that_was_revoked_is_the_owners_to_renew(tmp_path: Path) -> None:
    server = Releases()
    with a_world(tmp_path, server.pages) as world:
        server.connect(world)
        scene = Scene(server, world, world.add(server.source))
        scene.turn()
        server.token = "revoked"  # it takes none that we have
        for _ in range(3):
            scene.turn(hours=3)
        assert world.source(scene.feed).state == "needs_owner"
        asked = len(server.asked)
        server.post(6)
        scene.turn(hours=30)
        assert (len(server.asked), scene.shown()) == (asked, words(*ALL))
        server.connect(world, "gho_new")
        world.later(hours=30)
        assert scene.turn() == ""
        assert scene.shown() == words(6, *ALL)


# --- clocks ---


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=-2)], ids=["ahead", "behind"])
def test_a_servers_wrong_clock_loses_nothing(scene: Scene, ahead: timedelta) -> None:
    scene.server.ahead = ahead
    for number in (6, 7):
        scene.server.post(number, minutes=-180 * (number - 5))
        scene.turn(hours=3)
    assert sorted(scene.shown()) == sorted(words(7, 6, *ALL))
    scene.server.ahead = timedelta()
    scene.server.post(8, minutes=-540)
    for _ in range(3):
        scene.turn(hours=3)
    assert sorted(scene.shown()) == sorted(words(8, 7, 6, *ALL))
    if ahead > timedelta():
        assert scene.shown()[0] == "Words 8"  # what is from the future stands in front of nothing that is new


def test_our_own_clock_may_be_set_back(scene: Scene) -> None:
    scene.world.later(days=900)  # a machine that woke up with a wrong clock
    scene.server.refusal = (429, b"", {"Retry-After": "3600"})
    scene.turn()
    scene.server.refusal = None
    scene.server.post(6)
    assert scene.turn(days=-900, hours=3) == ""
    assert scene.shown() == words(6, *ALL)
    assert scene.world.source(scene.feed).due < scene.world.now + timedelta(days=1)


@pytest.mark.parametrize("scene", ["rss"], indirect=True)
def test_who_held_a_source_when_the_clock_was_set_back_does_not_keep_it(scene: Scene) -> None:
    refresher, source = scene.world.feeds.refresher, scene.world.source(scene.feed).id
    scene.world.later(days=900)
    refresher._lease(source, force=False)  # and dies
    assert refresher.refresh(source).busy
    scene.world.later(days=-900)
    assert not refresher.refresh(source).busy


# --- a hub says it ---


@pytest.fixture
def hub(tmp_path: Path, httpserver: HTTPServer) -> Iterator[HubWorld]:
    with a_hub(tmp_path, httpserver) as made:
        made.words = {number: f"Words {number}" for number in range(1, 9)}
        made.entries = list(range(1, 6))
        made.add_feed()
        yield made


def test_what_a_hub_tells_is_shown(hub: HubWorld) -> None:
    (feed,) = hub.desk.services.feeds.all()

    def told(body: bytes = b"<feed/>") -> list[str]:
        hub.send(body + str(len(hub.entries)).encode() + str(hub.words).encode())
        hub.desk.settle()
        return shown(hub.desk.client, feed.id)

    hub.tend()
    hub.entries.append(6)
    assert told() == words(6, *ALL)
    hub.words[6] = "Better 6"
    assert told() == ["Better 6", *words(*ALL)]
    with time_machine.travel(utc_now() - timedelta(days=3)):  # our clock is set back
        hub.entries.append(7)
        assert told() == ["Words 7", "Better 6", *words(*ALL)]
    tombstones = "xmlns:at='http://purl.org/atompub/tombstones/1.0'"
    hub.send(f"<feed {tombstones}><at:deleted-entry ref='urn:7' when='2026'/></feed>".encode())
    assert shown(hub.desk.client, feed.id) == ["Better 6", *words(*ALL)]  # at once
    hub.entries.remove(7)
    for answer in (Response(status=500), Response(status=429, headers={"Retry-After": "60"})):
        hub.answer = answer  # the site is in trouble when its hub calls
        assert told(b"<a/>") == ["Better 6", *words(*ALL)]


@pytest.mark.parametrize("trouble", ["500", "429", "hang", "denied", "signature"])
def test_without_its_hub_a_feed_is_asked_as_before(
    hub: HubWorld, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    (feed,) = hub.desk.services.feeds.all()
    (source,) = hub.desk.services.feeds.sources(feed.id)
    hub.status = int(trouble) if trouble.isdecimal() else 202
    hub.questions = trouble == "signature"
    if trouble == "hang":
        httpserver.clear()
        httpserver.expect_request("/feed").respond_with_handler(hub._feed)
        httpserver.expect_request("/hub").respond_with_handler(slow)
        monkeypatch.setitem(Http.post.__kwdefaults__, "deadline", 0.3)
    hub.tend()
    ended.set()
    if trouble == "denied":
        hub.ask("denied", reason="no")
    if trouble == "signature":
        hub.send(b"<feed/>", secret="a guess")
        assert hub.desk.deliveries() == []
    hub.entries.append(6)
    with time_machine.travel(utc_now() + timedelta(days=1)):
        for due in due_sources(hub.desk.services.database):
            hub.desk.services.feeds.put(due)
        assert shown(hub.desk.client, feed.id) == words(6, *ALL)
    assert hub.desk.source(source.id).problem == ""


def slow(_request: Request) -> Response:
    ended.wait(3)
    return Response(status=500)


# --- the worker is killed ---

WORKER = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from feeds.tables import PostRow
from tests.doubles import an_app

def kill(session, _context):
    if any(isinstance(row, PostRow) for row in session.new):
        os.kill(os.getpid(), signal.SIGKILL)

folder, host, source, when = sys.argv[1:]
if when == "storing":
    event.listen(Session, "after_flush", kill)
services = an_app(Path(folder), http_allow=host).extensions["handbill"]
services.feeds.refresher.refresh(source)
"""


@pytest.mark.parametrize("when", ["asking", "storing"])
def test_a_worker_killed_in_the_middle_of_a_refresh_loses_and_doubles_nothing(
    tmp_path: Path, httpserver: HTTPServer, when: str
) -> None:
    host = f"{httpserver.host}:{httpserver.port}"
    desk = Desk(tmp_path, real=True, http_allow=host)
    hub = HubWorld(httpserver, desk, "")
    hub.words = {number: f"Words {number}" for number in range(1, 9)}
    hub.entries = list(range(1, 6))
    source = hub.add_feed()
    (feed,) = desk.services.feeds.all()
    hub.entries += [6, 7]
    asked = threading.Event()

    def dies(request: Request) -> Response:
        asked.set()
        if when == "asking":
            ended.wait(20)
        return hub._feed(request)

    httpserver.clear()
    httpserver.expect_request("/feed").respond_with_handler(dies)
    child = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), host, source, when], cwd=ROOT)
    assert asked.wait(30)
    if when == "asking":
        child.kill()
    assert child.wait(30) == -signal.SIGKILL
    ended.set()
    assert shown(desk.client, feed.id) == words(*ALL)
    assert desk.services.feeds.refresher.refresh(source).busy  # its lease lasts a minute
    with time_machine.travel(utc_now() + timedelta(seconds=90)):
        done = desk.services.feeds.refresher.refresh(source)
        assert (done.new, done.edited, done.gone) == (2, 0, 0)
        assert desk.services.feeds.refresher.refresh(source).new == 0
        assert shown(desk.client, feed.id) == words(7, 6, *ALL)
    desk.services.close()
