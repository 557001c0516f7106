"""Webmention, the receiving side: what is said is believed only where the page itself says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.times import utc_now
from feeds.mentions import PATIENCE, Mention, Mentions
from tests.doubles import ORIGIN
from tests.feeds.webhook_doubles import Desk

OURS = f"{ORIGIN}/post"
LINK = f'<p>See <a href="{OURS}">this</a></p>'


class Blog:
    """Somebody's site on loopback, whose page says what a test wants, and our server."""

    def __init__(self, server: HTTPServer, desk: Desk) -> None:
        self.desk = desk
        self.body: Any = LINK
        self.status, self.kind, self.location, self.seconds = 200, "text/html; charset=utf-8", "", 0.0
        self.source = server.url_for("/reply")
        self.other = server.url_for("/moved")
        self.asked = 0
        server.expect_request("/reply").respond_with_handler(self._answer)
        server.expect_request("/moved").respond_with_handler(self._moved)

    def _answer(self, _request: Request) -> Response:
        self.asked += 1
        time.sleep(self.seconds)
        if self.location:
            return Response("", 302, {"Location": self.location})
        return Response(self.body, self.status, content_type=self.kind)

    def _moved(self, _request: Request) -> Response:
        return Response(self.body, content_type=self.kind)

    def tell(self, target: str = OURS, source: str = "") -> Any:
        form = {"source": source or self.source, "target": target}
        return self.desk.client.post("/webmention", data=form)

    def mentions(self, target: str = OURS) -> list[Mention]:
        return Mentions(self.desk.services).of(target)

    def kinds(self, target: str = OURS) -> list[str]:
        return [mention.kind for mention in self.mentions(target)]


@pytest.fixture
def blog(tmp_path: Path, httpserver: HTTPServer) -> Iterator[Blog]:
    desk = Desk(tmp_path, http_allow=f"{httpserver.host}:{httpserver.port}")
    yield Blog(httpserver, desk)
    desk.services.close()


def test_a_page_that_links_here_is_a_mention(blog: Blog) -> None:
    answer = blog.tell()
    assert answer.status_code == 202
    assert answer.get_json() == {"source": blog.source, "target": OURS, "state": "waiting"}
    (mention,) = blog.mentions()
    assert (mention.source, mention.kind, mention.state) == (blog.source, "mention", "here")
    assert mention.site_key == blog.desk.site.key
    assert mention.post.id == mention.post.url == blog.source


LINKS = [
    LINK,
    f'<a href="{OURS}#comments">x</a>',
    f"<A HREF='{ORIGIN.upper().replace('HTTPS', 'https')}/post'>x</A>",
    f'<img src="{OURS}">',
    f'<video src="{OURS}"></video>',
    f'<blockquote cite="{OURS}">x</blockquote>',
    f'<link rel="canonical" href="{OURS}">',
    f'<base href="{ORIGIN}/blog/"><a href="../post">x</a>',
]
NO_LINKS = [
    "<p>Hello</p>",
    f"<p>{OURS}</p>",
    f'<!-- <a href="{OURS}">x</a> -->',
    f'&lt;a href="{OURS}"&gt;',
    f'<a href="{OURS}/">x</a>',
    f'<a href="{OURS}?a=1">x</a>',
    f'<a href="{OURS}s">x</a>',
    f'<a href="https://evil.example/?{OURS}">x</a>',
    f'<a title="{OURS}">x</a>',
    f'<script>"{OURS}"</script>',
    f'<textarea><a href="{OURS}">x</a></textarea>',
    f'<template><a href="{OURS}">x</a></template>',
    "",
]


@pytest.mark.parametrize("html", LINKS)
def test_every_kind_of_link_counts(blog: Blog, html: str) -> None:
    blog.body = html
    blog.tell()
    assert blog.kinds() == ["mention"]


@pytest.mark.parametrize("html", NO_LINKS)
def test_what_is_no_link_is_no_mention(blog: Blog, html: str) -> None:
    blog.body = html
    assert blog.tell().status_code == 202
    assert blog.asked == 1
    assert blog.mentions() == []


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        ("application/json", f'{{"a": [{{"b": "{OURS}"}}]}}', True),
        ("application/activity+json", f'{{"inReplyTo": "{OURS}"}}', True),
        ("application/json", f'{{"a": "see {OURS}"}}', False),
        ("application/json", f'{{"{OURS}": 1}}', False),
        ("text/plain", f"See <{OURS}>.", True),
        ("text/plain", f"See {OURS}.", True),
        ("text/plain", f"See {OURS}s", False),
        ("text/plain", f"x{OURS}", False),
    ],
)
def test_other_kinds_of_documents(blog: Blog, kind: str, body: str, found: bool) -> None:
    blog.body, blog.kind = body, kind
    blog.tell()
    assert bool(blog.mentions()) is found


