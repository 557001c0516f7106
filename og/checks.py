"""Check a page by its address or by its bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import BadReply
from core.patience import Upstreams
from og.preview import from_html

if TYPE_CHECKING:
    from core.http import Http
    from og.check import Report

# As much of a page as the checker looks at; some platforms read less, which it says.
PAGE_BYTES = 2_000_000
ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
HTML = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})


def check_address(url: str, http: Http, upstreams: Upstreams, before: Callable[[], None]) -> Report:
    """Fetch a page and check it as it was sent; ``before`` may refuse. Raises FetchFailed where there is no page."""
    before()
    with upstreams:
        reply = http.get(url, accept=ACCEPT, max_bytes=PAGE_BYTES, truncate=True)
    if reply.status >= 400:
        raise BadReply(f"The page answered with status {reply.status}.")
    if reply.media_type not in HTML:
        raise BadReply(f"That is no HTML page but {reply.media_type}.")
    return check_html(reply.body, reply.url, reply.headers.get("content-type", "text/html"))


def check_html(html: bytes, url: str, content_type: str = "") -> Report:
    """Check a page's bytes as they stand at an address.

    ``content_type`` is the header it was sent with; without one it is text that somebody pasted, in UTF-8.
    """
    from og.check import check  # at first use: it brings BeautifulSoup

    known = content_type or "text/html; charset=utf-8"
    preview = from_html(html, url, known)
    return check(preview, html, url=url, content_type=known, pasted=not content_type)
