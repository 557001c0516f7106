"""``feeds read --stdin``: a line in, a line out, and a wrong line that stops nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from feeds.read_stdin import stream
from networks import Networks
from networks.parts import Network

FEED = b'{"version": "https://jsonfeed.org/version/1", "title": "T", "items": [{"id": "1", "content_text": "a"}]}'
STATUS = {"id": "1", "uri": "https://a.example/1", "url": "https://a.example/@a/1", "content": "<p>x</p>",
          "created_at": "2026-11-01T10:00:00Z", "account": {"acct": "a", "url": "https://a.example/@a"}}  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]


def answers(*lines: str) -> list[dict[str, Any]]:
    """What each line gives."""
    out: list[str] = []
    stream(lines, out.append, Networks())
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in out)
    return [json.loads(line) for line in out]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A recorded answer."""
    path = tmp_path / "feed.json"
    path.write_bytes(FEED)
    return path


def test_one_line_in_is_one_page_out(feed: Path) -> None:
    (said,) = answers(f"{feed}\trss\thttps://example.org/feed.json\n")
    assert list(said) == ["title", "posts", "next"]
    assert (said["title"], said["next"]) == ("T", None)
    assert said["posts"][0]["text"] == "a"


@pytest.mark.parametrize("key", ["jsonfeed", "atom", "podcast", " rss "])
def test_formats_go_by_their_names_too(feed: Path, key: str) -> None:
    assert answers(f"{feed}\t{key}\thttps://example.org/feed.json")[0]["title"] == "T"


@pytest.mark.parametrize(
    "line", ["", "\n", "only-a-path", "\t\t", "missing.json\trss\thttps://a.example/", "a\x00b\trss\thttps://a.example/",
             "/etc/hostname\tnosuch\thttps://a.example/", "/etc/hostname\temail\thttps://a.example/"]
)  # fmt: skip
def test_a_wrong_line_is_an_error_and_the_next_is_read(feed: Path, line: str) -> None:
    wrong, right = answers(line, f"{feed}\trss\t")
    assert wrong["error"]["code"] == "invalid"
    assert right["title"] == "T"


def test_a_refusal_is_an_error_and_the_next_is_read(feed: Path, tmp_path: Path) -> None:
    refusal = tmp_path / "refusal.json"
    refusal.write_text('{"error": {"message": "Session has expired", "type": "OAuthException", "code": 190}}')
    wrong, right = answers(f"{refusal}\tfacebook\thttps://graph.facebook.com/me/posts", f"{feed}\trss\t")
    assert wrong["error"]["code"] == "login_expired"
    assert right["title"] == "T"


@pytest.mark.parametrize(
    "recorded",
    [
        json.dumps({"request": {"method": "GET", "url": "https://a.example/api/v1/timelines/public"},
                    "status": {"code": 200}, "headers": {"Link": "<https://a.example/n>; rel=\"next\""},
                    "body": [STATUS]}),
        json.dumps({"headers": {"link": "<https://a.example/n>; rel=\"next\""}, "response": {"code": 200},
                    "body": json.dumps([STATUS])}),
        'HTTP/1.1 200 OK\r\nLink: <https://a.example/n>; rel="next"\r\n\r\n' + json.dumps([STATUS]),
    ],
)  # fmt: skip
def test_a_whole_exchange_is_opened(tmp_path: Path, recorded: str) -> None:
    path = tmp_path / "exchange"
    path.write_text(recorded)
    (said,) = answers(f"{path}\tmastodon\t")
    assert said["next"] == "https://a.example/n"
    assert said["posts"][0]["url"] == "https://a.example/@a/1"


def test_an_exchanges_status_counts(tmp_path: Path) -> None:
    path = tmp_path / "exchange"
    path.write_bytes(b"HTTP/1.1 429 Too Many Requests\n\n")
    assert answers(f"{path}\treddit\t")[0]["error"]["code"] == "rate_limited"


def test_a_plug_ins_feed_is_read_like_ours(feed: Path) -> None:
    rss = Networks()["rss"]
    mine = Network(key="mine", name="Mine", colour="000000", docs="https://example.org", feed=rss.feed)
    out: list[str] = []
    stream([f"{feed}\tmine\t"], out.append, Networks(extra=(mine,)))
    assert json.loads(out[0])["title"] == "T"


def test_the_command_needs_nothing_but_its_input(feed: Path, tmp_path: Path) -> None:
    """No setting, no secret, no database, no folder to write to."""
    nowhere = tmp_path / "unwritable"
    nowhere.mkdir(mode=0o500)
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi"), "feeds", "read", "--stdin"],
        cwd=nowhere, env={"PATH": os.environ["PATH"]}, input=f"{feed}\trss\t\nx\ty\tz\n".encode(),
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["title"] == "T"
    assert second["error"]["code"] == "invalid"
    assert list(nowhere.iterdir()) == []


def test_what_is_not_for_strangers_says_so(tmp_path: Path) -> None:
    path = tmp_path / "statuses.json"
    path.write_text(json.dumps([STATUS, {**STATUS, "id": "2", "visibility": "private"}]))
    (said,) = answers(f"{path}\tmastodon\thttps://a.example/api/v1/timelines/home")
    assert [post.get("private") for post in said["posts"]] == [None, True]
