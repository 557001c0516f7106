"""What strangers write into their posts does nothing on anybody's page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from feeds.feed import Feed
from tests.browser.conftest import HostPage, Seen
from tests.browser.feed_site import Server, inside, ready
from tests.widgets.feeds_with_posts import a_feed, strangers


@pytest.fixture
def server(feed_server: Server) -> Server:
    return feed_server


@pytest.fixture
def handbill(server: Server) -> str:
    return server.origin


@pytest.mark.corpus
def test_hostile_html_does_nothing(
    page: Page, host: HostPage, script: str, server: Server, corpus: Path, seen: Seen
) -> None:
    lines = (corpus / "hostile" / "html.jsonl").read_text("utf-8").splitlines()
    cases = [found.get("html") or found["value"] for found in map(json.loads, lines)]
    feed = a_feed(server.app, [strangers(text, n) for n, text in enumerate(cases)])
    page.on("dialog", lambda dialog: (seen.errors.append(dialog.message), dialog.dismiss()))
    pages, cursor = 0, ""
    while pages == 0 or cursor:
        show_feed(page, host, script, feed, cursor)
        check_harmless(page, seen, server, host)
        cursor = inside(page, "new URLSearchParams((root.querySelector('.more a') || {}).search).get('cursor') || ''")
        pages += 1
    assert pages == len(cases) // 50 + 1
    unsafe(page, host, script, cases)
    check_harmless(page, seen, server, host)


def show_feed(page: Page, host: HostPage, script: str, feed: Feed, cursor: str) -> None:
    """One page of a feed on a page without any policy, everything in it hovered and focused."""
    ready(page, host.show(f'<hb-feed feed="{feed.id}" count="50" cursor="{cursor}"></hb-feed>', head=script))
    page.wait_for_load_state("networkidle")
    inside(
        page,
        """[...root.querySelectorAll('*')].forEach((e) => { e.focus?.();
      e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })); })""",
    )


def unsafe(page: Page, host: HostPage, script: str, cases: list[str]) -> None:
    """As if the server had cleaned nothing: the widget alone must hold. One feed for each case."""
    start = (
        '<hb-feed><div class="hb list" lang=en data-v=1 data-w="a|b|c|d|e|f"><div class="posts"><ol class="page"><li>'
    )

    def answer(route: Route) -> None:
        number = int(re.findall(r"feed=(\d+)", route.request.url)[0])
        text = f'{start}<article part="post">{cases[number]}</article></li></ol></div></div></hb-feed>'
        allowed = {"Access-Control-Allow-Origin": "*"}
        route.fulfill(body=text, content_type="text/html; charset=utf-8", headers=allowed)

    page.route("**/widgets/feed.html*", answer)
    page.goto(host.show("".join(f'<hb-feed feed="{n}"></hb-feed>' for n in range(len(cases))), head=script))
    page.wait_for_function("[...document.querySelectorAll('hb-feed')].every((e) => e.shadowRoot)")
    every(page, "root.querySelectorAll('*').forEach((e) => e.focus?.())")
    page.unroute("**/widgets/feed.html*")


def every(page: Page, script: str) -> list[Any]:
    """What a script says of every feed's shadow root, in one list."""
    found = f"(({{ shadowRoot: root }}) => {script})"
    return list(page.evaluate(f"[...document.querySelectorAll('hb-feed')].flatMap((e) => {found}(e) || [])"))


def check_harmless(page: Page, seen: Seen, server: Server, host: HostPage) -> None:
    """Nothing ran, nobody else was asked, and nothing but our own kinds of elements is there."""
    ours = {urlsplit(url).netloc for url in (server.origin, host.origin)}
    assert {urlsplit(url).netloc for url in seen.requests if not url.startswith("data:")} <= ours
    assert not seen.errors
    bad = "script,iframe,object,embed,base,meta,link,style,form,input,math,video,audio,[style]:not(img),[id],[name]"
    assert every(page, f"[...root.querySelectorAll(`{bad}`)].map((e) => e.outerHTML)") == []
    hrefs = every(page, "[...root.querySelectorAll('[href]')].map((e) => e.getAttribute('href'))")
    assert [h for h in hrefs if not re.match(r"https?://|mailto:", h, re.IGNORECASE)] == []
    handlers = (
        "[...root.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => /^on|srcdoc/.test(n))"
    )
    assert every(page, handlers) == []
