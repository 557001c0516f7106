"""The life of a conversation from end to end: it is found, grows, is edited, goes, whatever servers do wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.jobs_eager import EagerJobs
from feeds.replies.service import Conversations
from feeds.replies.tables import PageRow
from tests.feeds.talk import PAGE, STATUS, Talk, Toots, a_root, a_talk, answer, person
from tests.feeds.world import TOOTS, World
from tests.login.internet import Asked

SOURCE = "mastodon:@me@toots.example"


@pytest.fixture
def toots() -> Toots:
    return Toots(a_root(), answer(2, minutes=30), answer(3, to=2, by="bob", minutes=20), answer(4, minutes=10))


@pytest.fixture
def world(tmp_path: Path, toots: Toots) -> Iterator[Talk]:
    with a_talk(tmp_path, toots.pages, SOURCE) as made:
        yield made


# --- it is found ---


def test_the_answers_to_the_sites_own_post_stand_under_the_page(world: Talk, toots: Toots) -> None:
    toots.faces, toots.boosts = [person("eve"), person("fay")], [person("gus")]
    said = world.of()
    assert [(one.depth, one.post.text) for one in said.replies] == [(0, "Answer 2"), (1, "Answer 3"), (0, "Answer 4")]
    assert said.replies[1].parent == said.replies[0].id
    assert said.replies[0].parent == ""
    assert {one.network for one in said.replies} == {"mastodon"}
    assert [(place.network, place.url) for place in said.places] == [("mastodon", f"{TOOTS}/@me/1")]
    assert [(face.kind, face.author.name) for face in said.faces] == [
        ("like", "Eve"),
        ("like", "Fay"),
        ("repost", "Gus"),
    ]
    assert said.counts == {"replies": 3, "likes": 2, "reposts": 1}
    assert (said.more, said.stale, said.waiting, said.webmention) == (0, False, False, True)


def test_a_page_is_found_however_its_address_is_written(world: Talk) -> None:
    for href in (f"{PAGE}/", f"{PAGE}#part", f"{PAGE}?utm_source=x&fbclid=1", PAGE):
        assert len(world.of(href).replies) == 3
    assert len(world.internet.to(f"{STATUS}/1")) == 1, "it is one page"


def test_links_are_found_however_they_are_written(tmp_path: Path) -> None:
    for number, link in enumerate(("http://www.blog.example.org/post/", f"{PAGE}?utm_campaign=a&amp;gclid=2#x")):
        root = a_root(content=f'<p><a href="{link}">x</a></p>')
        with a_talk(tmp_path / str(number), Toots(root, answer(2)).pages, SOURCE) as world:
            assert len(world.of().replies) == 1


def test_a_page_in_another_script_is_found(tmp_path: Path) -> None:
    root = a_root(content='<p><a href="https://blog.example.org/caf\u00e9/\u4f60\u597d">x</a></p>')
    with a_talk(tmp_path, Toots(root, answer(2)).pages, SOURCE) as world:
        assert len(world.of("https://blog.example.org/caf%C3%A9/%E4%BD%A0%E5%A5%BD").replies) == 1
        assert world.of("https://blog.example.org/caf").replies == ()


def test_another_page_has_another_conversation(world: Talk) -> None:
    for href in ("https://blog.example.org/", "https://blog.example.org/pos", f"{PAGE}?a=1", f"{PAGE}s"):
        assert world.of(href).replies == ()
    assert world.internet.to(f"{STATUS}/1") == []


def test_a_page_of_nobody_has_none_and_nothing_is_asked(world: Talk) -> None:
    asked = len(world.internet.asked)
    for href in ("https://evil.example/post", "http://blog.example.org/post", "https://www.blog.example.org/post"):
        for site in (world.site.site, None):
            said = world.of(href, f"{TOOTS}/@me/1", site=site)
            assert (said.replies, said.places, said.webmention, said.waiting) == ((), (), False, False)
    assert len(world.internet.asked) == asked


def test_without_a_site_the_page_says_whose_it_is(world: Talk) -> None:
    assert len(world.of(site=None).replies) == 3


def test_as_many_as_are_wanted(world: Talk) -> None:
    said = world.of(count=2)
    assert ([one.post.text for one in said.replies], said.more) == (["Answer 2", "Answer 3"], 1)


def test_a_second_look_asks_nobody(world: Talk) -> None:
    world.of()
    asked = len(world.internet.asked)
    assert len(world.of().replies) == 3
    assert (len(world.internet.asked), world.put) == (asked, [])


# --- it changes ---


def test_a_new_answer_is_there_after_the_next_reading(world: Talk, toots: Toots) -> None:
    world.of()
    toots.thread.append(answer(5, to=3, by="eve"))
    world.later(minutes=4)
    assert len(world.of().replies) == 3, "the last answer at once"
    assert world.put == [world.page_id()]
    assert world.talk.reader.read(world.page_id()).new == 1
    assert world.told() == [(0, "Answer 2"), (1, "Answer 3"), (2, "Answer 5"), (0, "Answer 4")]


def test_our_own_clock_may_be_set_back(world: Talk, toots: Toots) -> None:
    world.of()
    toots.thread.append(answer(5, to=3, by="eve"))
    with world.services.database.session(write=True) as session:
        session.query(PageRow).one().leased = world.now  # of somebody who died while the clock was ahead
    world.now -= timedelta(days=900)
    assert len(world.of().replies) == 3
    assert world.put == [world.page_id()]
    assert world.talk.reader.read(world.page_id()).new == 1


def test_an_edited_answer_says_so(world: Talk, toots: Toots) -> None:
    first = world.of().replies[0]
    toots.thread[0] = answer(2, words="Better words", minutes=30)
    assert world.work().edited == 1
    (edited,) = [one for one in world.of().replies if one.id == first.id]
    assert (edited.post.text, edited.post.edited[:10]) == ("Better words", "2026-11-23")


def test_an_answer_that_was_deleted_goes_at_once(world: Talk, toots: Toots) -> None:
    world.of()
    for number in (4, 2, 3):
        toots.thread = [one for one in toots.thread if one["id"] != str(number)]
        assert world.work().gone == 1
        assert f"Answer {number}" not in [words for _, words in world.told()]


def test_an_answer_that_became_private_goes(world: Talk, toots: Toots) -> None:
    world.of()
    toots.thread[2] = answer(4, visibility="private")
    assert world.work().gone == 1


@pytest.mark.parametrize("fault", [(404, {"error": "Record not found"}), (410, {"error": "Gone"})])
def test_a_post_that_was_deleted_takes_its_answers_along(world: Talk, toots: Toots, fault: Any) -> None:
    world.of()
    toots.fault = fault
    assert world.work().failed == 1
    said = world.of()
    assert (said.replies, said.faces, said.places) == ((), (), ())


def test_a_post_that_no_longer_links_here_is_no_place(world: Talk, toots: Toots) -> None:
    world.of()
    toots.toots[0] = a_root(content="<p>Never mind</p>")
    world.refresh(world.feeds.all()[0])
    world.work()
    assert (world.of().replies, world.of().places) == ((), ())


def test_a_conversation_is_read_less_the_older_it_is(world: Talk, toots: Toots) -> None:
    toots.thread = [answer(2, minutes=60 * 24 * 4)]
    toots.toots[0] = a_root(created_at="2026-11-12T12:00:00Z")
    world.of()
    asked = len(world.internet.asked)
    world.later(hours=3)
    world.of()
    assert (world.put, len(world.internet.asked)) == ([], asked)
    world.later(hours=3)
    world.of()
    assert world.put == [world.page_id()]


def test_what_was_read_long_ago_is_not_shown_before_it_is_read_again(world: Talk, toots: Toots) -> None:
    world.of()
    toots.thread = []
    world.later(days=3)
    assert world.told() == []
    assert world.put == []


def test_what_nobody_confirms_and_nobody_asks_for_goes(world: Talk, toots: Toots) -> None:
    from feeds.replies.sweep import sweep

    world.of()
    toots.fault = (500, b"")
    forgotten: list[str] = []
    for days, left in ((29, 3), (2, 0)):
        world.later(days=days)
        world.of()
        sweep(world.services.database, world.services.networks, forgotten.append, world.now)
        assert len(world.told()) == left
    world.later(days=31)
    sweep(world.services.database, world.services.networks, forgotten.append, world.now)
    with pytest.raises(Exception, match="No row"):
        world.page_id()


# --- what servers do wrong ---


FAULTS: dict[str, Any] = {
    "500": (500, b"<h1>Oh no</h1>"),
    "a page for people": (200, b"<html><title>Maintenance</title></html>"),
    "garbage": (200, b"\x00\xff\x01" * 50),
    "another thing": (200, [1, {"a": None}]),
    "401": (401, {"error": "This method requires an authenticated user"}),
    "a private address": (302, b"", {"Location": "http://169.254.169.254/api"}),
}


def test_a_fault_is_told_and_the_last_good_answer_is_shown(world: Talk, toots: Toots) -> None:
    world.of()
    for name, fault in FAULTS.items():
        toots.fault = fault
        assert world.work().failed == 1, name
        said = world.of()
        assert (len(said.replies), said.stale, said.waiting) == (3, True, False), name
        (place,) = world.desk.places(world.site.key)
        assert (place.failures, bool(place.problem), bool(place.why)) == (1, True, True), name
        toots.fault = None
        world.work()
        assert world.of().stale is False, name


def test_trouble_beside_the_post_deletes_nothing(world: Talk, toots: Toots) -> None:
    world.of()
    toots.fault = lambda asked: (404, {"error": "Record not found"}) if asked.url.endswith("/context") else None
    assert world.work().failed == 1
    assert len(world.of().replies) == 3


def test_faces_that_cannot_be_had_take_nothing_along(world: Talk, toots: Toots) -> None:
    toots.faces = [person("eve")]
    world.of()
    toots.fault = lambda asked: (500, b"") if "favourited_by" in asked.url else None
    assert world.work().failed == 0
    assert (len(world.of().replies), len(world.of().faces)) == (3, 1)


def test_a_limit_is_kept_to(world: Talk, toots: Toots) -> None:
    world.of()
    world.later(days=1)
    over = (world.now + timedelta(hours=1)).isoformat()
    toots.fault = (429, {"error": "Too many requests"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": over})
    world.work(seconds=0.1)
    asked = len(world.internet.asked)
    toots.fault = None
    world.work(minutes=30)
    assert len(world.internet.asked) == asked, "nobody was asked before the time"
    assert (len(world.of().replies), world.of().stale) == (3, False)
    world.work(minutes=45)
    assert len(world.internet.asked) > asked


def test_a_server_that_hangs_costs_the_visitor_so_much_and_no_more(
    world: Talk, toots: Toots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.replies.service.FILL", 0.3)
    end = threading.Event()

    def hang(_asked: Asked) -> Any:
        end.wait(5)

    toots.fault = hang
    said = world.of()
    end.set()
    assert (said.replies, said.stale, said.waiting) == ((), False, True)
    assert world.put == [world.page_id()], "the worker has more time"
    toots.fault = None
    assert world.talk.reader.read(world.page_id()).new == 3
    assert world.of().waiting is False


def test_whoever_comes_while_it_is_being_read_is_told_to_wait(world: Talk, toots: Toots) -> None:
    came: list[Any] = []

    def look(_asked: Asked) -> Any:
        came.append(world.of())

    toots.fault = look
    assert len(world.of().replies) == 3
    assert all((one.replies, one.waiting) == ((), True) for one in came)
    assert came


# --- what strangers write ---


def test_hostile_words_come_out_harmless(world: Talk, toots: Toots) -> None:
    html = (
        '<p onclick="x()">Hi<script>alert(1)</script><img src=x onerror=y> <a href="javascript:z">a</a>\u202eevil</p>'
    )
    toots.thread = [answer(2, account=person("ann", display_name="An\u202en\u2066"), content=html)]
    (reply,) = world.of().replies
    assert not any(bad in reply.post.html for bad in ("script", "onclick", "onerror", "javascript", "\u202e", "<img"))
    assert reply.post.author is not None
    assert reply.post.author.name == "Ann"


def test_an_endless_reply_is_cut(world: Talk, toots: Toots) -> None:
    toots.thread = [answer(2, content="<p>" + "word " * 4000 + "</p>")]
    (reply,) = world.of().replies
    assert len(reply.post.text) <= 5000
    assert len(reply.post.html) < 6000


def test_ten_thousand_answers_are_as_many_as_are_kept(world: Talk, toots: Toots) -> None:
    toots.thread = [answer(n, to=n - 1 if n % 2 else 1, minutes=20_000 - n) for n in range(2, 10_002)]
    said = world.of(count=500)
    assert len(said.replies) == 500
    assert said.replies[0].post.text == "Answer 2"
    toots.thread = toots.thread[:100] + [answer(20_000 + n) for n in range(900)]
    world.work()
    assert len(world.of(count=500).replies) <= 500


def test_answers_in_a_circle_and_to_nothing_are_shown_once(world: Talk, toots: Toots) -> None:
    toots.thread = [
        answer(2, to=3, minutes=9),
        answer(3, to=2, minutes=8),
        answer(4, to=4, minutes=7),
        answer(5, to=99, minutes=6),
    ]
    assert sorted(world.told()) == [(0, "Answer 2"), (0, "Answer 4"), (0, "Answer 5"), (1, "Answer 3")]


def test_a_cut_list_takes_nobody_away_for_a_day(world: Talk, toots: Toots) -> None:
    toots.thread = [answer(n, minutes=100 - n) for n in range(2, 62)]
    world.of()
    toots.thread = [answer(n, minutes=0) for n in range(3, 63)]
    assert world.work(hours=2).gone == 0
    assert len(world.of(count=100).replies) == 61
    assert world.work(hours=25).gone == 1


def test_what_a_job_reads_is_read(tmp_path: Path, toots: Toots) -> None:
    world = World(tmp_path, {**toots.pages, PAGE: b""})
    jobs = EagerJobs(world.services.handlers, world.services)
    world.services.__dict__["jobs"] = jobs
    world.refresh(world.add(SOURCE))
    talk = Conversations(world.services, now=lambda: world.now)
    talk.of(PAGE, site=world.site.site)
    toots.thread.append(answer(9))
    world.later(days=1)
    assert len(talk.of(PAGE, site=world.site.site).replies) == 4, "the job ran at once here"
    jobs.enqueue("replies.read", {"page": "nosuchpage"})
    jobs.enqueue("feeds.reap")
    assert (jobs.delayed, jobs.failed) == ([], []), "none of them failed"
    world.close()
