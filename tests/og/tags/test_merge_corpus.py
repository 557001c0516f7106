"""Tags merged into saved pages: the reader gives exactly the merged fields, all else stays, twice is once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from og.reader.encoding import as_utf8
from og.tags import og_type
from tests.og.agreement import pages, source
from tests.og.tags.merging import merge, preview, rest

pytestmark = pytest.mark.corpus
# All 601 take a minute; every tenth shows a fault of any size. `EVERY = 1` looks at all.
EVERY = 10
KEYS = (
    "url", "canonical", "title", "description", "images", "video", "audio", "site_name", "author", "published",
    "modified", "lang", "dir", "feeds", "oembed", "creator", "shortlink", "amp",
)  # fmt: skip
ASKED: dict[str, Any] = {
    "title": "New “title” <b>&amp' {{7*7}} </title> 😀 עברית",
    "description": 'd "q" </script> --!> end',
    "image": {"url": "https://cdn.example.org/a.png?x=1&copy=2", "width": 1200, "height": 630, "alt": 'An "alt"'},
    "site_name": "Näme",
    "published": "2026-11-22T10:00:00Z",
    "author": "Zoë O’Hara",
    "type": "article",
    "url": "https://example.org/new?a=1&b=2",
    "lang": "fr",
    "theme_color": "#112233",
    "creator": "@a@b.example",
}


def as_data(value: Any) -> Any:
    return json.loads(json.dumps(value, default=lambda item: item.as_json()))


@pytest.mark.parametrize("asked", [{}, ASKED], ids=["completed", "changed"])
def test_saved_pages(corpus: Path, asked: dict[str, Any]) -> None:
    for name in sorted(pages(corpus))[::EVERY]:
        row = pages(corpus)[name]
        html = as_utf8(source(corpus, name), f"text/html; charset={row['encoding_guess']}")[0].decode(
            errors="replace"
        )
        once, made = merge(html, row["url"], asked)
        found, fields = preview(once, row["url"]), made.tags.fields
        told = {key: as_data(getattr(fields, key)) for key in KEYS if key != "dir" or fields.dir}
        assert {key: as_data(getattr(found, key)) for key in told} == told, name
        assert found.type == og_type(fields), name
        assert rest(once) == rest(html), name
        assert merge(once, row["url"], asked)[0] == once, name
