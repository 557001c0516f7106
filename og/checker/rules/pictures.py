"""Rules: the preview picture: its address, its type, and whether it is there."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from og.checker.positions import Tag
from og.checker.rules import sources as of
from og.checker.rules.parts import CARDS, IMAGE_KEYS, META, Fault, Known, Rule, Subject, gathered, rule
from og.reader.addresses import host_of

_DISCORD_URL = 2048
_NOT_PICTURES = re.compile(
    r"\.(svgz?|pdf|html?|php|tiff?|bmp|heic|heif|jxl|psd|mp4|webm|mov)(?:$|[?#])", re.IGNORECASE
)
_EXTENSIONS = {
    "image/jpeg": ("jpg", "jpeg", "jpe"), "image/png": ("png",), "image/gif": ("gif",), "image/webp": ("webp",),
    "image/avif": ("avif",), "image/svg+xml": ("svg",),
}  # fmt: skip
_UNSHOWN = frozenset({"image/svg+xml", "image/heic", "image/heif", "image/bmp", "image/x-icon"})
_ANY_CARD = tuple(name for name in CARDS if name != "imessage")


def image_tags(subject: Subject) -> Iterator[Tag]:
    """Yield the tags that name a picture."""
    for tag in subject.page.named(*IMAGE_KEYS):
        if tag.value:
            yield tag


@rule(
    "image-relative", "error", "picture", (*META, "x", "linkedin", "telegram", "bluesky"), of.WHATSAPP,
    what="The picture's address is not complete.",
    why="Platforms ask for a full address; only some put the page's own before it. Discord wants at least a “/” "
    "in front.",
    fix="Write the whole address, with https:// and the host.",
)  # fmt: skip
def image_relative(subject: Subject) -> Iterator[Fault]:
    """A path without scheme and host."""
    for tag in image_tags(subject):
        if not re.match(r"[a-z][a-z0-9+.-]*:|//", tag.value, re.IGNORECASE):
            host = tag.value.lower().partition("/")[0]
            forgotten = host.startswith("www.") or host.removeprefix("www.") == host_of(subject.url)
            said = tag.value.replace("&amp;", "&")
            full = subject.address(f"https://{said}" if forgotten else said)
            yield Fault(tag, f"{tag.keys[0]} is “{tag.value[:80]}”.", f"Write {full}." if full else "")


@rule(
    "image-without-scheme", "warning", "picture", (*META, "x", "linkedin", "telegram"), of.OGP_VALUES,
    what="The picture's address begins with “//”.",
    why="It is not a full address; some readers do not take it for one.",
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
    what="The page is on https, its picture is not.",
    why="On pages over https browsers block or upgrade it; apps leave it out.",
    fix="Serve it over https and name that address.",
)  # fmt: skip
def image_not_https(subject: Subject) -> Iterator[Fault]:
    """http, with no og:image:secure_url beside it."""
    secure = subject.page.value("og:image:secure_url").lower().startswith("https:")
    for tag in image_tags(subject) if not subject.url.startswith("http:") else ():
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
    what="The picture is of a type that platforms do not show.",
    why="JPEG, PNG, WebP and GIF are shown everywhere; SVG nowhere.",
    fix="Save it as JPEG or PNG.",
)  # fmt: skip
def image_type(subject: Subject) -> Iterator[Fault]:
    """SVG, PDF and others, by extension or declared type."""
    for tag in image_tags(subject):
        match = _NOT_PICTURES.search(tag.value[:4096])
        if match and match[1].lower() not in ("php", "html", "htm"):
            yield Fault(tag, f"The picture is {match[1].upper()}.")
        elif subject.pictures.get(subject.address(tag.value), Known()).type in _UNSHOWN:
            yield Fault(tag, f"The file is {subject.pictures[subject.address(tag.value)].type}.")
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


@rule(
    "image-not-found", "error", "picture", CARDS, of.OGP_VALUES,
    what="The picture could not be had.", why="Platforms ask as we did, and will show none.",
    fix="Correct the address, or let preview readers fetch it.",
)  # fmt: skip
def image_not_found(subject: Subject) -> Iterator[Fault]:
    """The server answered with an error, or with something that is no picture."""
    for tag in image_tags(subject):
        known = subject.pictures.get(subject.address(tag.value), Known())
        if known.problem:
            yield Fault(tag, known.problem)
        elif known.status >= 400:
            yield Fault(tag, f"The picture's server answered {known.status}.")
        elif known.status and known.type and not known.type.startswith("image/"):
            yield Fault(tag, f"The picture's server sent {known.type[:40]} in its place.")


@rule(
    "image-expires", "hint", "picture", CARDS, of.PRACTICE,
    what="The picture's address is signed for a time.",
    why="Platforms fetch it again days later, when it no longer works.",
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
