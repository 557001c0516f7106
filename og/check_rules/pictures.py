"""Rules: the preview picture: its address, type, size, shape, weight and words.

Sizes are those of the picture's bytes where somebody has looked at them, else those the page declares.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from og.addresses import host_of
from og.check_rules import sources as of
from og.check_rules.parts import CARDS, IMAGE_KEYS, META, Fault, Known, Rule, Subject, gathered, rule
from og.positions import Tag
from og.record import Image

_FACEBOOK_LEAST, _FACEBOOK_LARGE, _FACEBOOK_BEST = (200, 200), (600, 315), (1200, 630)  # Images in Link Shares
_X_SUMMARY_LEAST, _X_LARGE_LEAST, _X_MOST = (144, 144), (300, 157), (4096, 4096)  # X, Summary cards
_X_BYTES, _FACEBOOK_BYTES = 5_000_000, 8_000_000
_WHATSAPP_WIDTH, _WHATSAPP_BYTES, _WHATSAPP_RATIO = 300, 600_000, 4.0  # WhatsApp Link Previews
# Guides measured that pictures above 300 KB are often left out by WhatsApp's apps.
_WHATSAPP_SAFE_BYTES = 300_000
_BLUESKY_BYTES = 1_000_000  # the lexicon of a card's thumb: maxSize 1000000
_LINKEDIN_WIDTH = 401
_DISCOVER_WIDTH = 1200
_DISCORD_URL = 2048
_RATIO, _RATIO_SLACK = 1200 / 630, 0.05
_PIXELS = re.compile(r"\d{1,5}")
_NOT_PICTURES = re.compile(
    r"\.(svgz?|pdf|html?|php|tiff?|bmp|heic|heif|jxl|psd|mp4|webm|mov)(?:$|[?#])", re.IGNORECASE
)
_EXTENSIONS = {
    "image/jpeg": ("jpg", "jpeg", "jpe"), "image/png": ("png",), "image/gif": ("gif",), "image/webp": ("webp",),
    "image/avif": ("avif",), "image/svg+xml": ("svg",),
}  # fmt: skip
_ANY_CARD = tuple(name for name in CARDS if name != "imessage")


def image_tags(subject: Subject) -> Iterator[Tag]:
    """Yield the tags that name a picture."""
    for tag in subject.page.named(*IMAGE_KEYS):
        if tag.value:
            yield tag


@rule(
    "image-relative", "error", "picture", (*META, "x", "linkedin", "telegram", "bluesky"), of.WHATSAPP,
    what="The picture's address is not complete.",
    why="Platforms ask for a full address; only some put the page's own before it. Discord wants at least a “/” in front.",
    fix="Write the whole address, with https:// and the host.",
)  # fmt: skip
def image_relative(subject: Subject) -> Iterator[Fault]:
    """A path without scheme and host."""
    for tag in image_tags(subject):
        if not re.match(r"[a-z][a-z0-9+.-]*:|//", tag.value, re.IGNORECASE):
            full = subject.address(tag.value)
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:80]}”.", f"Write {full}." if full else "")


@rule(
    "image-without-scheme", "warning", "picture", (*META, "x", "linkedin", "telegram"), of.OGP_VALUES,
    what="The picture's address begins with “//”.", why="It is not a full address; some readers do not take it for one.",
    fix="Put https: before it.",
)  # fmt: skip
def image_without_scheme(subject: Subject) -> Iterator[Fault]:
    """An address relative to the scheme."""
    for tag in image_tags(subject):
        if tag.value.startswith("//"):
            yield Fault(tag)


@rule(
    "image-address-invalid", "error", "picture", _ANY_CARD, of.OGP_VALUES,
    what="The picture's address is none that can be fetched.", why="Platforms fetch the picture over http or https.",
    fix="Put the picture on the web and name its https address.",
)  # fmt: skip
def image_address_invalid(subject: Subject) -> Iterator[Fault]:
    """data:, blob:, javascript:, a broken address."""
    for tag in image_tags(subject):
        if not subject.address(tag.value):
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:60]}”.")


@rule(
    "image-address-unescaped", "warning", "picture", _ANY_CARD, of.OGP_VALUES,
    what="The picture's address holds spaces or letters that an address must not hold.",
    why="Browsers mend it, readers often do not.", fix="Percent-encode the address.",
)  # fmt: skip
def image_address_unescaped(subject: Subject) -> Iterator[Fault]:
    """Spaces or non-ASCII letters in an address."""
    for tag in image_tags(subject):
        full = subject.address(tag.value)
        if full and (" " in tag.value or not tag.value.isascii()):
            yield Fault(tag, "", f"Write {full}.")


@rule(
    "image-address-long", "error", "picture", ("discord",), of.DISCORD,
    what="The picture's address is longer than 2,048 characters.", why="Discord then shows no preview at all.",
    fix="Serve the picture under a shorter address.",
)  # fmt: skip
def image_address_long(subject: Subject) -> Iterator[Fault]:
    """More than 2,048 characters."""
    for tag in image_tags(subject):
        if len(tag.value) > _DISCORD_URL:
            yield Fault(tag)


@rule(
    "image-not-https", "warning", "picture", _ANY_CARD, of.MIX,
    what="The picture is not served over https.", why="On pages over https browsers block or upgrade it; apps leave it out.",
    fix="Serve it over https and name that address.",
)  # fmt: skip
def image_not_https(subject: Subject) -> Iterator[Fault]:
    """http, with no og:image:secure_url beside it."""
    secure = subject.page.value("og:image:secure_url").lower().startswith("https:")
    for tag in image_tags(subject):
        if tag.value.lower().startswith("http:") and not (secure and "og:image" in tag.keys):
            yield Fault(tag)


@rule(
    "image-private", "error", "picture", _ANY_CARD, of.OGP_VALUES,
    what="The picture's address is on a machine that the web cannot reach.", why="Only you can see it.",
    fix="Name the public address. A base address left over from development is the usual cause.",
)  # fmt: skip
def image_private(subject: Subject) -> Iterator[Fault]:
    """localhost, .local, a private or loopback address."""
    for tag in image_tags(subject):
        if _is_private(host_of(subject.address(tag.value))):
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:80]}”.")


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".test", ".invalid")):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


@rule(
    "image-type", "error", "picture", ("facebook", "x", "whatsapp", "discord"), of.X_SUMMARY,
    what="The picture is of a type that platforms do not show.", why="JPEG, PNG, WebP and GIF are shown everywhere; SVG nowhere.",
    fix="Save it as JPEG or PNG.",
)  # fmt: skip
def image_type(subject: Subject) -> Iterator[Fault]:
    """SVG, PDF and others, by extension or declared type."""
    for tag in image_tags(subject):
        match = _NOT_PICTURES.search(tag.value[:4096])
        if match and match[1].lower() not in ("php", "html", "htm"):
            yield Fault(tag, f"The picture is {match[1].upper()}.")
    for tag in subject.page.named("og:image:type"):
        if tag.value.lower().startswith(("image/svg", "text/", "application/")):
            yield Fault(tag, f"og:image:type is “{tag.value[:40]}”.")


@rule(
    "image-avif", "hint", "picture", ("bluesky", "linkedin", "whatsapp"), of.BLUESKY_GUIDE,
    what="The picture is AVIF.", why="Discord shows it, Bluesky and others do not yet.",
    fix="Save it as JPEG or PNG.",
)  # fmt: skip
def image_avif(subject: Subject) -> Iterator[Fault]:
    """AVIF by extension or type."""
    tag, image = subject.image_tag, subject.image
    if image and (re.search(r"\.avif(?:$|[?#])", image.url, re.IGNORECASE) or image.type == "image/avif"):
        yield Fault(tag)


@rule(
    "image-type-differs", "hint", "picture", ("discord", "facebook"), of.OGP_STRUCTURED,
    what="og:image:type does not fit the picture's address.", why="Readers that trust it may refuse the picture.",
    fix="Correct the type, or take it out.",
)  # fmt: skip
def image_type_differs(subject: Subject) -> Iterator[Fault]:
    """image/jpeg for a .png."""
    image, tags = subject.image, subject.page.named("og:image:type")
    match = re.search(r"\.([a-z]{3,4})(?:$|[?#])", image.url, re.IGNORECASE) if image else None
    names = {name for names in _EXTENSIONS.values() for name in names}
    if not tags or not match or match[1].lower() not in names:
        return
    if (kind := tags[0].value.lower()) in _EXTENSIONS and match[1].lower() not in _EXTENSIONS[kind]:
        yield Fault(tags[0], f"og:image:type is {kind}, the address ends in .{match[1].lower()}.")


def _size(subject: Subject) -> tuple[Image, int, int] | None:
    image = subject.image
    return (image, image.width, image.height) if image and image.width and image.height else None


def _below(subject: Subject, least: tuple[int, int]) -> str:
    """Return what is too small, or the empty string."""
    found = _size(subject)
    if found and (found[1] < least[0] or found[2] < least[1]):
        return f"The picture has {found[1]} × {found[2]} pixels; {least[0]} × {least[1]} is the least."
    return ""


@rule(
    "image-too-small", "error", "picture", ("facebook", "threads"), of.FACEBOOK_IMAGES,
    what="The picture is too small to be shown.", why="Facebook takes none below 200 × 200 pixels.",
    fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_too_small(subject: Subject) -> Iterator[Fault]:
    """Below 200 × 200."""
    if said := _below(subject, _FACEBOOK_LEAST):
        yield Fault(subject.image_tag, said)


@rule(
    "image-small", "warning", "picture", ("facebook", "threads"), of.FACEBOOK_IMAGES,
    what="The picture is shown as a small square.", why="Facebook shows pictures below 600 × 315 pixels small, beside the text.",
    fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_small(subject: Subject) -> Iterator[Fault]:
    """Between 200 × 200 and 600 × 315."""
    if (said := _below(subject, _FACEBOOK_LARGE)) and not _below(subject, _FACEBOOK_LEAST):
        yield Fault(subject.image_tag, said.replace("is the least", "is the least for a large one"))


@rule(
    "image-below-best", "hint", "picture", ("facebook", "linkedin", "google"), of.FACEBOOK_IMAGES,
    what="The picture will look soft on good screens.", why="1200 × 630 pixels are asked for; Google Discover wants 1,200 in width.",
    fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_below_best(subject: Subject) -> Iterator[Fault]:
    """Between 600 and 1200 pixels wide."""
    found = _size(subject)
    if found and not _below(subject, _FACEBOOK_LARGE) and found[1] < _DISCOVER_WIDTH:
        yield Fault(subject.image_tag, f"The picture has {found[1]} × {found[2]} pixels.")


@rule(
    "image-small-x", "error", "picture", ("x",), of.X_LARGE,
    what="The picture is too small for X's card.", why="A large card needs 300 × 157 pixels, a summary 144 × 144.",
    fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_small_x(subject: Subject) -> Iterator[Fault]:
    """Below the least of the card chosen."""
    card = subject.page.value("twitter:card").lower()
    least = {"summary_large_image": _X_LARGE_LEAST, "summary": _X_SUMMARY_LEAST}.get(card)
    if least and (said := _below(subject, least)):
        yield Fault(subject.image_tag, said)


@rule(
    "image-large-x", "warning", "picture", ("x",), of.X_SUMMARY,
    what="The picture is larger than X takes.", why="X takes up to 4096 × 4096 pixels.", fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_large_x(subject: Subject) -> Iterator[Fault]:
    """Above 4096 pixels a side."""
    found = _size(subject)
    if found and max(found[1:]) > _X_MOST[0]:
        yield Fault(subject.image_tag, f"The picture has {found[1]} × {found[2]} pixels.")


@rule(
    "image-narrow-whatsapp", "warning", "picture", ("whatsapp",), of.WHATSAPP,
    what="The picture is too narrow for WhatsApp.", why="WhatsApp asks for 300 pixels of width or more.",
    fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_narrow_whatsapp(subject: Subject) -> Iterator[Fault]:
    """Less than 300 pixels wide."""
    found = _size(subject)
    if found and found[1] < _WHATSAPP_WIDTH:
        yield Fault(subject.image_tag, f"The picture is {found[1]} pixels wide.")


@rule(
    "image-long-whatsapp", "warning", "picture", ("whatsapp",), of.WHATSAPP,
    what="The picture is too long for WhatsApp.", why="Its longer side may be four times the shorter at most.",
    fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_long_whatsapp(subject: Subject) -> Iterator[Fault]:
    """Wider than 4:1."""
    found = _size(subject)
    if found and found[1] / found[2] > _WHATSAPP_RATIO:
        yield Fault(subject.image_tag, f"The picture has {found[1]} × {found[2]} pixels.")


@rule(
    "image-narrow-linkedin", "hint", "picture", ("linkedin",), of.LINKEDIN,
    what="LinkedIn shows the picture as a thumbnail.", why="Guides measured that pictures below 401 pixels of width are shown small.",
    fix="Use 1200 × 627 pixels.",
)  # fmt: skip
def image_narrow_linkedin(subject: Subject) -> Iterator[Fault]:
    """Less than 401 pixels wide."""
    found = _size(subject)
    if found and found[1] < _LINKEDIN_WIDTH:
        yield Fault(subject.image_tag, f"The picture is {found[1]} pixels wide.")


@rule(
    "image-ratio", "hint", "picture", ("facebook", "linkedin", "bluesky", "threads", "telegram"), of.FACEBOOK_IMAGES,
    what="The picture will be cropped.", why="Feeds show it at 1.91:1; what is above and below that is cut off.",
    fix="Use 1200 × 630 pixels, and keep faces and words away from the edges.",
)  # fmt: skip
def image_ratio(subject: Subject) -> Iterator[Fault]:
    """More than 5 % off 1.91:1."""
    found = _size(subject)
    if found and abs(found[1] / found[2] / _RATIO - 1) > _RATIO_SLACK:
        yield Fault(subject.image_tag, f"The picture is {found[1] / found[2]:.2f}:1.")


@rule(
    "image-size-missing", "warning", "picture", ("facebook", "discord"), of.FACEBOOK_FAQ,
    what="The picture's size is not given.", why="The first person who shares the page on Facebook sees no picture; Discord waits for it.",
    fix="Add og:image:width and og:image:height, in pixels.",
)  # fmt: skip
def image_size_missing(subject: Subject) -> Iterator[Fault]:
    """og:image without width and height."""
    page = subject.page
    missing = [key for key in ("og:image:width", "og:image:height") if not page.value(key)]
    if page.value("og:image", "og:image:url") and missing:
        yield Fault(subject.image_tag, f"Missing: {' and '.join(missing)}.")


@rule(
    "image-size-form", "warning", "picture", ("facebook", "discord"), of.OGP_VALUES,
    what="The picture's size is not a number of pixels.", why="Readers drop what is not a whole number.",
    fix="Write digits only, such as 1200.",
)  # fmt: skip
def image_size_form(subject: Subject) -> Iterator[Fault]:
    """1200px, 100%, auto."""
    keys = ("og:image:width", "og:image:height", "twitter:image:width", "twitter:image:height")
    for tag in subject.page.named(*keys):
        if tag.value and not _PIXELS.fullmatch(tag.value):
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:30]}”.")


@rule(
    "image-size-differs", "warning", "picture", ("facebook", "discord"), of.FACEBOOK_IMAGES,
    what="The picture's size is not the one given.", why="Room is kept for the size given; the picture is stretched or refused.",
    fix="Give the size that the file has.",
)  # fmt: skip
def image_size_differs(subject: Subject) -> Iterator[Fault]:
    """Declared and real size differ."""
    for image in subject.preview.images[:4]:
        known = subject.pictures.get(image.url, Known())
        if (
            image.width
            and image.height
            and known.width
            and (image.width, image.height) != (known.width, known.height)
        ):
            yield Fault(
                subject.page.named("og:image:width")[0]
                if subject.page.named("og:image:width")
                else subject.image_tag,
                f"The page says {image.width} × {image.height}, the file has {known.width} × {known.height}.",
            )


@rule(
    "image-alt-missing", "hint", "picture", CARDS, of.OGP_STRUCTURED,
    what="The picture has no words for those who cannot see it.", why="The protocol asks for og:image:alt; screen readers read it out.",
    fix='Add <meta property="og:image:alt" content="…"> and say what the picture shows.',
)  # fmt: skip
def image_alt_missing(subject: Subject) -> Iterator[Fault]:
    """No alternative text."""
    if subject.page.value(*IMAGE_KEYS) and not subject.page.value("og:image:alt", "twitter:image:alt"):
        yield Fault(subject.image_tag)


def _weight(subject: Subject) -> int:
    image = subject.image
    return subject.pictures.get(image.url, Known()).bytes if image else 0


def _heavier(subject: Subject, limit: int) -> Iterator[Fault]:
    if (weight := _weight(subject)) > limit:
        yield Fault(subject.image_tag, f"The file has {weight / 1000:,.0f} KB; {limit / 1000:,.0f} KB is the most.")


@rule(
    "image-heavy-whatsapp", "error", "picture", ("whatsapp",), of.WHATSAPP,
    what="The picture's file is too large for WhatsApp.", why="WhatsApp asks for less than 600 KB.",
    fix="Save it as JPEG at quality 80.",
)  # fmt: skip
def image_heavy_whatsapp(subject: Subject) -> Iterator[Fault]:
    """Above 600 KB."""
    yield from _heavier(subject, _WHATSAPP_BYTES)


@rule(
    "image-heavy-phones", "hint", "picture", ("whatsapp",), of.WHATSAPP,
    what="The picture's file is large for a phone.", why="Guides measured that WhatsApp often leaves out files above 300 KB.",
    fix="Save it as JPEG at quality 80.",
)  # fmt: skip
def image_heavy_phones(subject: Subject) -> Iterator[Fault]:
    """Between 300 and 600 KB."""
    if _weight(subject) <= _WHATSAPP_BYTES:
        yield from _heavier(subject, _WHATSAPP_SAFE_BYTES)


@rule(
    "image-heavy-bluesky", "hint", "picture", ("bluesky",), of.BLUESKY,
    what="The picture's file is too large for a Bluesky card.", why="A card's picture has 1,000,000 bytes at most; apps make it smaller, bots do not.",
    fix="Save it as JPEG at quality 80.",
)  # fmt: skip
def image_heavy_bluesky(subject: Subject) -> Iterator[Fault]:
    """Above 1 MB."""
    yield from _heavier(subject, _BLUESKY_BYTES)


@rule(
    "image-heavy-x", "error", "picture", ("x", "linkedin"), of.X_SUMMARY,
    what="The picture's file is too large for X.", why="X takes up to 5 MB, and so does LinkedIn by its guides.",
    fix="Save it as JPEG at quality 80.",
)  # fmt: skip
def image_heavy_x(subject: Subject) -> Iterator[Fault]:
    """Above 5 MB."""
    yield from _heavier(subject, _X_BYTES)


@rule(
    "image-heavy-facebook", "error", "picture", ("facebook",), of.FACEBOOK_IMAGES,
    what="The picture's file is too large for Facebook.", why="Facebook takes up to 8 MB.",
    fix="Save it as JPEG at quality 80.",
)  # fmt: skip
def image_heavy_facebook(subject: Subject) -> Iterator[Fault]:
    """Above 8 MB."""
    yield from _heavier(subject, _FACEBOOK_BYTES)


@rule(
    "image-not-found", "error", "picture", CARDS, of.OGP_VALUES,
    what="The picture could not be had.", why="Platforms ask as we did, and will show none.",
    fix="Correct the address, or let preview readers fetch it.",
)  # fmt: skip
def image_not_found(subject: Subject) -> Iterator[Fault]:
    """The server answered with an error, or with something that is no picture."""
    for tag in image_tags(subject):
        known = subject.pictures.get(subject.address(tag.value), Known())
        if known.status >= 400:
            yield Fault(tag, f"Its server answered {known.status}.")
        elif known.status and known.type and not known.type.startswith("image/"):
            yield Fault(tag, f"Its server sent {known.type[:40]} instead of a picture.")


@rule(
    "image-expires", "hint", "picture", CARDS, of.PRACTICE,
    what="The picture's address is signed for a time.", why="Platforms fetch it again days later, when it no longer works.",
    fix="Name an address that stays.",
)  # fmt: skip
def image_expires(subject: Subject) -> Iterator[Fault]:
    """Signed storage addresses."""
    for tag in image_tags(subject):
        if re.search(r"[?&](?:X-Amz-Expires|X-Goog-Expires|Expires|Signature)=", tag.value, re.IGNORECASE):
            yield Fault(tag)
            return


@rule(
    "image-is-icon", "hint", "picture", CARDS, of.APPLE,
    what="The preview picture is the site's icon.", why="It is small and says nothing of the page.",
    fix="Use a picture of the page's subject.",
)  # fmt: skip
def image_is_icon(subject: Subject) -> Iterator[Fault]:
    """og:image names the favicon."""
    image = subject.image
    icons = {icon.url for icon in subject.preview.icons} | {subject.preview.favicon}
    if image and subject.image_tag and image.url in icons:
        yield Fault(subject.image_tag)


RULES: tuple[Rule, ...] = gathered(globals())
