"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, and podcasts, as posts.

feedparser reads the XML, and the many things that are nearly XML. It is given bytes in a stream, since it opens what
looks like a file's name, and never a document that declares entities: those can grow without end ("billion laughs").
Its own sanitising is not relied on: all HTML goes through `networks/_html.py`.

Formats: https://www.rssboard.org/rss-specification, RFC 4287, https://www.rssboard.org/media-rss,
https://podcastindex.org/namespace/1.0, RFC 5005 (paging), all read 2026-11.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax import SAXException

from networks._errors import problem
from networks._html import looks_like_html, of_clean, of_text, paragraphs, plain, sanitised
from networks._pictures import kind_of, unique, within
from networks._times import iso, said
from networks._walk import counted, digest, every, ident, name, record, records, size, text, web
from networks.records import Author, Media, Page, Post

# Items read from one document; the largest real feeds of the corpus hold some hundreds.
MOST_ITEMS = 500
# A feed may ask for long pauses by mistake; a day is the longest that polling has (`sy:updatePeriod` daily).
LONGEST_PAUSE = timedelta(days=1)
PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_ENTITY = re.compile(rb"<!ENTITY", re.I)


def parsed(body: bytes, url: str = "", headers: Mapping[str, str] | None = None) -> Any:
    """Return feedparser's reading of a document; raise BadReply where it declares entities or cannot be read."""
    if _ENTITY.search(body.replace(b"\0", b"")):
        raise problem("bad_reply", "The document declares entities.")
    import feedparser  # type: ignore[import-untyped,unused-ignore]

    told = {"content-location": url} if url else {}
    try:
        return feedparser.parse(io.BytesIO(body), response_headers={**told, **(headers or {})})
    except (SAXException, AssertionError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as exc:
        raise problem("bad_reply", "The document is no feed.") from exc


def mended(body: bytes) -> bytes:
    """Return a document whose elements carry a prefix that nothing declares, without it; else nothing.

    Some programs write ``<rss:item>`` inside a plain ``<rss>`` and a broken XML declaration before it.
    """
    found = re.search(rb"<(\w{1,20}:)(?:item|entry)\b", body)
    if not found:
        return b""
    named = re.search(rb"<\?xml[^>]*\bencoding=[\"']([\w.-]{1,40})", body)
    bare = without_prologue(body).replace(b"</" + found[1], b"</").replace(b"<" + found[1], b"<")
    return b'<?xml version="1.0" encoding="' + (named[1] if named else b"utf-8") + b'"?>' + bare


def without_prologue(body: bytes) -> bytes:
    """Return a document from its first element on: comments, instructions and a doctype may stand before it."""
    found = re.match(rb"(?s)(?:\s*(?:<!--.*?-->|<\?.*?\?>|<!doctype\b[^>\[]*(?:\[.*?\]\s*)?>))*\s*", body, re.I)
    return body[found.end() if found else 0 :]


def is_feed(read: Any) -> bool:
    """Whether feedparser found a feed: a version, or entries."""
    return bool(read.get("version") or read.get("entries") or _get(read.get("feed"), "title"))


def page(read: Any, url: str, network: str) -> Page:
    """Return feedparser's reading as a page of posts."""
    feed = read.get("feed") or {}
    base = web(_get(feed, "link"), url) or url
    author = _of_feed(feed, base)
    lang = language(_get(feed, "language"))
    posts = tuple(_post(entry, base, network, author, lang) for entry in read.get("entries", [])[:MOST_ITEMS])
    links = {rel: web(_get(one, "href"), url) for one in _links(feed) for rel in [_get(one, "rel") or "alternate"]}
    return Page(
        title=titled(feed), posts=posts, next=links.get("next", ""), author=author, again=_pause(feed),
        hub=links.get("hub", ""), topic=links.get("self", ""),
    )  # fmt: skip


def _get(mapping: Any, key: str) -> Any:
    """Read a key without feedparser's stand-ins, which give `published` for `updated` and warn about it."""
    return dict.get(mapping, key) if isinstance(mapping, dict) else None


def _links(mapping: Any) -> list[Mapping[str, Any]]:
    return records(_get(mapping, "links"))


def titled(mapping: Any) -> str:
    """Return a title as plain text on one line, whether it was text or HTML."""
    value = text(_get(mapping, "title"))
    kind = _get(_get(mapping, "title_detail"), "type")
    return name(plain(value) if kind != "text/plain" or looks_like_html(value) else value)


def language(value: Any) -> str:
    """Return a language tag (RFC 5646), or the empty string."""
    found = name(value).replace("_", "-")
    return found if LANGUAGE.fullmatch(found) else ""


def _of_feed(feed: Any, base: str) -> Author | None:
    """Return who a feed without authors is from: the site itself, since a post needs to say where it is from."""
    picture = _get(_get(feed, "image"), "href") or _get(feed, "icon") or _get(feed, "logo")
    named = _author(feed, base)
    title = titled(feed) or name(_get(feed, "publisher"))
    made = Author(
        name=(named.name if named else "") or title,
        url=(named.url if named else "") or web(_get(feed, "link"), base),
        avatar=web(picture, base),
    )
    return made if made.name else None


def _author(mapping: Any, base: str) -> Author | None:
    detail = _get(mapping, "author_detail") or next(iter(records(_get(mapping, "authors"))), {})
    shown = name(plain(text(_get(detail, "name") or _get(mapping, "author"))))
    shown = shown or name(_get(detail, "email")) or name(_get(mapping, "publisher"))
    return Author(name=shown, url=web(_get(detail, "href"), base)) if shown else None


def _post(entry: Any, base: str, network: str, author: Author | None, lang: str) -> Post:
    html, detail = _body(entry)
    base = web(_get(detail, "base")) or base
    clean = sanitised(html, base)
    title, words = titled(entry), of_clean(clean)
    url, own, when = _address(entry, base), _author(entry, base), _time(entry)
    return Post(
        id=ident(_get(entry, "id")) or url or digest(title, words, own.name if own else "", when),
        url=url,
        time=when,
        author=_with_face(own, author) if own else author,
        text=words,
        html=clean,
        media=tuple(_media(entry, html, base)),
        network=network,
        lang=language(_get(detail, "language")) or lang,
        sensitive=True if _get(entry, "itunes_explicit") or _adult(entry) else None,
        counts=_counts(entry),
        title="" if title == words else title,
        edited=_edited(entry),
        tags=tuple(filter(None, (name(_get(tag, "term")) for tag in records(_get(entry, "tags"))[:30]))),
    )


def _with_face(own: Author, site: Author | None) -> Author:
    return Author(own.name, own.handle, own.url or (site.url if site else ""), site.avatar if site else "")


def _body(entry: Any) -> tuple[str, Any]:
    """Return the fullest HTML of an entry, and feedparser's notes on it."""
    contents = records(_get(entry, "content"))
    detail = next((one for one in contents if "html" in ident(_get(one, "type"))), contents[0] if contents else None)
    value = text(_get(detail, "value"))
    if not value:
        detail, value = _get(entry, "summary_detail"), text(_get(entry, "summary"))
    if not value:
        detail, value = _get(entry, "subtitle_detail"), text(_get(entry, "subtitle"))
    if not looks_like_html(value):
        return of_text(value), detail
    return value if "<" in value else paragraphs(value), detail


def _address(entry: Any, base: str) -> str:
    """Return an entry's page: its link, an id that is one, or the file it brings."""
    files = [_get(one, "href") for one in _links(entry) if _get(one, "rel") == "enclosure"]
    candidates = (_get(entry, "link"), _get(entry, "feedburner_origlink"), *[_get(o, "href") for o in _links(entry)])
    found = next((address for one in candidates if (address := web(one, base))), "")
    return found or web(_get(entry, "id")) or next((a for one in files if (a := web(one, base))), "")


def _time(entry: Any) -> str:
    keys = ("published_parsed", "created_parsed", "updated_parsed", "expired_parsed")
    found = next((when for key in keys if (when := _moment(_get(entry, key)))), "")
    return found or next((when for key in ("published", "updated", "created") if (when := iso(_get(entry, key)))), "")


def _edited(entry: Any) -> str:
    published, updated = _moment(_get(entry, "published_parsed")), _moment(_get(entry, "updated_parsed"))
    return updated if published and updated > published else ""


def _moment(value: Any) -> str:
    if not value:
        return ""
    try:
        year, month, day, hour, minute, second = value[:6]
        return said(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC))
    except (TypeError, ValueError):
        return ""


