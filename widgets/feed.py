"""The feed widget: any network's posts as a list, a grid, a wall, a carousel or a ticker.

The server draws the posts (`widgets/feed_posts.py`, `templates/widgets/feed/`), and the script shows what the server
drew: posts whose network allows no data form are in the HTML alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlencode

from pydantic import Field, field_validator

from core.errors import Invalid, NotFound
from networks.records import Policy
from widgets.base import Context, Options, Widget, flag
from widgets.feed_posts import item, origins

if TYPE_CHECKING:
    from feeds.show import Shown

# As many posts as one page of a feed has at most (feeds/feed.py), and a person reads at once.
MOST = 50
MOST_COLUMNS = 6
# Pixels. Lower than the first nothing can be read; the other is a very tall screen.
LOWEST, HIGHEST = 200, 3000
# As high as these layouts are, in pixels, where no height is given (static/css/feed.css): room can be kept for them.
HEIGHTS: Mapping[str, int] = MappingProxyType({"carousel": 440, "ticker": 56})
# What the script says, in this order, apart from what the server has drawn.
SAID = ("new_posts", "previous", "next", "pause", "play", "close")
# A changed or deleted post is gone from every page within minutes; while we are down, an hour-old feed is shown.
LIFETIME = "public, max-age=60, stale-if-error=3600"


class FeedOptions(Options):
    """What a page owner may say about a feed."""

    feed: str = Field("", max_length=64, description="The feed's id, as `feeds add` gave it.")
    layout: Literal["list", "grid", "masonry", "carousel", "ticker"] = Field(
        "list", description="One below the other, in rows, in columns, one beside the other, or a moving line."
    )
    count: int = Field(
        20, ge=1, le=MOST, description="How many posts there are at first, and with each click on more."
    )
    columns: int = Field(
        0, ge=0, le=MOST_COLUMNS, description="The most columns of `grid` and `masonry`. 0: as many as fit."
    )
    height: int = Field(
        0, ge=0, le=HIGHEST, description="As high as the feed is, in pixels; it scrolls. 0: as high as its posts."
    )
    autoplay: bool = Field(False, description="A carousel moves on by itself, and has a button that stops it.")
    live: bool = Field(False, description="New posts are told at once, not only every few minutes.")
    cursor: str = Field("", max_length=400, description="Where to go on, as the link to more posts says it.")
    ours: ClassVar[frozenset[str]] = frozenset({"cursor"})

    @field_validator("autoplay", "live", mode="before")
    @classmethod
    def _flag(cls, value: object) -> object:
        return flag(value)

    @field_validator("layout", "theme", "count", "columns", "height", mode="before")
    @classmethod
    def _empty(cls, value: object, info: Any) -> object:
        return cls.model_fields[info.field_name].default if value == "" else value

    @field_validator("height")
    @classmethod
    def _height(cls, value: int) -> int:
        return max(value, LOWEST) if value else 0

    @property
    def room(self) -> int:
        """As high as the feed is, in pixels; 0 where that depends on its posts."""
        return HEIGHTS["ticker"] if self.layout == "ticker" else self.height or HEIGHTS.get(self.layout, 0)


def data(options: FeedOptions, context: Context) -> dict[str, Any]:
    """Return what the template reads. Raises Invalid without a feed, NotFound for one that is not there."""
    if not options.feed:
        raise Invalid("Say which feed, as feed=…", field="feed")
    if context.feed is None:
        raise NotFound("This server shows no feeds.", code="no_feed", field="feed")
    words = context.words
    try:
        shown = context.feed(options.feed, options.count, options.cursor, words.lang)
    except NotFound as exc:
        raise NotFound(exc.message, code=exc.code, field="feed") from exc
    posts = [drawn for post in shown["posts"] if (drawn := item(post, words))]
    return {
        "widget": "feed",
        "lang": words.lang,
        "dir": words.dir,
        "theme": options.theme,
        "layout": options.layout,
        "columns": options.columns,
        "room": options.room,
        "title": shown["title"] or words.text("posts"),
        "version": shown["version"],
        "note": _note(shown, context),
        "posts": posts,
        "next": shown["next"],
        "href": address(options, context),
        "more": address(options, context, cursor=shown["next"]) if shown["next"] else "",
        "say": {name: words.text(name) for name in ("more_posts", "picture", "video", "sound", "play", "close")},
        "said": "|".join(words.text(name) for name in SAID),
        "sheets": ("post", "feed"),
        "frames": origins(posts, "iframe"),
        "files": origins(posts, "video", "audio"),
    }


def _note(shown: Shown, context: Context) -> str:
    """Return what is to be said above the posts, if anything."""
    key = "posts_sample" if shown["sample"] else "posts_stale" if shown["stale"] and shown["posts"] else ""
    key = key if shown["posts"] else "no_posts"
    return context.words.text(key) if key else ""


def address(options: FeedOptions, context: Context, **changed: str) -> str:
    """Return the address of the feed's own page, in the same look: where its links lead without scripts."""
    given = options.model_dump(exclude_defaults=True) | changed
    query = {name: "on" if value is True else value for name, value in given.items() if value}
    return f"{context.base_url}/widgets/feed/frame?{urlencode(query)}"


def told(content: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the data as JSON may have it: without posts whose network forbids that (`Policy.json`)."""
    shown = ("posts", "said", "say", "sheets", "frames", "files", "note", "more")
    posts = [post for post in content["posts"] if allowed(post, context)]
    return {name: value for name, value in content.items() if name not in shown} | {"posts": posts}


def allowed(post: Mapping[str, Any], context: Context) -> bool:
    """Return whether a post may be in a data form: its network's word, and that of those it quotes or passes on."""
    network = context.networks.get(post["network"]["key"])
    policy = network.policy if network else Policy()
    return policy.json and (not post["quote"] or allowed(post["quote"], context))


WIDGET = Widget("feed", "Feed", FeedOptions, data, told=told, lifetime=LIFETIME, sheet=True)
