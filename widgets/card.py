"""The card widget: a link with picture, title and site, and a player that loads after a click.

Where a page cannot be shown, for whatever reason, the card is the plain link, and ``error`` says why.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from core.addresses import origin_of
from core.errors import FetchFailed, Invalid, Problem, Unauthorized
from widgets import card_posts
from widgets.base import Context, Options, Widget, address

if TYPE_CHECKING:
    from widgets.page_reader import Reader, Shown

# Characters: two lines on a wide card, where sheets cut anyway; every visitor loads them.
LONGEST_TITLE, LONGEST_TEXT, LONGEST_SITE = 140, 200, 50
# Widths of the proxy (og.media_service.address.WIDTHS) by layout; the picture at twice the width goes with it.
WIDTHS: Mapping[str, int] = MappingProxyType({"large": 640, "list": 320, "compact": 160})
ICON = 48
# How wide the picture stands beside the words where there is no style sheet: the card takes about that room later.
PLAIN_WIDTHS: Mapping[str, int] = MappingProxyType({"list": 96, "compact": 64})
# What is narrower or taller would be cropped or blown up over the whole width: it stands beside the words instead.
WIDE_FROM, WIDE_RATIO = 400, 1.2
# A wide picture's shape, width to height: the networks' own cards have 1.91 (og/platforms), screens 1.78.
NARROWEST, WIDEST = 1.5, 2.4
# What people call the providers of og.players; others by their keys.
PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "youtube": "YouTube",
        "vimeo": "Vimeo",
        "dailymotion": "Dailymotion",
        "spotify": "Spotify",
        "soundcloud": "SoundCloud",
        "tiktok": "TikTok",
        "streamable": "Streamable",
        "ted": "TED",
        "loom": "Loom",
        "mixcloud": "Mixcloud",
        "deezer": "Deezer",
        "applemusic": "Apple Music",
        "applepodcasts": "Apple Podcasts",
        "peertube": "PeerTube",
        "mastodon": "Mastodon",
    }
)
# Players that keep a film's shape at every width; the others have a height of their own.
FILMS = frozenset({"youtube", "vimeo", "dailymotion", "streamable", "ted", "loom", "peertube"})
# As high as a player gets, in pixels: a film in portrait would be higher than the window.
HIGHEST = 580
# What makes a player start by itself, once the visitor has clicked; looked at 2026-11:
# https://developers.google.com/youtube/player_parameters#autoplay
# https://help.vimeo.com/hc/en-us/articles/12426260232977-Player-parameters-overview
# https://docs.joinpeertube.org/api-embed-player#url-parameters
# https://developers.tiktok.com/doc/embed-player/ https://developers.soundcloud.com/docs/api/html5-widget
STARTS: Mapping[str, str] = MappingProxyType(
    {
        "youtube": "autoplay=1",
        "vimeo": "autoplay=1",
        "peertube": "autoplay=1",
        "tiktok": "autoplay=1",
        "soundcloud": "auto_play=true",
    }
)
ALLOW = "autoplay; encrypted-media; fullscreen; picture-in-picture"
# YouTube plays nothing for a page that does not say its origin:
# https://developers.google.com/youtube/terms/required-minimum-functionality#embedded-player-api-client-identity
REFERRER = "strict-origin-when-cross-origin"


class CardOptions(Options):
    """What a page owner may say about a card."""

    href: str = Field("", description="The page to show. Default: where the link inside goes.")
    layout: Literal["large", "list", "compact", "page"] = Field(
        "large",
        description="The picture above the words, beside them, or small beside title and site. `page`: large, and "
        "the page's own card even where it is a network's post.",
    )

    @field_validator("href", mode="before")
    @classmethod
    def _href(cls, value: object) -> str:
        return address(value, "href")

    @field_validator("layout", mode="before")
    @classmethod
    def _layout(cls, value: object) -> object:
        return value or "large"

    @field_validator("theme", mode="before")
    @classmethod
    def _theme(cls, value: object) -> object:
        return value or "auto"


def data(options: CardOptions, context: Context) -> dict[str, Any]:
    """Return what the template and the script read. Raises Invalid without an address, and nothing else."""
    if not options.href:
        raise Invalid("Say which page, as href=https://…", field="href")
    alone = options.layout == "page"
    options = options.model_copy(update={"layout": "large"}) if alone else options
    try:
        return {**_frame(options, context), **_content(options, context, alone)}
    except Problem as problem:
        return {**_frame(options, context), **problem.as_json()}


def _frame(options: CardOptions, context: Context) -> dict[str, Any]:
    """Return what every card has, also one of a page that cannot be shown."""
    host = origin_of(options.href).partition("//")[2].removeprefix("www.")
    return {
        "widget": "card",
        "lang": context.words.lang,
        "dir": context.words.dir,
        "href": options.href,
        "layout": options.layout,
        "theme": options.theme,
        "hreflang": "",
        "title": host,
        "site": host,
    }


def _content(options: CardOptions, context: Context, alone: bool) -> dict[str, Any]:
    """Return what a card shows: a network's post, or unless there is one the page; ``alone``: always the page."""
    if context.reader is None:
        raise Unauthorized("Pages are read for sites that have a key.", code="no_credential")
    reader = context.reader()
    post = None if alone else card_posts.content(options.href, options.layout, reader, context)
    if post is None:
        return _page(options, context, reader)
    picture = post.pop("picture", None)
    return {**post, **(_look(options, reader, {}, _shown(picture), None) if picture else {})}