ENTRY = (
    '<article class="h-entry"><a class="u-url" href="{source}"></a>'
    '<div class="p-author h-card"><a class="p-name u-url" href="https://somebody.example.org/">Some Body</a></div>'
    '<time class="dt-published" datetime="2026-11-20T10:00:00Z"></time><a class="{kind}" href="{ours}">x</a>'
    '<div class="e-content">Well <b>said</b>! <script>alert(1)</script></div></article>'
)


@pytest.mark.parametrize(
    ("mark", "kind"),
    [("u-in-reply-to", "reply"), ("u-like-of", "like"), ("u-repost-of", "repost"), ("u-bookmark-of", "mention")],
)
def test_what_the_page_says_is_kept_as_a_post(blog: Blog, mark: str, kind: str) -> None:
    blog.body = ENTRY.format(source=blog.source, kind=mark, ours=OURS)
    blog.tell()
    (mention,) = blog.mentions()
    assert mention.kind == kind
    said = mention.post.as_json()
    assert said["author"] == {"name": "Some Body", "url": "https://somebody.example.org/"}
    assert (said["url"], said["time"], said["text"]) == (blog.source, "2026-11-20T10:00:00Z", "Well said!")
    assert "script" not in said["html"]


@pytest.mark.parametrize(("mark", "kind"), [("u-repost-of", "repost"), ("p-in-reply-to", "reply")])
def test_a_citation_says_what_it_is(blog: Blog, mark: str, kind: str) -> None:
    blog.body = f'<div class="h-entry"><div class="{mark} h-cite"><p><a href="{OURS}">x</a></p></div></div>'
    blog.tell()
    assert blog.kinds() == [kind]


def test_of_many_entries_the_one_that_links_here_counts(blog: Blog) -> None:
    entry = '<div class="h-entry h-full"><div class="e-content"><p class="h-8">{}</p></div></div>'
    comment = '<div class="p-comment h-cite"><b class="p-author h-card">Somebody else</b></div>'
    blog.body = entry.format("Other words" + comment) + entry.format(f"It is <a href='{OURS}'>there</a>")
    blog.tell()
    (mention,) = blog.mentions()
    assert (mention.post.text, mention.post.author) == ("It is there", None)


def test_a_plain_page_says_who_it_is_by_its_head(blog: Blog) -> None:
    head = "<meta property='article:published_time' content='2026-11-20T10:00:00+01:00'>"
    blog.body = f"<title>My day</title><meta property='og:site_name' content='A blog'>{head}{LINK}"
    blog.tell()
    (mention,) = blog.mentions()
    assert (mention.post.title, mention.post.time) == ("My day", "2026-11-20T09:00:00Z")
    assert mention.post.author is not None
    assert mention.post.author.name == "A blog"


# --- told again ---


def test_told_again_it_is_read_again(blog: Blog) -> None:
    blog.body = ENTRY.format(source=blog.source, kind="u-like-of", ours=OURS)
    blog.tell()
    (first,) = blog.mentions()
    blog.body = ENTRY.format(source=blog.source, kind="u-in-reply-to", ours=OURS).replace("Well", "Not well")
    blog.tell()
    (second,) = blog.mentions()
    assert (first.id, first.kind) == (second.id, "like")
    assert (second.kind, second.post.text) == ("reply", "Not well said!")


@pytest.mark.parametrize("change", [{"body": "<p>changed my mind</p>"}, {"status": 410}, {"status": 404}])
def test_a_mention_that_is_no_more_is_forgotten(blog: Blog, change: dict[str, Any]) -> None:
    blog.tell()
    assert blog.kinds() == ["mention"]
    for name, value in change.items():
        setattr(blog, name, value)
    assert blog.tell().status_code == 202
    assert blog.mentions() == []


@pytest.mark.parametrize("change", [{"status": 500}, {"status": 403}, {"kind": "image/png"}])
def test_trouble_takes_no_mention_away(blog: Blog, change: dict[str, Any]) -> None:
    blog.tell()
    for name, value in change.items():
        setattr(blog, name, value)
    blog.tell()
    (mention,) = blog.mentions()
    assert mention.state == "failed"
    assert mention.problem
    assert len(blog.desk.jobs.delayed) == 1, "it is tried again later"


# --- pages that are not nice ---


