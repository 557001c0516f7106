"""How networks tell what was answered to a post: which addresses, what is read, and answers that are wrong."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import Problem
from networks import Networks
from networks.conversations import Discussion, Question
from networks.records import Answer
from tests.networks.feeds.recordings import recordings
from tests.networks.feeds.test_mutations import STATUSES, mutated

NETWORKS = Networks()
TELLING = [network.key for network in NETWORKS.values() if network.replies]
MASTODON = {
    "https://toots.example/@me/109": "109",
    "https://toots.example/@me@other.example/109": "109",
    "https://toots.example/web/@me/109": "109",
    "https://toots.example/users/me/statuses/109": "109",
    "https://toots.example/ap/users/1170/statuses/109": "109",
    "https://toots.example:8443/@me/109/": "109",
    "https://pleroma.example/notice/AbCdEfGhIjKlMnOpQr": "AbCdEfGhIjKlMnOpQr",
    "https://gts.example/@me/statuses/01HZX3K5V7QJ4N8M2T6R9W1YBC": "01HZX3K5V7QJ4N8M2T6R9W1YBC",
    "https://gts.example/users/me/statuses/01HZX3K5V7QJ4N8M2T6R9W1YBC": "01HZX3K5V7QJ4N8M2T6R9W1YBC",
}
NOT_MASTODON = [
    "https://toots.example/@me", "https://toots.example/@me/", "https://toots.example/@me/../1",
    "https://toots.example/@me/1/context", "https://toots.example/@me/1?x=1", "https://medium.com/@me/some-words-5f2a",
    "https://toots.example/tags/1", "https://user@toots.example/@me/1", "https://toots.example/@me/%2e%2e", "", "x",
]  # fmt: skip
DID = "did:plc:" + "a" * 24
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
STATUS = {"id": "1", "uri": "https://t.example/1", "url": "https://t.example/@me/1", "content": "<p>x</p>",
          "account": {"acct": "me", "url": "https://t.example/@me"}, "visibility": "public"}  # fmt: skip


def asked(network: str, url: str) -> Question | None:
    part = NETWORKS[network].replies
    assert part is not None
    return part.ask(url)


def read(network: str, body: Any, url: str = "", status: int = 200) -> Discussion:
    part = NETWORKS[network].replies
    question = part.ask(url or part.example) if part else None
    assert question is not None
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return question.read(Answer(raw, question.request.url, status))


def test_no_answer_quotes_what_is_not_for_strangers() -> None:
    quote = {"state": "accepted", "quoted_status": {**STATUS, "uri": "https://t.example/2", "visibility": "private"}}
    said = read("mastodon", {**STATUS, "quote": quote}, "https://t.example/@me/1")
    assert said.post is not None
    assert (said.post.text, said.post.quote) == ("x", None)


@pytest.mark.parametrize(("url", "number"), MASTODON.items())
def test_a_server_is_found_by_the_address(url: str, number: str) -> None:
    question = asked("mastodon", url)
    assert question is not None
    host = "/".join(url.split("/")[:3])
    assert question.request.url == f"{host}/api/v1/statuses/{number}"


def test_what_is_no_status_is_not_asked_for() -> None:
    assert [url for url in NOT_MASTODON if asked("mastodon", url)] == []


@pytest.mark.parametrize("host", ["bsky.app", "www.bsky.app"])
def test_a_handle_is_resolved_and_a_did_is_not(host: str) -> None:
    by_name, by_did = (asked("bluesky", f"https://{host}/profile/{who}/post/3k") for who in ("me.test", DID))
    assert by_name is not None
    assert by_did is not None
    assert by_name.request.then is not None
    assert by_name.request.url.endswith("resolveHandle?handle=me.test")
    onward = by_name.request.then(Answer(json.dumps({"did": DID}).encode(), by_name.request.url))
    assert onward.url == by_did.request.url
    with pytest.raises(Problem):
        by_name.request.then(Answer(b'{"did": "x"}', by_name.request.url))


@pytest.mark.parametrize(
    "url", ["https://bsky.app/profile/me.test", "https://evil.example/profile/me.test/post/3k", "https://bsky.app/x"]
)
def test_what_is_no_post_on_bluesky(url: str) -> None:
    assert asked("bluesky", url) is None


@pytest.mark.parametrize(
    "url", ["https://a.example/", "https://a.example", "http://a.example/n/1", "https://a.example/n?a=1"]
)
def test_what_is_no_object(url: str) -> None:
    assert asked("fediverse", url) is None


# --- Mastodon's API ---


def context(*statuses: Any) -> Discussion:
    first = read("mastodon", {**STATUS, "favourites_count": 0, "reblogs_count": 2})
    thread, boosts = first.next
    assert [one.needed for one in first.next] == [True, False]
    assert boosts.request.url.endswith("/reblogged_by?limit=80")
    return thread.read(Answer(json.dumps({"descendants": list(statuses)}).encode(), thread.request.url))


def status(number: int, to: int, **more: Any) -> dict[str, Any]:
    own = {"id": str(number), "uri": f"https://o.example/{number}", "in_reply_to_id": str(to)}
    return {**STATUS, "url": f"https://o.example/@a/{number}", **own, **more}


def test_parents_are_named_as_the_posts_are() -> None:
    replies = context(status(2, 1), status(3, 2), status(4, 99)).replies
    assert [(one.id, one.reply_to) for one in replies] == [
        ("https://o.example/2", "https://t.example/1"), ("https://o.example/3", "https://o.example/2"),
        ("https://o.example/4", "99"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "more", [{"visibility": "private"}, {"visibility": "direct"}, {"account": {"acct": "a", "limited": True}},
             {"account": {"acct": "a", "suspended": True}}],
)  # fmt: skip
def test_what_strangers_are_not_meant_to_see_is_left_out(more: dict[str, Any]) -> None:
    assert [one.id for one in context(status(2, 1, **more), status(3, 2), status(4, 1)).replies] == [
        "https://o.example/4"
    ]


def test_a_cut_list_is_asked_for_further_down() -> None:
    many = [status(n, 1, replies_count=3 if n > 58 else 0) for n in range(2, 62)]
    said = context(*many, status(70, 61))
    assert said.cut
    assert [one.request.url.rpartition("/statuses/")[2] for one in said.next] == [
        "59/context",
        "60/context",
        "61/context",
    ]
    assert not any(one.needed for one in said.next)
    further = said.next[0].read(Answer(json.dumps({"descendants": [status(80, 59)]}).encode(), ""))
    assert [one.reply_to for one in further.replies] == ["https://o.example/59"]
    assert context(*many[:50]).next == ()


@pytest.mark.parametrize("body", [{**STATUS, "visibility": "private"}, {**STATUS, "reblog": STATUS}, {"id": "1"}, []])
def test_what_is_no_public_status_is_a_problem(body: Any) -> None:
    with pytest.raises(Problem):
        read("mastodon", body)


# --- answers that are wrong ---


def samples() -> Iterator[tuple[Question, bytes]]:
    """Every question of every network, with an answer as it is documented."""
    own = {"did": DID, "handle": "me.test"}
    view: dict[str, Any] = {"uri": f"at://{DID}/app.bsky.feed.post/1", "cid": "c", "author": own,
            "record": {"$type": "app.bsky.feed.post", "text": "Hi", "createdAt": "2026-11-22T12:00:00Z"}}  # fmt: skip
    inner = {"post": {**view, "uri": view["uri"] + "2"}, "replies": [{"notFound": True}, {"blocked": True}]}
    note = {
        "type": "Note",
        "id": "https://example.org/notes/2",
        "content": "<p>x</p>",
        "inReplyTo": "https://example.org/notes/1",
    }
    pages = {"first": {"type": "CollectionPage", "items": [note, note["id"]], "next": "https://example.org/n?page=2"}}
    answers: dict[str, Any] = {
        "mastodon": STATUS,
        "bluesky": {"thread": {"post": view, "replies": [inner]}, "threadgate": {"record": {"hiddenReplies": ["x"]}}},
        "fediverse": {**note, "id": "https://example.org/notes/1", "replies": {"type": "Collection", **pages}},
    }
    lists: dict[str, Any] = {
        "context": {"descendants": [status(2, 1)]},
        "ed_by": [STATUS["account"]],
        "getLikes": {"likes": [{"actor": view["author"]}]},
        "getRepostedBy": {"repostedBy": [view["author"]]},
        "page=2": {"type": "CollectionPage", "items": [note]},
        "notes/2": note,
    }
    for key in TELLING:
        part = NETWORKS[key].replies
        question = part.ask(part.example) if part else None
        assert question is not None
        waiting = [(question, answers[key])]
        while waiting:
            question, body = waiting.pop()
            raw = json.dumps(body).encode()
            yield question, raw
            for more in question.read(Answer(raw, question.request.url)).next:
                waiting += [(more, told) for name, told in lists.items() if name in more.request.url]


SAMPLES = list(samples())


def holds_out(question: Question, raw: bytes, status: int = 200) -> None:
    """Translate without the net that `Question.read` has: any exception but a Problem fails the test."""
    with contextlib.suppress(Problem):
        said = question.translate(Answer(raw, question.request.url, status))
        told = [post.as_stored() for post in (*said.replies, *([said.post] if said.post else []))]
        json.dumps([told, [vars(one) for one in said.likes + said.reposts]], ensure_ascii=False).encode("utf-8")
        assert all(post.id for post in said.replies)


def test_every_question_has_an_answer_here() -> None:
    assert len(SAMPLES) >= 9


@pytest.mark.parametrize("seed", range(4))
def test_the_answers_with_things_wrong(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(300):
        question, raw = chance.choice(SAMPLES)
        holds_out(question, mutated(raw, chance), chance.choice(STATUSES))


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 50_000, b'{"thread":' + b'{"replies":[' * 30_000])
def test_depth_is_a_problem(raw: bytes) -> None:
    for question, _ in SAMPLES:
        with pytest.raises(Problem):
            question.read(Answer(raw, question.request.url))


def test_a_long_chain_of_answers_is_read() -> None:
    author = {"did": DID, "handle": "me.test"}
    posts = [
        {"uri": f"at://{DID}/app.bsky.feed.post/{n}", "author": author, "record": {"text": str(n), "createdAt": ""}}
        for n in range(150)
    ]
    node: dict[str, Any] = {}
    for post in reversed(posts):
        node = {"post": post, "replies": [node] if node else []}
    replies = read("bluesky", {"thread": node}, f"https://bsky.app/profile/{DID}/post/0").replies
    assert [one.text for one in replies] == [str(n) for n in range(1, 150)]
    assert [one.reply_to for one in replies] == [post["uri"] for post in posts[:-1]]


@pytest.mark.corpus
def test_recorded_answers_in_the_place_of_others(corpus: Path) -> None:
    """Whatever these networks ever answered, given to any question: posts come out, or a Problem."""
    known = [one for one in recordings(corpus) if one.network in TELLING and len(one.body) < 200_000]
    assert len(known) > 100
    told = 0
    for recording in known:
        for question, _ in SAMPLES:
            holds_out(question, recording.body, recording.status)
        if "/context" in recording.url or "favourited_by" in recording.url:
            told += 1
    assert told >= 2


@pytest.mark.corpus
def test_recorded_statuses_and_their_likes_are_read(corpus: Path) -> None:
    """A recorded status is the beginning of a discussion; who liked it is told by name."""
    found, people = 0, 0
    for recording in recordings(corpus):
        if recording.network != "mastodon" or recording.status != 200:
            continue
        with contextlib.suppress(Problem, ValueError):
            body = json.loads(recording.body)
            if isinstance(body, dict) and "reblogs_count" in body and not body.get("reblog"):
                found += bool(read("mastodon", {**body, "visibility": "public"}).post)
        if recording.url.endswith("/favourited_by"):
            liked = next(one for one, _ in SAMPLES if "favourited_by" in one.request.url)
            people += sum(bool(one.name and one.url) for one in liked.read(Answer(recording.body, "")).likes)
    assert found > 20
    assert people >= 1


def test_a_films_comments_are_its_replies() -> None:
    film = {"type": "Video", "id": "https://films.example/w/1", "name": "A film", "to": [PUBLIC],
            "attributedTo": [{"type": "Person", "id": "https://films.example/accounts/ada"}],
            "comments": "https://films.example/w/1/comments"}  # fmt: skip
    said = read("fediverse", {"@context": "https://www.w3.org/ns/activitystreams", **film}, film["id"])
    assert [question.request.url for question in said.next] == [film["comments"]]


def test_a_first_page_that_is_only_named_is_asked_for() -> None:
    home = "https://gts.example/users/ada/statuses/01"
    replies = {"id": f"{home}/replies", "type": "Collection",
               "first": {"id": f"{home}/replies?page=true", "type": "CollectionPage"}}  # fmt: skip
    note = {"type": "Note", "id": home, "content": "<p>x</p>", "attributedTo": "https://gts.example/users/ada"}
    said = read("fediverse", {"@context": "https://www.w3.org/ns/activitystreams", **note, "replies": replies}, home)
    assert [question.request.url for question in said.next] == [f"{home}/replies?page=true"]
