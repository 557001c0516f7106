"""A document of unknown kind as posts: RSS, Atom, JSON Feed, microformats, or a page that announces a feed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from networks import _jsonfeed, _microformats, _syndication, _websub, _xml
from networks._depth import too_deep
from networks._errors import opened, problem, refuse_text
from networks._walk import record
from networks.records import Answer, Page

_ROOT = re.compile(rb"<\s*(?:(?:\w+:)?(?:rss|feed|rdf|channel)\b)", re.I)
_HTML = re.compile(
    rb"<!doctype\s+html|<html\b|<head\b|<body\b|class\s*=\s*['\"]?[^'\">]{0,300}\bh-(?:entry|feed|card)", re.I
)
_LIST = re.compile(rb"<\s*opml\b", re.I)
_LINKS = re.compile(rb"<(?:link|a)\s[^<>]{0,500}href", re.I)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.I)
# An XHTML page may begin with it; what parses HTML takes it for a sign of something else.
_XML_DECLARATION = re.compile(r"<\?xml", re.I)
_DELETED = b"deleted-entry"
_NO_FEED = "The document is no feed."
_BOM = b"\xef\xbb\xbf"


def page(answer: Answer, network: str = "rss") -> Page:
    """Return whatever document it is as a page of posts; raise BadReply where it is none."""
    body = answer.body.strip().removeprefix(_BOM).strip()
    if not body:
        refuse_text(answer)
        raise problem("bad_reply", "The answer is empty.")
    if body[:1] in (b"{", b"["):
        return of_json(opened(answer), answer.url, network)
    root = _xml.without_prologue(body)
    if not _ROOT.match(root) and not _LIST.match(root) and _HTML.search(body[:100_000]):
        return _of_html(answer, network)
    return _of_xml(answer, network)


def of_json(data: Any, url: str, network: str) -> Page:
    """Return parsed JSON as a page of posts: microformats, JSON Feed, or ActivityStreams."""
    if _microformats.is_json(data):
        return _microformats.page_of_json(data, url, network)
    if not _jsonfeed.is_one(data) and "@context" in record(data):
        from networks import _activitypub

        return _activitypub.page(data, url, network)
    if not _jsonfeed.is_one(data):
        raise problem("bad_reply", _NO_FEED)
    return _jsonfeed.page(data, url, network)


def _of_html(answer: Answer, network: str) -> Page:
    refuse_text(answer)
    html = _XML_DECLARATION.sub("<?", _decoded(answer))
    if too_deep(html):
        raise problem("bad_reply", "The page is nested too deep.")
    made = _microformats.page_of_html(html, answer.url, network, answer.headers.get("link", ""))
    if not made.posts and not made.feed:
        raise problem("bad_reply", "The page has no posts and names no feed.")
    return made


def _decoded(answer: Answer) -> str:
    """Return a page's text, by its header, its own word for it (first 1,024 bytes, as in browsers), or UTF-8."""
    told = _CHARSET.search(answer.headers.get("content-type", "").encode("utf-8", "replace"))
    found = told or _CHARSET.search(answer.body[:1024])
    try:
        return answer.body.decode(found[1].decode() if found else "utf-8")
    except (LookupError, ValueError):
        return answer.body.decode("utf-8", "replace")


def _of_xml(answer: Answer, network: str) -> Page:
    mime = answer.headers.get("content-type", "")
    read = _syndication.parsed(answer.body, {"content-type": mime} if mime else None, answer.url)
    if not read.get("entries") and (again := _xml.without_prefix(answer.body)):
        read = _syndication.parsed(again, url=answer.url)
    if not _syndication.is_feed(read) and not _ROOT.match(_xml.without_prologue(answer.body.strip())):
        if "html" in mime or _LINKS.search(answer.body[:100_000]):  # a page need not say that it is one
            return _of_html(answer, network)
        refuse_text(answer)
        raise problem("bad_reply", _what(answer.body))
    made = _syndication.page(read, answer.url, network)
    return replace(made, gone=tuple(_websub.deleted_entries(answer.body))) if _DELETED in answer.body else made


def _what(body: bytes) -> str:
    """Return what a document is that is no feed, as far as that helps."""
    return "It is a list of feeds (OPML)." if _LIST.match(_xml.without_prologue(body.strip())) else _NO_FEED