def test_a_redirect_is_followed(blog: Blog) -> None:
    blog.location = blog.other
    blog.tell()
    (mention,) = blog.mentions()
    assert mention.source == blog.source


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9/", "http://169.254.169.254/latest", "http://localhost/", "file:///etc"]
)
def test_a_redirect_to_a_private_address_is_refused(blog: Blog, place: str) -> None:
    blog.location = place
    blog.tell()
    assert blog.mentions() == []
    assert blog.desk.jobs.delayed == []


@pytest.mark.parametrize(
    "source", ["http://127.0.0.1:9/", "http://10.1.2.3/", "http://[::1]/", "http://router.local/"]
)
def test_a_private_address_is_never_asked(blog: Blog, source: str) -> None:
    assert blog.tell(source=source).status_code == 202
    assert blog.mentions() == []
    assert blog.desk.jobs.delayed == []


def test_a_huge_page_is_read_as_far_as_is_sensible(blog: Blog) -> None:
    blog.body = LINK + "<p>x</p>" * 400_000
    blog.tell()
    assert blog.kinds() == ["mention"]
    blog.body = "<p>x</p>" * 400_000 + LINK
    blog.tell()
    assert blog.kinds() == []


def test_a_page_nested_without_end_is_let_be(blog: Blog) -> None:
    blog.body = "<div>" * 150_000 + LINK
    blog.tell()
    assert blog.mentions() == []


def test_a_slow_page_is_waited_for_so_long_and_no_longer(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.mentions.DEADLINE", 0.3)
    blog.seconds = 1.5
    began = time.monotonic()
    blog.tell()
    assert time.monotonic() - began < 1.2
    assert blog.mentions() == []


# --- who may say what ---


@pytest.mark.parametrize(
    ("source", "target", "field"),
    [
        ("", OURS, "source"),
        ("ftp://example.org/", OURS, "source"),
        ("not an address", OURS, "source"),
        ("https://user:word@example.org/", OURS, "source"),
        ("https://example.org/" + "x" * 2100, OURS, "source"),
        ("https://example.org/a", "", "target"),
        ("https://example.org/a", "https://nobody.example.net/", "target"),
        ("https://example.org/a", "http://blog.example.org/post", "target"),
        ("https://example.org/a", "https://blog.example.org.evil.example/", "target"),
        (OURS, OURS + "#top", "source"),
    ],
)
def test_what_cannot_be_is_refused(blog: Blog, source: str, target: str, field: str) -> None:
    answer = blog.desk.client.post("/webmention", data={"source": source, "target": target})
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (422, field)


def test_a_form_that_is_none_is_refused(blog: Blog) -> None:
    assert blog.desk.client.post("/webmention", json={"source": blog.source, "target": OURS}).status_code == 422
    assert blog.desk.client.post("/webmention", data={"source": "x" * 20_000}).status_code == 413
    assert blog.desk.client.get("/webmention").status_code == 405


def test_a_target_is_a_page_wherever_in_it(blog: Blog) -> None:
    blog.tell(OURS + "#part-2")
    blog.tell(OURS)
    assert blog.kinds() == ["mention"]
    assert blog.kinds(OURS + "#part-3") == ["mention"]


def test_who_says_it_too_often_is_turned_away(tmp_path: Path) -> None:
    desk = Desk(tmp_path, limits="on")
    form = {"source": "http://10.0.0.1/", "target": OURS}
    answers = [desk.client.post("/webmention", data=form | {"source": f"http://10.0.0.{n}/"}) for n in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {202}
    assert (answers[60].status_code, answers[60].get_json()["error"]["code"]) == (429, "too_many_requests")
    desk.services.close()


def test_a_host_is_not_asked_without_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path, limits="on")
    told = Mentions(desk.services)
    for number in range(60):
        told.receive(f"http://10.0.0.1/{number}", OURS, caller=f"192.0.2.{number}")
    with pytest.raises(Exception, match="too often"):
        told.receive("http://10.0.0.1/60", OURS, caller="198.51.100.1")
    desk.services.close()


def test_what_never_could_be_looked_at_is_forgotten(blog: Blog) -> None:
    blog.tell(source="http://10.1.2.3/")
    blog.tell()
    with time_machine.travel(utc_now() + PATIENCE + timedelta(minutes=1)):
        blog.desk.jobs.enqueue("webhooks.sweep")
    with blog.desk.services.database.session() as session:
        from sqlalchemy import text

        assert session.execute(text("SELECT count(*) FROM webmentions")).scalar() == 1
    assert blog.kinds() == ["mention"]


def test_a_lost_job_is_put_again(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(blog.desk.jobs, "enqueue", lambda *_, **__: "lost")
        blog.tell()
    assert blog.mentions() == []
    with time_machine.travel(utc_now() + timedelta(minutes=6)):
        blog.desk.jobs.enqueue("webhooks.tend")
    assert blog.kinds() == ["mention"]
