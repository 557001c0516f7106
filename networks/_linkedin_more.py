"""What LinkedIn's list of posts only names: pictures and films by their ids, and whose posts they are.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api (202605, read 2026-11),
the videos-api beside it, and /organizations/organization-lookup-api. Addresses to download from are signed and end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from networks._errors import opened
from networks._linkedin_posts import HOME
from networks._walk import dig, ident, line, loaded, name, record, records, web
from networks.records import Answer, Author, Media, Page, Post, Request

API = "https://api.linkedin.com/rest"
# Of one kind in one request: twenty posts have fewer as a rule, and addresses of some 8,000 characters arrive
# anywhere (RFC 9110 §4.1).
MOST = 60
# Pixels that stand in for a picture's width: only its shape is told.
WIDTH = 1200
_URN = re.compile(r"urn:li:(image|video|digitalmediaAsset):[\w-]{1,100}")
_ORGANISATION = re.compile(r"urn:li:organization(?:Brand)?:(\d{1,20})")
Item = Mapping[str, Any]


def images(first: Answer) -> Request | None:
    """Ask for the pictures that a list of posts names."""
    return _batch("images", [urn for item in _items(first) for urn in (*_named(item), _thumbnail(item))], ":image:")


def films(first: Answer) -> Request | None:
    """Ask for the films that a list of posts names."""
    return _batch("videos", [urn for item in _items(first) for urn in _named(item)], ":video:")


def with_media(page: Page, first: Answer, found: Sequence[Answer]) -> Page:
    """Return the page with the pictures or films that were found in their posts."""
    known = record(record(opened(found[-1])).get("results"))
    items = {ident(item.get("id")): item for item in _items(first)}
    return replace(page, posts=tuple(_filled(post, items.get(post.id, {}), known) for post in page.posts))


def organisation(first: Answer) -> Request | None:
    """Ask whose posts they are."""
    authors = {ident(item.get("author")) for item in _items(first)}
    found = _ORGANISATION.fullmatch(authors.pop()) if len(authors) == 1 else None
    return Request(f"{API}/organizations/{found[1]}") if found else None


def logo(answer: Answer) -> Request | None:
    """Ask for an organisation's logo, which it names."""
    urn = ident(dig(opened(answer), "logoV2", "original")).replace(":digitalmediaAsset:", ":image:")
    return Request(f"{API}/images/{quote(urn, safe='')}") if _URN.fullmatch(urn) else None


def with_author(page: Page, first: Answer, found: Sequence[Answer]) -> Page:  # noqa: ARG001 -- as all of its kind
    """Return the page with its posts' author: name, page and, where it came, logo."""
    told = record(opened(found[0]))
    shown, vanity = name(told.get("localizedName")), name(told.get("vanityName"))
    logo = web(record(opened(found[1])).get("downloadUrl")) if len(found) > 1 else ""
    if not shown:
        return page
    key = vanity or ident(told.get("id"))
    whose = Author(shown, f"@{vanity}" if vanity else "", f"{HOME}/company/{quote(key)}" if key else "", logo)
    posts = tuple(replace(post, author=whose) for post in page.posts)
    return replace(page, title=shown, author=whose, posts=posts)


def _items(first: Answer) -> list[Item]:
    return records(record(loaded(first.body)).get("elements"))


def _named(item: Item) -> list[str]:
    """Return the ids of what is attached to a post, in its order."""
    content = record(item.get("content"))
    return [ident(one.get("id")) for one in _attached(content)]


def _attached(content: Item) -> list[Item]:
    return [record(content.get("media")), *records(dig(content, "multiImage", "images"))]


def _thumbnail(item: Item) -> str:
    return ident(dig(item, "content", "article", "thumbnail"))


def _batch(kind: str, urns: Sequence[str], mark: str) -> Request | None:
    wanted = [urn for urn in dict.fromkeys(urns) if mark in urn and _URN.fullmatch(urn)][:MOST]
    if not wanted:
        return None
    return Request(f"{API}/{kind}?ids=List({','.join(quote(urn, safe='') for urn in wanted)})")


def _filled(post: Post, item: Item, known: Item) -> Post:
    content = record(item.get("content"))
    media = tuple(_media(content, known)) or post.media
    picture = web(record(known.get(_thumbnail(item))).get("downloadUrl"))
    link = replace(post.link, image=picture) if post.link and picture else post.link
    return replace(post, media=media, link=link)


def _media(content: Item, known: Item) -> Iterator[Media]:
    for one in _attached(content):
        told = record(known.get(ident(one.get("id"))))
        if url := web(told.get("downloadUrl")):
            film = ":video:" in ident(one.get("id"))
            shape = (WIDTH, round(WIDTH * _ratio(told))) if _ratio(told) else (0, 0)
            alt, still = line(one.get("altText")), web(told.get("thumbnail"))
            yield Media("video" if film else "image", url, *shape, alt=alt, poster=still if film else "")


def _ratio(told: Item) -> float:
    """Return height to width, 0 where that is not told, or no shape of a picture."""
    across, down = told.get("aspectRatioWidth"), told.get("aspectRatioHeight")
    if not isinstance(across, int | float) or not isinstance(down, int | float) or not (across > 0 and down > 0):
        return 0.0
    return down / across if 0.02 < down / across < 50 else 0.0