def _shown(picture: Mapping[str, Any]) -> Shown:
    from widgets.page_reader import Shown

    return Shown(**{name: picture[name] for name in ("src", "width", "height", "srcset", "colour")})


def _page(options: CardOptions, context: Context, reader: Reader) -> dict[str, Any]:
    since = time.monotonic()
    from og.robots import shown as permitted  # what the page's owner lets others show

    preview = permitted(reader.preview(options.href))
    if preview.get("blocked") == "not_found" and reader.names_post(options.href):
        return card_posts.gone(context)
    if preview.get("blocked"):
        raise FetchFailed("The page shows its content to people only.", code="page_blocked")
    image, icon = dict(preview.get("image") or {}), {"url": preview.get("favicon", "")}
    missing = reader.look([image.get("url", ""), icon["url"]], since)
    picture = None if image.get("url") in missing else reader.shown(image, WIDTHS[options.layout])
    mark = None if icon["url"] in missing else reader.shown(icon, ICON)
    words = _words(preview)
    if options.layout == "compact":
        words.pop("text", None)
    if not (words.get("title") or picture):
        raise FetchFailed("The page says nothing of itself.", code="nothing_to_show")
    player = _player(preview, words.get("title", ""), context)
    return {**words, **({"icon": mark.src} if mark else {}), **_look(options, reader, image, picture, player)}


def _words(preview: Mapping[str, Any]) -> dict[str, str]:
    from og.reader.clean_text import cut

    found = {
        "title": cut(preview.get("title", ""), LONGEST_TITLE),
        "text": cut(preview.get("description", ""), LONGEST_TEXT),
        "site": cut(preview.get("site_name", ""), LONGEST_SITE),
        "hreflang": preview.get("lang", ""),
    }
    return {name: text for name, text in found.items() if text}


# --- what it looks like ---


def _look(
    options: CardOptions,
    reader: Reader,
    image: Mapping[str, Any],
    picture: Shown | None,
    player: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return layout, picture, player, and the style of the room they stand in. Neither: no room."""
    if not (picture or player):
        return {"layout": "text"}
    layout, film = options.layout, bool(player and "aspect" in player["style"])
    if picture and layout == "large" and not film and not _wide(picture):
        layout = "list"
        picture = reader.shown(image, WIDTHS["list"]) or picture
    room = _room(layout, picture, player if film or not picture else None)
    found: dict[str, Any] = {"layout": layout, "style": room}
    if picture:
        found["picture"] = _attributes(picture)
    return found | ({"player": player} if player else {})


def _wide(picture: Shown) -> bool:
    return picture.width >= WIDE_FROM and picture.width >= WIDE_RATIO * picture.height


def _room(layout: str, picture: Shown | None, player: Mapping[str, Any] | None) -> str:
    """Return the declarations for the room of the picture: its shape, and the colour until it is there."""
    ground = f"background:{picture.colour}" if picture and picture.colour else "background:#8882"
    if layout != "large":
        return ground
    if player:
        return f"{player['style']};{ground}"
    ratio = min(max(picture.width / picture.height, NARROWEST), WIDEST) if picture else WIDEST
    return f"aspect-ratio:{ratio:.4g};{ground}"


def _attributes(picture: Shown) -> dict[str, Any]:
    found = {"srcset": picture.srcset, "src": picture.src, "width": picture.width, "height": picture.height}
    return {name: value for name, value in found.items() if value}


def plain_picture(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the picture's attributes for HTML that no style sheet knows of."""
    picture = dict(content["picture"])
    width = min(picture["width"], PLAIN_WIDTHS.get(content["layout"], picture["width"]))
    height = max(1, round(picture["height"] * width / picture["width"]))
    return {**picture, "width": width, "height": height}


# --- the player ---


def _player(preview: Mapping[str, Any], title: str, context: Context) -> dict[str, Any] | None:
    """Return the player as the script needs it; None where there is none of a provider we know."""
    from og.players import SANDBOX

    found = preview.get("player") or {}
    key, src = found.get("provider", ""), found.get("src", "")
    if key not in PROVIDERS or not src.startswith("https://"):
        return None
    name = PROVIDERS[key]
    label = context.words.text("play_from", provider=name)
    return {
        "provider": key,
        "label": f"{label}: {title}" if title else label,
        "remember": context.words.text("player_remember", provider=name),
        "src": src,
        "start": ("&" if "?" in src else "?") + STARTS[key] if key in STARTS else "",
        "style": _size(key, found.get("width", 0), found.get("height", 0)),
        "frame": {"sandbox": SANDBOX, "allow": ALLOW, "referrerPolicy": REFERRER},
    }


def _size(provider: str, width: int, height: int) -> str:
    if provider in FILMS and width >= height > 0:
        return f"aspect-ratio:{width / height:.4g}"
    return f"height:{min(height or HIGHEST, HIGHEST)}px"


def player_origins() -> list[str]:
    """Return the origins of all players of hosts that we know by name, for the policy of a page that may show any."""
    from og.players import PROVIDERS as KNOWN

    return sorted({origin_of(provider.src.format("0", "0", quoted="0")) for provider in KNOWN})


WIDGET = Widget("card", "Link card", CardOptions, data, reads=True, told=card_posts.told)
