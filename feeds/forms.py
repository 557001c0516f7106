"""A feed for feed readers: RSS 2.0, Atom, JSON Feed.

https://www.rssboard.org/rss-specification, RFC 4287 with RFC 5005 (paging), https://www.jsonfeed.org/version/1.1/,
and https://www.rssboard.org/media-rss for pictures beyond the one enclosure that RSS knows (all read 2026-11).
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from core.times import written
from networks.records import Media, Post

if TYPE_CHECKING:
    from feeds.feed import Entry, FeedPage

# What a title is cut to where a post has none: a line in a reader's list.
LONGEST_TITLE = 80
# Characters that no XML document may hold (https://www.w3.org/TR/xml/#charsets).
_UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_USUAL = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg"}
GENERATOR = "Handbill"


@dataclass(frozen=True)
class Head:
    """Where a document is: our base address, the site's page, the document's own address."""

    base: str
    home: str
    address: str

    def page(self, cursor: str) -> str:
        """Return the address of a further page."""
        return f"{self.address}?cursor={quote(cursor)}"


def rss(page: FeedPage, head: Head) -> str:
    """Return a page of a feed as RSS 2.0."""
    onward = _element("atom:link", rel="next", href=head.page(page.next)) if page.next else ""
    channel = [
        _element("title", page.feed.name),
        _element("link", head.home),
        _element("description", page.feed.name),
        _element("generator", GENERATOR),
        _element("lastBuildDate", format_datetime(_newest(page), usegmt=True)),
        _element("atom:link", rel="self", type="application/rss+xml", href=head.address),
        onward,
        *(_item(entry) for entry in page.entries),
    ]
    spaces = {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
    }
    names = " ".join(f'xmlns:{name}="{space}"' for name, space in spaces.items())
    return f'{_XML}<rss version="2.0" {names}><channel>\n{_lines(channel)}</channel></rss>\n'


def atom(page: FeedPage, head: Head) -> str:
    """Return a page of a feed as Atom."""
    links = [
        # The page first: some readers (@extractus/feed-extractor 7) take the first link for it, whatever its rel.
        _element("link", rel="alternate", type="text/html", href=head.home),
        _element("link", rel="self", type="application/atom+xml", href=head.address),
        _element("link", rel="next", href=head.page(page.next)) if page.next else "",
    ]
    parts = [
        _element("id", _tag(page, head, "")),
        _element("title", page.feed.name),
        _element("updated", written(_newest(page))),
        _element("generator", GENERATOR),
        *links,
        *(_entry(entry, page, head) for entry in page.entries),
    ]
    return f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">\n{_lines(parts)}</feed>\n'


def jsonfeed(page: FeedPage, head: Head) -> str:
    """Return a page of a feed as JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": page.feed.name,
        "home_page_url": head.home,
        "feed_url": head.address,
        "next_url": head.page(page.next) if page.next else None,
        "items": [_json_item(entry, page, head) for entry in page.entries],
    }
    return json.dumps(_present(document), ensure_ascii=False) + "\n"


FORMS: Mapping[str, tuple[str, Callable[[FeedPage, Head], str]]] = MappingProxyType(
    {
        "rss": ("application/rss+xml", rss),
        "atom": ("application/atom+xml", atom),
        "jsonfeed": ("application/feed+json", jsonfeed),
    }
)
"""Each form's media type, and what writes it."""


# --- one post ---


def _item(entry: Entry) -> str:
    post, seen = entry.post, _content(entry.post)
    files = list(_media(seen))
    parts = [
        _element("title", _title(post)),
        _element("link", post.url) if post.url else "",
        _element("guid", f"{entry.network} {post.id}", isPermaLink="false"),
        _element("pubDate", format_datetime(entry.at.astimezone(UTC).replace(microsecond=0), usegmt=True)),
        _element("dc:creator", _who(post)) if _who(post) else "",
        _element("description", _body(post)),
        *(_element("category", tag) for tag in seen.tags),
        *(_element("enclosure", url=one.url, length="0", type=_type(one)) for one in files[:1]),
        *(_picture(one) for one in files),
    ]
    return f"<item>\n{_lines(parts)}</item>"


def _picture(one: Media) -> str:
    size = {name: str(value) for name, value in (("width", one.width), ("height", one.height)) if value}
    alt = _element("media:description", one.alt) if one.alt else ""
    inner = _attributes({"url": one.url, "type": _type(one), "medium": one.type, **size})
    return f"<media:content{inner}>{alt}</media:content>"


