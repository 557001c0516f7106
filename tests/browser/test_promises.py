"""What the design promises a host page: nothing moves, nothing is kept, nobody else is asked, no policy is broken."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import SIX, HostPage, Seen
from tests.browser.test_share import CANONICAL, LINKS, READY, ready

# Must hold; we want 3,000. shareon, the lightest complete peer, needs 8,229.
BUDGET = 4000
KIT_BUDGET = 1200
CSP = (
    "default-src 'none'; script-src {0}; connect-src {0}; img-src {0}; style-src 'nonce-n'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
WATCH = """addEventListener('securitypolicyviolation', (e) => (window.violations ||= []).push(e.violatedDirective));
  window.shift = 0;
  new PerformanceObserver((l) => l.getEntries().forEach((e) => { window.shift += e.value;
    (window.moved ||= []).push(...e.sources.map((s) => s.node?.nodeName)); })).observe(
    { type: 'layout-shift', buffered: true });"""
STYLES = {
    "browser's own": "",
    "tight lines": "body { font: 14px/1.1 sans-serif }",
    "large type": "body { font: 22px/1.8 serif }",
    "loud links": "a { display: inline-block !important; padding: 8px 16px !important; background: red }",
    "flex": ".w { display: flex; gap: 8px } a { all: unset !important }",
    "centred grid": ".w { display: grid; justify-items: center }",
    "full height": "body { min-height: 100vh; margin: 0 }",
    "centred": ".w { text-align: center } a { position: static !important; transform: rotate(1deg) !important }",
    "block element": "hb-share { display: block; margin: 1em 0 }",
    "narrow": "body { width: 180px }",
}
FORMS = {
    "inline": f'<hb-share networks="{SIX}">{LINKS}</hb-share>',
    "in a paragraph": f'<p>Share: <hb-share networks="{SIX}">{LINKS}</hb-share></p>',
    "division": f'<div data-hb="share" data-networks="{SIX}">{LINKS}</div>',
    "brand": f'<hb-share networks="{SIX}" color="brand">{LINKS}</hb-share>',
    "large": f'<hb-share networks="{SIX}" size="large">{LINKS}</hb-share>',
    "small": f'<hb-share networks="{SIX}" size="small">{LINKS}</hb-share>',
    "menu": f'<hb-share networks="{SIX}" layout="menu">{LINKS}</hb-share>',
    "floating": f'<hb-share networks="{SIX}" layout="floating">{LINKS}</hb-share>',
}


TOP = "document.querySelector('#after').getBoundingClientRect().top"


@pytest.mark.parametrize("style", STYLES)
def test_nothing_moves(page: Page, host: HostPage, script: str, handbill: str, style: str) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(handbill)
    page.add_init_script(WATCH)
    held: list[Route] = []
    page.route("**/widgets/**", lambda route: held.append(route))  # the links are painted before the buttons come
    for name, form in FORMS.items():
        if name == "in a paragraph" and style in ("loud links", "centred"):
            continue  # words on the links' own line cannot stay where boxes or centred links had pushed them
        body = f"<h1>A page</h1><div class=w>{form}</div><p id=after>What follows.</p>" + "<p>And more.</p>" * 5
        with page.expect_request("**/widgets/**"):
            page.goto(host.show(body, head=f"{CANONICAL}<style nonce=n>{STYLES[style]}</style>{script}"))
        before = page.evaluate(TOP)
        held.pop().continue_()
        page.wait_for_selector(READY, state="attached")
        page.wait_for_timeout(60)  # a frame or two, for a shift to be reported
        assert page.evaluate(f"{TOP} - {before}") == pytest.approx(0, abs=0.5), name
        assert page.evaluate("window.violations") is None
        # Where the page centres the element as a box, its own edges come nearer; nothing else may move, ever.
        assert page.evaluate("window.moved") is None or style == "centred grid", (name, page.evaluate("window.moved"))
        assert page.evaluate("window.shift") < 0.01
        assert page.locator("hb-share > a, [data-hb] > a").count() == 6


def test_only_we_are_asked_and_nothing_is_kept(
    page: Page, host: HostPage, script: str, handbill: str, seen: Seen
) -> None:
    host.headers["Content-Security-Policy"] = CSP.format(handbill)
    page.add_init_script(WATCH)
    ready(
        page,
        host.show(f'<hb-share networks="{SIX} copy">{LINKS}</hb-share><hb-follow accounts="github:me">', head=script),
    )
    page.wait_for_load_state("networkidle")
    hosts = {urlsplit(url).netloc for url in seen.requests}
    assert hosts == {urlsplit(handbill).netloc, urlsplit(host.origin).netloc}
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.context.cookies() == []
    assert page.evaluate("window.violations") is None
    assert not seen.errors
    assert [line for line in seen.console if not line.startswith("verbose")] == []


@pytest.mark.parametrize("links", [LINKS, ""], ids=["links in the page", "an empty element"])
def test_what_six_buttons_weigh(
    page: Page, host: HostPage, script: str, handbill: str, links: str, seen: Seen
) -> None:
    ready(page, host.show(f'<hb-share networks="{SIX}">{links}</hb-share>', head=CANONICAL + script))
    page.wait_for_load_state("networkidle")
    weights = seen.weights(handbill)
    assert len(weights) == 3
    assert sum(weights.values()) <= BUDGET, weights
    assert weights["/kit/1/kit.js"] <= KIT_BUDGET


LOOKS = "".join(
    f'<hb-share networks="{SIX} copy qr mastodon" {look}></hb-share><hr>'
    for look in (
        "",
        "labels",
        "color=brand",
        "color=brand labels",
        "size=small",
        "layout=vertical labels",
        "layout=menu",
    )
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, host: HostPage, script: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    style = "<style>@media (prefers-color-scheme: dark) { body { background: #15130f; color: #f1ece2 } }</style>"
    body = (
        f"<main><h1>A page</h1>{LOOKS}<hb-follow accounts='github:me mastodon:@me@example.social' labels></hb-follow>"
    )
    ready(page, host.show(body + "</main>", head=style + script))
    page.wait_for_load_state("networkidle")
    page.click("a[slot=mastodon] >> nth=0")
    page.wait_for_selector("dialog")
    dialog = Axe().run(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share…").click()
    for found in (dialog, Axe().run(page)):
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]] == []
    names = page.evaluate(
        "[...document.querySelectorAll('a')].filter((a) => !a.ariaLabel && !a.textContent.trim()).length"
    )
    assert names == 0
    context.close()


# What EasyList, Fanboy's Social list and their like hide: their general rules for class names, ids and files.
BLOCKED = re.compile(r"share|social|facebook|twitter|linkedin|addthis|addtoany|sharethis|btn-|follow", re.I)


def test_no_name_of_ours_is_on_a_block_list(
    page: Page, host: HostPage, script: str, handbill: str, seen: Seen
) -> None:
    ready(page, host.show(f'<hb-share networks="{SIX} mastodon copy" layout=menu></hb-share>', head=script))
    page.wait_for_load_state("networkidle")
    page.hover("hb-share")
    names = page.evaluate("""[...document.querySelector('hb-share').shadowRoot.querySelectorAll('*')]
      .flatMap((e) => [e.className.baseVal ?? e.className, e.id, e.getAttribute('part')]).filter(Boolean)""")
    files = [urlsplit(url).path for url in seen.requests if url.startswith(handbill + "/kit/")]
    assert names
    assert files
    assert [name for name in [*names, *files] if BLOCKED.search(name)] == []


def test_a_phone_gets_room_for_a_finger(browser: Browser, host: HostPage, script: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    viewport = '<meta name=viewport content="width=device-width">'
    ready(page, host.show(f'<hb-share networks="{SIX} copy">{LINKS}</hb-share>', head=viewport + script))
    boxes = page.evaluate("""[...document.querySelectorAll('a[slot]')].map((a) => a.getBoundingClientRect())
      .map((r) => [r.width, r.height, r.left, r.right])""")
    assert all(width >= 44 and height >= 44 for width, height, _, _ in boxes)
    assert all(after[2] >= before[3] for before, after in pairwise(boxes))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
