"""Webmention, the sending side (https://www.w3.org/TR/webmention/, 2017-01-12): find a page's endpoint, and tell it.

sent = send("https://blog.example.org/reply", "https://example.com/post", http)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

from core.addresses import web_address
from core.errors import Invalid, NotFound
from core.http import Http, Reply
from core.link_header import links
from networks._depth import too_deep
from og.reader.encoding import as_utf8

# What is read of a page to find its endpoint, which mostly stands in its head.
MAX_BYTES = 1_000_000
HTML = frozenset({"text/html", "application/xhtml+xml"})
REL = "webmention"


@dataclass(frozen=True)
class Sent:
    """How telling a page went: the endpoint's status, and where it says that the mention can be seen."""

    endpoint: str
    status: int
    location: str = ""

    @property
    def taken(self) -> bool:
        """Whether the endpoint took it (§3.1.4)."""
        return 200 <= self.status < 300


def send(source: str, target: str, http: Http) -> Sent:
    """Tell ``target`` that ``source`` mentions it.

    Raises NotFound where the target takes no mentions, and FetchFailed where it, or its endpoint, cannot be reached.
    """
    endpoint = discover(target, http)
    if not endpoint:
        raise NotFound("The page names no endpoint for mentions.", code="no_endpoint")
    body = urlencode({"source": source, "target": target}).encode()
    reply = http.post(endpoint, body=body, content_type="application/x-www-form-urlencoded", max_bytes=MAX_BYTES)
    return Sent(endpoint, reply.status, reply.headers.get("location", ""))


def discover(target: str, http: Http) -> str:
    """Return a page's endpoint, "" where it names none (§3.1.2). Raises FetchFailed.

    Private addresses are refused by the client when they are asked, as all are.
    """
    reply = http.get(target, accept="text/html, */*;q=0.5", max_bytes=MAX_BYTES, truncate=True)
    in_header = (link.target for link in links(reply.headers.get("link", ""), reply.url) if REL in link.relations)
    for found in (*in_header, *_in_page(reply)):
        try:
            return web_address(urljoin(reply.url, found))
        except (Invalid, ValueError):
            return ""  # the first one counts, also where it leads nowhere
    return ""


def _in_page(reply: Reply) -> Iterator[str]:
    """Yield what ``<link>`` and ``<a>`` name, in the order of the document; an empty address is the page itself."""
    if reply.media_type not in HTML:
        return
    from selectolax.lexbor import LexborHTMLParser

    raw, _ = as_utf8(reply.body, reply.headers.get("content-type", ""))
    page = raw.decode("utf-8", "replace")
    if too_deep(page):
        return
    tree = LexborHTMLParser(page)
    bases = [base.attributes.get("href") or "" for base in tree.css("base[href]")]
    base = _joined(reply.url, bases[0]) if bases else reply.url  # HTML §4.2.3: the first one counts
    for node in tree.css("[rel][href]"):
        if node.tag in ("link", "a") and REL in (node.attributes.get("rel") or "").lower().split():
            yield _joined(base, node.attributes.get("href") or "")


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return address  # as it is: it leads nowhere
