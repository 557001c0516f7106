"""The snippet put into real pages: buttons appear, links are right, nothing of the page changes beside them.

The pages are other people's, read from beside the checkout. They are served on loopback with a policy that lets only
our script run, so that what changes is our doing.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SIX, HostPage, Seen

HOW_MANY = 50
SNIPPET = f"""<hb-share networks="{SIX}"><a href="https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fother.example%2F"
>Facebook</a> <a href="https://x.com/intent/tweet?url=https%3A%2F%2Fother.example%2F">X</a> <a
href="https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fother.example%2F">LinkedIn</a></hb-share>"""
# Every element outside the widget, with its place: what a visitor would see move. Rounded to whole pixels.
PLACES = """() => [...document.body.querySelectorAll('*')].filter((e) => !e.closest('hb-share')).map((e) => {
  const r = e.getBoundingClientRect();
  return [e.tagName, ...[r.x, r.y, r.width, r.height].map(Math.round)];
})"""
RIGHT = """() => {
  const canonical = document.querySelector('link[rel~=canonical i][href]');
  const og = document.querySelector('meta[property="og:url"]');
  return canonical?.href || (og?.content ? new URL(og.content, document.baseURI).href : location.href.split('#')[0]);
}"""


def saved(corpus: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (corpus / "pages/index.jsonl").read_text("utf-8").splitlines()]
    return rows[:: max(1, len(rows) // HOW_MANY)][:HOW_MANY]


def with_snippet(html: str) -> str:
    """The page with the snippet at the end of its body."""
    head, mark, tail = html.rpartition("</body>")
    return f"{head}{SNIPPET}{mark}{tail}" if mark else html + SNIPPET


def settled(page: Page) -> object:
    """Where everything is once the page itself has come to rest; what it animates stands still."""
    page.evaluate("document.getAnimations().forEach((animation) => animation.pause())")
    last = None
    for _ in range(20):
        now = page.evaluate(PLACES)
        if now == last:
            return now
        last = now
        page.wait_for_timeout(150)
    return last


@pytest.mark.corpus
@pytest.mark.parametrize("number", range(HOW_MANY))
def test_a_saved_page(page: Page, host: HostPage, handbill: str, seen: Seen, corpus: Path, number: int) -> None:
    row = saved(corpus)[number]
    raw = gzip.decompress((corpus / "pages" / row["file"]).read_bytes())
    host.headers = {"Content-Security-Policy": f"script-src {handbill}"}
    host.pages["/saved"] = with_snippet(raw.decode(row["encoding_guess"] or "utf-8", "replace"))
    page.goto(host.origin + "/saved", wait_until="load")
    before = settled(page)
    page.add_script_tag(url=f"{handbill}/kit/1/kit.js")
    page.locator("hb-share li").nth(5).wait_for(state="attached")
    links = page.evaluate("[...document.querySelectorAll('hb-share > a')].map((a) => a.getAttribute('href'))")
    right = quote(page.evaluate(RIGHT), safe="!~*'()")
    assert len(links) == 6
    assert all(right in link for link in links), (right, links)
    assert page.evaluate(PLACES) == before, "something of the page moved or changed"
    assert not [
        line for line in seen.console if "kit" in line or ("handbill" in line.lower() and "csp" not in line.lower())
    ]