def _media(entry: Any, html: str, base: str) -> list[Media]:
    still = web(_get(_get(entry, "image"), "href"), base)
    thumbs = [web(_get(one, "url"), base) for one in records(_get(entry, "media_thumbnail"))]
    poster = still or next(filter(None, thumbs), "")
    files = [_enclosure(one, base, poster) for one in _links(entry) if _get(one, "rel") == "enclosure"]
    files += [_content(one, base, poster) for one in records(_get(entry, "media_content"))]
    found = [one for one in files if one] + within(html, base)
    if not found and poster:
        found = [Media("image", poster)]
    return unique(found)


def _enclosure(link: Mapping[str, Any], base: str, poster: str) -> Media | None:
    url = web(_get(link, "href"), base)
    kind = kind_of(ident(_get(link, "type")), url)
    if not url or kind is None:
        return None
    return Media(kind, url, poster=poster if kind != "image" and poster != url else "")


def _content(one: Mapping[str, Any], base: str, poster: str) -> Media | None:
    url, mime = web(_get(one, "url"), base), ident(_get(one, "type"))
    kind = kind_of(mime, url, ident(_get(one, "medium")))
    if not url or kind is None:
        return None
    sizes = size(_get(one, "width")), size(_get(one, "height"))
    # YouTube says application/x-shockwave-flash for a page of its player.
    return Media(kind, url, *sizes, poster=poster if kind != "image" else "", embed="flash" in mime)


def _adult(entry: Any) -> bool:
    return "adult" in ident(record(_get(entry, "media_rating")).get("content") or _get(entry, "rating")).lower()


def _counts(entry: Any) -> dict[str, int]:
    statistics = record(_get(entry, "media_statistics"))
    stars = record(_get(entry, "media_starrating"))
    return counted(
        replies=_get(entry, "slash_comments") or _get(entry, "thr_total"),
        views=statistics.get("views"),
        likes=statistics.get("favorites") or stars.get("count"),
    )


def _pause(feed: Any) -> timedelta | None:
    """Return how long a feed wants to be left alone: ``ttl`` in minutes, or ``sy:updatePeriod``."""
    minutes = size(next(iter(every(_get(feed, "ttl"))), None))
    if not minutes and (hours := PERIODS.get(ident(_get(feed, "sy_updateperiod")))):
        minutes = hours * 60 // (size(_get(feed, "sy_updatefrequency")) or 1)
    return min(timedelta(minutes=minutes), LONGEST_PAUSE) if minutes else None
