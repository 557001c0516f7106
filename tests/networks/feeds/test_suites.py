"""The suites of two feed readers: what their authors expect of each file, against what is read here."""

from __future__ import annotations

import io
import json
import re
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from core.errors import Problem
from networks._syndication import prepared
from networks._times import iso
from tests.networks.feeds.test_pairs import feed_of

pytestmark = pytest.mark.corpus
# What feedparser 6.0.14 itself reaches of its own suite, both halves together: 1,224 of 1,355.
BAR = 0.903


def rows(corpus: Path, network: str) -> Iterator[Mapping[str, Any]]:
    """The files of a suite with what is expected of them."""
    for line in (corpus / "feeds/index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["network"] == network and "expected" in row:
            yield row


def holds(expression: str, found: Any) -> bool:
    """Whether an expression of feedparser's suite holds for a reading; one that cannot be asked does not."""
    import feedparser

    given = {key: found.get(key) for key in ("feed", "entries", "bozo", "namespaces", "encoding", "version")}
    names = {**found, **given, "feedparser": feedparser, "time": time, "struct_time": time.struct_time}
    try:
        return bool(eval(expression, {}, names))  # noqa: S307 -- the suite is such expressions; it is read, not served
    except Exception:  # noqa: BLE001 -- whatever goes wrong in somebody's expression, it does not hold
        return False


def reading(raw: bytes, headers: Mapping[str, str], **read: bool) -> Any:
    """feedparser's reading of a document as we hand it on; a refusal is an empty one."""
    import feedparser

    try:
        return feedparser.parse(io.BytesIO(prepared(raw)), response_headers=headers, **read)
    except Problem:
        return {}


@pytest.mark.parametrize("cleaning", [True, False], ids=["as the suite wants it", "as we have it"])
def test_feedparsers_suite_agrees_as_it_does_with_feedparser(corpus: Path, cleaning: bool) -> None:
    """What we mend costs nothing. A fifth of the suite is about cleaning, which feedparser leaves to us: HTML is
    cleaned, and addresses resolved, by `networks/_html.py`, with tests of its own.
    """
    import feedparser

    ours = theirs = total = refused = 0
    read = {"sanitize_html": cleaning, "resolve_relative_uris": cleaning}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # feedparser's own, about names that its suite still uses
        for row in rows(corpus, "feedparser-suite"):
            raw = (corpus / "feeds" / row["file"]).read_bytes()
            headers = {name.lower(): value for name, value in (row.get("headers") or {}).items()}
            expression = row["expected"]["expect"]
            total += 1
            refused += b"<!ENTITY" in raw
            ours += holds(expression, reading(raw, headers, **read))
            theirs += holds(expression, feedparser.parse(io.BytesIO(raw), response_headers=headers, **read))
    assert total >= 700
    assert ours / total >= BAR or not cleaning
    assert ours >= theirs - refused  # the only difference: documents that declare entities


def plain_words(value: Any) -> str:
    """A title as we show one: no tags, one line."""
    return " ".join(re.sub(r"<[^>]+>", "", value).split()) if isinstance(value, str) else ""


def compared(item: Mapping[str, Any], post: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each field that an expected item has, what it expects, and what the post says."""
    author = item.get("author")
    pairs = (
        ("title", plain_words(item.get("title")), str(post.get("text", "")).split("\n")[0]),
        ("link", str(item.get("link") or ""), str(post.get("url", ""))),
        ("time", iso(item.get("publishedParsed") or item.get("published") or ""), str(post.get("time", ""))),
        (
            "author",
            str(author.get("name") or "") if isinstance(author, dict) else "",
            str((post.get("author") or {}).get("name", "")),
        ),
    )
    yield from (pair for pair in pairs if pair[1])


def test_gofeeds_suite_agrees(corpus: Path) -> None:
    agreed: dict[str, list[bool]] = {}
    for network in ("gofeed-suite", "rss-real"):
        for row in rows(corpus, network):
            page = feed_of("rss").read((corpus / "feeds" / row["file"]).read_bytes(), "").as_json()
            wanted = row["expected"]
            items = wanted.get("items") or wanted.get("entries") or []
            for item, post in zip(items, page["posts"], strict=False):
                for field, expected, found in compared(item, post):
                    agreed.setdefault(field, []).append(expected == found)
    assert {field: all(answers) for field, answers in agreed.items() if field in ("link", "time")} == {
        "link": True,
        "time": True,
    }
    for field in ("title", "author"):
        assert sum(agreed[field]) / len(agreed[field]) >= 0.9, field
