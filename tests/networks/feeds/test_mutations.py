"""Answers that are not as documented: cut off, types swapped, keys dropped. Posts come out, or a Problem."""

from __future__ import annotations

import contextlib
import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Problem
from networks import BUILT_IN
from networks.records import Answer
from tests.networks.feeds.recordings import recordings
from tests.networks.feeds.test_pairs import DATA, bytes_of, feed_of

FEEDS = [network.key for network in BUILT_IN if network.feed]
PAIRS = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "pairs").glob("*.json"))]
SWAPPED: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 10**40, "", "x", "\ud800", "http://", "//a", "https://[::1", "2020-13-45",
    "9" * 30,
    [], {}, [[]], [None], [1, "a", {}], {"a": 1}, {"data": {"data": []}}, "<b onclick=x>", "\u202eabc", {"id": "1"},
    [{"id": 1}], "https://user:pw@h/", "javascript:1", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00",
    253402300800, -62135596800,
)  # fmt: skip
STATUSES = (200, 200, 200, 200, 404, 429, 500)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, as the steps that lead to it."""
    yield path
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield from places(value[step], (*path, step))


def changed(value: Any, path: tuple[Any, ...], chance: random.Random) -> Any:
    """Put another value at a place, or take away what is there."""
    new = copy.deepcopy(chance.choice(SWAPPED))
    if not path:
        return new
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    if chance.random() < 0.7:
        holder[path[-1]] = new
    else:
        del holder[path[-1]]
    return value


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """An answer with a few things wrong."""
    if chance.random() < 0.15:
        return raw[: chance.randrange(len(raw) + 1)]
    try:
        value = json.loads(raw)
    except ValueError:
        return mutated_text(raw, chance)
    for _ in range(chance.randrange(1, 8)):
        value = changed(value, chance.choice(list(places(value))), chance)
    return json.dumps(value).encode()


def mutated_text(raw: bytes, chance: random.Random) -> bytes:
    """A document with bytes changed, a part left out, or something foreign in the place of a text."""
    if not raw:
        return b"<"
    texts = list(re.finditer(rb">([^<]{1,200})<", raw))
    if texts and chance.random() < 0.5:
        spot = chance.choice(texts)
        foreign = chance.choice(
            (b"", b"\0", b"&#0;", b"&bogus;", b"<![CDATA[<script>x</script>]]>", b"-1", b"\xff\xfe")
        )
        return raw[: spot.start(1)] + foreign + raw[spot.end(1) :]
    if chance.random() < 0.5:
        start, end = sorted((chance.randrange(len(raw)), chance.randrange(len(raw))))
        return raw[:start] + raw[end:]
    bytes_of_raw = bytearray(raw)
    for _ in range(chance.randrange(1, 30)):
        bytes_of_raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(bytes_of_raw)


def holds_out(network: str, raw: bytes, url: str, status: int) -> None:
    """Translate without the net that `Feed.read` has below it: any exception but a Problem fails the test."""
    with contextlib.suppress(Problem):
        page = feed_of(network).translate(Answer(raw, url, status))
        json.dumps(page.as_json(), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("seed", range(8))
def test_the_pairs_with_things_wrong(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        pair = chance.choice(PAIRS)
        network = pair["network"] if chance.random() < 0.9 else chance.choice(FEEDS)
        holds_out(network, mutated(bytes_of(pair["body"]), chance), pair["url"], chance.choice(STATUSES))


@pytest.mark.corpus
def test_the_recordings_with_things_wrong(corpus: Path) -> None:
    chance = random.Random(4711)
    known = [r for r in recordings(corpus) if len(r.body) < 100_000]
    for _ in range(1500):
        recording = chance.choice(known)
        holds_out(recording.network, mutated(recording.body, chance), recording.url, chance.choice(STATUSES))


NAMES = [
    "id", "data", "items", "content", "text", "url", "type", "object", "post", "record", "author", "created_at",
    "media", "attachments", "children", "error", "errors", "message", "published", "snippet", "kind", "title",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            NAMES
        ),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(FEEDS), JSON)
def test_any_json(network: str, value: Any) -> None:
    holds_out(network, json.dumps(value).encode(), "https://example.org/x", 200)


@settings(deadline=None)
@given(st.sampled_from(FEEDS), st.binary(max_size=200), st.text(max_size=60))
def test_any_bytes_and_any_address(network: str, raw: bytes, url: str) -> None:
    holds_out(network, raw, url, 200)


@pytest.mark.parametrize("network", FEEDS)
@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 50_000, b"{" * 3, b"<div>" * 20_000])
def test_depth_is_a_bad_reply(network: str, raw: bytes) -> None:
    with pytest.raises(Problem):
        feed_of(network).read(raw, "https://example.org/x")


@pytest.mark.parametrize("network", FEEDS)
def test_a_deep_feed_stops_nothing(network: str) -> None:
    with contextlib.suppress(Problem):
        feed_of(network).read(b"<rss><channel><item>" * 5_000, "https://example.org/x")
