"""No words of strangers take more time than others: told by a ratio, so on any machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from time import process_time

import pytest

from core.errors import Problem
from feeds.same import said
from networks import Networks, _html, _walk
from networks._mastodon_posts import post_of
from networks.intents import Content, intent
from networks.records import Post

NETWORKS = Networks()
PIECES = (
    " ", "\n", "a", "a.", "a-", "-.", "#a", "@a", "@a@", "<", "<a", "<p>", "<br>", " <br>", " &nbsp;", "&lt;",
    "<pre> ", "<a>;", ":", "http://", "https://a.", "//", "a/", "\u200b", "👍", "é\u0301", "[", "](", "&a=", "%41",
    '"',
)  # fmt: skip


def _shared(words: str) -> None:
    for key in ("whatsapp", "x"):
        intent(NETWORKS[key], Content("https://blog.example/", words))


def _listed(link: str) -> None:
    for key in ("mastodon", "github"):
        feed = NETWORKS[key].feed
        assert feed
        feed.read(b"[]", "https://toots.example/api/v1/accounts/1/statuses", {"link": link})


READERS: dict[str, Callable[[str], object]] = {
    "html": _html.plain,
    "text": _html.of_text,
    "kept html": lambda words: _html.plain(f"<pre>{words}x</pre>"),
    "address": lambda words: _walk.web(f"https://{words}/"),
    "same": lambda words: said(Post("1", "https://a.example/1", text=words)),
    "share": _shared,
    "link": _listed,
}
# Characters; of words to share 2,000 are taken.
SIZES = {"share": (500, 2000)}


@pytest.mark.parametrize("reader", READERS)
def test_time_grows_with_the_words_only(reader: str) -> None:
    """Four times the words take about four times as long, never sixteen."""
    for piece in PIECES:
        times = [_time(READERS[reader], piece * (size // len(piece))) for size in SIZES.get(reader, (8000, 32_000))]
        assert times[1] < 9 * times[0] + 0.02, piece


@pytest.mark.parametrize("mark", ["p", "span"])
def test_marks_that_never_end_take_no_longer_than_others(mark: str) -> None:
    """What Mastodon puts in place of a quote is looked for in what strangers write."""
    quoted = {"id": "2", "uri": "https://a.example/2", "content": "<p>b</p>", "visibility": "public"}

    def read(name: str) -> float:
        status = {**quoted, "id": "1", "content": f'<{mark} class="{name}">' * 8000}
        return _time(lambda _: post_of({**status, "quote": {"state": "accepted", "quoted_status": quoted}}, "m"), "")

    assert read("quote-inline") < 3 * read("quote-beside") + 0.05


def _time(act: Callable[[str], object], words: str) -> float:
    least = float("inf")
    for _ in range(2):  # what else the machine does only adds
        start = process_time()
        with contextlib.suppress(Problem):
            act(words)
        least = min(least, process_time() - start)
    return least
