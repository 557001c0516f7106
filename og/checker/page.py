"""What the check page shows of a report: cards, findings by what to do, tags to paste. Knows no web framework.

Pictures of the page under test are named only by ``media(url, width)``, which gives an address of ours, or "" where
there is none: their own addresses stand in no attribute that a browser would follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from core.errors import Problem
from og.check import Finding, Report
from og.checker.platforms import platforms
from og.checker.platforms.look import breadcrumb, plain
from og.checker.platforms.parts import Look
from og.checker.rules.parts import GROUPS, SEVERITIES
from og.checker.rules.sources import Source
from og.reader.addresses import host_of
from og.record import Image

Media = Callable[[str, int], str]
# Widths of the proxy (og/media_service/address.py) for a card's whole width, a thumbnail, an icon.
_LARGE, _SMALL, _ICON = 640, 320, 48
_KINDS = (("feed", "In feeds"), ("chat", "In chats"), ("search", "In search results"))
_SHAPES = {
    "large": "Large picture",
    "small": "Small picture",
    "text": "No picture",
    "gallery": "Gallery",
    "player": "Player",
    "none": "No preview",
}
# Overrides and isolates of UAX 9, marks of direction, and spaces without width.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u2060\ufeff]")
_WORDS = {"error": "Error", "warning": "Warning", "hint": "Advice"}


@dataclass(frozen=True)
class Shown:
    """A picture as the page shows it. ``src`` is an address of ours, or "" where there is none to show."""

    src: str
    alt: str
    crop: str


@dataclass(frozen=True)
class Card:
    """One platform's card, ready to draw."""

    key: str
    name: str
    shape: str
    shape_name: str
    title: str
    description: str
    site: str
    host: str
    picture: Shown | None
    pictures: tuple[Shown, ...]
    lines: tuple[int, int, int, int]
    color: str
    card: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    firm: bool
    findings: int
    icon: str = ""
    favicon: str = ""
    address: str = ""
    other: Card | None = None


def page_data(report: Report, media: Media, icons: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the values for templates/check.html; ``icons`` are path data of marks by platform's key."""
    guarded = _guarded(media)
    cards = {card.key: card for card in _cards(report, guarded, icons or {})}
    return {
        "url": report.url,
        "readable": plain(unquote(report.url)),
        "host": host_of(report.url),
        "asked": plain(unquote(report.hops[0])) if report.hops else "",
        "counts": {name: report.count(name) for name in SEVERITIES},
        "kinds": [(key, name, [cards[p.key] for p in platforms() if p.kind == key]) for key, name in _KINDS],
        "groups": list(_groups(report.findings)),
        "words": _WORDS,
        "names": {platform.key: platform.name for platform in platforms()},
        "fixed": report.fixed,
        "unread": report.unread,
        "blocked": report.preview.blocked,
    }


def _guarded(media: Media) -> Media:
    """A picture that the proxy refuses is none."""

    def address(url: str, width: int) -> str:
        try:
            return media(url, width) if url else ""
        except Problem:
            return ""

    return address


# --- cards ---


def _cards(report: Report, media: Media, icons: Mapping[str, str]) -> Iterator[Card]:
    for look in report.looks.values():
        key = look.platform.key
        concerned = sum(key in finding.platforms for finding in report.findings)
        favicon = media(report.preview.favicon, _ICON) if key in ("google", "slack") else ""
        yield _card(look, report.url, media, icons.get(key, ""), favicon, concerned)


def _card(look: Look, url: str, media: Media, icon: str, favicon: str, findings: int) -> Card:
    platform = look.platform
    description = platform.description.lines if platform.description else (0, 0)
    return Card(
        platform.key,
        platform.name,
        look.shape,
        _SHAPES[look.shape],
        look.title,
        look.description,
        look.site,
        host_of(url),
        _shown(look.image, look, media),
        tuple(shown for image in look.images if (shown := _shown(image, look, media))),
        (*platform.title.lines, *description),
        look.color,
        look.card,
        tuple(_facts(look)),
        look.notes,
        platform.sources,
        platform.firm,
        findings,
        icon,
        favicon,
        breadcrumb(url) if platform.key == "google" else "",
        _card(look.other, url, media, icon, favicon, findings) if look.other else None,
    )


def _shown(image: Image | None, look: Look, media: Media) -> Shown | None:
    if image is None:
        return None
    width = _LARGE if look.shape in ("large", "player") else _SMALL
    return Shown(media(image.url, width), image.alt, look.crop.replace(":", "-") or "natural")


def _facts(look: Look) -> Iterator[tuple[str, str]]:
    """Yield what each part of the card was taken from, and what was done to it."""
    for part, name in (("title", "Title"), ("description", "Text"), ("image", "Picture")):
        source = look.sources.get(part)
        if not source or (part == "description" and not look.description):
            continue
        text = "<title>" if source == "title" else source
        if part in look.cut:
            text += ", cut"
        if part == "image" and look.image is None:
            text += ", not shown"
        elif part == "image":
            text += _picture_fact(look)
        yield name, text


def _picture_fact(look: Look) -> str:
    image = look.image
    size = f", {image.width} × {image.height}" if image and image.width and image.height else ""
    return size + (f", shown at {_ratio(look.crop)}" if look.crop else ", uncropped")


def _ratio(crop: str) -> str:
    return "1.91:1" if crop == "1200:630" else crop


# --- findings ---


@dataclass(frozen=True)
class Group:
    """Findings that one piece of work mends, worst first."""

    key: str
    title: str
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> str:
        """The severity of its worst finding."""
        return self.findings[0].severity


def _groups(findings: tuple[Finding, ...]) -> Iterator[Group]:
    """Yield the groups that have findings: those with the most errors first, then warnings, then advice."""
    found = [
        Group(key, title, tuple(_visible(f) for f in findings if f.rule.group == key))
        for key, title in GROUPS.items()
    ]
    yield from sorted((group for group in found if group.findings), key=_badness)


def _visible(finding: Finding) -> Finding:
    """Name what cannot be seen and turns the writing direction around, so that it turns nothing around here."""
    what, fix, tag = (_UNSEEN.sub(_named, text) for text in (finding.what, finding.fix, finding.tag))
    return replace(finding, what=what, fix=fix, tag=tag)


def _named(match: re.Match[str]) -> str:
    return f"[U+{ord(match[0]):04X}]"


def _badness(group: Group) -> tuple[int, ...]:
    return tuple(-sum(finding.severity == severity for finding in group.findings) for severity in SEVERITIES)
