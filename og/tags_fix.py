"""The tags to paste: what the page says, said once, complete, in the form that everybody reads, and escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from og.check_rules.parts import Subject
from og.clean_text import clean
from og.dates import iso
from og.positions import Tag
from og.record import Image

Change = Literal["same", "changed", "new"]
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")
_HANDLE = re.compile(r"@?(\w{1,15})", re.ASCII)
_ACCOUNT = re.compile(r"@?([\w.-]{1,100}@[\w-]+(?:\.[\w-]+)+)", re.ASCII)
_SHORT_HEX = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_LARGE_LEAST = (300, 157)  # X, Summary card with large image
_SEPARATOR = r"\s+[|·•–—:»/-]+\s+"


@dataclass(frozen=True)
class FixedTag:
    """One tag to paste. ``change`` says how it stands to the page as it is."""

    tag: str
    attributes: Mapping[str, str]
    text: str = ""
    change: Change = "new"

    @property
    def html(self) -> str:
        """The tag as HTML: everything escaped, double quotation marks."""
        written = "".join(f' {name}="{html.escape(value)}"' for name, value in self.attributes.items())
        end = f"{html.escape(self.text, quote=False)}</{self.tag}>" if self.tag == "title" else ""
        return f"<{self.tag}{written}>{end}"


@dataclass(frozen=True)
class Fixed:
    """All tags to paste, in order."""

    tags: tuple[FixedTag, ...]

    @property
    def html(self) -> str:
        """The tags as lines of HTML."""
        return "\n".join(tag.html for tag in self.tags)

    @property
    def changes(self) -> int:
        """How many tags are new or changed."""
        return sum(tag.change != "same" for tag in self.tags)


def fixed(subject: Subject) -> Fixed:
    """Return the tags a page should have, made of what it says."""
    return Fixed(tuple(_compared(subject, tag) for tag in _tags(subject)))


def _tags(subject: Subject) -> Iterator[FixedTag]:
    preview = subject.preview
    title, site = preview.title, preview.site_name
    if title:
        yield FixedTag("title", {}, clean(subject.page.title, 1000) or title)
    yield from _named("description", preview.description)
    address = preview.canonical or preview.url
    if address:
        yield FixedTag("link", {"rel": "canonical", "href": address})
    yield from _property("og:type", _type(subject))
    yield from _property("og:title", _without_site(title, site))
    yield from _property("og:description", preview.description)
    yield from _property("og:url", address)
    yield from _property("og:site_name", site)
    yield from _property("og:locale", _locale(subject))
    if subject.image:
        yield from _picture(subject.image, subject.url)
    if _type(subject) == "article":
        yield from _property("article:published_time", iso(preview.published) if preview.published else "")
        yield from _property("article:modified_time", iso(preview.modified) if preview.modified else "")
    yield from _named("twitter:card", _card(subject))
    yield from _named("twitter:site", _handle(subject.page.value("twitter:site")))
    yield from _named("fediverse:creator", _account(subject.page.value("fediverse:creator")))
    yield from _named("theme-color", _color(preview.theme_color))


def _property(key: str, value: str) -> Iterator[FixedTag]:
    if value:
        yield FixedTag("meta", {"property": key, "content": value})


def _named(key: str, value: str) -> Iterator[FixedTag]:
    if value:
        yield FixedTag("meta", {"name": key, "content": value})


def _picture(image: Image, page: str) -> Iterator[FixedTag]:
    yield from _property("og:image", _secure(image.url, page))
    if image.width and image.height:
        yield from _property("og:image:width", str(image.width))
        yield from _property("og:image:height", str(image.height))
    yield from _property("og:image:alt", image.alt)


def _secure(address: str, page: str) -> str:
    """A picture of the page's own host is served over https too, where the page is."""
    own = re.match(r"https://([^/]+)", page)
    return "https" + address[4:] if own and address.startswith(f"http://{own[1]}/") else address


def _type(subject: Subject) -> str:
    kind = subject.preview.type.lower()
    if re.fullmatch(r"(?:article|book|profile|website|(?:music|video)\.\w+|product|[a-z]\w*:\w+)", kind):
        return kind
    return "article" if subject.preview.published else "website"


def _without_site(title: str, site: str) -> str:
    """The title without the site's name at its end (Apple, TN3156; WhatsApp Link Previews)."""
    if not site:
        return title
    rest = re.sub(rf"{_SEPARATOR}{re.escape(site)}\Z", "", title, flags=re.IGNORECASE)
    return rest or title


def _locale(subject: Subject) -> str:
    value = subject.page.value("og:locale").replace("-", "_")
    return value if _LOCALE.fullmatch(value) else ""


def _card(subject: Subject) -> str:
    card = subject.page.value("twitter:card").lower()
    if card in ("player", "app"):
        return card
    image = subject.image
    if image is None:
        return "summary"
    small = (image.width and image.width < _LARGE_LEAST[0]) or (image.height and image.height < _LARGE_LEAST[1])
    return "summary" if small or card == "summary" else "summary_large_image"


def _handle(value: str) -> str:
    match = _HANDLE.fullmatch(value)
    return f"@{match[1]}" if match else ""


def _account(value: str) -> str:
    match = _ACCOUNT.fullmatch(value)
    return f"@{match[1]}" if match else ""


def _color(value: str) -> str:
    if match := _SHORT_HEX.fullmatch(value):
        return "#" + "".join(part * 2 for part in match.groups())
    return value if _HEX.fullmatch(value) else ""


# --- against the page as it is ---


def _compared(subject: Subject, wanted: FixedTag) -> FixedTag:
    there = _there(subject, wanted)
    if not there:
        return wanted
    same = len(there) == 1 and there[0].in_head and _says(there[0], wanted)
    return FixedTag(wanted.tag, wanted.attributes, wanted.text, "same" if same else "changed")


def _there(subject: Subject, wanted: FixedTag) -> list[Tag]:
    page = subject.page
    if wanted.tag == "title":
        return page.titles
    if wanted.tag == "link":
        return page.linked("canonical")
    return page.by_key.get(wanted.attributes.get("property") or wanted.attributes["name"], [])


def _says(tag: Tag, wanted: FixedTag) -> bool:
    if wanted.tag == "title":
        return " ".join(tag.text.split()) == wanted.text
    return all(tag.attributes.get(name, "").strip() == value for name, value in wanted.attributes.items())
