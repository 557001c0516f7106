"""Rules: the preview picture's size, shape, weight, and the words for it.

Sizes are those of the picture's bytes where somebody has looked at them, else those the page declares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from og.checker.rules import sources as of
from og.checker.rules.parts import CARDS, IMAGE_KEYS, Fault, Known, Rule, Subject, gathered, rule
from og.record import Image

_FACEBOOK_LEAST, _FACEBOOK_LARGE = (200, 200), (600, 315)  # Images in Link Shares
_X_SUMMARY_LEAST, _X_LARGE_LEAST, _X_MOST = (144, 144), (300, 157), 4096  # X, Summary cards
_X_BYTES, _FACEBOOK_BYTES = 5_000_000, 8_000_000
_WHATSAPP_WIDTH, _WHATSAPP_BYTES, _WHATSAPP_RATIO = 300, 600_000, 4.0  # WhatsApp Link Previews
# Guides measured that pictures above 300 KB are often left out by WhatsApp's apps.
_WHATSAPP_SAFE_BYTES = 300_000
_BLUESKY_BYTES = 1_000_000  # the lexicon of a card's thumb: maxSize 1000000
_LINKEDIN_WIDTH = 401
_DISCOVER_WIDTH = 1200
_RATIO, _RATIO_SLACK = 1200 / 630, 0.05
_PIXELS = re.compile(r"\d{1,5}")


def _size(subject: Subject) -> tuple[Image, int, int] | None:
    image = subject.image
    known = image and subject.image_tag and image.width and image.height
    return (image, image.width, image.height) if image and known else None


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
    what="The picture is shown as a small square.",
    why="Facebook shows pictures below 600 × 315 pixels small, beside the text.",
    fix="Use 1200 × 630 pixels.",
)  # fmt: skip
def image_small(subject: Subject) -> Iterator[Fault]:
    """Between 200 × 200 and 600 × 315."""
    if (said := _below(subject, _FACEBOOK_LARGE)) and not _below(subject, _FACEBOOK_LEAST):
        yield Fault(subject.image_tag, said.replace("is the least", "is the least for a large one"))


@rule(
    "image-below-best", "hint", "picture", ("facebook", "linkedin", "google"), of.FACEBOOK_IMAGES,
    what="The picture will look soft on good screens.",
    why="1200 × 630 pixels are asked for; Google Discover wants 1,200 in width.",
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
    if found and max(found[1:]) > _X_MOST:
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
    what="LinkedIn shows the picture as a thumbnail.",
    why="Guides measured that pictures below 401 pixels of width are shown small.",
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
    what="The picture's size is not given.",
    why="The first person who shares the page on Facebook sees no picture; Discord waits for it.",
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
    what="The picture's size is not the one given.",
    why="Room is kept for the size given; the picture is stretched or refused.",
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
    what="The picture has no words for those who cannot see it.",
    why="The protocol asks for og:image:alt; screen readers read it out.",
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
    what="The picture's file is large for a phone.",
    why="Guides measured that WhatsApp often leaves out files above 300 KB.",
    fix="Save it as JPEG at quality 80.",
)  # fmt: skip
def image_heavy_phones(subject: Subject) -> Iterator[Fault]:
    """Between 300 and 600 KB."""
    if _weight(subject) <= _WHATSAPP_BYTES:
        yield from _heavier(subject, _WHATSAPP_SAFE_BYTES)


@rule(
    "image-heavy-bluesky", "hint", "picture", ("bluesky",), of.BLUESKY,
    what="The picture's file is too large for a Bluesky card.",
    why="A card's picture has 1,000,000 bytes at most; apps make it smaller, bots do not.",
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


RULES: tuple[Rule, ...] = gathered(globals())
