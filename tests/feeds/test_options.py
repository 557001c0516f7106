"""What a feed leaves out: a table of options and posts."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid
from feeds.options import FeedOptions, checked_options, options_of
from networks.records import Post

TABLE = tomllib.loads((Path(__file__).parent / "data" / "filters.toml").read_text("utf-8"))
POSTS = {key: Post.from_stored({"id": key, **post}) for key, post in TABLE["posts"].items()}


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: str(case["options"]))
def test_the_table_holds(case: dict[str, Any]) -> None:
    options = checked_options(options_of(case["options"]))
    assert [key for key, post in POSTS.items() if not options.shows(post)] == case["hidden"]


def test_options_come_back_as_they_were_stored() -> None:
    options = FeedOptions(block=("a",), languages=("en",), sensitive="hide", most=5, reposts=False)
    assert options_of({**options.as_json(), "from_the_future": 1}) == options


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"languages": ("english!",)}, "languages"),
        ({"block": ("x" * 101,)}, "block"),
        ({"allow": tuple(map(str, range(201)))}, "allow"),
        ({"sensitive": "maybe"}, "sensitive"),
        ({"most": -1}, "most"),
        ({"budget": -1}, "budget"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_options(FeedOptions(**changes))
    assert caught.value.field == field


def test_words_are_trimmed_and_kept_once() -> None:
    assert checked_options(FeedOptions(block=(" a ", "a", ""))).block == ("a",)
