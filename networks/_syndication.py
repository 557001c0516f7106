"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, and podcasts, as posts.

feedparser reads the XML, and the many things that are nearly XML; `networks/_xml.py` brings them nearer. It is given
bytes in a stream, since it opens what looks like a file's name. It neither sanitises nor resolves addresses: that is
done here, so that ids stay as they were written, wherever the document is read from, and pictures that wait for a
script are still there to be found. All HTML goes through `networks/_html.py`.

Formats: https://www.rssboard.org/rss-specification, RFC 4287, RFC 4685 (threading), RFC 5005 (paging), RFC 6721
(deleted entries), https://podcastindex.org/namespace/1.0, all read 2026-11.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax import SAXException

from networks._errors import problem
from networks._html import is_marked_up, looks_like_html, of_clean, of_text, paragraphs, plain, sanitised, unwrapped
from networks._syndication_media import grouped, media_of
from networks._syndication_people import author_of, of_source, with_face, without_long_people
from networks._times import iso, said
from networks._walk import counted, digest, every, ident, name, record, records, size, stored, text, web
from networks._xml import few_tags, readable, shortened, typed
from networks.records import Author, Page, Post

# Items read from one document; the largest real feeds of the corpus hold some hundreds.
MOST_ITEMS = 500
# A feed may ask for long pauses by mistake; a day is the longest that polling has (`sy:updatePeriod` daily).
LONGEST_PAUSE = timedelta(days=1)
PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
# Where an entry without content has its words.
WORDS = ("summary", "googleplay_description", "subtitle")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
# Apple's own words and others' for what feedparser knows as yes, in small letters alone
# (https://help.apple.com/itc/podcasts_connect/, read 2026-11).
_EXPLICIT = re.compile(rb"(<itunes:explicit\s{0,20}>)\s{0,20}(?:yes|true|explicit)\s{0,20}(?=<)", re.I)
# Whom to write to about a podcast, who is not who speaks in it; feedparser takes either for the author.
_OWNER = re.compile(rb"<itunes:owner>(?:(?!</?itunes:owner>).){0,2000}</itunes:owner>", re.I | re.S)
# Content of other kinds is a file, not words.
_FILE = re.compile(r"(?:image|audio|video|font|model|multipart)/|application/(?!xhtml|xml|octet)")
# How feedparser writes an empty element; for HTML the end of a break is a second one.
_CLOSED_BREAK = re.compile(r"(<br\b[^<>]{0,200}>)</br>", re.I)
# feedparser finds its way back from an element's base only to one of the document.
_BASED = re.compile(rb"\sxml:base\s{0,9}=|<(?:rss|feed|entry|item)\s[^<>]{0,2000}\sbase\s{0,9}=")
_INLINE = re.compile(r"<([a-zA-Z]\w{0,9})\b[^<>]*>[^<>]*</\1>")
_TAG = re.compile(r"<[^<>]*>")


def prepared(body: bytes) -> bytes:
    """Return a document as feedparser is given it; raise BadReply where it declares entities that could grow."""
    body = grouped(without_long_people(_EXPLICIT.sub(rb"\1yes", few_tags(shortened(readable(body), MOST_ITEMS)))))
    return _OWNER.sub(b"", body) if b"<itunes:author" in body else body


