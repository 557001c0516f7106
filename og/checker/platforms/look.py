"""Say how a page looks on a platform, by that platform's own order of tags, limits and shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from og.checker.platforms.parts import Draft, Look, Platform, Shape, Text
from og.checker.rules.parts import Known, Subject
from og.reader.addresses import host_of
from og.reader.jsonld import text as jsonld_text
from og.record import Image

# Also what turns the writing direction around (UAX 9): readers take it out, and it must not garble our own page.
_CONTROL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]")
# Characters of a text that are looked at: more than anybody shows.
_LONGEST = 2000
_IMAGES = {
    "og:image": ("og:image", "og:image:url", "og:image:secure_url"),
    "twitter:image": ("twitter:image", "twitter:image:src"),
}
_PLAIN = ("title", "description")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")
_MOST_IMAGES = 4  # Discord's gallery


def look(platform: Platform, subject: Subject) -> Look:
    """Return how the page looks there."""
    draft, sources = _draft(platform, subject)
    shape = platform.shape(draft)
    made = _drawn(platform, subject, draft, shape, sources)
    if platform.key != "x":
        return made
    card = "summary" if shape in ("large", "player") else "summary_large_image"
    other = replace(draft, card=card)
    there = _drawn(platform, subject, other, platform.shape(other), sources)
    return made if there.shape == "none" else replace(made, other=there)


def _draft(platform: Platform, subject: Subject) -> tuple[Draft, dict[str, str]]:
    sources: dict[str, str] = {}
    title = _text(platform, platform.title, subject, "title", sources)
    description = _text(platform, platform.description, subject, "description", sources)
    images = tuple(_images(platform, subject, sources))
    # A repeated layout tag: the last one counts, on X (Cards markup) and on Discord (Link Previews).
    card = next(reversed(_said(platform, "twitter:card", subject)), "").lower()
    kind, site = (next(iter(_said(platform, key, subject)), "") for key in ("og:type", "og:site_name"))
    return Draft(title, description, images, card, kind, site), sources


def _said(platform: Platform, key: str, subject: Subject) -> list[str]:
    """Return what the metas of a key say, as this platform reads them; what says nothing is left out."""
    tags = subject.page.by_key.get(key, [])
    if not platform.by_name:
        return [tag.value for tag in tags if tag.value]
    own = [tag for tag in tags if tag.keys[-1] == key]  # the last key is the name, where there is one
    said = (tag.value if "content" in tag.attributes else tag.attributes.get("value", "").strip() for tag in own)
    return [value for value in said if value]


def _drawn(platform: Platform, subject: Subject, draft: Draft, shape: Shape, sources: Mapping[str, str]) -> Look:
    site = site_of(platform, subject)
    title, cut_title = shortened(draft.title, platform.title)
    description, cut_description = shortened(draft.description, platform.description or Text(()))
    if platform.key == "x" and shape in ("large", "player"):
        description, cut_description = "", False
    if platform.key == "mastodon" and subject.preview.author:
        description, cut_description = "", False
    shown = draft.image if shape in ("large", "small", "gallery", "player") else None
    crop = platform.crops.get(shape)
    cut = (("title", cut_title), ("description", cut_description))
    return Look(
        platform,
        title or site,
        site,
        shape,
        description=description,
        image=shown,
        images=draft.images[:_MOST_IMAGES] if shape == "gallery" else (),
        crop=f"{crop[0]}:{crop[1]}" if crop else "",
        cut=tuple(name for name, is_cut in cut if is_cut),
        color=_color(subject) if platform.key == "discord" else "",
        card=draft.card if platform.key == "x" else "",
        sources=MappingProxyType(dict(sources)),
        notes=platform.notes,
    )


# --- texts ---


def _text(platform: Platform, text: Text | None, subject: Subject, field: str, sources: dict[str, str]) -> str:
    for name in text.tags if text else ():
        if platform.pair and name in _PLAIN and not _pair_counts(platform, subject):
            continue
        value = plain(_value(platform, name, subject))
        if value:
            sources[field] = name
            return value
    return ""


def _pair_counts(platform: Platform, subject: Subject) -> bool:
    keys = ("og:title", "twitter:title", "og:description", "twitter:description")
    tagged = any(_said(platform, key, subject) for key in keys)
    return bool(not tagged and subject.page.title and _said(platform, "description", subject))


def _value(platform: Platform, name: str, subject: Subject) -> str:
    if name == "title":
        return subject.page.title
    if name.startswith("jsonld:"):
        return jsonld_text(subject.node.get(name.removeprefix("jsonld:")))
    return next(iter(_said(platform, name, subject)), "")


def plain(text: str) -> str:
    """Return a text as a card shows it: spaces single, nothing invisible that could garble ours."""
    return " ".join(_CONTROL.sub(" ", text[: _LONGEST * 4]).split())[:_LONGEST]


def shortened(text: str, rule: Text) -> tuple[str, bool]:
    """Return what is shown of a text, and whether something is left out."""
    if not rule.limit:
        return text, False
    if rule.unit == "bytes":
        raw = text.encode("utf-8", "replace")
        if len(raw) <= rule.limit:
            return text, False
        return raw[: rule.limit - len(rule.ending.encode())].decode("utf-8", "ignore") + rule.ending, True
    if len(text) <= rule.limit:
        return text, False
    return text[: rule.limit - len(rule.ending)].rstrip() + rule.ending, True


# --- pictures ---


def _images(platform: Platform, subject: Subject, sources: dict[str, str]) -> Iterator[Image]:
    for name in platform.image:
        found = list(dict.fromkeys(_candidates(platform, name, subject)))
        if found:
            sources["image"] = subject.preview.sources.get("images", name) if name == "any" else name
            yield from (image for image in found if not subject.pictures.get(image.url, Known()).missing)
            return


def _candidates(platform: Platform, name: str, subject: Subject) -> Iterator[Image]:
    known = {image.url: image for image in subject.images}
    for key in _IMAGES.get(name, ()):
        addresses = [subject.address(value) for value in _said(platform, key, subject)]
        if any(addresses):
            yield from (_whole(known.get(address, Image(address)), subject) for address in addresses if address)
            return
    # What a platform finds by itself: nothing that only another platform's tag names.
    if name == "any" and subject.image and not subject.preview.sources.get("images", "").startswith("twitter:"):
        yield subject.image
    if name == "jsonld:image" and subject.preview.sources.get("images") == name and subject.image:
        yield subject.image
    if name == "touch-icon":
        icons = [icon.url for icon in subject.preview.icons if icon.rel.startswith("apple-touch-icon")]
        yield from (Image(url, type="icon") for url in icons[:1])


def _whole(image: Image, subject: Subject) -> Image:
    """A picture that another tag names too has its size there; else its bytes may be known."""
    known = subject.pictures.get(image.url)
    if known is None or image.width:
        return image
    return replace(image, width=known.width, height=known.height, type=known.type)


# --- the rest ---


def site_of(platform: Platform, subject: Subject) -> str:
    """Return how the site is named there."""
    host = host_of(subject.url)
    if platform.key == "discord":
        return plain(next(iter(_said(platform, "og:site_name", subject)), ""))[:256] or host
    if platform.site == "site_name":
        return plain(subject.page.value("og:site_name")) or plain(subject.preview.site_name) or host
    return host


def breadcrumb(subject_url: str) -> str:
    """Return an address as search results show it: the host, then the names of its folders."""
    parts = urlsplit(subject_url)
    names = [plain(unquote(name)) for name in parts.path.split("/") if name]
    return " › ".join([f"{parts.scheme}://{parts.netloc}", *names[:3]]) if parts.netloc else ""


def _color(subject: Subject) -> str:
    tags = subject.page.by_key.get("theme-color", ())[-1:]
    return next((tag.value for tag in tags if _COLOR.fullmatch(tag.value)), "")