def _entry(entry: Entry, page: FeedPage, head: Head) -> str:
    post, seen = entry.post, _content(entry.post)
    author = _element("name", _who(post) or entry.network)
    author += _element("uri", post.author.url) if post.author and post.author.url else ""
    parts = [
        _element("id", _tag(page, head, f"{entry.network}/{post.id}")),
        _element("title", _title(post)),
        _element("link", rel="alternate", href=post.url) if post.url else "",
        _element("published", written(entry.at)),
        _element("updated", _edited(entry)),
        f"<author>{author}</author>",
        _element("content", _body(post), type="html", **({"xml:lang": seen.lang} if seen.lang else {})),
        *(_element("category", term=tag) for tag in seen.tags),
        *(_element("link", rel="enclosure", href=one.url, type=_type(one)) for one in _media(seen)),
    ]
    return f"<entry>\n{_lines(parts)}</entry>"


def _json_item(entry: Entry, page: FeedPage, head: Head) -> dict[str, Any]:
    post, seen = entry.post, _content(entry.post)
    author = post.author
    files = [{"url": one.url, "mime_type": _type(one), "title": one.alt or None} for one in _media(seen)]
    images = [one.url for one in _media(seen) if one.type == "image"]
    who = {"name": _who(post), "url": author.url or None, "avatar": author.avatar or None} if author else None
    return _present(
        {
            "id": _tag(page, head, f"{entry.network}/{post.id}"),
            "url": post.url or None,
            "title": post.title or None,
            "content_html": _body(post) or None,
            "content_text": _plain(replace(post, title="")) or _plain(post),
            "image": images[0] if images else None,
            "date_published": written(entry.at),
            "date_modified": _edited(entry) if post.edited else None,
            "authors": [_present(who)] if who else None,
            "tags": list(seen.tags) or None,
            "language": seen.lang or None,
            "attachments": [_present(one) for one in files] or None,
        }
    )


def _content(post: Post) -> Post:
    """Return the post that says something: of a repost the one inside."""
    return post.repost or post


def _title(post: Post) -> str:
    inner = _content(post)
    said = " ".join((inner.title or inner.warning or inner.text).split())
    return said if len(said) <= LONGEST_TITLE else said[: LONGEST_TITLE - 1].rstrip() + "…"


def _body(post: Post) -> str:
    """Return a post's HTML without its title, which has an element of its own in each of the forms."""
    return _html(replace(post, title=""))


def _html(post: Post) -> str:
    return "".join(_html_parts(post))


def _html_parts(post: Post) -> Iterator[str]:
    """Yield the sanitised HTML, that of a repost and a quote in quotation marks."""
    shown = post.as_json()
    words = shown.get("text", "")
    yield shown.get("html", "") or (_element("p", words) if words else "")
    for inner in (post.repost, post.quote):
        if inner is not None:
            yield f"<blockquote><p>{_escaped(_who(inner))}</p>{_html(inner)}</blockquote>"


def _plain(post: Post) -> str:
    own = str(post.as_json().get("text", ""))
    inner = [f"{_who(one)}: {_plain(one)}" for one in (post.repost, post.quote) if one is not None]
    return "\n\n".join(filter(None, [own, *inner]))


def _media(post: Post) -> Iterator[Media]:
    yield from (one for one in post.media if urlsplit(one.url).scheme in ("http", "https") and not one.embed)


def _who(post: Post) -> str:
    return (post.author.name or post.author.handle) if post.author else ""


def _type(one: Media) -> str:
    guessed = mimetypes.guess_type(urlsplit(one.url).path)[0] or ""
    return guessed if guessed.startswith(one.type + "/") else _USUAL[one.type]


def _edited(entry: Entry) -> str:
    try:
        edited = datetime.fromisoformat(entry.post.edited)
    except ValueError:
        return written(entry.at)
    return written(max(edited, entry.at)) if edited.tzinfo else written(entry.at)


def _newest(page: FeedPage) -> datetime:
    return max((entry.at for entry in page.entries), default=page.feed.created).replace(microsecond=0)


def _tag(page: FeedPage, head: Head, what: str) -> str:
    """Return a name for good (RFC 4151): a post keeps it wherever the feed is read."""
    host = urlsplit(head.base).hostname or "localhost"
    return f"tag:{host},{page.feed.created:%Y-%m-%d}:{page.feed.id}{'/' if what else ''}{quote(what)}"


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


# --- XML ---

_XML = '<?xml version="1.0" encoding="utf-8"?>\n'


def _element(name: str, text: str = "", **attributes: str) -> str:
    inner = _attributes(attributes)
    return f"<{name}{inner}>{_escaped(text)}</{name}>" if text else f"<{name}{inner}/>"


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(text: str) -> str:
    text = _UNFIT.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _lines(parts: list[str]) -> str:
    return "".join(f"{part}\n" for part in parts if part)