def parsed(body: bytes, headers: Mapping[str, str] | None = None, url: str = "") -> Any:
    """Return feedparser's reading of a document; raise BadReply where it declares entities or cannot be read.

    ``url`` is what ``xml:base`` is meant against.
    """
    body = prepared(body)
    told = {"content-location": url} if url and _BASED.search(body) else {}
    import feedparser  # type: ignore[import-untyped,unused-ignore]

    try:
        return feedparser.parse(
            io.BytesIO(body),
            response_headers={**told, **{key: typed(value) for key, value in (headers or {}).items()}},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (SAXException, AssertionError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as exc:
        raise problem("bad_reply", "The document is no feed.") from exc


def is_feed(read: Any) -> bool:
    """Whether feedparser found a feed: a version, or entries."""
    return bool(read.get("version") or read.get("entries") or stored(read.get("feed"), "title"))


def page(read: Any, url: str, network: str) -> Page:
    """Return feedparser's reading as a page of posts."""
    feed = read.get("feed") or {}
    url = url or next((web(stored(one, "href")) for one in _links(feed) if stored(one, "rel") == "self"), "")
    home, atom = web(stored(feed, "link"), url), str(read.get("version") or "").startswith("atom")
    author = _of_feed(feed, home, url)
    # RSS does not say what its relative addresses are meant against: those of a site's program fit the site.
    base = url if atom else home or url
    lang = language(stored(feed, "language"))
    posts = tuple(_post(entry, base, network, author, lang) for entry in read.get("entries", [])[:MOST_ITEMS])
    links = {
        rel: web(stored(one, "href"), url) for one in _links(feed) for rel in [stored(one, "rel") or "alternate"]
    }
    return Page(
        title=titled(feed),
        # In Atom, entries of one id are one entry at several times (RFC 4287 §4.1.1).
        posts=posts if atom else tuple(told_apart(posts)),
        next=links.get("next", ""),
        author=author,
        again=_pause(feed),
        hub=links.get("hub", ""),
        topic=links.get("self", ""),
    )


def _links(mapping: Any) -> list[Mapping[str, Any]]:
    return records(stored(mapping, "links"))


def titled(mapping: Any) -> str:
    """Return a title as plain text on one line, whether it was text or HTML."""
    kind = ident(stored(stored(mapping, "title_detail"), "type"))
    return plain_title(stored(mapping, "title"), marked="html" in kind)


def plain_title(value: Any, *, marked: bool = False) -> str:
    """Return a title without its markup, marked as HTML or beyond doubt; also where it was escaped too often."""
    value = unwrapped(text(value))
    shown = plain(value) if marked or is_marked_up(value) else value
    return name(plain(shown) if "<" not in value and _INLINE.search(shown) else shown)


def language(value: Any) -> str:
    """Return a language tag (RFC 5646), or the empty string."""
    found = name(value).replace("_", "-")
    return found if LANGUAGE.fullmatch(found) else ""


def _of_feed(feed: Any, home: str, url: str) -> Author | None:
    """Return who a feed without authors is from: the site itself, since a post needs to say where it is from."""
    picture = stored(stored(feed, "image"), "href") or stored(feed, "icon") or stored(feed, "logo")
    named = author_of(feed, home or url)
    title = titled(feed) or name(stored(feed, "publisher"))
    made = Author(
        name=(named.name if named else "") or title,
        url=(named.url if named else "") or home,
        avatar=web(picture, home or url),
    )
    return made if made.name else None


def _post(entry: Any, base: str, network: str, author: Author | None, lang: str) -> Post:
    url, when = _address(entry, base), _time(entry)
    html, detail, pictured = _body(entry)
    inner = web(stored(detail, "base"), base) or url or base
    clean = sanitised(html, inner)
    title, words = titled(entry), of_clean(clean)
    own = author_of(entry, base)
    page = url or _file(entry, base)
    return Post(
        id=ident(stored(entry, "id")) or page or digest(title, words, own.name if own else "", when),
        url=page,
        time=when,
        author=with_face(own, author) if own else of_source(stored(entry, "source"), base, author),
        text=words,
        html=clean,
        media=tuple(media_of(entry, pictured, base, inner, url)),
        network=network,
        lang=language(stored(detail, "language")) or language(stored(entry, "language")) or lang,
        sensitive=True if stored(entry, "itunes_explicit") or _adult(entry) else None,
        counts=_counts(entry),
        title="" if title == words else title,
        edited=_edited(entry),
        tags=tags_of([stored(tag, "term") or stored(tag, "label") for tag in records(stored(entry, "tags"))]),
    )


def told_apart(posts: Iterable[Post]) -> Iterator[Post]:
    """Yield posts under ids that are theirs alone: where a feed gives one id to several, the first keeps it."""
    first: dict[str, Post] = {}
    for post in posts:
        other = first.setdefault(post.id, post)
        if (other.url, other.title) == (post.url, post.title):
            yield post
        else:
            own = post.url if post.url and post.url not in first else ""
            own = own or digest(post.id, post.title, post.url, post.time)
            yield first.setdefault(own, replace(post, id=own))


def tags_of(terms: list[Any]) -> tuple[str, ...]:
    """Return what a post is filed under, as plain words, each once, as many as a post may have."""
    kept: dict[str, str] = {}
    for term in terms[:60]:
        word = name(plain(term) if isinstance(term, str) and is_marked_up(term) else term)
        kept.setdefault(word.lower(), word)
    return tuple(filter(None, kept.values()))[:30]


def _body(entry: Any) -> tuple[str, Any, list[str]]:
    """Return the fullest HTML of an entry that has words, its notes, and all that may have pictures."""
    contents = [one for one in records(stored(entry, "content")) if not _FILE.match(ident(stored(one, "type")))]
    contents.sort(key=lambda one: "html" not in ident(stored(one, "type")))
    told = [(text(stored(one, "value")), one) for one in contents[:5]]
    told += [(text(stored(entry, key)), stored(entry, f"{key}_detail")) for key in WORDS]
    made = [(_as_html(value, stored(detail, "type")), detail) for value, detail in told if value]
    html, detail = next((one for one in made if _TAG.sub("", one[0]).strip()), made[0] if made else ("", None))
    return html, detail, [one[0] for one in made]


def _as_html(value: str, kind: Any) -> str:
    """Return words as HTML, whichever they are; what says that it is text has to look more like HTML than else."""
    value = _CLOSED_BREAK.sub(r"\1", unwrapped(value))
    if not (is_marked_up(value) if ident(kind) == "text/plain" else looks_like_html(value)):
        return of_text(value)
    return value if "<" in value else paragraphs(value)


def _address(entry: Any, base: str) -> str:
    """Return an entry's page: its link, or an id that is one."""
    link = stored(entry, "link")
    if link and link == stored(entry, "id") and not re.match(r"https?:|/", link):
        link = ""  # feedparser takes any id for an address that does not say it is none
    others = [stored(one, "href") for one in _links(entry) if stored(one, "rel") != "enclosure"]
    candidates = (link, stored(entry, "feedburner_origlink"), *others)
    found = next((address for one in candidates if (address := web(_with_scheme(one), base))), "")
    return found or web(stored(entry, "id"))


def _file(entry: Any, base: str) -> str:
    """Return the file that stands for an entry without a page: a sound or a film before a picture."""
    files = [one for one in _links(entry) if stored(one, "rel") == "enclosure"]
    files.sort(key=lambda one: ident(stored(one, "type")).startswith("image/"))
    return next((address for one in files if (address := web(stored(one, "href"), base))), "")


def _with_scheme(address: Any) -> Any:
    """Return an address that begins with a host by its looks, as people write them, as one."""
    return f"//{address}" if isinstance(address, str) and re.match(r"\s*www\.[\w-]+\.\w", address) else address


def _time(entry: Any) -> str:
    keys = ("published", "created", "updated", "expired")
    return next((when for key in keys if (when := _when(entry, key))), "")


def _edited(entry: Any) -> str:
    published, updated = _when(entry, "published"), _when(entry, "updated")
    return updated if published and updated > published else ""


def _when(entry: Any, key: str) -> str:
    """Return a time as it is written, or as feedparser reads what only it can, if that has the year written."""
    written = text(stored(entry, key))
    found = iso(written) if written else ""
    read = "" if found else _moment(stored(entry, f"{key}_parsed"))
    return found or (read if read[:4] in written or re.match(rf"-?{read[2:4]}\b", written) else "")


def _moment(value: Any) -> str:
    if not value:
        return ""
    try:
        year, month, day, hour, minute, second = value[:6]
        return said(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC))
    except (TypeError, ValueError):
        return ""


def _adult(entry: Any) -> bool:
    return "adult" in ident(record(stored(entry, "media_rating")).get("content") or stored(entry, "rating")).lower()


def _counts(entry: Any) -> dict[str, int]:
    statistics = record(stored(entry, "media_statistics"))
    stars = record(stored(entry, "media_starrating"))
    threads = [stored(one, "thr:count") for one in _links(entry) if stored(one, "rel") == "replies"]
    return counted(
        replies=stored(entry, "slash_comments") or stored(entry, "thr_total") or next(filter(None, threads), None),
        views=statistics.get("views"),
        likes=statistics.get("favorites") or stars.get("count"),
    )


def _pause(feed: Any) -> timedelta | None:
    """Return how long a feed wants to be left alone: ``ttl`` in minutes, or ``sy:updatePeriod``."""
    minutes = size(next(iter(every(stored(feed, "ttl"))), None))
    if not minutes and (hours := PERIODS.get(ident(stored(feed, "sy_updateperiod")))):
        minutes = hours * 60 // (size(stored(feed, "sy_updatefrequency")) or 1)
    return min(timedelta(minutes=minutes), LONGEST_PAUSE) if minutes else None
