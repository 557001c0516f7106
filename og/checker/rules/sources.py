"""Where the rules come from.

``read`` is the day on which the source itself was last looked at, directly or in a stored copy; a month alone means
that what it says was written down from knowledge of it, in that month.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOKED = "2026-11-22"


@dataclass(frozen=True)
class Source:
    """A document: its name, its address, the day it was read, and whether it is the platform's or standard's own."""

    name: str
    url: str
    read: str = "2026-11"
    own: bool = True


def _html(name: str, part: str) -> Source:
    return Source(f"HTML Standard, {name}", f"https://html.spec.whatwg.org/multipage/{part}")


def _google(name: str, path: str, read: str = "2026-11") -> Source:
    return Source(f"Google Search Central, {name}", f"https://developers.google.com/search/docs/{path}", read)


_META_DOCS = "https://developers.facebook.com/docs/sharing/"
_X_DOCS = "https://developer.x.com/en/docs/x-for-websites/cards/overview/"

OGP = Source("The Open Graph protocol", "https://ogp.me/#metadata")
OGP_STRUCTURED = Source("The Open Graph protocol, structured properties", "https://ogp.me/#structured")
OGP_TYPES = Source("The Open Graph protocol, object types", "https://ogp.me/#types")
OGP_VALUES = Source("The Open Graph protocol, types of values", "https://ogp.me/#data_types")
FACEBOOK = Source("Meta, A Guide to Sharing for Webmasters", _META_DOCS + "webmasters/", LOOKED)
FACEBOOK_IMAGES = Source("Meta, Images in Link Shares", _META_DOCS + "webmasters/images/", LOOKED)
FACEBOOK_FAQ = Source("Meta, Webmaster FAQ", _META_DOCS + "webmasters/faq/", LOOKED)
FACEBOOK_CRAWLER = Source("Meta, Facebook Crawler", _META_DOCS + "webmasters/web-crawlers/", LOOKED)
WHATSAPP = Source(
    "Meta, WhatsApp Link Previews (21 May 2026)",
    "https://developers.facebook.com/docs/whatsapp/link-previews",
    LOOKED,
)
X_MARKUP = Source("X, Cards markup", _X_DOCS + "markup", LOOKED)
X_SUMMARY = Source("X, Summary card", _X_DOCS + "summary", LOOKED)
X_LARGE = Source("X, Summary card with large image", _X_DOCS + "summary-card-with-large-image", LOOKED)
X_CRAWLING = Source("X, URL crawling and caching", _X_DOCS[: -len("overview/")] + "guides/getting-started", LOOKED)
X_PLAYER = Source("X, Player card", _X_DOCS + "player-card")
X_APP = Source("X, App card", _X_DOCS + "app-card")
DISCORD = Source("Discord, Link Previews", "https://docs.discord.com/developers/link-previews/overview", LOOKED)
APPLE = Source(
    "Apple, TN3156: Create rich previews for Messages",
    "https://developer.apple.com/documentation/technotes/tn3156-create-rich-previews-for-messages",
    LOOKED,
)
SLACK = Source("A guide to Slack's reader", "https://opengraphplus.com/consumers/slack", LOOKED, own=False)
LINKEDIN = Source("A guide to LinkedIn's previews", "https://previewog.com/linkedin-link-preview/", LOOKED, own=False)
BLUESKY = Source(
    "Bluesky, Website card embeds", "https://docs.bsky.app/docs/advanced-guides/posts#website-card-embeds"
)
BLUESKY_GUIDE = Source("A guide to Bluesky's cards", "https://opengraphplus.com/consumers/bluesky", LOOKED, own=False)
TELEGRAM = Source("A guide to Telegram's previews", "https://share-preview.com/", LOOKED, own=False)
MASTODON = Source(
    "Mastodon, link_details_extractor.rb",
    "https://github.com/mastodon/mastodon/blob/main/app/lib/link_details_extractor.rb",
    LOOKED,
)
MASTODON_CREATOR = Source("Mastodon, fediverse:creator", "https://github.com/mastodon/mastodon/pull/30398", LOOKED)
PINTEREST = Source("Pinterest, Rich Pins", "https://developers.pinterest.com/docs/web-features/rich-pins-overview/")
PINTEREST_NOPIN = Source(
    "Pinterest, Prevent saves from your site",
    "https://help.pinterest.com/en/business/article/prevent-saves-to-pinterest-from-your-site",
)
OEMBED = Source("oEmbed, discovery", "https://oembed.com/#section4")
HTML_CHARSET = _html("character encoding declaration", "semantics.html#charset")
HTML_TITLE = _html("the title element", "semantics.html#the-title-element")
HTML_BASE = _html("the base element", "semantics.html#the-base-element")
HTML_META = _html("the meta element", "semantics.html#the-meta-element")
HTML_THEME = _html("theme-color", "semantics.html#meta-theme-color")
HTML_DIR = _html("the dir attribute", "dom.html#the-dir-attribute")
HTML_SYNTAX = _html("attributes", "syntax.html#attributes-2")
HTML_ICON = _html("rel=icon", "links.html#rel-icon")
GOOGLE_METADATA = _google("Valid page metadata", "crawling-indexing/valid-page-metadata", LOOKED)
GOOGLE_TITLE = _google("Title links", "appearance/title-link")
GOOGLE_SNIPPET = _google("Snippets", "appearance/snippet")
GOOGLE_ROBOTS = _google("Robots meta tag", "crawling-indexing/robots-meta-tag", LOOKED)
GOOGLE_CANONICAL = _google("Canonical URLs", "crawling-indexing/consolidate-duplicate-urls", LOOKED)
GOOGLE_CANONICAL_MISTAKES = Source(
    "Google Search Central, 5 common mistakes with rel=canonical",
    "https://developers.google.com/search/blog/2013/04/5-common-mistakes-with-relcanonical",
    LOOKED,
)
GOOGLE_HREFLANG = _google("Localized versions", "specialty/international/localized-versions")
GOOGLE_FAVICON = _google("Favicons", "appearance/favicon-in-search")
GOOGLE_DISCOVER = _google("Discover", "appearance/google-discover")
GOOGLE_ARTICLE = _google("Article structured data", "appearance/structured-data/article")
GOOGLE_STRUCTURED = _google("Structured data", "appearance/structured-data/sd-policies")
GOOGLE_REDIRECTS = _google("Redirects", "crawling-indexing/301-redirects")
AMP = Source(
    "AMP, Make your pages discoverable",
    "https://amp.dev/documentation/guides-and-tutorials/optimize-and-measure/discovery",
)
JSON_LD = Source(
    "JSON-LD 1.1, embedding in HTML", "https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents"
)
BIDI = Source(
    "Unicode TR36, bidirectional text spoofing", "https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing"
)
WCAG_LANGUAGE = Source("WCAG 2.2, Language of page", "https://www.w3.org/WAI/WCAG22/Understanding/language-of-page")
BCP47 = Source("BCP 47, RFC 5646", "https://www.rfc-editor.org/rfc/rfc5646")
PRACTICE = Source("How the readers of this page's tags work", "https://ogp.me/", own=False)
MIX = Source("W3C, Mixed content", "https://www.w3.org/TR/mixed-content/")
