"""What merging must hold to, told without the code that merges: nothing but tags changes, and once is enough."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from og.preview import from_html
from og.tagging.jsonld import SCRIPT_ID
from og.tagging.page import Made, Wish, merged

TOUCHED = ("html", "meta", "link", "title")
HTML = "text/html; charset=utf-8"


class _Rest(HTMLParser):
    """Collects the source of a page without the tags that merging may touch."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.kept: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "title" or (tag == "script" and ("id", SCRIPT_ID) in attrs)
        if tag not in TOUCHED and not self.inside:
            self.kept.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TOUCHED:
            self.kept.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if not self.inside and tag != "title":
            self.kept.append(f"</{tag}>")
        self.inside = False

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.kept.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name}")

    def handle_comment(self, data: str) -> None:
        self.kept.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.kept.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.kept.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.kept.append(f"<?{data}>")


def rest(html: str) -> str:
    """The page without the tags that merging may touch, and without white space: tags take lines of their own."""
    parser = _Rest()
    parser.feed(html)
    parser.close()
    return re.sub(r"\s+", "", "".join(parser.kept))


def merge(html: str, url: str, asked: dict[str, Any], prefer: Any = "fields") -> tuple[str, Made]:
    """Merge, without a picture of our own."""
    return merged(html, url, Wish(asked, {}, prefer=prefer))


def preview(html: str, url: str) -> Any:
    """What our reader reads."""
    return from_html(html.encode(), url, HTML)
