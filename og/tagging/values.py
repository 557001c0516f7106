"""The forms that single values of tags have: each function returns the value put right, or the empty string."""

from __future__ import annotations

import re
from functools import cache

from og.reader.clean_text import plain
from og.reader.dates import iso
from og.reader.rules.media import media_type, pixels

__all__ = ["media_type", "pixels"]
# Bytes that a text may take once it is escaped: above 16,000 a tag is not looked at (og/checker/positions.py), nor
# are values above 20,000 (og/reader/scan.py), and a description of 5,000 ampersands would be longer.
MOST_BYTES = 12_000
_ESCAPED = {"&": 5, "<": 4, ">": 4, '"': 6, "'": 6, "{": 6, "$": 1}
# The shops of an app card, as X names them (https://docs.x.com/x-for-websites/cards/overview/app-card, 2026-11).
SHOPS = ("iphone", "ipad", "googleplay")
# Types of schema.org that our JSON-LD can be, beside those that og:type implies.
SCHEMAS = (
    "Article", "NewsArticle", "BlogPosting", "WebPage", "WebSite", "AboutPage", "ContactPage", "CollectionPage",
    "FAQPage", "ProfilePage", "Person", "Product", "Event", "VideoObject", "Movie", "TVEpisode", "TVSeries",
    "MusicRecording", "MusicAlbum", "MusicPlaylist", "RadioStation", "AudioObject", "PodcastEpisode", "Book",
    "Place", "LocalBusiness", "Restaurant", "TechArticle", "Report",
)  # fmt: skip
_KIND = re.compile(r"[\w.:/-]{1,60}", re.ASCII)
_TAG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")
_LOCALE = re.compile(r"([a-z]{2,3})[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2}|\d{3})", re.IGNORECASE)
_HREFLANG = re.compile(r"x-default|[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")
_HANDLE = re.compile(r"(?:https?://(?:www\.)?(?:x|twitter)\.com/)?@?(\w{1,15})/?", re.ASCII)
_ACCOUNT = re.compile(r"@?([\w.-]{1,100}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9})", re.ASCII)
_SHORT_HEX = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])")
_COLOR = re.compile(
    r"#[0-9a-fA-F]{4}|#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?|[a-zA-Z]{3,30}"
    r"|(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\([\d\s.,%/degratun+-]{1,60}\)"
)
_CARDS = ("summary", "summary_large_image", "player", "app")
_PRICE = re.compile(r"\d{1,12}(?:\.\d{1,4})?")
# https://schema.org/ItemAvailability, and what Facebook's catalogue calls them.
AVAILABILITY = {
    "instock": ("InStock", "in stock"),
    "outofstock": ("OutOfStock", "out of stock"),
    "preorder": ("PreOrder", "preorder"),
    "backorder": ("BackOrder", "available for order"),
    "availablefororder": ("BackOrder", "available for order"),
    "discontinued": ("Discontinued", "discontinued"),
    "limitedavailability": ("LimitedAvailability", "in stock"),
    "onlineonly": ("OnlineOnly", "in stock"),
    "instoreonly": ("InStoreOnly", "in stock"),
    "soldout": ("SoldOut", "out of stock"),
}
_ICONS = ("icon", "apple-touch-icon", "apple-touch-icon-precomposed", "fluid-icon", "mask-icon")


def words(text: str, longest: int) -> str:
    """Return text in one line, at most ``longest`` characters and `MOST_BYTES` once it is escaped."""
    found = plain(text, longest)
    size = len(found.encode())
    if size * 6 <= MOST_BYTES or size + sum(found.count(c) * (n - 1) for c, n in _ESCAPED.items()) <= MOST_BYTES:
        return found
    return words(found[: len(found) * 3 // 4] + "…", longest)


def date(text: str) -> str:
    """ISO 8601."""
    return iso(text)


def kind(text: str) -> str:
    """og:type, in lower case."""
    return text.lower() if _KIND.fullmatch(text) else ""


def language(text: str) -> str:
    """A language tag of BCP 47; ``de_AT`` is ``de-AT``."""
    tag = text.replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""


def hreflang(text: str) -> str:
    """A language tag, or ``x-default``."""
    return text if _HREFLANG.fullmatch(text) else ""


def direction(text: str) -> str:
    """``ltr`` or ``rtl``."""
    return text.lower() if text.lower() in ("ltr", "rtl") else ""


def locale(text: str) -> str:
    """``en_GB``, as Open Graph has it; where no territory is said, the one most speakers of the language have."""
    if match := _LOCALE.fullmatch(text):
        return f"{match[1].lower()}_{match[2].upper()}"
    return _likely(text.partition("-")[0].partition("_")[0].lower()) if _TAG.fullmatch(text.replace("_", "-")) else ""


@cache
def _likely(tongue: str) -> str:
    """CLDR's likely subtags (https://unicode.org/reports/tr35/#Likely_Subtags)."""
    from babel.core import get_global

    parts = str(get_global("likely_subtags").get(tongue, "")).split("_")
    return f"{tongue}_{parts[-1]}" if len(parts) == 3 and len(parts[-1]) == 2 else ""


def color(text: str) -> str:
    """A colour of CSS; three digits become the six that Discord reads."""
    if match := _SHORT_HEX.fullmatch(text):
        return "#" + "".join(part * 2 for part in match.groups())
    return text if _COLOR.fullmatch(text) else ""


def card(text: str) -> str:
    """A card of X."""
    return text.lower() if text.lower() in _CARDS else ""


def account(text: str) -> str:
    """An account of the fediverse, ``@name@server``."""
    match = _ACCOUNT.fullmatch(text)
    return f"@{match[1]}" if match else ""


def handle(text: str) -> str:
    """An account on X, ``@name``."""
    match = _HANDLE.fullmatch(text)
    return f"@{match[1]}" if match else ""


def schema(text: str) -> str:
    """A type of schema.org."""
    return text if text in SCHEMAS else ""


def price(text: str) -> str:
    """A price with a point, without currency or thousands (https://schema.org/price)."""
    return text if _PRICE.fullmatch(text) else ""


def currency(text: str) -> str:
    """Three letters (ISO 4217)."""
    return text.upper() if re.fullmatch(r"[A-Za-z]{3}", text) else ""


def availability(text: str) -> str:
    """A key of `AVAILABILITY`."""
    key = re.sub(r"[\W_]", "", text.rpartition("/")[2].lower())
    return key if key in AVAILABILITY else ""


def number(text: str) -> str:
    """The number of an app at Meta."""
    return text if re.fullmatch(r"\d{5,20}", text) else ""


def app_id(text: str) -> str:
    """The number or name of an app in a shop."""
    return text if re.fullmatch(r"[\w.]{1,150}", text, re.ASCII) else ""


def icon_relation(text: str) -> str:
    """The relation of an icon; those that a manifest or nobody names are plain icons."""
    return text if text in _ICONS else "icon"


def oembed_type(text: str) -> str:
    """The type of an oEmbed answer that readers look for (https://oembed.com/#section4); JSON where none is said."""
    if text in ("application/json+oembed", "text/json+oembed", "application/xml+oembed", "text/xml+oembed"):
        return text
    return "text/xml+oembed" if "xml" in text else "application/json+oembed"


def sizes(text: str) -> str:
    """Sizes of an icon, ``32x32``."""
    found = " ".join(text.lower().split())
    return found if re.fullmatch(r"(?:any|\d{1,4}x\d{1,4})(?: (?:any|\d{1,4}x\d{1,4})){0,9}", found) else ""
