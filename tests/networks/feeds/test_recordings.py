"""Every recorded list of posts becomes posts; what is no list of posts, and why, stands in data/not_posts.json."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import Problem
from networks.records import POST_FIELDS, Answer, Page
from tests.networks.feeds.recordings import Recording, recordings
from tests.networks.feeds.test_pairs import DATA, feed_of

pytestmark = pytest.mark.corpus
NOT_POSTS = [tuple(row) for row in json.loads((DATA / "not_posts.json").read_text("utf-8"))]
LISTS = ("data", "items", "feed", "posts", "elements", "orderedItems", "statuses", "entries", "ancestors", "thread")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def is_list(data: Any) -> bool:
    """Whether JSON is, or holds in one of the usual places, a list of objects that is not empty."""
    if isinstance(data, list):
        return bool(data) and isinstance(data[0], dict)
    if not isinstance(data, dict):
        return False
    nested = data.get("data")
    within = isinstance(nested, dict) and any(isinstance(v, list) and v for v in nested.values())
    return within or any(is_list(data[key]) for key in LISTS if isinstance(data.get(key), list))


def parsed(recording: Recording) -> Any:
    """The JSON of a recording, None where it is none."""
    try:
        return json.loads(recording.body)
    except ValueError:
        return None


def excused(recording: Recording) -> bool:
    """Whether data/not_posts.json says why this one is no list of posts."""
    place = f"{recording.name} {recording.url}"
    return any(network == recording.network and mark in place for network, mark, _ in NOT_POSTS)


def read(recording: Recording) -> Page | None:
    """The posts of a recording, None where it is refused."""
    try:
        return feed_of(recording.network).read(recording.body, recording.url, recording.headers, recording.status)
    except Problem:
        return None


def full(page: Page | None) -> bool:
    """Whether one post at least has what every reader needs."""
    return bool(page) and any(p.id and p.url and TIME.fullmatch(p.time) for p in page.posts) if page else False


def test_every_recorded_list_of_posts_becomes_posts(corpus: Path) -> None:
    lists = [r for r in recordings(corpus) if r.status < 300 and is_list(parsed(r)) and not excused(r)]
    assert len(lists) > 100
    assert not [f"{r.name} {r.url}" for r in lists if not full(read(r))]


def test_every_excuse_is_still_needed(corpus: Path) -> None:
    missing = [r for r in recordings(corpus) if r.status < 300 and is_list(parsed(r)) and not full(read(r))]
    places = [(r.network, f"{r.name} {r.url}") for r in missing]
    assert not [row for row in NOT_POSTS if not any(n == row[0] and row[1] in place for n, place in places)]


def test_every_real_feed_becomes_posts(corpus: Path) -> None:
    feeds = [r for r in recordings(corpus) if r.row["network"] == "rss-real"]
    assert len(feeds) > 50
    assert not [r.name for r in feeds if not full(read(r))]


def test_every_post_keeps_the_contract(corpus: Path) -> None:
    for recording in recordings(corpus):
        page = read(recording)
        for post in (page.as_json()["posts"] if page else [])[:20]:
            assert set(post) <= set(POST_FIELDS), recording.name
            assert not [name for name, value in post.items() if value in ("", None, [], {})], recording.name
            assert TIME.fullmatch(post.get("time", "2026-01-01T00:00:00Z")), recording.name
            assert post["network"] == recording.network
            for url in [post.get("url"), *(one["url"] for one in post.get("media", []))]:
                assert url is None or url.startswith(("http://", "https://")), recording.name


def test_no_recording_stops_a_reader(corpus: Path) -> None:
    """Whatever a file holds, reading it gives posts or a Problem; without the net that `Feed.read` has below it."""
    for recording in recordings(corpus):
        with contextlib.suppress(Problem):
            feed_of(recording.network).translate(Answer(recording.body, recording.url, recording.status))


def test_recorded_refusals_have_codes(corpus: Path) -> None:
    wanted = {
        404: {"not_found"},
        403: {"not_allowed", "rate_limited"},
        400: {"not_found", "bad_reply"},
        422: {"bad_reply"},
    }
    seen = 0
    for recording in recordings(corpus):
        if recording.status in wanted:
            with pytest.raises(Problem) as caught:
                feed_of(recording.network).read(recording.body, recording.url, status=recording.status)
            assert caught.value.code in wanted[recording.status], recording.name
            seen += 1
    assert seen >= 12
