"""A document of unknown kind as posts: RSS, Atom, JSON Feed, microformats, or a page that announces a feed."""

from __future__ import annotations

import re
from typing import Any

from networks import _jsonfeed, _microformats, _syndication
from networks._errors import opened, problem, refuse_text
from networks._html import too_deep
from networks._walk import record
from networks.records import Answer, Page

_ROOT = re.compile(rb"<\s*(?:(?:\w+:)?(?:rss|feed|rdf|channel)\b)", re.I)
_HTML = re.compile(
    rb"<!doctype\s+html|<html\b|<head\b|<body\b|class\s*=\s*['\"]?[^'\">]{0,300}\bh-(?:entry|feed|card)", re.I
)
_BOM = b"\xef\xbb\xbf"


def page(answer: Answer, network: str = "rss") -> Page:
    """Return whatever document it is as a page of posts; raise BadReply where it is none."""
    body = answer.body.strip().removeprefix(_BOM).strip()
    if not body:
        refuse_text(answer)
        raise problem("bad_reply", "The answer is empty.")
    if body[:1] in (b"{", b"["):
        return of_json(opened(answer), answer.url, network)
    if not _ROOT.match(_syndication.without_prologue(body)) and _HTML.search(body[:100_000]):
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
        raise problem("bad_reply", "The document is no feed.")
    return _jsonfeed.page(data, url, network)


def _of_html(answer: Answer, network: str) -> Page:
    refuse_text(answer)
    html = answer.body.decode("utf-8", "replace")
    if too_deep(html):
        raise problem("bad_reply", "The page is nested too deep.")
    made = _microformats.page_of_html(html, answer.url, network)
    if not made.posts and not made.feed:
        raise problem("bad_reply", "The page has no posts and names no feed.")
    return made


def _of_xml(answer: Answer, network: str) -> Page:
    mime = answer.headers.get("content-type", "")
    read = _syndication.parsed(answer.body, answer.url, {"content-type": mime} if mime else None)
    if not read.get("entries") and (again := _syndication.mended(answer.body)):
        read = _syndication.parsed(again, answer.url)
    if not _syndication.is_feed(read) and not _ROOT.match(_syndication.without_prologue(answer.body.strip())):
        refuse_text(answer)
        raise problem("bad_reply", "The document is no feed.")
    return _syndication.page(read, answer.url, network)
