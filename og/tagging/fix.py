"""The tags to paste: what the page says, said once, complete, in the form that everybody reads.

They are written by `og.tags`; here is only what a page that is checked gives for them, and how it stands to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from og.checker.positions import Tag
from og.checker.rules.parts import Subject
from og.reader.clean_text import as_text, clean
from og.record import Image

if TYPE_CHECKING:
    from og.tagging.fields import Fields
    from og.tags import Written

Change = Literal["same", "changed", "new"]
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")
_SEPARATOR = r"\s+[|·•–—:»/-]+\s+"
_KIND = re.compile(r"article|book|profile|website|(?:music|video)\.\w+|product|[a-z]\w*:\w+")
# What a page cannot do without; all else (`og.tags`) it may have, and nobody needs to paste.
_PASTED = frozenset(
    {"canonical", "description", "og:type", "og:title", "og:description", "og:url", "og:site_name", "og:locale",
     "og:image", "og:image:width", "og:image:height", "og:image:alt", "article:published_time",
     "article:modified_time",
     "twitter:card", "twitter:site", "fediverse:creator", "theme-color"}
)  # fmt: skip


@dataclass(frozen=True)
class FixedTag:
    """One tag to paste. ``change`` says how it stands to the page as it is."""

    written: Written
    change: Change = "new"

    @property
    def tag(self) -> str:
        """The name of the element."""
        return self.written.tag

    @property
    def attributes(self) -> Mapping[str, str]:
        """Its attributes."""
        return self.written.attributes

    @property
    def text(self) -> str:
        """What it holds."""
        return self.written.text

    @property
    def html(self) -> str:
        """The tag as HTML."""
        return self.written.html


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


def _tags(subject: Subject) -> Iterator[Written]:
    from og.tags import Written, tags_for  # at first use: the writer takes a while to load

    fields = _fields(subject)
    for tag in tags_for(fields).tags:
        if tag.tag == "title":
            yield Written("title", MappingProxyType({}), clean(subject.page.title, 1000) or subject.preview.title)
        elif tag.attributes.get("name") == "twitter:card" and fields.card in ("player", "app"):
            yield replace(tag, attributes=MappingProxyType({"name": "twitter:card", "content": fields.card}))
        elif _key(tag) in _PASTED:
            yield tag


def _key(tag: Written) -> str:
    said = tag.attributes
    return said.get("property") or said.get("name") or said.get("rel", "")


def _fields(subject: Subject) -> Fields:
    """Return what the page says, with one address and a title of its own."""
    from og.tagging.fields import read
    from og.tags import og_type

    preview = subject.preview
    shown = preview.image.url if preview.image else ""
    given: dict[str, Any] = {
        "url": preview.canonical or preview.url,
        "title": _without_site(_words(preview.title), preview.site_name),
        "description": _words(preview.description),
        "site_name": preview.site_name,
        "images": [_picture(image, subject.url) for image in subject.images if image.url == shown],
        "locale": _locale(subject),
        "card": subject.page.value("twitter:card"),
        "twitter_site": subject.page.value("twitter:site"),
        "creator": subject.page.value("fediverse:creator"),
        "theme_color": preview.theme_color,
    }
    fields = read(given)[0]
    kind = preview.type.lower()
    fields = replace(fields, type=kind if _KIND.fullmatch(kind) else "", published=preview.published)
    if og_type(fields) == "article":
        return replace(fields, modified=preview.modified)
    return replace(fields, published="")


def _words(text: str) -> str:
    """The text without tags of HTML, which every platform would show as they are written."""
    return " ".join(as_text(text).split())


def _picture(image: Image, page: str) -> dict[str, Any]:
    """A picture of the page's own host is served over https too, where the page is."""
    own = re.match(r"https://([^/]+)", page)
    secure = own and image.url.startswith(f"http://{own[1]}/")
    return {**image.as_json(), "type": "", "url": "https" + image.url[4:] if secure else image.url}


def _without_site(title: str, site: str) -> str:
    """The title without the site's name at its end (Apple, TN3156; WhatsApp Link Previews)."""
    if not site:
        return title
    rest = re.sub(rf"{_SEPARATOR}{re.escape(site)}\Z", "", title, flags=re.IGNORECASE)
    return rest or title


def _locale(subject: Subject) -> str:
    value = subject.page.value("og:locale").replace("-", "_")
    return value if _LOCALE.fullmatch(value) else ""


# --- against the page as it is ---


def _compared(subject: Subject, wanted: Written) -> FixedTag:
    from og.tagging.slots import says

    there = _there(subject, wanted)
    if not there:
        return FixedTag(wanted)
    same = len(there) == 1 and there[0].in_head and says(there[0], wanted)
    return FixedTag(wanted, "same" if same else "changed")


def _there(subject: Subject, wanted: Written) -> list[Tag]:
    page = subject.page
    if wanted.tag == "title":
        return page.titles
    if wanted.tag == "link":
        return page.linked("canonical")
    return page.by_key.get(wanted.attributes.get("property") or wanted.attributes["name"], [])
