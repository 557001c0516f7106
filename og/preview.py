"""Read a page's preview: ``from_html`` from its bytes, ``read`` from its address.

preview = from_html(html, "https://example.org/post", "text/html; charset=utf-8")
preview.title, preview.image.url, preview.sources["title"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from og.reader.addresses import page_address
from og.reader.compose import from_document
from og.reader.document import Document
from og.reader.encoding import as_utf8, is_xml

if TYPE_CHECKING:
    from core.http import Http
    from og.reader.robots_txt import Robots
    from og.record import Preview


def from_html(html: bytes, url: str, content_type: str = "text/html") -> Preview:
    """Return what a page says of itself. Never raises, whatever the bytes; time and memory grow with them only.

    ``url`` is where the page was found; ``content_type`` the value of its HTTP header, for the charset.
    """
    text, _ = as_utf8(html, content_type)
    return from_document(Document(text, page_address(url), xml=is_xml(content_type)))


def read(url: str, http: Http, robots: Robots | None = None) -> Preview:
    """Return the preview of an address, fetched with the client; raise FetchFailed where there is none.

    ``robots`` remembers the robots.txt of sites; without it the site is asked for it each time.
    """
    from og.reader.fetch import read as fetched

    return fetched(url, http, robots)
