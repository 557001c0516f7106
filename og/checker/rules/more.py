"""Rules: what some platforms show beside the card: colour, icons, credit, oEmbed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import CARDS, Fault, Rule, Subject, gathered, rule

_ICONS = ("icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon")
# A CSS colour that a browser takes: a name, #hex, a function.
_COLOR = re.compile(
    r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|[a-z]{3,20}|(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\([^()]{1,80}\)",
    re.IGNORECASE,
)
_DISCORD_COLOR = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_ACCOUNT = re.compile(r"@?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_OEMBED = ("application/json+oembed", "text/xml+oembed", "application/xml+oembed")
_OEMBED_NEAR = re.compile(r"oembed", re.IGNORECASE)


def _colors(subject: Subject) -> list[Tag]:
    return [tag for tag in subject.page.by_key.get("theme-color", ()) if tag.value]


@rule(
    "theme-color-invalid", "warning", "more", ("discord",), of.HTML_THEME,
    what="theme-color is no colour.",
    why="Browsers and Discord ignore it.",
    fix="Write six hex digits, such as #c8321b.",
)  # fmt: skip
def theme_color_invalid(subject: Subject) -> Iterator[Fault]:
    """No colour of CSS."""
    for tag in _colors(subject):
        if not _COLOR.fullmatch(tag.value):
            yield Fault(tag, f"It is “{tag.value[:40]}”.")


@rule(
    "theme-color-form", "warning", "more", ("discord",), of.DISCORD,
    what="Discord cannot read the colour.",
    why="Its bar takes #RRGGBB or #RRGGBBAA only, and the last theme-color counts.",
    fix="Write six hex digits, such as #c8321b.",
)  # fmt: skip
def theme_color_form(subject: Subject) -> Iterator[Fault]:
    """A colour by name, function or short form."""
    for tag in _colors(subject)[-1:]:
        if _COLOR.fullmatch(tag.value) and not _DISCORD_COLOR.fullmatch(tag.value):
            yield Fault(tag, f"It is “{tag.value[:40]}”.")


def _icons(subject: Subject) -> list[Tag]:
    return [tag for tag in subject.page.links if tag.relations & set(_ICONS) and tag.href]


@rule(
    "icon-missing", "hint", "more", ("google", "slack", "bluesky"), of.GOOGLE_FAVICON,
    what="The page names no icon.", why="Search results and some cards show it; without one they try /favicon.ico.",
    fix='Add <link rel="icon" href="/icon.png" sizes="96x96">.',
)  # fmt: skip
def icon_missing(subject: Subject) -> Iterator[Fault]:
    """No link rel=icon of any kind."""
    if not _icons(subject):
        yield Fault(subject.head)


@rule(
    "touch-icon-missing", "hint", "more", ("imessage",), of.APPLE,
    what="There is neither a picture nor a touch icon.",
    why="Messages shows the touch icon where a page has no picture.",
    fix='Add <link rel="apple-touch-icon" href="/touch.png"> with 180 × 180 pixels.',
)  # fmt: skip
def touch_icon_missing(subject: Subject) -> Iterator[Fault]:
    """No og:image and no apple-touch-icon."""
    names = {name for tag in _icons(subject) for name in tag.relations}
    if not subject.page.value("og:image") and not any(name.startswith("apple-touch-icon") for name in names):
        yield Fault(subject.head)


@rule(
    "icon-address", "warning", "more", ("google",), of.HTML_ICON,
    what="An icon's address is none that can be fetched.",
    why="Readers leave it out.",
    fix="Put the icon on the web and name its address.",
)  # fmt: skip
def icon_address(subject: Subject) -> Iterator[Fault]:
    """A broken address; data: is fine in browsers but nowhere else."""
    for tag in _icons(subject):
        if not subject.address(tag.href):
            yield Fault(tag, f"It is “{tag.href[:60]}”.")
            return


@rule(
    "creator-form", "warning", "more", ("mastodon",), of.MASTODON_CREATOR,
    what="fediverse:creator is not an account.",
    why="Mastodon looks the account up by @name@server, and credits nobody otherwise.",
    fix="Write @name@server, not an address of a profile.",
)  # fmt: skip
def creator_form(subject: Subject) -> Iterator[Fault]:
    """A URL, a name without server."""
    for tag in subject.page.by_key.get("fediverse:creator", ()):
        if tag.value and not _ACCOUNT.fullmatch(tag.value):
            yield Fault(tag, f"It is “{tag.value[:60]}”.")


@rule(
    "creator-in-property", "hint", "more", ("mastodon",), of.MASTODON_CREATOR,
    what="fediverse:creator is written with property=.",
    why="Mastodon documents name; it reads both today.",
    fix="Write name= in place of property=.",
)  # fmt: skip
def creator_in_property(subject: Subject) -> Iterator[Fault]:
    """In property alone."""
    for tag in subject.page.by_key.get("fediverse:creator", ()):
        if not tag.attributes.get("name"):
            yield Fault(tag)


@rule(
    "creator-missing", "hint", "more", ("mastodon",), of.MASTODON_CREATOR,
    what="The author's fediverse account is not named.",
    why="Mastodon credits the author under the card, if their account lists this site.",
    fix='Add <meta name="fediverse:creator" content="@name@server">.',
)  # fmt: skip
def creator_missing(subject: Subject) -> Iterator[Fault]:
    """A page that links to a fediverse profile as its own, without the tag."""
    profiles = [tag for tag in subject.page.linked("me") if re.search(r"/@\w", tag.href)]
    if profiles and not subject.page.value("fediverse:creator"):
        yield Fault(profiles[0])


@rule(
    "oembed-type", "warning", "more", ("mastodon", "discord", "slack"), of.OEMBED,
    what="The oEmbed link has a type that nobody looks for.",
    why="Readers look for application/json+oembed or text/xml+oembed.",
    fix='Write type="application/json+oembed".',
)  # fmt: skip
def oembed_type(subject: Subject) -> Iterator[Fault]:
    """application/oembed+json and the like."""
    for tag in subject.page.links:
        kind = tag.attributes.get("type", "").strip().lower()
        if _OEMBED_NEAR.search(kind) and kind not in _OEMBED:
            yield Fault(tag, f"It is “{kind[:60]}”.")


def _oembeds(subject: Subject) -> list[Tag]:
    return [tag for tag in subject.page.links if tag.attributes.get("type", "").strip().lower() in _OEMBED]


@rule(
    "oembed-relation", "warning", "more", ("mastodon", "slack"), of.OEMBED,
    what="The oEmbed link is not rel=alternate.",
    why="Discovery goes by that relation.",
    fix='Write rel="alternate".',
)  # fmt: skip
def oembed_relation(subject: Subject) -> Iterator[Fault]:
    """Another relation, or none."""
    for tag in _oembeds(subject):
        if not tag.relations & {"alternate", "alternative"}:
            yield Fault(tag)


@rule(
    "oembed-address", "warning", "more", ("mastodon", "discord", "slack"), of.OEMBED,
    what="The oEmbed link has no full address.",
    why="Readers ask that address as it stands.",
    fix="Write it with https:// and the host.",
)  # fmt: skip
def oembed_address(subject: Subject) -> Iterator[Fault]:
    """A path, nothing, or no http."""
    for tag in _oembeds(subject):
        if not re.match(r"https?://[^/\s]", tag.href, re.IGNORECASE):
            yield Fault(tag, f"It is “{tag.href[:80]}”.")


@rule(
    "oembed-without-url", "hint", "more", ("mastodon", "discord", "slack"), of.OEMBED,
    what="The oEmbed link does not say which page it is about.", why="A provider is asked with the parameter url.",
    fix="Add ?url= with this page's address, percent-encoded.",
)  # fmt: skip
def oembed_without_url(subject: Subject) -> Iterator[Fault]:
    """A provider's endpoint without its parameter."""
    for tag in _oembeds(subject):
        if re.search(r"/oembed(?:\.json|\.xml|/)?(?:\?(?!.*\burl=)|$)", tag.href, re.IGNORECASE):
            yield Fault(tag)


@rule(
    "oembed-json-missing", "hint", "more", ("discord",), of.DISCORD,
    what="oEmbed is offered as XML only.",
    why="Discord reads JSON only.",
    fix="Add a link of type application/json+oembed.",
)  # fmt: skip
def oembed_json_missing(subject: Subject) -> Iterator[Fault]:
    """XML without JSON."""
    tags = _oembeds(subject)
    if tags and not any("json" in tag.attributes["type"].lower() for tag in tags):
        yield Fault(tags[0])


@rule(
    "old-image-link", "hint", "picture", CARDS, of.OGP,
    what="The picture is named by rel=image_src only.", why="It is from before Open Graph; few read it still.",
    fix="Name the picture in og:image.",
)  # fmt: skip
def old_image_link(subject: Subject) -> Iterator[Fault]:
    """image_src without og:image."""
    tags = subject.page.linked("image_src")
    if tags and not subject.page.value("og:image"):
        yield Fault(tags[0])


RULES: tuple[Rule, ...] = gathered(globals())
