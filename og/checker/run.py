"""Check a page by its address or by its bytes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import BadReply
from core.patience import Upstreams
from og.preview import from_html

if TYPE_CHECKING:
    from core.http import Http
    from og.check import Report
    from og.checker.around import Around
    from og.record import Preview

# As much of a page as the checker looks at; some platforms read less, which it says.
PAGE_BYTES = 2_000_000
# Seconds for everything that is fetched, and for the page alone: what it takes to check it comes on top, and a person
# waits. Pictures and robots.txt get what is left.
DEADLINE, PAGE_SECONDS = 8.0, 7.0
ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
HTML = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})


def check_address(url: str, http: Http, upstreams: Upstreams, before: Callable[[], None]) -> Report:
    """Fetch a page and check it as it was sent; ``before`` may refuse. Raises FetchFailed where there is no page.

    robots.txt does not keep us from a page that somebody asks to have checked; the report says whom it keeps away.
    """
    before()
    until = time.monotonic() + DEADLINE
    with upstreams:
        reply = http.get(url, accept=ACCEPT, max_bytes=PAGE_BYTES, truncate=True, deadline=PAGE_SECONDS)
        if reply.status >= 400:
            raise BadReply(f"The page answered with status {reply.status}.")
        if reply.media_type not in HTML:
            raise BadReply(f"That is no HTML page but {reply.media_type}.")
        content_type = reply.headers.get("content-type", "text/html")
        preview = from_html(reply.body, reply.url, content_type)
        around = _around(preview, reply.url, http, until)
    around = replace(around, headers=reply.headers, hops=reply.hops)
    return _report(preview, reply.body, reply.url, content_type, around)


def check_html(
    html: bytes, url: str, content_type: str = "", *, http: Http | None = None, upstreams: Upstreams | None = None
) -> Report:
    """Check a page's bytes as they stand at an address.

    ``content_type`` is the header it was sent with; without one it is text that somebody pasted, in UTF-8. With a
    client, and an address, its pictures are looked at too.
    """
    from og.checker.around import Around

    known = content_type or "text/html; charset=utf-8"
    preview = from_html(html, url, known)
    around = Around()
    if http is not None and url:
        with upstreams or Upstreams():
            around = _around(preview, url, http, time.monotonic() + DEADLINE)
    return _report(preview, html, url, known, around, pasted=not content_type)


def _around(preview: Preview, url: str, http: Http, until: float) -> Around:
    from og.checker.around import Around

    return Around.of(preview, url, http, until)


def _report(
    preview: Preview, html: bytes, url: str, content_type: str, around: Around, *, pasted: bool = False
) -> Report:
    from og.check import check  # at first use: it brings BeautifulSoup

    return check(
        preview, html, url=url, content_type=content_type, pasted=pasted, pictures=around.pictures, around=around
    )
